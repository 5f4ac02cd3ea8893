"""Heads that know how far translations scatter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.special import softmax
from sklearn.base import BaseEstimator, clone
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import HasMethods, Interval
from sklearn.utils.validation import has_fit_parameter

from langalign_sk._numeric import Float64Array, FloatArray, oas_covariance
from langalign_sk.transfer._constants import EVEN, FLOOR, KEPT, SURENESS, TRUST


@dataclass(frozen=True)
class CarriedRows:
    """Labelled rows of one language as a head sees them."""

    rows: FloatArray
    codes: np.ndarray
    weight: Float64Array
    #: How many rows these count as, whatever their language weighs.
    n: float
    #: Covariance of what carrying leaves out: a real row lies about the carried one like this.
    noise: Float64Array | None


class Head(BaseEstimator):
    """Base of heads: what a `TransferClassifier` fits for each language."""

    _parameter_constraints: ClassVar[dict[str, Any]] = {}

    classes_: np.ndarray

    def predict_proba(self, X: FloatArray) -> Float64Array:
        """Return the probability of each class.

        Parameters
        ----------
        X : ndarray of shape (n, d)
            Rows as the head sees them.

        Returns
        -------
        proba : ndarray of shape (n, n_classes)
        """
        return self._proba(X)

    def _proba(self, X: FloatArray) -> Float64Array:
        raise NotImplementedError

    def _fit_carried(self, parts: Sequence[CarriedRows], classes: np.ndarray) -> Self:
        """Fit on the labelled rows of each language, which may lack some of the classes."""
        raise NotImplementedError

    def _hear(self, rows: FloatArray, proba: Float64Array) -> None:
        """Learn from unlabelled rows too, where this head can: `proba` says what they may be."""

    def _forget(self) -> None:
        """Drop what only `_hear` needs."""


class GaussianHead(Head):
    r"""Linear discriminant from class means, scatter of the rows and scatter of translations.

    Parameters
    ----------
    noise : float, default=1.0
        Weight of the scatter of translations about the carried rows; 0 leaves it out.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    coef_ : ndarray of shape (n_features, n_classes)
    intercept_ : ndarray of shape (n_classes,)

    See Also
    --------
    TransferClassifier : Takes it as `head`.
    KernelHead : What tells classes by the labelled rows nearby.
    NoisyCopies : Any other classifier as a head.

    Notes
    -----
    The covariance is :math:`W + \text{noise}\, (Q + 1.5\, q I)`, W the shrunk scatter of the rows
    within classes, Q that of translations and q its mean variance: the pairs are of other texts
    than the task, so that the directions of their scatter are trusted less than its size.

    Examples
    --------
    >>> from langalign_sk.transfer import GaussianHead, TransferClassifier
    >>> TransferClassifier(head=GaussianHead()).set_params(head__noise=0.5).head
    GaussianHead(noise=0.5)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "noise": [Interval(Real, 0, np.inf, closed="left")],
    }

    def __init__(self, noise: float = 1.0) -> None:
        self.noise = noise

    def _fit_carried(self, parts: Sequence[CarriedRows], classes: np.ndarray) -> Self:
        """Estimate means and covariance from all parts and solve for the coefficients."""
        n_classes, width = len(classes), parts[0].rows.shape[1]
        mass, sums = np.zeros(n_classes), np.zeros((n_classes, width))
        covariance = np.zeros((width, width))
        for part in parts:
            one_hot = np.zeros((len(part.codes), n_classes))
            one_hot[np.arange(len(part.codes)), part.codes] = part.weight
            part_mass, part_sums = one_hot.sum(axis=0), one_hot.T @ part.rows
            total = float(part_mass.sum())
            if total == 0:
                continue
            mass += part_mass
            sums += part_sums
            # About the part's own means: how far one language's lie from another's is no scatter.
            own = part_sums / np.where(part_mass > 0, part_mass, 1.0)[:, None]
            apart = (part.rows - own[part.codes]) * np.sqrt(part.weight)[:, None]
            within = oas_covariance(apart.T @ apart / total, part.n)
            # Carried rows scatter by topic alone, real ones as real ones do.
            if part.noise is not None:
                even = EVEN * float(np.trace(part.noise)) / width
                within = within + self.noise * part.noise
                within.flat[:: width + 1] += self.noise * even
            covariance += total * within
        covariance /= float(mass.sum())
        level = float(np.trace(covariance)) / width
        # Rows that are all alike have no scatter: any covariance then says the same.
        covariance.flat[:: width + 1] += FLOOR * level if level > 0 else 1.0
        self.classes_ = classes
        self._factor = cho_factor(covariance)
        self._mass, self._means = mass, sums / np.where(mass > 0, mass, 1.0)[:, None]
        self._discriminate(self._means)
        return self

    def _hear(self, rows: FloatArray, proba: Float64Array) -> None:
        """Move the class means: all of them alike, and each by what its own rows say beyond."""
        mass, known = proba.sum(axis=0), self._means
        apart = proba.T @ rows - mass[:, None] * known
        shift = apart.sum(axis=0) / (len(rows) + KEPT)  # a handful of rows moves little
        trusted = mass + TRUST * self._mass
        # A class with neither labels nor rows has no mean to move.
        own = (apart - mass[:, None] * shift) / np.where(trusted > 0, trusted, 1.0)[:, None]
        self._discriminate(known + shift + own)

    def _forget(self) -> None:
        for name in ("_factor", "_mass", "_means"):
            self.__dict__.pop(name, None)

    def _discriminate(self, means: Float64Array) -> None:
        """Set the coefficients for these class means."""
        present = self._mass > 0
        self.coef_: Float64Array = cho_solve(self._factor, means.T)
        prior = np.where(present, self._mass / self._mass.sum(), 1.0)
        self.intercept_: Float64Array = np.where(
            present, np.log(prior) - 0.5 * np.einsum("kd,dk->k", means, self.coef_), -np.inf
        )

    def _proba(self, X: FloatArray) -> Float64Array:
        proba: Float64Array = softmax(SURENESS * (X @ self.coef_ + self.intercept_), axis=1)
        return proba


class NoisyCopies(Head):
    """Any classifier, fitted on copies of the carried rows, each with noise of its own.

    Parameters
    ----------
    estimator : classifier
        With `predict_proba`. Cloned for each language.
    n_copies : int, default=6
        Copies of each carried row.
    noise : float, default=1.0
        Weight of the scatter of translations, which the noise of the copies has; 0 for one copy
        without noise.
    random_state : int, RandomState instance or None, default=None
        Draws the noise. None takes that of the `TransferClassifier`.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    estimator_ : classifier
        The fitted classifier.

    See Also
    --------
    GaussianHead : The same in closed form.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from langalign_sk.transfer import NoisyCopies, TransferClassifier
    >>> TransferClassifier(head=NoisyCopies(LogisticRegression(), n_copies=12)).head.n_copies
    12
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "noise": [Interval(Real, 0, np.inf, closed="left")],
        "estimator": [HasMethods(["fit"])],
        "n_copies": [Interval(Integral, 1, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        estimator: Any,
        n_copies: int = 6,
        noise: float = 1.0,
        random_state: Any = None,
    ) -> None:
        self.estimator = estimator
        self.n_copies = n_copies
        self.noise = noise
        self.random_state = random_state

    def _fit_carried(self, parts: Sequence[CarriedRows], classes: np.ndarray) -> Self:
        """Fit the classifier on copies of the rows that were carried, and on the others."""
        rng = check_random_state(self.random_state)
        rows, labels, weights = [], [], []
        for part in parts:
            z, codes, weight = part.rows, part.codes, part.weight
            if part.noise is not None and self.noise > 0 and part.noise.any():
                values, vectors = np.linalg.eigh(self.noise * part.noise)
                z, codes, weight = (
                    np.repeat(a, self.n_copies, axis=0) for a in (z, codes, weight / self.n_copies)
                )
                spread = np.sqrt(np.clip(values, 0, None))
                z = z + (rng.standard_normal(z.shape) * spread) @ vectors.T
            rows.append(z)
            labels.append(classes[codes])
            weights.append(weight)
        X, y, weight = np.vstack(rows), np.concatenate(labels), np.concatenate(weights)
        self.classes_, self.estimator_ = classes, clone(self.estimator)
        if has_fit_parameter(self.estimator_, "sample_weight"):
            self.estimator_.fit(X, y, sample_weight=weight)
        elif np.ptp(weight) > 0:
            name = type(self.estimator_).__name__
            raise ValueError(f"{name} takes no sample_weight, but the rows differ in it")
        else:
            self.estimator_.fit(X, y)
        return self

    def _proba(self, X: FloatArray) -> Float64Array:
        proba = np.zeros((len(X), len(self.classes_)))
        met = np.searchsorted(self.classes_, self.estimator_.classes_)  # it may lack some
        proba[:, met] = self.estimator_.predict_proba(X)
        return proba


def unfitted_head(head: Any, random_state: Any) -> Head:
    """Return the head to fit, checked, with our random state where it has none of its own."""
    made: Head = clone(head) if isinstance(head, Head) else NoisyCopies(clone(head))
    made._validate_params()
    estimator = getattr(made, "estimator", made)
    if not hasattr(estimator, "predict_proba"):
        name = type(estimator).__name__
        raise ValueError(
            f"head {name} has no predict_proba: give a classifier that says how sure it is, such "
            f"as LogisticRegression(), or wrap it, head=CalibratedClassifierCV({name}(...))"
        )
    missing = [
        name
        for name, value in made.get_params().items()
        if value is None and name.rpartition("__")[2] == "random_state"
    ]
    made.set_params(**dict.fromkeys(missing, random_state))
    return made
