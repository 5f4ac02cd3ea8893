"""Whether two languages vary in the same directions."""

from __future__ import annotations

from typing import Any

import numpy as np

from langalign_sk._numeric import Moments, as_float_matrix, eigh_of
from langalign_sk.measures._matched import varying


def subspace_distance(X: Any, Y: Any, *, n_components: int = 32) -> float:
    r"""Distance of the principal subspaces of two languages: 0 for the same, 1 for orthogonal ones.

    Parameters
    ----------
    X : array-like of shape (n, d)
        Rows of one language.
    Y : array-like of shape (m, d)
        Rows of another, in the same space; they need not be translations.
    n_components : int, default=32
        Dimensions of the subspaces; as many as both sides have where that is fewer. Subspaces
        that fill the whole space are the same: ask for fewer dimensions than columns.

    Returns
    -------
    float
        NaN where a side is constant.

    See Also
    --------
    language_separability : Whether rows can be told apart.

    Notes
    -----
    With :math:`\theta_i` the principal angles of the two subspaces of k dimensions:
    :math:`\sqrt{\frac1k \sum_i \sin^2 \theta_i}` (the chordal distance over its maximum). Rows are
    centred first: a shift between languages does not count. Useful for choosing a layer.

    References
    ----------
    Chang, Tu and Bergen (2022), The Geometry of Multilingual Language Model Representations;
    ShifCon (2024).

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.measures import subspace_distance
    >>> X = np.random.default_rng(0).normal(size=(50, 4)) * [9, 5, 0, 0]
    >>> round(subspace_distance(X, X + 100, n_components=2), 6)
    0.0
    >>> round(subspace_distance(X, X[:, [2, 3, 0, 1]], n_components=2), 6)
    1.0
    """
    sides = as_float_matrix(X, name="X"), as_float_matrix(Y, name="Y")
    if sides[0].shape[1] != sides[1].shape[1]:
        raise ValueError(
            f"X has {sides[0].shape[1]} columns and Y has {sides[1].shape[1]}: "
            "directions can be compared within one space only"
        )
    if n_components < 1:
        raise ValueError(f"n_components: at least 1 is needed, got {n_components}")
    moments = [Moments.from_rows(side) for side in sides]
    if not all(varying(side).any() for side in moments):
        return float("nan")
    bases = [eigh_of(side)[1] for side in moments]
    k = min(n_components, *(basis.shape[1] for basis in bases))
    cosines = np.linalg.svd(bases[0][:, :k].T @ bases[1][:, :k], compute_uv=False)
    return float(np.sqrt(np.clip(1 - np.mean(cosines**2), 0.0, 1.0)))
