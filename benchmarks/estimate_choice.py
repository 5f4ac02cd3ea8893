"""The constants of `estimate_target_accuracy`, chosen without what they are judged on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from statistics import NormalDist
from typing import Any

import numpy as np

#: From which loss on a loss is believed in whole; what is not known, in any case and of a loss.
WHOLE = (0.2, 0.25, 0.3, 0.35, 0.4, 0.5)
UNKNOWN = tuple(product((0.02, 0.03, 0.04, 0.05, 0.06), (0.0, 0.05, 0.1, 0.15, 0.2)))
#: Of those with which so many intervals hold the truth, the narrowest are taken.
WANTED = 0.93

Row = dict[str, Any]


def confirmed(rows: Sequence[Row], errors: Callable[[Sequence[Row]], Row]) -> list[Row]:
    """Errors on each task and each setting, with the constants that are best on the others."""
    out = []
    for given, over in product((True, False), ("task", "setting")):
        mine = [row for row in rows if row["unlabeled"] == given]
        judged: list[Row] = []
        for name in dict.fromkeys(row[over] for row in mine):
            whole, unknown = chosen([row for row in mine if row[over] != name])
            here = [applied(row, whole, unknown) for row in mine if row[over] == name]
            judged += here
            told = {"without": name, "unlabeled": given, "constants": [whole, *unknown]}
            out.append(told | errors(here))
        out.append(
            {"without": f"each {over}", "unlabeled": given, "constants": []} | errors(judged)
        )
    return out


def chosen(rows: Sequence[Row]) -> tuple[float, tuple[float, float]]:
    """The constants with the least error, then the narrowest intervals that hold often enough."""
    rows = [row for row in rows if row["reliable"]]

    def error(whole: float) -> float:
        made = (applied(row, whole, UNKNOWN[0]) for row in rows)
        return float(np.mean([abs(row["estimate"] - row["accuracy"]) for row in made]))

    whole = min(WHOLE, key=error)

    def width(unknown: tuple[float, float]) -> tuple[bool, float]:
        made = [applied(row, whole, unknown) for row in rows]
        low, high = np.array([row["interval"] for row in made]).T
        truth = np.array([row["accuracy"] for row in made])
        inside = float(np.mean((low <= truth) & (truth <= high)))
        return (inside < WANTED, float(np.mean(high - low)) if inside >= WANTED else -inside)

    return whole, min(UNKNOWN, key=width)


def applied(row: Row, whole: float, unknown: tuple[float, float]) -> Row:
    """An estimate as it would be with other constants."""
    accuracy, floor = row["source_accuracy"], row["floor"]
    loss = max(accuracy - floor, 0.0)
    estimate = accuracy - loss * min(1.0, loss / whole)
    variance = (
        accuracy * (1 - accuracy) / row["n_labelled"] + floor * (1 - floor) / row["n_held_out"]
    )
    spread = np.sqrt(variance + (unknown[0] + unknown[1] * loss) ** 2)
    half = NormalDist().inv_cdf(0.95) * float(spread)
    interval = [max(estimate - half, 0.0), min(estimate + half, 1.0)]
    return row | {"estimate": estimate, "interval": interval}
