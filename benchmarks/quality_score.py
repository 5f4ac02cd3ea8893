"""Accuracies, shares of the native head and their intervals."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.quality_data import MAIN

#: Share of the repeats in which each item came out right.
Hits = npt.NDArray[np.float64]


def summary(by_case: dict[str, dict[str, Hits]], native: dict[str, Hits]) -> dict[str, Any]:
    """Accuracy of each method by language, its share of native, and the mean share.

    The interval resamples sentences: the same ones for every language, for both heads.
    """
    methods = dict.fromkeys(method for rows in by_case.values() for method in rows)
    table: dict[str, Any] = {}
    for method in methods:
        here = {name: rows[method] for name, rows in by_case.items() if method in rows}
        main = [name for name in MAIN if name in here and name in native]
        table[method] = {
            "accuracy": {name: float(hits.mean()) for name, hits in here.items()},
            "share_by_language": {n: share([here[n]], [native[n]]) for n in here if n in native},
            "share": share([here[n] for n in main], [native[n] for n in main]) if main else None,
        }
    return table


def share(hits: list[Hits], native: list[Hits], *, draws: int = 4000) -> tuple[float, float, float]:
    """Mean over languages of accuracy over native accuracy, with a paired 95% interval."""
    n = len(hits[0])
    counts = np.random.default_rng(0).multinomial(n, np.full(n, 1 / n), size=draws)
    ratios = np.mean([(counts @ h) / (counts @ m) for h, m in zip(hits, native, strict=True)], 0)
    point = float(np.mean([h.mean() / m.mean() for h, m in zip(hits, native, strict=True)]))
    low, high = np.quantile(ratios, [0.025, 0.975])
    return point, float(low), float(high)
