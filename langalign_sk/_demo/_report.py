"""Counts of right answers, their intervals, and the table they are printed in."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_Z95 = 1.959963984540054


@dataclass(frozen=True)
class Score:
    """How many of ``n`` test items one method got right."""

    method: str
    right: int
    n: int

    @property
    def accuracy(self) -> float:
        """The share of right answers."""
        return self.right / self.n

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% Wilson interval of the share."""
        return wilson_interval(self.right, self.n)


def wilson_interval(right: int, n: int, *, z: float = _Z95) -> tuple[float, float]:
    """Return the Wilson score interval of a share, which stays inside [0, 1] and fits small n.

    Notes
    -----
    With p = right / n, the bounds are
    ``(p + z^2 / 2n +- z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n)``.

    References
    ----------
    Wilson (1927), Probable inference, the law of succession, and statistical inference, JASA 22.

    Examples
    --------
    >>> low, high = wilson_interval(81, 100)
    >>> round(low, 3), round(high, 3)
    (0.722, 0.875)
    """
    if not 0 <= right <= n or n == 0:
        raise ValueError(f"expected 0 <= right <= n and n >= 1, got right={right}, n={n}")
    p, half = right / n, z * z / (2 * n)
    centre = p + half
    spread = z * math.sqrt(p * (1 - p) / n + half / (2 * n))
    low, high = (centre - spread) / (1 + 2 * half), (centre + spread) / (1 + 2 * half)
    return max(low, 0.0), min(high, 1.0)


def score_table(columns: Mapping[str, Sequence[Score]]) -> str:
    """Lay scores out: a row per method, a column per language, which must agree in methods."""
    methods = [score.method for score in next(iter(columns.values()))]
    for language, scores in columns.items():
        if [score.method for score in scores] != methods:
            raise ValueError(f"the methods of {language!r} differ from those of the first column")
    heads = [f"{language} (n={scores[0].n})" for language, scores in columns.items()]
    rows = [
        [method, *(_cell(scores[i]) for scores in columns.values())]
        for i, method in enumerate(methods)
    ]
    return text_table([["", *heads], *rows])


def text_table(rows: Sequence[Sequence[str]]) -> str:
    """Align columns of plain ASCII cells under a ruled head; the last column may hold any text."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def _cell(score: Score) -> str:
    """Show one score as ``0.812 [0.790, 0.832]``."""
    low, high = score.interval
    return f"{score.accuracy:.3f} [{low:.3f}, {high:.3f}]"
