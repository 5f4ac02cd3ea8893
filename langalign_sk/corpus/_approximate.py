"""The best row of the other side among near ones, found through faiss: for millions of rows."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from langalign_sk._numeric import (
    SMALLEST_MEAN,
    Float32Array,
    IntArray,
    NeighbourMethod,
    row_blocks,
)

#: Cells of the index that are looked into for each row, and rows per cell that it learns from.
PROBES, ROWS_PER_CELL = 64, 40
#: Nearest rows that are compared exactly, at least.
CANDIDATES = 8


def best_near(
    A: Float32Array, B: Float32Array, *, method: NeighbourMethod, n_neighbors: int
) -> tuple[tuple[IntArray, Float32Array], tuple[IntArray, Float32Array]]:
    """Do the work of `best_both_ways` on unit rows, looking at near rows alone.

    The index holds rows rounded to bytes and only proposes; cosines of what it proposes are exact.
    """
    (j_near, there), (i_near, back) = _near(A, B, n_neighbors), _near(B, A, n_neighbors)
    # What either side proposes serves both: a pair is missed only if it is missed twice.
    i = np.append(np.repeat(np.arange(len(A)), j_near.shape[1]), i_near)
    j = np.append(j_near, np.repeat(np.arange(len(B)), i_near.shape[1]))
    _, once = np.unique(i * len(B) + j, return_index=True)
    i, j = i[once], j[once]
    scores: Float32Array = np.append(there, back)[once]
    if method != "cosine":
        halves = (
            _means(i, scores, n_neighbors)[i] + _means(j, scores, n_neighbors)[j]
        ) / np.float32(2)
        if method == "margin":
            np.divide(scores, np.maximum(halves, np.float32(SMALLEST_MEAN)), out=scores)
        else:
            np.subtract(scores, halves, out=scores)
    return _best(i, j, scores), _best(j, i, scores)


def _near(queries: Float32Array, keys: Float32Array, k: int) -> tuple[IntArray, Float32Array]:
    """Return indices and cosines of near keys of each query, nearest first."""
    k = min(max(k, CANDIDATES), len(keys))
    index = _index_of(keys)
    indices = np.empty((len(queries), k), dtype=np.intp)
    cosines = np.empty((len(queries), k), dtype=np.float32)
    for rows in row_blocks(len(queries), k * queries.shape[1]):
        _, found = index.search(np.ascontiguousarray(queries[rows]), k)
        exact = np.einsum("ij,ikj->ik", queries[rows], keys[found])
        exact[found < 0] = -1.0  # too few in the cells: the farthest that there is
        order = np.argsort(-exact, axis=1, kind="stable")
        indices[rows] = np.take_along_axis(found, order, axis=1)
        cosines[rows] = np.take_along_axis(exact, order, axis=1)
    return np.maximum(indices, 0), cosines


def _index_of(keys: Float32Array) -> Any:
    """Return an inverted file of the rows: cells about centres, in them a byte per number."""
    try:
        import faiss
    except ImportError as error:
        raise ImportError(
            "mining among millions of rows needs faiss: pip install langalign-sk[faiss]; or "
            'search="exact", which takes hours'
        ) from error
    n, width = keys.shape
    n_cells = max(1, min(int(4 * math.sqrt(n)), n // ROWS_PER_CELL))
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(width),
        width,
        n_cells,
        faiss.ScalarQuantizer.QT_8bit,
        faiss.METRIC_INNER_PRODUCT,
    )
    index.cp.niter = 5
    index.nprobe = min(PROBES, n_cells)
    drawn = np.random.default_rng(0).permutation(n)[: max(ROWS_PER_CELL * n_cells, 256)]
    index.train(np.ascontiguousarray(keys[np.sort(drawn)]))
    index.add(keys)
    return index


def _means(rows: IntArray, cosines: Float32Array, k: int) -> Float32Array:
    """Return the mean of the k largest cosines of each row."""
    order = np.lexsort((-cosines, rows))
    rows, cosines = rows[order], cosines[order]
    starts = np.searchsorted(rows, np.arange(rows[-1] + 1))
    kept = np.arange(len(rows)) - starts[rows] < k
    sums, counts = np.bincount(rows[kept], cosines[kept]), np.bincount(rows[kept])
    means: Float32Array = (sums / counts).astype(np.float32)
    return means


def _best(rows: IntArray, others: IntArray, scores: Float32Array) -> tuple[IntArray, Float32Array]:
    """Return the best other of each row, and its score."""
    order = np.lexsort((others, -scores, rows))
    first = order[np.searchsorted(rows[order], np.arange(rows.max() + 1))]
    return others[first], scores[first]
