"""Fitted maps made of fitted maps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Self

import numpy as np

from langalign_sk._numeric import FloatArray
from langalign_sk.maps._affine import AffineMap, AffineMixin
from langalign_sk.maps._base import BaseMap


def compose(first: Any, second: Any) -> BaseMap:
    """Return the fitted map that applies `first`, then `second`.

    Parameters
    ----------
    first, second : fitted maps
        The output of `first` has the width of the input of `second`.

    Returns
    -------
    map
        An `AffineMap` (one product) where both are affine, a chain otherwise.

    See Also
    --------
    average : Mean of the outputs of several maps.

    Examples
    --------
    >>> from langalign_sk.maps import AffineMap, compose
    >>> double, shift = AffineMap([[2.0]]).fit(), AffineMap([[1.0]], [5.0]).fit()
    >>> compose(double, shift).transform([[1.0]])
    array([[7.]])
    """
    if first.n_features_out_ != second.n_features_in_:
        raise ValueError(
            f"the first map gives {first.n_features_out_} columns, "
            f"the second takes {second.n_features_in_}"
        )
    if isinstance(first, AffineMixin) and isinstance(second, AffineMixin):
        return AffineMap(
            first.coef_ @ second.coef_, first.intercept_ @ second.coef_ + second.intercept_
        ).fit()
    return ChainedMap([first, second]).fit()


def average(maps: Iterable[Any]) -> BaseMap:
    """Return the fitted map whose output is the mean of the outputs of `maps`.

    Parameters
    ----------
    maps : iterable of fitted maps
        All between spaces of the same widths; at least one.

    Returns
    -------
    map
        An `AffineMap` (one product) where all are affine; the map itself where it is only one.

    See Also
    --------
    compose : One map after the other.

    Examples
    --------
    >>> from langalign_sk.maps import AffineMap, average
    >>> double, shift = AffineMap([[2.0]]).fit(), AffineMap([[1.0]], [5.0]).fit()
    >>> average([double, shift]).transform([[1.0]])
    array([[4.]])
    """
    maps = list(maps)
    if not maps:
        raise ValueError("at least one map is needed to average")
    widths = sorted({(m.n_features_in_, m.n_features_out_) for m in maps})
    if len(widths) > 1:
        raise ValueError(f"maps between spaces of different widths cannot be averaged: {widths}")
    if len(maps) == 1:
        only: BaseMap = maps[0]
        return only
    if all(isinstance(m, AffineMixin) for m in maps):
        return AffineMap(
            np.mean([m.coef_ for m in maps], axis=0),
            np.mean([m.intercept_ for m in maps], axis=0),
        ).fit()
    return AveragedMap(maps).fit()


def blended(fitted: Any, share: float) -> BaseMap:
    """Return the fitted map that moves rows a `share` of the way.

    Parameters
    ----------
    fitted : fitted map
        Between spaces of one width.
    share : float
        1 for the whole way, 0 for none.

    Returns
    -------
    map
        An `AffineMap` where `fitted` is affine; `fitted` itself for the whole way.
    """
    if share == 1:
        whole: BaseMap = fitted
        return whole
    d_in, d_out = fitted.n_features_in_, fitted.n_features_out_
    if d_in != d_out:
        raise ValueError(
            f"blend={share!r} mixes rows with what the map makes of them, but it leads from {d_in} "
            f"to {d_out} columns: only blend=1 serves spaces of different widths"
        )
    if isinstance(fitted, AffineMixin):
        coef = share * fitted.coef_
        coef.flat[:: d_in + 1] += 1.0 - share
        return AffineMap(coef, share * fitted.intercept_).fit()
    return BlendedMap([fitted], share).fit()


class _FittedMaps(BaseMap):
    """Base of maps that consist of fitted maps: nothing to learn, and cloning must not unfit."""

    needs_pairs = False
    uses_unlabeled = False

    def __init__(self, maps: Sequence[Any]) -> None:
        self.maps = maps

    def _fit(self, S: Any, T: Any, weights: Any, *unlabeled: Any) -> None:
        self.n_features_in_ = self.maps[0].n_features_in_
        self.n_features_out_ = self.maps[-1].n_features_out_

    def __sklearn_clone__(self) -> Self:
        return self


class ChainedMap(_FittedMaps):
    """Apply each map to the output of the one before."""

    def _transform(self, X: FloatArray) -> FloatArray:
        for each in self.maps:
            X = each.transform(X)
        return X


class AveragedMap(_FittedMaps):
    """Average the outputs of the maps."""

    def _transform(self, X: FloatArray) -> FloatArray:
        total = np.zeros((X.shape[0], self.n_features_out_), dtype=X.dtype)
        for each in self.maps:
            total += each.transform(X)
        total /= len(self.maps)
        return total


class BlendedMap(_FittedMaps):
    """Move rows a share of the way that a map moves them."""

    def __init__(self, maps: Sequence[Any], share: float) -> None:
        super().__init__(maps)
        self.share = share

    def _transform(self, X: FloatArray) -> FloatArray:
        moved: FloatArray = self.share * self.maps[0].transform(X)
        moved += (1.0 - self.share) * X
        return moved
