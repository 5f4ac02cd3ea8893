"""Progress bars on long work: shown to people, never to pipes."""

from __future__ import annotations

import sys
from typing import Any

#: Work shorter than this shows no bar, unless one is asked for.
SECONDS_BEFORE_BAR = 2.0


class _NoBar:
    """Stands in for a progress bar where none is wanted."""

    def update(self, n: int = 1) -> None:
        """Do nothing."""

    def set_postfix_str(self, text: str) -> None:
        """Do nothing."""

    def __enter__(self) -> _NoBar:
        return self

    def __exit__(self, *exc: object) -> None:
        return None


def progress_bar(total: int | None, *, desc: str, unit: str, progress: bool | str = "auto") -> Any:
    """Return a progress bar on standard error, or its silent stand-in.

    Parameters
    ----------
    total : int or None
        Steps of the work; None where nobody knows.
    desc, unit : str
        What is done, and to what.
    progress : {True, False, "auto"}
        "auto" shows the bar on a terminal, after two seconds.
    """
    if progress not in (True, False, "auto"):
        raise ValueError(f'progress must be True, False or "auto", got {progress!r}')
    if total == 0 or not progress or (progress == "auto" and not sys.stderr.isatty()):
        return _NoBar()
    from tqdm import tqdm

    delay = SECONDS_BEFORE_BAR if progress == "auto" else 0.0
    return tqdm(total=total, desc=desc, unit=" " + unit, delay=delay, leave=progress is True)
