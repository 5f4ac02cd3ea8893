"""Maps of the form X @ coef_ + intercept_."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.utils.metaestimators import available_if

from langalign_sk._numeric import Float64Array, FloatArray, as_float_matrix
from langalign_sk.maps._base import BaseMap, MomentMap

#: Of a matrix that can be undone: eight digits of sixteen are left.
WORST_CONDITION = 1e8


class AffineMixin(BaseMap):
    """Transform of affine maps and of their inverses; `compose` and `average` fold them.

    Attributes
    ----------
    coef_ : ndarray of shape (d_source, d_target), float64
    intercept_ : ndarray of shape (d_target,), float64
    """

    def _transform(self, X: FloatArray) -> FloatArray:
        return affine(X, self.coef_, self.intercept_)

    @available_if(lambda self: self._can_invert())
    def inverse_transform(self, X: Any) -> FloatArray:
        """Map rows of the target space back: undoes `transform`, where the map loses nothing.

        Parameters
        ----------
        X : array-like of shape (n, d_target)

        Returns
        -------
        ndarray of shape (n, d_source)
            In the dtype of `X` (float32 or float64).
        """
        X = self._check_rows(X, back=True)
        back = self._inverse_coef()
        return affine(X, back, -self.intercept_ @ back)

    def _can_invert(self) -> bool:
        """Return True, or raise AttributeError with the reason why there is no way back.

        Before `fit`, as far as one can know.
        """
        raise AttributeError(f"{type(self).__name__} has no exact way back")

    def _inverse_coef(self) -> Float64Array:
        """Return the matrix of the way back."""
        raise NotImplementedError(f"{type(self).__name__} does not define _inverse_coef")

    def _set_affine(self, coef: Float64Array, intercept: Float64Array) -> Self:
        """Set the fitted attributes."""
        self.coef_, self.intercept_ = coef, intercept
        self.n_features_in_, self.n_features_out_ = coef.shape
        return self


class AffineMap(AffineMixin, MomentMap):
    """A map that is already known: ``X @ coef + intercept``.

    For a matrix learned elsewhere, and what `compose` and `average` give for affine maps. Its
    `fit` learns nothing and needs no pairs. A square matrix that can be inverted has
    `inverse_transform`.

    Parameters
    ----------
    coef : array-like of shape (d_source, d_target)
        The matrix, applied from the right.
    intercept : array-like of shape (d_target,), optional
        What is added; None adds nothing.

    Attributes
    ----------
    coef_ : ndarray of shape (d_source, d_target), float64
    intercept_ : ndarray of shape (d_target,), float64
    n_features_in_, n_features_out_ : int

    See Also
    --------
    compose : One map after the other.
    average : Mean of the outputs of several maps.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.maps import AffineMap
    >>> swap = AffineMap([[0.0, 1.0], [1.0, 0.0]], intercept=[0.5, 0.0]).fit()
    >>> swap.transform([[1.0, 2.0]])
    array([[2.5, 1. ]])
    """

    needs_pairs = False
    uses_unlabeled = False

    def __init__(self, coef: Any, intercept: Any = None) -> None:
        self.coef = coef
        self.intercept = intercept

    def _fit(self, S: Any, T: Any, weights: Any, *unlabeled: Any) -> Self:
        return self._fit_moments(None)

    def _fit_moments(self, moments: Any, *unlabeled: Any) -> Self:
        coef = np.asarray(as_float_matrix(self.coef, name="coef"), dtype=np.float64)
        if self.intercept is None:
            return self._set_affine(coef, np.zeros(coef.shape[1]))
        intercept = np.asarray(self.intercept, dtype=np.float64)
        if intercept.shape != (coef.shape[1],) or not np.isfinite(intercept).all():
            raise ValueError(
                f"intercept must be {coef.shape[1]} finite numbers, one per column of coef; "
                f"got shape {intercept.shape}"
            )
        return self._set_affine(coef, intercept)

    def _can_invert(self) -> bool:
        if not hasattr(self, "coef_"):
            return True
        d_in, d_out = self.coef_.shape
        if d_in != d_out or np.linalg.cond(self.coef_) > WORST_CONDITION:
            raise AttributeError(f"the {d_in} x {d_out} matrix has no inverse that can be trusted")
        return True

    def _inverse_coef(self) -> Float64Array:
        return np.asarray(np.linalg.inv(self.coef_), dtype=np.float64)


def affine(X: FloatArray, coef: Float64Array, intercept: Float64Array) -> FloatArray:
    """Return ``X @ coef + intercept`` in the dtype of `X`, with no copy but the result."""
    result: FloatArray = X @ coef.astype(X.dtype, copy=False)
    result += intercept.astype(X.dtype, copy=False)
    return result
