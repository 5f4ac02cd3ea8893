"""A .npy file that grows chunk by chunk and, after a kill, goes on where it was."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np

from langalign_sk._io import (
    TextRow,
    disk_errors_name,
    hold,
    hold_two,
    keep_rights,
    real_path,
    sync_folder,
)
from langalign_sk._numeric import Float32Array

logger = logging.getLogger("langalign_sk")

_HEADER_BYTES = 128  # of the .npy file; its shape is known at the end and fits in any case
_FORMAT = "langalign_sk transform_to 2"


class GrowingFile:
    """Rows written beside the file they will become, and a journal of what they came from.

    ``NAME.partial`` holds the rows, ``NAME.journal`` a line per chunk with digests of its texts
    and of its rows, written after the rows. A chunk whose line is there, whose texts are the same
    and whose rows have the digest is done. From the first one that is not, all is done anew. Each
    line ends in its own digest, so that a damaged one is known as such: then what is before it
    counts, and a warning says so. A line without an end is what a killed process leaves.
    """

    def __init__(self, path: Path, spec: str) -> None:
        self.path = real_path(path)
        if self.path.exists() and not self.path.is_file():
            raise ValueError(f"{path} is no file; vectors cannot be mapped from anything else")
        self._partial = self.path.with_name(self.path.name + ".partial")
        self._journal_path = self.path.with_name(self.path.name + ".journal")
        self._spec = spec
        self._n_rows = 0
        self._width: int | None = None
        self._done: list[dict[str, Any]] = []
        self._ends: list[int] = []
        self._next = 0
        self._warned = False
        self._file: Any = None
        self._journal: Any = None

    def __enter__(self) -> Self:
        self._file = _open_alone(self._partial)
        try:
            self._journal = os.fdopen(_open_private(self._journal_path, os.O_APPEND), "a+b")
            self._read_journal()
        except BaseException:  # a warning may be one
            self.__exit__()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        for file in (self._journal, self._file):
            if file is not None:
                with contextlib.suppress(OSError):  # a full disk has been told of
                    file.close()

    @property
    def width(self) -> int | None:
        """Width of the rows, once there are any."""
        return self._width

    def has(self, digest: str) -> bool:
        """Tell whether the next chunk is there, made from texts with that digest; passes it."""
        if self._next >= len(self._done):
            return False
        line = self._done[self._next]
        if line["texts"] == digest and self._width is not None:
            self._file.seek(self._offset())
            size = line["rows"] * self._width * 4
            if _digest(self._file.read(size)) == line["vectors"]:
                self._next += 1
                self._n_rows += line["rows"]
                return True
            self._drop_rest()
            self._warn(f"{self._partial} (its rows are not those that were written)")
        self._drop_rest()
        return False

    def append(self, digest: str, vectors: Float32Array) -> None:
        """Write the rows of the next chunk, then its line."""
        if self._width is None:
            self._width = vectors.shape[1]
            self._write_line({"format": _FORMAT, "spec": self._spec, "width": self._width})
        if vectors.shape[1] != self._width:
            raise ValueError(
                f"vectors of width {vectors.shape[1]}, before that of width {self._width}"
            )
        data = np.ascontiguousarray(vectors, dtype="<f4").tobytes()
        with disk_errors_name(self._partial):
            self._file.seek(self._offset())
            self._file.write(data)
            self._file.flush()
        self._write_line({"rows": len(vectors), "texts": digest, "vectors": _digest(data)})
        self._n_rows += len(vectors)

    def finish(self, width: int) -> None:
        """Give the file its head and its name."""
        self._width = width if self._width is None else self._width
        self._drop_rest()
        head = {"descr": "<f4", "fortran_order": False, "shape": (self._n_rows, self._width)}
        text = repr(head).encode("latin1").ljust(_HEADER_BYTES - 11) + b"\n"
        size = (_HEADER_BYTES - 10).to_bytes(2, "little")
        with disk_errors_name(self._partial):
            self._file.seek(0)
            self._file.write(b"\x93NUMPY\x01\x00" + size + text)
            self._file.flush()
            if self.path.exists():
                keep_rights(self._partial, self.path.stat())
            os.fsync(self._file.fileno())
        if os.name == "nt":  # where an open file cannot be renamed
            self._file.close()
        os.replace(self._partial, self.path)
        sync_folder(self.path.parent)
        self._journal.close()
        self._journal_path.unlink(missing_ok=True)

    def _offset(self) -> int:
        """Where the next row goes."""
        return _HEADER_BYTES + self._n_rows * (self._width or 0) * 4

    def _read_journal(self) -> None:
        """Take in what earlier runs did, unless they made other vectors."""
        self._journal.seek(0)
        lines: list[dict[str, Any]] = []
        at, damaged = 0, False
        # Without rows the journal is of a file that was finished, or deleted to start over.
        for line in self._journal if self._file.seek(0, os.SEEK_END) else ():
            text, _, digest = line.rpartition(b" ")
            if not line.endswith(b"\n"):
                break
            damaged = digest.decode("ascii", "replace").strip() != _digest(text)
            if damaged:
                break
            lines.append(json.loads(text))
            at += len(line)
            self._ends.append(at)
        if lines and lines[0]["format"] == _FORMAT and lines[0]["spec"] == self._spec:
            self._width = lines[0]["width"]
            self._done = lines[1:]
            self._journal.truncate(at)
            n_rows = sum(line["rows"] for line in self._done)
            logger.info("%s: %d rows are there from an earlier run", self._partial, n_rows)
        else:
            self._journal.truncate(0)
            self._file.truncate(0)
        if damaged:
            self._warn(f"{self._journal_path} (line {len(lines) + 1} is not as it was written)")

    def _warn(self, what: str) -> None:
        """Say once that something was damaged; what is left is sound, should this be an error."""
        if not self._warned:
            self._warned = True
            message = f"damaged: {what}; its rows from there on are encoded anew"
            warnings.warn(message, UserWarning, stacklevel=4)

    def _drop_rest(self) -> None:
        """Forget the chunks from the next one on."""
        self._file.truncate(max(self._offset(), _HEADER_BYTES))
        if self._next < len(self._done):
            self._journal.truncate(self._ends[self._next])
            del self._done[self._next :]

    def _write_line(self, line: dict[str, Any]) -> None:
        """Add a line to the journal."""
        text = json.dumps(line).encode()
        with disk_errors_name(self._journal_path):
            self._journal.write(text + f" {_digest(text)}\n".encode())
            self._journal.flush()


def texts_digest(texts: Sequence[TextRow], langs: list[str] | None, n_vectors: int) -> str:
    """Digest of a chunk's texts, in order, and of their languages."""
    two = hold_two(texts)
    digest = hashlib.blake2b(digest_size=16, person=b"two texts" if two or n_vectors > 1 else b"")
    flat = [text for row in texts for text in row] if two else texts
    for part in (flat, langs or ()):
        digest.update(len(part).to_bytes(8, "little"))
        for text in part:
            data = str(text).encode("utf-8", "surrogatepass")
            digest.update(len(data).to_bytes(8, "little"))
            digest.update(data)
    return digest.hexdigest()


def _digest(data: bytes) -> str:
    """Digest of rows."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _open_private(path: Path, flags: int = 0) -> int:
    """Open a file, made for its owner alone if need be."""
    return os.open(path, os.O_RDWR | os.O_CREAT | flags, 0o600)


def _open_alone(path: Path) -> Any:
    """Open the file for this process alone, new or as it was left."""
    while True:
        file = os.fdopen(_open_private(path), "r+b")
        if not hold(file.fileno()):
            file.close()
            raise ValueError(f"{path}: another process is writing this file")
        try:
            if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                return file
        except FileNotFoundError:
            pass
        file.close()  # it was finished, and renamed, between the opening and the lock
