"""A head that needs no assumption about classes: least squares with a Gaussian kernel."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from scipy.optimize import brentq
from scipy.special import softmax
from sklearn.utils._param_validation import Interval, StrOptions

from langalign_sk._numeric import (
    Float64Array,
    FloatArray,
    median_squared_distance,
    row_blocks,
)
from langalign_sk.transfer._constants import HEARSAY
from langalign_sk.transfer._head import CarriedRows, Head
from langalign_sk.transfer._kernel_fit import all_of_them, on_landmarks

#: Rows among which the median distance is taken.
_MEDIAN_ROWS = 1000
#: Candidates for the penalty.
_PENALTIES = (0.2, 0.5, 1.0, 2.0, 5.0)
#: The factor of the scores lies between these.
_LEAST_SURE, _MOST_SURE = 1.0, 30.0


class KernelHead(Head):
    r"""Least squares on class indicators with a Gaussian kernel, calibrated on rows left out.

    The mean of a Gaussian process: the class of a row is told by the labelled rows near it.

    Parameters
    ----------
    sharpness : float, default=1.5
        The kernel of two rows at the median squared distance is ``exp(-sharpness)``.
    penalty : float or "loo", default="loo"
        Variance of the noise of a label; more of it makes a smoother head. "loo": of five values
        from 0.2 to 5, the one with the least squared error on rows left out.
    n_landmarks : int, default=1000
        With more different rows than this, at most so many of them stand for all.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    penalty_ : float
        The penalty in use.
    sureness_ : float
        Factor of the scores ahead of the softmax: that of the greatest likelihood of the labels of
        rows that were left out.

    See Also
    --------
    GaussianHead : A discriminant that knows how translations scatter.

    Notes
    -----
    With k the kernel, p the class frequencies and :math:`Y` the class indicators, the scores are
    :math:`p + \sum_i \alpha_i k(x_i, x)` with :math:`(K + \lambda I)\alpha = Y - p`, and the
    probabilities :math:`\operatorname{softmax}(c \cdot \text{scores})`. Each leave-one-out score
    has a closed form. Costs O(n m^2) for n rows and m landmarks, which stay in a saved model.

    Examples
    --------
    >>> from langalign_sk.transfer import KernelHead, TransferClassifier
    >>> TransferClassifier(head=KernelHead()).set_params(head__penalty=0.3).head
    KernelHead(penalty=0.3)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "sharpness": [Interval(Real, 0, None, closed="neither")],
        "penalty": [Interval(Real, 0, None, closed="neither"), StrOptions({"loo"})],
        "n_landmarks": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(
        self, sharpness: float = 1.5, penalty: float | str = "loo", n_landmarks: int = 1000
    ) -> None:
        self.sharpness = sharpness
        self.penalty = penalty
        self.n_landmarks = n_landmarks

    def _fit_carried(self, parts: Sequence[CarriedRows], classes: np.ndarray) -> Self:
        """Fit on the labelled rows of all languages alike."""
        rows = np.vstack([part.rows for part in parts])
        weight = np.concatenate([part.weight for part in parts])
        codes = np.concatenate([part.codes for part in parts])
        indicators = np.zeros((len(codes), len(classes)))
        indicators[np.arange(len(codes)), codes] = 1.0
        return self._fit_soft(rows, weight, indicators, classes)

    def _fit_soft(
        self, rows: FloatArray, weight: Float64Array, indicators: Float64Array, classes: np.ndarray
    ) -> Self:
        """Fit on rows of which only the probability of each class is known."""
        self.classes_ = classes
        self._labelled = rows, weight, indicators = _different(rows, weight, indicators)
        self._present = weight @ indicators > 0
        near = _spread(_spread(rows, self.n_landmarks), _MEDIAN_ROWS)
        gamma = self.sharpness / median_squared_distance(near - near.mean(axis=0))
        penalties = _PENALTIES if isinstance(self.penalty, str) else (float(self.penalty),)
        scores = self._solve(rows, weight, indicators, gamma, penalties)
        self.sureness_ = _sureness(
            scores[:, self._present], weight[:, None] * indicators[:, self._present]
        )
        return self

    def _hear(self, rows: FloatArray, proba: Float64Array) -> None:
        """Learn from unlabelled rows as well, given how probable each class is for each."""
        known, weight, indicators = self._labelled
        together = _different(
            np.vstack([known, rows]),
            np.r_[weight, np.full(len(rows), HEARSAY)],
            np.vstack([indicators, proba]),
        )
        self._solve(*together, self._kernel.gamma_, (self.penalty_,))

    def _forget(self) -> None:
        self.__dict__.pop("_labelled", None)

    def _solve(
        self,
        rows: FloatArray,
        weight: Float64Array,
        indicators: Float64Array,
        gamma: float,
        penalties: Sequence[float],
    ) -> Float64Array:
        """Find the scores for a kernel of this sharpness; return those of rows left out."""
        landmarks = _spread(rows, self.n_landmarks)
        self._frequencies = weight @ indicators / weight.sum()
        wanted = indicators - self._frequencies
        if len(landmarks) == len(rows):
            found = all_of_them(rows, weight, wanted, gamma=gamma, penalties=penalties)
        else:
            found = on_landmarks(rows, landmarks, weight, wanted, gamma=gamma, penalties=penalties)
        self._kernel, self._dual, self.penalty_ = found.kernel, found.dual, found.penalty
        scores: Float64Array = found.left_out + self._frequencies
        return scores

    def _proba(self, X: FloatArray) -> Float64Array:
        proba = np.zeros((len(X), len(self.classes_)))
        for block in row_blocks(len(X), len(self._kernel.landmarks_)):
            values = self._kernel.kernel(X[block] - self._kernel.mean_)
            scores = self.sureness_ * (values @ self._dual + self._frequencies)
            scores[:, ~self._present] = -np.inf
            proba[block] = softmax(scores, axis=1)
        return proba


def _sureness(scores: Float64Array, wanted: Float64Array) -> float:
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


def _different(
    rows: FloatArray, weight: Float64Array, indicators: Float64Array
) -> tuple[FloatArray, Float64Array, Float64Array]:
    """Return each different row once, in one order whatever that of `rows`, with its labels."""
    kept = weight > 0
    found, index = np.unique(rows[kept], axis=0, return_inverse=True)
    total: Float64Array = np.zeros(len(found))
    np.add.at(total, index.ravel(), weight[kept])
    mean = np.zeros((len(found), indicators.shape[1]))
    np.add.at(mean, index.ravel(), indicators[kept] * weight[kept, None])
    return found, total, mean / total[:, None]


def _spread(rows: FloatArray, most: int) -> FloatArray:
    """Return at most so many rows, evenly spread over all of them."""
    if len(rows) <= most:
        return rows
    return rows[np.linspace(0, len(rows) - 1, most).astype(np.intp)]
