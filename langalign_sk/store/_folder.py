"""A cache's folder: a marker, a part per encoder, a bound on the whole."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from langalign_sk._io import atomic_file
from langalign_sk._numeric import Float32Array
from langalign_sk._process import BoundedCache, Lock, caches, renew_in_children
from langalign_sk.store._claims import claimed
from langalign_sk.store._index import KEY_BYTES
from langalign_sk.store._segment import KEYS, ROWS
from langalign_sk.store._vectors import EncoderVectors

MARKER = "langalign-sk-cache.json"
_FORMAT = {"format": "langalign_sk vectors", "version": 1}
SEGMENT_BYTES = 64 * 2**20  # what eviction takes away at a time
_OPEN_WRITERS = 16  # of a grid over many layers: two open files each


def cache_folder(path: Path) -> CacheFolder:
    """Return what this process knows of a folder, shared by all that use it."""
    path = Path(os.path.abspath(path.expanduser()))
    folder: CacheFolder = caches.folders.get(path, lambda: CacheFolder(path))
    return folder


class CacheFolder:
    """One folder, as one process sees it; safe for its threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = Lock()
        self._encoders: dict[str, EncoderVectors] = {}
        self._writing: BoundedCache[EncoderVectors] = BoundedCache(
            max_items=_OPEN_WRITERS, on_drop=lambda vectors: vectors.close()
        )
        #: Claims of this process → open file, whose lock shows that it lives.
        self._claims: dict[Path, int] = {}
        self._warned = False
        self._opened = False
        self._marked = False
        renew_in_children(self)

    def get_many(self, spec: str, keys: Sequence[bytes]) -> list[Float32Array | None]:
        """Vector of each key, None where there is none."""
        _check_keys(keys)
        with self._lock, self._never_failing():
            if self._is_there():
                return self._vectors_of(encoder_name(spec)).get(keys)
        return [None] * len(keys)

    def put_many(
        self, spec: str, keys: Sequence[bytes], rows: Float32Array, max_bytes: int | None
    ) -> None:
        """Keep vectors, then bring the folder under its bound."""
        _check_keys(keys)
        name = encoder_name(spec)
        share = SEGMENT_BYTES if max_bytes is None else max_bytes // 16
        with self._lock, self._never_failing():
            self._make()
            vectors = self._vectors_of(name)
            vectors.put(keys, rows, min(SEGMENT_BYTES, share))
            self._writing.put(name, vectors)
            if max_bytes is not None:
                evict(self.path, max_bytes)

    @contextmanager
    def claim(self, spec: str, keys: Sequence[bytes]) -> Iterator[list[bool]]:
        """Claim texts for the block."""
        folder = self.path / encoder_name(spec)
        with self._lock, self._never_failing():
            self._make()
            folder.mkdir(exist_ok=True)
        with claimed(folder, keys, self._claims) as mine:
            yield mine

    def count(self) -> int:
        """Vectors in the folder."""
        with self._lock:
            if not self._is_there():
                return 0
            for folder in encoder_folders(self.path):
                self._vectors_of(folder.name).refresh()
            return sum(map(len, self._encoders.values()))

    def close(self) -> None:
        """Give up what is open and known, as if this process had just begun."""
        with self._lock:
            self._writing.clear()
            self._encoders.clear()
            self._opened = self._marked = False

    def after_fork(self) -> None:
        """Close a child's copies of its parent's files, whose locks must end with the parent."""
        for descriptor in self._claims.values():
            with contextlib.suppress(OSError):
                os.close(descriptor)
        for vectors in self._encoders.values():
            with contextlib.suppress(OSError):
                vectors.close()
        self._claims.clear()  # also for those who look into it
        self.__init__(self.path)  # type: ignore[misc]  # as if this process had just begun

    def _vectors_of(self, encoder: str) -> EncoderVectors:
        """Part of the folder that belongs to an encoder."""
        if encoder not in self._encoders:
            self._encoders[encoder] = EncoderVectors(self.path / encoder)
        return self._encoders[encoder]

    def _is_there(self) -> bool:
        """Tell whether the folder is a cache; raise if it is something else."""
        self._opened = self._opened or is_cache(self.path)
        return self._opened

    def _make(self) -> None:
        """Make the folder if need be, and its marker, which may be damaged."""
        if self._is_there() and self._marked and (self.path / MARKER).is_file():
            return
        if self._marked:  # it was removed, and what is open leads nowhere
            self._writing.clear()
            self._encoders.clear()
        self.path.mkdir(parents=True, exist_ok=True)
        if _marked(self.path) != _FORMAT:
            with atomic_file(self.path / MARKER, private=False) as file:
                file.write(json.dumps(_FORMAT).encode() + b"\n")
        self._opened = self._marked = True

    @contextmanager
    def _never_failing(self) -> Iterator[None]:
        """Say once that the disk does not do its part, and go on without."""
        try:
            yield
        except OSError as error:
            if not self._warned:
                self._warned = True
                warnings.warn(
                    f"the cache {self.path} can't be used ({error}): what it lacks is computed, "
                    "and not kept",
                    UserWarning,
                    stacklevel=5,
                )


def is_cache(path: Path) -> bool:
    """Tell whether a folder is a cache: not if it is empty or missing; raise for any other.

    A damaged marker is told and does no harm: the files of vectors have checksums of their own.
    """
    try:
        others = [name for name in os.listdir(path) if not name.endswith(MARKER)]
    except FileNotFoundError:
        return False
    except NotADirectoryError:
        raise ValueError(f"{path} is a file; a cache needs a folder") from None
    found = _marked(path)
    if found == _FORMAT:
        return True
    if found is None and not others:  # one that is being made, maybe
        return False
    if found is None or not all(map(is_encoder_name, others)):
        what = f"no {MARKER} among them" if found is None else f"and {MARKER} is damaged"
        raise ValueError(
            f"{path} holds other files ({what}): give a new or an empty folder for the cache"
        )
    if found.get("format") == _FORMAT["format"]:
        raise OSError(
            f"{path / MARKER} is of version {found.get('version')!r}, this langalign_sk writes "
            f"{_FORMAT['version']}: use another folder, or delete this one, all of which can be "
            "computed again"
        )
    warnings.warn(
        f"{path / MARKER} is damaged: the vectors, which have checksums of their own, are used, "
        "and it is written anew with the next ones",
        UserWarning,
        stacklevel=2,
    )
    return True


def _marked(path: Path) -> dict[str, Any] | None:
    """Return what a folder's marker says: None without one, nothing where it can't be read."""
    try:
        found = json.loads((path / MARKER).read_bytes())
    except FileNotFoundError:
        return None
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def encoder_name(spec: str) -> str:
    """Name of an encoder's part of the folder."""
    return hashlib.blake2b(spec.encode(), digest_size=16).hexdigest()


def encoder_folders(path: Path) -> list[Path]:
    """Parts of a cache's folder."""
    return sorted(p for p in path.iterdir() if is_encoder_name(p.name) and p.is_dir())


def is_encoder_name(name: str) -> bool:
    """Tell whether a file name can be an encoder's."""
    return len(name) == 32 and not name.strip("0123456789abcdef")


def segment_files(folder: Path) -> dict[Path, tuple[float, int]]:
    """Segments of an encoder by path without suffix: time of last use, bytes."""
    found: dict[Path, tuple[float, int]] = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            stem, suffix = os.path.splitext(entry.name)
            if suffix not in (KEYS, ROWS):
                continue
            with contextlib.suppress(FileNotFoundError):
                stat = entry.stat()
                used, size = found.get(folder / stem, (0.0, 0))
                found[folder / stem] = (max(used, stat.st_mtime), size + stat.st_size)
    return found


def evict(path: Path, max_bytes: int) -> int:
    """Delete the segments unused for longest until the rest fits; bytes deleted."""
    segments = {s: v for folder in encoder_folders(path) for s, v in segment_files(folder).items()}
    total = sum(size for _, size in segments.values())
    freed = 0
    for stem, (_, size) in sorted(segments.items(), key=lambda item: item[1][0]):
        if total - freed <= max_bytes:
            break
        remove_segment(stem)
        freed += size
    return freed


def remove_segment(stem: Path) -> None:
    """Delete a segment's files; digests first, so that nobody looks for a missing record."""
    for suffix in (KEYS, ROWS):
        stem.with_name(stem.name + suffix).unlink(missing_ok=True)


def _check_keys(keys: Sequence[bytes]) -> None:
    """Refuse keys that are no digests of ours: files have 16 bytes for each."""
    wrong = next((key for key in keys if len(key) != KEY_BYTES), None)
    if wrong is not None:
        raise ValueError(f"keys must have {KEY_BYTES} bytes, got one of {len(wrong)}")
