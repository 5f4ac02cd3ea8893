"""Shares of native, differences to no map and their paired intervals over several tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

Hits = npt.NDArray[np.float64]
#: (task, language) → share of right rows, the same rows in every language of a task.
Column = Mapping[tuple[str, str], Hits]
_DRAWS = 2000


def interval(
    column: Column, other: Column, figure: Callable[[Any, Any], Any]
) -> tuple[float, float, float]:
    """Mean over cells of a figure of two accuracies, with its paired 95% interval.

    Rows are drawn anew per task, the same ones for both columns and every language.
    """
    points, drawn = [], []
    counts: dict[str, Any] = {}
    for cell in column:
        a, b = column[cell], other[cell]
        if cell[0] not in counts:
            random = np.random.default_rng(0)
            counts[cell[0]] = random.multinomial(len(a), np.full(len(a), 1 / len(a)), size=_DRAWS)
        points.append(float(figure(a.mean(), b.mean())))
        n = len(a)
        drawn.append(figure(counts[cell[0]] @ a / n, counts[cell[0]] @ b / n))
    low, high = np.quantile(np.mean(drawn, axis=0), [0.025, 0.975])
    return float(np.mean(points)), float(low), float(high)


def share(column: Column, native: Column) -> tuple[float, float, float]:
    """Mean share of native."""
    return interval(column, native, lambda a, b: a / b)


def gain(column: Column, other: Column) -> tuple[float, float, float]:
    """Mean difference of accuracies."""
    return interval(column, other, lambda a, b: a - b)
