"""Cosines of two sets of rows, tile by tile, and the scores made of them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

import numpy as np

from langalign_sk._numeric._arrays import Float32Array, Float64Array, FloatArray, as_float_matrix
from langalign_sk._numeric._top import (
    GROUP,
    BestK,
    maxima_of_columns,
    maxima_of_rows,
    rounded,
)

NeighbourMethod: TypeAlias = Literal["cosine", "csls", "margin", "inverted_softmax"]

#: One tile of float32 scores: small enough for a processor's cache, large enough for its BLAS.
BLOCK_BYTES = 4 * 2**20
#: Mean similarities that a margin divides by are at least this, so that it keeps its sign.
SMALLEST_MEAN = 1e-6


@dataclass(frozen=True)
class Adjustment:
    """A score out of a cosine: penalties taken off it, or a mean that divides it.

    `source` and `target` hold one figure per row of the two sides. With `divide` the cosine is
    divided by their sum, else both are taken off it; None leaves the cosine alone.
    """

    source: Float32Array | None = None
    target: Float32Array | None = None
    divide: bool = False

    def apply(self, tile: Float32Array, rows: slice, columns: slice) -> None:
        """Turn the cosines of a tile into scores, in place."""
        if self.source is None or self.target is None:
            return
        source, target = self.source[rows, None], self.target[columns]
        if self.divide:
            np.divide(tile, np.maximum(source + target, np.float32(SMALLEST_MEAN)), out=tile)
        else:
            np.subtract(tile, source, out=tile)
            np.subtract(tile, target, out=tile)


def unit_rows(X: FloatArray) -> Float32Array:
    """Return rows divided by their lengths, as float32; rows of zeros stay zeros.

    Float32 rows that already have unit length (within one part in a million) come back as they
    are, without a copy.
    """
    lengths = np.empty(len(X))
    blocks = [slice(start, start + 4096) for start in range(0, len(X), 4096)]
    for rows in blocks:
        block = np.asarray(X[rows], dtype=np.float64)
        lengths[rows] = np.sqrt(np.einsum("ij,ij->i", block, block))
    if (
        X.dtype == np.float32
        and X.flags.c_contiguous
        and bool(np.all((np.abs(lengths - 1) < 1e-6) | (lengths == 0)))
    ):
        return X
    lengths[lengths == 0] = 1
    unit = np.empty(X.shape, dtype=np.float32)
    for rows in blocks:
        np.divide(X[rows], lengths[rows, None], out=unit[rows], casting="same_kind")
    return unit


def two_sides(A: Any, B: Any, names: tuple[str, str]) -> tuple[Float32Array, Float32Array]:
    """Return unit rows of both sides, checked."""
    left, right = as_float_matrix(A, name=names[0]), as_float_matrix(B, name=names[1])
    if left.shape[1] != right.shape[1]:
        raise ValueError(
            f"{names[0]} has {left.shape[1]} columns and {names[1]} has {right.shape[1]}: "
            "cosines need vectors of one space; map one side onto the other first"
        )
    return unit_rows(left), unit_rows(right)


def tiles(
    A: Float32Array,
    B: Float32Array,
    adjustment: Adjustment,
    *,
    block_bytes: int,
    skip_diagonal: bool = False,
) -> Iterator[tuple[slice, slice, Float32Array]]:
    """Give the scores of all rows of A for all rows of B: row range, column range, tile.

    Each tile has the one shape and is overwritten by the next; what it has beyond the two ranges
    is minus infinity, and so is the score of row i for row i with `skip_diagonal`. Rows are the
    outer loop.
    """
    entries = max(block_bytes // 4, GROUP * GROUP)
    height = min(rounded(len(A)), math.isqrt(entries) // GROUP * GROUP)
    width = min(rounded(len(B)), entries // height // GROUP * GROUP)
    height = min(rounded(len(A)), entries // width // GROUP * GROUP)
    tile = np.empty((height, width), dtype=np.float32)
    for top in range(0, len(A), height):
        rows = slice(top, min(top + height, len(A)))
        n_rows = rows.stop - top
        for left in range(0, len(B), width):
            columns = slice(left, min(left + width, len(B)))
            n_columns = columns.stop - left
            inner = tile[:n_rows, :n_columns]
            np.matmul(A[rows], B[columns].T, out=inner)
            adjustment.apply(inner, rows, columns)
            if skip_diagonal:
                same = np.arange(max(top, left), min(rows.stop, columns.stop))
                inner[same - top, same - left] = -np.inf
            tile[n_rows:] = -np.inf
            tile[:n_rows, n_columns:] = -np.inf
            yield rows, columns, tile


def best_pairs(
    A: Float32Array,
    B: Float32Array,
    adjustment: Adjustment,
    *,
    k_rows: int,
    k_columns: int,
    block_bytes: int,
    skip_diagonal: bool = False,
) -> tuple[BestK, BestK]:
    """Find the best rows of B for each row of A and the other way round (k = 0: none)."""
    of_rows, of_columns = BestK(len(A), k_rows), BestK(len(B), k_columns)
    for rows, columns, tile in tiles(
        A, B, adjustment, block_bytes=block_bytes, skip_diagonal=skip_diagonal
    ):
        if k_rows:
            of_rows.offer(rows, tile, maxima_of_columns(tile), columns.start)
        if k_columns:
            of_columns.offer(columns, tile.T, maxima_of_rows(tile), rows.start)
    return of_rows, of_columns


def mean_similarities(
    A: Float32Array, B: Float32Array, k: int, *, block_bytes: int
) -> tuple[Float64Array, Float64Array]:
    """Return the mean cosine of each row to its k nearest (or all) on the other side."""
    check_neighbors(k)
    rows, columns = best_pairs(
        A,
        B,
        Adjustment(),
        k_rows=min(k, len(B)),
        k_columns=min(k, len(A)),
        block_bytes=block_bytes,
    )
    return rows.values.mean(axis=1, dtype=float), columns.values.mean(axis=1, dtype=float)


class LogSums:
    """Running log of the mean of exp(score / temperature) for each item."""

    def __init__(self, n: int, temperature: float) -> None:
        self.temperature = temperature
        self.top = np.full(n, -np.inf, dtype=np.float32)
        self.total = np.zeros(n)

    def add(self, items: slice, scores: Float32Array, axis: int) -> None:
        """Take in scores whose items lie along the other axis than `axis`."""
        old = self.top[items]
        new = np.maximum(old, scores.max(axis=axis))
        terms = np.exp((scores - np.expand_dims(new, axis)) / np.float32(self.temperature))
        self.total[items] *= np.exp((old - new).astype(float) / self.temperature)
        self.total[items] += terms.sum(axis=axis, dtype=float)
        self.top[items] = new

    def result(self, n_scores: int) -> Float32Array:
        """Return temperature times the log of the means: a figure no larger than a cosine.

        The sum would order candidates alike, but at a high temperature it is so large that
        nothing is left of the cosines in float32.
        """
        logs = self.top + self.temperature * np.log(self.total / n_scores)
        return logs.astype(np.float32)


def adjustment_for(
    A: Float32Array,
    B: Float32Array,
    method: str,
    *,
    n_neighbors: int,
    temperature: float,
    block_bytes: int,
) -> Adjustment:
    """Prepare the scores of a method in one pass over the cosines.

    Scores are in units of the cosine and fit both directions: a figure of the row is the same for
    all its candidates, and so changes no ranking.
    """
    check_method(method, n_neighbors=n_neighbors, temperature=temperature)
    if method == "cosine":
        return Adjustment()
    if method in ("csls", "margin"):
        source, target = mean_similarities(A, B, n_neighbors, block_bytes=block_bytes)
        half_source, half_target = ((r / 2).astype(np.float32) for r in (source, target))
        return Adjustment(half_source, half_target, divide=method == "margin")
    sums = LogSums(len(A), temperature), LogSums(len(B), temperature)
    for rows, columns, tile in tiles(A, B, Adjustment(), block_bytes=block_bytes):
        inner = tile[: rows.stop - rows.start, : columns.stop - columns.start]
        sums[0].add(rows, inner, axis=1)
        sums[1].add(columns, inner, axis=0)
    return Adjustment(sums[0].result(len(B)), sums[1].result(len(A)))


def check_method(method: str, *, n_neighbors: int, temperature: float) -> None:
    """Raise for a method that there is not, and for figures it can't use."""
    known = get_args(NeighbourMethod)
    if method not in known:
        raise ValueError(f"method: {method!r} is unknown; choose one of {', '.join(known)}")
    if method in ("csls", "margin"):
        check_neighbors(n_neighbors)
    if method == "inverted_softmax" and not 0 < temperature < math.inf:
        raise ValueError(f"temperature: a positive number is needed, got {temperature}")


def check_neighbors(n_neighbors: int) -> None:
    """Raise for less than one neighbour."""
    if n_neighbors < 1:
        raise ValueError(f"n_neighbors: at least 1 is needed, got {n_neighbors}")
