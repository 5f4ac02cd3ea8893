"""Similarity of two spaces up to invertible linear maps: canonical correlations, averaged."""

from __future__ import annotations

from typing import Any

import numpy as np

from langalign_sk._numeric import Float64Array, Moments, PairMoments, eigh_of
from langalign_sk.measures._matched import matched_rows, varying


def svcca(source: Any, target: Any, *, variance: float = 0.99) -> float:
    r"""Mean canonical correlation of the principal components that hold most variance.

    Parameters
    ----------
    source : array-like of shape (n, d_source)
    target : array-like of shape (n, d_target)
        Row i belongs to row i of `source`.
    variance : float, default=0.99
        Share of the variance that the components kept of each side hold, in (0, 1].

    Returns
    -------
    float
        Between 0 and 1; NaN where a side is constant.

    See Also
    --------
    pwcca : Weighted by what each correlation accounts for.
    linear_cka : Up to rotation and scale only.

    Notes
    -----
    Both sides are reduced to principal components; the singular values of the whitened
    cross-covariance are the canonical correlations, and their mean is the figure. With fewer rows
    than several times the components, correlations are high by chance alone.

    References
    ----------
    Raghu et al. (2017), SVCCA.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.measures import svcca
    >>> X = np.random.default_rng(0).normal(size=(50, 3))
    >>> round(svcca(X, X @ [[1, 2, 0], [0, 1, 0], [0, 1, 3]]), 6)
    1.0
    """
    if not 0 < variance <= 1:
        raise ValueError(f"variance: a share in (0, 1] is needed, got {variance}")
    moments = PairMoments.from_rows(*matched_rows(source, target, same_width=False))
    kept_s, kept_t = (_whitening(side, variance) for side in (moments.source, moments.target))
    if 0 in (kept_s.shape[1], kept_t.shape[1]):
        return float("nan")
    return float(_correlations(moments, kept_s, kept_t)[1].mean())


def pwcca(source: Any, target: Any) -> float:
    r"""Canonical correlations, each weighted by how much of `source` its direction accounts for.

    Parameters
    ----------
    source : array-like of shape (n, d_source)
        The side that gives the weights: the measure is not symmetric.
    target : array-like of shape (n, d_target)
        Row i belongs to row i of `source`.

    Returns
    -------
    float
        Between 0 and 1; NaN where a side is constant.

    See Also
    --------
    svcca : Without weights.

    Notes
    -----
    :math:`\sum_i \alpha_i \rho_i / \sum_i \alpha_i` with :math:`\alpha_i = \sum_j |h_i \cdot x_j|`,
    where :math:`h_i` are the canonical variates of `source` and :math:`x_j` its centred columns.

    References
    ----------
    Morcos, Raghu and Bengio (2018), Insights on representational similarity in neural networks
    with canonical correlation.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.measures import pwcca
    >>> X = np.random.default_rng(0).normal(size=(50, 3))
    >>> round(pwcca(X, 5 * X), 6)
    1.0
    """
    moments = PairMoments.from_rows(*matched_rows(source, target, same_width=False))
    white_s, white_t = (_whitening(side, 1.0) for side in (moments.source, moments.target))
    if 0 in (white_s.shape[1], white_t.shape[1]):
        return float("nan")
    directions, correlations = _correlations(moments, white_s, white_t)
    weights = np.abs(moments.source.covariance @ white_s @ directions).sum(axis=0)
    return float(weights @ correlations / weights.sum())


def _whitening(moments: Moments, variance: float) -> Float64Array:
    """Map onto principal components of unit variance that hold a share of the variance."""
    if not varying(moments).any():
        return np.empty((moments.width, 0))
    values, vectors = eigh_of(moments)
    share = np.cumsum(values) / values.sum()
    kept = min(int(np.searchsorted(share, variance * (1 - 1e-12))) + 1, len(values))
    return np.asarray(vectors[:, :kept] / np.sqrt(values[:kept]))


def _correlations(
    moments: PairMoments, white_s: Float64Array, white_t: Float64Array
) -> tuple[Float64Array, Float64Array]:
    """Canonical directions in the whitened source, as columns, and their correlations."""
    cross = white_s.T @ (moments.cross / moments.weight) @ white_t
    U, values, _ = np.linalg.svd(cross, full_matrices=False)
    return U, np.clip(values, 0.0, 1.0)
