"""What a service sees, told as gauges: the vectors of its answers, none made twice."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

from langalign_sk._commands import folder_of
from langalign_sk.monitor import NO_WORDS, OTHER_SCRIPT, REFERENCE_FILE, Reference, Window
from langalign_sk.text import EmbeddingExtractor


class Tap(BaseEstimator):
    """A step that changes nothing and remembers the vectors that went through it."""

    def __init__(self) -> None:
        self.passed: list[Any] = []

    def fit(self, X: Any, y: Any = None) -> Tap:
        """Do nothing."""
        return self

    def transform(self, X: Any) -> Any:
        """Return the vectors as they are."""
        self.passed.append(X)
        return X

    def taken(self) -> list[Any]:
        """Return what has gone through since the last time."""
        found, self.passed = self.passed, []
        return found


class Watch:
    """Gauges of one process; with a folder, of all processes that share it."""

    def __init__(self, window: Window, tap: Tap, folder: Path | None) -> None:
        self._window, self._tap, self._folder = window, tap, folder
        self._shared: npt.NDArray[Any] | None = None
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"{os.getpid()}.window"
            self._shared = np.memmap(path, np.float64, "w+", shape=len(window.sums))

    def forget(self) -> None:
        """Leave out what has gone through so far."""
        self._tap.taken()

    def add(self, answered: Sequence[Any], *, n_empty: int) -> None:
        """Count answers whose vectors have just gone through, in their order, and empty rows."""
        passed = self._tap.taken()
        reasons = [one.reason for one in answered]
        spoken = [
            NO_WORDS if why.startswith("no words") else OTHER_SCRIPT if why else ""
            for why in reasons
        ]
        labels, sure = [one.label for one in answered], [one.confidence for one in answered]
        self._window.add(np.concatenate(passed) if passed else None, spoken, labels, sure, n_empty)
        if self._shared is not None:
            self._shared[:] = self._window.sums

    def text(self) -> str:
        """Return all gauges as Prometheus reads them."""
        sums = np.zeros(len(self._window.sums))
        if self._folder is None:
            sums += self._window.sums
        else:
            for path in self._folder.glob("*.window"):
                own = np.fromfile(path, np.float64)
                if len(own) == len(sums):  # a file that is being made has none yet
                    sums += own
        return "\n".join([*self._window.lines(sums), ""])


def watched(
    model: Any, folder: Path, classes: Sequence[str], counts: Path | None
) -> tuple[Any, Watch | None]:
    """Return a model that is watched where its folder has a reference; else as it is."""
    path = folder_of(folder) / REFERENCE_FILE
    steps = getattr(model, "steps", None)
    if not path.is_file() or not steps or not isinstance(steps[0][1], EmbeddingExtractor):
        return model, None
    window, tap = Window(model, Reference.load(path), classes), Tap()
    return Pipeline([steps[0], ("watch", tap), *steps[1:]]), Watch(window, tap, counts)
