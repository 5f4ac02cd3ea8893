"""Column by column: whether the same neuron says the same thing in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from langalign_sk._numeric import PairMoments, partner_ranks
from langalign_sk.measures._matched import matched_rows, varying


def neuron_correlation(source: Any, target: Any) -> float:
    r"""Average neuron-wise correlation (ANC): mean absolute correlation of column j with column j.

    Parameters
    ----------
    source : array-like of shape (n, d)
    target : array-like of shape (n, d)
        Row i is the translation of row i of `source`, encoded by the same network.

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
    from langalign_sk.measures._cosine import cosine_gap

    S, T = matched_rows(source, target, same_width=True)
    on = [(side > threshold).astype(np.float32) for side in (S, T)]
    cosines = cosine_gap(*on)
    hits = [ranks.hits(1).mean() for ranks in partner_ranks(*on)]
    return NeuronOverlap(cosines.matched, cosines.random, float(np.mean(hits)))
