"""Batches: sequences of like length together, as many as a budget of tokens allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from langalign_sk._process import free_memory, is_out_of_memory
from langalign_sk.encoders._run import Run

T = TypeVar("T")
Sizes = Sequence[int] | Mapping[int, int]  # by row


def packed(
    sizes: npt.NDArray[np.int64], budget: int, overhead: int | None = None
) -> Iterator[npt.NDArray[np.intp]]:
    """Split rows into batches, the longest first, so that rows x longest <= budget.

    One row may exceed the budget alone. Memory runs out at the beginning, if it does. Batches are
    as large as they may be, or, where a batch costs as much as `overhead` of size, so that they
    cost least: few batches, little padding.
    """
    order = np.argsort(-sizes, kind="stable")
    start = 0
    for stop in _stops(sizes[order], budget, overhead):
        yield order[start:stop]
        start = stop


def _stops(sizes: npt.NDArray[np.int64], budget: int, overhead: int | None) -> list[int]:
    """Return where batches of falling sizes end."""
    most = np.maximum(1, budget // np.maximum(1, sizes))  # rows of a batch that begins there
    stops: list[int] = []
    if overhead is None:
        start = 0
        while start < len(sizes):
            start = min(len(sizes), start + int(most[start]))
            stops.append(start)
        return stops
    # From the end: the cheapest way to do all rows from one on, and how far its first batch goes.
    costs = np.zeros(len(sizes) + 1)
    ends = np.zeros(len(sizes), np.intp)
    for start in range(len(sizes) - 1, -1, -1):
        counts = np.arange(1, 1 + min(int(most[start]), len(sizes) - start))
        ways = counts * sizes[start] + costs[start + counts]
        best = int(ways.argmin())
        costs[start], ends[start] = overhead + ways[best], start + counts[best]
    start = 0
    while start < len(sizes):
        start = int(ends[start])
        stops.append(start)
    return stops


def chunked(rows: list[int], sizes: Sizes, most: int | None, count: int) -> list[list[int]]:
    """Split rows into runs of at most `most` in size; of at most `count` rows without it."""
    if most is None:
        return [rows[start : start + count] for start in range(0, len(rows), count)]
    chunks: list[list[int]] = []
    room = 0
    for row in rows:
        if not chunks or sizes[row] > room:
            chunks.append([])
            room = most
        chunks[-1].append(row)
        room -= sizes[row]
    return chunks


def within_memory(
    batches: Iterator[npt.NDArray[np.intp]],
    size_of: Callable[[npt.NDArray[np.intp]], int],
    compute: Callable[[npt.NDArray[np.intp]], T],
    run: Run,
    name: str,
) -> Iterator[tuple[npt.NDArray[np.intp], T]]:
    """Compute batch by batch, in halves where memory runs out.

    What did not fit is remembered in `run`: the following batches are halved beforehand.
    """
    for batch in batches:
        parts = [batch]
        while parts:
            part = parts.pop()
            result = None
            if len(part) == 1 or run.most is None or size_of(part) <= run.most:
                try:
                    result = compute(part)
                except (RuntimeError, MemoryError) as error:
                    if len(part) == 1 or not is_out_of_memory(error):
                        raise
            # Outside of the handler, where the error no longer holds on to the tensors.
            if result is not None:
                yield part, result
                continue
            if run.most is None or size_of(part) <= run.most:
                run.out_of_memory(name, max(1, size_of(part) // 2))
                free_memory()
            half = len(part) // 2
            parts += [part[half:], part[:half]]


def in_halves(count: int, compute: Callable[[Any], Any], run: Run, name: str) -> Any:
    """Compute all rows at once, or in halves where memory runs out."""
    whole = iter([np.arange(count)])
    parts = [part for _, part in within_memory(whole, len, compute, run, name)]
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
