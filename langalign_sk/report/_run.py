"""Fit the candidates and let them predict; every row is predicted by a model that never saw it."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from langalign_sk.maps import FewPairsWarning
from langalign_sk.measures import compare_predictions, wilson_interval
from langalign_sk.report._candidates import REFERENCES, Candidate, Catalogue
from langalign_sk.report._texts import ALL, HELD_OUT, REST, Index, Labels, Texts, pickled_bytes
from langalign_sk.selection import Consistency, prediction_consistency

#: Folds over the target rows, fewer where a class has fewer rows.
_FOLDS = 5
#: Target labels per class that a little labelling would give.
_SHOTS = (5, 20)
#: The curve ends where halving the pairs would leave fewer than this.
_LEAST_PAIRS = 50
_MOST_POINTS = 6

Do = Callable[..., Any]


@dataclass(frozen=True)
class Fold:
    """Rows that are learned from, source and target, and target rows that are predicted."""

    source: Index
    target: Index
    test: Index


@dataclass(frozen=True, eq=False)
class Outcome:
    """The models of one candidate, and what they came to."""

    candidate: Candidate
    #: Class of every target row; None without target texts.
    predicted: Labels | None
    #: Fitted on all source rows and all pairs, behind the candidate's space.
    model: Any
    #: The same, fitted without the pairs that were left out.
    checked: Any
    #: On pairs that the map of `checked` has not seen.
    consistency: Consistency | None
    #: Seconds per 1,000 target texts, translator and encoder included.
    seconds: float
    #: Bytes when saved, encoder included.
    size_bytes: float
    #: Weights of the encoders; NaN where they are out of reach.
    parameters: float


@dataclass(eq=False)
class Runner:
    """Fits candidates on the rows of one report."""

    y: Labels
    y_target: Labels | None
    #: Group of each source and each target row.
    groups: tuple[Labels, Labels] | None
    #: Seed of folds and of the draws of few labels.
    random_state: int
    #: Labels of the part "X_more": rows of the target language that every model learns from too.
    y_more: Labels | None = None

    def __post_init__(self) -> None:
        self.folds: list[Fold] = []
        if self.y_target is not None:
            self.folds = _make_folds(len(self.y), self.y_target, self.groups, self.random_state)
        #: With all source rows in every fold, what learns from these alone is fitted once.
        self.one_fit = all(len(fold.source) == len(self.y) for fold in self.folds)

    def run(self, candidate: Candidate) -> Outcome:
        """Fit, predict, time, weigh; look at the pairs left out."""
        space = candidate.space
        model = self.fit(candidate)
        there = candidate.test_part in space.texts.parts
        # Without texts to test on, the target sides of held-out pairs are timed.
        part = candidate.test_part if there else "pairs_target"
        rows = space.rows(part, None if there else space.texts.subsets[HELD_OUT])
        start = time.perf_counter()
        found = np.asarray(model.predict(rows))
        seconds = (time.perf_counter() - start) / len(found) + space.seconds_per_text(part)
        predicted = None
        if there:
            predicted = found if self.one_fit else self.predict(candidate)
        size = space.size_bytes() + pickled_bytes(model)
        checked = self.fit(candidate, REST) if candidate.uses_pairs else model
        agreed = self.consistency(candidate, checked)
        costs = 1000 * seconds, size, space.n_parameters()
        return Outcome(candidate, predicted, model, checked, agreed, *costs)

    def fit(self, candidate: Candidate, subset: str = ALL) -> Any:
        """Fit on all source rows, with some or all pairs."""
        rows = candidate.space.rows(candidate.train_part or "X")
        return self.learn(candidate, subset, rows, self.y)

    def learn(self, candidate: Candidate, subset: str, rows: Any, labels: Labels) -> Any:
        """Fit on some rows, and on those that every model learns from."""
        space = candidate.space
        # A translator brings texts to predict into the source language, or labels into the target.
        if self.y_more is not None and candidate.kind not in ("translation", "native"):
            rows = space.join(rows, space.rows("X_more"))
            labels = np.concatenate([labels, self.y_more])
        return candidate.make(space.pairs(subset)).fit(rows, labels)

    def predict(self, candidate: Candidate, subset: str = ALL) -> Labels:
        """Return the class of every target row, fold by fold where folds learn from other rows."""
        space = candidate.space
        if self.one_fit and candidate.shots == 0:
            model = self.fit(candidate, subset)
            return np.asarray(model.predict(space.rows(candidate.test_part)))
        parts = []
        for number, fold in enumerate(self.folds):
            rows, labels = self._training_rows(candidate, fold, number)
            model = self.learn(candidate, subset, rows, labels)
            parts.append(model.predict(space.rows(candidate.test_part, fold.test)))
        found = np.concatenate(parts)
        predicted = np.empty(len(found), dtype=found.dtype)
        predicted[np.concatenate([fold.test for fold in self.folds])] = found
        return predicted

    def n_target_labels(self, shots: int | None) -> float:
        """Return how many target labels a fold learns from, on average."""
        assert self.y_target is not None
        counts = [
            np.unique(self.y_target[fold.target], return_counts=True)[1] for fold in self.folds
        ]
        return float(np.mean([(c if shots is None else c.clip(max=shots)).sum() for c in counts]))

    def consistency(self, candidate: Candidate, model: Any) -> Consistency | None:
        """Compare the two sides of the pairs that the model's map has not seen."""
        if candidate.kind in ("translation", *REFERENCES):
            return None  # the pairs are not what such a model reads
        with warnings.catch_warnings():
            # A candidate that brings pairs of its own may have seen some: said in the notes.
            warnings.filterwarnings("ignore", message=".* pairs that the map was fitted on")
            held_out = candidate.space.rows_of_pairs(HELD_OUT)
            return prediction_consistency(model, held_out, max_pairs=None)

    def _training_rows(self, candidate: Candidate, fold: Fold, number: int) -> tuple[Any, Labels]:
        """Return the rows of one fold to learn from, and their labels."""
        space, wanted = candidate.space, candidate.shots
        if candidate.train_part is not None:
            rows, labels = space.rows(candidate.train_part, fold.source), self.y[fold.source]
            if wanted == 0:
                return rows, labels
        assert self.y_target is not None
        few = fold.target
        if wanted is not None:
            few = few[_few_per_class(self.y_target[few], wanted, self.random_state + number)]
        own = space.rows("X_target", few)
        if candidate.train_part is None:
            return own, self.y_target[few]
        return space.join(rows, own), np.concatenate([labels, self.y_target[few]])


def pair_curve(
    runner: Runner, texts: Texts, outcomes: Sequence[Outcome], advised: str, do: Do
) -> list[dict[str, Any]]:
    """Measure the advised candidate, or else the best that uses pairs, with fewer of them."""
    users = [one for one in outcomes if one.candidate.uses_pairs]
    if not users:
        return []

    def figure(one: Outcome) -> tuple[bool, float]:
        kappa = -1.0 if one.consistency is None else one.consistency.kappa
        known = runner.y_target is not None
        rank = float(np.mean(one.predicted == runner.y_target)) if known else kappa
        return one.candidate.name == advised, rank

    outcome = max(users, key=figure)
    candidate = outcome.candidate
    every = np.arange(texts.pairs.n_pairs) if runner.folds else texts.subsets[REST]
    rows = []
    for part in _halvings(every, runner.random_state):
        name = f"{len(part)} pairs"
        texts.subsets[name] = part
        if len(part) == len(every):  # the comparison itself was made with these
            figures = _point(runner, outcome.predicted, outcome.consistency)
        else:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", FewPairsWarning)  # which is what the curve shows
                figures = _with_fewer(runner, candidate, name, do)
        rows.append({"candidate": candidate.name, "n_pairs": texts.n_pairs(name), **figures})
    return rows


def _with_fewer(runner: Runner, candidate: Candidate, subset: str, do: Do) -> dict[str, float]:
    """Return accuracy or agreement of a candidate with some of the pairs."""
    if runner.y_target is not None:
        return _point(runner, do(subset, runner.predict, candidate, subset), None)
    model = do(subset, runner.fit, candidate, subset)
    return _point(runner, None, runner.consistency(candidate, model))


def references(
    runner: Runner, catalogue: Catalogue, chosen: Candidate, do: Do
) -> list[dict[str, Any]]:
    """Measure native labels, all or a few, and the advised candidate with a few of them added."""
    if runner.y_target is None:
        return []
    listed = []
    space = chosen.space
    if space.extractor is None and catalogue.embedder is not None:
        space = catalogue.space(catalogue.embedder)
    if space.extractor is not None:
        native = catalogue.unaligned("native", space, "native", train_part=None, shots=None)
        few = [replace(native, name=f"native, {k} per class", shots=k) for k in _SHOTS]
        listed = [native, *few]
    if chosen.test_part == "X_target":
        listed += [
            replace(chosen, name=f"{chosen.name} + {k} per class", kind="mixture", shots=k)
            for k in _SHOTS
        ]
    rows = []
    for one in listed:
        found = _compared(do(one.name, runner.predict, one), runner)
        rows.append(
            {
                "candidate": one.name,
                "kind": one.kind,
                "shots": np.nan if one.shots is None else float(one.shots),
                "labels": runner.n_target_labels(one.shots),
                **{key: value for key, value in found.items() if not key.startswith("loss")},
            }
        )
    return rows


def _compared(predicted: Labels, runner: Runner) -> dict[str, float]:
    """Return accuracy and macro F1 of one candidate, with intervals."""
    found = compare_predictions([predicted], runner.y_target, random_state=runner.random_state)
    return {key: values[0] for key, values in found.items()}


def _point(
    runner: Runner, predicted: Labels | None, agreed: Consistency | None
) -> dict[str, float]:
    """Return accuracy or, without labels, agreement, with its interval."""
    if predicted is None or runner.y_target is None:
        return agreement_of(agreed)
    found = _compared(predicted, runner)
    return {key: found[key] for key in ("accuracy", "accuracy_low", "accuracy_high")}


def agreement_of(agreed: Consistency | None) -> dict[str, float]:
    """Return the share of pairs whose sides get one class, and its interval."""
    names = ("agreement", "agreement_low", "agreement_high")
    if agreed is None:
        return dict.fromkeys(names, float("nan"))
    same = agreed.source_classes == agreed.target_classes
    ends = wilson_interval(int(same.sum()), len(same))
    return dict(zip(names, (agreed.agreement, *ends), strict=True))


def _halvings(every: Index, random_state: int) -> list[Index]:
    """Return ever larger parts of the pairs, each half of the next, up to all of them."""
    order = np.random.default_rng(random_state).permutation(len(every))
    sizes = [len(every)]
    while sizes[-1] // 2 >= _LEAST_PAIRS and len(sizes) < _MOST_POINTS:
        sizes.append(sizes[-1] // 2)
    return [every[np.sort(order[:size])] for size in reversed(sizes)]


def _make_folds(
    n_source: int, y_target: Labels, groups: tuple[Labels, Labels] | None, random_state: int
) -> list[Fold]:
    """Return stratified folds of the target rows; no group of a test row is learned from."""
    counts = np.unique(y_target, return_counts=True)[1]
    if counts.max() < 2:
        raise ValueError("y_target has one row of each class; two of some class are needed")
    n_folds = int(np.clip(counts.min(), 2, _FOLDS))
    source, target = (np.full(n_source, -1), None) if groups is None else groups
    # Folds of plain stratification where no group repeats: everybody's own loop has the same.
    repeated = target is not None and len(np.unique(target)) < len(target)
    kind = StratifiedGroupKFold if repeated else StratifiedKFold
    splitter = kind(n_folds, shuffle=True, random_state=random_state)
    with warnings.catch_warnings():
        # A class of one row is never learned where it is tested, and that is how it counts.
        warnings.filterwarnings("ignore", message="The least populated class in y")
        splits = list(splitter.split(y_target, y_target, target if repeated else None))
    return [
        Fold(np.flatnonzero(~np.isin(source, [] if target is None else target[test])), train, test)
        for train, test in splits
    ]


def _few_per_class(labels: Labels, n: int, seed: int) -> Index:
    """Return the numbers of `n` rows of each class, or of all it has."""
    rng = np.random.default_rng(seed)
    chosen = [rng.permutation(np.flatnonzero(labels == label))[:n] for label in np.unique(labels)]
    return np.sort(np.concatenate(chosen))
