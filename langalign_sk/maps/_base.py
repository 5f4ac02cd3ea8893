"""What a map is: rows of one space in, rows of another out."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from langalign_sk._numeric import (
    Float64Array,
    FloatArray,
    Moments,
    PairMoments,
    as_float_matrix,
    as_weights,
)


class BaseMap(BaseEstimator):
    """Base of all maps from a source space to a target space.

    A map gets arrays and gives arrays; it knows nothing of languages or texts. Subclasses write
    `fit` and `transform`, set `n_features_in_` and `n_features_out_` when they fit, and keep to
    scikit-learn's habits: parameters are stored untouched by ``__init__``, fitting starts afresh.

    A map that reads the pairs row by row (a *row map*) inherits from this class; one that needs no
    more than means and scatter matrices (a *moment map*) inherits from `MomentMap`.

    Attributes
    ----------
    needs_pairs : bool
        Class attribute. False for a map that fits from unpaired rows alone: its `fit` then takes
        None for `S` and `T`.
    uses_unlabeled : bool
        Class attribute. False for a map that ignores the unpaired rows, so that nobody need
        prepare them for it.
    n_features_in_ : int
        Width of the source space.
    n_features_out_ : int
        Width of the target space.

    See Also
    --------
    MomentMap : Base of maps that fit from moments.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.maps import BaseMap
    >>> class NearestPairMap(BaseMap):
    ...     '''Answer with the target of the nearest source row.'''
    ...     uses_unlabeled = False
    ...
    ...     def fit(self, S, T, sample_weight=None, *,
    ...             unlabeled_source=None, unlabeled_target=None):
    ...         self.S_, self.T_, _ = self._check_pairs(S, T, sample_weight)
    ...         self.n_features_in_, self.n_features_out_ = self.S_.shape[1], self.T_.shape[1]
    ...         return self
    ...
    ...     def transform(self, X):
    ...         X = self._check_rows(X)
    ...         nearest = (np.sum(self.S_**2, axis=1) - 2 * X @ self.S_.T).argmin(axis=1)
    ...         return self.T_[nearest].astype(X.dtype)
    >>> nearest = NearestPairMap().fit([[0.0, 0.0], [1.0, 1.0]], [[5.0], [6.0]])
    >>> nearest.transform([[0.9, 0.8]])
    array([[6.]])
    """

    needs_pairs: ClassVar[bool] = True
    uses_unlabeled: ClassVar[bool] = True

    n_features_in_: int
    n_features_out_: int

    def fit(
        self,
        S: Any,
        T: Any,
        sample_weight: Any = None,
        *,
        unlabeled_source: Any = None,
        unlabeled_target: Any = None,
    ) -> Self:
        """Learn the map from pairs of rows, and from unpaired rows where it uses them.

        Parameters
        ----------
        S, T : array-like of shape (n, d_source) and (n, d_target)
            Row i of `S` and row i of `T` mean the same. None for maps that need no pairs.
        sample_weight : array-like of shape (n,), optional
            Weight of each pair, >= 0.
        unlabeled_source, unlabeled_target : array-like of shape (m, d), optional
            Unpaired rows of either space.

        Returns
        -------
        self
        """
        raise NotImplementedError(f"{type(self).__name__} does not define fit")

    def transform(self, X: Any) -> FloatArray:
        """Map rows of the source space into the target space.

        Parameters
        ----------
        X : array-like of shape (n, d_source)

        Returns
        -------
        ndarray of shape (n, d_target)
            In the dtype of `X` (float32 or float64).
        """
        raise NotImplementedError(f"{type(self).__name__} does not define transform")

    def _check_pairs(
        self, S: Any, T: Any, sample_weight: Any
    ) -> tuple[FloatArray, FloatArray, Float64Array | None]:
        """Pairs and weights as arrays of one length; for row maps that need pairs."""
        if S is None or T is None:
            raise ValueError(f"{type(self).__name__} needs pairs: both S and T must be given")
        S = as_float_matrix(S, name="source pairs")
        T = as_float_matrix(T, name="target pairs")
        if S.shape[0] != T.shape[0]:
            raise ValueError(
                f"source pairs have {S.shape[0]} rows, target pairs {T.shape[0]}; "
                "row i of one must be the translation of row i of the other"
            )
        return S, T, as_weights(sample_weight, S.shape[0])

    def _check_rows(self, X: Any) -> FloatArray:
        """Rows to transform, of the width the map was fitted on."""
        check_is_fitted(self)
        rows = as_float_matrix(X, name="X")
        _check_width(rows, self.n_features_in_, type(self).__name__)
        return rows


class MomentMap(BaseMap):
    """Base of maps that fit from moments: counts, means and centred scatter matrices.

    Subclasses write `fit_moments`; `fit` accumulates the moments of its arrays and calls it. A
    caller who fits several maps on the same pairs accumulates once and calls `fit_moments` on each.

    Attributes
    ----------
    uses_target_scatter : bool
        Class attribute. False for a map that needs no scatter matrix of the target side, so that
        `fit` need not accumulate it.
    reads_rows : bool
        True where, by its parameters, this map can only be fitted by `fit`, from rows.

    See Also
    --------
    BaseMap : Base of maps that read the pairs row by row.
    """

    uses_target_scatter: ClassVar[bool] = True

    @property
    def reads_rows(self) -> bool:
        """Whether `fit` needs the rows themselves, not just their moments."""
        return False

    def fit(
        self,
        S: Any,
        T: Any,
        sample_weight: Any = None,
        *,
        unlabeled_source: Any = None,
        unlabeled_target: Any = None,
    ) -> Self:
        """Learn the map from pairs of rows, and from unpaired rows where it uses them.

        Parameters
        ----------
        S, T : array-like of shape (n, d_source) and (n, d_target)
            Row i of `S` and row i of `T` mean the same. None for maps that need no pairs.
        sample_weight : array-like of shape (n,), optional
            Weight of each pair, >= 0; a weight of 2 counts as the pair given twice, but tells a
            rule that chooses a parameter (GCV, OAS) of no more pairs than there are.
        unlabeled_source, unlabeled_target : array-like of shape (m, d), optional
            Unpaired rows of either space.

        Returns
        -------
        self
        """
        pairs = None
        if S is not None and T is not None:
            pairs = PairMoments.from_rows(
                S, T, sample_weight, target_scatter=self.uses_target_scatter
            )
        elif S is not None or T is not None:
            raise ValueError("S and T must be given together, or both be None")
        if not self.uses_unlabeled:
            unlabeled_source = unlabeled_target = None
        return self.fit_moments(
            pairs,
            unlabeled_source=_moments_of(unlabeled_source, "unlabeled_source"),
            unlabeled_target=_moments_of(unlabeled_target, "unlabeled_target"),
        )

    def fit_moments(
        self,
        moments: PairMoments | None,
        *,
        unlabeled_source: Moments | None = None,
        unlabeled_target: Moments | None = None,
    ) -> Self:
        """Learn the map from accumulated moments.

        Parameters
        ----------
        moments : PairMoments
            Moments of the pairs. None for maps that need no pairs.
        unlabeled_source, unlabeled_target : Moments, optional
            Moments of unpaired rows.

        Returns
        -------
        self
        """
        raise NotImplementedError(f"{type(self).__name__} does not define fit_moments")

    def _need(self, moments: PairMoments | None) -> PairMoments:
        """Return the moments of the pairs, or say that they are missing."""
        if moments is None:
            raise ValueError(f"{type(self).__name__} needs pairs: both S and T must be given")
        return moments


def fits_from_moments(method: Any) -> bool:
    """Tell whether a map can be fitted by `fit_moments`: a moment map that asks for no rows.

    Parameters
    ----------
    method : object
        A map, fitted or not.

    Returns
    -------
    bool
    """
    return isinstance(method, MomentMap) and not method.reads_rows


def _check_width(X: FloatArray, width: int, who: str) -> None:
    """Refuse rows of another width."""
    if X.shape[1] != width:
        raise ValueError(
            f"X has {X.shape[1]} features, but {who} is expecting {width} features as input"
        )


def _moments_of(rows: Any, name: str) -> Moments | None:
    """Moments of unpaired rows, if there are any."""
    return None if rows is None else Moments.from_rows(rows, name=name)
