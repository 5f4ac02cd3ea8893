"""Features of a language's own rows in which classes can be told apart by more than a plane."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.spatial.distance import pdist
from sklearn.utils import check_random_state

from langalign_sk._numeric import Float64Array, FloatArray

#: Sharpness of the kernel, relative to the median squared distance between rows.
SHARPNESS = 0.5


class Lift:
    """Rows next to their Gaussian kernel values with landmarks, decorrelated (Nystroem)."""

    def __init__(self, rows: FloatArray, n_landmarks: int, random_state: Any) -> None:
        rng = check_random_state(random_state)
        chosen = np.sort(rng.permutation(len(rows))[:n_landmarks])
        self.landmarks_: Float64Array = np.asarray(rows[chosen], dtype=np.float64)
        self.n_features_in_ = rows.shape[1]
        self.n_features_out_ = self.n_features_in_
        if n_landmarks == 0:
            return
        distances = pdist(self.landmarks_[:1000], "sqeuclidean")
        middle = float(np.median(distances)) if len(distances) else 0.0
        self.gamma_ = SHARPNESS / (middle or 1.0)
        values, vectors = np.linalg.eigh(self._kernel(self.landmarks_))
        # Landmarks that nearly repeat others would add nothing but rounding noise.
        kept = values > values[-1] * 1e-6
        self.root_: Float64Array = vectors[:, kept] / np.sqrt(values[kept])
        self.n_features_out_ += int(kept.sum())

    def transform(self, X: FloatArray) -> Float64Array:
        """Lift rows."""
        rows: Float64Array = np.asarray(X, dtype=np.float64)
        if not len(self.landmarks_):
            return rows
        lifted: Float64Array = np.hstack([self._kernel(rows) @ self.root_, rows])
        return lifted

    def _kernel(self, X: Float64Array) -> Float64Array:
        """Gaussian kernel of rows with the landmarks."""
        values: Float64Array = 2.0 * (X @ self.landmarks_.T)
        values -= np.einsum("ij,ij->i", self.landmarks_, self.landmarks_)
        values -= np.einsum("ij,ij->i", X, X)[:, None]
        np.minimum(values, 0.0, out=values)  # rounding may pass zero
        values *= self.gamma_
        np.exp(values, out=values)
        return values
