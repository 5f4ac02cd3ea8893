"""The tables of docs/developer/results.md on real encoders, and those printed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from benchmarks.markdown import figure, gain, table, within

_MAIN = ("topics", "intents")


def real_encoders(result: Mapping[str, Any]) -> str:
    """Two tables per setting, the skewed traffic, and what is asked of the defaults."""
    parts = []
    for setting, lines in result["sections"].items():
        parts += [_main(setting, lines)]
        parts += [_further(setting, lines)] if _cells(lines, main=False) else []
    if result["skew"]:
        parts.append(skew(result["skew"]))
    if result["asked"]:
        parts.append(asked(result["asked"]))
    return "\n".join(parts)


def asked(lines: Sequence[Mapping[str, Any]]) -> str:
    """What is asked of the defaults and what was reached."""
    rows = [["asked of the defaults", "least", "reached", "met", "cells or draws"]]
    rows[0].append("reached where there are so many pairs")
    for one in lines:
        enough = one["enough"]
        reached = [f"{one['reached']:+.4f}", figure(one["met"]), figure(one["cells"])]
        reached.append("" if enough is None else f"{enough:+.4f}")
        rows.append([one["asked"], f"{one['least']:+.3f}", *reached])
    return table(rows)


def skew(result: Mapping[str, Any]) -> str:
    """Mean accuracy of the draws by traffic and skew."""
    names = list(dict.fromkeys(name for skews in result.values() for name in skews))
    rows = [["accuracy, mean of the draws", "unlabelled text", *names]]
    for traffic, skews in result.items():
        for method in next(iter(skews.values())):
            found = [skews.get(name, {}).get(method) for name in names]
            means = ["" if one is None else f"{np.mean(one):.3f}" for one in found]
            rows.append([traffic, method, *means])
    return table(rows)


def _cells(lines: Any, *, main: bool) -> list[str]:
    """Names of the columns, of topics and intents or of the other tasks."""
    cells = dict.fromkeys(cell for line in lines for cell in line["accuracy"])
    return [cell for cell in cells if (cell.partition(",")[0] in _MAIN) == main]


def _main(setting: str, lines: Any) -> str:
    """Accuracies, shares of native and what a method adds to no map."""
    cells = _cells(lines, main=True)
    means = list(dict.fromkeys(name for line in lines for name in line["share"]))
    head = [f"{setting}: accuracy", "pairs", *cells]
    head += [f"share of native, {name} [95% interval]" for name in means]
    head += [f"less no map, {name} [95% interval]" for name in means]
    rows = [head]
    for line in _with_any(lines, cells):
        rows.append(
            [
                *_begin(line, cells),
                *(_told(within, line["share"].get(name)) for name in means),
                *(_told(gain, line["less_no_map"].get(name)) for name in means),
            ]
        )
    return table(rows)


def _further(setting: str, lines: Any) -> str:
    """Accuracies of the other tasks."""
    cells = _cells(lines, main=False)
    rows = [_begin(line, cells) for line in _with_any(lines, cells)]
    return table([[f"{setting}: accuracy", "pairs", *cells], *rows])


def _with_any(lines: Any, cells: list[str]) -> list[Any]:
    """Return the lines with a figure in one of the columns; what knows no pairs once."""
    found = [line for line in lines if any(cell in line["accuracy"] for cell in cells)]
    first: dict[tuple[Any, ...], Any] = {}
    for line in found:
        values = tuple(line["accuracy"].get(cell) for cell in cells)
        first.setdefault((line["method"], *values), line)
    return list(first.values())


def _begin(line: Mapping[str, Any], cells: list[str]) -> list[str]:
    """Method, number of pairs and accuracies."""
    found = [line["accuracy"].get(cell) for cell in cells]
    shown = ["" if value is None else f"{value:.3f}" for value in found]
    return [line["method"], figure(line["pairs"]), *shown]


def _told(form: Callable[[float, float, float], str], found: Any) -> str:
    return "" if found is None else form(*found)
