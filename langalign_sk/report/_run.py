"""Fit the candidates and let them predict; every row is predicted by a model that never saw it."""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from langalign_sk.report._blind import Judgement, judge
from langalign_sk.report._cache import pickled_bytes
from langalign_sk.report._candidates import REFERENCES, Candidate
from langalign_sk.report._spaces import ALL, Index
from langalign_sk.selection import Consistency, prediction_consistency

Labels = npt.NDArray[Any]

#: Names of the pairs that are left out, and of the others.
HELD_OUT, REST = "held out", "rest"


@dataclass(frozen=True)
class Fold:
    """Which rows are learned from, source and target, and which target rows are predicted."""

    source: Index
    target: Index
    test: Index


@dataclass(frozen=True, eq=False)
class Outcome:
    """What one candidate came to.

    Attributes
    ----------
    candidate : Candidate
        The way.
    predicted : ndarray or None
        Class of every target row; None without target texts.
    model : estimator
        Fitted on all source rows and all pairs, behind the candidate's reader.
    checked : estimator
        The same, fitted without the pairs that were left out.
    consistency : Consistency or None
        On pairs that the map of a second fit has not seen.
    judgement : Judgement or None
        What speaks for it, where there are no target labels.
    seconds, size_bytes : float
        Seconds per 1,000 target texts, encoder included; bytes when saved, encoder included.
    """

    candidate: Candidate
    predicted: Labels | None
    model: Any
    checked: Any
    consistency: Consistency | None
    judgement: Judgement | None
    seconds: float
    size_bytes: float


class Runner:
    """Fits candidates on the rows of one report.

    Parameters
    ----------
    y, y_target : ndarray
        Labels; those of the target rows may be None.
    folds : list of Fold
        Folds over the target rows; empty without labels.
    random_state : int
        Seed of the draws of few labels.
    """

    def __init__(
        self, y: Labels, y_target: Labels | None, folds: list[Fold], random_state: int
    ) -> None:
        self.y, self.y_target, self.folds = y, y_target, folds
        self.random_state = random_state
        every = np.arange(len(y))
        #: With all source rows in every fold, what learns from these alone is fitted once.
        self.one_fit = all(np.array_equal(fold.source, every) for fold in folds)

    def run(self, candidate: Candidate) -> Outcome:
        """Fit, predict, time, weigh; look at the pairs left out."""
        reader = candidate.reader
        model = self.fit(candidate)
        predicted = None
        timed = reader.rows(*self._timed_rows(candidate))
        start = time.perf_counter()
        found = np.asarray(model.predict(timed))
        seconds = 1000 * ((time.perf_counter() - start) / len(found) + reader.seconds_per_text())
        if candidate.test_part in reader.texts.parts:
            predicted = found if self.one_fit else self.predict(candidate)
        size = reader.size_bytes() + pickled_bytes(model)
        checked = self.fit(candidate, REST) if candidate.uses_pairs else model
        agreed = self.consistency(candidate, checked)
        judged = None
        if self.y_target is None:
            judged = judge(
                candidate,
                self.y,
                model=model,
                checked=checked,
                agreed=agreed,
                subsets=(HELD_OUT, REST),
                random_state=self.random_state,
            )
        return Outcome(candidate, predicted, model, checked, agreed, judged, seconds, size)

    def _timed_rows(self, candidate: Candidate) -> tuple[str, Index | None]:
        """Target rows to time predictions on: those to test on, else those of held-out pairs."""
        texts = candidate.reader.texts
        if candidate.test_part in texts.parts:
            return candidate.test_part, None
        return "pairs_target", texts.subsets[HELD_OUT]

    def fit(self, candidate: Candidate, subset: str = ALL) -> Any:
        """Fit on all source rows, with some or all pairs."""
        assert candidate.train_part is not None
        rows = candidate.reader.rows(candidate.train_part)
        return candidate.make(candidate.reader.fit_pairs(subset)).fit(rows, self.y)

    def predict(self, candidate: Candidate, subset: str = ALL) -> Labels:
        """Class of every target row, fold by fold where the folds learn from different rows."""
        if self.one_fit and candidate.shots == 0:
            model = self.fit(candidate, subset)
            return np.asarray(model.predict(candidate.reader.rows(candidate.test_part)))
        parts = []
        for number, fold in enumerate(self.folds):
            rows, labels = self._training_rows(candidate, fold, number)
            model = candidate.make(candidate.reader.fit_pairs(subset)).fit(rows, labels)
            parts.append(model.predict(candidate.reader.rows(candidate.test_part, fold.test)))
        found = np.concatenate(parts)
        predicted = np.empty(len(found), dtype=found.dtype)
        predicted[np.concatenate([fold.test for fold in self.folds])] = found
        return predicted

    def _training_rows(self, candidate: Candidate, fold: Fold, number: int) -> tuple[Any, Labels]:
        """Rows of one fold to learn from, and their labels."""
        reader, wanted = candidate.reader, candidate.shots
        if candidate.train_part is not None:
            rows, labels = reader.rows(candidate.train_part, fold.source), self.y[fold.source]
            if wanted == 0:
                return rows, labels
        assert self.y_target is not None
        few = fold.target
        if wanted is not None:
            few = few[few_per_class(self.y_target[few], wanted, self.random_state + number)]
        own = reader.rows("X_target", few)
        if candidate.train_part is None:
            return own, self.y_target[few]
        return reader.join(rows, own), np.concatenate([labels, self.y_target[few]])

    def consistency(self, candidate: Candidate, model: Any) -> Consistency | None:
        """Agreement on the pairs that the model's map has not seen."""
        if candidate.kind in ("translation", *REFERENCES):
            return None  # the pairs are not what such a model reads
        with warnings.catch_warnings():
            # A candidate that brings pairs of its own may have seen some: said in the notes.
            warnings.filterwarnings("ignore", message=".* pairs that the map was fitted on")
            held_out = candidate.reader.fit_pairs(HELD_OUT)
            return prediction_consistency(model, held_out, max_pairs=None)


def make_folds(
    n_source: int,
    y_target: Labels,
    groups: tuple[Labels, Labels] | None,
    n_folds: int,
    random_state: int,
) -> list[Fold]:
    """Stratified folds over the target rows; no group of a test row is learned from."""
    rows = np.zeros((len(y_target), 1))
    if groups is None:
        splitter = StratifiedKFold(n_folds, shuffle=True, random_state=random_state)
        every = np.arange(n_source)
        return [Fold(every, train, test) for train, test in splitter.split(rows, y_target)]
    source, target = groups
    # Folds of plain stratification where no group repeats: everybody's own loop has the same.
    repeated = len(np.unique(target)) < len(target)
    kind = StratifiedGroupKFold if repeated else StratifiedKFold
    splitter = kind(n_folds, shuffle=True, random_state=random_state)
    return [
        Fold(np.flatnonzero(~np.isin(source, target[test])), train, test)
        for train, test in splitter.split(rows, y_target, target if repeated else None)
    ]


def few_per_class(labels: Labels, n: int, seed: int) -> Index:
    """Numbers of `n` rows of each class, or of all it has."""
    rng = np.random.default_rng(seed)
    chosen = [rng.permutation(np.flatnonzero(labels == label))[:n] for label in np.unique(labels)]
    return np.sort(np.concatenate(chosen))


def before_the_head(model: Any, rows: Any) -> npt.NDArray[Any] | None:
    """Rows where the head of a fitted pipeline works; None where that is no table of numbers."""
    *front, head = [step for _, step in getattr(model, "steps", [("", model)])]
    for step in front:
        rows = step.transform(rows)
    if hasattr(head, "aligner_"):  # a classifier that aligns by itself
        rows = head.aligner_.transform(rows)
    found = np.asarray(rows)
    return found if found.ndim == 2 and found.dtype.kind == "f" else None
