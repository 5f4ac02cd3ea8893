"""Decompositions and shrinkage that maps and the gate share."""

from __future__ import annotations

import numpy as np

from langalign_sk._numeric._arrays import Float64Array
from langalign_sk._numeric._moments import Moments, PairMoments


def numerical_rank(values: Float64Array, width: int) -> int:
    """Count the entries of `values` that are not rounding noise next to the largest."""
    top = float(values.max(initial=0.0))
    return int((values > np.finfo(np.float64).eps * width * top).sum())


def eigh_of(moments: Moments) -> tuple[Float64Array, Float64Array]:
    """Positive eigenvalues of the covariance, largest first, and their vectors as columns.

    Directions without variance are left out, so that both have as many entries as the rank.
    Computed once per `moments`.
    """

    def compute() -> tuple[Float64Array, Float64Array]:
        values, vectors = np.linalg.eigh(moments.covariance)
        values, vectors = values[::-1], vectors[:, ::-1]
        rank = numerical_rank(values, moments.width)
        return values[:rank].copy(), np.ascontiguousarray(vectors[:, :rank])

    return moments.memo("eigh", compute)


def rotation_of(moments: PairMoments) -> tuple[Float64Array, float]:
    """Semi-orthogonal matrix nearest to the cross scatter, and the sum of the singular values.

    The matrix, of shape (d_source, d_target), maximises trace(Q' cross). Where the cross scatter
    is rank-deficient that leaves Q open on the directions the pairs say nothing about; among the
    maximisers the one nearest to the identity is taken, so that the result does not hang on
    rounding. Computed once for the moments and their swapped view: the one is the transpose of
    the other.
    """
    if moments.is_swapped:
        rotation, total = rotation_of(moments.swapped())
        return rotation.T, total
    return moments.memo("rotation", lambda: _rotation(moments.cross))


def _rotation(cross: Float64Array) -> tuple[Float64Array, float]:
    """Do the work of `rotation_of`."""
    U, values, Vt = np.linalg.svd(cross, full_matrices=False)
    rank = numerical_rank(values, max(cross.shape))
    if rank < len(values):
        U, values, Vt = np.linalg.svd(cross, full_matrices=True)
        silent_s, silent_t = U[:, rank:], Vt[rank:].T
        P, _, Zt = np.linalg.svd(silent_s.T @ np.eye(*cross.shape) @ silent_t, full_matrices=False)
        rotation = U[:, :rank] @ Vt[:rank] + silent_s @ (P @ Zt) @ silent_t.T
    else:
        rotation = U @ Vt
    return rotation, float(values.sum())


def oas_shrinkage(covariance: Float64Array, n: float) -> float:
    """Weight in [0, 1] of the identity in `oas_covariance`."""
    width = covariance.shape[0]
    mu = float(np.trace(covariance)) / width
    mean_square = float(np.mean(covariance**2))
    denominator = (n + 1.0) * (mean_square - mu**2 / width)
    if denominator <= 0:
        return 1.0
    return float(min((mean_square + mu**2) / denominator, 1.0))


def oas_covariance(covariance: Float64Array, n: float) -> Float64Array:
    """Oracle approximating shrinkage of a maximum likelihood covariance from `n` rows.

    Mixes the covariance with its mean variance times the identity, by the weight that is best in
    squared error for Gaussian rows (Chen, Wiesel, Eldar and Hero, IEEE Trans. Signal Processing
    58(10), 2010). Needs the covariance and the (effective) number of rows, not the rows.
    """
    shrinkage = oas_shrinkage(covariance, n)
    width = covariance.shape[0]
    shrunk = (1.0 - shrinkage) * covariance
    shrunk.flat[:: width + 1] += shrinkage * float(np.trace(covariance)) / width
    return shrunk
