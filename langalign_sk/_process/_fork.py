"""The one thing done in a forked child: what threads of the parent held is set free."""

from __future__ import annotations

import os
import threading
import weakref
from operator import attrgetter
from typing import Protocol


class Renewable(Protocol):
    """A thing that has something to set right in a forked child."""

    def after_fork(self) -> None:
        """Drop what belongs to threads, or to a process, that the child does not have."""


_things: weakref.WeakSet[Renewable] = weakref.WeakSet()


def renew_in_children(thing: Renewable) -> None:
    """Call ``thing.after_fork()`` in every child forked from now on, for as long as it lives."""
    _things.add(thing)


def _renew() -> None:
    for thing in list(_things):
        thing.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)


class Lock:
    """A lock that its holder may take again, and that is free in a forked child.

    With Python's own, a child forked while another thread holds it would wait for ever: it has a
    copy of the lock, but not the thread that would release it.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        renew_in_children(self)

    def acquire(self, *, blocking: bool = True) -> bool:
        """Take the lock; False where another thread has it and waiting is not wanted."""
        return self._lock.acquire(blocking=blocking)

    def release(self) -> None:
        """Give it up."""
        self._lock.release()

    # Python's own, found before the block is entered: Ctrl-C between taking the lock and the block,
    # or between the block and giving it up, would leave it taken for ever.
    __enter__ = property(attrgetter("_lock.__enter__"))
    __exit__ = property(attrgetter("_lock.__exit__"))

    def after_fork(self) -> None:
        """Replace a lock that another thread held."""
        if self.acquire(blocking=False):  # free, or held by the thread that forked
            self.release()
        else:
            self._lock = threading.RLock()
