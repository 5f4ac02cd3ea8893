"""Regression of low rank: on the directions that predict best, or correlate best."""

from __future__ import annotations

import math
from typing import Any, ClassVar, Self, TypeAlias

import numpy as np

from langalign_sk._numeric import (
    Float64Array,
    PairMoments,
    eigh_of,
    numerical_rank,
    roots_of,
    shrinkage_of,
)
from langalign_sk.maps._affine import AffineMixin
from langalign_sk.maps._base import MomentMap
from langalign_sk.maps._one_space import differences
from langalign_sk.maps._parameters import COUNT, PENALTY, SHARE, TOWARDS, Constraints, one_of
from langalign_sk.maps._ridge import RidgeMap, projected_cross, start_of

#: A key, and the matrices into a metric and out of it.
Metric: TypeAlias = tuple[float, tuple[Float64Array, Float64Array]]


class _LowRankMap(AffineMixin, MomentMap):
    """Base of both regressions, which differ in how target columns are weighed."""

    uses_unlabeled = False

    rank: int | str
    alpha: float | str
    alphas: Any

    _parameter_constraints: ClassVar[Constraints] = {
        "rank": [COUNT, one_of("gcv")],
        **PENALTY,
        "shrinkage": [SHARE, one_of("oas")],
    }

    def _target_roots(self, moments: PairMoments) -> Metric | None:
        """Return the target's metric; None for its own units."""
        return None

    def _start(self, moments: PairMoments) -> str:
        """Return what the map is shrunk to."""
        return "zero"

    def _explained(self, moments: PairMoments, squares: Float64Array) -> tuple[Float64Array, float]:
        """Return what each direction takes off the residual, and what all leave of it."""
        total = float(moments.target.squares.sum()) / moments.weight
        return squares, max(total - float(squares.sum()), 0.0)

    def _pairs_needed(self, d_source: int, d_target: int) -> int:
        return d_source + 1 if self.alpha == 0 else super()._pairs_needed(d_source, d_target)

    def _fit_moments(self, moments: PairMoments, *unlabeled: Any) -> Self:
        # From the same moments, so the eigendecomposition is shared with it.
        towards = self._start(moments)
        ridge = RidgeMap(self.alpha, alphas=self.alphas, towards=towards)._fit_moments(moments)
        self.alpha_ = ridge.alpha_
        if towards == "identity":
            moments = differences(moments)
        values, vectors = eigh_of(moments.source)
        penalty = self.alpha_ * float(values.sum()) / moments.source.width
        metric = self._target_roots(moments)
        U, D, Vt = _svd(moments, values, penalty, metric)
        shrunk = penalty * np.sum(U**2 / (values + penalty)[:, None], axis=0)
        explained, unexplained = self._explained(moments, D**2 * (1.0 + shrunk))
        share = float(np.mean(values / (values + penalty))) if len(values) else 0.0
        larger = max(len(values), moments.target.width)
        freedom = share * _degrees_of_freedom(explained / (1.0 + shrunk), larger)
        self.gcv_values_ = _rank_criterion(moments, explained, unexplained, freedom)
        candidates = len(self.gcv_values_)
        if not isinstance(self.rank, str):
            self.rank_ = min(int(self.rank), candidates)
        else:
            self.rank_ = 1 + int(self.gcv_values_.argmin()) if candidates else 0
        self.singular_values_ = D
        k = self.rank_
        coef = (vectors / np.sqrt(values + penalty)) @ (U[:, :k] * D[:k]) @ Vt[:k]
        if metric is not None:
            coef = coef @ metric[1][1]
        intercept = moments.target.mean - moments.source.mean @ coef
        if towards == "identity":
            coef.flat[:: len(coef) + 1] += 1.0
        return self._set_affine(coef, intercept)


class ReducedRankMap(_LowRankMap, name="reduced_rank"):
    r"""Ridge regression through the few directions that predict the target best.

    Of all maps that pass through `rank` dimensions, the one of least penalised squared error.
    Directions of the target that the pairs can't predict are left at their mean.

    Parameters
    ----------
    rank : int or "gcv", default="gcv"
        Number of directions; "gcv" chooses it from the moments.
    alpha : float or "gcv", default="gcv"
        Ridge penalty as in `RidgeMap`, chosen for full rank.
    alphas : array-like of shape (n_alphas,), optional
        Candidates for ``alpha="gcv"`` as in `RidgeMap`.
    towards : {"auto", "zero", "identity"}, default="auto"
        As in `RidgeMap`. Towards the identity the directions are those of the differences between
        target and source rows, and all others stay as they are.

    Attributes
    ----------
    coef_ : ndarray of shape (d_source, d_target), float64
    intercept_ : ndarray of shape (d_target,), float64
    towards_ : {"zero", "identity"}
        What the map was shrunk to.
    rank_ : int
        The number of directions used.
    alpha_ : float
        The penalty used.
    singular_values_ : ndarray
        Root of the penalised variance that each direction explains, largest first.
    gcv_values_ : ndarray
        The criterion for rank 1, 2, ...; infinite where no degrees of freedom remain.
    n_features_in_, n_features_out_ : int

    See Also
    --------
    CCAMap : The same with target columns weighed by what is unusual, not by what is large.
    RidgeMap : Full rank.

    Notes
    -----
    With covariances about the means, :math:`\Sigma = V \Lambda V^\top` of the source, C across,
    and :math:`(\Lambda + \lambda)^{-1/2} V^\top C = U D W^\top`, the minimum of

    .. math::
        \frac{1}{W} \sum_i w_i \lVert t_i - m_t - B^\top (s_i - m_s) \rVert^2
        + \lambda \lVert B \rVert_F^2 \quad\text{subject to } \operatorname{rank} B \le k

    is :math:`B_k = V (\Lambda + \lambda)^{-1/2} U_k D_k W_k^\top` [1]_. The rank of least

    .. math:: \frac{\mathrm{RSS}(k)}{(1 - (1 + \mathrm{df}(k) / d_t) / n)^2}

    is taken, with the unbiased degrees of freedom of [2]_, which also pay for having looked for
    the directions; for :math:`\lambda > 0` they are reduced by the share that ridge keeps at
    full rank. n is Kish's effective number of pairs.

    Accumulating the moments costs O(n d^2), an eigendecomposition and a singular value
    decomposition O(d^3) once per set of moments and penalty, each further rank one product.

    References
    ----------
    .. [1] A. Mukherjee, J. Zhu. Reduced rank ridge regression and its kernel extensions.
       Statistical Analysis and Data Mining 4(6), 2011.
    .. [2] A. Mukherjee, K. Chen, N. Wang, J. Zhu. On the degrees of freedom of reduced-rank
       estimators in multivariate regression. Biometrika 102(2), 2015.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.maps import ReducedRankMap
    >>> rng = np.random.default_rng(0)
    >>> S = rng.standard_normal((500, 10))
    >>> T = S[:, :2] @ rng.standard_normal((2, 10)) + 0.5 * rng.standard_normal((500, 10))
    >>> ReducedRankMap().fit(S, T).rank_
    2
    """

    uses_target_scatter = False

    _parameter_constraints: ClassVar[Constraints] = {
        "rank": [COUNT, one_of("gcv")],
        **PENALTY,
        **TOWARDS,
    }

    def __init__(
        self,
        rank: int | str = "gcv",
        *,
        alpha: float | str = "gcv",
        alphas: Any = None,
        towards: str = "auto",
    ) -> None:
        self.rank = rank
        self.alpha = alpha
        self.alphas = alphas
        self.towards = towards

    def _start(self, moments: PairMoments) -> str:
        self.towards_ = start_of(self.towards, moments)
        return self.towards_


class CCAMap(_LowRankMap, name="cca"):
    r"""Regression on canonical variates: the directions in which both sides correlate most.

    Reduced-rank regression in which a target direction counts by how well it is predicted, however
    little it varies; `ReducedRankMap` favours directions of large variance.

    Parameters
    ----------
    rank : int or "gcv", default="gcv"
        Number of canonical variates; "gcv" chooses it from the moments.
    alpha : float or "gcv", default="gcv"
        Ridge penalty on the source side as in `RidgeMap`; 0 is classical.
    alphas : array-like of shape (n_alphas,), optional
        Candidates for ``alpha="gcv"`` as in `RidgeMap`.
    shrinkage : float in [0, 1] or "oas", default="oas"
        How far the target covariance is drawn to a multiple of the identity; 0 is classical.

    Attributes
    ----------
    coef_ : ndarray of shape (d_source, d_target), float64
    intercept_ : ndarray of shape (d_target,), float64
    rank_ : int
        The number of canonical variates used.
    alpha_ : float
        The penalty used.
    singular_values_ : ndarray
        Canonical correlations, largest first; regularised where `alpha` or `shrinkage` is.
    gcv_values_ : ndarray
        The criterion for rank 1, 2, ...; infinite where no degrees of freedom remain.
    n_features_in_, n_features_out_ : int

    See Also
    --------
    ReducedRankMap : Least squares in the target's own units.
    sklearn.cross_decomposition.CCA : The canonical variates themselves, one by one.

    Notes
    -----
    The minimum of `ReducedRankMap` with the residual measured by
    :math:`\lVert \Sigma_t^{-1/2} (\cdot) \rVert^2`: with
    :math:`(\Lambda + \lambda)^{-1/2} V^\top C \Sigma_t^{-1/2} = U D W^\top`, it is
    :math:`B_k = V (\Lambda + \lambda)^{-1/2} U_k D_k W_k^\top \Sigma_t^{1/2}` [1]_. The rank is
    chosen as there with the residual in units of what full rank leaves over, in which a variate
    of correlation :math:`\rho` explains :math:`\rho^2 / (1 - \rho^2)` and noise is even; the cost
    is that of `ReducedRankMap` plus one eigendecomposition of the target covariance.

    References
    ----------
    .. [1] A. J. Izenman. Reduced-rank regression for the multivariate linear model. Journal of
       Multivariate Analysis 5(2), 1975.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.maps import CCAMap
    >>> rng = np.random.default_rng(0)
    >>> S = rng.standard_normal((500, 4))
    >>> T = np.column_stack([S[:, 0], 100.0 * rng.standard_normal(500)])
    >>> cca = CCAMap(1, alpha=0.0, shrinkage=0.0).fit(S, T)
    >>> cca.singular_values_.round(1)
    array([1. , 0.1])
    >>> np.allclose(cca.transform(S)[:, 0], S[:, 0])
    True
    """

    def __init__(
        self,
        rank: int | str = "gcv",
        *,
        alpha: float | str = "gcv",
        alphas: Any = None,
        shrinkage: float | str = "oas",
    ) -> None:
        self.rank = rank
        self.alpha = alpha
        self.alphas = alphas
        self.shrinkage = shrinkage

    def _target_roots(self, moments: PairMoments) -> Metric:
        weight = shrinkage_of(moments.target, self.shrinkage)
        return weight, roots_of(moments.target, weight)

    def _explained(self, moments: PairMoments, squares: Float64Array) -> tuple[Float64Array, float]:
        # In units of what full rank leaves over: there the noise is even over all directions.
        share = np.clip(squares, 0.0, 1.0 - 1e-12)
        return share / (1.0 - share), float(moments.target.width)


def _svd(
    moments: PairMoments,
    values: Float64Array,
    penalty: float,
    metric: Metric | None,
) -> tuple[Float64Array, Float64Array, Float64Array]:
    """Decompose the cross covariance in whitened source coordinates; once per setting."""

    def compute() -> Any:
        whitened = projected_cross(moments) / np.sqrt(values + penalty)[:, None]
        if metric is not None:
            whitened = whitened @ metric[1][0]
        U, D, Vt = np.linalg.svd(whitened, full_matrices=False)
        rank = numerical_rank(D, max(moments.cross.shape))
        return U[:, :rank], D[:rank], Vt[:rank]

    key = "low rank", penalty, None if metric is None else metric[0]
    found: tuple[Float64Array, Float64Array, Float64Array]
    found = moments.memo(key, compute, slot="low rank")
    return found


def _rank_criterion(
    moments: PairMoments, explained: Float64Array, unexplained: float, freedom: Float64Array
) -> Float64Array:
    """Return the criterion of generalised cross-validation for rank 1, 2, ..."""
    later = np.cumsum(explained[::-1])[::-1] - explained
    left = 1.0 - (1.0 + freedom / moments.target.width) / moments.n_effective
    gcv = np.full(len(explained), math.inf)
    np.divide(unexplained + later, left**2, out=gcv, where=left > 1e-10)
    return gcv


def _degrees_of_freedom(squares: Float64Array, larger: int) -> Float64Array:
    """Return unbiased degrees of freedom of least squares of rank 1, 2, ... (Mukherjee, 2015).

    From the squared singular values of the fit of full rank, largest first.
    """
    kept, dropped = squares[:, None], squares[None, :]
    gap = kept - dropped
    pull = np.zeros_like(gap)
    np.divide(kept + dropped, gap, out=pull, where=gap > 0)
    pull = np.triu(pull, 1)
    # Row k: sum over the k + 1 kept of their pull on each one dropped.
    pulls = np.cumsum(pull, axis=0)
    beyond = pulls.sum(axis=1) - np.array([pulls[k, : k + 1].sum() for k in range(len(squares))])
    freedom: Float64Array = larger * np.arange(1.0, len(squares) + 1.0) + beyond
    return freedom
