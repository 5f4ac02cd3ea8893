"""Answers given only where the model is sure enough: a threshold for a stated risk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.stats import beta

from langalign_sk._numeric import Float64Array
from langalign_sk.maps import PART
from langalign_sk.measures import checked
from langalign_sk.selection import AccuracyEstimate, sharpened

#: Thresholds to choose from: few bounds are to hold together then.
_LEVELS = 31
#: Logarithms of the exponents that probabilities are brought to an accuracy with.
_RANGE = (-5.0, 3.0)


@dataclass(frozen=True)
class Abstention:
    """From which confidence on a model may answer by itself.

    `answer_above` makes it.

    Attributes
    ----------
    threshold : float
        Answer where the confidence is this or more; infinite where no answer is safe enough.
    answered : float
        Share of the rows that are answered.
    error : float
        Share of these that are wrong: counted with labels, expected without.
    at_most : float
        Upper bound of that share in new rows of the same kind; not a number without labels.
    risk : float
        The share that was stated.
    n_rows : int
        Rows looked at.
    """

    threshold: float
    answered: float
    error: float
    at_most: float
    risk: float
    n_rows: int

    def figures(self) -> dict[str, float | None]:
        """Return all figures by name; None for those that are not known, as JSON has it."""
        return {name: value if np.isfinite(value) else None for name, value in vars(self).items()}

    def summary(self) -> str:
        """Return the finding in words."""
        if not self.answered:
            return (
                f"No confidence is known from which on at most {self.risk:.1%} of the answers are "
                f"wrong, by {self.n_rows:,} rows: label more of them, or take a larger risk."
            )
        said = (
            f"Answer from a confidence of {self.threshold:.3f} on: that is {self.answered:.0%} of "
            f"{self.n_rows:,} rows, {self.error:.1%} of them wrong"
        )
        if np.isnan(self.at_most):
            return f"{said} by the estimated accuracy; some labelled rows would tell for sure."
        return f"{said} here, and at most {self.at_most:.1%} of new ones."


@checked(risk=[PART], confidence=[PART])
def answer_above(
    model: Any,
    X: Any,
    y: Any = None,
    *,
    risk: float = 0.05,
    estimate: AccuracyEstimate | float | None = None,
    confidence: float = 0.9,
) -> Abstention:
    r"""Find the confidence from which on at most a stated share of the answers is wrong.

    Parameters
    ----------
    model : fitted classifier
        With ``predict_proba``.
    X : array-like or sequence
        Rows of the kind to be answered, that the model was not fitted on.
    y : array-like, default=None
        Their labels.
    risk : float, default=0.05
        Share of the answers that may be wrong.
    estimate : AccuracyEstimate or float, default=None
        Without labels: the accuracy on such rows; of an `AccuracyEstimate` its lower end.
    confidence : float, default=0.9
        With labels: how sure it is to be that new rows keep the risk.

    Returns
    -------
    Abstention

    See Also
    --------
    langalign_sk.selection.estimate_target_accuracy : The accuracy, without target labels.
    TransferClassifier : Its `reject` leaves out rows that belong to no class.

    Notes
    -----
    With labels, 31 thresholds are halved again and again, and the share of wrong answers above
    each that is looked at is bounded from above (Clopper and Pearson), so that all of these bounds
    hold together with the stated confidence (Geifman and El-Yaniv, 2017). Without, the
    probabilities are brought to the estimated accuracy by one exponent, and what they leave to 1
    is the expected error: as good as the estimate and the order of the confidences are.

    References
    ----------
    Y. Geifman and R. El-Yaniv. Selective classification for deep neural networks. NeurIPS 2017.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from langalign_sk.monitor import answer_above
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(2000, 2))
    >>> y = X[:, 0] + rng.normal(size=2000) > 0
    >>> model = LogisticRegression().fit(X[:500], y[:500])
    >>> found = answer_above(model, X[500:], y[500:], risk=0.1)
    >>> found.at_most <= 0.1, 0.1 < found.answered < 0.7
    (True, True)
    """
    if not hasattr(model, "predict_proba"):
        raise ValueError(f"{type(model).__name__} has no predict_proba to tell how sure it is")
    if (y is None) == (estimate is None):
        raise ValueError("give the labels of the rows (y), or without any an estimate=, not both")
    proba = np.asarray(model.predict_proba(X), dtype=np.float64)
    if not len(proba):
        raise ValueError("no rows to find a threshold on")
    sure = proba.max(axis=1)
    if y is not None:
        told = np.asarray(model.classes_)[proba.argmax(axis=1)]
        labels = np.asarray(y)
        if labels.shape != told.shape:
            raise ValueError(f"y has shape {labels.shape} for {len(told)} rows")
        if not np.isin(labels.astype(object), np.asarray(model.classes_, dtype=object)).any():
            raise ValueError(
                f"y holds {labels.tolist()[0]!r} and the like, but the classes of the model are "
                f"like {np.asarray(model.classes_).tolist()[0]!r}: no answer would be right"
            )
        return bounded(sure, told != labels, risk, 1 - confidence)
    if isinstance(estimate, AccuracyEstimate):
        if not estimate.reliable:
            raise ValueError(f"the estimate is not reliable ({estimate.reason}): label some rows")
        estimate = estimate.low
    assert estimate is not None
    if not 0 < estimate <= 1:
        raise ValueError(f"estimate={estimate}: an accuracy between 0 and 1 is needed, as 0.8")
    return _expected(proba, sure, risk, float(estimate))


def bounded(
    sure: Float64Array, wrong: npt.NDArray[np.bool_], risk: float, doubt: float
) -> Abstention:
    """Halve the thresholds, with an upper bound on each that is looked at."""
    order = np.argsort(-sure, kind="stable")
    errors = np.cumsum(wrong[order])
    ends = np.flatnonzero(np.append(np.diff(sure[order]) < 0, True))  # equal ones go together
    ends = ends[np.unique(np.linspace(0, len(ends) - 1, _LEVELS).round().astype(int))]
    share = doubt / int(np.ceil(np.log2(len(ends) + 1)))
    best, low, high = Abstention(np.inf, 0.0, 0.0, np.nan, risk, len(sure)), 0, len(ends) - 1
    while low <= high:
        middle = (low + high) // 2
        n, bad = int(ends[middle]) + 1, int(errors[ends[middle]])
        bound = 1.0 if bad == n else float(beta.ppf(1 - share, bad + 1, n - bad))
        if bound <= risk:
            threshold = float(sure[order[ends[middle]]])
            best = Abstention(threshold, n / len(sure), bad / n, bound, risk, len(sure))
            low = middle + 1
        else:
            high = middle - 1
    return best


def _expected(proba: Float64Array, sure: Float64Array, risk: float, accuracy: float) -> Abstention:
    """Bring the probabilities to an accuracy, and add up what they leave to 1."""

    def beyond(exponent: float) -> float:
        return float(sharpened(proba, np.exp(exponent)).max(axis=1).mean()) - accuracy

    ends = [beyond(end) for end in _RANGE]
    exponent = _RANGE[0] if ends[0] > 0 else _RANGE[1] if ends[1] < 0 else brentq(beyond, *_RANGE)
    right = sharpened(proba, np.exp(exponent)).max(axis=1)
    order = np.argsort(-sure, kind="stable")
    errors = np.cumsum(1 - right[order]) / np.arange(1, len(sure) + 1)
    last = np.append(np.diff(sure[order]) < 0, True)  # equal ones go together
    fine = np.flatnonzero((errors <= risk) & last)
    if not len(fine):
        return Abstention(np.inf, 0.0, 0.0, np.nan, risk, len(sure))
    at = fine[-1]
    threshold, answered = float(sure[order[at]]), (at + 1) / len(sure)
    return Abstention(threshold, answered, float(errors[at]), np.nan, risk, len(sure))
