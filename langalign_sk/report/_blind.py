"""What speaks for a candidate where no target label is there to tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline

from langalign_sk._numeric import Float64Array
from langalign_sk.measures import PairedBootstrap
from langalign_sk.report._candidates import Candidate
from langalign_sk.report._spaces import Index
from langalign_sk.selection import Consistency, beyond_chance, pair_rows, pool_rows, sampled
from langalign_sk.transfer import TransferClassifier

Labels = npt.NDArray[Any]

#: Folds over the source rows, fewer where a class has fewer rows.
_FOLDS = 3
#: Unpaired target texts looked at, where no others are there.
_MOST_NAMED = 2000


@dataclass(frozen=True, eq=False)
class Judgement:
    """What is known of one candidate without target labels.

    Attributes
    ----------
    right : ndarray of bool
        Whether each source row is classified right by a fit without it.
    source_side, target_side : ndarray
        Class of the two sides of each held-out pair, by one head.
    named : ndarray or None
        Class of each target text; None where there are no target texts.
    """

    right: Labels
    source_side: Labels
    target_side: Labels
    named: Labels | None

    @property
    def source_accuracy(self) -> float:
        """Share of source rows that are classified right."""
        return float(self.right.mean())

    @property
    def kappa(self) -> float:
        """Agreement of the two sides beyond chance, at least 0."""
        weights = np.full(len(self.source_side), 1 / len(self.source_side))
        return max(beyond_chance(self.source_side, self.target_side, weights), 0.0)

    def overlap(self, y: Labels) -> float:
        """What the class shares of the target texts have in common with those of the labels.

        No more than this share of the texts can be right if the classes are as frequent among
        them. 1 where there are no target texts.
        """
        if self.named is None:
            return 1.0
        return float(sum(min(np.mean(self.named == k), np.mean(y == k)) for k in np.unique(y)))

    def score(self, y: Labels) -> float:
        """Right in one language, the same in the other, in classes as frequent as they should be.

        All three are needed, hence their product.
        """
        return self.source_accuracy * self.kappa * self.overlap(y)


def judge(
    candidate: Candidate,
    y: Labels,
    *,
    model: Any,
    checked: Any,
    agreed: Consistency | None,
    subsets: tuple[str, str],
    random_state: int,
) -> Judgement | None:
    """Look at a candidate from all sides that need no target label.

    `model` knows all pairs, `checked` the second of `subsets` alone, and `agreed` is what it says
    of the first. None for candidates that do not read pairs.
    """
    if agreed is None:
        return None
    held_out, rest = subsets
    reader, part = candidate.reader, candidate.train_part or "X"
    right = np.zeros(len(y), dtype=bool)
    n_folds = min(_FOLDS, int(np.unique(y, return_counts=True)[1].min()))
    folds = StratifiedKFold(n_folds, shuffle=True, random_state=random_state)
    for train, test in folds.split(np.zeros((len(y), 1)), y):
        fitted = candidate.make(reader.fit_pairs(rest)).fit(reader.rows(part, train), y[train])
        right[test] = np.asarray(fitted.predict(reader.rows(part, test))) == y[test]
    source_side = _carried(checked, reader.fit_pairs(held_out))
    if source_side is None:
        source_side = agreed.source_classes
    return Judgement(right, source_side, agreed.target_classes, _named(candidate, model))


def has_head_per_language(model: Any) -> bool:
    """Whether the two sides of a pair are judged by two heads."""
    last = model.steps[-1][1] if isinstance(model, Pipeline) else model
    return isinstance(last, TransferClassifier)


def weighed(
    judgements: Sequence[Judgement | None], y: Labels, random_state: int
) -> tuple[Float64Array, Float64Array]:
    """Score of each candidate and bootstrap draws of it; -1 for those that can't be judged."""
    scores, draws = [], []
    for one in judgements:
        if one is None:
            scores.append(-1.0)
            draws.append(np.full(2000, -1.0))
        else:
            scores.append(one.score(y))
            draws.append(_draws(one, y, random_state))
    return np.array(scores), np.array(draws)


def _draws(one: Judgement, y: Labels, random_state: int) -> Float64Array:
    """Scores on source rows, pairs and target texts drawn again, the same for all candidates."""
    parts = [one.right[None], (one.source_side == one.target_side)[None]]
    if one.named is not None:
        parts.append(np.array([one.named == k for k in np.unique(y)]))
    right, same, *named = [
        PairedBootstrap(part.shape[1], random_state=random_state + number).mean(part)
        for number, part in enumerate(parts)
    ]
    # Chance is taken as known: it moves little between draws.
    sides = one.source_side, one.target_side
    chance = sum(float(np.prod([np.mean(side == k) for side in sides])) for k in np.unique(sides))
    drawn: Float64Array = np.zeros_like(right[0])
    if chance < 1 - 1e-12:
        drawn = right[0] * np.clip((same[0] - chance) / (1 - chance), 0, None)
    if named:
        shares = np.unique(y, return_counts=True)[1] / len(y)
        drawn *= np.minimum(named[0], shares[:, None]).sum(axis=0)
    return drawn


def _carried(checked: Any, pairs: Any) -> Labels | None:
    """Class of the source sides by the head of the target language, where it has its own."""
    if not has_head_per_language(checked):
        return None
    rows, _ = pair_rows(checked, pairs)
    *front, last = checked.steps if isinstance(checked, Pipeline) else [("clf", checked)]
    for _, step in front:
        rows = step.transform(rows)
    found: Labels = last[1].predict_carried(rows, str(pairs.target_lang))
    return found


def _named(candidate: Candidate, model: Any) -> Labels | None:
    """Class of each target text: of those to test on, else of unpaired ones."""
    reader = candidate.reader
    if candidate.test_part in reader.texts.parts:
        return np.asarray(model.predict(reader.rows(candidate.test_part)))
    pools = [pool for pool in reader.pools if pool.lang == reader.texts.pairs.target_lang]
    if not pools:
        return None
    rows = pool_rows(model, pools[0])
    return np.asarray(model.predict(_some(rows, sampled(len(rows), _MOST_NAMED, 0))))


def _some(rows: Any, index: Index) -> Any:
    """Some rows of a table or of a list."""
    return [rows[i] for i in index] if isinstance(rows, list) else rows[index]
