"""Similarity of two spaces: up to rotation, up to any linear map, column by column, in groups."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

import numpy as np

from langalign_sk._numeric import Float64Array, Moments, PairMoments, eigh_of, partner_ranks
from langalign_sk.maps import Numbers
from langalign_sk.measures._cosines import cosine_gap
from langalign_sk.measures._rows import checked, matched_rows, varying


def linear_cka(source: Any, target: Any) -> float:
    r"""Linear centred kernel alignment of two sets of matched rows, between 0 and 1.

    Parameters
    ----------
    source, target : array-like of shape (n, d_source) and (n, d_target)
        Row i of the one belongs to row i of the other; widths may differ.

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


@checked(variance=[Numbers(Real, 0, 1, closed="right")])
def svcca(source: Any, target: Any, *, variance: float = 0.99) -> float:
    r"""Mean canonical correlation of the principal components that hold most variance.

    Parameters
    ----------
    source, target : array-like of shape (n, d_source) and (n, d_target)
        Row i of the one belongs to row i of the other.
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


def neuron_correlation(source: Any, target: Any) -> float:
    r"""Average neuron-wise correlation (ANC): mean absolute correlation of column j with column j.

    Parameters
    ----------
    source, target : array-like of shape (n, d)
        Row i of the one is the translation of row i of the other, encoded by the same network.

    Returns
    -------
    float
        Between 0 and 1. Columns that are constant on a side count as 0.

    See Also
    --------
    linear_cka : The same question up to rotation.
    neuron_overlap : Which neurons are on, rather than how much.

    Notes
    -----
    With :math:`r_j` Pearson's correlation of the two columns j: :math:`\frac1d \sum_j |r_j|`.

    A head trained on one language reads columns, not spaces up to rotation: a rotation of one side
    leaves `linear_cka` at 1 and lowers this figure, as it lowers transfer. As in the paper the sign
    does not count, so that unrelated columns have about :math:`\sqrt{2 / (\pi n)}` instead of 0,
    and a neuron that means the opposite in the other language counts as one that means the same.

    References
    ----------
    Del and Fishel (2022), Cross-lingual Similarity of Multilingual Representations Revisited.

    Examples
    --------
    >>> from langalign_sk.measures import neuron_correlation
    >>> round(neuron_correlation([[1, 0], [2, 1], [3, 0]], [[2, 5], [4, 5], [6, 5]]), 6)
    0.5
    """
    moments = PairMoments.from_rows(*matched_rows(source, target, same_width=True))
    varies = varying(moments.source) & varying(moments.target)
    spread = np.sqrt(np.diag(moments.source.scatter)) * np.sqrt(np.diag(moments.target.scatter))
    along = np.abs(np.diag(moments.cross))
    correlations = np.divide(along, spread, out=np.zeros_like(along), where=varies)
    return float(correlations.clip(0, 1).mean())


@dataclass(frozen=True)
class NeuronOverlap:
    """Overlap of the neurons that are on.

    Attributes
    ----------
    matched : float
        Mean overlap (cosine of the on/off states) of translations.
    random : float
        Mean overlap of unmatched rows.
    alignment : float
        Share of rows whose states overlap most with those of their translation, mean of both
        directions; ties count by chance.
    """

    matched: float
    random: float
    alignment: float


def neuron_overlap(source: Any, target: Any, *, threshold: float = 0.0) -> NeuronOverlap:
    """Compare which neurons are on for a sentence and for its translation.

    Parameters
    ----------
    source : array-like of shape (n, d)
        Activations; about a hundred pairs are enough to order layers or languages.
    target : array-like of shape (n, d)
        Row i is the translation of row i of `source`, encoded by the same network.
    threshold : float, default=0.0
        A neuron is on above this.

    Returns
    -------
    NeuronOverlap

    See Also
    --------
    neuron_correlation : How much, rather than which.

    Notes
    -----
    The overlap of two sets of neurons is their number in common over the geometric mean of their
    sizes. `alignment` compares each with all other sentences, so that neurons which are always on
    do not count.

    References
    ----------
    Huang et al. (2025), From Neurons to Semantics (NeuronXA).

    Examples
    --------
    >>> from langalign_sk.measures import neuron_overlap
    >>> neuron_overlap([[1, -1], [-1, 1]], [[2, -3], [-1, 4]])
    NeuronOverlap(matched=1.0, random=0.0, alignment=1.0)
    """
    S, T = matched_rows(source, target, same_width=True)
    on = [(side > threshold).astype(np.float32) for side in (S, T)]
    cosines = cosine_gap(*on)
    hits = [ranks.hits(1).mean() for ranks in partner_ranks(*on)]
    return NeuronOverlap(cosines.matched, cosines.random, float(np.mean(hits)))


@checked(n_clusters=[Numbers(Integral, 2, None, closed="left")])
def concept_overlap(
    source: Any, target: Any, *, n_clusters: int = 10, random_state: int = 0
) -> float:
    """Agreement of the clusters of the two sides, beyond chance.

    Parameters
    ----------
    source, target : array-like of shape (n, d_source) and (n, d_target)
        Row i of the one is the translation of row i of the other; each side is clustered in its
        own space.
    n_clusters : int, default=10
        Clusters of each side.
    random_state : int, default=0
        Of the clustering.

    Returns
    -------
    float
        1 where the sides have the same clusters, about 0 where they have nothing in common.

    See Also
    --------
    linear_cka : Agreement of all distances, not of groups.

    Notes
    -----
    The adjusted Rand index of two k-means clusterings.

    References
    ----------
    Exploring Alignment in Shared Cross-lingual Spaces (2024); Hubert and Arabie (1985).

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.measures import concept_overlap
    >>> X = np.random.default_rng(0).normal(size=(60, 4))
    >>> concept_overlap(X, X, n_clusters=3)
    1.0
    """
    from sklearn.cluster import KMeans
    from sklearn.metrics import adjusted_rand_score

    sides = matched_rows(source, target, same_width=False)
    if n_clusters > len(sides[0]):
        raise ValueError(f"n_clusters={n_clusters} clusters cannot be made of {len(sides[0])} rows")
    clusters = [
        KMeans(n_clusters, n_init=5, random_state=random_state).fit_predict(side) for side in sides
    ]
    return float(adjusted_rand_score(*clusters))


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
