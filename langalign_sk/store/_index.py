"""Where each vector of one encoder lies on disk: digests in memory, looked up many at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

KEY_BYTES = 16
_RECENT = 65_536  # keys in the dict before they join the sorted ones

Keys = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]


class KeyIndex:
    """Digests and the place of each; a key may have several places, of which damaged ones go.

    Keys are digests, evenly spread: sorting them by 32 bits, in two passes of radix sort, is
    several times faster than a full sort, and a million keys are ready in the blink of an eye.
    What is added later waits in a dict until there is enough of it to sort again.
    """

    def __init__(self) -> None:
        self._keys: Keys = np.zeros((0, 2), np.uint64)
        self._places: Places = np.zeros(0, np.int64)
        self._order = np.zeros(0, np.intp)
        self._prefixes = np.zeros(0, np.uint32)
        self._recent: dict[bytes, int] = {}

    def __len__(self) -> int:
        return int((self._places >= 0).sum()) + len(self._recent)

    def add(self, keys: Keys, places: Places) -> None:
        """Add keys, as pairs of numbers, and their places."""
        if len(self._recent) + len(keys) <= _RECENT:
            fresh = _as_bytes(keys)
            # A dict has one place for a key; a second, where the first is damaged, needs sorting.
            if len(set(fresh)) == len(fresh) and self._recent.keys().isdisjoint(fresh):
                self._recent.update(zip(fresh, places.tolist(), strict=True))
                return
        recent = as_keys(self._recent)
        waiting = np.fromiter(self._recent.values(), np.int64, len(self._recent))
        self._recent = {}
        # The latest first: of several places of a key the freshest is read.
        self._keys = np.concatenate([keys, recent, self._keys])
        self._places = np.concatenate([places, waiting, self._places])
        prefixes = _prefixes(self._keys)
        order = np.argsort(prefixes.astype(np.uint16), kind="stable")
        high = (prefixes >> 16).astype(np.uint16)
        self._order = order[np.argsort(high[order], kind="stable")]
        self._prefixes = prefixes[self._order]

    def find(self, keys: Sequence[bytes]) -> Places:
        """Place of each key, -1 where there is none."""
        found = np.full(len(keys), -1, np.int64)
        if self._recent:
            found[:] = [self._recent.get(key, -1) for key in keys]
        open_rows = np.flatnonzero(found < 0)
        if len(open_rows) == 0 or len(self._places) == 0:
            return found
        wanted = as_keys([keys[row] for row in open_rows.tolist()])
        prefixes = _prefixes(wanted)
        at = np.searchsorted(self._prefixes, prefixes)
        todo = np.arange(len(open_rows))
        while len(todo):
            todo = todo[at[todo] < len(self._prefixes)]
            todo = todo[self._prefixes[at[todo]] == prefixes[todo]]
            candidates = self._order[at[todo]]
            places = self._places[candidates]
            same = (self._keys[candidates] == wanted[todo]).all(axis=1) & (places >= 0)
            found[open_rows[todo[same]]] = places[same]
            todo = todo[~same]
            at[todo] += 1
        return found

    def forget(self, keys: Sequence[bytes], places: Places) -> None:
        """Never name these places again: what lies there is damaged."""
        for key, place in zip(keys, places.tolist(), strict=True):
            if self._recent.get(key) == place:
                del self._recent[key]
        self._places[np.isin(self._places, places)] = -1


def as_keys(keys: Iterable[bytes]) -> Keys:
    """Digests as pairs of numbers."""
    return np.frombuffer(b"".join(keys), "<u8").reshape(-1, 2)


def _as_bytes(keys: Keys) -> list[bytes]:
    """Pairs of numbers as digests."""
    data = keys.tobytes()
    return [data[at : at + KEY_BYTES] for at in range(0, len(data), KEY_BYTES)]


def _prefixes(keys: Keys) -> npt.NDArray[np.uint32]:
    """32 bits of each key."""
    return keys[:, 0].astype(np.uint32)
