"""Texts through an encoder: each distinct one once, in order, checked, remembered."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

from langalign_sk._numeric import Float32Array
from langalign_sk._process import caches, encode_lock, in_flight
from langalign_sk._progress import progress_bar
from langalign_sk.encoders import Encoder, Run, checked_rows, chunked
from langalign_sk.store import DiskCache, VectorCache, claim, text_key

logger = logging.getLogger("langalign_sk")

_POLL = 0.02  # seconds between two looks for the vectors of another thread or process
_PATIENCE = 60.0  # seconds without any, after which its texts are encoded here as well
_TOKENISED = 16384  # texts whose tokens are held at a time


def encode_texts(
    encoder: Encoder,
    texts: Sequence[str],
    *,
    cache: VectorCache | None,
    progress: bool | str,
    run: Run,
) -> Float32Array:
    """Encode texts, row by row in their order; the array is the caller's own."""
    run.n_texts += len(texts)
    position = {text: row for row, text in enumerate(dict.fromkeys(texts))}
    if not position:
        return np.zeros((0, encoder_width(encoder)), dtype=np.float32)
    before = run.n_encoded
    work = _Work(encoder, list(position), cache, run)
    missing = work.missing()
    with progress_bar(len(missing), desc="Embedding", unit="texts", progress=progress) as bar:
        # Tokens are held for a bounded number of texts, characters standing in until then.
        for start in range(0, len(missing), _TOKENISED):
            work.encode(missing[start : start + _TOKENISED], bar)
    encoded = run.n_encoded - before
    run.n_cached += len(position) - encoded
    if missing:
        logger.debug("%s encoded %d of %d texts", encoder.name, encoded, len(texts))
    table = np.stack([row for row in work.rows if row is not None])
    if len(position) == len(texts):
        return table
    return table[[position[text] for text in texts]]


def encoder_width(encoder: Encoder) -> int:
    """Width of an encoder's vectors: remembered, told by the encoder, or tried out."""
    known = known_width(encoder.spec) or encoder.width()
    if known is None:
        with encode_lock(encoder.spec):
            output = encoder.encode(encoder.prepare(["a"]).items, Run())
            known = checked_rows(encoder.name, ["a"], output).shape[1]
    remember_width(encoder.spec, known)
    return int(known)


def told_width(encoder: Encoder) -> int | None:
    """Width of an encoder's vectors if it can be told without loading or encoding anything."""
    known = known_width(encoder.spec)
    return encoder.width() if known is None and encoder.weights is None else known


def known_width(spec: str) -> int | None:
    """Width of an encoder's vectors if something told it already."""
    return caches.widths.known(spec)


def remember_width(spec: str, width: int) -> None:
    """Remember a width, so that nothing need be loaded to tell it."""
    caches.widths.put(spec, width)


class _Work:
    """The distinct texts of one call, and their vectors as far as there are any."""

    def __init__(
        self,
        encoder: Encoder,
        texts: list[str],
        cache: VectorCache | None,
        run: Run,
    ) -> None:
        self._encoder = encoder
        self._texts = texts
        self._cache = cache
        self._run = run
        self._keys = [text_key(text) for text in texts] if cache is not None else []
        self.rows: list[Float32Array | None] = [None] * len(texts)
        if cache is not None:
            self.rows = list(cache.get_many(encoder.spec, self._keys))

    def missing(self) -> list[int]:
        """Rows without a vector, the longest text first."""
        rows = [row for row, vector in enumerate(self.rows) if vector is None]
        return sorted(rows, key=lambda row: -len(self._texts[row]))

    def encode(self, rows: list[int], bar: Any) -> None:
        """Encode texts, or wait for those that another thread or process is encoding."""
        prepared = self._encoder.prepare([self._texts[row] for row in rows])
        items = dict(zip(rows, prepared.items, strict=True))
        # Long ones first: batches of like length waste little padding, and memory runs out early
        # where it does. Chunks keep the lock, and a loss on errors, short.
        order = sorted(range(len(rows)), key=lambda place: -prepared.sizes[place])
        most, count = self._encoder.chunk()
        waiting, idle = order, 0.0
        while waiting:
            elsewhere: list[int] = []
            for chunk in chunked(waiting, prepared.sizes, most, count):
                own = [rows[place] for place in chunk]
                left = set(self._encode_chunk(own, items, patient=idle < _PATIENCE))
                bar.update(len(own) - len(left))
                elsewhere += [place for place in chunk if rows[place] in left]
            if len(elsewhere) < len(waiting):
                idle = 0.0
            else:
                time.sleep(_POLL)
                idle += _POLL
            waiting = elsewhere
        self._run.n_cut += prepared.n_cut

    def _encode_chunk(self, chunk: list[int], items: dict[int, Any], *, patient: bool) -> list[int]:
        """Encode some texts into rows and the cache; return those left to others."""
        # Under the lock: a second thread with the same texts then finds them in the cache instead
        # of encoding them again. Where there is none, and between processes, claims see to that; a
        # stuck one is waited for so long and no longer.
        encoder, cache = self._encoder, self._cache
        keys = self._keys_of(chunk)
        lock: AbstractContextManager[Any] = encode_lock(encoder.spec)
        if encoder.takes_threads:
            lock = nullcontext()
        with lock, self._claim(keys, len(chunk), patient=patient) as ours:
            if cache is not None:
                for row, vector in zip(chunk, cache.get_many(encoder.spec, keys), strict=True):
                    self.rows[row] = vector
            open_rows = [
                pair for pair in zip(chunk, ours, strict=True) if self.rows[pair[0]] is None
            ]
            left = [row for row, own in open_rows if not own]
            chunk = [row for row, own in open_rows if own]
            if not chunk:
                return left
            output = encoder.encode([items[row] for row in chunk], self._run)
            texts = [self._texts[row] for row in chunk]
            vectors = checked_rows(encoder.name, texts, output, known_width(encoder.spec))
            remember_width(encoder.spec, vectors.shape[1])
            if cache is not None:
                cache.put_many(encoder.spec, self._keys_of(chunk), vectors)
        for row, vector in zip(chunk, vectors, strict=True):
            self.rows[row] = vector
        self._run.n_encoded += len(chunk)
        return left

    def _keys_of(self, rows: list[int]) -> list[bytes]:
        """Digests of some texts, where there is a cache."""
        return [self._keys[row] for row in rows] if self._cache is not None else []

    def _claim(
        self, keys: list[bytes], count: int, *, patient: bool
    ) -> AbstractContextManager[list[bool]]:
        """Claim texts; tells of each whether it is ours to encode."""
        spec, cache = self._encoder.spec, self._cache
        if patient and self._encoder.takes_threads and not isinstance(cache, DiskCache | None):
            return in_flight.claim([(spec, key) for key in keys])
        return claim(cache if patient else None, spec, keys, count)
