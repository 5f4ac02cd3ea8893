"""A linear head: least squares with a penalty, for rows of many columns."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import Any, ClassVar

import numpy as np
from sklearn.utils._param_validation import Interval, StrOptions

from langalign_sk._numeric import Float64Array, FloatArray, row_blocks
from langalign_sk.transfer._kernel_fit import Best, left_out_by
from langalign_sk.transfer._least_squares import LeastSquaresHead


class LinearHead(LeastSquaresHead):
    r"""Least squares on class indicators, labels or values, calibrated on rows left out.

    The head for rows that are made of two texts: such rows have so many columns that a kernel tells
    no more than a plane does.

    Parameters
    ----------
    penalty : float or "loo", default="loo"
        Penalty of the squared coefficients, next to the mean variance of a column over all rows.
        "loo": of five values from 0.1 to 10, the one with the least squared error on rows left out;
        each label and each value has its own.

    Attributes
    ----------
    coef_ : ndarray of shape (n_features, n_columns)
    penalty_ : float or ndarray of shape (n_columns,)
        The penalty in use; that of each column for labels and values.
    sureness_ : float or ndarray of shape (n_labels,)
        Factor of the scores ahead of the softmax, as in `KernelHead`.

    See Also
    --------
    KernelHead : The same with a kernel.

    Notes
    -----
    Costs O(n d^2 + d^3) for n rows of d columns, whatever the number of penalties; each
    leave-one-out score has a closed form.

    Examples
    --------
    >>> from langalign_sk.transfer import LinearHead, TransferClassifier
    >>> TransferClassifier(head=LinearHead()).set_params(head__penalty=0.3).head
    LinearHead(penalty=0.3)
    """

    _candidates = (0.1, 0.3, 1.0, 3.0, 10.0)
    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "penalty": [Interval(Real, 0, None, closed="neither"), StrOptions({"loo"})],
    }

    def __init__(self, penalty: float | str = "loo") -> None:
        self.penalty = penalty

    def _solve(
        self,
        rows: FloatArray,
        weight: Float64Array,
        wanted: Float64Array,
        penalties: Sequence[Any],
    ) -> tuple[Float64Array, Any]:
        self.mean_ = np.asarray(weight @ rows / weight.sum(), dtype=np.float64)
        width = rows.shape[1]
        gram, told = np.zeros((width, width)), np.zeros((width, wanted.shape[1]))
        blocks = list(row_blocks(len(rows), width))
        for block in blocks:
            centred = rows[block] - self.mean_
            weighted = (centred * weight[block, None]).T
            gram += weighted @ centred
            told += weighted @ wanted[block]
        values, vectors = np.linalg.eigh(gram)
        values, told = np.maximum(values, 0.0), vectors.T @ told
        unit = float(values.mean()) or 1.0
        left_out = left_out_by(
            (((rows[block] - self.mean_) @ vectors, block) for block in blocks),
            values,
            told,
            weight,
            wanted,
            {penalty: unit * penalty for penalty in penalties},
        )
        best = Best(wanted, weight, apart=self._targets.apart)
        for penalty, found in left_out.items():
            best.take(penalty, told / (values + unit * penalty)[:, None], found)
        self.coef_ = vectors @ best.dual
        return best.left_out, best.penalty

    def _scores(self, X: FloatArray) -> Float64Array:
        scores: Float64Array = (X - self.mean_) @ self.coef_
        return scores

    def _n_columns(self) -> int:
        return len(self.mean_)
