"""Layers of a network map: standardisation folded in and out, rows sent through."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from langalign_sk._numeric import Float64Array, FloatArray, row_blocks

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
    """Means and overall scales of both sides, read in blocks."""
    (source_mean, source_scale), (target_mean, target_scale) = (
        _mean_and_scale(side, weights) for side in (S, T)
    )
    return Standard(source_mean, source_scale, target_mean, target_scale)


#: Weight, mean and scatter per column of some rows.
_Part = tuple[float, Float64Array, float]


def _mean_and_scale(X: FloatArray, weights: Float64Array | None) -> tuple[FloatArray, float]:
    """Weighted column means, and the root of the mean variance of a column."""
    moments: _Part | None = None
    for rows in row_blocks(*X.shape):
        w = None if weights is None else weights[rows]
        if w is not None and not w.any():
            continue
        w = np.ones(rows.stop - rows.start) if w is None else w
        block = np.asarray(X[rows], dtype=np.float64)
        mean = w @ block / w.sum()
        part = (float(w.sum()), mean, float(w @ np.square(block - mean).mean(axis=1)))
        moments = part if moments is None else _merged(moments, part)
    assert moments is not None  # weights are not all zero
    weight, mean, scatter = moments
    scale = float(np.sqrt(scatter / weight))
    return mean, scale if scale > 0 else 1.0


def _merged(a: _Part, b: _Part) -> _Part:
    """Weight, mean and scatter of two sets of rows together."""
    weight = a[0] + b[0]
    gap = b[1] - a[1]
    scatter = a[2] + b[2] + float(np.square(gap).mean()) * a[0] * b[0] / weight
    return weight, a[1] + gap * (b[0] / weight), scatter


def folded(layers: list[Layer], standard: Standard, *, residual: bool) -> list[Layer]:
    """Layers on raw rows from layers on standardised ones."""
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


def unfolded(layers: list[Layer], standard: Standard, *, residual: bool) -> list[Layer]:
    """Undo `folded`."""
    done = [(weights.astype(np.float64), bias.astype(np.float64)) for weights, bias in layers]
    weights, bias = done[-1]
    if not residual:
        bias = bias - standard.target_mean
    done[-1] = (weights / standard.target_scale, bias / standard.target_scale)
    weights, bias = done[0]
    done[0] = (weights * standard.source_scale, bias + standard.source_mean @ weights)
    return [(w.astype(np.float32), b.astype(np.float32)) for w, b in done]


def device_exists(device: str) -> bool:
    """Whether this machine has the device."""
    import torch

    kind = torch.device(device).type
    return kind == "cpu" or (kind == "cuda" and torch.cuda.is_available())


def forward_numpy(layers: list[Layer], X: FloatArray) -> FloatArray:
    """Output of the layers, block by block."""
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


def forward_torch(layers: list[Layer], X: FloatArray, device: str) -> FloatArray:
    """Output of the layers on a device of torch."""
    import torch

    dtype = torch.float32 if X.dtype == np.float32 else torch.float64
    result = np.empty((len(X), layers[-1][1].size), dtype=X.dtype)
    with torch.inference_mode():
        tensors = [
            tuple(torch.tensor(array, dtype=dtype, device=device) for array in layer)
            for layer in layers
        ]
        widest = max(bias.size for _, bias in layers)
        for rows in row_blocks(len(X), widest):
            hidden = torch.tensor(X[rows], device=device)
            for weights, bias in tensors[:-1]:
                hidden = torch.addmm(bias, hidden, weights).relu_()
            weights, bias = tensors[-1]
            result[rows] = torch.addmm(bias, hidden, weights).cpu().numpy()
    return result
