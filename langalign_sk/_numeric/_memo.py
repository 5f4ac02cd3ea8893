"""Immutable objects that remember what was derived from them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Any, NoReturn, Self, TypeVar

Value = TypeVar("Value")


class Memo:
    """Thread-safe store: each key is computed once."""

    __slots__ = ("_lock", "_values")

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._values: dict[Hashable, Any] = {}

    def get(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        """Return the value of `key`, computing it the first time."""
        with self._lock:
            if key not in self._values:
                self._values[key] = compute()
            value: Value = self._values[key]
            return value


class Immutable:
    """Base of values that cannot change: copies are the object itself."""

    __slots__ = ()

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is immutable")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is immutable")

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self
