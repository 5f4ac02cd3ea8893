"""Orthogonal Procrustes."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from langalign_sk._numeric import Float64Array, PairMoments, least_squares_scale, rotation_of
from langalign_sk.maps._affine import AffineMixin
from langalign_sk.maps._base import MomentMap
from langalign_sk.maps._parameters import Constraints


class ProcrustesMap(AffineMixin, MomentMap, name="procrustes"):
    r"""Rotate the source space onto the target space, after centring both.

    Keeps lengths and angles and has no penalty to choose: the map for two spaces that differ by
    little more than their axes. Spaces of unrelated encoders are not rotations of each other;
    there `RidgeMap` can fit what a rotation cannot.

    Parameters
    ----------
    scale : bool, default=False
        Also fit one factor for all directions, by least squares.

    Attributes
    ----------
    coef_ : ndarray of shape (d_source, d_target), float64
        The rotation, times the scale. Without the scale it has orthonormal rows where d_source <=
        d_target, and orthonormal columns where d_source >= d_target.
    intercept_ : ndarray of shape (d_target,), float64
    scale_ : float
        The factor; 1.0 with ``scale=False``.
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

    _parameter_constraints: ClassVar[Constraints] = {"scale": ["boolean"]}

    def __init__(self, *, scale: bool = False) -> None:
        self.scale = scale

    def _fit_moments(self, moments: PairMoments, *unlabeled: Any) -> Self:
        rotation = rotation_of(moments)
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
