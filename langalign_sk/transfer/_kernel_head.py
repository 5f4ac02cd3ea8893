"""A head that needs no assumption about classes: least squares with a Gaussian kernel."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from sklearn.utils._param_validation import Interval, StrOptions

from langalign_sk._numeric import Float64Array, FloatArray, median_squared_distance
from langalign_sk.transfer._kernel_fit import all_of_them, on_landmarks
from langalign_sk.transfer._least_squares import LeastSquaresHead

#: Rows among which the median distance is taken.
_MEDIAN_ROWS = 1000


class KernelHead(LeastSquaresHead):
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

    _candidates = (0.2, 0.5, 1.0, 2.0, 5.0)
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

    def _look_at(self, rows: FloatArray) -> None:
        """Choose how far the kernel reaches."""
        near = _spread(_spread(rows, self.n_landmarks), _MEDIAN_ROWS)
        self._gamma = self.sharpness / median_squared_distance(near - near.mean(axis=0))

    def _solve(
        self,
        rows: FloatArray,
        weight: Float64Array,
        wanted: Float64Array,
        penalties: Sequence[Any],
    ) -> tuple[Float64Array, Any]:
        landmarks = _spread(rows, self.n_landmarks)
        how: dict[str, Any] = {
            "gamma": self._gamma,
            "penalties": penalties,
            "apart": self._targets.apart,
        }
        if len(landmarks) == len(rows):
            found = all_of_them(rows, weight, wanted, **how)
        else:
            found = on_landmarks(rows, landmarks, weight, wanted, **how)
        self._kernel, self._dual = found.kernel, found.dual
        return found.left_out, found.penalty

    def _scores(self, X: FloatArray) -> Float64Array:
        scores: Float64Array = self._kernel.kernel(X - self._kernel.mean_) @ self._dual
        return scores

    def _n_columns(self) -> int:
        return len(self._kernel.landmarks_)


def _spread(rows: FloatArray, most: int) -> FloatArray:
    """Return at most so many rows, evenly spread over all of them."""
    if len(rows) <= most:
        return rows
    return rows[np.linspace(0, len(rows) - 1, most).astype(np.intp)]
