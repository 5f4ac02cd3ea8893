"""Trials that may end in any way, each in a forked process of its own."""

from __future__ import annotations

import os
import pickle
import re
import select
import signal
import time
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

RIGHT = "right"
REFUSED = "refused, says where"
FAILED = "other error"
WRONG = "silently wrong"
CRASHED = "hung or crashed"
OUTCOMES = (RIGHT, REFUSED, FAILED, WRONG, CRASHED)


class Ended(NamedTuple):
    """How a forked process ended: with a value, or with words on what became of it."""

    value: Any
    how: str = ""


class Outcome(NamedTuple):
    """What a trial came to, and what was told."""

    name: str
    said: str = ""


def in_child(work: Callable[[], Any], *, value: bool = True, seconds: float = 60.0) -> Ended:
    """Return what `work` returns in a forked process, which is killed after so many seconds.

    The child has all that this process has in memory, and changes nothing of it. Without `value`,
    only how it ended is told.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _live(writing, work, value)
    os.close(writing)
    answer, until = b"", time.monotonic() + seconds
    try:
        while True:
            if not select.select([reading], [], [], max(0.0, until - time.monotonic()))[0]:
                os.kill(child, signal.SIGKILL)
                return Ended(None, f"hung for {seconds:g} s")
            part = os.read(reading, 1 << 20)
            if not part:
                break
            answer += part
    finally:
        os.close(reading)
        _, status = os.waitpid(child, 0)
    if answer:
        return Ended(*pickle.loads(answer))
    return Ended(None, f"ended with status {status}, without a word")


def _live(writing: int, work: Callable[[], Any], value: bool) -> None:
    """Do the work of a child and end it, whatever happens."""
    code = 1
    try:
        silence = os.open(os.devnull, os.O_WRONLY)
        for stream in (1, 2):
            os.dup2(silence, stream)
        try:
            found = work()
            answer = Ended(found if value else None)
        except Exception as error:
            answer = Ended(None, f"{type(error).__name__}: {error}")
        with os.fdopen(writing, "wb") as pipe:
            pickle.dump(tuple(answer), pipe)
        code = 0
    finally:
        os._exit(code)


def judged(
    work: Callable[[], Any], wanted: Any, *, named: str | None, seconds: float = 60.0
) -> Outcome:
    """Return what `work` comes to in a process of its own.

    An error is a clear one where it is a ValueError or an OSError that says `named`; with None,
    any error will do.
    """

    def tried() -> tuple[str, str]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                return (RIGHT if same(work(), wanted) else WRONG), ""
            except Exception as error:
                told = "".join([str(error), *getattr(error, "__notes__", ())])
                clear = isinstance(error, ValueError | OSError) and str(named) in told
                said = f"{type(error).__name__}: {told}"
                return (REFUSED if named is None or clear else FAILED), said

    ended = in_child(tried, seconds=seconds)
    return Outcome(*ended.value) if ended.value else Outcome(CRASHED, ended.how)


def same(found: Any, wanted: Any) -> bool:
    """Tell whether two results are equal to the last bit."""
    if isinstance(wanted, dict):
        return found.keys() == wanted.keys() and all(same(found[k], wanted[k]) for k in wanted)
    if isinstance(wanted, list | tuple):
        return len(found) == len(wanted) and all(map(same, found, wanted))
    if isinstance(wanted, np.ndarray):
        array = np.asarray(found)
        alike = array.dtype == wanted.dtype and array.shape == wanted.shape
        return alike and np.array_equal(array, wanted, equal_nan=wanted.dtype.kind == "f")
    return type(found) is type(wanted) and bool(found == wanted)


def flip_a_bit(folder: Path, rng: np.random.Generator, pattern: str = "*") -> str:
    """Turn one bit of one file over; small files get as many of the turns as large ones do."""
    files = sorted(p for p in folder.rglob(pattern) if p.is_file() and p.stat().st_size)
    sizes = np.array([path.stat().st_size for path in files], float)
    by_size = rng.random() < 0.5
    path = files[rng.choice(len(files), p=sizes / sizes.sum() if by_size else None)]
    bit = int(rng.integers(8 * path.stat().st_size))
    with path.open("r+b") as file:
        file.seek(bit // 8)
        byte = file.read(1)[0] ^ 1 << bit % 8
        file.seek(bit // 8)
        file.write(bytes([byte]))
    return f"{path.relative_to(folder)}, bit {bit}"


def counts(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """Return the number of trials and of each outcome."""
    found = Counter(outcome.name for outcome in outcomes)
    return {"trials": len(outcomes), **{name: found[name] for name in OUTCOMES}}


def tree(folder: Path) -> list[str]:
    """Return the paths of all that lies in a folder, with random parts of names left out."""
    paths = (path.relative_to(folder).as_posix() for path in folder.rglob("*"))
    return sorted(re.sub(r"[0-9a-f]{12}", "#", path) for path in paths)
