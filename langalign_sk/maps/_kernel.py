"""Kernel ridge regression on explicit features, fitted from their moments."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np

from langalign_sk._numeric import (
    Float64Array,
    FloatArray,
    Nystroem,
    PairMoments,
    mean_and_spread,
    median_squared_distance,
    row_blocks,
)
from langalign_sk.maps._base import BaseMap, Weights
from langalign_sk.maps._parameters import (
    COUNT,
    PENALTY,
    POSITIVE,
    TOWARDS,
    Constraints,
    generator,
    one_of,
)
from langalign_sk.maps._ridge import RidgeMap, lowest_within, start_of


class FourierFeatures:
    """Random Fourier features of a Gaussian kernel: frequencies as rows, one phase for each."""

    def __init__(self, waves: Float64Array, phases: Float64Array) -> None:
        self.waves = waves
        self.phases = phases

    def kernel(self, centred: Float64Array) -> Float64Array:
        """Return the features of rows, shape (n, number of frequencies)."""
        values: Float64Array = centred @ self.waves.T
        values += self.phases
        np.cos(values, out=values)
        values *= math.sqrt(2.0 / len(self.phases))
        return values


class KernelMap(BaseMap, name="kernel"):
    r"""Predict target rows by kernel ridge regression: a smooth map that need not be linear.

    A Gaussian kernel, approximated by a fixed number of features, next to the linear features
    themselves. For spaces of unrelated encoders, whose relation no matrix describes, and pairs in
    the thousands; then the cost grows with the number of pairs as that of `RidgeMap` does.

    Parameters
    ----------
    n_components : int, default=1200
        Number of landmarks or random features. With "nystroem" and no fewer than the pairs, the
        approximation is exact.
    gamma : float, default=0.5
        Sharpness of the kernel, relative to the median squared distance between source rows:
        at that distance the kernel is ``exp(-gamma)``.
    alpha : float or "gcv", default="gcv"
        Penalty, relative to the mean variance of a feature, as in `RidgeMap`; "gcv" chooses by
        generalised cross-validation on the features.
    features : {"nystroem", "fourier"}, default="nystroem"
        Kernel values with random source rows as landmarks, decorrelated; or random Fourier
        features, which depend on the data through `gamma` alone.
    linear : bool, default=True
        Add the linear kernel, so that far from all pairs the map goes on as a linear one.
    alphas : array-like of shape (n_alphas,), optional
        Candidates for ``alpha="gcv"``; None for those of `RidgeMap`, continued down to 1e-8.
    towards : {"auto", "zero", "identity"}, default="auto"
        As in `RidgeMap`: within one space the differences between target and source rows are
        learned, and the rows added back.
    random_state : int, Generator, RandomState or None, default=None
        Draws landmarks or features; None differs from fit to fit.

    Attributes
    ----------
    alpha_ : float
        The penalty used.
    gamma_ : float
        The sharpness used, in absolute terms.
    towards_ : {"zero", "identity"}
        What the map was shrunk to.
    n_components_ : int
        Number of landmarks or random features in use.
    n_features_in_, n_features_out_ : int

    See Also
    --------
    RidgeMap : The linear map, with the same penalty.
    sklearn.kernel_ridge.KernelRidge : The exact solution, O(n^3).

    Notes
    -----
    With m the mean of the source rows, V their total variance and M the median squared distance,
    the kernel is

    .. math::
        k(x, z) = \exp\left(-\frac{\gamma}{M} \lVert x - z \rVert^2\right)
        + \frac{(x - m)^\top (z - m)}{V},

    the second term with ``linear=True``. Nystroem features [1]_ of landmarks L are
    :math:`\Lambda^{-1/2} U^\top k(L, x)` with :math:`k(L, L) = U \Lambda U^\top`, random Fourier
    features [2]_ :math:`\sqrt{2 / D} \cos(\omega_j^\top x + b_j)`. Ridge regression from features
    to target rows is solved from the moments of both, accumulated block by block: with D features
    and d + e columns O(n (D + d + e)^2), then one eigendecomposition O((D + d)^3). Landmarks cost
    O(n D (d + D)) more. A row is mapped in O(D (d + e)).

    Landmarks are drawn from all pairs of positive weight, whatever the weight: a landmark is a
    place in the source space, which a bad translation leaves as good as it was.

    References
    ----------
    .. [1] C. Williams, M. Seeger. Using the Nystroem method to speed up kernel machines. NIPS 2000.
    .. [2] A. Rahimi, B. Recht. Random features for large-scale kernel machines. NIPS 2007.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.maps import KernelMap
    >>> rng = np.random.default_rng(0)
    >>> S = rng.uniform(-2, 2, (500, 2))
    >>> T = np.column_stack([np.sin(2 * S[:, 0]), S[:, 0] * S[:, 1]])
    >>> kernel = KernelMap(100, gamma=5.0, random_state=0).fit(S[:400], T[:400])
    >>> bool(np.abs(kernel.transform(S[400:]) - T[400:]).mean() < 0.02)
    True
    """

    uses_unlabeled = False

    _features: Nystroem | FourierFeatures

    _parameter_constraints: ClassVar[Constraints] = {
        "n_components": [COUNT],
        "gamma": [POSITIVE],
        "features": [one_of("nystroem", "fourier")],
        "linear": ["boolean"],
        **PENALTY,
        **TOWARDS,
    }

    def __init__(
        self,
        n_components: int = 1200,
        *,
        gamma: float = 0.5,
        alpha: float | str = "gcv",
        features: str = "nystroem",
        linear: bool = True,
        alphas: Any = None,
        towards: str = "auto",
        random_state: Any = None,
    ) -> None:
        self.n_components = n_components
        self.gamma = gamma
        self.alpha = alpha
        self.features = features
        self.linear = linear
        self.alphas = alphas
        self.towards = towards
        self.random_state = random_state

    def _fit(self, S: FloatArray, T: FloatArray, weights: Weights, *unlabeled: Any) -> None:
        rng = generator(self.random_state)
        pairs = PairMoments.from_rows(S, T, weights, target_scatter=False)
        self.towards_ = start_of(self.towards, pairs)
        within = self.towards_ == "identity"
        if self.features == "fourier":  # drawn first, so that they depend on nothing but the seed
            waves = rng.standard_normal((self.n_components, S.shape[1]))
            phases = rng.uniform(0, 2 * np.pi, self.n_components)
        drawn = rng.permutation(np.arange(len(S)) if weights is None else np.flatnonzero(weights))
        self._mean, spread = mean_and_spread(S, weights)
        # Of a number of rows that does not depend on the number of landmarks, which may be small.
        near = S[np.sort(drawn[:1000])] - self._mean
        self.gamma_ = self.gamma / median_squared_distance(near)
        root = None
        if self.features == "fourier":
            self._features = FourierFeatures(waves * math.sqrt(2 * self.gamma_), phases)
            self.n_components_ = self.n_components
        else:
            landmarks = S[np.sort(drawn[: self.n_components])]
            cut = len(landmarks) * np.finfo(np.float64).eps
            lift = Nystroem(landmarks, mean=self._mean, gamma=self.gamma_, cut=cut)
            self._features, self.n_components_, root = lift, len(landmarks), lift.root_
        scale = 1.0 / math.sqrt(spread) if spread > 0 else 1.0

        def features(rows: slice) -> Float64Array:
            centred = S[rows] - self._mean
            values = self._features.kernel(centred)
            values = values if root is None else values @ root
            return np.hstack([values, centred * scale]) if self.linear else values

        def aim(rows: slice) -> FloatArray:
            return T[rows] - S[rows] if within else T[rows]

        # Large blocks: each one ends in a sum of square matrices as wide as the features.
        width = self.n_components_ + S.shape[1] + T.shape[1]
        moments = PairMoments.from_blocks(
            (features(rows), aim(rows), None if weights is None else weights[rows])
            for rows in row_blocks(len(S), width, block_bytes=64 * 2**20)
        )
        alphas = np.logspace(-8, 4 if within else 2, 49 if within else 41)
        alphas = alphas if self.alphas is None else self.alphas
        if within:  # relative to the features, which are more than the columns
            lowest = lowest_within(pairs) * moments.source.width / S.shape[1]
            alphas = np.maximum(alphas, lowest)
        ridge = RidgeMap(self.alpha, alphas=alphas, towards="zero")._fit_moments(moments)
        self.alpha_, self._intercept = ridge.alpha_, ridge.intercept_
        # Folded, so that transform needs kernel values and rows, never the features themselves.
        n_kernel = self.n_components_ if root is None else root.shape[1]
        inner = ridge.coef_[:n_kernel]
        self._coef_kernel = inner if root is None else root @ inner
        self._coef_linear = ridge.coef_[n_kernel:] * scale if self.linear else None
        if within:
            rows_back = np.eye(S.shape[1])
            linear = self._coef_linear
            self._coef_linear = rows_back if linear is None else linear + rows_back
            self._intercept = self._intercept + self._mean

    def _transform(self, X: FloatArray) -> FloatArray:
        out = np.empty((len(X), self.n_features_out_), dtype=X.dtype)
        for rows in row_blocks(len(X), self.n_components_ + self.n_features_in_):
            centred = X[rows] - self._mean
            block = self._features.kernel(centred) @ self._coef_kernel
            if self._coef_linear is not None:
                block += centred @ self._coef_linear
            out[rows] = block + self._intercept
        return out
