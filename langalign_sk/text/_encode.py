"""Texts through an encoder: each distinct one once, in order, checked, remembered."""

from __future__ import annotations

import logging
import time
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from itertools import zip_longest
from typing import Any

import numpy as np

from langalign_sk._io import TextRow
from langalign_sk._numeric import Float32Array
from langalign_sk._process import caches, encode_lock, in_flight
from langalign_sk._progress import progress_bar
from langalign_sk.encoders import Encoder, Prepared, Run, checked_rows, chunked
from langalign_sk.store import DiskCache, VectorCache, claim, text_key

logger = logging.getLogger("langalign_sk")

_POLL = 0.02  # seconds between two looks for the vectors of another thread or process
_PATIENCE = 60.0  # seconds without any, after which its texts are encoded here as well
_TOKENISED = 16384  # texts whose tokens are held at a time


def encode_texts(
    encoder: Encoder,
    texts: Sequence[TextRow],
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
        parts = [
            missing[start : start + _TOKENISED] for start in range(0, len(missing), _TOKENISED)
        ]
        with closing(work.prepared(parts)) as prepared:
            for rows, ready in zip(parts, prepared, strict=True):
                work.encode(rows, ready, bar)
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
    known = caches.widths.known(encoder.spec) or encoder.width()
    if known is None:
        with encode_lock(encoder.spec):
            output = encoder.encode(encoder.prepare(["a"]).items, Run())
            known = checked_rows(encoder.name, ["a"], output).shape[1]
    caches.widths.put(encoder.spec, known)
    return int(known)


def known_width(encoder: Encoder) -> int | None:
    """Width of an encoder's vectors if it can be told without loading or encoding anything."""
    known = caches.widths.known(encoder.spec)
    return encoder.width() if known is None and encoder.weights is None else known


def _length(text: TextRow) -> int:
    """Characters of a text, or of two read together."""
    return len(text) if isinstance(text, str) else sum(map(len, text))


class _Work:
    """The distinct texts of one call, and their vectors as far as there are any."""

    def __init__(
        self, encoder: Encoder, texts: list[TextRow], cache: VectorCache | None, run: Run
    ) -> None:
        self._encoder, self._texts, self._cache, self._run = encoder, texts, cache, run
        self._keys = [b"" if cache is None else text_key(text) for text in texts]
        self.rows: list[Float32Array | None] = [None] * len(texts)
        if cache is not None:
            self.rows = list(cache.get_many(encoder.spec, self._keys))

    def missing(self) -> list[int]:
        """Rows without a vector, the longest text first."""
        rows = [row for row, vector in enumerate(self.rows) if vector is None]
        return sorted(rows, key=lambda row: -_length(self._texts[row]))

    def prepared(self, parts: list[list[int]]) -> Generator[Prepared]:
        """Give texts as the encoder wants them; where a GPU encodes, the next part meanwhile."""

        def prepare(part: list[int]) -> Prepared:
            return self._encoder.prepare([self._texts[row] for row in part])

        with ThreadPoolExecutor(1) as meanwhile:
            coming: Future[Prepared] | None = None
            for part, following in zip_longest(parts, parts[1:]):
                ready, coming = prepare(part) if coming is None else coming.result(), None
                if ready.elsewhere and following is not None:
                    coming = meanwhile.submit(prepare, following)
                yield ready

    def encode(self, rows: list[int], prepared: Prepared, bar: Any) -> None:
        """Encode texts, or wait for those that another thread or process is encoding."""
        items = dict(zip(rows, prepared.items, strict=True))
        sizes = dict(zip(rows, prepared.sizes, strict=True))
        # Long ones first: batches of like length waste little padding, and memory runs out early
        # where it does. Chunks keep the lock, and a loss on errors, short.
        waiting, idle = sorted(rows, key=lambda row: -sizes[row]), 0.0
        most, count = self._encoder.chunk()
        while waiting:
            elsewhere: list[int] = []
            for chunk in chunked(waiting, sizes, most, count):
                left = self._encode_chunk(chunk, items, patient=idle < _PATIENCE)
                bar.update(len(chunk) - len(left))
                elsewhere += left
            if len(elsewhere) < len(waiting):
                idle = 0.0
            else:
                time.sleep(_POLL)
                idle += _POLL
            waiting = elsewhere
        self._run.n_cut += prepared.n_cut

    def _encode_chunk(self, chunk: list[int], items: dict[int, Any], *, patient: bool) -> list[int]:
        """Encode some texts into rows and the cache; return those left to others."""
        encoder, cache = self._encoder, self._cache
        with self._turn(chunk, patient=patient) as ours:
            if cache is not None:
                keys = [self._keys[row] for row in chunk]
                for row, vector in zip(chunk, cache.get_many(encoder.spec, keys), strict=True):
                    self.rows[row] = vector
            missing = [pair for pair in zip(chunk, ours, strict=True) if self.rows[pair[0]] is None]
            chunk = [row for row, own in missing if own]
            if chunk:
                output = encoder.encode([items[row] for row in chunk], self._run)
                texts = [self._texts[row] for row in chunk]
                width = caches.widths.known(encoder.spec)
                vectors = checked_rows(encoder.name, texts, output, width)
                caches.widths.put(encoder.spec, vectors.shape[1])
                if cache is not None:
                    cache.put_many(encoder.spec, [self._keys[row] for row in chunk], vectors)
                for row, vector in zip(chunk, vectors, strict=True):
                    self.rows[row] = vector
        self._run.n_encoded += len(chunk)
        return [row for row, own in missing if not own]

    @contextmanager
    def _turn(self, chunk: list[int], *, patient: bool) -> Iterator[list[bool]]:
        """Take a turn at some texts; tells of each whether it is ours to encode."""
        # Under the lock: a second thread with the same texts then finds them in the cache instead
        # of encoding them again. Where there is none, and between processes, claims see to that; a
        # stuck one is waited for so long and no longer.
        spec, cache = self._encoder.spec, self._cache if patient else None
        keys = [self._keys[row] for row in chunk]
        if not self._encoder.takes_threads:
            with encode_lock(spec), claim(cache, spec, keys, len(chunk)) as ours:
                yield ours
        elif isinstance(cache, DiskCache | None):
            with claim(cache, spec, keys, len(chunk)) as ours:
                yield ours
        else:
            with in_flight.claim([(spec, key) for key in keys]) as ours:
                yield ours
