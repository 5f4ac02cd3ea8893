"""The vectors of one encoder on disk, as one process sees them."""

from __future__ import annotations

import contextlib
import os
import time
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from langalign_sk._numeric import Float32Array
from langalign_sk.store._index import KeyIndex, Places, as_keys
from langalign_sk.store._segment import (
    HEADER_BYTES,
    KEYS,
    ForeignFileError,
    Segment,
    SegmentWriter,
    open_segment,
    read_keys,
    read_rows,
)

_ROW_BITS = 32  # a place is the segment's number and, in the lower bits, the record's
_TOUCH_SECONDS = 60.0


class EncoderVectors:
    """Index over all segments of one encoder, and the segment that this process writes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.encoder = bytes.fromhex(folder.name)
        self._warned: set[str] = set()
        self._writer: SegmentWriter | None = None
        self._forget()

    def _forget(self) -> None:
        """Start without knowledge of what is on disk."""
        self._index = KeyIndex()
        self._segments: list[Segment] = []
        self._known: dict[str, int] = {}  # file name → number of the segment
        self._seen: list[int] = []  # records of each segment that the index has
        self._touched: dict[int, float] = {}

    def __len__(self) -> int:
        return len(self._index)

    def refresh(self) -> None:
        """Take in what any process has written since."""
        try:
            with os.scandir(self.folder) as entries:
                sizes = {e.name: e.stat().st_size for e in entries if e.name.endswith(KEYS)}
        except FileNotFoundError:
            sizes = {}
        if self._known.keys() - sizes.keys():  # evicted or merged
            self._forget()
        fresh_keys, fresh_places = [], []
        for name, size in sizes.items():
            number = self._number(name)
            if number is None or size <= HEADER_BYTES + 16 * self._seen[number]:
                continue
            try:
                keys = read_keys(self._segments[number], self._seen[number])
            except FileNotFoundError:
                continue
            first = (number << _ROW_BITS) + self._seen[number]
            fresh_keys.append(keys)
            fresh_places.append(np.arange(first, first + len(keys)))
            self._seen[number] += len(keys)
        if fresh_keys:
            self._index.add(np.concatenate(fresh_keys), np.concatenate(fresh_places))

    def get(self, keys: Sequence[bytes]) -> list[Float32Array | None]:
        """Vectors of digests; None where there is none that proves itself."""
        places = self._index.find(keys)
        if (places < 0).any():
            self.refresh()
            places = self._index.find(keys)
        found: list[Float32Array | None] = [None] * len(keys)
        wanted = [row for row, place in enumerate(places.tolist()) if place >= 0]
        reloaded = False
        while wanted:
            if self._read(wanted, places, keys, found, strike_missing=reloaded):
                self._forget()  # files were evicted or merged since
                self.refresh()
                reloaded = True
            # A damaged record may have a sound copy, written when the damage was found.
            wanted = [row for row in wanted if found[row] is None]
            places[wanted] = self._index.find([keys[row] for row in wanted])
            wanted = [row for row in wanted if places[row] >= 0]
        return found

    def put(self, keys: Sequence[bytes], rows: Float32Array, segment_bytes: int) -> None:
        """Write the vectors that are not there yet."""
        places = self._index.find(keys)
        distinct = dict.fromkeys(keys)
        new = [row for row, place in enumerate(places.tolist()) if place < 0]
        if len(distinct) < len(keys):
            first = {keys[row]: row for row in reversed(new)}
            new = sorted(first.values())
        if not new:
            return
        writer = self._writer_for(rows.shape[1], segment_bytes)
        name = writer.segment.keys_path.name
        number = self._known.get(name)
        if number is None:
            number = self._add(name, writer.segment)
        fresh = as_keys([keys[row] for row in new])
        first_place = (number << _ROW_BITS) + writer.count
        try:
            writer.append(fresh, rows[new])
        except BaseException:
            self.close()  # what it ends with is unknown: nothing is ever appended to it
            raise
        self._index.add(fresh, np.arange(first_place, first_place + len(new)))
        self._seen[number] = writer.count

    def close(self) -> None:
        """Give up the segment that this process writes; the next vectors go to a new one."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _read(
        self,
        wanted: list[int],
        places: Places,
        keys: Sequence[bytes],
        found: list[Float32Array | None],
        *,
        strike_missing: bool,
    ) -> bool:
        """Read records into `found`, strike damaged ones; whether files to read are gone."""
        rows = np.array(wanted, np.intp)
        numbers = places[rows] >> _ROW_BITS
        gone = False
        for number in np.unique(numbers).tolist():
            asked = rows[numbers == number]
            records = (places[asked] & ((1 << _ROW_BITS) - 1)).astype(np.intp)
            segment = self._segments[number]
            vectors: list[Float32Array | None] = [None] * len(asked)
            try:
                vectors = read_rows(segment, records, [keys[row] for row in asked.tolist()])
            except FileNotFoundError:
                if not strike_missing:
                    gone = True
                    continue
            for row, vector in zip(asked.tolist(), vectors, strict=True):
                found[row] = vector
            damaged = [row for row in asked.tolist() if found[row] is None]
            if damaged:
                self._index.forget([keys[row] for row in damaged], places[damaged])
                self._warn(
                    f"{segment.rows_path}: {len(damaged)} vectors are damaged or missing; they are "
                    "computed again, and `langalign-sk cache prune` clears them away"
                )
            self._touch(number)
        return gone

    def _number(self, name: str) -> int | None:
        """Number of the segment in a file; None for a file that is none, or none yet."""
        if name in self._known:
            return self._known[name]
        try:
            segment = open_segment(self.folder / name, self.encoder)
        except FileNotFoundError:
            return None
        except (ForeignFileError, OSError) as error:
            self._warn(f"{error}: it is left alone and nothing in it is used")
            return None
        return None if segment is None else self._add(name, segment)

    def _add(self, name: str, segment: Segment) -> int:
        """Count a segment in."""
        number = len(self._segments)
        self._known[name] = number
        self._segments.append(segment)
        self._seen.append(0)
        return number

    def _writer_for(self, width: int, segment_bytes: int) -> SegmentWriter:
        """Return the open segment, or a new one where it is full, evicted or of another width."""
        writer = self._writer
        if writer is not None and not (
            writer.segment.width == width
            and writer.bytes_written < segment_bytes
            and writer.is_alive()
        ):
            self.close()
            writer = None
        if writer is None:
            writer = self._writer = SegmentWriter(self.folder, self.encoder, width)
        return writer

    def _touch(self, number: int) -> None:
        """Note on disk that a segment is in use, now and then."""
        now = time.monotonic()
        if now - self._touched.get(number, -_TOUCH_SECONDS) < _TOUCH_SECONDS:
            return
        self._touched[number] = now
        with contextlib.suppress(OSError):  # read-only or just evicted: no matter to a reader
            os.utime(self._segments[number].keys_path)

    def _warn(self, message: str) -> None:
        """Report a file once."""
        name = message.partition(":")[0]
        if name not in self._warned:
            self._warned.add(name)
            warnings.warn(message, UserWarning, stacklevel=2)
