"""The curve in pairs, as a picture in the page itself."""

from __future__ import annotations

import math
from collections.abc import Sequence

from langalign_sk.report._page_parts import esc

_WIDTH, _HEIGHT = 640.0, 280.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 52.0, 40.0, 14.0, 58.0


def curve(
    label: str,
    sizes: Sequence[int],
    values: Sequence[float],
    lows: Sequence[float],
    highs: Sequence[float],
) -> str:
    """A line over sizes that double, with the band of its interval.

    Parameters
    ----------
    label : str
        What the figures are.
    sizes : sequence of int
        Numbers of pairs, ascending.
    values, lows, highs : sequence of float
        Figures and their intervals.
    """
    floor = math.floor(10 * min(lows)) / 10
    roof = max(math.ceil(10 * max(highs)) / 10, floor + 0.1)
    start, end = math.log2(sizes[0]), math.log2(sizes[-1])

    def across(size: float) -> float:
        share = (math.log2(size) - start) / (end - start) if end > start else 0.5
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    def down(value: float) -> float:
        return _TOP + (roof - value) / (roof - floor) * (_HEIGHT - _TOP - _BOTTOM)

    def path(points: Sequence[tuple[float, float]]) -> str:
        return " ".join(f"{across(x):.1f},{down(y):.1f}" for x, y in points)

    parts = []
    step = 0.1 if roof - floor < 0.55 else 0.2
    for tick in range(round((roof - floor) / step) + 1):
        value = floor + tick * step
        y = down(value)
        parts.append(
            f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        )
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{value:.1f}</text>')
    there = list(zip(sizes, lows, strict=True))
    back = list(zip(sizes, highs, strict=True))[::-1]
    parts.append(f'<polygon class="band" points="{path([*there, *back])}"/>')
    line = list(zip(sizes, values, strict=True))
    parts.append(f'<polyline class="line" points="{path(line)}"/>')
    for size, value in line:
        x, y = across(size), down(value)
        parts.append(f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="4"/>')
        parts.append(
            f'<text x="{x:.1f}" y="{_HEIGHT - _BOTTOM + 22}" text-anchor="middle">{size:,}</text>'
        )
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{_HEIGHT - 8}" text-anchor="middle">pairs</text>')
    told = "; ".join(f"{value:.2f} with {size:,} pairs" for size, value in line)
    return (
        f'<svg class="curve" viewBox="0 0 {_WIDTH:.0f} {_HEIGHT:.0f}" role="img" '
        f'aria-label="{esc(label)}: {told}">{"".join(parts)}</svg>'
    )
