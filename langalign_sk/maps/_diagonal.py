"""Orthogonal Procrustes, then one factor for each column."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np

from langalign_sk._numeric import Float64Array, PairMoments
from langalign_sk.maps._affine import WORST_CONDITION, AffineMixin
from langalign_sk.maps._base import MomentMap
from langalign_sk.maps._parameters import TOWARDS, Constraints
from langalign_sk.maps._procrustes import ProcrustesMap


class DiagonalProcrustesMap(AffineMixin, MomentMap, name="diagonal_procrustes"):
    r"""Rotate the source space onto the target space, then scale each target column.

    Between `ProcrustesMap`, which keeps all lengths, and `RidgeMap`, which may do anything linear:
    two versions of one encoder often differ by a rotation and by how far their columns spread.

    Parameters
    ----------
    towards : {"auto", "zero", "identity"}, default="auto"
        What the rotation is drawn to, as in `ProcrustesMap`.

    Attributes
    ----------
    coef_ : ndarray of shape (d_source, d_target), float64
        The rotation, each column times its factor.
    intercept_ : ndarray of shape (d_target,), float64
    scale_ : ndarray of shape (d_target,), float64
        The factors; 0 for a column that the rotated rows say nothing of.
    towards_ : {"zero", "identity"}
        "identity" where the rotation was drawn to it.
    n_features_in_, n_features_out_ : int

    See Also
    --------
    ProcrustesMap : One factor for all columns, or none.
    RidgeMap : Any linear map, with a penalty.

    Notes
    -----
    With Q the rotation of `ProcrustesMap`, and :math:`\Sigma` and C the centred scatter matrices of
    the source and across, column j is scaled by least squares,

    .. math:: d_j = \frac{(Q^\top C)_{jj}}{(Q^\top \Sigma Q)_{jj}}.

    The two steps are those of [1]_; best Q and d together have no closed form. Fitting costs what
    `ProcrustesMap` costs, and one product of d x d matrices.

    References
    ----------
    .. [1] Drift-Adapter: a practical approach to near zero-downtime embedding model upgrades in
       vector databases. EMNLP 2025. arXiv:2509.23471.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.maps import DiagonalProcrustesMap
    >>> rng = np.random.default_rng(0)
    >>> S = rng.standard_normal((2000, 2))
    >>> T = S[:, ::-1] * [3.0, 0.5] + 1.0
    >>> DiagonalProcrustesMap().fit(S, T).scale_.round(1)
    array([3. , 0.5])
    """

    uses_unlabeled = False
    uses_target_scatter = False

    _parameter_constraints: ClassVar[Constraints] = {**TOWARDS}

    def __init__(self, *, towards: str = "auto") -> None:
        self.towards = towards

    def _fit_moments(self, moments: PairMoments, *unlabeled: Any) -> Self:
        turned = ProcrustesMap(towards=self.towards)._fit_moments(moments)
        self.towards_, rotation = turned.towards_, turned.coef_
        across = np.einsum("ij,ij->j", rotation, moments.cross)
        along = np.einsum("ij,ij->j", rotation, moments.source.scatter @ rotation)
        self.scale_: Float64Array = np.zeros(len(along))
        least = 1e-12 * float(along.max(initial=0.0))
        np.divide(across, along, out=self.scale_, where=along > least)
        coef = rotation * self.scale_
        return self._set_affine(coef, moments.target.mean - moments.source.mean @ coef)

    def _pairs_needed(self, d_source: int, d_target: int) -> int:
        return 1 + min(d_source, d_target)

    def _can_invert(self) -> bool:
        if not hasattr(self, "coef_"):
            return True
        lost = self.n_features_in_ > self.n_features_out_
        if lost or np.linalg.cond(self.coef_) > WORST_CONDITION:
            raise AttributeError(
                f"{self.n_features_in_} columns mapped to {self.n_features_out_}, of which "
                f"{np.count_nonzero(self.scale_)} are scaled by more than 0, cannot be recovered"
            )
        return True

    def _inverse_coef(self) -> Float64Array:
        return np.asarray(np.linalg.pinv(self.coef_), dtype=np.float64)
