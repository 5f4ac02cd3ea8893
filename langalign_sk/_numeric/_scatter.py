"""Accumulating the scatter of rows block by block: the one expensive step of closed forms."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.linalg.blas import dgemm, dsyrk

from langalign_sk._numeric._arrays import Float64Array, FloatArray, check_finite, row_blocks


class JointScatter:
    """Products of all columns with all: one triangle, in place."""

    def __init__(self, width: int) -> None:
        self.triangle: Float64Array = np.zeros((width, width), order="F")

    def blocks(self, rows: int) -> list[Float64Array]:
        """Return where to write a block of rows; the columns of all parts are side by side."""
        return [np.empty((rows, self.triangle.shape[0]))]

    def add(self, blocks: Sequence[Float64Array]) -> None:
        """Add the products of centred, weighted rows."""
        # A symmetric rank-k update: half of the flops of a product, no copy of its result.
        self.triangle = dsyrk(1.0, blocks[0].T, beta=1.0, c=self.triangle, overwrite_c=1)

    def squares_of_all(self) -> Float64Array:
        """Return the sum of squares of each column."""
        return np.diag(self.triangle)


class OneScatter:
    """Products of source columns with all, squares of target columns."""

    def __init__(self, width_s: int, width_t: int) -> None:
        self.triangle: Float64Array = np.zeros((width_s, width_s), order="F")
        self.cross: Float64Array = np.zeros((width_s, width_t), order="F")
        self.squares: Float64Array = np.zeros(width_t)

    def blocks(self, rows: int) -> list[Float64Array]:
        """Return where to write a block of rows, one array per part."""
        return [np.empty((rows, width)) for width in self.cross.shape]

    def add(self, blocks: Sequence[Float64Array]) -> None:
        """Add the products of centred, weighted rows."""
        S, T = (block.T for block in blocks)
        self.triangle = dsyrk(1.0, S, beta=1.0, c=self.triangle, overwrite_c=1)
        self.cross = dgemm(1.0, S, T, beta=1.0, c=self.cross, trans_b=1, overwrite_c=1)
        self.squares += np.einsum("ij,ij->j", blocks[1], blocks[1])

    def squares_of_all(self) -> Float64Array:
        """Return the sum of squares of each column."""
        return np.concatenate([np.diag(self.triangle), self.squares])


def accumulate(
    parts: Sequence[FloatArray],
    names: Sequence[str],
    weights: Float64Array | None,
    block_rows: int | None,
    sums: JointScatter | OneScatter,
) -> Float64Array:
    """Add the rows of `parts` to `sums`, centred; return their mean, side by side."""
    n_rows = parts[0].shape[0]
    width = sum(part.shape[1] for part in parts)
    # Small enough to stay in a cache between conversion, centring and product.
    block_bytes = 8 * 2**20 if block_rows is None else 8 * width * max(1, block_rows)
    mean, total = np.zeros(width), 0.0
    buffers: list[Float64Array] = []
    for rows in row_blocks(n_rows, width, block_bytes=block_bytes):
        size = rows.stop - rows.start
        buffers = buffers or sums.blocks(size + 1)
        _fill(buffers, [part[rows] for part in parts])
        w = np.ones(size) if weights is None else weights[rows]
        # No BLAS here: NumPy and SciPy each bring one, and threads of the first that wait for more
        # work take the cores from the product below.
        column_sums = np.concatenate([block[:size].sum(axis=0) for block in buffers])
        if not np.isfinite(column_sums).all():
            for part, name in zip(parts, names, strict=True):
                check_finite(part[rows], name=name, first_row=rows.start)
        weight = float(w.sum())
        if weight == 0:
            continue
        if weights is not None:
            column_sums = np.concatenate([np.einsum("i,ij->j", w, b[:size]) for b in buffers])
        block_mean = column_sums / weight
        # The step between the means enters as one more row of the same product.
        delta = block_mean - mean
        step = np.sqrt(total / (total + weight) * weight) * delta
        start = 0
        for block in buffers:
            stop = start + block.shape[1]
            block[:size] -= block_mean[start:stop]
            if weights is not None:
                block[:size] *= np.sqrt(w)[:, None]
            block[size] = step[start:stop]
            start = stop
        sums.add([block[: size + 1] for block in buffers])
        total += weight
        mean += (weight / total) * delta
    if not np.isfinite(sums.squares_of_all()).all():
        raise ValueError(
            f"{' or '.join(names)}: the squares of some numbers are beyond float64; divide all "
            "rows by one large number"
        )
    return mean


def symmetric(triangle: Float64Array) -> Float64Array:
    """Copy the upper triangle to both sides of the diagonal."""
    full = np.triu(triangle)
    full += np.triu(triangle, 1).T
    return full


def _fill(buffers: Sequence[Float64Array], parts: Sequence[FloatArray]) -> None:
    """Write the rows of `parts` into the buffers: one each, or all side by side into one."""
    size = len(parts[0])
    if len(buffers) == len(parts):
        for buffer, part in zip(buffers, parts, strict=True):
            buffer[:size] = part
        return
    np.concatenate(parts, axis=1, out=buffers[0][:size])
