"""Decompositions and shrinkage that maps and the gate share."""

from __future__ import annotations

import numpy as np

from langalign_sk._numeric._arrays import Float64Array


def oas_shrinkage(covariance: Float64Array, n: float) -> float:
    """Weight in [0, 1] of the identity in `oas_covariance`."""
    width = covariance.shape[0]
    mu = float(np.trace(covariance)) / width
    mean_square = float(np.mean(covariance**2))
    denominator = (n + 1.0) * (mean_square - mu**2 / width)
    if denominator <= 0:
        return 1.0
    return min((mean_square + mu**2) / denominator, 1.0)


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
