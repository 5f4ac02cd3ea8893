"""The k best of each item, kept while scores stream by in tiles."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from langalign_sk._numeric._arrays import Float32Array

IntArray = npt.NDArray[np.intp]

#: Tiles are as wide and as high as a multiple of this; a maximum is taken over so many entries.
GROUP = 16


class BestK:
    """The `k` largest scores of each of `n` items and where they stood, ties to the lowest index.

    Scores arrive in tiles. Of a tile only the maxima of groups of `GROUP` entries are looked at:
    a group whose maximum does not beat the item's k-th best so far holds nothing of use. With
    scores in no particular order an item meets about k ln(n / k) scores that do beat it, so nearly
    all work is taking maxima.
    """

    def __init__(self, n: int, k: int) -> None:
        self.k = k
        self.values: Float32Array = np.full((n, k), -np.inf, dtype=np.float32)
        self.indices: IntArray = np.zeros((n, k), dtype=np.intp)

    def offer(self, rows: slice, tile: Float32Array, maxima: Float32Array, first: int) -> None:
        """Take in `tile`, the scores of the items `rows` for the candidates from `first` on.

        `tile` may be a view of more rows than `rows`; column j of `maxima` is the maximum of the
        tile's columns j, j + g, j + 2g ... with g the number of columns of `maxima`.
        """
        values, indices = self.values[rows], self.indices[rows]
        n, groups = len(values), maxima.shape[1]
        bar = values[:, -1]
        hits = maxima[:n] > bar[:, None]
        if np.count_nonzero(hits) > 2 * self.k * n and groups > self.k:
            # At the start everything beats the bar. The k best of a tile lie in the k groups of
            # the largest maxima: the k-th of those is a bar too (to be met, not beaten).
            floor = np.partition(maxima[:n], groups - self.k, axis=1)[:, groups - self.k]
            bar = np.maximum(bar, np.nextafter(floor, np.float32(-np.inf)))
            hits = maxima[:n] > bar[:, None]
        item, group = np.divmod(np.flatnonzero(hits), groups)
        if not len(item):
            return
        columns = group[:, None] + groups * np.arange(GROUP)
        found = tile[item[:, None], columns]
        keep = found > bar[item][:, None]
        item = np.broadcast_to(item[:, None], keep.shape)[keep]
        column, score = columns[keep], found[keep]
        order = np.argsort(item * tile.shape[1] + column)
        self._merge(values, indices, item[order], column[order] + first, score[order])

    def _merge(
        self,
        values: Float32Array,
        indices: IntArray,
        item: IntArray,
        index: IntArray,
        score: Float32Array,
    ) -> None:
        """Sort new scores, given by item, into the lists of their items."""
        touched, start, count = np.unique(item, return_index=True, return_counts=True)
        k, width = self.k, self.k + int(count.max())
        merged = np.full((len(touched), width), -np.inf, dtype=np.float32)
        merged_index = np.zeros((len(touched), width), dtype=np.intp)
        merged[:, :k], merged_index[:, :k] = values[touched], indices[touched]
        line = np.repeat(np.arange(len(touched)), count)
        place = k + np.arange(len(item)) - np.repeat(start, count)
        merged[line, place], merged_index[line, place] = score, index
        # Older entries and lower indices stand further left, and a stable sort leaves them there.
        order = np.argsort(-merged, axis=1, kind="stable")[:, :k]
        values[touched] = np.take_along_axis(merged, order, axis=1)
        indices[touched] = np.take_along_axis(merged_index, order, axis=1)


def maxima_of_columns(tile: Float32Array) -> Float32Array:
    """Return maxima over `GROUP` columns each, by halving: one row per row of the tile."""
    halved, parts = tile, GROUP
    while parts > 1:
        half = halved.shape[1] // 2
        halved = np.maximum(halved[:, :half], halved[:, half:])
        parts //= 2
    return halved


def maxima_of_rows(tile: Float32Array) -> Float32Array:
    """Return maxima over `GROUP` rows each, by halving: one row per column of the tile."""
    halved, parts = tile, GROUP
    while parts > 1:
        half = len(halved) // 2
        halved = np.maximum(halved[:half], halved[half:])
        parts //= 2
    return np.ascontiguousarray(halved.T)


def rounded(n: int) -> int:
    """Return the next multiple of `GROUP`."""
    return -(-n // GROUP) * GROUP


def count_true(mask: npt.NDArray[np.bool_], axis: int) -> npt.NDArray[np.int64]:
    """Count the True entries along an axis of a C-contiguous mask, eight columns at a time.

    Its number of columns is a multiple of 8. Eight bytes are added as one integer; a byte has
    room for 255 of them, so at most that many are added before the bytes are taken apart.
    """
    words = mask.view(np.uint64)
    total = np.zeros(mask.shape[1 - axis], dtype=np.int64)
    for start in range(0, words.shape[axis], 255):
        part = words[:, start : start + 255] if axis == 1 else words[start : start + 255]
        lanes = np.ascontiguousarray(part.sum(axis=axis)).view(np.uint8)
        total += lanes.reshape(-1, 8).sum(axis=1, dtype=np.int64) if axis == 1 else lanes
    return total
