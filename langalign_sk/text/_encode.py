"""Texts through an encoder: each distinct one once, in order, checked, remembered."""

from __future__ import annotations

import logging
import time
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from itertools import zip_longest
from typing import Any

import numpy as np

from langalign_sk._io import TextRow
from langalign_sk._numeric import Float32Array
from langalign_sk._process import caches, turns_at
from langalign_sk._progress import progress_bar
from langalign_sk.encoders import Encoder, Prepared, Run, chunked
from langalign_sk.store import VectorCache, text_key
from langalign_sk.text._calls import Call, serve

logger = logging.getLogger("langalign_sk")

_POLL = 0.02  # seconds between two looks for the vectors of another thread or process
_PATIENCE = 60.0  # seconds without any, after which its texts are encoded here as well
_SHARE = 4  # of a chunk is what calls of several threads may be together: one batch
_TOKENISED = 16384  # texts whose tokens are held at a time
#: Texts, and characters, of a call that are prepared in its turn, along with those of others.
_FEW, _SHORT = 8, 1024
_PER_TOKEN = 2  # characters, at least for most texts


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
        known = encode_texts(encoder, ["a"], cache=None, progress=False, run=Run()).shape[1]
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

    def prepared(self, parts: list[list[int]]) -> Generator[Prepared | None]:
        """Give texts as the encoder wants them; where a GPU encodes, the next part meanwhile.

        None for few: whose turn it is prepares them, along with those of other threads.
        """
        if len(parts) == 1 and not self._encoder.takes_threads:
            lengths = [_length(self._texts[row]) for row in parts[0][: _FEW + 1]]
            if len(lengths) <= _FEW and sum(lengths) <= _SHORT:
                yield None
                return

        def prepare(part: list[int]) -> Prepared:
            return self._encoder.prepare([self._texts[row] for row in part])

        with ThreadPoolExecutor(1) as meanwhile:
            coming: Future[Prepared] | None = None
            for part, following in zip_longest(parts, parts[1:]):
                ready, coming = prepare(part) if coming is None else coming.result(), None
                if ready.elsewhere and following is not None:
                    coming = meanwhile.submit(prepare, following)
                yield ready

    def encode(self, rows: list[int], prepared: Prepared | None, bar: Any) -> None:
        """Encode texts, or wait for those that another thread or process is encoding."""
        if prepared is None:
            items: dict[int, Any] = {}
            sizes = {row: 2 + _length(self._texts[row]) // _PER_TOKEN for row in rows}
        else:
            items = dict(zip(rows, prepared.items, strict=True))
            sizes = dict(zip(rows, prepared.sizes, strict=True))
            self._run.n_cut += prepared.n_cut
        # Long ones first: batches of like length waste little padding, and memory runs out early
        # where it does. Chunks keep the lock, and a loss on errors, short.
        waiting, idle = sorted(rows, key=lambda row: -sizes[row]), 0.0
        most, count = self._encoder.chunk()
        while waiting:
            elsewhere: list[int] = []
            for chunk in chunked(waiting, sizes, most, count):
                call = Call(
                    self._encoder,
                    [self._texts[row] for row in chunk],
                    [self._keys[row] for row in chunk],
                    [items[row] for row in chunk] if items else None,
                    [sizes[row] for row in chunk],
                    self._cache,
                    self._run,
                    patient=idle < _PATIENCE,
                )
                self._encode_chunk(call, (most or count) // _SHARE, tokens=most is not None)
                left = 0
                for row, vector in zip(chunk, call.vectors, strict=True):
                    self.rows[row] = vector
                    if vector is None:
                        elsewhere.append(row)
                        left += 1
                bar.update(len(chunk) - left)
            if len(elsewhere) < len(waiting):
                idle = 0.0
            else:
                time.sleep(_POLL)
                idle += _POLL
            waiting = elsewhere

    def _encode_chunk(self, call: Call, most: int, *, tokens: bool) -> None:
        """Encode some texts; those that come from other threads meanwhile go along."""
        if self._encoder.takes_threads:
            serve([call])
        else:
            # In turns: a second thread with the same texts then finds them in the cache instead
            # of encoding them again. Claims see to that between processes.
            size = sum(call.sizes) if tokens else len(call.texts)
            # Together only where the device is the same, and rows of one text with their like.
            kind = getattr(self._encoder, "key", None), isinstance(call.texts[0], str)
            turns_at(self._encoder.spec).take(call, serve, size=size, most=most, kind=kind)
        self._run.n_encoded += call.n_encoded
        self._run.n_cut += call.n_cut
