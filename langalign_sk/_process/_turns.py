"""Turns at an encoder that are shared: who waits is served along with the next one."""

from __future__ import annotations

import threading
import weakref
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

from langalign_sk._process._fork import Lock, renew_in_children

#: Seconds after which a thread that waits looks for Ctrl-C.
_LOOK = 0.5


@dataclass(eq=False)
class _Ticket:
    """A thread's call, and how far it is."""

    call: Any
    size: int
    kind: Hashable
    thread: int = field(default_factory=threading.get_ident)
    woken: threading.Event = field(default_factory=threading.Event)
    leads: bool = False
    served: bool = False
    #: What it was served with failed: it is served by itself.
    alone: bool = False
    #: Its thread was interrupted while another one served it.
    gone: bool = False


class Turns:
    """Turns in the order of asking, where one thread does the work of those that wait, too.

    A thread that finds nobody at work begins at once. Those that come meanwhile wait; the first of
    them then does the work of as many as fit, its own among it, and hands on. Nobody waits for
    company, and none does more than one piece of work for others. The thread whose turn it is may
    come again within it, alone.

    A ``with`` block is a turn that nothing else goes along with: a lock, handed on in the order of
    asking. With Python's own, a thread that encodes chunk after chunk takes the lock back before
    the others wake up: a request of one text would wait for a whole corpus instead of one chunk.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[_Ticket] = deque()
        self._owner: int | None = None
        self._depth = 0
        renew_in_children(self)

    def take(
        self,
        call: Any,
        serve: Callable[[list[Any]], None],
        *,
        size: int = 1,
        most: int = 0,
        kind: Hashable = None,
    ) -> None:
        """Have a call served: by ``serve([call, ...])`` here, or by another thread along with its.

        Of a piece of work that fails, each call is served by itself: an error is the error of one
        call alone.

        Parameters
        ----------
        call : object
            What `serve` leaves its result on.
        serve : callable
            Serves calls, all or none of them.
        size : int
            How much work the call is.
        most : int
            How much may be done at once; a larger call is served by itself.
        kind : hashable
            Only calls of one kind are served together.
        """
        ticket = _Ticket(call, size, kind)
        along: list[_Ticket] = []
        try:
            self._come(ticket)
            if ticket.served:
                return
            self._call(ticket, most, along)
            if along:
                try:
                    serve([call, *(other.call for other in along)])
                    for other in along:
                        other.served = True
                    return
                except Exception:
                    for other in along:
                        other.alone = True
            serve([call])
        finally:
            if ticket.leads:
                self._hand_on(along)

    def __enter__(self) -> None:
        ticket = _Ticket(None, 0, None, alone=True)
        try:
            self._come(ticket)
        except BaseException:  # Ctrl-C
            if ticket.leads:
                self._hand_on([])
            raise

    def __exit__(self, *exc: object) -> None:
        self._hand_on([])

    def _come(self, ticket: _Ticket) -> None:
        """Take the turn, or wait until it comes or the call was served."""
        try:
            with self._guard:
                if self._owner in (None, ticket.thread):
                    # In one go: Ctrl-C between two of these would leave the turn taken for ever.
                    self._owner, self._depth, ticket.leads = ticket.thread, self._depth + 1, True
                    return
                self._waiting.append(ticket)
            # Again and again: Ctrl-C just ahead of the wait is seen at its end only.
            while not ticket.woken.wait(_LOOK):
                pass
        except BaseException:  # Ctrl-C
            with self._guard:
                ticket.gone = True
                if ticket in self._waiting:
                    self._waiting.remove(ticket)
            raise

    def _call(self, ticket: _Ticket, most: int, along: list[_Ticket]) -> None:
        """Take those that may be served along with a call out of the queue, in its order."""
        with self._guard:
            room = most - ticket.size
            if self._depth > 1 or ticket.alone:
                return
            for other in list(self._waiting):
                if other.size <= room and other.kind == ticket.kind and not other.alone:
                    along.append(other)
                    self._waiting.remove(other)
                    room -= other.size

    def _hand_on(self, along: list[_Ticket]) -> None:
        """Give the turn to the next; wake who was served, and queue again who was not."""
        with self._guard:
            again = [
                other
                for other in along
                if not (other.served or other.gone or other in self._waiting)
            ]
            self._waiting.extendleft(reversed(again))
            self._depth -= 1
            if not self._depth:
                self._owner = None
                if self._waiting:
                    following = self._waiting.popleft()
                    self._owner, self._depth = following.thread, 1
                    following.leads = True
                    following.woken.set()
        for other in along:
            if other.served:
                other.woken.set()

    def after_fork(self) -> None:
        """Take the turn from threads that the child does not have."""
        self._guard = threading.Lock()
        self._waiting.clear()
        if self._owner != threading.get_ident():
            self._owner, self._depth = None, 0


# As long as somebody is at work or waits; an encoder nobody uses leaves nothing behind.
_by_key: weakref.WeakValueDictionary[Hashable, Turns] = weakref.WeakValueDictionary()
_guard = Lock()


def turns_at(key: Hashable) -> Turns:
    """Return the turns at what is known by a key."""
    with _guard:
        turns = _by_key.get(key)
        if turns is None:
            turns = _by_key[key] = Turns()
        return turns
