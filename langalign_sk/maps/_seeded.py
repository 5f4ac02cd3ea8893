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
#: Rows of the source and of the target language.
Clouds: TypeAlias = tuple[FloatArray, FloatArray]


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

    def _transform(self, X: FloatArray) -> FloatArray:
        moved: FloatArray = self.map_.transform(X)
        return moved

    def _fit(self, S: Any, T: Any, weights: Any, *unlabeled: FloatArray | None) -> None:
        pairs = None
        if S is not None:
            pairs = S, T, np.ones(len(S)) if weights is None else weights
        source, target = self._two_clouds(pairs, *unlabeled)
        if pairs is None and source.shape[1] != target.shape[1]:
            raise ValueError(
                f"{type(self).__name__} has no pairs to start from, and rows of {source.shape[1]} "
                f"and {target.shape[1]} columns can't be compared: give it a few pairs, or "
                "use one encoder for both languages"
            )
        rng = generator(self.random_state)
        clouds = _draw(source, self.n_rows, rng), _draw(target, self.n_rows, rng)
        with warnings.catch_warnings():
            # Few pairs are what these maps are for.
            warnings.simplefilter("ignore", FewPairsWarning)
            self.map_ = self._learn(pairs, clouds, rng)

    def _learn(self, pairs: Pairs | None, clouds: Clouds, rng: np.random.Generator) -> Any:
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

    def _first_map(self, pairs: Pairs | None, clouds: Clouds) -> Any:
        """Fit the map to the pairs; without any, return the shift of the means."""
        if pairs is not None:
            return self._fit_map(pairs)
        return MeanShiftMap().fit(unlabeled_source=clouds[0], unlabeled_target=clouds[1])


def _draw(rows: FloatArray, n_rows: int, rng: np.random.Generator) -> FloatArray:
    """Return at most `n_rows` of the rows, in their order."""
    if len(rows) <= n_rows:
        return rows
    return rows[np.sort(rng.permutation(len(rows))[:n_rows])]
