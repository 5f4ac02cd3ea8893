"""Relaxed CSLS: a linear map trained for retrieval."""

from __future__ import annotations

import math
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np

from langalign_sk._numeric import (
    BLOCK_BYTES,
    Adjustment,
    Float64Array,
    FloatArray,
    IntArray,
    PairMoments,
    best_pairs,
    centred_units,
    least_squares_scale,
    rotation_of,
    row_blocks,
    unit_rows,
)
from langalign_sk.maps._affine import AffineMixin
from langalign_sk.maps._base import BaseMap, Weights
from langalign_sk.maps._parameters import (
    COUNT,
    COUNT_OR_ZERO,
    NOT_NEGATIVE,
    Constraints,
    generator,
)


class RCSLSMap(AffineMixin, BaseMap, name="rcsls"):
    r"""Turn source rows so that each finds its translation first, by relaxed CSLS.

    Starts at Procrustes and gives up the orthogonality where that brings translations nearer than
    the neighbours that crowd around them. For retrieval and lexicon induction; as a step before
    a classifier it has no such reason, for it does not aim at the target rows themselves.

    Parameters
    ----------
    n_neighbors : int, default=10
        Neighbours that count as a crowd.
    n_candidates : int, default=3000
        Pairs, drawn at random, among whose rows neighbours are looked for; the attraction of
        translations is taken over all pairs.
    max_iter : int, default=50
        Most steps.
    tol : float, default=1e-3
        Stop when a step lowers the objective by less than this share of what it was.
    random_state : int, Generator, RandomState or None, default=None
        Draws the candidates; of no use where they are all pairs.

    Attributes
    ----------
    coef_ : ndarray of shape (d_source, d_target), float64
        The trained matrix, of spectral norm at most 1, times the scale.
    intercept_ : ndarray of shape (d_target,), float64
    objective_curve_ : list of float
        The objective at the start and after each step; it never rises.
    n_iter_ : int
        Number of steps taken.
    scale_ : float
        The factor that brings mapped rows to the lengths of target rows, by least squares.
    n_features_in_, n_features_out_ : int

    See Also
    --------
    ProcrustesMap : The start.

    Notes
    -----
    Rows are centred and brought to unit length, x_i and y_i; with N the nearest rows by dot
    product, k of them, this is [1]_

    .. math::
        \min_{\lVert Q \rVert_2 \le 1} \; -2 \sum_i w_i\, x_i^\top Q y_i
        + \sum_i w_i \frac1k \sum_{y \in N_Y(Q^\top x_i)} x_i^\top Q y
        + \sum_i w_i \frac1k \sum_{x \in N_X(y_i)} x^\top Q y_i,

    convex in Q, with weights of sum 1, the last two sums over the candidates. A projected
    subgradient step that does not lower the objective is halved until it does; one that does is
    followed by a longer one. The map is :math:`x \mapsto c\, Q^\top (x - m_s) + m_t` on raw
    rows. A step costs O(m^2 e) for m candidates, and one eigendecomposition of
    the smaller width.

    References
    ----------
    .. [1] A. Joulin, P. Bojanowski, T. Mikolov, H. Jegou, E. Grave. Loss in translation: learning
       bilingual word mapping with a retrieval criterion. EMNLP 2018.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.maps import RCSLSMap
    >>> rng = np.random.default_rng(0)
    >>> S = rng.standard_normal((200, 5))
    >>> T = S @ np.linalg.qr(rng.standard_normal((5, 5)))[0] + 0.3 * rng.standard_normal((200, 5))
    >>> fitted = RCSLSMap(random_state=0).fit(S, T)
    >>> fitted.objective_curve_[-1] < fitted.objective_curve_[0]
    True
    """

    uses_unlabeled = False

    _parameter_constraints: ClassVar[Constraints] = {
        "n_neighbors": [COUNT],
        "n_candidates": [COUNT],
        "max_iter": [COUNT_OR_ZERO],
        "tol": [NOT_NEGATIVE],
    }

    def __init__(
        self,
        *,
        n_neighbors: int = 10,
        n_candidates: int = 3000,
        max_iter: int = 50,
        tol: float = 1e-3,
        random_state: Any = None,
    ) -> None:
        self.n_neighbors = n_neighbors
        self.n_candidates = n_candidates
        self.max_iter = max_iter
        self.tol = tol
        self.random_state = random_state

    def _pairs_needed(self, d_source: int, d_target: int) -> int:
        return 1 + min(d_source, d_target)

    def _fit(self, S: FloatArray, T: FloatArray, weights: Weights, *unlabeled: Any) -> Self:
        raw = PairMoments.from_rows(S, T, weights)
        present = np.arange(len(S)) if weights is None else np.flatnonzero(weights)
        if len(present) > self.n_candidates:
            rng = generator(self.random_state)
            present = np.sort(rng.permutation(present)[: self.n_candidates])
        problem = _Objective(
            _unit_moments(S, T, weights, raw),
            centred_units(S[present], raw.source.mean),
            centred_units(T[present], raw.target.mean),
            np.ones(len(present)) if weights is None else weights[present],
            self.n_neighbors,
        )
        Q = self._descend(problem, rotation_of(raw))
        self.scale_ = least_squares_scale(raw, Q)
        coef = self.scale_ * Q
        return self._set_affine(coef, raw.target.mean - raw.source.mean @ coef)

    def _descend(self, problem: _Objective, Q: Float64Array) -> Float64Array:
        """Descend along projected subgradients, by no step upwards."""
        point = problem.at(Q)
        self.objective_curve_ = [point.value]
        step = math.sqrt(len(Q))  # about the length of Q itself
        for _ in range(self.max_iter):
            slope = problem.subgradient(point)
            length = float(np.linalg.norm(slope))
            if length == 0:
                break
            found = point
            while found.value >= point.value and step > 1e-6 * math.sqrt(len(Q)):
                found = problem.at(_into_ball(point.Q - (step / length) * slope))
                step /= 1 if found.value < point.value else 2
            gain = point.value - found.value
            if gain <= 0:
                break
            point = found
            self.objective_curve_.append(point.value)
            step *= 1.5
            if gain < self.tol * abs(self.objective_curve_[-2]):
                break
        self.n_iter_ = len(self.objective_curve_) - 1
        return point.Q


class _Point(NamedTuple):
    """A matrix, the loss there, and the neighbours that made it, of mapped and of target rows."""

    Q: Float64Array
    value: float
    near_mapped: IntArray
    near_targets: IntArray


class _Objective:
    """Relaxed CSLS loss and a subgradient of it."""

    def __init__(
        self, attraction: Float64Array, X: Float64Array, Y: Float64Array, weights: Any, k: int
    ) -> None:
        self._attraction = attraction
        self._X, self._Y = X, Y
        self._targets = unit_rows(np.pad(Y, ((0, 0), (0, 1))))
        self._weights = weights / weights.sum()
        self._k = min(k, len(X))

    def at(self, Q: Float64Array) -> _Point:
        """Return the loss at `Q`, neighbours taken afresh: one pass over the products."""
        mapped = self._X @ Q
        # Mapped rows are no longer than 1: a column of what is missing brings them to unit
        # length, so that dot products are cosines, and meets a zero on the other side.
        missing = np.sqrt((1.0 - np.einsum("ij,ij->i", mapped, mapped)).clip(0))
        near_mapped, near_targets = best_pairs(
            unit_rows(np.column_stack([mapped, missing])),
            self._targets,
            Adjustment(),
            k_rows=self._k,
            k_columns=self._k,
            block_bytes=BLOCK_BYTES,
        )
        value = -2.0 * float(np.sum(self._attraction * Q))
        for near in (near_mapped, near_targets):
            value += float(self._weights @ near.values.mean(axis=1, dtype=float))
        return _Point(Q, value, near_mapped.indices, near_targets.indices)

    def subgradient(self, point: _Point) -> Float64Array:
        """Return the slope with the neighbours held fixed."""
        w = self._weights[:, None]
        slope = self._X.T @ (w * _means(self._Y, point.near_mapped))
        slope += _means(self._X, point.near_targets).T @ (w * self._Y)
        total: Float64Array = slope - 2.0 * self._attraction
        return total


def _means(rows: Float64Array, index: IntArray) -> Float64Array:
    """Return the mean of the rows that each line of `index` names, block by block."""
    out = np.empty((len(index), rows.shape[1]))
    for block in row_blocks(len(index), index.shape[1] * rows.shape[1]):
        out[block] = rows[index[block]].mean(axis=1)
    return out


def _unit_moments(S: FloatArray, T: FloatArray, weights: Weights, raw: PairMoments) -> Float64Array:
    """Return the weighted mean of the outer products of centred unit rows."""
    total = np.zeros((S.shape[1], T.shape[1]))
    for rows in row_blocks(len(S), S.shape[1] + T.shape[1]):
        X = centred_units(S[rows], raw.source.mean)
        Y = centred_units(T[rows], raw.target.mean)
        total += X.T @ (Y if weights is None else weights[rows, None] * Y)
    return total / raw.weight


def _into_ball(Q: Float64Array) -> Float64Array:
    """Return the nearest matrix of spectral norm at most 1."""
    if len(Q) < Q.shape[1]:
        return _into_ball(Q.T).T
    # Cheaper than singular values, and as exact: only those above 1 are touched.
    squares, V = np.linalg.eigh(Q.T @ Q)
    V = V[:, squares > 1.0]
    shorter = 1.0 / np.sqrt(squares[squares > 1.0]) - 1.0
    inside: Float64Array = Q + ((Q @ V) * shorter) @ V.T
    return inside
