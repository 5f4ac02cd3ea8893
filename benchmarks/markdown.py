"""Markdown tables, and figures as they stand in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langalign_sk.measures import wilson_interval


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows as a Markdown table, the first as its head."""
    if {len(row) for row in rows} != {len(rows[0])}:
        raise ValueError(f"rows of unequal length below the head {list(rows[0])}")
    lines = [f"| {' | '.join(map(_cell, row))} |" for row in rows]
    lines.insert(1, "|---" + "|---:" * (len(rows[0]) - 1) + "|")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    """Text that stays inside its cell."""
    return " ".join(text.split()).replace("|", "\\|")


def figure(value: Any) -> str:
    """One value: whole numbers whole, others to three digits, words as they are."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    if isinstance(value, str):
        return value
    raise TypeError(f"not one figure: {str(value)[:60]}")


def share(value: float, n: int) -> str:
    """A share of n items with its 95% Wilson interval."""
    return within(value, *wilson_interval(round(value * n), n))


def within(value: float, low: float, high: float) -> str:
    """A figure and its interval."""
    return f"{value:.3f} [{low:.3f}, {high:.3f}]"


def gain(value: float, low: float, high: float) -> str:
    """A difference and its interval."""
    return f"{value:+.3f} [{low:+.3f}, {high:+.3f}]"
