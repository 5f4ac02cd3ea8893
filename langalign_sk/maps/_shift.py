"""Two clouds of rows in one space: what maps that need no pairs share."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np

from langalign_sk._numeric import Float64Array, Moments
from langalign_sk.maps._affine import AffineMixin
from langalign_sk.maps._base import MomentMap


class ShiftMap(AffineMixin, MomentMap):
    """Base of affine maps between two clouds of rows in one space; needs no pairs.

    The clouds are the unlabeled rows or, where those of a language are missing, the two sides of
    the pairs. Subclasses write `_fit_clouds` and, where there is a way back, `_inverse_coef`.

    Attributes
    ----------
    coef_ : ndarray of shape (d, d), float64
    intercept_ : ndarray of shape (d,), float64
    """

    needs_pairs: ClassVar[bool] = False

    def _fit_moments(self, moments: Any, *unlabeled: Any) -> Self:
        sides = None if moments is None else (moments.source, moments.target)
        source, target = self._two_clouds(sides, *unlabeled)
        if source.width != target.width:
            raise ValueError(
                f"{type(self).__name__} shifts rows within one space, but source rows have "
                f"{source.width} columns and target rows {target.width}: use one encoder for both "
                "languages, or a map that is learned from pairs"
            )
        return self._set_affine(*self._fit_clouds(source, target))

    def _fit_clouds(self, source: Moments, target: Moments) -> tuple[Float64Array, Float64Array]:
        """Return matrix and offset for source rows."""
        raise NotImplementedError(f"{type(self).__name__} does not define _fit_clouds")

    def _can_invert(self) -> bool:
        return True


def rounding_of_means(moments: Moments) -> Float64Array:
    """Return how far the mean of a column of equal numbers may be from that number."""
    return moments.n * np.finfo(np.float64).eps * np.abs(moments.mean)


def column_deviations(moments: Moments) -> Float64Array:
    """Return the standard deviation of each column; 0 where it is not more than rounding."""
    deviations = np.sqrt(np.diag(moments.scatter).clip(0) / moments.weight)
    deviations[deviations <= rounding_of_means(moments)] = 0.0
    return deviations
