"""Which candidate to take: the simplest of those that are as good as the best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from langalign_sk.measures import PairedBootstrap, interval
from langalign_sk.report._blind import weighed
from langalign_sk.report._candidates import KINDS
from langalign_sk.report._run import Labels, Outcome

#: What a simpler candidate may lose: one point of accuracy, or of the score without labels.
TOLERANCE = 0.01


@dataclass(frozen=True)
class Advice:
    """What the report recommends, and on what grounds.

    Attributes
    ----------
    candidate : str
        Name of the candidate to take.
    basis : str
        "target labels", or "consistency" where there are none: the product of the accuracy in
        the source language, the agreement on held-out pairs and the overlap of the class shares.
    best : str
        The candidate with the best figure, often the same.
    loss : float
        What the recommended one is behind the best, in accuracy or in that product.
    low, high : float
        95% interval of the loss, paired.
    not_told_apart : tuple of str
        Other candidates that the paired interval does not tell from the recommended one.
    no_map_is_as_good : bool or None
        With one shared encoder: whether the encoder without a map is as good as any map; None
        where no candidate shares one encoder between the languages.
    map_gain, map_gain_low, map_gain_high : float
        What the best map gains over the best shared encoder without one, with its interval; NaN
        without such.
    """

    candidate: str
    basis: str
    best: str
    loss: float
    low: float
    high: float
    not_told_apart: tuple[str, ...]
    no_map_is_as_good: bool | None
    map_gain: float
    map_gain_low: float
    map_gain_high: float


def advise(
    outcomes: Sequence[Outcome], y: Labels, y_target: Labels | None, random_state: int
) -> Advice:
    """Weigh the candidates by target labels or, without any, by all that needs none."""
    ranks = [KINDS.index(one.candidate.kind) for one in outcomes]
    shared = [i for i, one in enumerate(outcomes) if _is_shared_and_bare(one)]
    if y_target is not None:
        values = np.array([outcome.predicted == y_target for outcome in outcomes], dtype=float)
        draws = PairedBootstrap(values.shape[1], random_state=random_state).mean(values)
        scores, basis = values.mean(axis=1), "target labels"
    else:
        scores, draws = weighed([one.judgement for one in outcomes], y, random_state)
        basis = "consistency"
        # A point of the score is not one of accuracy: being simple does not make up for it. Only
        # a map has to earn its place on an encoder that serves both languages as it is.
        ranks = [int(i not in shared) for i in range(len(outcomes))]
    best = int(np.argmax(scores))
    chosen = simplest(ranks, scores, draws)
    low, high = interval(draws[best] - draws[chosen])
    maps = [i for i, one in enumerate(outcomes) if one.candidate.kind in ("map", "round trip")]
    as_good, gain = None, (float("nan"),) * 3
    if shared and maps:
        bare, mapped = (max(rows, key=lambda i: scores[i]) for rows in (shared, maps))
        ends = interval(draws[mapped] - draws[bare])
        gain = (float(scores[mapped] - scores[bare]), float(ends[0]), float(ends[1]))
        as_good = bare in _as_good(scores, draws, mapped)
    return Advice(
        outcomes[chosen].candidate.name,
        basis,
        outcomes[best].candidate.name,
        float(scores[best] - scores[chosen]),
        float(low),
        float(high),
        _not_told_apart(outcomes, draws, chosen),
        as_good,
        *gain,
    )


def _as_good(scores: np.ndarray, draws: np.ndarray, best: int) -> list[int]:
    """Candidates within a point of `best` that the draws do not tell from it."""
    low, _ = interval(draws[best] - draws)
    # The other side of the margin: a better one is as good.
    near = (scores[best] - scores <= TOLERANCE) & (low <= 0)
    return [int(i) for i in np.flatnonzero(near | (scores >= scores[best]))]


def simplest(ranks: Sequence[int], scores: np.ndarray, draws: np.ndarray) -> int:
    """Number of the candidate of the lowest rank as good as the best; of these the best."""
    return min(
        _as_good(scores, draws, int(np.argmax(scores))),
        key=lambda i: (ranks[i], -scores[i]),
    )


def _not_told_apart(outcomes: Sequence[Outcome], draws: np.ndarray, chosen: int) -> tuple[str, ...]:
    """Names of the other candidates whose difference to the chosen one may be none."""
    low, high = interval(draws[chosen] - draws)
    near = (low <= 0) & (high >= 0)
    return tuple(one.candidate.name for i, one in enumerate(outcomes) if near[i] and i != chosen)


def _is_shared_and_bare(outcome: Outcome) -> bool:
    """Whether this is one encoder for both languages, and no map."""
    return outcome.candidate.kind == "no map" and getattr(outcome.candidate.reader, "shared", False)
