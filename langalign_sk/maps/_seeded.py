"""Few true pairs or none, and two clouds of rows: what maps share that make pairs themselves."""

from __future__ import annotations

import warnings
from typing import Any, TypeAlias

import numpy as np

from langalign_sk._numeric import Float64Array, FloatArray
from langalign_sk.maps._base import BaseMap, FewPairsWarning
from langalign_sk.maps._mean_shift import MeanShiftMap
from langalign_sk.maps._parameters import generator
from langalign_sk.maps._resolve import resolve_map

#: Source rows, target rows, weights.
Pairs: TypeAlias = tuple[FloatArray, FloatArray, Float64Array]


class SeededMap(BaseMap):
    """Base of maps that fit another map to pairs they make themselves; they need no true ones.

    The clouds are the unlabeled rows or, where those of a language are missing, the two sides of
    the pairs. Subclasses write `_learn`.

    Attributes
    ----------
    map_ : map
        The map that was fitted in the end.
    """

    needs_pairs = False

    method: Any
    n_rows: int
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
        moved: FloatArray = self.map_.transform(self._check_rows(X))
        return moved

    def _fit(self, S: Any, T: Any, sample_weight: Any, *unlabeled: FloatArray | None) -> None:
        pairs = None
        if S is not None:
            pairs = S, T, np.ones(len(S)) if sample_weight is None else sample_weight
        source, target = unlabeled
        if source is None or target is None:
            if pairs is None:
                raise ValueError(
                    f"{type(self).__name__} needs rows of both languages: unlabeled_source and "
                    "unlabeled_target, or pairs"
                )
            source, target = S, T
        if pairs is None and source.shape[1] != target.shape[1]:
            raise ValueError(
                f"{type(self).__name__} has no pairs to start from, and rows of {source.shape[1]} "
                f"and {target.shape[1]} columns can't be compared: give it a few pairs, or "
                "use one encoder for both languages"
            )
        rng = generator(self.random_state)
        source, target = (_draw(cloud, self.n_rows, rng) for cloud in (source, target))
        with warnings.catch_warnings():
            # Few pairs are what these maps are for.
            warnings.simplefilter("ignore", FewPairsWarning)
            self.map_ = self._learn(pairs, source, target, rng)
        self.n_features_in_, self.n_features_out_ = (
            self.map_.n_features_in_,
            self.map_.n_features_out_,
        )

    def _learn(
        self,
        pairs: Pairs | None,
        source: FloatArray,
        target: FloatArray,
        rng: np.random.Generator,
    ) -> Any:
        """Return the map learned from true pairs, if any, and rows of both clouds."""
        raise NotImplementedError(f"{type(self).__name__} does not define _learn")

    def _fit_map(self, *parts: Pairs) -> Any:
        """Fit the map to all parts together."""
        kept = [part for part in parts if part[2].any()]
        S, T, weights = (np.concatenate(columns) for columns in zip(*kept, strict=True))
        # Weights that say nothing are not passed on: some regressors take none.
        unweighted = bool((weights == weights[0]).all())
        learner = resolve_map(self.method, random_state=self.random_state)
        return learner.fit(S, T, None if unweighted else weights)

    def _first_map(self, pairs: Pairs | None, source: FloatArray, target: FloatArray) -> Any:
        """Fit the map to the pairs; without any, return the shift of the means."""
        if pairs is not None:
            return self._fit_map(pairs)
        return MeanShiftMap().fit(unlabeled_source=source, unlabeled_target=target)


def _draw(rows: FloatArray, n_rows: int, rng: np.random.Generator) -> FloatArray:
    """Return at most `n_rows` of the rows, in their order."""
    if len(rows) <= n_rows:
        return rows
    return rows[np.sort(rng.permutation(len(rows))[:n_rows])]
