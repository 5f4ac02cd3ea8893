"""Every cache of the process, in one table."""

from __future__ import annotations

import ctypes
import functools
import itertools
import os
from collections.abc import Callable, Hashable
from typing import Any, ParamSpec, TypeVar

from langalign_sk._process._bounded import BoundedCache

Value = TypeVar("Value")
Arguments = ParamSpec("Arguments")
MIB = 2**20


class Caches:
    """All that a process remembers although it could be had again."""

    def __init__(self) -> None:
        #: Moments of vectors, by the content of their corpus and how its pairs are weighed.
        self.moments: BoundedCache[Any] = BoundedCache(256 * MIB)
        #: What was derived from moments that are alive: decompositions, gates, passages.
        self.derived: BoundedCache[Any] = BoundedCache(512 * MIB)
        #: Vectors of corpora of texts that are alive, by the specification of the extractor.
        self.embedded: BoundedCache[Any] = BoundedCache(512 * MIB)
        #: How well each pair of a corpus fits the others, by its content.
        self.judgements: BoundedCache[Any] = BoundedCache(64 * MIB)
        #: Numbers of the pairs of a corpus, by its content.
        self.pair_numbers: BoundedCache[frozenset[int]] = BoundedCache(64 * MIB)
        #: The cache behind ``cache="memory"``, which is bounded itself.
        self.vectors: BoundedCache[Any] = BoundedCache(max_items=1)
        #: The folder that this process shares with its workers, which is removed.
        self.pools: BoundedCache[Any] = BoundedCache(max_items=1, on_drop=lambda p: p.remove())
        #: Folders of vectors in use, and what is known of each.
        self.folders: BoundedCache[Any] = BoundedCache(max_items=16, on_drop=lambda f: f.close())
        #: Widths of vectors by the specification of their encoder.
        self.widths: BoundedCache[int] = BoundedCache(max_items=4096)
        #: Models of the Hub by name and revision.
        self.checkpoints: BoundedCache[Any] = BoundedCache(max_items=1024)
        #: Digests of files by path, size and time of change.
        self.file_digests: BoundedCache[str] = BoundedCache(max_items=4096)
        #: Addresses of servers that have answered.
        self.answered: BoundedCache[bool] = BoundedCache(max_items=1024)
        #: Statistical detectors of languages, which are large.
        self.detectors: BoundedCache[Any] = BoundedCache(max_items=4)
        #: Detectors of languages that were learned from pairs, by the content of these.
        self.learned: BoundedCache[Any] = BoundedCache(32 * MIB)
        #: Models that were sent to this process, by the digest of what was sent.
        self.shipped: BoundedCache[Any] = BoundedCache(max_items=4)
        #: Tables that are made when first needed.
        self.tables: BoundedCache[Any] = BoundedCache(max_items=64)


caches = Caches()
_tokens = itertools.count()


def clear_caches() -> None:
    """Empty every cache of this process, to give memory back.

    Moments of corpora and what was derived from them, embedded corpora, vectors of texts, indices
    of caches on disk and tables: all of it is computed or read again when it is next needed, and
    no result changes. What fitted estimators, corpora and other objects hold is theirs and stays;
    so do loaded models, which `langalign_sk.encoders.release_models` drops.

    Notes
    -----
    Without this call the caches stay below bounds of their own: 256 MiB of moments, 512 MiB of
    what was derived from them, 512 MiB of embedded corpora, 256 MiB of vectors of texts, twice
    64 MiB of figures about pairs, 32 MiB of detectors of languages, or one value of each kind where
    that alone is larger.

    Examples
    --------
    >>> import langalign_sk
    >>> langalign_sk.clear_caches()
    """
    for cache in vars(caches).values():
        cache.clear()
    give_back()


def give_back() -> None:
    """Give free memory back to the system: many pieces leave holes, which glibc keeps unasked."""
    if os.name == "posix":
        trim: Any = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


class Memo:
    """Values derived from one object: kept in a cache of the process, gone with the object."""

    __slots__ = ("__weakref__", "_cache", "_token")

    def __init__(self, cache: BoundedCache[Any] | None = None) -> None:
        self._cache = caches.derived if cache is None else cache
        self._token = next(_tokens)

    def get(self, key: Hashable, compute: Callable[[], Value], slot: Hashable = None) -> Value:
        """Return the value of `key`, computing it where it is not known.

        Of the keys of one `slot` the newest alone is kept: a search over many settings must not
        keep a matrix for each.
        """
        place = (self._token, key if slot is None else ("slot", slot))
        while True:
            held, value = self._cache.get(place, lambda: (key, compute()), self._token)
            if held == key:
                found: Value = value
                return found
            self._cache.drop(place)

    def __del__(self) -> None:
        self._cache.disown(self._token)


def computed_once(function: Callable[Arguments, Value]) -> Callable[Arguments, Value]:
    """Make a function that gives a table remember it, by its positional arguments."""

    @functools.wraps(function)
    def once(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Value:
        table: Value = caches.tables.get((function, args), lambda: function(*args, **kwargs))
        return table

    return once
