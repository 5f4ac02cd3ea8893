"""A cache that is bounded in bytes and computes each value once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class BoundedCache(Generic[Value]):
    """Least recently used values go first; the newest always stays.

    Threads that ask for the same missing value wait for one of them to compute it, while other
    keys go ahead.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._values: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._computing: dict[Hashable, threading.RLock] = {}
        self._lock = threading.RLock()

    def get(
        self, key: Hashable, compute: Callable[[], Value], size: Callable[[Value], int]
    ) -> Value:
        """Value of `key`, computed and stored if it is not there; `size` gives its bytes."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key][0]
            turn = self._computing.setdefault(key, threading.RLock())
        with turn:
            with self._lock:
                if key in self._values:
                    return self._values[key][0]
            try:
                value = compute()
                with self._lock:
                    self._values[key] = value, size(value)
                    self._evict()
            finally:
                with self._lock:
                    self._computing.pop(key, None)
        return value

    def __contains__(self, key: Hashable) -> bool:
        return key in self._values

    def clear(self) -> None:
        """Forget all values."""
        with self._lock:
            self._values.clear()

    def _evict(self) -> None:
        """Drop old values until the rest fits."""
        total = sum(size for _, size in self._values.values())
        while total > self._max_bytes and len(self._values) > 1:
            _, (_, size) = self._values.popitem(last=False)
            total -= size
