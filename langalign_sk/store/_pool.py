"""What the processes of one pool remember in common, for as long as their parent lives."""

from __future__ import annotations

import atexit
import multiprocessing
import os
import shutil
import stat
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from langalign_sk._numeric import Float32Array
from langalign_sk._process import caches
from langalign_sk.store._disk import DiskCache
from langalign_sk.store._memory import MemoryCache

#: How processes are called that work for a parent: those of joblib, and those of Dask.
_WORKERS = ("LokyProcess", "Dask Worker process")
_NAME = "langalign-sk-pool"
_GONE = "gone"


class PoolCache(DiskCache):
    """Vectors in memory, and in a folder that the processes of a pool and their parent share."""

    def __init__(self, path: str | os.PathLike[str], memory: MemoryCache) -> None:
        super().__init__(path, max_bytes=memory.max_bytes)
        self._memory = memory

    def get_many(self, spec: str, keys: Sequence[bytes]) -> list[Float32Array | None]:
        found = self._memory.get_many(spec, keys)
        missing = [row for row, vector in enumerate(found) if vector is None]
        if missing:
            read = super().get_many(spec, [keys[row] for row in missing])
            for row, vector in zip(missing, read, strict=True):
                found[row] = vector
            new = [row for row in missing if found[row] is not None]
            if new:
                vectors = np.stack([vector for vector in read if vector is not None])
                self._memory.put_many(spec, [keys[row] for row in new], vectors)
        return found

    def put_many(self, spec: str, keys: Sequence[bytes], rows: Float32Array) -> None:
        self._memory.put_many(spec, keys, rows)
        super().put_many(spec, keys, rows)


def pool_cache(memory: MemoryCache) -> PoolCache | None:
    """Return what a worker shares with its kin, and a parent with its workers; None without any.

    The folder belongs to the user alone, is bounded as the memory is, and goes with the parent.
    """
    if os.name != "posix":  # no locks by which processes agree on who encodes what
        return None
    works = multiprocessing.current_process().name.startswith(_WORKERS)
    path = _folder_of(os.getppid() if works else os.getpid())
    if works and not path.exists():
        with suppress(OSError):
            _remove_dead(path.parent)
            path.mkdir(mode=0o700)
    try:
        found = path.lstat()
    except OSError:
        return None
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        return None
    return PoolCache(path, memory)


def expect_workers() -> None:
    """See to it that the folder of this process, should workers make one, goes with it.

    It also goes when the process empties its caches.
    """
    caches.pools.get(os.getpid(), lambda: _Own(os.getpid()))


class _Own:
    """The folder of a process and its workers, which may not be there yet."""

    def __init__(self, owner: int) -> None:
        self._owner = owner
        atexit.register(self.remove)

    def remove(self) -> None:
        """Remove the folder, unless this is a fork of the process that it belongs to."""
        if os.getpid() == self._owner:
            path = _folder_of(self._owner)
            gone = path.with_name(f"{path.name}-{_GONE}")
            with suppress(OSError):
                path.rename(gone)  # at one stroke: no worker finds half of it
            shutil.rmtree(gone, ignore_errors=True)


def _folder_of(owner: int) -> Path:
    """Return the folder of a parent and its workers."""
    return Path(tempfile.gettempdir(), f"{_NAME}-{os.getuid()}-{owner}")


def _remove_dead(place: Path) -> None:
    """Remove what killed parents left."""
    for path in place.glob(f"{_NAME}-{os.getuid()}-*"):
        owner = path.name.rpartition("-")[2]
        if owner == _GONE or (owner.isdigit() and not _lives(int(owner))):
            shutil.rmtree(path, ignore_errors=True)


def _lives(pid: int) -> bool:
    """Tell whether there is such a process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
