"""The steps of a report: timed, logged, shown as a bar where that takes long."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, Self

from langalign_sk._progress import progress_bar

logger = logging.getLogger("langalign_sk")


class Steps:
    """Runs one step after another and says which.

    Parameters
    ----------
    progress : {"auto", True, False}
        "auto": a bar on a terminal, for work longer than two seconds.
    """

    def __init__(self, progress: bool | str) -> None:
        self._bar = progress_bar(None, desc="Comparing", unit="steps", progress=progress)

    def do(self, name: str, work: Callable[..., Any], *args: Any) -> Any:
        """Run ``work(*args)`` under a name."""
        self._bar.set_postfix_str(name[:40])
        start = time.perf_counter()
        result = work(*args)
        logger.info("transfer report: %s, %.1f s", name, time.perf_counter() - start)
        self._bar.update()
        return result

    def __enter__(self) -> Self:
        self._bar.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.__exit__(*error)
