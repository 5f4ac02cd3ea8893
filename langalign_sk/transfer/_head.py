"""What every head is: something that learns from carried rows and says columns of targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator

from langalign_sk._numeric import Float64Array, FloatArray
from langalign_sk.transfer._targets import Targets


@dataclass(frozen=True)
class Scatter:
    """How real rows lie about carried ones."""

    #: Covariance of translations about the carried rows, by the pairs.
    covariance: Float64Array
    #: Variance that rows of other texts than the pairs have beyond it, the same in every direction.
    even: float


@dataclass(frozen=True)
class CarriedRows:
    """Labelled rows of one language as a head sees them."""

    rows: FloatArray
    #: The targets of each row, as columns.
    told: Float64Array
    weight: Float64Array
    #: How many rows these count as, whatever their language weighs.
    n: float
    #: What carrying leaves out: a real row lies about the carried one like this.
    noise: Scatter | None
    #: Which of the labelled rows these are.
    index: np.ndarray


class Head(BaseEstimator):
    """Base of heads: what a `TransferClassifier` or `TransferRegressor` fits for each language."""

    _parameter_constraints: ClassVar[dict[str, Any]] = {}

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
        raise NotImplementedError

    def _fit_carried(self, parts: Sequence[CarriedRows], targets: Targets) -> Self:
        """Fit on the labelled rows of each language, which may lack some of the classes."""
        raise NotImplementedError

    def _hear(self, rows: FloatArray, proba: Float64Array) -> None:
        """Learn from unlabelled rows too, where this head can: `proba` says what they may be."""

    def _frequencies(self, prior: Float64Array) -> Float64Array:
        """Return the class frequencies of all that was learned from; `prior` is the labels'."""
        return prior

    def _forget(self) -> None:
        """Drop what only `_hear` needs."""


def all_of(
    parts: Sequence[CarriedRows],
) -> tuple[FloatArray, Float64Array, Float64Array]:
    """Return rows, targets and weights of all parts."""
    return (
        np.vstack([part.rows for part in parts]),
        np.vstack([part.told for part in parts]),
        np.concatenate([part.weight for part in parts]),
    )


def scattered(rows: FloatArray, noise: Float64Array, draws: Float64Array) -> FloatArray:
    """Return rows moved by standard normal draws, given the covariance `noise`."""
    values, vectors = np.linalg.eigh(noise)
    moved: FloatArray = rows + (draws * np.sqrt(np.clip(values, 0, None))) @ vectors.T
    return moved
