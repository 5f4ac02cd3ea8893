"""Nearest rows of another set by cosine and the scores that correct for hubs.

Rows are brought to unit length inside (a copy only where they have another), products are float32,
and of the n x m scores only one tile is held at a time.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from langalign_sk._numeric._arrays import Float32Array, Float64Array, FloatArray
from langalign_sk._numeric._tiles import (
    BLOCK_BYTES,
    Adjustment,
    NeighbourMethod,
    adjustment_for,
    best_pairs,
    mean_similarities,
    two_sides,
    unit_rows,
)
from langalign_sk._numeric._top import IntArray


def mean_similarity(
    A: Any, B: Any, k: int = 10, *, block_bytes: int = BLOCK_BYTES
) -> tuple[Float64Array, Float64Array]:
    """Return the mean cosine of each row to its `k` nearest on the other side, for both sides.

    One pass over the products serves both. Where the other side has fewer than `k` rows, all of
    them count.
    """
    A, B = two_sides(A, B, ("A", "B"))
    return mean_similarities(A, B, k, block_bytes=block_bytes)


def nearest(
    queries: Any,
    keys: Any,
    k: int = 1,
    *,
    method: NeighbourMethod = "cosine",
    n_neighbors: int = 10,
    temperature: float = 1 / 30,
    block_bytes: int = BLOCK_BYTES,
) -> tuple[IntArray, Float32Array]:
    """Return indices and scores of the `k` best keys of each query, ties to the lower index.

    Parameters
    ----------
    queries : array-like of shape (n, d)
    keys : array-like of shape (m, d)
    k : int
        At most m.
    method : {"cosine", "csls", "margin", "inverted_softmax"}
        With r the mean cosine of a row to its `n_neighbors` nearest on the other side: ``csls`` is
        2 cos - r_query - r_key, ``margin`` is cos / ((r_query + r_key) / 2) with the divisor kept
        positive, and ``inverted_softmax`` is the log of exp(cos / t) over its sum over all
        queries, t being `temperature`.
    n_neighbors : int
        Neighbours in r; all rows where the other side has fewer.
    temperature : float
        Of the inverted softmax.
    block_bytes : int
        Memory of one tile of scores.

    Returns
    -------
    indices : ndarray of shape (n, k)
    scores : float32 ndarray of shape (n, k)
    """
    queries, keys = two_sides(queries, keys, ("queries", "keys"))
    if not 1 <= k <= len(keys):
        raise ValueError(f"k: between 1 and the number of keys, {len(keys)}, is needed, got {k}")
    adjustment = adjustment_for(
        queries,
        keys,
        method,
        n_neighbors=n_neighbors,
        temperature=temperature,
        block_bytes=block_bytes,
    )
    scale, offset = 1.0, 0.0
    if method == "csls":
        scale = 2.0
    elif method == "inverted_softmax":
        scale, offset = 1 / temperature, -math.log(len(queries))
        no_penalty = np.zeros(len(queries), dtype=np.float32)
        adjustment = Adjustment(no_penalty, adjustment.target)
    best, _ = best_pairs(queries, keys, adjustment, k_rows=k, k_columns=0, block_bytes=block_bytes)
    return best.indices, best.values * np.float32(scale) + np.float32(offset)


def nearest_others(
    X: FloatArray, k: int, *, n_queries: int | None = None
) -> tuple[IntArray, Float32Array]:
    """Return indices and cosines of the `k` nearest other rows of the first `n_queries` rows."""
    if not 1 <= k < len(X):
        raise ValueError(f"k: between 1 and the number of other rows, {len(X) - 1}, got {k}")
    unit = unit_rows(X)
    best, _ = best_pairs(
        unit[:n_queries],
        unit,
        Adjustment(),
        k_rows=k,
        k_columns=0,
        block_bytes=BLOCK_BYTES,
        skip_diagonal=True,
    )
    return best.indices, best.values


def mutual_nearest(
    A: Any,
    B: Any,
    *,
    method: NeighbourMethod = "csls",
    n_neighbors: int = 10,
    temperature: float = 1 / 30,
    block_bytes: int = BLOCK_BYTES,
) -> tuple[IntArray, IntArray]:
    """Return index arrays of the pairs (i, j) of rows that are each other's nearest, i ascending.

    Parameters are those of `nearest`. Both directions are found in one pass.
    """
    A, B = two_sides(A, B, ("A", "B"))
    adjustment = adjustment_for(
        A, B, method, n_neighbors=n_neighbors, temperature=temperature, block_bytes=block_bytes
    )
    (forward, _), (backward, _) = best_both_ways(A, B, adjustment, block_bytes=block_bytes)
    i = np.flatnonzero(backward[forward] == np.arange(len(forward)))
    return i, forward[i]


def best_both_ways(
    A: Float32Array, B: Float32Array, adjustment: Adjustment, *, block_bytes: int = BLOCK_BYTES
) -> tuple[tuple[IntArray, Float32Array], tuple[IntArray, Float32Array]]:
    """Return index and score of the best row of B for each of A, and the other way round."""
    best = best_pairs(A, B, adjustment, k_rows=1, k_columns=1, block_bytes=block_bytes)
    forward, backward = ((side.indices[:, 0], side.values[:, 0]) for side in best)
    return forward, backward
