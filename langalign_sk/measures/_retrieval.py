"""Whether a sentence finds its translation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from langalign_sk._numeric import NeighbourMethod, Ranks, partner_ranks
from langalign_sk.measures._matched import matched_rows


@dataclass(frozen=True)
class RetrievalScores:
    """How often and how far up the translation is found.

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


def retrieval(
    source: Any,
    target: Any,
    *,
    method: NeighbourMethod = "csls",
    n_neighbors: int = 10,
    temperature: float = 1 / 30,
    device: Any = None,
) -> Retrieval:
    r"""Search the translation of each row among all rows of the other side, both ways.

    Parameters
    ----------
    source : array-like of shape (n, d)
    target : array-like of shape (n, d)
        Row i is the translation of row i of `source`.
    method : {"cosine", "csls", "margin", "inverted_softmax"}, default="csls"
        What candidates are ordered by. With :math:`r` the mean cosine of a row to its
        `n_neighbors` nearest on the other side: "csls" is :math:`2 \cos - r_s - r_t`, "margin" is
        :math:`2 \cos / (r_s + r_t)` (for xSIM, with 4 neighbours), "inverted_softmax" is
        :math:`\exp(\cos / \tau)` over its sum over all queries.
    n_neighbors : int, default=10
        For "csls" and "margin".
    temperature : float, default=1/30
        :math:`\tau` of the inverted softmax.
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
    options: dict[str, Any] = {
        "method": method,
        "n_neighbors": n_neighbors,
        "temperature": temperature,
    }
    if device is None:
        ranks = partner_ranks(S, T, **options)
    else:
        from langalign_sk._numeric import partner_ranks_on

        ranks = partner_ranks_on(S, T, device=device, **options)
    return Retrieval(*(scores_of(side) for side in ranks))


def scores_of(ranks: Ranks) -> RetrievalScores:
    """Averages over the queries."""
    at = {f"p_at_{k}": float(ranks.hits(k).mean()) for k in (1, 5, 10)}
    return RetrievalScores(**at, mrr=float(np.mean(ranks.reciprocal())))
