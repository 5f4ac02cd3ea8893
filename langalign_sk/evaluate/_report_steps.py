"""The steps of a report: timed, logged, shown as a bar where that takes long."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable
from typing import Any, Self

logger = logging.getLogger("langalign_sk")

_SECONDS_BEFORE_BAR = 2.0


class Steps:
    """Runs one step after another and says which.

    Parameters
    ----------
    progress : {"auto", True, False}
        "auto": a bar on a terminal, for work longer than two seconds.
    """

    def __init__(self, progress: bool | str) -> None:
        if progress not in (True, False, "auto"):
            raise ValueError(f'progress must be True, False or "auto", got {progress!r}')
        self._bar: Any = None
        if progress is True or (progress == "auto" and sys.stderr.isatty()):
            from tqdm import tqdm

            delay = 0.0 if progress is True else _SECONDS_BEFORE_BAR
            self._bar = tqdm(desc="Comparing", unit=" steps", delay=delay, leave=False)

    def do(self, name: str, work: Callable[..., Any], *args: Any) -> Any:
        """Run ``work(*args)`` under a name."""
        if self._bar is not None:
            self._bar.set_postfix_str(name[:40])
        start = time.perf_counter()
        result = work(*args)
        logger.info("transfer report: %s, %.1f s", name, time.perf_counter() - start)
        if self._bar is not None:
            self._bar.update()
        return result

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._bar is not None:
            self._bar.close()
