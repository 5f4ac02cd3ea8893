"""Thresholds of a cosine, translated so that as many pairs of texts pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from langalign_sk._numeric import Float32Array, Float64Array, FloatArray, unit_rows
from langalign_sk.measures import interval

if TYPE_CHECKING:
    import pandas as pd

#: Texts whose pairs are looked at, and draws of them.
_MOST_TEXTS, _DRAWS = 500, 200


def threshold_table(
    values: Sequence[float], old: FloatArray, new: FloatArray, mapped: FloatArray
) -> pd.DataFrame:
    """Translate thresholds of old cosines into those of new queries and mapped documents."""
    import pandas as pd

    given = np.asarray(values, dtype=np.float64).reshape(-1)
    old, new, mapped = (unit_rows(rows[:_MOST_TEXTS]) for rows in (old, new, mapped))
    apart = ~np.eye(len(old), dtype=bool)
    before, now, anew = (
        np.asarray((queries @ keys.T)[apart], dtype=np.float32)
        for queries, keys in ((old, old), (new, mapped), (new, new))
    )
    columns: dict[str, Any] = {"mapped": [], "anew": [], "same": [], "same_anew": []}
    for value in given:
        passed = before >= value
        for name, scores in (("mapped", now), ("anew", anew)):
            bar = _bar(scores, int(passed.sum()))
            columns[name].append(bar)
            both = np.mean((scores >= bar)[passed]) if passed.any() else np.nan
            columns["same" if name == "mapped" else "same_anew"].append(float(both))
    low, high = interval(_draws(given, before, now, apart))
    table = pd.DataFrame(columns, index=pd.Index(given, name="threshold"))
    table.insert(1, "mapped_low", low)
    table.insert(2, "mapped_high", high)
    return table


def _bar(scores: Float32Array, count: int) -> float:
    """Return the score that `count` scores reach."""
    if count == 0:
        return float("nan")
    return float(np.partition(scores, len(scores) - count)[len(scores) - count])


def _draws(
    values: Float64Array, before: Float32Array, now: Float32Array, apart: np.ndarray
) -> Float64Array:
    """Return the translated thresholds of texts drawn again, a row per threshold."""
    rng = np.random.default_rng(0)
    n = len(apart)
    order = np.argsort(-now)
    found = np.full((len(values), _DRAWS), np.nan)
    for draw in range(_DRAWS):
        times = np.bincount(rng.integers(n, size=n), minlength=n).astype(np.float32)
        weights = np.outer(times, times)[apart]
        reached = np.cumsum(weights[order], dtype=np.float64)
        for row, value in enumerate(values):
            passed = float(weights[before >= value].sum(dtype=np.float64))
            if passed > 0:
                place = min(int(np.searchsorted(reached, passed - 0.5)), len(order) - 1)
                found[row, draw] = now[order[place]]
    return found
