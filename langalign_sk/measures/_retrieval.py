"""Retrieval: how often a sentence finds its translation, among one language or both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_args

import numpy as np

from langalign_sk._numeric import (
    BLOCK_BYTES,
    Adjustment,
    Float32Array,
    NeighbourMethod,
    Ranks,
    bars_of_pairs,
    best_pairs,
    count_above,
    nearest_others,
    partner_ranks,
    partner_ranks_on,
    unit_rows,
)
from langalign_sk.maps import COUNT, POSITIVE, one_of
from langalign_sk.measures._rows import checked, matched_rows


@dataclass(frozen=True)
class RetrievalScores:
    """Shares of queries whose translation is found, and its rank.

    Attributes
    ----------
    p_at_1, p_at_5, p_at_10 : float
        Share of queries with the translation among the first 1, 5, 10.
    mrr : float
        Mean of 1 / rank.
    """

    p_at_1: float
    p_at_5: float
    p_at_10: float
    mrr: float

    @property
    def error(self) -> float:
        """Share of queries whose best match is not the translation; with a margin, xSIM."""
        return 1 - self.p_at_1


@dataclass(frozen=True)
class Retrieval:
    """Scores of both directions.

    Attributes
    ----------
    forward : RetrievalScores
        Source queries, target candidates.
    backward : RetrievalScores
        Target queries, source candidates.
    """

    forward: RetrievalScores
    backward: RetrievalScores

    @property
    def mean(self) -> RetrievalScores:
        """The mean of the two directions."""
        there, back = vars(self.forward), vars(self.backward)
        return RetrievalScores(**{name: (there[name] + back[name]) / 2 for name in there})


@checked(
    method=[one_of(*get_args(NeighbourMethod))],
    n_neighbors=[COUNT],
    temperature=[POSITIVE],
    center=["boolean"],
)
def retrieval(
    source: Any,
    target: Any,
    *,
    method: NeighbourMethod = "csls",
    n_neighbors: int = 10,
    temperature: float = 1 / 30,
    center: bool = False,
    device: Any = None,
) -> Retrieval:
    r"""Search the translation of each row among all rows of the other side, both ways.

    Parameters
    ----------
    source, target : array-like of shape (n, d)
        Row i of the one is the translation of row i of the other.
    method : {"cosine", "csls", "margin", "inverted_softmax"}, default="csls"
        What candidates are ordered by. With :math:`r` the mean cosine of a row to its
        `n_neighbors` nearest on the other side: "csls" is :math:`2 \cos - r_s - r_t`, "margin" is
        :math:`2 \cos / (r_s + r_t)` (for xSIM, with 4 neighbours), "inverted_softmax" is
        :math:`\exp(\cos / \tau)` over its sum over all queries.
    n_neighbors : int, default=10
        For "csls" and "margin".
    temperature : float, default=1/30
        :math:`\tau` of the inverted softmax.
    center : bool, default=False
        Take the mean of its rows off each side first. What all rows of a language have in common
        finds nothing; a map from a few pairs, which draws rows to the mean, gains most.
    device : str or torch.device, default=None
        Compute with torch there, such as ``"cuda"``; None computes with NumPy.

    Returns
    -------
    Retrieval
        ``.forward``, ``.backward`` and ``.mean``, each with ``p_at_1``, ``p_at_5``, ``p_at_10``,
        ``mrr`` and ``error``.

    See Also
    --------
    strong_alignment : With candidates of both languages.

    Notes
    -----
    Products are float32 and only a tile of them is held at a time: memory is that of the rows.
    Candidates that score the same as the translation (within 1e-6 of a cosine) are ordered at
    random, and the figures are expectations over the orders: equal sentences are not held against
    a space, and a space in which everything is equal does not score by it.

    References
    ----------
    Conneau et al. (2018), Word Translation Without Parallel Data (CSLS); Artetxe and Schwenk
    (2019), Margin-based Parallel Corpus Mining; Smith et al. (2017), Offline bilingual word
    vectors (inverted softmax).

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.measures import retrieval
    >>> S = np.random.default_rng(0).normal(size=(30, 8))
    >>> retrieval(S, S + 0.01).forward.p_at_1
    1.0
    """
    S, T = matched_rows(source, target, same_width=True, least=1)
    if center:
        S, T = (side - side.mean(axis=0, dtype=np.float64).astype(side.dtype) for side in (S, T))
    options: Any = {"method": method, "n_neighbors": n_neighbors, "temperature": temperature}
    if device is None:
        ranks = partner_ranks(S, T, **options)
    else:
        ranks = partner_ranks_on(S, T, device=device, **options)
    return Retrieval(*(_scores_of(side) for side in ranks))


@dataclass(frozen=True)
class StrongAlignment:
    """Retrieval from one pool of both languages, beside that from the other language alone.

    Attributes
    ----------
    weak : RetrievalScores
        Candidates of the other language, mean of both directions.
    strong : RetrievalScores
        Candidates of both languages, mean of both directions.
    language_bias : float
        Share of a row's own language among the nearest rows other than its translation, mean of
        both directions: 0.5 where language does not matter, 1 where it decides.
    """

    weak: RetrievalScores
    strong: RetrievalScores
    language_bias: float


@checked(n_neighbors=[COUNT])
def strong_alignment(source: Any, target: Any, *, n_neighbors: int = 10) -> StrongAlignment:
    r"""Search the translation of each row among all other rows of both languages.

    Parameters
    ----------
    source, target : array-like of shape (n, d)
        Row i of the one is the translation of row i of the other. At least two rows.
    n_neighbors : int, default=10
        Nearest rows that `language_bias` looks at; all there are where there are fewer.

    Returns
    -------
    StrongAlignment

    See Also
    --------
    retrieval : Candidates of the other language alone, by CSLS and its kin.

    Notes
    -----
    Order is by cosine. The strong rank of a translation is its rank in the other language plus the
    number of rows of the query's own language that are closer, so a strong score is never above
    the weak one. For the bias, the query and its translation are left out: n - 1 rows of either
    language remain, and a space without bias gives 0.5.

    References
    ----------
    Roy et al. (2020), LAReQA: Language-agnostic answer retrieval from a multilingual pool.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.measures import strong_alignment
    >>> S = np.random.default_rng(0).normal(size=(40, 20))
    >>> apart = strong_alignment(np.c_[S, np.full(40, 4)], np.c_[S, np.full(40, -4)])
    >>> apart.weak.p_at_1, apart.strong.p_at_1, apart.language_bias
    (1.0, 0.0, 1.0)
    """
    S, T = (unit_rows(side) for side in matched_rows(source, target, same_width=True))
    options: Any = {"block_bytes": BLOCK_BYTES, "skip_diagonal": True}
    cosine = Adjustment()
    bars = bars_of_pairs(S, T, cosine)
    low, high = count_above(S, T, cosine, bars, **options)
    k = min(n_neighbors, 2 * (len(S) - 1))
    each = min(k, len(S) - 1)
    across = best_pairs(S, T, cosine, k_rows=each, k_columns=each, **options)
    weak, strong, bias = [], [], []
    for side, own in enumerate((S, T)):
        own_low, own_high = count_above(own, own, cosine, bars, **options)
        other, above = Ranks(high[side], low[side] - high[side]), own_high[0]
        weak.append(_scores_of(other))
        strong.append(_scores_of(Ranks(other.better + above, other.ties + own_low[0] - above)))
        bias.append(_own_share(nearest_others(own, each)[1], across[side].values, k))
    return StrongAlignment(Retrieval(*weak).mean, Retrieval(*strong).mean, float(np.mean(bias)))


def _scores_of(ranks: Ranks) -> RetrievalScores:
    """Return averages over the queries."""
    at = {f"p_at_{k}": float(ranks.hits(k).mean()) for k in (1, 5, 10)}
    return RetrievalScores(**at, mrr=float(np.mean(ranks.reciprocal())))


def _own_share(own: Float32Array, across: Float32Array, k: int) -> float:
    """Return the own language's share of the k best of both; equal cosines count half each."""
    both = np.concatenate([own, across], axis=1)
    bar = -np.partition(-both, k - 1, axis=1)[:, k - 1 : k]
    above = [np.count_nonzero(side > bar, axis=1) for side in (own, across)]
    level = [np.count_nonzero(side == bar, axis=1) for side in (own, across)]
    share = level[0] / (level[0] + level[1])
    return float(np.mean((above[0] + (k - above[0] - above[1]) * share) / k))
