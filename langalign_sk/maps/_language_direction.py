"""Removing the direction by which a discriminant tells two languages apart."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from langalign_sk._numeric import Float64Array, Moments, oas_covariance
from langalign_sk.maps._parameters import FINITE, Constraints
from langalign_sk.maps._shift import ShiftMap


class LanguageDirectionMap(ShiftMap, name="language_direction"):
    r"""Take out of source rows what a linear discriminant knows languages by; needs no pairs.

    The mean shift moves all rows alike; this moves each row along the difference of the means as
    far as its own score on the language direction says, so that afterwards all source rows have
    the score of the target's mean.

    Parameters
    ----------
    strength : float, default=1.0
        Share of the score that is removed; less than 1 can be undone.

    Attributes
    ----------
    coef_ : ndarray of shape (d, d), float64
    intercept_ : ndarray of shape (d,), float64
    direction_ : ndarray of shape (d,), float64
        The language direction w, of unit length; zeros where both means are the same.
    n_features_in_, n_features_out_ : int

    See Also
    --------
    MeanShiftMap : The same shift for every row.

    Notes
    -----
    With means m, their difference :math:`\delta = m_t - m_s` and the pooled within-language
    covariance :math:`\Sigma`, shrunk as in the language gate, the discriminant is
    :math:`w \propto \Sigma^{-1} \delta` and, with :math:`\beta` the `strength`,

    .. math:: x \mapsto x - \beta\, \frac{w^\top (x - m_t)}{w^\top \delta}\, \delta,

    in whitened coordinates the orthogonal projection that hides the direction. A fit costs O(d^3).

    References
    ----------
    .. [1] J. Lim et al. Language surgery in multilingual large language models. 2025.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.maps import LanguageDirectionMap
    >>> rng = np.random.default_rng(0)
    >>> english, korean = rng.standard_normal((99, 3)), rng.standard_normal((99, 3)) + [4, 0, 0]
    >>> removed = LanguageDirectionMap().fit(unlabeled_source=english, unlabeled_target=korean)
    >>> bool(np.ptp(removed.transform(english) @ removed.direction_) < 1e-9)
    True
    """

    _parameter_constraints: ClassVar[Constraints] = {"strength": [FINITE]}

    def __init__(self, strength: float = 1.0) -> None:
        self.strength = strength

    def _fit_clouds(self, source: Moments, target: Moments) -> tuple[Float64Array, Float64Array]:
        strength = float(self.strength)
        delta = target.mean - source.mean
        weight = source.weight + target.weight
        pooled = oas_covariance(
            (source.scatter + target.scatter) / weight, source.n_effective + target.n_effective
        )
        if not pooled.any():  # rows that do not vary: every direction is as good
            pooled = np.eye(len(delta))
        direction = cho_solve(cho_factor(pooled, lower=True), delta)
        length = float(np.linalg.norm(direction))
        self.direction_ = direction / length if length > 0 else direction
        between = float(self.direction_ @ delta)
        step = delta * (strength / between if between > 0 else 0.0)
        coef = np.eye(len(delta)) - np.outer(self.direction_, step)
        return coef, float(self.direction_ @ target.mean) * step

    def _can_invert(self) -> bool:
        if hasattr(self, "coef_") and abs(1.0 - self._removed()) < 1e-9:
            raise AttributeError(f"{type(self).__name__} has removed what it would have to restore")
        return True

    def _inverse_coef(self) -> Float64Array:
        # Sherman and Morrison: the matrix is the identity less one outer product.
        change = np.eye(len(self.coef_)) - self.coef_
        return np.eye(len(self.coef_)) + change / (1.0 - self._removed())

    def _removed(self) -> float:
        """Return the share of the score that the fitted matrix removes."""
        return float(len(self.coef_) - np.trace(self.coef_))
