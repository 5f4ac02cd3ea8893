"""Looking after a cache's folder: what is in it, whether it is sound, making it smaller."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from langalign_sk._io import is_held
from langalign_sk.store._claims import CLAIM, MUTEX, remove_dead_claims
from langalign_sk.store._folder import (
    MARKER,
    SEGMENT_BYTES,
    encoder_folders,
    evict,
    is_cache,
    is_encoder_name,
    remove_segment,
    segment_files,
)
from langalign_sk.store._index import Keys
from langalign_sk.store._segment import (
    KEYS,
    ROWS,
    ForeignFileError,
    Segment,
    SegmentWriter,
    open_segment,
    proven,
    read_keys,
)

_BLOCK = 4096  # records looked at a time
_LEFT_BEHIND = 3600.0  # seconds after which a file without its partner has no writer any more


@dataclass(frozen=True)
class Part:
    """Share of one encoder in a cache; `used` is the time of last use."""

    encoder: str
    widths: tuple[int, ...]
    n_vectors: int
    n_files: int
    n_bytes: int
    used: float


@dataclass(frozen=True)
class Health:
    """Findings of a look at every record: problems are files with what is wrong with them."""

    n_vectors: int
    problems: tuple[str, ...]


def parts(path: Path) -> list[Part]:
    """Tell what a cache holds, by the headers and sizes of its files."""
    _check_is_cache(path)
    found = []
    for folder in encoder_folders(path):
        files = segment_files(folder)
        segments = list(_segments(folder))
        if not files:
            continue
        found.append(
            Part(
                encoder=folder.name,
                widths=tuple(sorted({s.width for s in segments})),
                n_vectors=sum(len(read_keys(s, 0)) for s in segments),
                n_files=2 * len(segments),
                n_bytes=sum(size for _, size in files.values()),
                used=max((used for used, _ in files.values()), default=0.0),
            )
        )
    return found


def verify(path: Path) -> Health:
    """Read every record and compare it with its digest and checksum."""
    _check_is_cache(path)
    problems = []
    count = 0
    for entry in sorted(path.iterdir()):
        if entry.name != MARKER and not (is_encoder_name(entry.name) and entry.is_dir()):
            problems.append(f"{entry}: not a file of this cache")
    for folder in encoder_folders(path):
        for entry in sorted(folder.iterdir()):
            if entry.suffix == KEYS:
                good, problem = _verify_segment(entry, folder)
                count += good
                problems += [f"{entry}: {problem}"] if problem else []
            elif entry.suffix == ROWS:
                if not entry.with_suffix(KEYS).exists() and _is_left_behind(entry):
                    problems.append(f"{entry}: left by a killed process, of no use")
            elif entry.suffix != CLAIM and entry.name != MUTEX:
                problems.append(f"{entry}: not a file of this cache")
    return Health(count, tuple(problems))


def prune(
    path: Path,
    *,
    max_bytes: int | None = None,
    unused_seconds: float | None = None,
    encoder: str | None = None,
) -> int:
    """Delete what is damaged or not wanted, merge small files; the bytes that became free.

    Other processes may go on using the cache: they find what was merged in its new place, and
    files that one of them is writing are left alone.
    """
    _check_is_cache(path)
    before = _size(path)
    folders = encoder_folders(path)
    if encoder is not None:
        chosen = [folder for folder in folders if folder.name.startswith(encoder)]
        if len(chosen) != 1:
            raise ValueError(
                f"{path} has {len(chosen)} encoders whose name begins with {encoder!r}: "
                "`langalign-sk cache info` lists them"
            )
        for stem in segment_files(chosen[0]):
            remove_segment(stem)
    for folder in folders:
        for stem, (used, _) in segment_files(folder).items():
            if unused_seconds is not None and time.time() - used > unused_seconds:
                remove_segment(stem)
    if max_bytes is not None:
        evict(path, max_bytes)  # before files are merged, which makes the pieces larger
    for folder in folders:
        remove_dead_claims(folder)
        _merge(folder)
    return before - _size(path)


def _merge(folder: Path) -> None:
    """Write the sound records of small or damaged segments into common ones."""
    for rows in folder.glob(f"*{ROWS}"):
        if not rows.with_suffix(KEYS).exists() and _is_left_behind(rows):
            rows.unlink(missing_ok=True)
    by_width: dict[int, list[Segment]] = {}
    for segment in _segments(folder):
        if is_held(segment.keys_path):
            continue
        small = 2 * segment.rows_path.stat().st_size < SEGMENT_BYTES
        if small or _verify_segment(segment.keys_path, folder)[1]:
            by_width.setdefault(segment.width, []).append(segment)
    for width, segments in by_width.items():
        if len(segments) == 1 and not _verify_segment(segments[0].keys_path, folder)[1]:
            continue
        _copy(folder, width, segments)
        for segment in segments:
            remove_segment(segment.stem)


def _copy(folder: Path, width: int, segments: list[Segment]) -> None:
    """Copy sound records, each digest once."""
    seen: set[bytes] = set()
    used = max(s.keys_path.stat().st_mtime for s in segments)
    writer: SegmentWriter | None = None
    for segment in segments:
        for records, sound in _records(segment):
            rows = []
            for row in np.flatnonzero(sound).tolist():
                key = records["key"][row].tobytes()
                if key not in seen:
                    seen.add(key)
                    rows.append(row)
            if not rows:
                continue
            if writer is None or writer.bytes_written >= SEGMENT_BYTES:
                _finish(writer, used)
                writer = SegmentWriter(folder, segment.encoder, width)
            writer.append(np.ascontiguousarray(records["key"][rows]), records["row"][rows])
    _finish(writer, used)


def _finish(writer: SegmentWriter | None, used: float) -> None:
    """Close a segment and let it be as old as what it was made from."""
    if writer is not None:
        writer.close()
        os.utime(writer.segment.keys_path, (used, used))
        os.utime(writer.segment.rows_path, (used, used))


def _verify_segment(keys_path: Path, folder: Path) -> tuple[int, str]:
    """Count the sound records of a segment, and say what is wrong with it, if anything."""
    try:
        segment = open_segment(keys_path, bytes.fromhex(folder.name))
        if segment is None:
            return 0, ""
        n_keys = len(read_keys(segment, 0))
        good = sum(int(sound.sum()) for _, sound in _records(segment))
    except ForeignFileError as error:
        return 0, str(error).removeprefix(f"{keys_path} ")
    except FileNotFoundError:
        # Gone since the listing (evicted), or the records were taken away from the digests.
        return 0, "its file of vectors is missing" if keys_path.exists() else ""
    return good, "" if good == n_keys else f"{n_keys - good} of {n_keys} vectors are damaged"


def _records(segment: Segment) -> Iterator[tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]]:
    """Blocks of a segment's records, and which of them are sound."""
    keys: Keys = read_keys(segment, 0)
    with segment.rows_path.open("rb") as file:
        for start in range(0, len(keys), _BLOCK):
            wanted = keys[start : start + _BLOCK]
            data = file.read(len(wanted) * segment.dtype.itemsize)
            whole = len(data) // segment.dtype.itemsize
            records = np.frombuffer(data, segment.dtype, count=whole)
            same = (records["key"] == wanted[:whole]).all(axis=1)
            yield records, proven(records, segment.encoder) & same


def _segments(folder: Path) -> Iterator[Segment]:
    """Segments of an encoder whose headers are sound."""
    for path in sorted(folder.glob(f"*{KEYS}")):
        try:
            segment = open_segment(path, bytes.fromhex(folder.name))
        except (ForeignFileError, FileNotFoundError):
            continue
        if segment is not None and segment.rows_path.exists():
            yield segment


def _is_left_behind(path: Path) -> bool:
    """Tell whether a file without its partner is older than any writer would leave it."""
    try:
        return time.time() - path.stat().st_mtime > _LEFT_BEHIND
    except FileNotFoundError:
        return False


def _size(path: Path) -> int:
    """Bytes of all segments."""
    return sum(size for f in encoder_folders(path) for _, size in segment_files(f).values())


def _check_is_cache(path: Path) -> None:
    """Refuse a folder that is no cache."""
    if not (path / MARKER).is_file() or not is_cache(path):
        raise ValueError(f"{path} is no cache: there is no {MARKER} in it")
