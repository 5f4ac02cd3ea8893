"""Immutable objects that remember what was derived from them."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Hashable, Mapping
from typing import Any, NoReturn, Self, TypeVar

import numpy as np

Value = TypeVar("Value")
_NOTHING: Any = object()


class Memo:
    """Thread-safe store: each key is computed once, or once in a row within a slot."""

    __slots__ = ("_guard", "_values")

    def __init__(self) -> None:
        self._guard = os.getpid(), threading.RLock()
        self._values: dict[Hashable, Any] = {}

    def get(self, key: Hashable, compute: Callable[[], Value], slot: Hashable = None) -> Value:
        """Return the value of `key`, computing it the first time.

        Of the keys of one `slot` the newest alone is kept: a search over many settings must not
        keep a matrix for each.
        """
        place = key if slot is None else ("slot", slot)
        if self._guard[0] != os.getpid():
            # A forked child: whoever held the lock is not here to let go of it.
            self._guard = os.getpid(), threading.RLock()
        with self._guard[1]:
            held, value = self._values.get(place, (_NOTHING, None))
            if held is _NOTHING or held != key:
                value = compute()
                self._values[place] = (key, value)
            found: Value = value
            return found

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays held."""
        return held_bytes([value for _, value in list(self._values.values())])

    def clear(self) -> None:
        """Forget all values; they are computed again when asked for."""
        self._values.clear()


def held_bytes(value: Any, seen: set[int] | None = None) -> int:
    """Count the bytes of all arrays that an object keeps alive, each once.

    Looks into containers and into the attributes of objects. A view counts as the array that it
    is a view of.
    """
    seen = set() if seen is None else seen
    if isinstance(value, np.ndarray):
        while isinstance(value.base, np.ndarray):
            value = value.base
    if id(value) in seen or isinstance(value, (type, str, bytes, int, float, np.generic)):
        return 0
    seen.add(id(value))
    if isinstance(value, np.ndarray):
        return 0 if isinstance(value, np.memmap) else int(value.nbytes)
    if isinstance(value, Memo):
        parts = list(value._values.values())
    elif isinstance(value, Mapping):
        parts = list(value.values())
    elif isinstance(value, (tuple, list, set, frozenset)):
        parts = list(value)
    else:
        parts = list(getattr(value, "__dict__", {}).values())
        slots = [name for cls in type(value).__mro__ for name in getattr(cls, "__slots__", ())]
        parts += [getattr(value, name, None) for name in slots if name != "__weakref__"]
    return sum(held_bytes(part, seen) for part in parts)


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
