"""Immutable objects that remember what was derived from them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Any, NoReturn, Self, TypeVar

Value = TypeVar("Value")
_NOTHING: Any = object()


class Memo:
    """Thread-safe store: each key is computed once, or once in a row within a slot."""

    __slots__ = ("_lock", "_values")

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._values: dict[Hashable, Any] = {}

    def get(self, key: Hashable, compute: Callable[[], Value], slot: Hashable = None) -> Value:
        """Return the value of `key`, computing it the first time.

        Of the keys of one `slot` the newest alone is kept: a search over many settings must not
        keep a matrix for each.
        """
        place = key if slot is None else ("slot", slot)
        with self._lock:
            held, value = self._values.get(place, (_NOTHING, None))
            if held is _NOTHING or held != key:
                value = compute()
                self._values[place] = (key, value)
            found: Value = value
            return found


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
