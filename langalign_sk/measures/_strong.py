"""Whether a sentence finds its translation among candidates of its own language too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from langalign_sk._numeric import (
    BLOCK_BYTES,
    Adjustment,
    Float32Array,
    Ranks,
    bars_of_pairs,
    best_pairs,
    count_above,
    nearest_others,
    unit_rows,
)
from langalign_sk.measures._matched import matched_rows
from langalign_sk.measures._retrieval import Retrieval, RetrievalScores, scores_of


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


def strong_alignment(source: Any, target: Any, *, n_neighbors: int = 10) -> StrongAlignment:
    r"""Search the translation of each row among all other rows of both languages.

    Parameters
    ----------
    source : array-like of shape (n, d)
    target : array-like of shape (n, d)
        Row i is the translation of row i of `source`. At least two rows.
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
    if n_neighbors < 1:
        raise ValueError(f"n_neighbors: at least 1 is needed, got {n_neighbors}")
    S, T = (unit_rows(side) for side in matched_rows(source, target, same_width=True))
    plain = Adjustment()
    bars = bars_of_pairs(S, T, plain)
    low, high = count_above(S, T, plain, bars, block_bytes=BLOCK_BYTES, skip_diagonal=True)
    weak, strong = [], []
    for side, own in enumerate((S, T)):
        own_low, own_high = count_above(
            own, own, plain, bars, block_bytes=BLOCK_BYTES, skip_diagonal=True
        )
        other = Ranks(high[side], low[side] - high[side])
        weak.append(scores_of(other))
        above = own_high[0]
        strong.append(scores_of(Ranks(other.better + above, other.ties + own_low[0] - above)))
    k = min(n_neighbors, 2 * (len(S) - 1))
    of_sides = _nearest_others(S, T, min(k, len(S) - 1))
    bias = [_own_share(own, across, k) for own, across in of_sides]
    return StrongAlignment(Retrieval(*weak).mean, Retrieval(*strong).mean, float(np.mean(bias)))


def _nearest_others(
    S: Float32Array, T: Float32Array, k: int
) -> list[tuple[Float32Array, Float32Array]]:
    """Best cosines of each row in its own and in the other language, partners left out."""
    across = best_pairs(
        S,
        T,
        Adjustment(),
        k_rows=k,
        k_columns=k,
        block_bytes=BLOCK_BYTES,
        skip_diagonal=True,
    )
    return [
        (nearest_others(side, k)[1], best.values) for side, best in zip((S, T), across, strict=True)
    ]


def _own_share(own: Float32Array, across: Float32Array, k: int) -> float:
    """Share of the own language among the k best of both; at equal cosines each counts half."""
    both = np.concatenate([own, across], axis=1)
    bar = -np.partition(-both, k - 1, axis=1)[:, k - 1 : k]
    above = [np.count_nonzero(side > bar, axis=1) for side in (own, across)]
    level = [np.count_nonzero(side == bar, axis=1) for side in (own, across)]
    share = level[0] / (level[0] + level[1])
    return float(np.mean((above[0] + (k - above[0] - above[1]) * share) / k))
