"""What a process holds only once: loaded models, locks, identities of objects."""

from __future__ import annotations

import itertools
import threading
import uuid
import weakref
from collections import deque
from collections.abc import Callable, Hashable
from typing import Any


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


# Not bounded: a process uses few models, and dropping one that a live pipeline needs would cost
# a reload of seconds in every transform. `release_models` drops them when the user says so.
_models: dict[Hashable, Any] = {}
# One lock for all loads: transformers changes torch's default dtype while it builds a model, so
# even two different models must not load at once.
_load_lock = threading.RLock()

_encode_locks: dict[str, FairLock] = {}
_encode_locks_guard = threading.Lock()

_tokens: dict[int, tuple[Any, str]] = {}
_tokens_guard = threading.Lock()
_process = uuid.uuid4().hex
_count = itertools.count()


def load_once(key: Hashable, load: Callable[[], Any]) -> Any:
    """Return the model under `key`, loaded by the first caller while the others wait."""
    model = _models.get(key)
    if model is None:
        with _load_lock:
            model = _models.get(key)
            if model is None:
                model = _models[key] = load()
    return model


def release_models() -> None:
    """Forget the loaded models, so that their memory can be freed.

    A process loads each model once and keeps it for all extractors, clones and folds. This drops
    them all, for instance between experiments with models that do not fit into a GPU together. An
    extractor that is used again loads its model again.

    Examples
    --------
    >>> from langalign_sk.encoders import release_models
    >>> release_models()
    """
    with _load_lock:
        _models.clear()


def encode_lock(spec: str) -> FairLock:
    """Return the lock of the encoder with that specification."""
    with _encode_locks_guard:
        return _encode_locks.setdefault(spec, FairLock())


def identity(obj: Any) -> str:
    """Return a name for a live object that no other object, nor another process, will ever have.

    ``id`` alone would not do: Python gives the number of a dead object to the next one, which
    would then be served the dead one's vectors.
    """
    number = id(obj)
    with _tokens_guard:
        known = _tokens.get(number)
        if known is not None:
            return known[1]
        token = f"{_process}-{next(_count)}"
        try:
            # The reference has to outlive the object for its callback to run, hence the dict.
            holder: Any = weakref.ref(obj, lambda _: _tokens.pop(number, None))
        except TypeError:
            holder = obj  # cannot be referred to weakly: kept alive, and its number with it
        _tokens[number] = (holder, token)
        return token
