"""Which map leads from one encoder's vectors to another's, by texts that it has not seen."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from langalign_sk._numeric import FloatArray, PairMoments, row_lengths
from langalign_sk.maps import (
    BaseMap,
    UnitLengthMap,
    compose,
    fits_from_moments,
    resolve_map,
)
from langalign_sk.migrate._judge import native_neighbours, neighbour_scores

#: What is tried where nothing is said: all closed forms, and the one map that may bend.
DEFAULT = ("ridge", "reduced_rank", "procrustes", "diagonal_procrustes", "kernel")
#: Rows are of unit length within this.
_UNIT = 1e-3


def named_maps(maps: Any) -> dict[str, Any]:
    """Return maps by the names that tables show."""
    if maps is None:
        maps = DEFAULT
    if isinstance(maps, Mapping):
        return dict(maps)
    if isinstance(maps, str) or not isinstance(maps, Iterable):
        maps = [maps]
    named = {each if isinstance(each, str) else str(each): each for each in maps}
    if not named:
        raise ValueError("maps: at least one map is needed")
    return named


class Fitter:
    """Fits maps between two sets of rows; means and scatter matrices are added up once."""

    def __init__(self, S: FloatArray, T: FloatArray, random_state: Any) -> None:
        self.S, self.T, self.random_state = S, T, random_state
        self._moments: PairMoments | None = None
        self._unit = bool(np.all(np.abs(row_lengths(T) - 1) < _UNIT))

    def __call__(self, method: Any) -> BaseMap:
        """Fit a map; its rows have length 1 where those of the target have."""
        unfitted = resolve_map(method, random_state=self.random_state)
        if fits_from_moments(unfitted):
            if self._moments is None:
                self._moments = PairMoments.from_rows(self.S, self.T)
            fitted = unfitted.fit_moments(self._moments)
        else:
            fitted = unfitted.fit(self.S, self.T)
        whole: BaseMap = fitted
        return compose(whole, UnitLengthMap().fit(self.T, self.T)) if self._unit else whole


def tried(
    maps: Mapping[str, Any],
    old: FloatArray,
    new: FloatArray,
    *,
    n_neighbors: int,
    random_state: Any,
) -> dict[str, dict[str, float]]:
    """Score each map, both ways, on a fifth of the texts that it was not fitted on."""
    if len(maps) == 1:
        return {name: {"forward": np.nan, "back": np.nan, "seconds": np.nan} for name in maps}
    order = np.random.default_rng(random_state).permutation(len(old))
    seen, unseen = np.sort(order[len(order) // 5 :]), np.sort(order[: len(order) // 5])
    forward = Fitter(old[seen], new[seen], random_state)
    back = Fitter(new[seen], old[seen], random_state)
    native = {
        "forward": native_neighbours(new[unseen], n_neighbors),
        "back": native_neighbours(old[unseen], n_neighbors),
    }
    found: dict[str, dict[str, float]] = {}
    for name, method in maps.items():
        begin = time.perf_counter()
        there = forward(method).transform(old[unseen])
        ways = {
            "forward": (new[unseen], there),
            "back": (back(method).transform(new[unseen]), old[unseen]),
        }
        scores = {
            way: float(neighbour_scores(*sides, native[way])["ndcg"].mean())
            for way, sides in ways.items()
        }
        found[name] = {**scores, "seconds": time.perf_counter() - begin}
    return found


def best(scores: Mapping[str, Mapping[str, float]], way: str) -> str:
    """Return the name of the best map; of equal ones the first."""
    return max(scores, key=lambda name: (scores[name][way], 0))
