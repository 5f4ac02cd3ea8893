"""How well a classifier will do in the target language, without target labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import clone
from sklearn.isotonic import IsotonicRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from langalign_sk._numeric._arrays import Float64Array
from langalign_sk.corpus import ParallelCorpus
from langalign_sk.evaluate._consistency import (
    beyond_chance,
    pair_weights,
    probabilities,
)
from langalign_sk.evaluate._sides import check_pairs, pair_rows, pool_rows, random_numbers, sampled

_DRAWS = 200
_BINS = 5
_FEW_PAIRS = 100
_LOW_KAPPA = 0.3


@dataclass(frozen=True)
class AccuracyEstimate:
    """What `estimate_target_accuracy` returns.

    Attributes
    ----------
    estimate : float
        Estimated accuracy on target-language rows.
    low, high : float
        Interval around it.
    reliable : bool
        False where something is known to break the estimate; do not act on it then.
    reason : str
        Why it is not reliable; empty where it is.
    source_accuracy : float
        Cross-validated accuracy on the labelled source rows.
    agreement : float
        Share of the pairs that get the same class on both sides.
    kappa : float
        The same beyond chance.
    n_pairs : int
        Pairs looked at.
    """

    estimate: float
    low: float
    high: float
    reliable: bool
    reason: str
    source_accuracy: float
    agreement: float
    kappa: float
    n_pairs: int

    def summary(self) -> str:
        """The estimate in words."""
        text = (
            f"about {self.estimate:.2f} in the target language ({self.low:.2f} to "
            f"{self.high:.2f}), from {self.source_accuracy:.2f} in the source language and "
            f"{self.agreement:.0%} agreement on {self.n_pairs} pairs"
        )
        return text if self.reliable else f"unreliable here: {self.reason} (would be {text})"


def estimate_target_accuracy(
    estimator: Any,
    X: Any,
    y: Any,
    pairs: ParallelCorpus,
    unlabeled: Any = None,
    *,
    cv: int = 5,
    max_pairs: int | None = 2000,
    confidence: float = 0.9,
    random_state: Any = 0,
) -> AccuracyEstimate:
    r"""Estimate the accuracy on target rows from source labels and held-out pairs.

    Parameters
    ----------
    estimator : classifier
        Pipeline whose aligner was given OTHER pairs. It is cloned and fitted, not changed.
    X : array-like or sequence
        Labelled source rows, as `estimator` takes them.
    y : array-like
        Their classes.
    pairs : ParallelCorpus
        Held-out pairs, texts or vectors as `estimator` takes them.
    unlabeled : TextPool or rows, default=None
        Unlabelled target rows of the kind to be classified.
    cv : int, default=5
        Folds on the source rows.
    max_pairs : int or None, default=2000
        Look at this many pairs at most, drawn at random.
    confidence : float, default=0.9
        Nominal confidence of the interval.
    random_state : int, RandomState or None, default=0
        Of folds, drawing and bootstrap.

    Returns
    -------
    AccuracyEstimate

    See Also
    --------
    prediction_consistency : The agreement alone.
    coverage : Whether the pairs are of the kind of text to be classified.
    """
    pairs = check_pairs(pairs)
    labels = np.asarray(y)
    random = random_numbers(random_state)
    fitted = clone(estimator).fit(X, y)
    source = _out_of_fold(estimator, X, labels, cv, random)
    rows = sampled(pairs.n_pairs, max_pairs, random)
    chosen = pairs if len(rows) == pairs.n_pairs else pairs.take(rows)
    left, right = pair_rows(fitted, chosen)
    a, conf_a = _classes(fitted, left)
    b, conf_b = _classes(fitted, right)
    agree = (a == b).astype(np.float64)
    conf_u = None
    if unlabeled is not None:
        _, conf_u = _classes(fitted, pool_rows(fitted, unlabeled))
    weights = pair_weights(chosen)
    sample = _Sample(
        source[0], source[1], agree, conf_a, conf_b, weights, conf_u, len(np.unique(labels))
    )
    centre = sample.estimate()
    draws = np.array([sample.resampled(random).estimate() for _ in range(_DRAWS)])
    tail = (1 - confidence) / 2
    low = float(np.quantile(draws.min(axis=1), tail))
    high = float(np.quantile(draws.max(axis=1), 1 - tail))
    kappa = beyond_chance(a, b, weights)
    accuracy = float(source[0].mean())
    reason = _doubt(chosen.n_pairs, kappa, accuracy, labels)
    return AccuracyEstimate(
        float(np.mean(centre)),
        low,
        high,
        not reason,
        reason,
        accuracy,
        float(weights @ agree),
        kappa,
        chosen.n_pairs,
    )


@dataclass(frozen=True)
class _Sample:
    """What the estimate is computed from; resampled for its interval."""

    right: Float64Array
    conf_x: Float64Array
    agree: Float64Array
    conf_a: Float64Array
    conf_b: Float64Array
    weights: Float64Array
    conf_u: Float64Array | None
    n_classes: int

    def estimate(self) -> tuple[float, ...]:
        """The accuracy by each way of carrying it over, in [0, 1]."""
        calibrate = IsotonicRegression(out_of_bounds="clip").fit(self.conf_x, self.right)
        known = calibrate.predict(self.conf_a)
        # A row that differs from a right class is wrong; from a wrong one, right by chance.
        right = self.agree * known + (1 - self.agree) * (1 - known) / max(self.n_classes - 1, 1)
        by_source = IsotonicRegression(out_of_bounds="clip").fit(
            self.conf_a, right, sample_weight=self.weights
        )
        found = [float(by_source.predict(self.conf_x).mean())]
        if self.conf_u is not None:
            by_target = IsotonicRegression(out_of_bounds="clip").fit(
                self.conf_b, right, sample_weight=self.weights
            )
            found.append(float(by_target.predict(self.conf_u).mean()))
        return tuple(found)

    def resampled(self, random: np.random.RandomState) -> _Sample:
        """A bootstrap sample of source rows, pairs and unlabelled rows."""
        i = random.randint(len(self.right), size=len(self.right))
        j = random.randint(len(self.agree), size=len(self.agree))
        conf_u = self.conf_u
        if conf_u is not None:
            conf_u = conf_u[random.randint(len(conf_u), size=len(conf_u))]
        return _Sample(
            self.right[i],
            self.conf_x[i],
            self.agree[j],
            self.conf_a[j],
            self.conf_b[j],
            self.weights[j],
            conf_u,
            self.n_classes,
        )


def _out_of_fold(
    estimator: Any, X: Any, y: npt.NDArray[Any], cv: int, random: np.random.RandomState
) -> tuple[Float64Array, Float64Array]:
    """Whether each source row is classified right by a fit without it, and how confidently."""
    folds = StratifiedKFold(cv, shuffle=True, random_state=random.randint(2**31 - 1))
    if hasattr(estimator, "predict_proba"):
        proba = cross_val_predict(clone(estimator), X, y, cv=folds, method="predict_proba")
        classes = np.unique(y)[proba.argmax(axis=1)]
        return (classes == y).astype(np.float64), proba.max(axis=1).astype(np.float64)
    classes = cross_val_predict(clone(estimator), X, y, cv=folds)
    return (classes == y).astype(np.float64), np.ones(len(y))


def _classes(fitted: Any, rows: Any) -> tuple[npt.NDArray[Any], Float64Array]:
    """Class of each row and the probability it is given; 1 where there are none."""
    proba = probabilities(fitted, rows)
    if proba is None:
        classes = np.asarray(fitted.predict(rows))
        return classes, np.ones(len(classes))
    return np.asarray(fitted.classes_)[proba.argmax(axis=1)], proba.max(axis=1)


def _doubt(n_pairs: int, kappa: float, accuracy: float, y: npt.NDArray[Any]) -> str:
    """What is known to break the estimate; empty where nothing is."""
    majority = float(np.unique(y, return_counts=True)[1].max() / len(y))
    if n_pairs < _FEW_PAIRS:
        return f"{n_pairs} pairs are too few, {_FEW_PAIRS} are needed"
    if accuracy <= majority + 0.02:
        return (
            f"in the source language itself it is right in {accuracy:.0%}, no better than always "
            f"naming the largest class ({majority:.0%})"
        )
    if kappa < _LOW_KAPPA:
        return f"the two sides of the pairs hardly agree beyond chance (kappa {kappa:.2f})"
    return ""
