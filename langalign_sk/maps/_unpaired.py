"""What maps with few pairs or none share: true pairs, two clouds of rows, a first map."""

from __future__ import annotations

from typing import Any

import numpy as np

from langalign_sk._numeric import Float64Array, FloatArray, as_float_matrix
from langalign_sk.maps._base import BaseMap
from langalign_sk.maps._mean_shift import MeanShiftMap


class UnpairedMap(BaseMap):
    """Base of maps that fit another map to pairs they make themselves.

    Attributes
    ----------
    map_ : map
        The map that was fitted in the end.
    """

    needs_pairs = False

    method: Any
    random_state: Any
    map_: Any

    def transform(self, X: Any) -> FloatArray:
        """Map rows of the source space into the target space.

        Parameters
        ----------
        X : array-like of shape (n, d_source)

        Returns
        -------
        ndarray of shape (n, d_target)
            In the dtype of `X` (float32 or float64).
        """
        X = self._check_rows(X)
        moved: FloatArray = self.map_.transform(X)
        return moved

    def _set_map(self, fitted: Any) -> None:
        """Set the fitted attributes."""
        self.map_ = fitted
        self.n_features_in_, self.n_features_out_ = fitted.n_features_in_, fitted.n_features_out_

    def _unfitted(self) -> Any:
        """The map that is fitted, as a new object."""
        from langalign_sk.maps._resolve import resolve_map  # which knows this class

        return resolve_map(self.method, random_state=self.random_state)

    def _fit_map(self, *parts: tuple[FloatArray, FloatArray, Float64Array]) -> Any:
        """The map of all parts together, each one source rows, target rows and weights."""
        kept = [part for part in parts if part[2].any()]
        S, T, weights = (np.concatenate(columns) for columns in zip(*kept, strict=True))
        # Weights that say nothing are not passed on: some regressors take none.
        unweighted = bool((weights == weights[0]).all())
        return self._unfitted().fit(S, T, None if unweighted else weights)

    def _inputs(
        self, S: Any, T: Any, sample_weight: Any, unlabeled_source: Any, unlabeled_target: Any
    ) -> tuple[tuple[FloatArray, FloatArray, Float64Array] | None, tuple[FloatArray, FloatArray]]:
        """True pairs, if any, and the two clouds: unpaired rows or else the sides of the pairs."""
        name = type(self).__name__
        if (S is None) != (T is None):
            raise ValueError("S and T must be given together, or both be None")
        pairs = None
        if S is not None:
            S, T, weights = self._check_pairs(S, T, sample_weight)
            pairs = S, T, np.ones(len(S)) if weights is None else weights
        if unlabeled_source is not None and unlabeled_target is not None:
            clouds = (
                as_float_matrix(unlabeled_source, name="unlabeled_source"),
                as_float_matrix(unlabeled_target, name="unlabeled_target"),
            )
        elif pairs is not None:
            clouds = pairs[:2]
        else:
            raise ValueError(
                f"{name} needs rows of both languages: unlabeled_source and unlabeled_target, "
                "or pairs"
            )
        if pairs is None and clouds[0].shape[1] != clouds[1].shape[1]:
            raise ValueError(
                f"{name} has no pairs to start from, and rows of {clouds[0].shape[1]} and "
                f"{clouds[1].shape[1]} columns can't be compared: give it a few pairs, or "
                "use one encoder for both languages"
            )
        if pairs is not None and (S.shape[1], T.shape[1]) != tuple(c.shape[1] for c in clouds):
            raise ValueError(
                f"the pairs have {S.shape[1]} and {T.shape[1]} columns, the unpaired rows "
                f"{clouds[0].shape[1]} and {clouds[1].shape[1]}"
            )
        return pairs, clouds

    def _first_map(
        self,
        pairs: tuple[FloatArray, FloatArray, Float64Array] | None,
        clouds: tuple[FloatArray, FloatArray],
    ) -> Any:
        """The map of the pairs or, without any, the shift of the means."""
        if pairs is not None:
            return self._fit_map(pairs)
        return MeanShiftMap().fit(unlabeled_source=clouds[0], unlabeled_target=clouds[1])


def draw(rows: FloatArray, n_rows: int, rng: np.random.Generator) -> FloatArray:
    """At most `n_rows` of the rows, in their order."""
    if len(rows) <= n_rows:
        return rows
    return rows[np.sort(rng.permutation(len(rows))[:n_rows])]
