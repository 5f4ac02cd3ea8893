"""Where the curve in pairs runs in its picture."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

#: Where the curve begins and ends in its picture of 640 by 280.
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 600, 14, 222


def curve_of(table: pd.DataFrame) -> dict[str, Any] | None:
    """Return where the curve in pairs runs in its picture; None where there is none."""
    if len(table) < 2:
        return None
    label = "accuracy" if "accuracy" in table else "agreement"
    columns = ["n_pairs", label, f"{label}_low", f"{label}_high"]
    figures: list[list[float]] = table[columns].to_numpy(dtype=float).T.tolist()
    sizes, values, lows, highs = figures
    floor = math.floor(10 * min(lows)) / 10
    roof = max(math.ceil(10 * max(highs)) / 10, floor + 0.1)
    doublings = math.log2(sizes[-1] / sizes[0])

    def across(size: float) -> float:
        share = math.log2(size / sizes[0]) / doublings
        return _LEFT + share * (_RIGHT - _LEFT)

    def down(value: float) -> float:
        return _TOP + (roof - value) / (roof - floor) * (_BOTTOM - _TOP)

    def path(points: list[tuple[float, float]]) -> str:
        return " ".join(f"{across(x):.1f},{down(y):.1f}" for x, y in points)

    step = 0.1 if roof - floor < 0.55 else 0.2
    ticks = [floor + tick * step for tick in range(round((roof - floor) / step) + 1)]
    line = list(zip(sizes, values, strict=True))
    band = [*zip(sizes, lows, strict=True), *zip(sizes[::-1], highs[::-1], strict=True)]
    return {
        "label": label.capitalize(),
        "candidate": table["candidate"].iloc[0],
        "ticks": [(down(tick), tick) for tick in ticks],
        "band": path(band),
        "line": path(line),
        "dots": [(across(size), down(value), size) for size, value in line],
        "told": "; ".join(f"{value:.0%} with {size:,.0f} pairs" for size, value in line),
    }
