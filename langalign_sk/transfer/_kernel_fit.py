"""Least squares with a Gaussian kernel, and what it says of rows that are left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.linalg.lapack import dpotri

from langalign_sk._numeric import Float64Array, FloatArray, GaussianKernel, Nystroem, row_blocks


class Solved(NamedTuple):
    """Scores of rows: a kernel and coefficients of its values."""

    kernel: GaussianKernel
    dual: Float64Array
    #: The scores of each row by all the others.
    left_out: Float64Array
    #: The penalty with the least squared error on rows left out.
    penalty: float


def all_of_them(
    landmarks: FloatArray,
    weight: Float64Array,
    wanted: Float64Array,
    *,
    gamma: float,
    penalties: Sequence[float],
) -> Solved:
    """Solve where every row is a landmark: one factor of the kernel for each penalty."""
    kernel = GaussianKernel(landmarks, gamma=gamma)
    root = np.sqrt(weight)[:, None]
    values = kernel.kernel(kernel.landmarks_)
    values *= root * root.T
    best, least = None, np.inf
    for penalty in penalties:
        gram = values.copy()
        gram.flat[:: len(gram) + 1] += penalty
        factor, lower = cho_factor(gram, lower=True, overwrite_a=True)
        solved = cho_solve((factor, lower), root * wanted)
        inverse, _ = dpotri(factor, lower=lower)
        left_out = wanted - solved / (root * inverse.diagonal()[:, None])
        error = _error(weight, wanted, left_out)
        if error < least:
            best, least = Solved(kernel, root * solved, left_out, penalty), error
    assert best is not None  # there is a penalty
    return best


def on_landmarks(
    rows: FloatArray,
    landmarks: FloatArray,
    weight: Float64Array,
    wanted: Float64Array,
    *,
    gamma: float,
    penalties: Sequence[float],
) -> Solved:
    """Solve where some rows stand for all, block by block: one decomposition for all penalties."""
    features = Nystroem(landmarks, gamma=gamma)
    gram = np.zeros((features.n_features_out_, features.n_features_out_))
    told = np.zeros((features.n_features_out_, wanted.shape[1]))
    blocks = list(row_blocks(len(rows), len(landmarks)))
    for block in blocks:
        found = features.transform(rows[block])
        weighted = (found * weight[block, None]).T
        gram += weighted @ found
        told += weighted @ wanted[block]
    values, vectors = np.linalg.eigh(gram)
    values, told = np.maximum(values, 0.0), vectors.T @ told
    left_out = {penalty: np.empty_like(wanted) for penalty in penalties}
    for block in blocks:
        turned = features.transform(rows[block]) @ vectors
        for penalty, found in left_out.items():
            share = 1.0 / (values + penalty)
            leverage = np.minimum(weight[block] * (turned**2 @ share), 1 - 1e-9)[:, None]
            fitted = turned @ (share[:, None] * told)
            found[block] = (fitted - leverage * wanted[block]) / (1 - leverage)
    errors = {penalty: _error(weight, wanted, found) for penalty, found in left_out.items()}
    penalty = min(errors, key=lambda one: errors[one])
    dual = features.root_ @ (vectors @ (told / (values + penalty)[:, None]))
    kernel = GaussianKernel(landmarks, mean=features.mean_, gamma=gamma)
    return Solved(kernel, dual, left_out[penalty], penalty)


def _error(weight: Float64Array, wanted: Float64Array, left_out: Float64Array) -> float:
    """Return the weighted squared error on rows left out."""
    return float(weight @ ((wanted - left_out) ** 2).sum(axis=1))
