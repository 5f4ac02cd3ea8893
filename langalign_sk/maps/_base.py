"""Maps: rows of one space in, rows of another out."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, Self, TypeAlias, TypeVar

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from langalign_sk._numeric import (
    Float64Array,
    FloatArray,
    Moments,
    PairMoments,
    as_float_matrix,
    as_matrix,
    as_weights,
)

#: Weights of rows; None where all count alike.
Weights: TypeAlias = Float64Array | None
Estimator = TypeVar("Estimator", bound=BaseEstimator)
#: Fewer pairs than this say next to nothing, whatever the penalty.
FEWEST_PAIRS = 30


class FewPairsWarning(UserWarning):
    """A map was fitted to fewer pairs than it needs for spaces of this width.

    Examples
    --------
    >>> import warnings
    >>> import numpy as np
    >>> from langalign_sk.maps import FewPairsWarning, ProcrustesMap
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     fitted = ProcrustesMap().fit(np.eye(3, 50), np.eye(3, 50)[::-1])
    >>> caught[0].category is FewPairsWarning
    True
    """


class BaseMap(BaseEstimator):
    """Base of all maps from a source space to a target space.

    A map gets arrays and gives arrays; it knows nothing of languages or texts. Subclasses write
    ``_fit(S, T, weights, *unlabeled)`` and ``_transform(X)``, which get checked arrays, and keep to
    scikit-learn's habits: ``__init__`` stores parameters untouched, ``_parameter_constraints`` say
    what they may be. ``class MyMap(BaseMap, name="mine")`` is known to the aligners as
    ``method="mine"``.

    `fit` is all or nothing: ``_fit`` works on a fresh object, so that a fit which fails or is
    interrupted leaves the one before as it was.

    A map that reads the pairs row by row (a *row map*) inherits from this class; one that needs no
    more than means and scatter matrices (a *moment map*) inherits from `MomentMap`.

    Attributes
    ----------
    names : tuple of str
        Class attribute. Short names of the map with its default parameters.
    needs_pairs : bool
        Class attribute. False for a map that fits from unlabeled rows alone: its `fit` then takes
        None for `S` and `T`.
    uses_unlabeled : bool
        Class attribute. False for a map that ignores the unlabeled rows, so that nobody need
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
    >>> from langalign_sk.maps import BaseMap, resolve_map
    >>> class NearestPairMap(BaseMap, name="nearest_pair"):
    ...     '''Answer with the target of the nearest source row.'''
    ...     uses_unlabeled = False
    ...
    ...     def _fit(self, S, T, weights, *unlabeled):
    ...         self.S_, self.T_ = S, T
    ...
    ...     def _transform(self, X):
    ...         nearest = (np.sum(self.S_**2, axis=1) - 2 * X @ self.S_.T).argmin(axis=1)
    ...         return self.T_[nearest].astype(X.dtype)
    >>> nearest = resolve_map("nearest_pair").fit([[0.0, 0.0], [1.0, 1.0]], [[5.0], [6.0]])
    >>> nearest.transform([[0.9, 0.8]])
    array([[6.]])
    """

    names: ClassVar[tuple[str, ...]] = ()
    needs_pairs: ClassVar[bool] = True
    uses_unlabeled: ClassVar[bool] = True

    n_features_in_: int
    n_features_out_: int

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {}

    def __init_subclass__(cls, *, name: str | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if name is None:
            return
        for other in classes_of_maps():
            # A class may be defined again, in a notebook.
            again = (other.__module__, other.__qualname__) == (cls.__module__, cls.__qualname__)
            if name in vars(other).get("names", ()) and not again:
                raise ValueError(f"the name {name!r} is taken by {other.__name__}")
        cls.names = (name,)

    def fit(
        self,
        S: Any = None,
        T: Any = None,
        sample_weight: Any = None,
        *,
        unlabeled_source: Any = None,
        unlabeled_target: Any = None,
    ) -> Self:
        """Learn the map from pairs of rows, and from unlabeled rows where it uses them.

        Parameters
        ----------
        S, T : array-like of shape (n, d_source) and (n, d_target)
            Row i of `S` and row i of `T` mean the same. None for maps that need no pairs.
        sample_weight : array-like of shape (n,), optional
            Weight of each pair, >= 0.
        unlabeled_source, unlabeled_target : array-like of shape (m, d), optional
            Further rows of either space, which need not be pairs. Not looked at where the map
            does not use them.

        Returns
        -------
        self
        """
        self._validate_params()
        self._check_pairs_given(S, T)
        weights, clouds = None, (unlabeled_source, unlabeled_target)
        n_pairs, same = 0, T is S
        if S is not None:
            S = self._as_rows(S, name="source pairs")
            T = S if same else self._as_rows(T, name="target pairs")
            if len(S) != len(T):
                raise ValueError(
                    f"source pairs have {len(S)} rows, target pairs {len(T)}; "
                    "row i of one must be the translation of row i of the other"
                )
            weights = as_weights(sample_weight, len(S))
            n_pairs = len(S) if weights is None else int(np.count_nonzero(weights))
        if not self.uses_unlabeled:
            clouds = None, None
        source, target = (
            None if rows is None else self._as_rows(rows, name=f"unlabeled_{side}")
            for rows, side in zip(clouds, ("source", "target"), strict=True)
        )
        widths: dict[str, int] = {}
        for pairs, rows, side, name in ((S, source, "source", "in"), (T, target, "target", "out")):
            if pairs is not None and rows is not None and pairs.shape[1] != rows.shape[1]:
                raise ValueError(
                    f"{side} pairs have {pairs.shape[1]} columns, "
                    f"unlabeled_{side} {rows.shape[1]}: rows of one space have one width"
                )
            given = rows if pairs is None else pairs
            if given is not None:
                widths[f"n_features_{name}_"] = given.shape[1]

        def learn(fresh: Self) -> None:
            fresh.__dict__.update(widths)
            fresh._fit(S, T, weights, source, target)
            fresh._warn_of_few(n_pairs, same=same)

        return fit_afresh(self, learn)

    def _fit(self, S: Any, T: Any, weights: Any, *unlabeled: Any) -> object:
        """Learn from arrays that were checked; None stands for rows that are not there.

        `unlabeled` are the unlabeled rows of the source and of the target space.
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
        return self._transform(self._check_rows(X))

    def _transform(self, X: FloatArray) -> FloatArray:
        """Map checked rows."""
        raise NotImplementedError(f"{type(self).__name__} does not define transform")

    @classmethod
    def _named(cls, name: str) -> BaseMap:
        """Return the unfitted map that one of `names` stands for."""
        return cls()

    def _pairs_needed(self, d_source: int, d_target: int) -> int:
        """Return the number of pairs below which the map says too little; 0 for none."""
        return min(FEWEST_PAIRS, 1 + min(d_source, d_target)) if self.needs_pairs else 0

    def _say_few(self, needed: int) -> str:
        """Return what a warning says of fewer pairs than `needed`."""
        return f"say too little; {needed} or more are needed"

    def _as_rows(self, rows: Any, *, name: str) -> FloatArray:
        """Return rows as an array, checked."""
        return as_float_matrix(rows, name=name)

    def _check_pairs_given(self, S: Any, T: Any) -> None:
        """Raise for half a pair, and for none where the map needs some."""
        if (S is None) != (T is None):
            raise ValueError("S and T must be given together, or both be None")
        if S is None and self.needs_pairs:
            raise ValueError(f"{type(self).__name__} needs pairs: both S and T must be given")

    def _two_clouds(self, pairs: Any, source: Any, target: Any) -> tuple[Any, Any]:
        """Return the unlabeled rows of both languages; without, the two sides of the pairs.

        Rows or moments of rows alike.
        """
        if source is not None and target is not None:
            return source, target
        if pairs is None:  # one pool alone could differ from the pairs in more than its language
            raise ValueError(
                f"{type(self).__name__} needs rows of both languages: unlabeled_source and "
                "unlabeled_target, or pairs"
            )
        return pairs[0], pairs[1]

    def _warn_of_few(self, n_pairs: int, *, same: bool) -> None:
        """Warn where the map is not determined by so few pairs."""
        needed = 0 if same else self._pairs_needed(self.n_features_in_, self.n_features_out_)
        if n_pairs < needed:
            warnings.warn(
                f"{type(self).__name__}: {n_pairs} pair{'s' * (n_pairs != 1)} for spaces of "
                f"{self.n_features_in_} and {self.n_features_out_} columns {self._say_few(needed)}",
                FewPairsWarning,
                stacklevel=5,  # who called fit
            )

    def _check_rows(self, X: Any, *, back: bool = False) -> FloatArray:
        """Return rows to transform (or to bring back), of the width the map was fitted on."""
        check_is_fitted(self)
        rows = as_float_matrix(X, name="X")
        width = self.n_features_out_ if back else self.n_features_in_
        if rows.shape[1] != width:
            who = type(self).__name__ + (".inverse_transform" if back else "")
            raise ValueError(
                f"X has {rows.shape[1]} features, but {who} is expecting {width} features as input"
            )
        return rows


class MomentMap(BaseMap):
    """Base of maps that fit from moments: counts, means and centred scatter matrices.

    Subclasses write ``_fit_moments(moments, *unlabeled)``; `fit` accumulates the moments of its
    arrays and calls it. A caller who fits several maps on the same pairs accumulates once and
    calls `fit_moments` on each. A weight of 2 counts as the pair given twice, but tells a rule
    that chooses a parameter (GCV, OAS) of no more pairs than there are.

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
        """True where `fit` needs the rows themselves, not just their moments."""
        return False

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
            Moments of unlabeled rows.

        Returns
        -------
        self
        """
        self._validate_params()
        self._check_pairs_given(moments, moments)
        clouds = (unlabeled_source, unlabeled_target) if self.uses_unlabeled else (None, None)

        def learn(fresh: Self) -> None:
            fresh._fit_moments(moments, *clouds)
            if moments is not None:
                same = moments.source is moments.target
                fresh._warn_of_few(round(moments.n_effective), same=same)

        return fit_afresh(self, learn)

    def _fit_moments(self, moments: Any, *unlabeled: Any) -> object:
        """Learn from moments; None stands for those that are not there.

        `unlabeled` are the moments of the unlabeled rows of the source and of the target space.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define fit_moments")

    def _fit(self, S: Any, T: Any, weights: Any, *unlabeled: Any) -> object:
        pairs = None
        if S is not None:
            pairs = PairMoments.from_rows(S, T, weights, target_scatter=self.uses_target_scatter)
        clouds = (
            None if rows is None else Moments.from_rows(rows, name=f"unlabeled_{side}")
            for rows, side in zip(unlabeled, ("source", "target"), strict=True)
        )
        return self._fit_moments(pairs, *clouds)

    def _as_rows(self, rows: Any, *, name: str) -> FloatArray:
        return as_matrix(rows, name=name)  # NaN is looked for while the moments are accumulated


def classes_of_maps() -> Iterator[type[BaseMap]]:
    """Give all classes of maps there are, those of the user too, older ones first."""
    left: list[type[BaseMap]] = [BaseMap]
    while left:
        yield left[0]
        left += [cls for cls in left.pop(0).__subclasses__() if cls not in left]


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


def fit_afresh(estimator: Estimator, fit: Callable[[Estimator], object]) -> Estimator:
    """Fit an object of the same parameters, take over its state once all is done; return self.

    The state changes hands in one step: an error or an interrupt anywhere leaves the old one.
    """
    fresh = object.__new__(type(estimator))
    # Parameters, and what scikit-learn keeps; a trailing underscore marks what a fit has set.
    kept = {key: value for key, value in vars(estimator).items() if not key.endswith("_")}
    vars(fresh).update(kept)
    fit(fresh)
    estimator.__dict__ = vars(fresh)
    return estimator
