"""Where the partner of each row stands among all rows of the other side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from langalign_sk._numeric._arrays import Float32Array, Float64Array
from langalign_sk._numeric._tiles import (
    BLOCK_BYTES,
    SMALLEST_MEAN,
    Adjustment,
    NeighbourMethod,
    adjustment_for,
    check_method,
    tiles,
    two_sides,
)
from langalign_sk._numeric._top import count_true
from langalign_sk._process import in_parts, placed, resolve_device

CountArray = npt.NDArray[np.int64]

#: Scores this close are the same: float32 products of equal rows differ in their last digits.
SAME = 1e-6
#: Entries of one tile of torch's scores, on a processor and on a GPU, which wants more at a time.
TILE, DEVICE_TILE = 2**24, 2**27


@dataclass(frozen=True)
class Ranks:
    """For each query: how many candidates score higher than its partner, and how many equal it."""

    better: CountArray
    ties: CountArray

    def hits(self, k: int) -> Float64Array:
        """Return the chance that the partner is among the first `k`, ties ordered at random."""
        share = (k - self.better) / (self.ties + 1)
        return np.clip(share, 0.0, 1.0)

    def reciprocal(self) -> Float64Array:
        """Return the mean of 1 / rank over the orders of the ties."""
        harmonic = np.concatenate([[0.0], np.cumsum(1 / np.arange(1, self._worst() + 1))])
        last = self.better + self.ties + 1
        return np.asarray((harmonic[last] - harmonic[self.better]) / (self.ties + 1))

    def _worst(self) -> int:
        """Return the largest possible rank."""
        return int((self.better + self.ties + 1).max())


def partner_ranks(
    A: Any,
    B: Any,
    *,
    method: NeighbourMethod = "cosine",
    n_neighbors: int = 10,
    temperature: float = 1 / 30,
    block_bytes: int = BLOCK_BYTES,
) -> tuple[Ranks, Ranks]:
    """Return the ranks of B[i] among all of B for A[i], and of A[i] among all of A for B[i].

    Row i of the one side belongs to row i of the other. Methods as in `nearest`. Nothing is
    sorted: candidates above the partner's score are counted, for both directions in one pass.
    """
    A, B = two_sides(A, B, ("A", "B"))
    if len(A) != len(B):
        raise ValueError(f"row i belongs to row i, but there are {len(A)} and {len(B)} rows")
    adjustment = adjustment_for(
        A, B, method, n_neighbors=n_neighbors, temperature=temperature, block_bytes=block_bytes
    )
    bars = bars_of_pairs(A, B, adjustment)
    low, high = count_above(A, B, adjustment, bars, block_bytes=block_bytes)
    forward, backward = (
        Ranks(better=above, ties=np.maximum(at_least - above - 1, 0))
        for at_least, above in zip(low, high, strict=True)
    )
    return forward, backward


def count_above(
    A: Float32Array,
    B: Float32Array,
    adjustment: Adjustment,
    bars: Sequence[Float32Array],
    *,
    block_bytes: int,
    skip_diagonal: bool = False,
) -> list[tuple[CountArray, CountArray]]:
    """Count the scores of each row and each column above the item's figure, for each bar."""
    counts = [(np.zeros(len(A), dtype=np.int64), np.zeros(len(B), dtype=np.int64)) for _ in bars]
    mask: npt.NDArray[np.bool_] | None = None
    for rows, columns, tile in tiles(
        A, B, adjustment, block_bytes=block_bytes, skip_diagonal=skip_diagonal
    ):
        if mask is None:
            mask = np.empty(tile.shape, dtype=np.bool_)
        for bar, (of_rows, of_columns) in zip(bars, counts, strict=True):
            for axis, items, count in ((1, rows, of_rows), (0, columns, of_columns)):
                # Beyond the items a tile is minus infinity, which is above no bar.
                n = items.stop - items.start
                padded = np.zeros(tile.shape[1 - axis], dtype=np.float32)
                padded[:n] = bar[items]
                np.greater(tile, np.expand_dims(padded, axis), out=mask)
                count[items] += count_true(mask, axis)[:n]
    return counts


def bars_of_pairs(
    A: Float32Array, B: Float32Array, adjustment: Adjustment
) -> tuple[Float32Array, Float32Array]:
    """Return scores just below and just above those of the pairs themselves."""
    score = np.einsum("ij,ij->i", A, B, dtype=np.float64)
    same = np.full(len(A), SAME)
    if adjustment.source is not None and adjustment.target is not None:
        total = adjustment.source.astype(float) + adjustment.target
        if adjustment.divide:
            total = np.maximum(total, SMALLEST_MEAN)
            score, same = score / total, same / total
        else:
            score -= total
    return (score - same).astype(np.float32), (score + same).astype(np.float32)


def partner_ranks_on(
    A: Any,
    B: Any,
    *,
    device: Any,
    method: NeighbourMethod = "cosine",
    n_neighbors: int = 10,
    temperature: float = 1 / 30,
) -> tuple[Ranks, Ranks]:
    """Do the work of `partner_ranks` with torch on `device`.

    Both sides are held there as float32 (matrix products as torch is set up: with TF32 allowed,
    scores have three digits).
    """
    import torch

    check_method(method, n_neighbors=n_neighbors, temperature=temperature)
    unit = two_sides(A, B, ("source", "target"))
    place = resolve_device(device)
    with torch.inference_mode():
        a, b = (placed(side.shape, side.__getitem__, place) for side in unit)
        own = (a * b).sum(dim=1)
        figure_a = _figures(a, b, method, n_neighbors, temperature)
        figure_b = _figures(b, a, method, n_neighbors, temperature)
        total = figure_a + figure_b
        same = torch.full_like(own, SAME)
        if method == "margin":
            total = total.clamp(min=SMALLEST_MEAN)
            own, same = own / total, same / total
        else:
            own = own - total
        bars = own - same, own + same

        def counts(rows: slice, x: Any, y: Any, of_x: Any, of_y: Any) -> Any:
            scores = x[rows] @ y.T
            if method == "margin":
                scores /= (of_x[rows, None] + of_y).clamp(min=SMALLEST_MEAN)
            else:
                scores -= of_x[rows, None] + of_y
            return torch.stack([(scores > bar[rows, None]).sum(dim=1) for bar in bars])

        sides = []
        for x, y, of_x, of_y in ((a, b, figure_a, figure_b), (b, a, figure_b, figure_a)):
            parts = in_parts(len(x), _step(y), partial(counts, x=x, y=y, of_x=of_x, of_y=of_y))
            level, above = torch.cat(list(parts), dim=1).cpu().numpy()
            sides.append(Ranks(above, np.maximum(level - above - 1, 0)))
    return sides[0], sides[1]


def _figures(x: Any, y: Any, method: str, n_neighbors: int, temperature: float) -> Any:
    """Return the figure of each row of `x` that goes off a cosine, or into what divides it."""
    import torch

    if method == "cosine":
        return torch.zeros(len(x), device=x.device)
    k = min(n_neighbors, len(y))

    def figures(rows: slice) -> Any:
        cosines = x[rows] @ y.T
        if method == "inverted_softmax":
            return temperature * torch.logsumexp(cosines / temperature - math.log(len(y)), dim=1)
        return cosines.topk(k, dim=1).values.mean(dim=1) / 2

    return torch.cat(list(in_parts(len(x), _step(y), figures)))


def _step(y: Any) -> int:
    """Return how many rows make a tile with all of `y`; fewer where memory runs out."""
    return max(1, (TILE if y.device.type == "cpu" else DEVICE_TILE) // len(y))
