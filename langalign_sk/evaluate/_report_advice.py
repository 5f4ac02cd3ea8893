"""Which candidate to take: the simplest of those that are as good as the best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from langalign_sk.evaluate._candidates import KINDS
from langalign_sk.evaluate._intervals import PairedBootstrap, interval
from langalign_sk.evaluate._report_run import Labels, Outcome

#: What a simpler candidate may lose: one point of accuracy, or of agreement without labels.
TOLERANCE = 0.01


@dataclass(frozen=True)
class Advice:
    """What the report recommends, and on what grounds.

    Attributes
    ----------
    candidate : str
        Name of the candidate to take.
    basis : str
        "target labels", or "consistency" where there are none.
    best : str
        The candidate with the best figure, often the same.
    loss : float
        What the recommended one is behind the best.
    low, high : float
        95% interval of the loss, paired.
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
    no_map_is_as_good: bool | None
    map_gain: float
    map_gain_low: float
    map_gain_high: float


def advise(outcomes: Sequence[Outcome], y_target: Labels | None, random_state: int) -> Advice:
    """Weigh the candidates by target labels or, without any, by agreement with themselves."""
    if y_target is not None:
        values = np.array([outcome.predicted == y_target for outcome in outcomes], dtype=float)
        draws = PairedBootstrap(values.shape[1], random_state=random_state).mean(values)
        scores, basis = values.mean(axis=1), "target labels"
    else:
        scores, draws = _agreement(outcomes, random_state)
        basis = "consistency"
    best = int(np.argmax(scores))
    chosen = simplest([one.candidate.kind for one in outcomes], scores, draws)
    low, high = interval(draws[best] - draws[chosen])
    shared = [i for i, one in enumerate(outcomes) if _is_shared_and_bare(one)]
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
        as_good,
        *gain,
    )


def _as_good(scores: np.ndarray, draws: np.ndarray, best: int) -> list[int]:
    """Candidates within a point of `best` that the draws do not tell from it."""
    low, _ = interval(draws[best] - draws)
    # The other side of the margin: a better one is as good.
    near = (scores[best] - scores <= TOLERANCE) & (low <= 0)
    return [int(i) for i in np.flatnonzero(near | (scores >= scores[best]))]


def simplest(kinds: Sequence[str], scores: np.ndarray, draws: np.ndarray) -> int:
    """Number of the simplest candidate as good as the best; of equally simple ones the best."""
    return min(
        _as_good(scores, draws, int(np.argmax(scores))),
        key=lambda i: (KINDS.index(kinds[i]), -scores[i]),
    )


def _is_shared_and_bare(outcome: Outcome) -> bool:
    """Whether this is one encoder for both languages, and no map."""
    return outcome.candidate.kind == "no map" and getattr(outcome.candidate.reader, "shared", False)


def _agreement(outcomes: Sequence[Outcome], random_state: int) -> tuple[np.ndarray, np.ndarray]:
    """Agreement beyond chance of each candidate, and its draws; -1 for those without."""
    scores, draws = [], []
    for outcome in outcomes:
        found = outcome.consistency
        if found is None:
            scores.append(-1.0)
            draws.append(np.full(2000, -1.0))
            continue
        same = found.source_classes == found.target_classes
        drawn = PairedBootstrap(len(same), random_state=random_state).mean(same[None])[0]
        # Chance is taken as known: it moves little between draws.
        chance = (found.agreement - found.kappa) / (1 - found.kappa) if found.kappa < 1 else 0.0
        scores.append(found.kappa)
        draws.append((drawn - chance) / (1 - chance) if chance < 1 else drawn * 0)
    return np.array(scores), np.array(draws)
