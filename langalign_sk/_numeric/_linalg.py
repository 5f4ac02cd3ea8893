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
    """Return positive eigenvalues of the covariance, largest first, and their vectors as columns.

    Directions without variance are left out, so that both have as many entries as the rank.
    Computed once per `moments`.
    """

    def compute() -> tuple[Float64Array, Float64Array]:
        values, vectors = np.linalg.eigh(moments.covariance)
        values, vectors = values[::-1], vectors[:, ::-1]
        rank = numerical_rank(values, moments.width)
        return values[:rank].copy(), np.ascontiguousarray(vectors[:, :rank])

    return moments.memo("eigh", compute)


def rotation_of(moments: PairMoments) -> Float64Array:
    """Return the semi-orthogonal matrix nearest to the cross scatter.

    The matrix, of shape (d_source, d_target), maximises trace(Q' cross). Where the cross scatter
    is rank-deficient that leaves Q open on the directions the pairs say nothing about; among the
    maximisers the one nearest to the identity is taken, so that the result does not depend on
    rounding. Computed once for the moments and their swapped view: the one is the transpose of
    the other.
    """
    if moments.is_swapped:
        return rotation_of(moments.swapped()).T
    return moments.memo("rotation", lambda: polar_of(moments.cross))


def polar_of(cross: Float64Array) -> Float64Array:
    """Do the work of `rotation_of` for any matrix."""
    U, values, Vt = np.linalg.svd(cross, full_matrices=False)
    rank = numerical_rank(values, max(cross.shape))
    if rank < len(values):
        U, values, Vt = np.linalg.svd(cross, full_matrices=True)
        silent_s, silent_t = U[:, rank:], Vt[rank:].T
        P, _, Zt = np.linalg.svd(silent_s.T @ np.eye(*cross.shape) @ silent_t, full_matrices=False)
        U, Vt = np.hstack([U[:, :rank], silent_s @ P]), np.vstack([Vt[:rank], Zt @ silent_t.T])
    rotation: Float64Array = U @ Vt
    return rotation


def oas_shrinkage(covariance: Float64Array, n: float) -> float:
    """Return the weight in [0, 1] of the identity in `oas_covariance`."""
    width = covariance.shape[0]
    mu = float(np.trace(covariance)) / width
    mean_square = float(np.mean(covariance**2))
    denominator = (n + 1.0) * (mean_square - mu**2 / width)
    if denominator <= 0:
        return 1.0
    return float(min((mean_square + mu**2) / denominator, 1.0))


def oas_covariance(covariance: Float64Array, n: float) -> Float64Array:
    """Return the oracle approximating shrinkage of a maximum likelihood covariance from `n` rows.

    Mixes the covariance with its mean variance times the identity, by the weight that is best in
    squared error for Gaussian rows (Chen, Wiesel, Eldar and Hero, IEEE Trans. Signal Processing
    58(10), 2010). Needs the covariance and the (effective) number of rows, not the rows.
    """
    shrinkage = oas_shrinkage(covariance, n)
    width = covariance.shape[0]
    shrunk = (1.0 - shrinkage) * covariance
    shrunk.flat[:: width + 1] += shrinkage * float(np.trace(covariance)) / width
    return shrunk


def shrinkage_of(moments: Moments, shrinkage: float | str) -> float:
    """Return the weight of the identity in a covariance: the number given, or OAS's for "oas"."""
    if isinstance(shrinkage, str):
        return moments.memo("oas", lambda: oas_shrinkage(moments.covariance, moments.n_effective))
    return float(shrinkage)


def roots_of(
    moments: Moments, shrinkage: float, penalty: float = 0.0
) -> tuple[Float64Array, Float64Array]:
    """Return the inverse square root and square root of the regularised covariance, both symmetric.

    That is ``(1 - shrinkage) * covariance + (shrinkage + penalty) * mean variance * identity``.
    Directions without variance are left out of both roots where nothing is added to them.
    """

    def compute() -> tuple[Float64Array, Float64Array]:
        values, vectors = eigh_of(moments)
        floor = (shrinkage + penalty) * float(values.sum()) / moments.width
        shrunk = (1.0 - shrinkage) * values + floor
        roots = []
        for power in (-0.5, 0.5):
            outside = floor**power if floor > 0 else 0.0
            root = (vectors * (shrunk**power - outside)) @ vectors.T
            root.flat[:: moments.width + 1] += outside
            roots.append(root)
        return roots[0], roots[1]

    return moments.memo(("roots", shrinkage, penalty), compute, slot="roots")


def least_squares_scale(moments: PairMoments, coef: Float64Array) -> float:
    """Return the best factor of centred source rows mapped by `coef`; 1 where they do not vary."""
    spread = float(np.sum((moments.source.scatter @ coef) * coef))
    return float(np.sum(moments.cross * coef)) / spread if spread > 0 else 1.0


def uncentred(moments: PairMoments) -> PairMoments:
    """Return the same pairs as if both means were zero: moments about the origin."""

    def compute() -> PairMoments:
        source = _about_the_origin(moments.source)
        same = moments.source is moments.target
        target = source if same else _about_the_origin(moments.target)
        means = np.outer(moments.source.mean, moments.target.mean)
        return PairMoments(
            source=source, target=target, cross=moments.cross + moments.weight * means
        )

    return moments.memo("uncentred", compute)


def _about_the_origin(moments: Moments) -> Moments:
    """Return the moments of rows whose mean is taken to be zero."""
    return Moments(
        n=moments.n,
        weight=moments.weight,
        weight_sq=moments.weight_sq,
        mean=np.zeros(moments.width),
        scatter=moments.scatter + moments.weight * np.outer(moments.mean, moments.mean),
    )
