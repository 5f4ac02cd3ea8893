"""Count, mean and centred scatter of rows and of row pairs: all that a closed form needs."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Any, Self, TypeVar

import numpy as np

from langalign_sk._numeric._arrays import (
    Float64Array,
    FloatArray,
    as_matrix,
    as_weights,
)
from langalign_sk._numeric._immutable import Immutable
from langalign_sk._numeric._scatter import JointScatter, OneScatter, accumulate, symmetric
from langalign_sk._process import Memo

Value = TypeVar("Value")
_COUNTS = ("n", "weight", "weight_sq")


class Moments(Immutable):
    """Moments of one set of rows, in float64.

    Built by `from_rows`; two of them add up to the moments of all rows together. Immutable, and
    equal to itself under copying; a pickle holds the numbers and nothing derived from them.

    Parameters
    ----------
    n : int
        Number of rows.
    weight, weight_sq : float
        Sum of the row weights and of their squares (`n` and `n` without weights).
    mean : ndarray of shape (d,)
        Weighted mean.
    scatter : ndarray of shape (d, d) or (d,)
        Weighted sum of the outer products of the centred rows; or its diagonal, where no more
        was accumulated.
    """

    __slots__ = ("__weakref__", "_memo", "_scatter", "mean", "n", "weight", "weight_sq")

    n: int
    weight: float
    weight_sq: float
    mean: Float64Array
    _scatter: Float64Array
    _memo: Memo

    def __init__(
        self,
        *,
        n: int,
        weight: float,
        weight_sq: float,
        mean: Float64Array,
        scatter: Float64Array,
    ) -> None:
        self.__setstate__(
            {"n": n, "weight": weight, "weight_sq": weight_sq, "mean": mean, "scatter": scatter}
        )

    @classmethod
    def from_rows(
        cls, X: Any, sample_weight: Any = None, *, block_rows: int | None = None, name: str = "X"
    ) -> Self:
        """Accumulate over the rows of `X`, block by block.

        Parameters
        ----------
        X : array-like of shape (n, d)
            Rows; a memory map is read block by block.
        sample_weight : array-like of shape (n,), optional
            Weight of each row, >= 0.
        block_rows : int, optional
            Rows at a time; None takes about 8 MB.
        name : str, default="X"
            What errors call the rows.

        Returns
        -------
        Moments
        """
        X = as_matrix(X, name=name)
        weights = as_weights(sample_weight, X.shape[0])
        sums = JointScatter(X.shape[1])
        mean = accumulate([X], [name], weights, block_rows, sums)
        return cls(**_counts(X.shape[0], weights), mean=mean, scatter=symmetric(sums.triangle))

    @property
    def width(self) -> int:
        """Number of columns of the rows."""
        return int(self.mean.shape[0])

    @property
    def scatter(self) -> Float64Array:
        """Weighted sum of the outer products of the centred rows, shape (d, d)."""
        if self._scatter.ndim == 1:
            raise ValueError(
                "these moments hold the diagonal of the scatter matrix only: they were accumulated "
                "with target_scatter=False"
            )
        return self._scatter

    @property
    def squares(self) -> Float64Array:
        """Diagonal of the scatter matrix: weighted sum of squares of each centred column."""
        return self._scatter if self._scatter.ndim == 1 else self._scatter.diagonal()

    @property
    def covariance(self) -> Float64Array:
        """Maximum likelihood covariance, `scatter / weight`."""
        return self.scatter / self.weight

    @property
    def n_effective(self) -> float:
        """Kish's effective number of rows, `weight**2 / weight_sq`."""
        return self.weight**2 / self.weight_sq

    def memo(self, key: Hashable, compute: Callable[[], Value], slot: Hashable = None) -> Value:
        """Return what `compute` returns, called once per `key` while the process remembers it.

        Parameters
        ----------
        key : hashable
            What the value is known by.
        compute : callable
            Makes the value, which must not refer to this object: it would keep it alive.
        slot : hashable, optional
            Keep only the newest of the values asked for under one slot.

        Returns
        -------
        object
        """
        return self._memo.get(key, compute, slot)

    def __add__(self, other: object) -> Moments:
        if not isinstance(other, Moments):
            return NotImplemented
        if self.width != other.width:
            raise ValueError(
                f"moments of {self.width} and of {other.width} columns cannot be added"
            )
        share, between = _merge_factors(self, other)
        delta = other.mean - self.mean
        step = between * delta
        if self._scatter.ndim == other._scatter.ndim == 2:
            scatter = self._scatter + other._scatter + np.outer(step, step)
        else:
            scatter = self.squares + other.squares + step**2
        mean = self.mean + share * delta
        counts = {name: getattr(self, name) + getattr(other, name) for name in _COUNTS}
        return Moments(**counts, mean=mean, scatter=scatter)

    def __repr__(self) -> str:
        return f"Moments(n={self.n}, width={self.width})"

    def __getstate__(self) -> dict[str, Any]:
        counts = {name: getattr(self, name) for name in _COUNTS}
        return {**counts, "mean": self.mean, "scatter": self._scatter}

    def __setstate__(self, state: dict[str, Any]) -> None:
        n, *weights = (state[name] for name in _COUNTS)
        _set(self, n=int(n), weight=float(weights[0]), weight_sq=float(weights[1]))
        _set(self, mean=_frozen(state["mean"]), _scatter=_frozen(state["scatter"]), _memo=Memo())


class PairMoments(Immutable):
    """Moments of row pairs, in float64: of each side, and between the sides.

    Built by `from_rows`; two of them add up to the moments of all pairs together.

    Parameters
    ----------
    source, target : Moments
        Moments of either side, over the same rows and weights.
    cross : ndarray of shape (d_source, d_target)
        Weighted sum of the outer products of centred source and centred target rows.
    """

    __slots__ = ("__weakref__", "_memo", "cross", "is_swapped", "source", "target")

    source: Moments
    target: Moments
    cross: Float64Array
    #: True for what `swapped` made of the moments as they were accumulated.
    is_swapped: bool
    _memo: Memo

    def __init__(self, *, source: Moments, target: Moments, cross: Float64Array) -> None:
        _set(self, source=source, target=target, cross=_frozen(cross))
        _set(self, is_swapped=False, _memo=Memo())

    @classmethod
    def from_rows(
        cls,
        S: Any,
        T: Any,
        sample_weight: Any = None,
        *,
        block_rows: int | None = None,
        target_scatter: bool = True,
    ) -> Self:
        """Accumulate over the row pairs, block by block.

        Parameters
        ----------
        S, T : array-like of shape (n, d_source) and (n, d_target)
            Row pairs. Where both are one object it is read once, and both sides are the same
            moments.
        sample_weight, block_rows
            As in `Moments.from_rows`.
        target_scatter : bool, default=True
            False leaves a quarter of the work undone: of the target side's scatter only the
            diagonal is accumulated. That is enough for the map out of the source space by
            regression or rotation; not for the way back, nor for telling the languages apart.

        Returns
        -------
        PairMoments
        """
        names = ["source pairs", "target pairs"]
        if S is T:
            both = Moments.from_rows(S, sample_weight, block_rows=block_rows, name=names[0])
            return cls(source=both, target=both, cross=both.scatter)
        S, T = as_matrix(S, name=names[0]), as_matrix(T, name=names[1])
        if S.shape[0] != T.shape[0]:
            raise ValueError(
                f"source pairs have {S.shape[0]} rows, target pairs {T.shape[0]}; "
                "row i of one must be the translation of row i of the other"
            )
        weights = as_weights(sample_weight, S.shape[0])
        counts = _counts(S.shape[0], weights)
        d = S.shape[1]
        if not target_scatter:
            sums = OneScatter(d, T.shape[1])
            mean = accumulate([S, T], names, weights, block_rows, sums)
            source = Moments(**counts, mean=mean[:d].copy(), scatter=symmetric(sums.triangle))
            target = Moments(**counts, mean=mean[d:].copy(), scatter=sums.squares)
            return cls(source=source, target=target, cross=sums.cross)
        joint = JointScatter(d + T.shape[1])
        mean = accumulate([S, T], names, weights, block_rows, joint)
        triangle = joint.triangle
        # Copies: views would keep the whole joint matrix alive.
        return cls(
            source=Moments(**counts, mean=mean[:d].copy(), scatter=symmetric(triangle[:d, :d])),
            target=Moments(**counts, mean=mean[d:].copy(), scatter=symmetric(triangle[d:, d:])),
            cross=np.ascontiguousarray(triangle[:d, d:]),
        )

    @classmethod
    def from_blocks(
        cls, blocks: Iterable[tuple[FloatArray, FloatArray, Float64Array | None]]
    ) -> PairMoments:
        """Accumulate over blocks of row pairs and their weights, made one after the other.

        Parameters
        ----------
        blocks : iterable of (source, target, weights)
            Blocks without weight are passed over; a ValueError where there are no others.
        """
        total: PairMoments | None = None
        for S, T, weights in blocks:
            if weights is None or weights.any():
                part = cls.from_rows(S, T, weights)
                total = part if total is None else total + part
        if total is None:
            raise ValueError("no pair has a weight above zero")
        return total

    @property
    def n(self) -> int:
        """Number of pairs."""
        return self.source.n

    @property
    def weight(self) -> float:
        """Sum of the weights."""
        return self.source.weight

    @property
    def weight_sq(self) -> float:
        """Sum of the squared weights."""
        return self.source.weight_sq

    @property
    def n_effective(self) -> float:
        """Kish's effective number of pairs, `weight**2 / weight_sq`."""
        return self.source.n_effective

    def swapped(self) -> PairMoments:
        """Return the same pairs with the sides exchanged: views, and one store of memos."""
        other = PairMoments(source=self.target, target=self.source, cross=self.cross.T)
        _set(other, is_swapped=not self.is_swapped, _memo=self._memo)
        return other

    def memo(self, key: Hashable, compute: Callable[[], Value], slot: Hashable = None) -> Value:
        """Return what `compute` returns, called once per `key` and direction while remembered.

        Parameters
        ----------
        key : hashable
            What the value is known by.
        compute : callable
            Makes the value, which must not refer to this object: it would keep it alive.
        slot : hashable, optional
            Keep only the newest of the values asked for under one slot.

        Returns
        -------
        object
        """
        place = None if slot is None else (self.is_swapped, slot)
        return self._memo.get((self.is_swapped, key), compute, place)

    def __add__(self, other: object) -> PairMoments:
        if not isinstance(other, PairMoments):
            return NotImplemented
        source = self.source + other.source
        _, between = _merge_factors(self.source, other.source)
        if self.source is self.target and other.source is other.target:
            return PairMoments(source=source, target=source, cross=source.scatter)
        target = self.target + other.target
        step_s = between * (other.source.mean - self.source.mean)
        step_t = between * (other.target.mean - self.target.mean)
        cross = self.cross + other.cross + np.outer(step_s, step_t)
        return PairMoments(source=source, target=target, cross=cross)

    def __repr__(self) -> str:
        return f"PairMoments(n={self.n}, widths=({self.source.width}, {self.target.width}))"

    # Flat and plain: numbers and arrays, so that any serialiser can read it.
    def __getstate__(self) -> dict[str, Any]:
        one = self.source is self.target
        return {
            "source": self.source.__getstate__(),
            "target": None if one else self.target.__getstate__(),
            "cross": None if one else self.cross,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        source = Moments(**state["source"])
        target = source if state["target"] is None else Moments(**state["target"])
        cross = source.scatter if state["cross"] is None else state["cross"]
        self.__init__(source=source, target=target, cross=cross)  # type: ignore[misc]  # sets slots


def _merge_factors(a: Moments, b: Moments) -> tuple[float, float]:
    """Return the share of `b` in the merged mean, and the root of the factor of the step."""
    share = b.weight / (a.weight + b.weight)
    return share, float(np.sqrt(a.weight * share))


def _counts(n_rows: int, weights: Float64Array | None) -> dict[str, Any]:
    """Return row count, sum of weights, sum of squared weights."""
    if weights is None:
        weights = np.ones(n_rows)
    return dict(zip(_COUNTS, (n_rows, float(weights.sum()), float(weights @ weights)), strict=True))


def _frozen(a: Any) -> Float64Array:
    """Give a read-only float64 view of `a`."""
    view = np.asarray(a, dtype=np.float64).view()
    view.flags.writeable = False
    return view


def _set(obj: object, **values: Any) -> None:
    """Set attributes of an immutable object while it is being built."""
    for name, value in values.items():
        object.__setattr__(obj, name, value)
