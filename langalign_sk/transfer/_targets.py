"""What is told of a row: one of several classes, any of several labels, or values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, softmax
from sklearn.base import is_classifier

from langalign_sk._numeric import Float64Array, FloatArray

#: The factor of the scores lies between these.
_LEAST_SURE, _MOST_SURE = 1.0, 30.0

#: No probability nearer to 0 or 1 than this is taken for even odds.
_LEAST_MIDDLE = 0.02

#: What fits an estimator on the rows at hand, given its targets.
Fit = Callable[[np.ndarray], Any]


class Targets:
    """Targets as columns of numbers, which every head learns and says alike.

    Parameters
    ----------
    n_columns : int
        Number of the columns.
    """

    #: True where each column is a problem of its own.
    apart = True
    #: What to give a head instead of one that cannot tell these targets.
    _wanted = ""

    def __init__(self, n_columns: int) -> None:
        self.n_columns = n_columns

    def share(self, told: Float64Array, weight: Float64Array) -> Float64Array:
        """Return the mean of each column."""
        mean: Float64Array = weight @ told / weight.sum()
        return mean

    def sureness(self, scores: Float64Array, told: Float64Array, weight: Float64Array) -> Any:
        """Return the factor of scores that makes what was told of left out rows most likely."""
        raise NotImplementedError

    def read(self, scores: Float64Array, share: Float64Array, sureness: Any) -> Float64Array:
        """Return what scores say, given the mean of each column."""
        raise NotImplementedError

    def learn(self, fit: Fit, told: Float64Array) -> Any:
        """Fit an estimator that takes targets as scikit-learn does, or one for each column."""
        raise NotImplementedError

    def ask(self, learned: Any, X: FloatArray) -> Float64Array:
        """Return what :meth:`learn` made says of rows, as columns."""
        raise NotImplementedError

    def check(self, estimator: Any) -> None:
        """Refuse an estimator of the user's that cannot tell these targets."""
        if not hasattr(estimator, "predict_proba"):
            name = type(estimator).__name__
            raise ValueError(
                f"head {name} has no predict_proba: give a classifier that says how sure it is, "
                f"such as LogisticRegression(), or wrap it, "
                f"head=CalibratedClassifierCV({name}(...))"
            )


class Classes(Targets):
    """One of several classes for each row: a column for each, of which one is 1."""

    apart = False

    def __init__(self, classes: np.ndarray) -> None:
        super().__init__(len(classes))
        self.classes = classes

    def columns(self, y: np.ndarray) -> Float64Array:
        """Return class labels as indicators."""
        return np.eye(self.n_columns)[np.searchsorted(self.classes, y)]

    def sureness(self, scores: Float64Array, told: Float64Array, weight: Float64Array) -> float:
        """Return one factor for all classes, those without a row left out."""
        present = weight @ told > 0
        return _one_of(scores[:, present], weight[:, None] * told[:, present])

    def read(self, scores: Float64Array, share: Float64Array, sureness: float) -> Float64Array:
        """Return probabilities that sum to one; a class without a row has none."""
        proba: Float64Array = softmax(np.where(share > 0, sureness * scores, -np.inf), axis=1)
        return proba

    def learn(self, fit: Fit, told: Float64Array) -> Any:
        """Fit one classifier on class labels."""
        return fit(self.classes[told.argmax(axis=1)])

    def ask(self, learned: Any, X: FloatArray) -> Float64Array:
        """Return probabilities; the classifier may lack some of the classes."""
        proba = np.zeros((len(X), self.n_columns))
        proba[:, np.searchsorted(self.classes, learned.classes_)] = learned.predict_proba(X)
        return proba


class Labels(Targets):
    """Any of several labels for each row: a column of 0 and 1 for each label."""

    def share(self, told: Float64Array, weight: Float64Array) -> Float64Array:
        """Return how frequent each label is; exactly 0 or 1 where it does not vary."""
        kept = told[weight > 0]
        return np.where(np.ptp(kept, axis=0) > 0, super().share(told, weight), kept[0])

    def sureness(self, scores: Float64Array, told: Float64Array, weight: Float64Array) -> Any:
        """Return a factor for each label: that of a choice between the label and none."""
        factors = np.ones(self.n_columns)
        for j, (score, own) in enumerate(zip(scores.T, told.T, strict=True)):
            if np.ptp(own[weight > 0]) > 0:
                both = np.column_stack([score, 1 - score])
                factors[j] = _one_of(both, weight[:, None] * np.column_stack([own, 1 - own]))
        return factors

    def read(self, scores: Float64Array, share: Float64Array, sureness: Any) -> Float64Array:
        """Return the probability of each label; one that all rows have, or none has, is certain."""
        proba: Float64Array = expit(sureness * (2 * scores - 1))
        return np.where((share > 0) & (share < 1), proba, share)

    def middle(self, said: Float64Array, told: Float64Array, weight: Float64Array) -> Float64Array:
        """Return the probability of each label above which it is told as often as it is true."""
        found = np.full(self.n_columns, 0.5)
        for j, (proba, own) in enumerate(zip(said.T, told.T, strict=True)):
            if weight.any() and np.ptp(own[weight > 0]) > 0:
                order = np.argsort(-proba, kind="stable")
                most = own @ weight + 1e-9 * weight.sum()
                first = int(np.searchsorted(np.cumsum(weight[order]), most, side="right"))
                found[j] = proba[order[min(first, len(order) - 1)]]
        middle: Float64Array = np.clip(found, _LEAST_MIDDLE, 1 - _LEAST_MIDDLE)
        return middle

    def moved(self, proba: Float64Array, middle: Float64Array) -> Float64Array:
        """Return probabilities with the odds of each label moved, its `middle` to one half."""
        there = proba * (1 - middle)
        return there / (there + (1 - proba) * middle)

    def learn(self, fit: Fit, told: Float64Array) -> Any:
        """Fit a classifier for each label; a label that does not vary is a number."""
        return [fit(own.astype(int)) if np.ptp(own) > 0 else float(own[0]) for own in told.T]

    def ask(self, learned: Any, X: FloatArray) -> Float64Array:
        """Return the probability of each label."""
        return np.column_stack(
            [
                np.full(len(X), one) if isinstance(one, float) else one.predict_proba(X)[:, 1]
                for one in learned
            ]
        )


class Values(Targets):
    """Real numbers, one or several for each row."""

    def sureness(self, scores: Float64Array, told: Float64Array, weight: Float64Array) -> float:
        """Return 1: values are as they are."""
        return 1.0

    def read(self, scores: Float64Array, share: Float64Array, sureness: float) -> Float64Array:
        """Return the scores."""
        return scores

    def learn(self, fit: Fit, told: Float64Array) -> Any:
        """Fit one regressor."""
        return fit(told if self.n_columns > 1 else told[:, 0])

    def ask(self, learned: Any, X: FloatArray) -> Float64Array:
        """Return the values as columns."""
        found = np.asarray(learned.predict(X), dtype=np.float64)
        return found.reshape(len(X), self.n_columns)

    def check(self, estimator: Any) -> None:
        """Refuse what tells classes."""
        if is_classifier(estimator) or not hasattr(estimator, "predict"):
            raise ValueError(
                f"head {type(estimator).__name__} is no regressor: give one, such as Ridge()"
            )


def _one_of(scores: Float64Array, wanted: Float64Array) -> float:
    """Return the factor of the scores that makes the labels most likely."""
    given = float(np.einsum("ij,ij->", wanted, scores))
    weight = wanted.sum(axis=1)

    def slope(factor: float) -> float:
        """Derivative of the log-likelihood, which is concave in the factor."""
        proba = softmax(factor * scores, axis=1)
        return given - float(weight @ np.einsum("ij,ij->i", proba, scores))

    if slope(_LEAST_SURE) <= 0:
        return _LEAST_SURE
    if slope(_MOST_SURE) >= 0:
        return _MOST_SURE
    return float(brentq(slope, _LEAST_SURE, _MOST_SURE))
