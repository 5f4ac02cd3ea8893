"""Heads of any other kind, which learn how far translations scatter from copies with noise."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import clone
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import HasMethods, Interval
from sklearn.utils.validation import has_fit_parameter

from langalign_sk._numeric import Float64Array, FloatArray
from langalign_sk.transfer._head import CarriedRows, Head, scattered
from langalign_sk.transfer._targets import Targets


class NoisyCopies(Head):
    """Any classifier or regressor, fitted on copies of carried rows, each with noise of its own.

    Parameters
    ----------
    estimator : classifier or regressor
        A classifier must have `predict_proba`. Cloned for each language and, where a row may have
        several labels, for each label.
    n_copies : int, default=6
        Copies of each carried row.
    noise : float, default=1.0
        Weight of the scatter of translations, which the noise of the copies has; 0 for one copy
        without noise.
    random_state : int, RandomState instance or None, default=None
        Draws the noise. None takes that of the `TransferClassifier` or `TransferRegressor`.

    Attributes
    ----------
    estimator_ : classifier or regressor
        The fitted estimator; a list of one for each label where a row may have several.

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

    def _fit_carried(self, parts: Sequence[CarriedRows], targets: Targets) -> Self:
        """Fit the estimator on copies of the rows that were carried, and on the others."""
        rng = check_random_state(self.random_state)
        rows, told, weights = [], [], []
        for part in parts:
            z: FloatArray = part.rows
            own: FloatArray = part.told
            weight: FloatArray = part.weight
            if part.noise is not None and self.noise > 0 and part.noise.covariance.any():
                z, own, weight = (
                    np.repeat(a, self.n_copies, axis=0) for a in (z, own, weight / self.n_copies)
                )
                z = scattered(z, self.noise * part.noise.covariance, rng.standard_normal(z.shape))
            rows.append(z)
            told.append(own)
            weights.append(weight)
        X, share = np.vstack(rows), np.concatenate(weights)
        self._targets = targets
        self.estimator_ = targets.learn(lambda y: self._fitted(X, y, share), np.vstack(told))
        return self

    def _fitted(self, X: FloatArray, y: np.ndarray, weight: FloatArray) -> Any:
        """Return a fitted copy of the estimator."""
        estimator = clone(self.estimator)
        if has_fit_parameter(estimator, "sample_weight"):
            return estimator.fit(X, y, sample_weight=weight)
        if np.ptp(weight) > 0:
            name = type(estimator).__name__
            raise ValueError(f"{name} takes no sample_weight, but the rows differ in it")
        return estimator.fit(X, y)

    def say(self, X: FloatArray) -> Float64Array:
        """Return what the estimator says of rows: probabilities, or values.

        Parameters
        ----------
        X : ndarray of shape (n, d)
            Rows as the head sees them.

        Returns
        -------
        said : ndarray of shape (n, n_columns)
            A column for each class, label or value.
        """
        return self._targets.ask(self.estimator_, X)


def unfitted_head(head: Any, targets: Targets, random_state: Any) -> Head:
    """Return the head to fit, checked, with our random state where it has none of its own."""
    made: Head = clone(head) if isinstance(head, Head) else NoisyCopies(clone(head))
    made._validate_params()
    if isinstance(made, NoisyCopies):
        targets.check(made.estimator)
    missing = [
        name
        for name, value in made.get_params().items()
        if value is None and name.rpartition("__")[2] == "random_state"
    ]
    made.set_params(**dict.fromkeys(missing, random_state))
    return made
