"""Locks between processes that end with the process, however it ends."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

try:
    import fcntl as _fcntl
except ImportError:  # not a POSIX system: no locks, so two processes may do the same work twice
    fcntl: Any = None
else:
    fcntl = _fcntl


def hold(descriptor: int, *, wait: bool = False) -> bool:
    """Lock an open file for as long as it is open; False if another process holds it.

    True too where the file system knows no locks: they save work here, and guard no vector.
    """
    if fcntl is None:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def is_held(path: Path) -> bool:
    """Whether a living process holds the file."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        return not hold(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Wait for the lock on a file, which is made if need be, and hold it for the block."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        hold(descriptor, wait=True)
        yield
    finally:
        os.close(descriptor)
