"""Counts of a service, and their text for Prometheus."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

CODES = (200, 400, 404, 405, 413, 422, 500, 503)
#: Why an answer is worth little: the words that a client reads begin so.
REASONS = ("empty", "no words", "not written in")
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
ROWS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
_HELP = {
    "langalign_requests_total": ("counter", "Requests to /predict by status"),
    "langalign_rows_total": ("counter", "Texts that were answered"),
    "langalign_rows_with_reason_total": ("counter", "Answers that are worth little, by reason"),
    "langalign_refused_rows_total": ("counter", "Texts that were refused"),
    "langalign_request_seconds": ("histogram", "Time from a request to its answer"),
    "langalign_batch_rows": ("histogram", "Texts that went through the model at once"),
}


class Metrics:
    """Counts of one process; with a folder, those of all processes that share it are told.

    Each process has a file of its own there, of float64 numbers in an order that all of them know.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._places = {name: place for place, name in enumerate(_names())}
        self._folder = folder
        self._counts: npt.NDArray[Any] = np.zeros(len(self._places))
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"{os.getpid()}.counts"
            self._counts = np.memmap(path, np.float64, "w+", shape=len(self._places))

    def request(self, code: int, seconds: float) -> None:
        """Count a request."""
        self._add(f'langalign_requests_total{{code="{code if code in CODES else "other"}"}}')
        self._observe("langalign_request_seconds", SECONDS, seconds)

    def batch(self, rows: int) -> None:
        """Count a piece of work."""
        self._observe("langalign_batch_rows", ROWS, rows)

    def answers(self, reasons: Sequence[str]) -> None:
        """Count answers by what they are worth."""
        self._add("langalign_rows_total", len(reasons))
        for reason in filter(None, reasons):
            kind = next((known for known in REASONS if reason.startswith(known)), "other")
            self._add(f'langalign_rows_with_reason_total{{reason="{kind}"}}')

    def refused(self, rows: int) -> None:
        """Count texts that nobody can answer."""
        self._add("langalign_refused_rows_total", rows)

    def text(self) -> str:
        """Return all counts as Prometheus reads them."""
        totals = self._totals()
        lines, told = [], set()
        for name, place in self._places.items():
            family = name.partition("{")[0]
            for suffix in ("_bucket", "_sum", "_count"):
                family = family.removesuffix(suffix) if family not in _HELP else family
            if family not in told:
                told.add(family)
                kind, about = _HELP[family]
                lines += [f"# HELP {family} {about}.", f"# TYPE {family} {kind}"]
            lines.append(f"{name} {float(totals[place]):.17g}")
        return "\n".join(lines) + "\n"

    def _totals(self) -> npt.NDArray[Any]:
        """Counts of all processes."""
        if self._folder is None:
            return self._counts
        totals = np.zeros(len(self._places))
        for path in self._folder.glob("*.counts"):
            own = np.fromfile(path, np.float64)
            if len(own) == len(totals):  # a file that is being made has none yet
                totals += own
        return totals

    def _add(self, name: str, count: float = 1) -> None:
        self._counts[self._places[name]] += count

    def _observe(self, family: str, bounds: Sequence[float], value: float) -> None:
        """Count a value in every bucket that holds it."""
        for bound in bounds:
            if value <= bound:
                self._add(f'{family}_bucket{{le="{bound}"}}')
        self._add(f'{family}_bucket{{le="+Inf"}}')
        self._add(f"{family}_sum", value)
        self._add(f"{family}_count")


def _names() -> Iterator[str]:
    """Give the name of every number, in their order."""
    for code in (*CODES, "other"):
        yield f'langalign_requests_total{{code="{code}"}}'
    yield "langalign_rows_total"
    for reason in (*REASONS, "other"):
        yield f'langalign_rows_with_reason_total{{reason="{reason}"}}'
    yield "langalign_refused_rows_total"
    for family, bounds in (("langalign_request_seconds", SECONDS), ("langalign_batch_rows", ROWS)):
        for bound in (*bounds, "+Inf"):
            yield f'{family}_bucket{{le="{bound}"}}'
        yield f"{family}_sum"
        yield f"{family}_count"
