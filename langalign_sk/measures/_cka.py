"""Similarity of two spaces up to rotation and scale."""

from __future__ import annotations

from typing import Any

import numpy as np

from langalign_sk._numeric import PairMoments
from langalign_sk.measures._matched import matched_rows, varying


def linear_cka(source: Any, target: Any) -> float:
    r"""Linear centred kernel alignment of two sets of matched rows, between 0 and 1.

    Parameters
    ----------
    source : array-like of shape (n, d_source)
    target : array-like of shape (n, d_target)
        Row i belongs to row i of `source`; widths may differ.

    Returns
    -------
    float
        1 for spaces that are equal up to rotation, shift and one scale; NaN where a side is
        constant.

    See Also
    --------
    svcca : Up to any invertible linear map.
    neuron_correlation : Column by column, not up to rotation.

    Notes
    -----
    With centred matrices, :math:`\|S^\top T\|_F^2 / (\|S^\top S\|_F \|T^\top T\|_F)`. Read block
    by block: memory is that of the products, whatever n is. With n near the widths or below, the
    figure is high for unrelated spaces too: compare it with the one of shuffled rows.

    References
    ----------
    Kornblith et al. (2019), Similarity of Neural Network Representations Revisited.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.measures import linear_cka
    >>> X = np.random.default_rng(0).normal(size=(50, 3))
    >>> round(linear_cka(X, 2 * X[:, [2, 0, 1]] + 1), 6)
    1.0
    """
    S, T = matched_rows(source, target, same_width=False)
    moments = PairMoments.from_rows(S, T)
    sides = moments.source, moments.target
    if not all(varying(side).any() for side in sides):
        return float("nan")
    own = [float(np.linalg.norm(side.scatter)) for side in sides]
    return float(
        (np.linalg.norm(moments.cross) / own[0]) * (np.linalg.norm(moments.cross) / own[1])
    )
