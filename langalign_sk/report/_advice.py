"""The advice: the simplest candidate of those that are as good as the best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedKFold
from sklearn.utils import _safe_indexing

from langalign_sk._numeric import Float64Array
from langalign_sk.measures import PairedBootstrap, interval
from langalign_sk.report._candidates import KINDS, Candidate
from langalign_sk.report._run import Outcome, Runner
from langalign_sk.report._texts import REST, Labels, Space
from langalign_sk.selection import pool_rows, sampled

#: What a simpler candidate may lose: one point of accuracy, or of the score without labels.
TOLERANCE = 0.01
#: Another way is taken instead of the recipe where its score without labels is higher by this
#: factor. The recipe's two heads agree less with each other than one head with itself, least where
#: the two languages are in two spaces.
CLEARLY = 3.0
CLEARLY_IN_ONE_SPACE = 1.3
#: Correlation of both sides of the pairs from which on an encoder is said to understand both
#: languages. Those that do have .65 to .85, others .3 at most.
UNDERSTANDS = 0.5
#: Folds over the source rows, fewer where a class has fewer rows.
_FOLDS = 3
#: Unpaired target texts looked at, where no others are there.
_MOST_NAMED = 2000


@dataclass(frozen=True)
class Advice:
    """The candidate that the report recommends, and on what grounds.

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
    no_map : str or None
        The best candidate of those in which one encoder reads both languages and nothing is moved.
    no_map_is_as_good : bool or None
        True where that one is as good as any map: by target labels or, without these, where the
        pairs show that its encoder understands both languages. None where there is none.
    map_gain, map_gain_low, map_gain_high : float
        What the best map gains over it, with its interval; NaN without such.
    agreement : float
        Correlation of both sides of the pairs, column by column, as its encoder reads them: 1 in
        one space, 0 for a language that it does not know.
    """

    candidate: str
    basis: str
    best: str
    loss: float
    low: float
    high: float
    not_told_apart: tuple[str, ...]
    no_map: str | None
    no_map_is_as_good: bool | None
    map_gain: float
    map_gain_low: float
    map_gain_high: float
    agreement: float


@dataclass(frozen=True, eq=False)
class Judgement:
    """One candidate as it is seen without target labels."""

    #: Share of source rows that are classified right by a fit without them.
    source_accuracy: float
    #: Agreement of the two sides of held-out pairs, beyond chance, at least 0.
    kappa: float
    #: Common part of the class shares of the target texts and of the labels: no larger share can
    #: be right if the classes are as frequent in both. NaN without target texts.
    overlap: float
    #: The score on rows, pairs and texts drawn again, the same for all candidates.
    draws: Float64Array

    @property
    def score(self) -> float:
        """Right in one language, the same in the other, in classes as frequent as they should be.

        All three are needed, hence their product.
        """
        return self.source_accuracy * self.kappa * (1 if np.isnan(self.overlap) else self.overlap)


def judge(runner: Runner, outcome: Outcome) -> Judgement | None:
    """Look at a candidate from all sides that need no target label; None if it reads no pairs."""
    agreed, candidate, y = outcome.consistency, outcome.candidate, runner.y
    if agreed is None:
        return None
    space, part = candidate.space, candidate.train_part or "X"
    classes, counts = np.unique(y, return_counts=True)
    right = np.zeros(len(y), dtype=bool)
    n_folds, is_tested = _cut(y)
    tested, always = np.flatnonzero(is_tested), np.flatnonzero(~is_tested)
    folds = StratifiedKFold(n_folds, shuffle=True, random_state=runner.random_state)
    for some, others in folds.split(y[tested], y[tested]):
        train, test = np.append(tested[some], always), tested[others]
        fitted = runner.learn(candidate, REST, space.rows(part, train), y[train])
        right[test] = np.asarray(fitted.predict(space.rows(part, test))) == y[test]
    right = right[tested]
    sides = agreed.source_classes, agreed.target_classes
    same = sides[0] == sides[1]
    named, pool = outcome.predicted, space.rows_of_pool()
    if named is None and pool is not None:
        rows = pool_rows(outcome.model, pool)
        few = _safe_indexing(rows, sampled(pool.n_rows, _MOST_NAMED, 0))
        named = np.asarray(outcome.model.predict(few))
    drawn = [right[None], same[None]]
    drawn += [] if named is None else [named == classes[:, None]]
    means = [
        PairedBootstrap(part.shape[1], random_state=runner.random_state + number).mean(part)
        for number, part in enumerate(drawn)
    ]
    # Chance is taken as known: it moves little between draws.
    chance = sum(float(np.prod([np.mean(side == k) for side in sides])) for k in np.unique(sides))
    draws: Float64Array = np.zeros_like(means[0][0])
    if chance < 1 - 1e-12:
        draws = means[0][0] * np.clip((means[1][0] - chance) / (1 - chance), 0, None)
    overlap = float("nan")
    if named is not None:
        shares = counts / len(y)
        draws = draws * np.minimum(means[2], shares[:, None]).sum(axis=0)
        overlap = float(np.minimum(drawn[2].mean(axis=1), shares).sum())
    return Judgement(float(right.mean()), max(agreed.kappa, 0.0), overlap, draws)


def _cut(y: Labels) -> tuple[int, npt.NDArray[np.bool_]]:
    """Return the number of folds, and the rows whose class has one for each.

    Rows of rarer classes are learned from in every fold. At least two classes are tested.
    """
    _, place, counts = np.unique(y, return_inverse=True, return_counts=True)
    n_folds = int(np.clip(np.sort(counts)[-2], 2, _FOLDS))
    return n_folds, counts[place] >= n_folds


def advise(
    runner: Runner, outcomes: Sequence[Outcome], judgements: Sequence[Judgement | None]
) -> Advice:
    """Weigh the candidates by target labels or, without any, by all that needs none."""
    candidates = [one.candidate for one in outcomes]
    if runner.y_target is not None:
        values = np.array([one.predicted == runner.y_target for one in outcomes], dtype=float)
        bootstrap = PairedBootstrap(values.shape[1], random_state=runner.random_state)
        scores, draws, basis = values.mean(axis=1), bootstrap.mean(values), "target labels"
        chosen = simplest([KINDS.index(one.kind) for one in candidates], scores, draws)
    else:
        # Those that can't be judged come last.
        scores = np.array([-1.0 if one is None else one.score for one in judgements])
        drawn = [np.full(2000, -1.0) if one is None else one.draws for one in judgements]
        draws, basis = np.array(drawn), "consistency"
        chosen = without_labels(candidates, scores)
    best = int(np.argmax(scores))
    low, high = interval(draws[best] - draws[chosen])
    shared = [i for i, c in enumerate(candidates) if c.kind == "no map" and c.space.shared]
    maps = [i for i, c in enumerate(candidates) if c.kind in ("map", "round trip")]
    bare, as_good, gain = None, None, (float("nan"),) * 3
    if shared:
        bare = max(shared, key=lambda i: scores[i])
    if bare is not None and maps:
        mapped = max(maps, key=lambda i: scores[i])
        ends = interval(draws[mapped] - draws[bare])
        gain = (float(scores[mapped] - scores[bare]), float(ends[0]), float(ends[1]))
        as_good = bare in _as_good(scores, draws, mapped)
        if runner.y_target is None:
            as_good = candidates[bare].space.agreement >= UNDERSTANDS
    ends = interval(draws[chosen] - draws)
    near = np.flatnonzero((ends[0] <= 0) & (ends[1] >= 0))
    return Advice(
        candidates[chosen].name,
        basis,
        candidates[best].name,
        float(scores[best] - scores[chosen]),
        float(low),
        float(high),
        tuple(candidates[i].name for i in near if i != chosen),
        None if bare is None else candidates[bare].name,
        as_good,
        *gain,
        float("nan") if bare is None else candidates[bare].space.agreement,
    )


def without_labels(candidates: Sequence[Candidate], scores: np.ndarray) -> int:
    """Return the candidate to take where no target label can tell.

    Encoders are chosen by the score. Behind them it is the recipe, which was best or close to it
    wherever it was measured, unless the figures speak clearly for another way: they mislead by more
    than the good ways differ.
    """
    families: dict[str, list[int]] = {}
    for i, one in enumerate(candidates):
        families.setdefault(one.family or f"alone {i}", []).append(i)
    found = []
    for members in families.values():
        recipes = [i for i in members if candidates[i].kind == "recipe"]
        if not recipes:
            found += members
            continue
        recipe = max(recipes, key=lambda i: scores[i])
        space = candidates[recipe].space
        others = [i for i in members if i not in recipes]
        clear = [
            i for i in others if scores[i] > scores[recipe] * _lead(candidates[i].space, space)
        ]
        found.append(max(clear, key=lambda i: scores[i], default=recipe))
    return max(found, key=lambda i: scores[i])


def _lead(space: Space, recipes: Space) -> float:
    """Return how much higher a score has to be than that of the recipe, in its own space."""
    return CLEARLY_IN_ONE_SPACE if space is recipes and space.one_space else CLEARLY


def simplest(ranks: Sequence[int], scores: np.ndarray, draws: np.ndarray) -> int:
    """Return the best candidate of the lowest rank among those as good as the best."""
    near = _as_good(scores, draws, int(np.argmax(scores)))
    return min(near, key=lambda i: (ranks[i], -scores[i]))


def _as_good(scores: np.ndarray, draws: np.ndarray, best: int) -> list[int]:
    """Return the candidates within a point of `best` that the draws do not tell from it."""
    low, _ = interval(draws[best] - draws)
    # The other side of the margin: a better one is as good.
    near = (scores[best] - scores <= TOLERANCE) & (low <= 0)
    return [int(i) for i in np.flatnonzero(near | (scores >= scores[best]))]
