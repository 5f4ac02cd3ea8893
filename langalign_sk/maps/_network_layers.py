"""Layers of a network map: standardisation folded in, rows sent through."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from langalign_sk._numeric import Float64Array, FloatArray, mean_and_spread, row_blocks
from langalign_sk._process import in_parts, resolve_device, to_device

#: Bytes of the widest layer's output for the rows that go through at a time.
_BLOCK, _DEVICE_BLOCK = 2**25, 2**28

#: One layer as it is kept: weights (in, out) and bias (out,).
Layer = tuple[FloatArray, FloatArray]


@dataclass(frozen=True)
class Standard:
    """Means and one scale of each side: a network learns badly from tiny, off-centre numbers."""

    source_mean: FloatArray
    source_scale: float
    target_mean: FloatArray
    target_scale: float


def standard_of(S: FloatArray, T: FloatArray, weights: Float64Array | None) -> Standard:
    """Return means and overall scales of both sides, read in blocks."""
    figures: list[Any] = []
    for side in (S, T):
        mean, spread = mean_and_spread(side, weights)
        figures += [mean, math.sqrt(spread / side.shape[1]) or 1.0]
    return Standard(*figures)


def folded(layers: list[Layer], standard: Standard, *, residual: bool) -> list[Layer]:
    """Make layers on raw rows from layers on standardised ones."""
    done = [(weights.astype(np.float64), bias.astype(np.float64)) for weights, bias in layers]
    weights, bias = done[0]
    weights = weights / standard.source_scale
    done[0] = (weights, bias - standard.source_mean @ weights)
    weights, bias = done[-1]
    bias = standard.target_scale * bias
    if not residual:
        bias = bias + standard.target_mean
    done[-1] = (standard.target_scale * weights, bias)
    return [(w.astype(np.float32), b.astype(np.float32)) for w, b in done]


def forward_numpy(layers: list[Layer], X: FloatArray) -> FloatArray:
    """Return the output of the layers, block by block."""
    dtype = X.dtype
    layers = [(w.astype(dtype, copy=False), b.astype(dtype, copy=False)) for w, b in layers]
    result = np.empty((len(X), layers[-1][1].size), dtype=dtype)
    widest = max(bias.size for _, bias in layers)
    for rows in row_blocks(len(X), widest):
        hidden = X[rows]
        for weights, bias in layers[:-1]:
            hidden = hidden @ weights
            hidden += bias
            np.maximum(hidden, 0, out=hidden)
        np.matmul(hidden, layers[-1][0], out=result[rows])
        result[rows] += layers[-1][1]
    return result


def forward_torch(layers: list[Layer], X: FloatArray, device: Any) -> FloatArray:
    """Return the output of the layers on a device of torch; its memory bounds the blocks."""
    import torch

    place = resolve_device(device)
    single = X.dtype == np.float32 or place.type == "mps"  # which has no float64
    dtype = np.dtype(np.float32 if single else np.float64)
    result = np.empty((len(X), layers[-1][1].size), dtype=X.dtype)
    with torch.inference_mode():
        tensors = [[to_device(array.astype(dtype), place) for array in layer] for layer in layers]

        def mapped(rows: slice) -> Any:
            hidden = to_device(np.asarray(X[rows], dtype=dtype), place)
            for weights, bias in tensors[:-1]:
                hidden = torch.addmm(bias, hidden, weights).relu_()
            weights, bias = tensors[-1]
            return torch.addmm(bias, hidden, weights)

        widest = max(bias.size for _, bias in layers)
        block = _BLOCK if place.type == "cpu" else _DEVICE_BLOCK
        first = 0
        for part in in_parts(len(X), max(1, block // (dtype.itemsize * widest)), mapped):
            result[first : first + len(part)] = part.cpu().numpy()
            first += len(part)
    return result
