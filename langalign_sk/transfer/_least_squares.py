"""What heads by least squares share: targets as columns, left out rows, hearsay."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from langalign_sk._numeric import Float64Array, FloatArray, row_blocks
from langalign_sk.transfer._constants import HEARSAY
from langalign_sk.transfer._head import CarriedRows, Head, all_of
from langalign_sk.transfer._targets import Targets


class LeastSquaresHead(Head):
    """Least squares on class indicators, labels or values, calibrated on rows left out."""

    penalty: float | str
    #: Candidates for the penalty.
    _candidates: tuple[float, ...]

    def _fit_carried(self, parts: Sequence[CarriedRows], targets: Targets) -> Self:
        """Fit on the labelled rows of all languages alike."""
        rows, told, weight = all_of(parts)
        return self._fit_soft(rows, weight, told, targets)

    def _fit_soft(
        self, rows: FloatArray, weight: Float64Array, told: Float64Array, targets: Targets
    ) -> Self:
        """Fit on rows of which only the probability of each class may be known."""
        self._targets = targets
        self._labelled = rows, weight, told = _different(rows, weight, told)
        self._look_at(rows)
        penalties = self._candidates if isinstance(self.penalty, str) else (float(self.penalty),)
        scores = self._learn(rows, weight, told, penalties)
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
        self._learn(*together, (self.penalty_,))

    def _frequencies(self, prior: Float64Array) -> Float64Array:
        share: Float64Array = self._share
        return share

    def _forget(self) -> None:
        self.__dict__.pop("_labelled", None)

    def _learn(
        self,
        rows: FloatArray,
        weight: Float64Array,
        told: Float64Array,
        penalties: Sequence[Any],
    ) -> Float64Array:
        """Find the scores; return those of rows left out."""
        self._share = self._targets.share(told, weight)
        left_out, self.penalty_ = self._solve(rows, weight, told - self._share, penalties)
        scores: Float64Array = left_out + self._share
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
        for block in row_blocks(len(X), self._n_columns()):
            scores = self._scores(X[block]) + self._share
            said[block] = self._targets.read(scores, self._share, self.sureness_)
        return said

    # ------------------------------------------------------------------ what the children say

    def _look_at(self, rows: FloatArray) -> None:
        """See labelled rows before the first fit."""

    def _solve(
        self,
        rows: FloatArray,
        weight: Float64Array,
        wanted: Float64Array,
        penalties: Sequence[Any],
    ) -> tuple[Float64Array, Any]:
        """Find the scores of rows, less their mean; return those of rows left out, the penalty."""
        raise NotImplementedError

    def _scores(self, X: FloatArray) -> Float64Array:
        """Return scores of rows, less their mean."""
        raise NotImplementedError

    def _n_columns(self) -> int:
        """How many numbers a row becomes on its way to the scores."""
        raise NotImplementedError


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
