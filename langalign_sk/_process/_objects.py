"""Notes on live objects, beside them: they go when the objects do."""

from __future__ import annotations

import itertools
import uuid
import weakref
from collections import OrderedDict
from typing import Any

from langalign_sk._process._fork import Lock

_STRONG = 64  # objects without weak references that are kept alive, and their numbers with them

_lock = Lock()
#: Held while a corpus opens its rows, or joins those of its parts: a part may have many sums.
joining = Lock()
_tokens: dict[int, tuple[Any, str]] = {}
_strong: OrderedDict[int, None] = OrderedDict()
_process = uuid.uuid4().hex
_count = itertools.count()
_marks: dict[int, tuple[Any, Any]] = {}
_notes: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()
# By identity, not by content: of two equal objects one may go while the other stays.
_live: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()


def identity(obj: Any) -> str:
    """Return a name for a live object that no other object, nor another process, will ever have.

    ``id`` alone would not do: Python gives the number of a dead object to the next one, which
    would then be served the dead one's vectors.
    """
    number = id(obj)
    with _lock:
        known = _tokens.get(number)
        if known is not None:
            return known[1]
        token = f"{_process}-{next(_count)}"
        try:
            # The reference has to outlive the object for its callback to run, hence the dict.
            holder: Any = weakref.ref(obj, lambda _: _tokens.pop(number, None))
        except TypeError:
            holder = obj
            _strong[number] = None
            if len(_strong) > _STRONG:
                _tokens.pop(_strong.popitem(last=False)[0], None)
        _tokens[number] = (holder, token)
        return token


def note(obj: Any, value: Any) -> None:
    """Keep a value beside an object, which does not change by that."""
    with _lock:
        _notes[obj] = value


def noted(obj: Any) -> Any:
    """Return the value kept beside an object, None if there is none."""
    with _lock:
        return _notes.get(obj)


def mark(array: Any, value: Any) -> None:
    """Keep a value beside an array, which has no hash, for as long as the array lives."""
    number = id(array)
    holder = weakref.ref(array, lambda _: _marks.pop(number, None))
    with _lock:
        _marks[number] = (holder, value)


def marked(array: Any) -> Any:
    """Return the value kept beside an array, None if there is none."""
    with _lock:
        holder, value = _marks.get(id(array), (None, None))
    return value if holder is not None and holder() is array else None


def register(obj: Any) -> None:
    """Make an object findable by `living`, as long as it lives."""
    with _lock:
        _live[id(obj)] = obj


def living() -> list[Any]:
    """Return the registered objects that are alive."""
    with _lock:
        return list(_live.values())
