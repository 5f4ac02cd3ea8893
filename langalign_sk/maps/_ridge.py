"""Ridge regression, its penalty chosen from moments or by leave-one-out."""

from __future__ import annotations

import math
from typing import Any, ClassVar, Self, TypeAlias

import numpy as np

from langalign_sk._numeric import Float64Array, FloatArray, PairMoments, eigh_of, row_blocks
from langalign_sk.maps._affine import AffineMixin
from langalign_sk.maps._base import FEWEST_PAIRS, MomentMap, Weights
from langalign_sk.maps._one_space import differences, one_space
from langalign_sk.maps._parameters import NOT_NEGATIVE, TOWARDS, Constraints, one_of

#: Source rows, target rows, weights.
Rows: TypeAlias = tuple[FloatArray, FloatArray, Weights]
#: Towards the identity, a penalty that is chosen is never below this over the root of the number
#: of pairs: cross-validation minimises the error of the pairs' own domain, and a head of another
#: task loses by it.
FLOOR = 100.0
#: Towards the identity, a penalty that leaves the shift of the mean and nothing else.
SHIFT_ALONE = 1e4
#: Share of the error towards the identity, both by cross-validation, below which a map towards zero
#: is taken within one space too: the pairs show that rows move far, and where. Sides of one real
#: encoder, even a weak one, are far above it.
CLEAR = 0.25


class RidgeMap(AffineMixin, MomentMap, name="ridge"):
    r"""Predict target rows from source rows by penalised least squares.

    Fits any linear relation between the spaces, and shrinks along the directions that the pairs
    say little about: to nothing between two spaces, to leaving rows as they are within one. The
    penalty is chosen by generalised cross-validation unless it is given.

    Parameters
    ----------
    alpha : float, "gcv" or "loo", default="gcv"
        Penalty, relative to the mean variance of a source column, so that it means the same for
        any scale, width and number of pairs. 0 is least squares (of minimum norm where the pairs
        do not determine it). "gcv" and "loo" choose from `alphas`: by generalised
        cross-validation, from moments alone, or by exact leave-one-out, which reads the rows
        again and therefore does not stream. Towards the identity they take no less than
        ``100 / sqrt(n)``, and with fewer than 30 pairs only the mean is shifted.
    alphas : array-like of shape (n_alphas,), optional
        Positive candidates; None for four in each power of ten, from 1e-5 to 100, towards the
        identity to 1e4. Ignored where `alpha` is a number.
    towards : {"auto", "zero", "identity"}, default="auto"
        What a large penalty leaves: every row at the mean of the target rows, or every row where
        it was, but for the shift of the mean. "identity" needs spaces of one width. "auto" takes
        it where the pairs show that both sides are in one space, as with one encoder for both
        languages: the correlation of column j with column j is .08 or more over all columns and
        .05 or more in the median column; unless going far has a quarter of the error.

    Attributes
    ----------
    coef_ : ndarray of shape (d_source, d_target), float64
    intercept_ : ndarray of shape (d_target,), float64
    alpha_ : float
        The penalty used, relative to the mean variance as `alpha`.
    alphas_ : ndarray of shape (n_alphas,)
        The penalties considered, ascending; only `alpha_` where it was given.
    towards_ : {"zero", "identity"}
        What the map was shrunk to.
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

    Towards the identity all of this holds for the differences :math:`t_i - s_i` in place of
    :math:`t_i`, with the identity added to the map: it minimises the same error plus
    :math:`\lambda \lVert B - I \rVert_F^2`. Both criteria tell how well the map carries more of
    the same pairs. A head trained on other texts loses by directions that the pairs' own domain
    taught, hence the lowest penalty, which falls as the pairs become many.

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
        **TOWARDS,
    }

    def __init__(
        self, alpha: float | str = "gcv", *, alphas: Any = None, towards: str = "auto"
    ) -> None:
        self.alpha = alpha
        self.alphas = alphas
        self.towards = towards

    @property
    def reads_rows(self) -> bool:
        """True with ``alpha="loo"``: `fit` needs the rows themselves, not just their moments."""
        return isinstance(self.alpha, str) and self.alpha == "loo"

    def _pairs_needed(self, d_source: int, d_target: int) -> int:
        if self.alpha == 0:
            return d_source + 1
        few = super()._pairs_needed(d_source, d_target)
        return few if self.towards_ == "identity" else max(few, min(d_source, d_target) // 2)

    def _say_few(self, needed: int) -> str:
        if self.alpha == 0:
            return super()._say_few(needed)
        if self.towards_ == "identity":
            return f"shift the mean and no more; {needed} or more are needed for a map"
        enough = max(needed, 2 * min(self.n_features_in_, self.n_features_out_))
        return f"say too little; about {enough} are needed, twice the width"

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
        self.towards_ = start_of(self.towards, moments)
        within = self.towards_ == "identity"
        if within:
            moments = differences(moments)
        given = not isinstance(self.alpha, str)
        alphas = np.array([float(self.alpha)]) if given else _grid(self.alphas, moments, within)
        self.alphas_ = alphas
        values, vectors = eigh_of(moments.source)
        projected = projected_cross(moments)
        # Relative to the mean over all columns, those without variance included.
        penalties = self.alphas_ * (values.sum() / moments.source.width)
        self.gcv_values_ = _gcv_path(moments, penalties)
        path = self.gcv_values_
        if rows is not None:
            path = self.loo_values_ = _leave_one_out(
                rows, moments, projected, penalties, within=within
            )
        # The last of equal minima: the criterion may be flat, or infinite all along.
        best = len(penalties) - 1 - int(path[::-1].argmin())
        self.alpha_ = float(self.alphas_[best])
        coef = vectors @ (projected / (values + penalties[best])[:, None])
        intercept = moments.target.mean - moments.source.mean @ coef
        if within:
            coef.flat[:: len(coef) + 1] += 1.0
        return self._set_affine(coef, intercept)


def start_of(towards: str, moments: PairMoments) -> str:
    """Return what a map is shrunk to, "zero" or "identity", given what was asked for."""
    same_width = moments.source.width == moments.target.width
    if towards == "identity" and not same_width:
        raise ValueError(
            f"towards='identity' needs spaces of one width, but the source has "
            f"{moments.source.width} columns and the target {moments.target.width}: use "
            "towards='auto' or 'zero'"
        )
    if towards != "auto":
        return towards
    if not one_space(moments):
        return "zero"
    return moments.memo("start", lambda: _start_within(moments))


def _start_within(moments: PairMoments) -> str:
    """Return "zero" where the pairs are many and show a clear way from one side to the other."""
    if moments.source is moments.target or _are_few(moments):
        return "identity"
    errors = []
    for ways, within in ((moments, False), (differences(moments), True)):
        penalties = _grid(None, ways, within) * float(np.mean(ways.source.squares)) / ways.weight
        errors.append(float(_gcv_path(ways, penalties).min()))
    return "zero" if errors[0] < CLEAR * errors[1] else "identity"


def _are_few(moments: PairMoments) -> bool:
    """Tell whether pairs of one space are too few for more than the mean."""
    return round(moments.n_effective) < min(FEWEST_PAIRS, 1 + moments.source.width)


def _grid(alphas: Any, moments: PairMoments, within: bool) -> Float64Array:
    """Candidates for the penalty, ascending; none too low `within` one space.

    For None four per power of ten.
    """
    if alphas is None:
        grid: Float64Array = np.logspace(-5, 4, 37) if within else np.logspace(-5, 2, 29)
    else:
        grid = np.asarray(alphas, dtype=np.float64)
        if grid.ndim != 1 or not grid.size or not (np.isfinite(grid) & (grid > 0)).all():
            raise ValueError(f"alphas must be a list of positive finite numbers, got {alphas!r}")
    if not within:
        return np.sort(grid)
    return np.unique(np.maximum(grid, lowest_within(moments)))


def lowest_within(moments: PairMoments) -> float:
    """Return the lowest penalty that a map within one space chooses."""
    return SHIFT_ALONE if _are_few(moments) else FLOOR / math.sqrt(moments.n_effective)


def projected_cross(moments: PairMoments) -> Float64Array:
    """Cross covariance in the eigenvectors of the source covariance; once per moments."""
    _, vectors = eigh_of(moments.source)
    return moments.memo(
        "projected_cross", lambda: vectors.T @ np.asarray(moments.cross / moments.weight)
    )


def _gcv_path(moments: PairMoments, penalties: Float64Array) -> Float64Array:
    """Criterion of generalised cross-validation for each penalty.

    Residual sum and residual degrees of freedom are written as sums of terms >= 0, for both go to
    zero together where the pairs are fewer than the columns.
    """
    values, _ = eigh_of(moments.source)
    projected = projected_cross(moments)
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
    rows: Rows,
    moments: PairMoments,
    projected: Float64Array,
    penalties: Float64Array,
    *,
    within: bool,
) -> Float64Array:
    """Return the weighted mean squared error of each pair under the map fitted without it.

    One number per penalty; means and map are those of the other pairs, the absolute penalty is
    kept. Infinite where a pair alone decides its own prediction. `projected` is the cross
    covariance in the eigenvectors of the source covariance. `within` one space, `moments` and
    errors are those of the differences.
    """
    S, T, weights = rows
    values, vectors = eigh_of(moments.source)
    errors = np.zeros(len(penalties))
    # Scores, targets and predictions of a block are held at once.
    width = len(values) + 2 * moments.target.width + moments.source.width
    for block in row_blocks(len(S), width):
        scores = (S[block] - moments.source.mean) @ vectors
        target = T[block] - moments.target.mean
        if within:
            target -= S[block]
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
