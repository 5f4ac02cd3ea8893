"""What is asked of the defaults on real encoders, and whether it is reached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from benchmarks.real_methods import (
    AS_TEXTS,
    FORWARD,
    HALF,
    NATIVE,
    NO_MAP,
    RECIPE,
    ROUND_TRIP,
    UNLABELLED,
)

SIZES = (100, 300, 1000, 5000)
TOPICS, INTENTS, BOTH = ("topics",), ("intents",), ("topics", "intents")
#: Languages with 1,000 pairs and no more.
FEW_PAIRS = ("tr",)
#: (setting, pairs, task, language, method) → accuracy.
Accuracies = Mapping[tuple[str, int, str, str, str], float]


@dataclass(frozen=True)
class Asked:
    """A figure and the least it should be.

    `what`: "share" of native or "accuracy", or what either is above that of another method (in
    another setting), in the mean or, with `worst`, in the worst cell.
    """

    setting: str
    pairs: int
    tasks: tuple[str, ...]
    method: str
    least: float
    what: str = "share"
    other: str = ""
    other_setting: str = ""
    worst: bool = False

    @property
    def name(self) -> str:
        """One line of words."""
        than = f" less {self.other}" if self.other else ""
        than += f" ({self.other_setting})" if self.other_setting else ""
        over = "worst cell" if self.worst else self.what
        tasks = " + ".join(self.tasks)
        return f"{self.setting}, {self.pairs:,} pairs, {tasks}: {self.method}{than}, {over}"


def asked() -> Iterator[Asked]:
    """Every figure that is asked for."""
    for n in SIZES:
        for method in (RECIPE, FORWARD, ROUND_TRIP):
            mean = Asked("shared", n, BOTH, method, -0.003, "share", NO_MAP)
            yield mean
            yield replace(mean, least=-0.01, worst=True)
        unlabelled = HALF + UNLABELLED
        yield Asked("shared", n, BOTH, unlabelled, -0.003, "share", HALF + RECIPE)
    yield Asked("shared", 5000, BOTH, RECIPE, 0.01, "share", NO_MAP)
    yield Asked("apart", 5000, TOPICS, FORWARD, 0.95)
    yield Asked("apart", 5000, INTENTS, FORWARD, 0.91)
    yield Asked("apart", 5000, TOPICS, RECIPE, 0.985)
    yield Asked("apart", 5000, INTENTS, RECIPE, 0.93)
    yield Asked("apart", 1000, TOPICS, RECIPE, 0.945)
    yield Asked("apart", 1000, INTENTS, RECIPE, 0.89)
    yield Asked("apart", 1000, TOPICS, HALF + UNLABELLED, 0.965)
    yield Asked("apart", 1000, INTENTS, HALF + UNLABELLED, 0.93)
    for n in SIZES:
        yield Asked("apart", n, BOTH, AS_TEXTS, -0.003, "share", NO_MAP, "shared")
    reviews = ("reviews",)
    # The levels depend on which reviews are drawn; what is above no map hardly does.
    for setting, method, least, above in (
        ("shared", RECIPE, 0.655, 0.003),
        ("shared", UNLABELLED, 0.675, 0.023),
        ("apart", RECIPE, 0.665, 0.013),
        ("apart", UNLABELLED, 0.685, 0.033),
    ):
        yield Asked(setting, 5000, reviews, method, least, "accuracy")
        yield Asked(setting, 5000, reviews, method, above, "accuracy", NO_MAP, "shared")


def answered(accuracies: Accuracies) -> list[dict[str, Any]]:
    """What was reached, of the figures that were measured, and in how many cells.

    `enough`: the same over the languages that have so many pairs.
    """
    found = []
    for one in asked():
        figures = _figures(one, accuracies)
        if figures:
            put = min if one.worst else lambda values: sum(values) / len(values)
            some = [v for lang, v in figures if one.pairs <= 1000 or lang not in FEW_PAIRS]
            reached = put([value for _, value in figures])
            line = {"asked": one.name, "least": one.least, "reached": reached}
            line |= {"met": reached >= one.least - 1e-12, "cells": len(figures)}
            found.append(line | {"enough": put(some) if some else None})
    return found


def _figures(one: Asked, accuracies: Accuracies) -> list[tuple[str, float]]:
    """Language and figure of every cell; empty where one is missing."""
    places = [
        (task, lang)
        for setting, n, task, lang, method in accuracies
        if (setting, n, method) == (one.setting, one.pairs, one.method) and task in one.tasks
    ]
    if {task for task, _ in places} != set(one.tasks):
        return []
    figures = []
    for place in places:
        half = HALF if one.method.startswith(HALF) else ""
        native = accuracies.get((one.setting, one.pairs, *place, half + NATIVE))
        setting = one.other_setting or one.setting
        less = accuracies.get((setting, one.pairs, *place, one.other)) if one.other else 0.0
        if native is None or less is None:
            return []
        value = accuracies[one.setting, one.pairs, *place, one.method] - less
        figures.append((place[1], float(value / native if one.what == "share" else value)))
    return figures
