"""A head that needs no assumption about classes: least squares with a Gaussian kernel."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.utils._param_validation import Interval, StrOptions

from langalign_sk._numeric import (
    Float64Array,
    FloatArray,
    median_squared_distance,
    row_blocks,
)
from langalign_sk.transfer._constants import HEARSAY
from langalign_sk.transfer._head import CarriedRows, Head, stacked
from langalign_sk.transfer._kernel_fit import all_of_them, on_landmarks
from langalign_sk.transfer._targets import Targets

#: Rows among which the median distance is taken.
_MEDIAN_ROWS = 1000
#: Candidates for the penalty.
_PENALTIES = (0.2, 0.5, 1.0, 2.0, 5.0)


class KernelHead(Head):
    r"""Least squares with a Gaussian kernel, on class indicators, labels or values.

    The mean of a Gaussian process: what a row is, is told by the labelled rows near it. What it
    says of classes and labels is calibrated on rows left out.

    Parameters
    ----------
    sharpness : float, default=1.5
        The kernel of two rows at the median squared distance is ``exp(-sharpness)``.
    penalty : float or "loo", default="loo"
        Variance of the noise of a target; more of it makes a smoother head. "loo": of five values
        from 0.2 to 5, the one with the least squared error on rows left out; each label and each
        value has its own.
    n_landmarks : int, default=1000
        With more different rows than this, at most so many of them stand for all.

    Attributes
    ----------
    penalty_ : float or ndarray of shape (n_columns,)
        The penalty in use; that of each column for labels and values.
    sureness_ : float or ndarray of shape (n_labels,)
        Factor of the scores ahead of the softmax: that of the greatest likelihood of the labels of
        rows that were left out. One for each label where a row may have several.

    See Also
    --------
    GaussianHead : A discriminant that knows how translations scatter.

    Notes
    -----
    With k the kernel, :math:`Y` the class indicators (or labels, or values) and p their means, such
    as class frequencies, the scores are :math:`p + \sum_i \alpha_i k(x_i, x)` with :math:`(K +
    \lambda I)\alpha = Y - p`, and the probabilities :math:`\operatorname{softmax}(c \cdot
    \text{scores})`; a label's is that of two classes, with scores s and 1 - s. Each leave-one-out
    score has a closed form. Costs O(n m^2) for n rows and m landmarks, which stay in a saved model.

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

    def _fit_carried(self, parts: Sequence[CarriedRows], targets: Targets) -> Self:
        """Fit on the labelled rows of all languages alike."""
        rows, told, weight = stacked(parts)
        return self._fit_soft(rows, weight, told, targets)

    def _fit_soft(
        self, rows: FloatArray, weight: Float64Array, told: Float64Array, targets: Targets
    ) -> Self:
        """Fit on rows of which only the probability of each class may be known."""
        self._targets = targets
        self._labelled = rows, weight, told = _different(rows, weight, told)
        near = _spread(_spread(rows, self.n_landmarks), _MEDIAN_ROWS)
        gamma = self.sharpness / median_squared_distance(near - near.mean(axis=0))
        penalties = _PENALTIES if isinstance(self.penalty, str) else (float(self.penalty),)
        scores = self._solve(rows, weight, told, gamma, penalties)
        self.sureness_ = targets.sureness(scores, told, weight)
        return self

    def _hear(self, rows: FloatArray, proba: Float64Array) -> None:
        """Learn from unlabelled rows as well, given how probable each class is for each."""
        known, weight, told = self._labelled
        together = _different(
            np.vstack([known, rows]),
            np.r_[weight, np.full(len(rows), HEARSAY)],
            np.vstack([told, proba]),
        )
        self._solve(*together, self._kernel.gamma_, (self.penalty_,))

    def _forget(self) -> None:
        self.__dict__.pop("_labelled", None)

    def _solve(
        self,
        rows: FloatArray,
        weight: Float64Array,
        told: Float64Array,
        gamma: float,
        penalties: Sequence[float],
    ) -> Float64Array:
        """Find the scores for a kernel of this sharpness; return those of rows left out."""
        landmarks = _spread(rows, self.n_landmarks)
        self._share = self._targets.share(told, weight)
        how: dict[str, Any] = {
            "gamma": gamma,
            "penalties": penalties,
            "apart": self._targets.apart,
        }
        if len(landmarks) == len(rows):
            found = all_of_them(rows, weight, told - self._share, **how)
        else:
            found = on_landmarks(rows, landmarks, weight, told - self._share, **how)
        self._kernel, self._dual, self.penalty_ = found.kernel, found.dual, found.penalty
        scores: Float64Array = found.left_out + self._share
        return scores

    def say(self, X: FloatArray) -> Float64Array:
        """Return what the head says of rows: probabilities, or values.

        Parameters
        ----------
        X : ndarray of shape (n, d)
            Rows as the head sees them.

        Returns
        -------
        said : ndarray of shape (n, n_columns)
            A column for each class, label or value.
        """
        said = np.zeros((len(X), len(self._share)))
        for block in row_blocks(len(X), len(self._kernel.landmarks_)):
            values = self._kernel.kernel(X[block] - self._kernel.mean_)
            scores = values @ self._dual + self._share
            said[block] = self._targets.read(scores, self._share, self.sureness_)
        return said


def _different(
    rows: FloatArray, weight: Float64Array, told: Float64Array
) -> tuple[FloatArray, Float64Array, Float64Array]:
    """Return each different row once, in one order whatever that of `rows`, with its targets."""
    kept = weight > 0
    found, index = np.unique(rows[kept], axis=0, return_inverse=True)
    total: Float64Array = np.zeros(len(found))
    np.add.at(total, index.ravel(), weight[kept])
    mean = np.zeros((len(found), told.shape[1]))
    np.add.at(mean, index.ravel(), told[kept] * weight[kept, None])
    return found, total, mean / total[:, None]


def _spread(rows: FloatArray, most: int) -> FloatArray:
    """Return at most so many rows, evenly spread over all of them."""
    if len(rows) <= most:
        return rows
    return rows[np.linspace(0, len(rows) - 1, most).astype(np.intp)]
