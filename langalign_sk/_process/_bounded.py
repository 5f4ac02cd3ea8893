"""A cache that is bounded in bytes and computes each value once."""

from __future__ import annotations

import mmap
import sys
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from types import FunctionType, ModuleType
from typing import Any, Generic, TypeVar

import numpy as np

from langalign_sk._process._fork import Lock, renew_in_children

Value = TypeVar("Value")


class BoundedCache(Generic[Value]):
    """The values used last, within a bound; the newest always stays.

    Threads that ask for the same missing value wait for one of them to compute it, while other
    keys go ahead.

    Parameters
    ----------
    max_bytes : int, optional
        Bound on all that the values hold, see `held_bytes`.
    max_items : int, optional
        Bound on their number.
    on_drop : callable, optional
        Called with each value that is dropped.
    """

    def __init__(
        self,
        max_bytes: int | None = None,
        *,
        max_items: int | None = None,
        on_drop: Callable[[Value], None] | None = None,
    ) -> None:
        self.max_bytes = max_bytes
        self.max_items = max_items
        self._on_drop = on_drop
        self._values: OrderedDict[Hashable, tuple[Value, int, int | None]] = OrderedDict()
        self._bytes = 0
        self._computing: dict[Hashable, threading.RLock] = {}
        self._owned: dict[int, set[Hashable]] = {}
        self._dead: deque[int] = deque()
        self._lock = Lock()
        renew_in_children(self)

    @property
    def n_bytes(self) -> int:
        """Bytes held."""
        return self._bytes

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._values

    def get(self, key: Hashable, compute: Callable[[], Value], owner: int | None = None) -> Value:
        """Return the value of `key`, computed and kept if it is not there.

        The values of an `owner` are forgotten by `disown`.
        """
        with self._lock:
            found = self._values.get(key)
            if found is not None:
                self._values.move_to_end(key)
                return found[0]
            turn = self._computing.setdefault(key, threading.RLock())
        with turn:
            found = self._values.get(key)
            if found is not None:
                return found[0]
            try:
                value = compute()
                self.put(key, value, owner)
            finally:
                self._computing.pop(key, None)
        return value

    def known(self, key: Hashable) -> Value | None:
        """Return the value of `key`, None if it is not there."""
        with self._lock:
            found = self._values.get(key)
            if found is None:
                return None
            self._values.move_to_end(key)
            return found[0]

    def put(self, key: Hashable, value: Value, owner: int | None = None) -> None:
        """Keep a value, dropping those unused for longest until the rest fits."""
        size = 0 if self.max_bytes is None else held_bytes(value)
        with self._lock:
            dropped = [old for old in self._pop(key) if old is not value] + self._pop_dead()
            self._values[key] = value, size, owner
            self._bytes += size
            if owner is not None:
                self._owned.setdefault(owner, set()).add(key)
            while len(self._values) > 1 and (
                (self.max_bytes is not None and self._bytes > self.max_bytes)
                or (self.max_items is not None and len(self._values) > self.max_items)
            ):
                dropped += self._pop(next(iter(self._values)))
        self._tell(dropped)

    def drop(self, key: Hashable) -> None:
        """Forget one value."""
        with self._lock:
            dropped = self._pop(key)
        self._tell(dropped)

    def clear(self) -> None:
        """Forget all values."""
        with self._lock:
            values, self._values, self._owned, self._bytes = self._values, OrderedDict(), {}, 0
        self._tell([value for value, _, _ in values.values()])

    def disown(self, owner: int) -> None:
        """Forget the values of an owner.

        For destructors, which run in whatever thread, at whatever line: where another thread is at
        work here, this is left to the next one that keeps a value. Two destructors that wait might
        wait for each other.
        """
        if owner not in self._owned:
            return
        self._dead.append(owner)
        if self._lock.acquire(blocking=False):
            try:
                dropped = self._pop_dead()
            finally:
                self._lock.release()
            self._tell(dropped)

    def after_fork(self) -> None:
        """Set right what another thread may have left between two steps."""
        self._computing = {}
        self._bytes = sum([size for _, size, _ in self._values.values()])

    def _pop_dead(self) -> list[Value]:
        """Take out the values of dead owners."""
        dropped: list[Value] = []
        while self._dead:
            for key in self._owned.pop(self._dead.pop(), set()):
                dropped += self._pop(key)
        return dropped

    def _pop(self, key: Hashable) -> list[Value]:
        """Take a value out, if it is there."""
        value, size, owner = self._values.pop(key, (None, 0, None))
        self._bytes -= size
        if owner is not None and owner in self._owned:
            self._owned[owner].discard(key)
        return [] if value is None else [value]

    def _tell(self, dropped: list[Value]) -> None:
        """Let go of values, outside of the lock."""
        if self._on_drop is not None:
            for value in dropped:
                self._on_drop(value)


#: Referred to by many, and held by none of them.
_SHARED = (type, ModuleType, FunctionType, BoundedCache)


def held_bytes(value: Any) -> int:
    """Count the bytes that an object keeps in memory: arrays, texts, and what its parts hold.

    An array counts with all of the memory it looks into, a mapped file with none.
    """
    total = 0
    seen: set[int] = set()
    todo = [value]
    while todo:
        item = todo.pop()
        if item is None or isinstance(item, _SHARED) or id(item) in seen:
            continue
        seen.add(id(item))
        if isinstance(item, np.ndarray):
            if item.base is None:
                total += item.nbytes
            else:
                todo.append(item.base)
        elif not isinstance(item, mmap.mmap):
            total += sys.getsizeof(item)
            todo += _parts_of(item)
    return total


def _parts_of(item: Any) -> list[Any]:
    """List what an object refers to and so keeps alive."""
    if isinstance(item, (str, bytes, int, float)):
        return []
    if isinstance(item, dict):
        return [*item, *item.values()]
    if isinstance(item, (list, tuple, set, frozenset)):
        return list(item)
    slots = [getattr(cls, "__slots__", ()) for cls in type(item).__mro__]
    names = {name for found in slots for name in ([found] if isinstance(found, str) else found)}
    parts = [getattr(item, name, None) for name in names if not name.startswith("__")]
    return [*parts, getattr(item, "__dict__", None)]
