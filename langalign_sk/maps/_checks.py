"""Checks of single parameters, with one wording for all maps."""

from __future__ import annotations

import math
from numbers import Integral, Real
from typing import Any


def whole_number(name: str, value: Any, least: int = 1) -> int:
    """Return a whole number of at least `least`, or refuse it by the parameter's name."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise ValueError(f"{name} must be a whole number >= {least}, got {value!r}")
    return int(value)


def real_number(
    name: str, value: Any, *, low: float = -math.inf, high: float = math.inf, above: bool = False
) -> float:
    """Return a finite number of at least `low` (or above it) and below `high`, or refuse it."""
    number = not isinstance(value, bool) and isinstance(value, Real) and math.isfinite(value)
    if not (number and value < high and (value > low if above else value >= low)):
        bounds = [f"{'>' if above else '>='} {low:g}"] if low > -math.inf else []
        bounds += [f"< {high:g}"] if high < math.inf else []
        wanted = " ".join(["a finite number", " and ".join(bounds)]).strip()
        raise ValueError(f"{name} must be {wanted}, got {value!r}")
    return float(value)
