"""Orthogonal Procrustes."""

from __future__ import annotations

import math
from typing import Any, ClassVar, Self

import numpy as np

from langalign_sk._numeric import (
    Float64Array,
    PairMoments,
    least_squares_scale,
    polar_of,
    rotation_of,
)
from langalign_sk.maps._affine import AffineMixin
from langalign_sk.maps._base import MomentMap
from langalign_sk.maps._parameters import TOWARDS, Constraints
from langalign_sk.maps._ridge import lowest_within, start_of


class ProcrustesMap(AffineMixin, MomentMap, name="procrustes"):
    r"""Rotate the source space onto the target space, after centring both.

    Keeps lengths and angles and has no penalty to choose: the map for two spaces that differ by
    little more than their axes. Spaces of unrelated encoders are not rotations of each other;
    there `RidgeMap` can fit what a rotation cannot.

    Parameters
    ----------
    scale : bool, default=False
        Also fit one factor for all directions, by least squares.
    towards : {"auto", "zero", "identity"}, default="auto"
        "identity" draws the rotation to leaving rows as they are, the more the fewer the pairs, as
        `RidgeMap` does; "zero" leaves it to the pairs alone. "auto" as in `RidgeMap`.

    Attributes
    ----------
    coef_ : ndarray of shape (d_source, d_target), float64
        The rotation, times the scale. Without the scale it has orthonormal rows where d_source <=
        d_target, and orthonormal columns where d_source >= d_target.
    intercept_ : ndarray of shape (d_target,), float64
    scale_ : float
        The factor; 1.0 with ``scale=False``.
    towards_ : {"zero", "identity"}
        "identity" where the rotation was drawn to it.
    n_features_in_, n_features_out_ : int

    See Also
    --------
    RidgeMap : Any linear map, with a penalty.
    scipy.linalg.orthogonal_procrustes : The same rotation for centred arrays of one width.

    Notes
    -----
    With source rows s_i, target rows t_i, weights w_i and weighted means m_s and m_t, this is

    .. math::
        \min_{Q, c} \sum_i w_i \lVert t_i - m_t - c\, Q^\top (s_i - m_s) \rVert^2
        \quad\text{subject to } Q \text{ semi-orthogonal,}

    (for d_source > d_target: the Q that maximises the agreement trace(Q' C)). With the singular
    value decomposition :math:`C = U \Sigma V^\top` of the centred cross scatter matrix the
    answer is :math:`Q = U V^\top` and :math:`c = \operatorname{tr}\Sigma / \sum_i w_i \lVert
    Q^\top (s_i - m_s) \rVert^2`. Where the pairs do not determine Q (fewer pairs than columns,
    say), Q on the remaining directions is as near to the identity as it can be.

    Within one space it is the rotation of :math:`C / W + \lambda I`, with
    :math:`\lambda = \alpha (\operatorname{tr} \Sigma_s \operatorname{tr} \Sigma_t)^{1/2} / d`
    and the lowest :math:`\alpha` that `RidgeMap` chooses, :math:`100 / \sqrt n`: the same both
    ways.

    Accumulating the moments costs O(n d^2), the decomposition O(d^3), once per set of moments.

    ``inverse_transform`` exists where d_source <= d_target: it undoes `transform` exactly. For
    equal widths `transform` undoes it too; for d_source < d_target it takes a target row to the
    source row whose image is nearest.

    References
    ----------
    .. [1] P. H. Schoenemann. A generalized solution of the orthogonal Procrustes problem.
       Psychometrika 31, 1966.
    .. [2] C. Xing, D. Wang, C. Liu, Y. Lin. Normalized word embedding and orthogonal transform for
       bilingual word translation. NAACL 2015.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.maps import ProcrustesMap
    >>> rng = np.random.default_rng(0)
    >>> S = rng.standard_normal((50, 3))
    >>> rotation = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
    >>> T = S @ rotation + 10.0
    >>> procrustes = ProcrustesMap().fit(S, T)
    >>> np.allclose(procrustes.coef_, rotation)
    True
    >>> np.allclose(procrustes.inverse_transform(T), S)
    True
    """

    uses_unlabeled = False
    uses_target_scatter = False

    _parameter_constraints: ClassVar[Constraints] = {"scale": ["boolean"], **TOWARDS}

    def __init__(self, *, scale: bool = False, towards: str = "auto") -> None:
        self.scale = scale
        self.towards = towards

    def _fit_moments(self, moments: PairMoments, *unlabeled: Any) -> Self:
        self.towards_ = start_of(self.towards, moments)
        within = self.towards_ == "identity"
        rotation = _rotation_within(moments) if within else rotation_of(moments)
        self.scale_ = least_squares_scale(moments, rotation) if self.scale else 1.0
        coef = self.scale_ * rotation
        return self._set_affine(coef, moments.target.mean - moments.source.mean @ coef)

    def _pairs_needed(self, d_source: int, d_target: int) -> int:
        return 1 + min(d_source, d_target)

    def _can_invert(self) -> bool:
        if not hasattr(self, "coef_"):
            return True
        if self.n_features_in_ > self.n_features_out_:
            raise AttributeError(
                f"{self.n_features_in_} columns mapped to {self.n_features_out_} cannot be "
                "recovered"
            )
        if self.scale_ == 0:
            raise AttributeError("the fitted scale is 0: all rows map to one point")
        return True

    def _inverse_coef(self) -> Float64Array:
        return self.coef_.T / self.scale_**2


def _rotation_within(moments: PairMoments) -> Float64Array:
    """Return the rotation drawn to the identity; the way back is its transpose."""
    if moments.is_swapped:
        return _rotation_within(moments.swapped()).T

    def compute() -> Float64Array:
        spread = math.sqrt(float(moments.source.squares.sum()))
        spread *= math.sqrt(float(moments.target.squares.sum()))
        cross = np.array(moments.cross)
        cross.flat[:: len(cross) + 1] += lowest_within(moments) * spread / len(cross)
        return polar_of(cross)

    return moments.memo("rotation within", compute)
