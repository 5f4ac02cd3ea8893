"""Judging each pair of rows by the others: which are no translations."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from langalign_sk._numeric import (
    Float64Array,
    FloatArray,
    Moments,
    PairMoments,
    as_float_matrix,
    as_weights,
    row_blocks,
)
from langalign_sk.maps._parameters import generator

#: Pairs below which a fold says nothing about the others.
FEWEST_PAIRS = 30
#: Strong, so that it also holds for fewer pairs than columns; with many pairs it costs nothing.
RELATIVE_PENALTY = 3.0
#: Deals the folds. Not a common seed: pairs that somebody shuffled by the same draws would share a
#: fold.
DEAL = 2503
#: The lower half of the null scores, where hardly any good pair is found.
TAIL = 0.5


@dataclass(frozen=True)
class PairFit:
    """Judgement of every pair.

    Parameters
    ----------
    scores : ndarray of shape (n,)
        Log-odds of the two rows as translations against the same rows met at random.
    good : ndarray of shape (n,)
        Probability that the pair is no random one, given the estimated share of these.
    bad_share : float
        Estimated share of pairs that fit no better than random ones.
    """

    scores: Float64Array
    good: Float64Array
    bad_share: float


def judge_pairs(
    S: Any,
    T: Any,
    sample_weight: Any = None,
    *,
    n_folds: int = 3,
    n_passes: int = 2,
    random_state: Any = DEAL,
) -> PairFit:
    r"""Score each pair by what the other pairs say, and estimate which are wrong.

    Parameters
    ----------
    S, T : array-like of shape (n, d_source) and (n, d_target)
        Row pairs, at least 30. Memory maps are read block by block.
    sample_weight : array-like of shape (n,), optional
        Weight of each pair, >= 0.
    n_folds : int, default=3
        Each fold is scored by the relation learned from the others.
    n_passes : int, default=2
        Passes after the first learn from the pairs weighted by how good they looked.
    random_state : int, Generator, RandomState or None, default=2503
        Deals the folds and draws the random pairs.

    Returns
    -------
    PairFit

    Notes
    -----
    On the pairs of the other folds both sides are whitened (with a ridge) and turned into
    canonical coordinates x and y, in which column j of one side goes with column j of the other at
    correlation r_j, measured on the fold itself without the pair in question. Were the rows
    Gaussian, the log of the density of the pair over that of its two rows met at random would be

    .. math::
        \sum_j -\tfrac12 \log(1 - r_j^2)
        - \frac{r_j^2 (x_j^2 + y_j^2) - 2 r_j x_j y_j}{2 (1 - r_j^2)}.

    Deliberately mismatched pairs of the fold give the scores of the null. The share of bad pairs
    is how often a pair scores below the median of these, relative to one half; the
    density ratio f_0 / f of null and pairs is fitted by isotonic regression, and a pair is good
    with probability 1 - share * f_0 / f.

    Each pass costs about as much as accumulating the moments, and two eigendecompositions and a
    singular value decomposition per fold.
    """
    S, T = as_float_matrix(S, name="source pairs"), as_float_matrix(T, name="target pairs")
    if len(S) != len(T):
        raise ValueError(f"source pairs have {len(S)} rows, target pairs {len(T)}")
    if len(S) < FEWEST_PAIRS:
        raise ValueError(
            f"{len(S)} pairs are too few to judge each of them by the others: at least "
            f"{FEWEST_PAIRS} are needed"
        )
    given = as_weights(sample_weight, len(S))
    rng = generator(random_state)
    folds = [np.sort(part) for part in np.array_split(rng.permutation(len(S)), n_folds)]
    partners = [_derangement(part, rng) for part in folds]
    weights = np.ones(len(S)) if given is None else given
    share = 1.0
    for _ in range(n_passes):
        scores, null = _scores(S, T, weights, folds, partners)
        # Good pairs among the low scores can only add to it: the lowest estimate is the best.
        share = min(share, float(np.mean(scores < np.quantile(null, TAIL))) / TAIL)
        good = _probability(scores, null, share)
        weights = good if given is None else good * given
        # Nothing left to learn from: the pairs are no better than random ones.
        if any(not weights[part].any() for part in folds):
            break
    return PairFit(scores, good, share)


def _derangement(rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A random partner for each of `rows` out of them, never itself."""
    order = rng.permutation(len(rows))
    partner = np.empty_like(rows)
    partner[order] = rows[np.roll(order, 1)]
    return partner


def _scores(
    S: FloatArray,
    T: FloatArray,
    weights: Float64Array,
    folds: list[np.ndarray],
    partners: list[np.ndarray],
) -> tuple[Float64Array, Float64Array]:
    """Scores of all pairs, and of each source row with a random target row of its fold."""
    parts = [_fold_moments(S, T, weights, rows) for rows in folds]
    scores, null = np.empty(len(S)), np.empty(len(S))
    for k, (rows, partner) in enumerate(zip(folds, partners, strict=True)):
        others = [part for j, part in enumerate(parts) if j != k]
        judge = _Judge(sum(others[1:], start=others[0]), parts[k])
        for block in row_blocks(len(rows), 3 * max(S.shape[1], T.shape[1])):
            i = rows[block]
            scores[i], null[i] = judge(S[i], T[i], T[partner[block]], weights[i])
    return scores, null


def _fold_moments(
    S: FloatArray, T: FloatArray, weights: Float64Array, rows: np.ndarray
) -> PairMoments:
    """Accumulate the moments of some rows, gathered block by block."""
    if not weights[rows].any():
        raise ValueError("too few pairs of positive weight to judge each of them by the others")
    blocks = row_blocks(len(rows), S.shape[1] + T.shape[1], block_bytes=64 * 2**20)
    return PairMoments.from_blocks(
        (S[rows[block]], T[rows[block]], weights[rows[block]]) for block in blocks
    )


class _Judge:
    """Log-odds under the canonical coordinates of `train`, with the correlations of `fold`."""

    def __init__(self, train: PairMoments, fold: PairMoments) -> None:
        white_s, white_t = _whitening(train.source), _whitening(train.target)
        U, _, Vt = np.linalg.svd(
            white_s.T @ (train.cross / train.weight) @ white_t, full_matrices=False
        )
        self._mean_s, self._mean_t = train.source.mean, train.target.mean
        A, B = white_s @ U, white_t @ Vt.T
        step_s, step_t = fold.source.mean - self._mean_s, fold.target.mean - self._mean_t
        # Second moments about the means of `train`, from the moments of the fold.
        self._A = A / _root(_quadratic(A, fold.source.covariance, A) + (step_s @ A) ** 2)
        self._B = B / _root(_quadratic(B, fold.target.covariance, B) + (step_t @ B) ** 2)
        cross = _quadratic(self._A, fold.cross / fold.weight, self._B)
        self._weight = fold.weight
        self._sum = fold.weight * (cross + (step_s @ self._A) * (step_t @ self._B))

    def __call__(
        self, S: FloatArray, T: FloatArray, other: FloatArray, weights: Float64Array
    ) -> tuple[Float64Array, Float64Array]:
        """Scores of the pairs (S, T) of the fold, and of (S, other)."""
        x, y = (S - self._mean_s) @ self._A, (T - self._mean_t) @ self._B
        w = weights[:, None]
        # Without the pair itself, which would vouch for itself where pairs are few. Its share of
        # the variances goes too: else r, and so the null, would depend on the length of its rows.
        left_x, left_y = (self._weight - w * z * z for z in (x, y))
        r = (self._sum - w * x * y) / np.sqrt(np.maximum(left_x * left_y, math.ulp(1.0)))
        np.clip(r, 0.0, 0.99, out=r)
        return _log_odds(x, y, r), _log_odds(x, (other - self._mean_t) @ self._B, r)


def _whitening(moments: Moments) -> Float64Array:
    """Matrix that gives columns of covariance near the identity, large directions more so."""
    values, vectors = np.linalg.eigh(moments.covariance)
    penalty = RELATIVE_PENALTY * float(values.clip(0).mean())
    root: Float64Array = vectors / _root(values.clip(0) + penalty)
    return root


def _root(values: Float64Array) -> Float64Array:
    """Square roots to divide by; 1 where there is no variance at all."""
    return np.sqrt(np.where(values > 0, values, 1.0))


def _quadratic(A: Float64Array, middle: Float64Array, B: Float64Array) -> Float64Array:
    """Diagonal of ``A.T @ middle @ B``."""
    diagonal: Float64Array = np.einsum("ij,ij->j", A, middle @ B)
    return diagonal


def _log_odds(x: Float64Array, y: Float64Array, r: Float64Array) -> Float64Array:
    """Log density of each pair of canonical coordinates over that of its two rows by themselves."""
    square = r * r
    rest = 1.0 - square
    terms = (square * (x * x + y * y) - 2.0 * r * x * y) / rest + np.log(rest)
    total: Float64Array = -0.5 * terms.sum(axis=1)
    return total


def _probability(scores: Float64Array, null: Float64Array, share: float) -> Float64Array:
    """Probability that each pair is no draw from the null, never falling with the score."""
    from sklearn.isotonic import IsotonicRegression

    x = np.concatenate([scores, null])
    is_pair = np.repeat([1.0, 0.0], [len(scores), len(null)])
    isotonic = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip")
    ratio = isotonic.fit(x, is_pair).predict(scores)  # f / (f + f_0)
    odds = (1.0 - ratio) / np.maximum(ratio, math.ulp(1.0))
    probability: Float64Array = np.clip(1.0 - share * odds, 0.0, 1.0)
    return probability
