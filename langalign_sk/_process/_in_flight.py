"""Work under way in a process, so that no two of its threads do the same."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager

from langalign_sk._process._fork import Lock, renew_in_children


class InFlight:
    """Claims of threads: for encoders that need no lock, and so no turns."""

    def __init__(self) -> None:
        self._taken: set[Hashable] = set()
        self._lock = Lock()
        renew_in_children(self)

    @contextmanager
    def claim(self, keys: Sequence[Hashable]) -> Iterator[list[bool]]:
        """Claim work for the block; tells of each key whether it is ours or another thread's."""
        mine: set[Hashable] = set()
        try:
            with self._lock:
                ours = [key not in self._taken for key in keys]
                mine.update(key for key, own in zip(keys, ours, strict=True) if own)
                self._taken |= mine
            yield ours
        finally:
            with self._lock:
                self._taken -= mine

    def after_fork(self) -> None:
        """Forget the claims of threads that the child does not have."""
        self._taken = set()


in_flight = InFlight()
