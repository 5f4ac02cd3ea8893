"""Pairs on their way into the training of a network map, batch by batch, on any device."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

from langalign_sk._numeric import Float32Array, FloatArray
from langalign_sk._process import is_out_of_memory, placed, room_for_data, to_device
from langalign_sk.maps._network_layers import Standard

#: Rows gathered at a time from the (perhaps memory-mapped) pairs, in batches.
_BATCHES_AT_A_TIME = 32


class Rows(NamedTuple):
    """Pairs as float32 tensors: both sides, what the network adds to, and weights."""

    source: Any
    target: Any
    floor: Any
    weight: Any


@dataclass(frozen=True)
class Data:
    """The pairs as they came, and what the network corrects."""

    S: FloatArray
    T: FloatArray
    weights: FloatArray | None
    base: Any
    standard: Standard

    def source(self, rows: Any) -> Float32Array:
        """Return rows of the source side."""
        return np.asarray(self.S[rows], dtype=np.float32)

    def target(self, rows: Any) -> Float32Array:
        """Return rows of the target side."""
        return np.asarray(self.T[rows], dtype=np.float32)

    def floor(self, source: Float32Array) -> Float32Array:
        """Return what the network adds to: rows of the closed form, or one row, the mean."""
        if self.base is None:
            return self.standard.target_mean.astype(np.float32)[None]
        return np.asarray(self.base.transform(source), dtype=np.float32)

    def weight(self, rows: Any) -> Float32Array:
        """Return the weight of each row, 1 where none are given."""
        if self.weights is None:
            return np.ones(len(rows), dtype=np.float32)
        return np.asarray(self.weights[rows], dtype=np.float32)

    @property
    def n_bytes(self) -> int:
        """What all pairs take on a device."""
        floor = 0 if self.base is None else self.T.shape[1]
        return 4 * len(self.S) * int(self.S.shape[1] + self.T.shape[1] + floor + 1)


class Feed(Protocol):
    """What gives batches."""

    def batches(self, rows: Any, size: int) -> Iterator[Rows]:
        """Give batches in the order of `rows`."""


def feed(data: Data, device: Any) -> Feed:
    """Keep the pairs on the device where they fit, else send them in pieces."""
    if data.n_bytes <= room_for_data(device):
        try:
            return Resident(data, device)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
    return Streamed(data, device, ahead=device.type != "cpu")


class Resident:
    """All pairs on the device, sent once: an epoch sends the order of the rows."""

    def __init__(self, data: Data, device: Any) -> None:
        self._device = device
        rows, out = len(data.S), data.T.shape[1]
        self._source = placed((rows, data.S.shape[1]), data.source, device)
        self._target = placed((rows, out), data.target, device)
        self._weight = to_device(data.weight(np.arange(rows)), device)
        if data.base is None:
            self._floor = to_device(data.floor(data.source(slice(0, 1))), device)
        else:  # the closed form is computed once, not in every epoch
            self._floor = placed((rows, out), lambda part: data.floor(data.source(part)), device)

    def batches(self, rows: Any, size: int) -> Iterator[Rows]:
        """Give batches in the order of `rows`."""
        order = to_device(np.asarray(rows), self._device)
        for first in range(0, len(rows), size):
            taken = order[first : first + size]
            floor = self._floor if len(self._floor) == 1 else self._floor[taken]
            yield Rows(self._source[taken], self._target[taken], floor, self._weight[taken])


@dataclass(frozen=True)
class Streamed:
    """Pairs read in pieces of a few thousand rows, each in file order, and never copied whole.

    With `ahead` a thread reads and sends one piece while the device works on the one before.
    """

    data: Data
    device: Any
    ahead: bool

    def batches(self, rows: Any, size: int) -> Iterator[Rows]:
        """Give batches in the order of `rows`."""
        step = size * max(1, _BATCHES_AT_A_TIME * 256 // max(size, 256))
        pieces = [np.asarray(rows[start : start + step]) for start in range(0, len(rows), step)]
        for piece, loaded in zip(pieces, self._loaded(pieces), strict=True):
            for first in range(0, len(piece), size):
                taken = slice(first, first + size)
                floor = loaded.floor if self.data.base is None else loaded.floor[taken]
                yield Rows(loaded.source[taken], loaded.target[taken], floor, loaded.weight[taken])

    def _loaded(self, pieces: list[Any]) -> Iterator[Rows]:
        if not self.ahead:
            yield from map(self._load, pieces)
            return
        with ThreadPoolExecutor(1) as reader:
            coming: Future[Rows] | None = None
            for piece in pieces:
                before, coming = coming, reader.submit(self._load, piece)
                if before is not None:
                    yield before.result()
            if coming is not None:
                yield coming.result()

    def _load(self, piece: Any) -> Rows:
        """Send one piece to the device."""
        data, order = self.data, np.argsort(piece, kind="stable")
        rows = piece[order]
        back = to_device(np.argsort(order), self.device)
        source = data.source(rows)
        floor = to_device(data.floor(source), self.device)
        target, weight = data.target(rows), data.weight(rows)
        source, target, weight = (
            to_device(array, self.device)[back] for array in (source, target, weight)
        )
        return Rows(source, target, floor if data.base is None else floor[back], weight)
