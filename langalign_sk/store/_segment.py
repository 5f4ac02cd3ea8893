"""Files of a cache on disk: records that prove themselves, one writer per file, never changed.

A segment is two files. ``NAME.keys`` is a header and 16 bytes per record, the digest of a text;
``NAME.rows`` holds the records: the digest again, the vector, a checksum over both. A record is
written before its entry in ``NAME.keys``, so a process killed in between leaves a record that
nobody looks for. Records are all of one size; a torn last one is seen by its length, a damaged or
misplaced one by its digest or checksum.
"""

from __future__ import annotations

import os
import secrets
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from langalign_sk._io import hold
from langalign_sk._numeric import Float32Array
from langalign_sk.store._index import KEY_BYTES, Keys, as_keys

KEYS, ROWS = ".keys", ".rows"
HEADER_BYTES = 64
_MAGIC = b"langalign_sk vec"
_VERSION = 1
_HEADER = struct.Struct("<16sII16s")
_RUN_BYTES = 4 * 2**20  # read at once


class ForeignFileError(ValueError):
    """A file that no cache wrote, or whose header is damaged."""


@dataclass(frozen=True)
class Segment:
    """One pair of files, known by the path without suffix."""

    stem: Path
    width: int
    encoder: bytes

    @property
    def keys_path(self) -> Path:
        """File with header and digests."""
        return self.stem.with_name(self.stem.name + KEYS)

    @property
    def rows_path(self) -> Path:
        """File with records."""
        return self.stem.with_name(self.stem.name + ROWS)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of a record."""
        return np.dtype([("key", "<u8", (2,)), ("row", "<f4", (self.width,)), ("check", "<u4")])


def open_segment(keys_path: Path, encoder: bytes) -> Segment | None:
    """Read a segment's header; None while its writer has not written it yet."""
    with keys_path.open("rb") as file:
        head = file.read(HEADER_BYTES)
    if len(head) < HEADER_BYTES:
        if head and not _header(encoder, 0)[: _HEADER.size].startswith(head[:16]):
            raise ForeignFileError(f"{keys_path} is no file of this cache")
        return None
    magic, version, width, owner = _HEADER.unpack_from(head)
    if magic != _MAGIC:
        raise ForeignFileError(f"{keys_path} is no file of this cache")
    if head != _header(owner, width, version):
        raise ForeignFileError(f"{keys_path} has a damaged header")
    if version != _VERSION:
        raise ForeignFileError(
            f"{keys_path} has format {version}; this version of langalign_sk reads {_VERSION}"
        )
    if owner != encoder:
        raise ForeignFileError(f"{keys_path} belongs to another encoder")
    return Segment(keys_path.with_suffix(""), width, owner)


def read_keys(segment: Segment, start: int) -> Keys:
    """Digests from record number `start` on."""
    offset = HEADER_BYTES + start * KEY_BYTES
    with segment.keys_path.open("rb") as file:
        file.seek(offset)
        data = file.read()
    return as_keys([data[: len(data) // KEY_BYTES * KEY_BYTES]])


def read_rows(
    segment: Segment, rows: npt.NDArray[np.intp], keys: Sequence[bytes]
) -> list[Float32Array | None]:
    """Vectors of records, in the order of `rows`; None for those that do not prove themselves.

    Plain reads, no memory map: a file that somebody cuts short under a map kills the process.
    """
    found: list[Float32Array | None] = [None] * len(rows)
    order = np.argsort(rows, kind="stable")
    dtype = segment.dtype
    size = dtype.itemsize
    breaks = np.flatnonzero(np.diff(rows[order]) != 1) + 1
    longest = max(1, _RUN_BYTES // size)
    with segment.rows_path.open("rb", buffering=0) as file:
        for run in np.split(order, breaks):
            for start in range(0, len(run), longest):
                part = run[start : start + longest]
                file.seek(int(rows[part[0]]) * size)
                data = file.read(len(part) * size)
                records = np.frombuffer(data, dtype, count=len(data) // size)
                good = proven(records, segment.encoder)
                wanted = as_keys([keys[i] for i in part[: len(records)]])
                good &= (records["key"] == wanted).all(axis=1)
                vectors = records["row"]
                for at, (i, ok) in enumerate(zip(part.tolist(), good.tolist(), strict=False)):
                    if ok:
                        found[i] = vectors[at]
    return found


def proven(records: npt.NDArray[Any], encoder: bytes) -> npt.NDArray[np.bool_]:
    """Tell whether each record has the checksum of its content."""
    return np.asarray(_checks(records, encoder) == records["check"])


def _checks(records: npt.NDArray[Any], encoder: bytes) -> npt.NDArray[np.uint32]:
    """Checksum of each record's digest and vector, for one encoder."""
    seed = zlib.crc32(encoder)
    size = records.dtype.itemsize
    data = memoryview(np.ascontiguousarray(records).view(np.uint8).data)
    crc32 = zlib.crc32
    return np.fromiter(
        (crc32(data[at : at + size - 4], seed) for at in range(0, len(data), size)),
        np.uint32,
        len(records),
    )


def _header(encoder: bytes, width: int, version: int = _VERSION) -> bytes:
    """First bytes of a file of digests."""
    head = _HEADER.pack(_MAGIC, version, width, encoder)
    head = head.ljust(HEADER_BYTES - 4, b"\0")
    return head + struct.pack("<I", zlib.crc32(head))


class SegmentWriter:
    """Appends records to a segment of its own; no other process writes to it."""

    def __init__(self, folder: Path, encoder: bytes, width: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.segment = Segment(folder / secrets.token_hex(8), width, encoder)
        self.count = 0
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
        self._rows = os.open(self.segment.rows_path, flags, 0o666)
        try:
            self._keys = os.open(self.segment.keys_path, flags, 0o666)
        except BaseException:
            os.close(self._rows)
            raise
        try:
            # Held while this process writes: merging leaves the segment alone so long.
            hold(self._keys)
            _write(self._keys, _header(encoder, width))
        except BaseException:
            self.close()
            raise

    @property
    def bytes_written(self) -> int:
        """Size of the records."""
        return self.count * self.segment.dtype.itemsize

    def append(self, keys: Keys, rows: Float32Array) -> None:
        """Write records, then their digests."""
        records = np.zeros(len(keys), self.segment.dtype)
        records["key"] = keys
        records["row"] = rows
        records["check"] = _checks(records, self.segment.encoder)
        _write(self._rows, records)
        _write(self._keys, np.ascontiguousarray(keys))
        self.count += len(keys)

    def is_alive(self) -> bool:
        """Tell whether the files are still there: they may have been evicted, or moved away."""
        try:
            there = os.stat(self.segment.keys_path)
        except FileNotFoundError:
            return False
        return os.path.samestat(there, os.fstat(self._keys))

    def close(self) -> None:
        """Give the files up."""
        os.close(self._keys)
        os.close(self._rows)


def _write(descriptor: int, data: Any) -> None:
    """Write everything; a single call may write a part."""
    flat = data.reshape(-1).view(np.uint8).data if isinstance(data, np.ndarray) else data
    view = memoryview(flat)
    while len(view):
        view = view[os.write(descriptor, view) :]
