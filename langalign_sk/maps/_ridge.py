"""Ridge regression, its penalty chosen from moments or by leave-one-out."""

from __future__ import annotations

from typing import Any, ClassVar, Self, TypeAlias

import numpy as np

from langalign_sk._numeric import Float64Array, FloatArray, PairMoments, eigh_of, row_blocks
from langalign_sk.maps._affine import AffineMixin
from langalign_sk.maps._base import MomentMap, Weights
from langalign_sk.maps._parameters import NOT_NEGATIVE, Constraints, one_of

#: Source rows, target rows, weights.
Rows: TypeAlias = tuple[FloatArray, FloatArray, Weights]


class RidgeMap(AffineMixin, MomentMap, name="ridge"):
    r"""Predict target rows from source rows by penalised least squares.

    Fits any linear relation between the spaces, and shrinks along the directions that the pairs
    say little about. The penalty is chosen by generalised cross-validation unless it is given.

    Parameters
    ----------
    alpha : float, "gcv" or "loo", default="gcv"
        Penalty, relative to the mean variance of a source column, so that it means the same for
        any scale, width and number of pairs. 0 is least squares (of minimum norm where the pairs
        do not determine it). "gcv" and "loo" choose from `alphas`: by generalised
        cross-validation, from moments alone, or by exact leave-one-out, which reads the rows
        again and therefore does not stream.
    alphas : array-like of shape (n_alphas,), optional
        Positive candidates; None for 29 values from 1e-5 to 100, evenly spaced in the
        logarithm. Ignored where `alpha` is a number.

    Attributes
    ----------
    coef_ : ndarray of shape (d_source, d_target), float64
    intercept_ : ndarray of shape (d_target,), float64
    alpha_ : float
        The penalty used, relative to the mean variance as `alpha`.
    alphas_ : ndarray of shape (n_alphas,)
        The penalties considered, ascending; only `alpha_` where it was given.
    gcv_values_ : ndarray of shape (n_alphas,)
        Generalised cross-validation for each of `alphas_`; infinite where no degrees of freedom
        remain.
    loo_values_ : ndarray of shape (n_alphas,)
        With ``alpha="loo"``: mean squared error of the pairs left out, for each of `alphas_`.
    n_features_in_, n_features_out_ : int

    See Also
    --------
    ProcrustesMap : A rotation, which keeps lengths and angles.
    sklearn.linear_model.Ridge : The same minimum, fitted from rows, with an absolute penalty.

    Notes
    -----
    With weights w_i of sum W, weighted means m_s and m_t, source covariance matrix
    :math:`\Sigma = V \Lambda V^\top` and cross covariance matrix C, the map minimises

    .. math::
        \frac{1}{W} \sum_i w_i \lVert t_i - m_t - B^\top (s_i - m_s) \rVert^2
        + \lambda \lVert B \rVert_F^2,
        \qquad \lambda = \alpha \operatorname{tr}(\Sigma) / d,

    so that :math:`B = V (\Lambda + \lambda)^{-1} V^\top C`. It equals scikit-learn's Ridge
    with ``alpha = W * lambda``. Generalised cross-validation [1]_ takes the candidate of least

    .. math::
        \frac{\mathrm{RSS}(\lambda) / W}{(1 - (1 + \mathrm{df}(\lambda)) / n)^2},
        \qquad \mathrm{df}(\lambda) = \sum_j \frac{\Lambda_j}{\Lambda_j + \lambda},

    where the 1 counts the means, and n is Kish's effective number of pairs: weighting every pair
    by 2 adds no knowledge and leaves the choice as it is. Of equal candidates the largest is taken.
    "loo" takes the candidate of least

    .. math::
        \frac{1}{W} \sum_i w_i \frac{\lVert t_i - \hat t_i \rVert^2}{(1 - h_i)^2},
        \qquad h_i = \frac{w_i}{W} \bigl(1 + (s_i - m_s)^\top (\Sigma + \lambda)^{-1} (s_i - m_s)
        \bigr),

    which is the error of each pair under the map fitted without it. Its advantage is with pairs
    of very uneven length or weight, where GCV, which spreads the leverage evenly, errs.

    Accumulating the moments costs O(n d^2), one eigendecomposition per set of moments O(d^3);
    after that the criterion for all candidates costs O(d) each, and a fit one product of two
    d x d matrices. "loo" costs O(n d^2) for each candidate.

    References
    ----------
    .. [1] G. H. Golub, M. Heath, G. Wahba. Generalized cross-validation as a method for choosing
       a good ridge parameter. Technometrics 21(2), 1979.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.maps import RidgeMap
    >>> rng = np.random.default_rng(0)
    >>> S = rng.standard_normal((200, 4))
    >>> T = S @ rng.standard_normal((4, 3)) + 0.1 * rng.standard_normal((200, 3))
    >>> ridge = RidgeMap().fit(S, T)
    >>> float(ridge.alpha_) < 0.1
    True
    >>> ridge.transform(S[:2]).shape
    (2, 3)
    """

    uses_unlabeled = False
    uses_target_scatter = False

    _parameter_constraints: ClassVar[Constraints] = {
        "alpha": [NOT_NEGATIVE, one_of("gcv", "loo")],
        "alphas": ["array-like", None],
    }

    def __init__(self, alpha: float | str = "gcv", *, alphas: Any = None) -> None:
        self.alpha = alpha
        self.alphas = alphas

    @property
    def reads_rows(self) -> bool:
        """True with ``alpha="loo"``: `fit` needs the rows themselves, not just their moments."""
        return isinstance(self.alpha, str) and self.alpha == "loo"

    def _pairs_needed(self, d_source: int, d_target: int) -> int:
        return d_source + 1 if self.alpha == 0 else super()._pairs_needed(d_source, d_target)

    def _fit_moments(self, moments: PairMoments, *unlabeled: Any) -> Self:
        if self.reads_rows:
            raise ValueError('alpha="loo" reads the pairs row by row; moments alone allow "gcv"')
        return self._fit_penalised(moments, None)

    def _fit(self, S: Any, T: Any, weights: Any, *unlabeled: Any) -> object:
        if not self.reads_rows:
            return super()._fit(S, T, weights, *unlabeled)
        moments = PairMoments.from_rows(S, T, weights, target_scatter=False)
        return self._fit_penalised(moments, (S, T, weights))

    def _fit_penalised(self, moments: PairMoments, rows: Rows | None) -> Self:
        """Choose the penalty by leave-one-out from `rows`, or by GCV without any, and fit."""
        given = not isinstance(self.alpha, str)
        self.alphas_ = np.array([float(self.alpha)]) if given else _grid(self.alphas)
        values, vectors = eigh_of(moments.source)
        projected = projected_cross(moments)
        # Relative to the mean over all columns, those without variance included.
        penalties = self.alphas_ * (values.sum() / moments.source.width)
        self.gcv_values_ = _gcv_path(moments, values, projected, penalties)
        path = self.gcv_values_
        if rows is not None:
            path = self.loo_values_ = _leave_one_out(rows, moments, projected, penalties)
        # The last of equal minima: the criterion may be flat, or infinite all along.
        best = len(penalties) - 1 - int(path[::-1].argmin())
        self.alpha_ = float(self.alphas_[best])
        coef = vectors @ (projected / (values + penalties[best])[:, None])
        return self._set_affine(coef, moments.target.mean - moments.source.mean @ coef)


def _grid(alphas: Any) -> Float64Array:
    """Candidates for the penalty, ascending; the default ones for None."""
    if alphas is None:
        return np.logspace(-5, 2, 29)
    grid = np.asarray(alphas, dtype=np.float64)
    if grid.ndim != 1 or not grid.size or not (np.isfinite(grid) & (grid > 0)).all():
        raise ValueError(f"alphas must be a list of positive finite numbers, got {alphas!r}")
    return np.sort(grid)


def projected_cross(moments: PairMoments) -> Float64Array:
    """Cross covariance in the eigenvectors of the source covariance; once per moments."""
    _, vectors = eigh_of(moments.source)
    return moments.memo(
        "projected_cross", lambda: vectors.T @ np.asarray(moments.cross / moments.weight)
    )


def _gcv_path(
    moments: PairMoments, values: Float64Array, projected: Float64Array, penalties: Float64Array
) -> Float64Array:
    """Criterion of generalised cross-validation for each penalty.

    Residual sum and residual degrees of freedom are written as sums of terms >= 0, for both go to
    zero together where the pairs are fewer than the columns.
    """
    explained = moments.memo(
        "explained", lambda: np.einsum("ij,ij->i", projected, projected) / values
    )
    total = float(moments.target.squares.sum()) / moments.weight
    rank = len(values)
    # With rank n - 1, least squares passes through every pair.
    unexplained = 0.0 if rank >= moments.n - 1 else max(total - float(explained.sum()), 0.0)
    kept_back = penalties[:, None] / (values + penalties[:, None])
    residual = unexplained + (kept_back**2) @ explained
    freedom = (moments.n_effective - 1.0 - rank) + kept_back.sum(axis=1)
    tiny = 1e-10 * moments.n_effective
    gcv = np.full(len(penalties), np.inf)
    np.divide(residual, (freedom / moments.n_effective) ** 2, out=gcv, where=freedom > tiny)
    return gcv


def _leave_one_out(
    rows: Rows, moments: PairMoments, projected: Float64Array, penalties: Float64Array
) -> Float64Array:
    """Return the weighted mean squared error of each pair under the map fitted without it.

    One number per penalty; means and map are those of the other pairs, the absolute penalty is
    kept. Infinite where a pair alone decides its own prediction. `projected` is the cross
    covariance in the eigenvectors of the source covariance.
    """
    S, T, weights = rows
    values, vectors = eigh_of(moments.source)
    errors = np.zeros(len(penalties))
    # Scores, targets and predictions of a block are held at once.
    width = len(values) + 2 * moments.target.width + moments.source.width
    for block in row_blocks(len(S), width):
        scores = (S[block] - moments.source.mean) @ vectors
        target = T[block] - moments.target.mean
        share = np.ones(len(target)) if weights is None else weights[block]
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
