"""What embedding costs: a cache that lasts for one report and keeps the time, and saved sizes."""

from __future__ import annotations

import pickle
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Self

from langalign_sk._numeric import Float32Array
from langalign_sk.corpus import without_pairs
from langalign_sk.store import VectorCache


class TimedCache:
    """Keeps every vector of one report, whatever the extractor's own cache does, and the time.

    Parameters
    ----------
    behind : VectorCache or None
        The extractor's own cache, asked first and given what is new.
    """

    def __init__(self, behind: VectorCache | None) -> None:
        self._behind = behind
        self._rows: dict[tuple[str, bytes], Float32Array] = {}
        self._asked = 0.0
        self._part: str | None = None
        #: Part → texts that were encoded for it, and the seconds this took.
        self.timed: dict[str, tuple[int, float]] = {}

    @contextmanager
    def timing(self, part: str) -> Iterator[None]:
        """Count what is encoded inside towards `part`."""
        self._part = part
        try:
            yield
        finally:
            self._part = None

    def get_many(self, spec: str, keys: Sequence[bytes]) -> list[Float32Array | None]:
        """Vectors of the keys that are known here or behind."""
        found = [self._rows.get((spec, key)) for key in keys]
        missing = [i for i, row in enumerate(found) if row is None]
        if missing and self._behind is not None:
            behind = self._behind.get_many(spec, [keys[i] for i in missing])
            for i, row in zip(missing, behind, strict=True):
                found[i] = row
        # The extractor asks, encodes what is missing and gives it here: what lies between is the
        # time of the encoder, in batches as they come.
        self._asked = time.perf_counter()
        return found

    def put_many(self, spec: str, keys: Sequence[bytes], rows: Float32Array) -> None:
        """Keep new vectors, here and behind."""
        seconds = time.perf_counter() - self._asked
        if self._part is not None:
            count, before = self.timed.get(self._part, (0, 0.0))
            self.timed[self._part] = (count + len(keys), before + seconds)
        if self._behind is not None:
            self._behind.put_many(spec, keys, rows)
        self._rows.update(zip(((spec, key) for key in keys), rows, strict=True))
        self._asked = time.perf_counter()

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self


class _Counter:
    """A file that keeps nothing but its length."""

    def __init__(self) -> None:
        self.n_bytes = 0

    def write(self, data: Any) -> int:
        """Count."""
        size = memoryview(data).nbytes
        self.n_bytes += size
        return size


def pickled_bytes(thing: Any) -> float:
    """Bytes that `thing` takes when saved without its pairs; NaN where it cannot be saved."""
    counter = _Counter()
    try:
        with without_pairs():
            pickle.Pickler(counter, protocol=pickle.HIGHEST_PROTOCOL).dump(thing)
    except Exception:  # whatever a foreign object's pickling may raise
        return float("nan")
    return float(counter.n_bytes)
