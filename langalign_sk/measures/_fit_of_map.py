"""What a map does to a space, and how much of the other side it accounts for."""

from __future__ import annotations

from typing import Any

import numpy as np

from langalign_sk._numeric import as_float_matrix
from langalign_sk.measures._matched import ROUNDING, matched_rows


def orthogonality_deviation(linear_map: Any) -> float:
    r"""How far a linear map is from a rotation: 0 for one that keeps all lengths and angles.

    Parameters
    ----------
    linear_map : array-like of shape (d_source, d_target) or map with ``coef_``
        Of different widths, the map is compared with the ones that keep lengths on the narrower
        side.

    Returns
    -------
    float
        Not negative.

    Notes
    -----
    :math:`\|W^\top W - I\|_F / \sqrt d` with d the smaller width (of :math:`W W^\top` where that
    is the smaller product): the root mean square of :math:`\sigma_i^2 - 1` over singular values.

    References
    ----------
    Linear Cross-Lingual Mapping of Sentence Embeddings (2024).

    Examples
    --------
    >>> from langalign_sk.measures import orthogonality_deviation
    >>> orthogonality_deviation([[0, 1], [-1, 0]])
    0.0
    >>> round(orthogonality_deviation([[2, 0], [0, 2]]), 6)
    3.0
    """
    W = as_float_matrix(getattr(linear_map, "coef_", linear_map), name="linear_map").astype(float)
    product = W.T @ W if W.shape[1] <= W.shape[0] else W @ W.T
    product.flat[:: len(product) + 1] -= 1
    return float(np.linalg.norm(product) / np.sqrt(len(product)))


def explained_variance(moved: Any, target: Any) -> float:
    r"""Share of the variance of the target side that the moved source side accounts for.

    Parameters
    ----------
    moved : array-like of shape (n, d)
        Source rows after the map; of held-out pairs, or the figure is too good.
    target : array-like of shape (n, d)
        Row i is what row i of `moved` should be.

    Returns
    -------
    float
        1 for a perfect map, 0 for one that returns the mean, negative for a worse one; NaN where
        the target is constant.

    Notes
    -----
    :math:`1 - \sum_i \|m_i - t_i\|^2 / \sum_i \|t_i - \bar t\|^2`, which is scikit-learn's
    ``r2_score(..., multioutput="variance_weighted")``.

    Examples
    --------
    >>> from langalign_sk.measures import explained_variance
    >>> explained_variance([[1, 0], [0, 1]], [[1, 0], [0, 1]])
    1.0
    """
    M, T = matched_rows(moved, target, same_width=True)
    mean = T.mean(axis=0, dtype=float)
    total = float(((T - mean) ** 2).sum())
    if total <= len(T) * float(((ROUNDING * mean) ** 2).sum()):
        return float("nan")
    return 1 - float((np.subtract(M, T, dtype=float) ** 2).sum()) / total
