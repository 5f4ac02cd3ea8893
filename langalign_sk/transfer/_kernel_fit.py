"""Least squares with a Gaussian kernel, and what it says of rows that are left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

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
    #: The penalty with the least squared error on rows left out: of all columns, or of each.
    penalty: Any


def all_of_them(
    landmarks: FloatArray,
    weight: Float64Array,
    wanted: Float64Array,
    *,
    gamma: float,
    penalties: Sequence[float],
    apart: bool = False,
) -> Solved:
    """Solve where every row is a landmark: one factor of the kernel for each penalty.

    `apart`: each column of `wanted` has a penalty of its own.
    """
    kernel = GaussianKernel(landmarks, gamma=gamma)
    root = np.sqrt(weight)[:, None]
    values = kernel.kernel(kernel.landmarks_)
    values *= root * root.T
    best = Best(wanted, weight, apart=apart)
    for penalty in penalties:
        gram = values.copy()
        gram.flat[:: len(gram) + 1] += penalty
        factor, lower = cho_factor(gram, lower=True, overwrite_a=True)
        solved = cho_solve((factor, lower), root * wanted)
        inverse, _ = dpotri(factor, lower=lower)
        left_out = wanted - solved / (root * inverse.diagonal()[:, None])
        best.take(penalty, root * solved, left_out)
    return Solved(kernel, best.dual, best.left_out, best.penalty)


def on_landmarks(
    rows: FloatArray,
    landmarks: FloatArray,
    weight: Float64Array,
    wanted: Float64Array,
    *,
    gamma: float,
    penalties: Sequence[float],
    apart: bool = False,
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
    left_out = left_out_by(
        ((features.transform(rows[block]) @ vectors, block) for block in blocks),
        values,
        told,
        weight,
        wanted,
        {penalty: penalty for penalty in penalties},
    )
    best = Best(wanted, weight, apart=apart)
    for penalty, found in left_out.items():
        best.take(penalty, vectors @ (told / (values + penalty)[:, None]), found)
    kernel = GaussianKernel(landmarks, mean=features.mean_, gamma=gamma)
    return Solved(kernel, features.root_ @ best.dual, best.left_out, best.penalty)


def left_out_by(
    turned_rows: Iterable[tuple[Float64Array, slice]],
    values: Float64Array,
    told: Float64Array,
    weight: Float64Array,
    wanted: Float64Array,
    penalties: Mapping[Any, float],
) -> dict[Any, Float64Array]:
    """Return what ridge regressions say of each row by all the others, for each penalty.

    `values` are the eigenvalues of the weighted Gram matrix of the columns, `turned_rows` the rows
    in its eigenvectors, block by block, and `told` their products with what is `wanted`.
    """
    left_out = {name: np.empty_like(wanted) for name in penalties}
    for turned, block in turned_rows:
        for name, penalty in penalties.items():
            share = 1.0 / (values + penalty)
            leverage = np.minimum(weight[block] * (turned**2 @ share), 1 - 1e-9)[:, None]
            fitted = turned @ (share[:, None] * told)
            left_out[name][block] = (fitted - leverage * wanted[block]) / (1 - leverage)
    return left_out


class Best:
    """The solution with the least error on rows left out, of all columns or column by column."""

    def __init__(self, wanted: Float64Array, weight: Float64Array, *, apart: bool) -> None:
        self._wanted, self._weight, self._apart = wanted, weight, apart
        self._least = np.full(wanted.shape[1] if apart else 1, np.inf)
        self._penalty = np.zeros(len(self._least))
        self.dual = self.left_out = np.zeros((0, wanted.shape[1]))

    @property
    def penalty(self) -> Any:
        """The penalty, or those of the columns."""
        return self._penalty if self._apart else float(self._penalty[0])

    def take(self, penalty: float, dual: Float64Array, left_out: Float64Array) -> None:
        """Keep of this solution what is better than the ones before."""
        error = self._weight @ (self._wanted - left_out) ** 2
        error = error if self._apart else error.sum(keepdims=True)
        first = len(self.dual) == 0
        better = (error < self._least) | first
        self._least = np.where(better, error, self._least)
        self._penalty = np.where(better, penalty, self._penalty)
        self.dual = dual if first else np.where(better, dual, self.dual)
        self.left_out = left_out if first else np.where(better, left_out, self.left_out)
