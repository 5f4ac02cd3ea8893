"""The multi-step framework of linear maps: whiten, rotate, re-weight, de-whiten."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np

from langalign_sk._numeric import (
    Float64Array,
    PairMoments,
    least_squares_scale,
    numerical_rank,
    polar_of,
    roots_of,
    shrinkage_of,
    uncentred,
)
from langalign_sk.maps._affine import AffineMixin
from langalign_sk.maps._base import MomentMap
from langalign_sk.maps._parameters import COUNT, NOT_NEGATIVE, SHARE, Constraints, one_of
from langalign_sk.maps._ridge import RidgeMap


class MultiStepMap(AffineMixin, MomentMap):
    r"""Procrustes with the steps around it: centre, whiten, rotate, re-weight, de-whiten, cut.

    With its defaults it is `ProcrustesMap`; every step can be switched on by itself. Outputs lie
    in the raw target space whatever the steps are: what a published system does to the side that
    stays is undone on the side that moves. ``MultiStepMap(whiten=True, reweight=0.5)``
    is the map for a head that was trained on raw rows: its outputs shrink less than a regression's.

    Parameters
    ----------
    center : bool, default=True
        Take the means off both sides. False rotates about the origin and adds nothing.
    whiten : bool, default=False
        Take the correlations within each side out before the rotation is sought.
    shrinkage : float in [0, 1], "oas" or "gcv", default="oas"
        How far the covariances are drawn to a multiple of the identity before their roots are
        taken. "oas" takes the weight that is best in squared error for Gaussian rows; "gcv" adds
        to either covariance the penalty that `RidgeMap` chooses to predict the other side; 0 is
        the published, unregularised whitening. Ignored without `whiten`.
    reweight : float, default=0.0
        Power of the singular values that the rotated directions are multiplied with, so that
        directions on which the languages agree count more. With `whiten` these are the canonical
        correlations, and 1 gives least squares. Without, they are divided by the largest.
    dewhiten : {"target", "source"}, default="target"
        Whose correlations the outputs get. Ignored without `whiten`.
    rank : int, optional
        Keep this many directions, those of largest singular values; None keeps all.
    scale : bool, default=False
        Also fit one factor for all directions, by least squares.

    Attributes
    ----------
    coef_ : ndarray of shape (d_source, d_target), float64
    intercept_ : ndarray of shape (d_target,), float64
    singular_values_ : ndarray
        Singular values of the (whitened) cross covariance, largest first; with ``whiten`` the
        regularised canonical correlations.
    rank_ : int
        Number of directions kept.
    scale_ : float
        The factor; 1.0 with ``scale=False``.
    n_features_in_, n_features_out_ : int

    See Also
    --------
    published_map : The published combinations by name.
    NormalizedMap : Length normalisation around any map.
    CCAMap : Canonical correlation regression with its rank chosen.

    Notes
    -----
    With covariances :math:`\Sigma_s, \Sigma_t` (shrunk, about the mean or the origin), whitening
    :math:`W = \Sigma^{-1/2}` (or I) and :math:`W_s C W_t = U D V^\top`, the map is

    .. math:: x \mapsto m_t + c\,(x - m_s)\, W_s U D^p V^\top W_t^{-1}

    with ``dewhiten="target"``, and
    :math:`m_t + c\,(x - m_s)\, W_s U D^p U^\top W_s^{-1} U V^\top` with "source". The published
    framework [1]_ multiplies the source by :math:`D^a` and the target by :math:`D^b` and compares
    by inner products; here the target stays as it is and the source carries :math:`p = a + b`.
    :math:`p = 1` with whitening is least squares without shrinkage and `RidgeMap` with "gcv";
    :math:`p = 0` gives the outputs the covariance of the target, so that they do not
    shrink towards the mean. Outputs without de-whitening do not exist: target rows that stay as
    they are are not whitened.

    Accumulating the moments costs O(n d^2), two eigendecompositions and one singular value
    decomposition O(d^3), once per set of moments and of `center`, `whiten`, `shrinkage`.

    References
    ----------
    .. [1] M. Artetxe, G. Labaka, E. Agirre. Generalizing and improving bilingual word embedding
       mappings with a multi-step framework of linear transformations. AAAI 2018.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.maps import MultiStepMap
    >>> rng = np.random.default_rng(0)
    >>> S = rng.standard_normal((500, 3))
    >>> T = S @ np.array([[2.0, 1.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 5.0]]) + 1.0
    >>> least_squares = MultiStepMap(whiten=True, shrinkage=0.0, reweight=1.0).fit(S, T)
    >>> np.allclose(least_squares.transform(S), T)
    True
    """

    uses_unlabeled = False

    _parameter_constraints: ClassVar[Constraints] = {
        "center": ["boolean"],
        "whiten": ["boolean"],
        "shrinkage": [SHARE, one_of("oas", "gcv")],
        "reweight": [NOT_NEGATIVE],
        # There is no map into the raw target space without it.
        "dewhiten": [one_of("target", "source")],
        "rank": [COUNT, None],
        "scale": ["boolean"],
    }

    def __init__(
        self,
        *,
        center: bool = True,
        whiten: bool = False,
        shrinkage: float | str = "oas",
        reweight: float = 0.0,
        dewhiten: str = "target",
        rank: int | None = None,
        scale: bool = False,
    ) -> None:
        self.center = center
        self.whiten = whiten
        self.shrinkage = shrinkage
        self.reweight = reweight
        self.dewhiten = dewhiten
        self.rank = rank
        self.scale = scale

    def _pairs_needed(self, d_source: int, d_target: int) -> int:
        if self.whiten and self.shrinkage == 0:  # either covariance is inverted as it is
            return 1 + max(d_source, d_target)
        if self.reweight == 0:
            return 1 + min(d_source, d_target)
        return super()._pairs_needed(d_source, d_target)

    def _fit_moments(self, moments: PairMoments, *unlabeled: Any) -> Self:
        if not self.center:
            moments = uncentred(moments)
        steps = _Whitened(moments, self.whiten, self.shrinkage)
        U, values, Vt = steps.svd()
        full = self.rank is None and self.reweight == 0
        rank = numerical_rank(values, max(steps.cross.shape))
        if full:
            # Where the pairs are silent the rotation is completed, as that of ProcrustesMap.
            turn = steps.rotation()
            coef = turn if self.dewhiten == "source" else steps.land(steps.start(turn))
        else:
            rank = rank if self.rank is None else min(rank, self.rank)
            power = (values if self.whiten else values / max(values[0], 1e-300)) ** self.reweight
            weighted = U[:, :rank] * power[:rank]
            if self.dewhiten == "source" and self.whiten:
                coef = steps.unstart(steps.start(weighted) @ U[:, :rank].T) @ (
                    U[:, :rank] @ Vt[:rank]
                )
            else:
                coef = steps.land(steps.start(weighted @ Vt[:rank]))
        self.singular_values_ = values
        self.rank_ = steps.rank() if full else rank
        self.scale_ = least_squares_scale(moments, coef) if self.scale else 1.0
        coef = self.scale_ * coef
        return self._set_affine(coef, moments.target.mean - moments.source.mean @ coef)

    def _can_invert(self) -> bool:
        if self.rank is not None or self.reweight != 0:
            raise AttributeError("only a map with rank=None and reweight=0 has an exact way back")
        if hasattr(self, "coef_") and (self.rank_ < self.n_features_in_ or self.scale_ == 0):
            raise AttributeError(
                f"of {self.n_features_in_} source columns the map keeps {self.rank_} directions"
            )
        return True

    def _inverse_coef(self) -> Float64Array:
        return np.linalg.pinv(self.coef_).astype(np.float64, copy=False)


class _Whitened:
    """Cross covariance between the (whitened) sides, and the ways in and out."""

    def __init__(self, moments: PairMoments, whiten: bool, shrinkage: float | str) -> None:
        self.moments = moments
        self.cross = np.asarray(moments.cross / moments.weight)
        self.roots: tuple[tuple[Float64Array, Float64Array], ...] | None = None
        self.key: tuple[tuple[float, float], ...] | None = None
        if whiten:
            sides = (moments.source, moments.target)
            if isinstance(shrinkage, str) and shrinkage == "gcv":
                ways = (moments, moments.swapped())
                self.key = tuple(
                    (0.0, RidgeMap(towards="zero")._fit_moments(way).alpha_) for way in ways
                )
            else:
                self.key = tuple((shrinkage_of(side, shrinkage), 0.0) for side in sides)
            self.roots = tuple(
                roots_of(side, *weights) for side, weights in zip(sides, self.key, strict=True)
            )
            self.cross = self.roots[0][0] @ self.cross @ self.roots[1][0]

    def svd(self) -> tuple[Float64Array, Float64Array, Float64Array]:
        """Decompose the cross covariance by singular values; once per moments."""

        def compute() -> tuple[Float64Array, Float64Array, Float64Array]:
            U, values, Vt = np.linalg.svd(self.cross, full_matrices=False)
            return U, values, Vt

        return self.moments.memo(("svd", self.key), compute, slot="svd")

    def rotation(self) -> Float64Array:
        """Return the semi-orthogonal matrix nearest to the cross covariance."""
        return self.moments.memo(("polar", self.key), lambda: polar_of(self.cross), slot="polar")

    def rank(self) -> int:
        """Count the directions that survive all steps of a full map."""
        if self.roots is None or (self.key is not None and min(map(sum, self.key)) > 0):
            return min(len(self.cross), len(self.cross.T))
        return min(int(np.linalg.matrix_rank(root)) for root, _ in self.roots)

    def start(self, matrix: Float64Array) -> Float64Array:
        """Whiten the source before `matrix`."""
        return matrix if self.roots is None else self.roots[0][0] @ matrix

    def unstart(self, matrix: Float64Array) -> Float64Array:
        """Give the source's correlations back after `matrix`."""
        return matrix if self.roots is None else matrix @ self.roots[0][1]

    def land(self, matrix: Float64Array) -> Float64Array:
        """Give the target's correlations after `matrix`."""
        return matrix if self.roots is None else matrix @ self.roots[1][1]
