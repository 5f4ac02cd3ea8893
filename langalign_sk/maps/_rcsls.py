"""Relaxed CSLS: a linear map trained for retrieval."""

from __future__ import annotations

import math
from typing import Any, Self

import numpy as np

from langalign_sk._numeric import (
    FloatArray,
    Moments,
    PairMoments,
    mean_similarity,
    nearest,
    row_blocks,
)
from langalign_sk._numeric._arrays import Float64Array
from langalign_sk._numeric._linalg import rotation_of
from langalign_sk.maps._affine import AffineMixin
from langalign_sk.maps._base import BaseMap
from langalign_sk.maps._random import generator


class RCSLSMap(AffineMixin, BaseMap):
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
        Widths of the two spaces.

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
    rows. A step costs O(m^2 (d + e)) for m candidates, and one singular value decomposition.

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

    objective_curve_: list[float]
    n_iter_: int
    scale_: float

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

    def fit(
        self,
        S: Any,
        T: Any,
        sample_weight: Any = None,
        *,
        unlabeled_source: Any = None,
        unlabeled_target: Any = None,
    ) -> Self:
        """Learn the map from pairs of rows.

        Parameters
        ----------
        S, T : array-like of shape (n, d_source) and (n, d_target)
            Row i of `S` and row i of `T` mean the same.
        sample_weight : array-like of shape (n,), optional
            Weight of each pair, >= 0.
        unlabeled_source, unlabeled_target : ignored

        Returns
        -------
        self
        """
        for name in ("n_neighbors", "n_candidates"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        S, T, weights = self._check_pairs(S, T, sample_weight)
        raw = PairMoments.from_rows(S, T, weights)
        present = np.arange(len(S)) if weights is None else np.flatnonzero(weights)
        if len(present) > self.n_candidates:
            rng = generator(self.random_state)
            present = np.sort(rng.permutation(present)[: self.n_candidates])
        unit = _unit_moments(S, T, weights, raw)
        problem = _Objective(
            attraction=unit,
            X=_centred_units(S[present], raw.source.mean),
            Y=_centred_units(T[present], raw.target.mean),
            weights=np.ones(len(present)) if weights is None else weights[present],
            k=self.n_neighbors,
        )
        start, _ = rotation_of(raw)
        Q = self._descend(problem, start)
        self.scale_ = _scale(raw, Q)
        coef = self.scale_ * Q
        return self._set_affine(coef, raw.target.mean - raw.source.mean @ coef)

    def _descend(self, problem: _Objective, Q: Float64Array) -> Float64Array:
        """Projected subgradient descent that accepts no step upwards."""
        value = problem.value(Q)
        self.objective_curve_ = [value]
        step = math.sqrt(len(Q))  # about the length of Q itself
        for _ in range(self.max_iter):
            slope = problem.subgradient(Q)
            length = float(np.linalg.norm(slope))
            if length == 0:
                break
            found = None
            while step > 1e-6 * math.sqrt(len(Q)):
                moved = _into_ball(Q - (step / length) * slope)
                new = problem.value(moved)
                if new < value:
                    found = moved, new
                    break
                step /= 2
            if found is None:
                break
            gain = value - found[1]
            Q, value = found
            self.objective_curve_.append(value)
            step *= 1.5
            if gain < self.tol * abs(self.objective_curve_[-2]):
                break
        self.n_iter_ = len(self.objective_curve_) - 1
        return Q


class _Objective:
    """Relaxed CSLS loss and a subgradient of it."""

    def __init__(
        self,
        *,
        attraction: Float64Array,
        X: Float64Array,
        Y: Float64Array,
        weights: Float64Array,
        k: int,
    ) -> None:
        self._attraction = attraction
        self._X, self._Y = X, Y
        self._weights = weights / weights.sum()
        self._k = min(k, len(X))

    def _sides(self, Q: Float64Array) -> tuple[Float64Array, Float64Array]:
        """Mapped and target rows, with one more column that makes dot products cosines.

        Mapped rows are no longer than 1; a column of what is missing brings them to unit length,
        and meets a zero on the other side.
        """
        mapped = self._X @ Q
        missing = np.sqrt((1.0 - np.einsum("ij,ij->i", mapped, mapped)).clip(0))
        return np.column_stack([mapped, missing]), np.column_stack(
            [self._Y, np.zeros(len(self._Y))]
        )

    def value(self, Q: Float64Array) -> float:
        """Loss at `Q`, neighbours taken afresh."""
        of_mapped, of_targets = mean_similarity(*self._sides(Q), self._k)
        crowd = float(self._weights @ (of_mapped + of_targets))
        return crowd - 2.0 * float(np.sum(self._attraction * Q))

    def subgradient(self, Q: Float64Array) -> Float64Array:
        """Slope with the neighbours held fixed."""
        mapped, targets = self._sides(Q)
        near_mapped, _ = nearest(mapped, targets, self._k)
        near_targets, _ = nearest(targets, mapped, self._k)
        w = self._weights[:, None]
        slope = self._X.T @ (w * _means(self._Y, near_mapped))
        slope += _means(self._X, near_targets).T @ (w * self._Y)
        total: Float64Array = slope - 2.0 * self._attraction
        return total


def _means(rows: Float64Array, index: np.ndarray) -> Float64Array:
    """Mean of the rows that each line of `index` names, block by block."""
    out = np.empty((len(index), rows.shape[1]))
    for block in row_blocks(len(index), index.shape[1] * rows.shape[1]):
        out[block] = rows[index[block]].mean(axis=1)
    return out


def _centred_units(rows: FloatArray, mean: Float64Array) -> Float64Array:
    """Rows less the mean, of unit length; rows at the mean stay zero."""
    centred: Float64Array = rows - mean
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    np.divide(centred, lengths, out=centred, where=lengths > 0)
    return centred


def _unit_moments(
    S: FloatArray, T: FloatArray, weights: Float64Array | None, raw: PairMoments
) -> Float64Array:
    """Weighted mean of the outer products of centred unit rows."""
    total = np.zeros((S.shape[1], T.shape[1]))
    for rows in row_blocks(len(S), S.shape[1] + T.shape[1]):
        X = _centred_units(S[rows], raw.source.mean)
        Y = _centred_units(T[rows], raw.target.mean)
        total += X.T @ (Y if weights is None else weights[rows, None] * Y)
    return total / raw.weight


def _into_ball(Q: Float64Array) -> Float64Array:
    """The nearest matrix of spectral norm at most 1."""
    U, values, Vt = np.linalg.svd(Q, full_matrices=False)
    inside: Float64Array = (U * np.minimum(values, 1.0)) @ Vt
    return inside


def _scale(moments: PairMoments, Q: Float64Array) -> float:
    """Least-squares factor of the mapped rows; 1 where these do not vary."""
    spread = _spread(moments.source, Q)
    agreement = float(np.sum(moments.cross * Q))
    return agreement / spread if spread > 0 and agreement > 0 else 1.0


def _spread(moments: Moments, Q: Float64Array) -> float:
    """Sum of the squared lengths of the centred rows after `Q`."""
    return float(np.sum((moments.scatter @ Q) * Q))
