"""Rows that stand for what is covered, and how far from them still counts as covered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from langalign_sk._numeric import Float64Array, FloatArray, nearest, nearest_others, unit_rows
from langalign_sk.corpus import tied_rows
from langalign_sk.selection._rows import random_numbers

#: Rows that are held against the others to find the threshold.
_N_OWN = 2000
#: A text that an encoder knows nothing of is marked by a number of this size, not by a direction.
_NO_LENGTH = 1e-30


@dataclass(frozen=True, eq=False)
class Cover:
    """Distinct rows of unit length without their mean; what is near some of them is covered."""

    rows: FloatArray = field(repr=False)
    centre: FloatArray = field(repr=False)
    #: Largest distance that counts as covered.
    threshold: float
    n_neighbors: int

    @classmethod
    def of(cls, own: FloatArray, *, n_neighbors: int, quantile: float, random_state: Any) -> Self:
        """Find the threshold: the quantile of the distances of distinct rows from each other."""
        if len(own) <= n_neighbors:
            raise ValueError(
                f"the pairs have {len(own)} distinct target rows, too few for "
                f"n_neighbors={n_neighbors}"
            )
        own = unit_rows(own)
        # Without the mean, a text that says nothing is near no pair; with it, near all of them.
        centre = own.mean(axis=0, dtype=np.float64).astype(own.dtype)
        own = own - centre
        if len(own) > _N_OWN:
            own = own[random_numbers(random_state).permutation(len(own))]
        among_own = _distances(nearest_others(own, n_neighbors, n_queries=_N_OWN)[1])
        return cls(own, centre, float(np.quantile(among_own, quantile)), n_neighbors)

    def distances(self, rows: FloatArray) -> Float64Array:
        """Return 1 less the mean cosine to the nearest rows; infinite for rows without a length."""
        known = np.abs(rows).max(axis=1, initial=0) > _NO_LENGTH
        near = nearest(unit_rows(rows) - self.centre, self.rows, self.n_neighbors)[1]
        return np.where(known, _distances(near), np.inf)


def distinct(rows: FloatArray) -> FloatArray:
    """Return rows each once: a repeated one covers no more."""
    return rows[np.unique(tied_rows([rows]), return_index=True)[1]]


def _distances(cosines: FloatArray) -> Float64Array:
    """Return one minus the mean cosine to the nearest rows."""
    distances: Float64Array = 1 - cosines.mean(axis=1, dtype=np.float64)
    return distances
