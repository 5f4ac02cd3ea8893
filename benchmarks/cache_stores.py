"""Which store the cache on disk should be built on: ``python -m benchmarks.cache_stores``.

Puts and gets 100,000 vectors of 384 float32 under 16-byte keys, in each of several stores. All of
them check on reading that a vector is the one that was written, all write in batches of 256, and a
store is opened anew before it is read. LMDB takes part where the package is installed.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import sqlite3
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any, Protocol

import numpy as np

from benchmarks import real_data
from benchmarks.real_data import Vectors
from langalign_sk._io import text_table
from langalign_sk.store import DiskCache, cache_folder

WIDTH = 384
BATCH = 256


class Stored(Protocol):
    """What takes part."""

    def put(self, keys: Sequence[bytes], rows: Vectors) -> None: ...

    def get(self, keys: Sequence[bytes]) -> list[Any]: ...

    def close(self) -> None: ...


class Segments:
    """The one in use: files that are only appended to, an index in memory."""

    def __init__(self, folder: Path) -> None:
        self._cache = DiskCache(folder / "cache")

    def put(self, keys: Sequence[bytes], rows: Vectors) -> None:
        self._cache.put_many("spec", keys, rows)

    def get(self, keys: Sequence[bytes]) -> list[Any]:
        return self._cache.get_many("spec", keys)

    def close(self) -> None:
        cache_folder(Path(self._cache.path)).close()


class Sqlite:
    """SQLite with a write-ahead log, so that processes may write while others read."""

    def __init__(self, folder: Path) -> None:
        self._db = sqlite3.connect(folder / "vectors.sqlite", isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=OFF")  # as the others: safe from kills alone
        self._db.execute("CREATE TABLE IF NOT EXISTS v (k BLOB PRIMARY KEY, r BLOB) WITHOUT ROWID")

    def put(self, keys: Sequence[bytes], rows: Vectors) -> None:
        records = [(k, sealed(k, row.tobytes())) for k, row in zip(keys, rows, strict=True)]
        self._db.execute("BEGIN IMMEDIATE")
        self._db.executemany("INSERT OR IGNORE INTO v VALUES (?, ?)", records)
        self._db.execute("COMMIT")

    def get(self, keys: Sequence[bytes]) -> list[Any]:
        found: dict[bytes, Any] = {}
        for start in range(0, len(keys), 500):
            part = keys[start : start + 500]
            marks = ",".join("?" * len(part))
            for key, data in self._db.execute(f"SELECT k, r FROM v WHERE k IN ({marks})", part):
                found[key] = opened(key, data)
        return [found.get(key) for key in keys]

    def close(self) -> None:
        self._db.close()


class Lmdb:
    """LMDB, one transaction per batch."""

    def __init__(self, folder: Path) -> None:
        import lmdb

        self._env = lmdb.open(str(folder / "lmdb"), map_size=2**33, sync=False)

    def put(self, keys: Sequence[bytes], rows: Vectors) -> None:
        with self._env.begin(write=True) as write:
            for key, row in zip(keys, rows, strict=True):
                write.put(key, sealed(key, row.tobytes()), overwrite=False)

    def get(self, keys: Sequence[bytes]) -> list[Any]:
        with self._env.begin() as read:
            return [None if (r := read.get(key)) is None else opened(key, r) for key in keys]

    def close(self) -> None:
        self._env.close()


class FilePerVector:
    """The naive one: a file for each vector."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, keys: Sequence[bytes], rows: Vectors) -> None:
        for key, row in zip(keys, rows, strict=True):
            path = self._path(key)
            path.parent.mkdir(exist_ok=True)
            partial = path.with_suffix(".partial")
            partial.write_bytes(sealed(key, row.tobytes()))
            partial.replace(path)

    def get(self, keys: Sequence[bytes]) -> list[Any]:
        return [opened(key, self._path(key).read_bytes()) for key in keys]

    def close(self) -> None:
        """Nothing is open."""

    def _path(self, key: bytes) -> Path:
        name = key.hex()
        return self._folder / name[:2] / name


def sealed(key: bytes, data: bytes) -> bytes:
    """Vector and checksum."""
    return data + zlib.crc32(data, zlib.crc32(key)).to_bytes(4, "little")


def opened(key: bytes, data: bytes) -> Any:
    """Vector out of a record, if the checksum is right."""
    if zlib.crc32(data[:-4], zlib.crc32(key)).to_bytes(4, "little") != data[-4:]:
        raise ValueError("damaged")
    return np.frombuffer(data, "<f4", count=(len(data) - 4) // 4)


STORES: dict[str, Callable[[Path], Stored]] = {
    "append-only segments": Segments,
    "SQLite (WAL)": Sqlite,
    "LMDB": Lmdb,
    "one file per vector": FilePerVector,
}


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cache_stores", description=__doc__)
    parser.add_argument("--n", type=int, default=100_000, help="vectors (default: %(default)s)")
    parser.add_argument("--repeat", type=int, default=3, help="rounds; the median is told")
    args = parser.parse_args(argv)
    figures = measure(args.n, args.repeat)
    rows = [
        (name, *(f"{f[column]:.2f}" for column in ("put_s", "get_s", "get_shuffled_s", "first_ms")),
         f"{f['mb']:.0f}")
        for name, f in figures.items()
    ]  # fmt: skip
    head = ("store", "put s", "get s", "get shuffled s", "open + 1 get ms", "MB on disk")
    print(text_table([head, *rows]))
    for name in STORES.keys() - figures.keys():
        print(f"{name}: not measured, its package is not installed")
    if args.n >= 100_000:
        result = {"command": "python -m benchmarks.cache_stores", "versions": real_data.versions()}
        real_data.write_result("cache_stores", {**result, "n": args.n, "figures": figures})


def measure(n: int, repeat: int) -> dict[str, dict[str, float]]:
    """Measure every store, taking turns, in seconds; the median of the rounds."""
    keys = [hashlib.blake2b(b"%d" % i, digest_size=16).digest() for i in range(n)]
    rows = np.random.default_rng(0).standard_normal((n, WIDTH)).astype(np.float32)
    there = {k: v for k, v in STORES.items() if k != "LMDB" or importlib.util.find_spec("lmdb")}
    rounds: dict[str, list[dict[str, float]]] = {name: [] for name in there}
    for _ in range(repeat):
        for name, make in there.items():
            real_data.say(f"measuring {name}")
            rounds[name].append(measure_one(make, keys, rows))
    return {
        name: {column: median(r[column] for r in found) for column in found[0]}
        for name, found in rounds.items()
    }


def measure_one(
    make: Callable[[Path], Stored], keys: list[bytes], rows: Vectors
) -> dict[str, float]:
    """Put everything, get one, get everything in order and in disorder; compare every vector."""
    order = np.random.default_rng(1).permutation(len(keys))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = make(folder)
        start = time.perf_counter()
        for at in range(0, len(keys), BATCH):
            store.put(keys[at : at + BATCH], rows[at : at + BATCH])
        put = time.perf_counter() - start
        store.close()
        start = time.perf_counter()
        store = make(folder)
        store.get(keys[:1])
        first = time.perf_counter() - start
        start = time.perf_counter()
        found = np.stack(store.get(keys))
        get = time.perf_counter() - start
        assert np.array_equal(found, rows)
        shuffled = [keys[i] for i in order]
        start = time.perf_counter()
        found = np.stack(store.get(shuffled))
        get_shuffled = time.perf_counter() - start
        assert np.array_equal(found, rows[order])
        store.close()
        size = sum(stat.st_blocks * 512 for stat in _stats(folder))
    return {
        "put_s": put,
        "get_s": get,
        "get_shuffled_s": get_shuffled,
        "first_ms": 1e3 * first,
        "mb": size / 1e6,
    }


def _stats(folder: Path) -> Iterator[os.stat_result]:
    """Stat of every file."""
    return (path.stat() for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    main()
