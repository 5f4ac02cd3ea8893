"""Features of a Gaussian kernel from landmarks (Nystroem)."""

from __future__ import annotations

import numpy as np
from scipy.spatial.distance import pdist

from langalign_sk._numeric._arrays import Float64Array, FloatArray

#: Sharpness of the kernel, relative to the median squared distance between rows.
SHARPNESS = 0.5
#: Rows among which that median is taken at most.
MEDIAN_ROWS = 1000


class GaussianKernel:
    """Gaussian kernel of rows with landmarks; see :class:`Nystroem` for the parameters."""

    def __init__(
        self,
        landmarks: FloatArray,
        *,
        mean: Float64Array | None = None,
        gamma: float | None = None,
    ) -> None:
        rows = np.asarray(landmarks, dtype=np.float64)
        if mean is None:
            mean = rows.mean(axis=0) if len(rows) else np.zeros(rows.shape[1])
        self.mean_: Float64Array = mean
        self.landmarks_: Float64Array = rows - mean
        self.gamma_ = SHARPNESS / median_squared_distance(rows - mean) if gamma is None else gamma

    def kernel(self, centred: Float64Array) -> Float64Array:
        """Return the kernel of rows less the mean with each landmark, shape (n, m)."""
        values: Float64Array = centred @ self.landmarks_.T
        values *= 2.0
        values -= np.einsum("ij,ij->i", self.landmarks_, self.landmarks_)
        values -= np.einsum("ij,ij->i", centred, centred)[:, None]
        np.minimum(values, 0.0, out=values)  # minus the squared distance: rounding may pass zero
        values *= self.gamma_
        np.exp(values, out=values)
        return values


class Nystroem(GaussianKernel):
    r"""Gaussian kernel values with landmarks, decorrelated: rows of features.

    The dot product of the features of two rows is near the kernel of the rows, and exactly it for
    landmarks. Fitted when built; the state is four arrays and numbers.

    Parameters
    ----------
    landmarks : ndarray of shape (m, d)
        Rows to compare with; none give no features.
    mean : ndarray of shape (d,), optional
        Taken off landmarks and rows first, for squared distances between rows far from the origin
        are all rounding. None takes the mean of the landmarks.
    gamma : float, optional
        Sharpness, in absolute terms: the kernel is ``exp(-gamma * squared distance)``. None takes
        0.5 over the median squared distance between (the first 1000) landmarks.
    cut : float, default=1e-6
        Directions of the landmarks' kernel with less than this share of its largest eigenvalue are
        left out: landmarks that nearly repeat others would add nothing but rounding noise.

    Attributes
    ----------
    mean_ : ndarray of shape (d,)
    landmarks_ : ndarray of shape (m, d)
        The landmarks less the mean.
    gamma_ : float
    root_ : ndarray of shape (m, n_features_out_)
        What makes features of kernel values.

    Notes
    -----
    With :math:`k(L, L) = U \Lambda U^\top` the features are :math:`\Lambda^{-1/2} U^\top k(L, x)`.
    `sklearn.kernel_approximation.Nystroem` has the same dot products, but neither the mean nor the
    cut.
    """

    def __init__(
        self,
        landmarks: FloatArray,
        *,
        mean: Float64Array | None = None,
        gamma: float | None = None,
        cut: float = 1e-6,
    ) -> None:
        super().__init__(landmarks, mean=mean, gamma=gamma)
        kernel = self.kernel(self.landmarks_)
        values, vectors = np.linalg.eigh((kernel + kernel.T) / 2)
        kept = values > cut * values.max(initial=0.0)
        self.root_: Float64Array = vectors[:, kept] / np.sqrt(values[kept])

    @property
    def n_features_out_(self) -> int:
        """Number of features, at most that of the landmarks."""
        return int(self.root_.shape[1])

    def transform(self, X: FloatArray) -> Float64Array:
        """Return the features of rows, shape (n, n_features_out_)."""
        features: Float64Array = self.kernel(X - self.mean_) @ self.root_
        return features


def median_squared_distance(rows: Float64Array) -> float:
    """Return the median over pairs of the first rows; 1 where all of them are equal."""
    if len(rows) < 2:
        return 1.0
    distances = pdist(rows[:MEDIAN_ROWS], "sqeuclidean")
    middle = float(np.median(distances)) or float(distances.mean())
    return middle or 1.0
