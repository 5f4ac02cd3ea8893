"""Which cache is meant by the parameter `cache`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from langalign_sk._process import caches
from langalign_sk.store._disk import DiskCache
from langalign_sk.store._memory import MemoryCache, VectorCache
from langalign_sk.store._pool import pool_cache

#: Set to "off", it keeps a run away from every cache on disk.
SWITCH = "LANGALIGN_CACHE"


def resolve_cache(cache: Any) -> VectorCache | None:
    """Return the cache that the parameter `cache` stands for."""
    if cache is None:
        return None
    if isinstance(cache, str) and cache == "memory":
        own = _of_process()
        shared = None if _is_off() else pool_cache(own)
        return own if shared is None else shared
    if isinstance(cache, str | os.PathLike):
        _check_folder(cache)
        cache = DiskCache(cache)
    if isinstance(cache, DiskCache):
        return _of_process() if _is_off() else cache
    if isinstance(cache, VectorCache) and not isinstance(cache, type):
        return cache
    raise ValueError(
        'cache must be "memory", None, a folder or an object with get_many and put_many, got '
        f"{cache!r}"
    )


def _of_process() -> MemoryCache:
    """Return the cache behind ``cache="memory"``: one, so that clones and folds share it."""
    found: MemoryCache = caches.vectors.get("memory", MemoryCache)
    return found


def _check_folder(path: str | os.PathLike[str]) -> None:
    """Refuse a bare word that is no folder: "memroy" would make one, and be no error."""
    bare = isinstance(path, str) and os.path.basename(path) == path
    if bare and not Path(path).is_dir():
        raise ValueError(
            'cache must be "memory", None, a folder or an object with get_many and put_many, got '
            f"{path!r}; for a new folder of that name write {os.path.join('.', path)!r}"
        )


def _is_off() -> bool:
    """Tell whether this run keeps away from caches on disk."""
    value = os.environ.get(SWITCH, "")
    if value not in ("", "on", "off"):
        raise ValueError(f'{SWITCH} must be "on" or "off", got {value!r}')
    return value == "off"
