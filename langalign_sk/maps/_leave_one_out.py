"""Exact leave-one-out residuals of ridge regression, all penalties in one pass over the rows."""

from __future__ import annotations

import numpy as np

from langalign_sk._numeric import Float64Array, FloatArray, PairMoments, eigh_of, row_blocks


def leave_one_out(
    S: FloatArray,
    T: FloatArray,
    weights: Float64Array | None,
    moments: PairMoments,
    projected: Float64Array,
    penalties: Float64Array,
) -> Float64Array:
    """Weighted mean squared error of each pair under the map fitted without it, per penalty.

    Means and map are those of the other pairs, the absolute penalty is kept. `projected` is the
    cross covariance in the eigenvectors of the source covariance. Infinite where a pair alone
    decides its own prediction.
    """
    values, vectors = eigh_of(moments.source)
    errors = np.zeros(len(penalties))
    # Scores, targets and predictions of a block are held at once.
    width = len(values) + 2 * moments.target.width + moments.source.width
    for rows in row_blocks(len(S), width):
        scores = (S[rows] - moments.source.mean) @ vectors
        target = T[rows] - moments.target.mean
        share = np.ones(len(target)) if weights is None else weights[rows]
        share = share / moments.weight
        for i, penalty in enumerate(penalties):
            kept = scores / (values + penalty)
            leverage = share * (1.0 + np.einsum("ij,ij->i", kept, scores))
            residual = target - kept @ projected
            squares = np.einsum("ij,ij->i", residual, residual)
            free = 1.0 - leverage
            left_out = np.full(len(target), np.inf)
            np.divide(squares, free**2, out=left_out, where=free > 1e-10)
            # A pair of weight zero is no pair.
            errors[i] += np.sum(share[share > 0] * left_out[share > 0])
    return errors
