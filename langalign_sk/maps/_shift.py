"""What maps that need no pairs share: two clouds of rows in one space, and a way back."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from langalign_sk._numeric import Float64Array, FloatArray, Moments, PairMoments, as_float_matrix
from langalign_sk.maps._affine import AffineMixin, affine
from langalign_sk.maps._base import MomentMap, _check_width


def _can_invert(self: ShiftMap) -> bool:
    """Tell whether `inverse_transform` exists; it may before `fit`, as far as one can know."""
    if hasattr(self, "coef_") and self._inverse_coef() is None:
        raise AttributeError(
            f"{type(self).__name__} has removed what the rows held, so there is no way back"
        )
    return True


class ShiftMap(AffineMixin, MomentMap):
    """Base of affine maps between two clouds of rows in one space; needs no pairs.

    Subclasses write `_fit_clouds` and, where there is a way back, `_inverse_coef`.

    Attributes
    ----------
    coef_ : ndarray of shape (d, d), float64
    intercept_ : ndarray of shape (d,), float64
    """

    needs_pairs: ClassVar[bool] = False

    def fit(
        self,
        S: Any = None,
        T: Any = None,
        sample_weight: Any = None,
        *,
        unlabeled_source: Any = None,
        unlabeled_target: Any = None,
    ) -> Self:
        """Learn the map from rows of both languages, which need not be pairs.

        Parameters
        ----------
        S, T : array-like of shape (n, d), optional
            Pairs; used where there are not unpaired rows of both languages.
        sample_weight : array-like of shape (n,), optional
            Weight of each pair, >= 0.
        unlabeled_source, unlabeled_target : array-like of shape (m, d), optional
            Unpaired rows of both languages.

        Returns
        -------
        self
        """
        return super().fit(
            S,
            T,
            sample_weight,
            unlabeled_source=unlabeled_source,
            unlabeled_target=unlabeled_target,
        )

    def fit_moments(
        self,
        moments: PairMoments | None,
        *,
        unlabeled_source: Moments | None = None,
        unlabeled_target: Moments | None = None,
    ) -> Self:
        """Learn the map from the moments of the rows of both languages.

        Parameters
        ----------
        moments : PairMoments or None
            Moments of pairs; used where there are not unpaired rows of both languages.
        unlabeled_source, unlabeled_target : Moments, optional
            Moments of unpaired rows.

        Returns
        -------
        self
        """
        source, target = two_clouds(
            moments, unlabeled_source, unlabeled_target, who=type(self).__name__
        )
        if source.width != target.width:
            raise ValueError(
                f"{type(self).__name__} shifts rows within one space, but source rows have "
                f"{source.width} columns and target rows {target.width}: use one encoder for both "
                "languages, or a map that is learned from pairs"
            )
        coef, intercept = self._fit_clouds(source, target)
        return self._set_affine(coef, intercept)

    def _fit_clouds(self, source: Moments, target: Moments) -> tuple[Float64Array, Float64Array]:
        """Matrix and offset for source rows."""
        raise NotImplementedError(f"{type(self).__name__} does not define _fit_clouds")

    def _inverse_coef(self) -> Float64Array | None:
        """Inverse of the fitted matrix, None where there is none."""
        return None

    @available_if(_can_invert)
    def inverse_transform(self, X: Any) -> FloatArray:
        """Map moved rows back: undoes `transform`.

        Parameters
        ----------
        X : array-like of shape (n, d)

        Returns
        -------
        ndarray of shape (n, d)
            In the dtype of `X` (float32 or float64).
        """
        check_is_fitted(self)
        X = as_float_matrix(X, name="X")
        _check_width(X, self.n_features_out_, f"{type(self).__name__}.inverse_transform")
        back = self._inverse_coef()
        assert back is not None  # available_if has asked
        return affine(X, back, -self.intercept_ @ back)


def two_clouds(
    pairs: PairMoments | None, source: Moments | None, target: Moments | None, *, who: str
) -> tuple[Moments, Moments]:
    """The unpaired rows of both languages or, where one is missing, the two sides of the pairs."""
    if source is not None and target is not None:
        return source, target
    if pairs is not None:  # one pool alone could differ from the pairs in more than its language
        return pairs.source, pairs.target
    raise ValueError(
        f"{who} needs rows of both languages: unpaired ones (unlabeled_source and "
        "unlabeled_target) or pairs"
    )


def rounding_of_means(moments: Moments) -> Float64Array:
    """How far the mean of a column of equal numbers may be from that number."""
    return moments.n * np.finfo(np.float64).eps * np.abs(moments.mean)


def column_deviations(moments: Moments) -> Float64Array:
    """Standard deviation of each column; 0 where it is not more than rounding."""
    deviations = np.sqrt(np.diag(moments.scatter).clip(0) / moments.weight)
    deviations[deviations <= rounding_of_means(moments)] = 0.0
    return deviations
