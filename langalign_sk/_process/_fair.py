"""Turns at an encoder, in the order of asking."""

from __future__ import annotations

import threading
import weakref
from collections import deque

from langalign_sk._process._fork import Lock, renew_in_children


class FairLock:
    """A lock handed on in the order of asking; the thread that holds it may take it again.

    With Python's own, a thread that encodes chunk after chunk takes the lock back before the
    others wake up: a request of one text would wait for a whole corpus instead of one chunk.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[tuple[int, threading.Event]] = deque()
        self._owner: int | None = None
        self._depth = 0
        renew_in_children(self)

    def __enter__(self) -> None:
        me = threading.get_ident()
        with self._guard:
            if self._owner in (None, me):
                self._owner = me
                self._depth += 1
                return
            ticket = (me, threading.Event())
            self._waiting.append(ticket)
        try:
            ticket[1].wait()
        except BaseException:  # Ctrl-C while waiting: leave the queue, or hand the lock on
            with self._guard:
                if ticket in self._waiting:
                    self._waiting.remove(ticket)
                    raise
            self.__exit__()
            raise

    def __exit__(self, *exc: object) -> None:
        with self._guard:
            self._depth -= 1
            if self._depth:
                return
            self._owner = None
            if self._waiting:
                self._owner, turn = self._waiting.popleft()
                self._depth = 1
                turn.set()

    def after_fork(self) -> None:
        """Take the lock from threads that the child does not have."""
        self._guard = threading.Lock()
        self._waiting.clear()
        if self._owner != threading.get_ident():
            self._owner, self._depth = None, 0


# As long as somebody holds or awaits one; an encoder nobody uses leaves nothing behind.
_by_spec: weakref.WeakValueDictionary[str, FairLock] = weakref.WeakValueDictionary()
_guard = Lock()


def encode_lock(spec: str) -> FairLock:
    """Return the lock of the encoder with that specification."""
    with _guard:
        lock = _by_spec.get(spec)
        if lock is None:
            lock = _by_spec[spec] = FairLock()
        return lock
