"""Texts through an encoder: each distinct one once, in order, checked, remembered."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from langalign_sk._numeric._arrays import as_numpy
from langalign_sk.text._cache import Float32Array, VectorCache, text_key
from langalign_sk.text._language import quoted
from langalign_sk.text._registry import encode_lock
from langalign_sk.text._store import claim

logger = logging.getLogger("langalign_sk")

_SECONDS_BEFORE_BAR = 2.0
_POLL = 0.02  # seconds between two looks for the vectors of another process
_PATIENCE = 60.0  # seconds without any, after which its texts are encoded here as well
_NAMED = 3  # texts named in an error
_widths: dict[str, int] = {}  # specification → width, once known


class Encoder(Protocol):
    """Texts to vectors, ready to use; each kind of model has its own."""

    name: str
    """What the user calls it, for errors."""
    spec: str
    """Digest of everything that defines the vectors."""
    weights: tuple[str, str] | None
    """Name and fingerprint of the checkpoint; None for objects."""

    def width(self) -> int | None:
        """Width of the vectors where it can be told without encoding."""

    def encode(self, texts: list[str], batch_size: int) -> Any:
        """Vectors of the texts, one row each, not checked."""


def encode_texts(
    encoder: Encoder,
    texts: Sequence[str],
    *,
    cache: VectorCache | None,
    batch_size: int,
    progress: bool | str,
) -> Float32Array:
    """Encode texts, row by row in their order; the array is the caller's own."""
    position = {text: row for row, text in enumerate(dict.fromkeys(texts))}
    if not position:
        return np.zeros((0, encoder_width(encoder, batch_size)), dtype=np.float32)
    distinct = list(position)
    keys = [text_key(text) for text in distinct] if cache is not None else []
    rows: list[Float32Array | None] = (
        cache.get_many(encoder.spec, keys) if cache is not None else [None] * len(distinct)
    )
    # Long texts first: batches of like length waste little padding, and memory runs out early
    # where it does. Chunks of several batches keep the lock, and a loss on errors, short.
    missing = [row for row, vector in enumerate(rows) if vector is None]
    missing.sort(key=lambda row: -len(distinct[row]))
    size = max(256, 8 * batch_size)
    with _bar(len(missing), progress) as bar:
        waiting, idle = missing, 0.0
        while waiting:
            elsewhere: list[int] = []  # rows that another process is encoding right now
            for start in range(0, len(waiting), size):
                chunk = waiting[start : start + size]
                patient = idle < _PATIENCE
                left = _encode_chunk(
                    encoder, distinct, keys, rows, chunk, cache, batch_size, patient=patient
                )
                bar.update(len(chunk) - len(left))
                elsewhere += left
            if len(elsewhere) < len(waiting):
                idle = 0.0
            else:
                time.sleep(_POLL)
                idle += _POLL
            waiting = elsewhere
    if missing:
        logger.debug("%s encoded %d of %d texts", encoder.name, len(missing), len(texts))
    table = np.stack([row for row in rows if row is not None])
    if len(distinct) == len(texts):
        return table
    return table[[position[text] for text in texts]]


def encoder_width(encoder: Encoder, batch_size: int = 1) -> int:
    """Width of an encoder's vectors: remembered, told by the encoder, or tried out."""
    known = known_width(encoder.spec) or encoder.width()
    if known is None:
        with encode_lock(encoder.spec):
            known = _checked(encoder, ["a"], encoder.encode(["a"], batch_size)).shape[1]
    remember_width(encoder.spec, known)
    return int(known)


def told_width(encoder: Encoder) -> int | None:
    """Width of an encoder's vectors if it can be told without loading or encoding anything."""
    known = known_width(encoder.spec)
    return encoder.width() if known is None and encoder.weights is None else known


def known_width(spec: str) -> int | None:
    """Width of an encoder's vectors if something told it already."""
    return _widths.get(spec)


def remember_width(spec: str, width: int) -> None:
    """Remember a width, so that nothing need be loaded to tell it."""
    _widths[spec] = width


def _encode_chunk(
    encoder: Encoder,
    distinct: list[str],
    keys: list[bytes],
    rows: list[Float32Array | None],
    chunk: list[int],
    cache: VectorCache | None,
    batch_size: int,
    *,
    patient: bool,
) -> list[int]:
    """Encode some of the distinct texts into `rows` and the cache; return those left to others."""
    # Under the lock for two reasons: tokenisers are not safe for threads, and a second thread
    # with the same texts finds them in the cache instead of encoding them again. Other processes
    # are kept from that by the claim; a stuck one is waited for so long and no longer.
    asked_keys = [keys[row] for row in chunk] if cache is not None else []
    with (
        encode_lock(encoder.spec),
        claim(cache if patient else None, encoder.spec, asked_keys, len(chunk)) as ours,
    ):
        if cache is not None:
            found = cache.get_many(encoder.spec, asked_keys)
            for row, vector in zip(chunk, found, strict=True):
                rows[row] = vector
        left = [r for r, own in zip(chunk, ours, strict=True) if rows[r] is None and not own]
        chunk = [r for r, own in zip(chunk, ours, strict=True) if rows[r] is None and own]
        if not chunk:
            return left
        asked = [distinct[row] for row in chunk]
        vectors = _checked(encoder, asked, encoder.encode(list(asked), batch_size))
        if cache is not None:
            cache.put_many(encoder.spec, [keys[row] for row in chunk], vectors)
        for row, vector in zip(chunk, vectors, strict=True):
            rows[row] = vector
    return left


def _checked(encoder: Encoder, texts: list[str], output: Any) -> Float32Array:
    """Return an encoder's output as finite float32 rows, one per text, of the known width."""
    if hasattr(output, "toarray"):
        output = output.toarray()
    if isinstance(output, list | tuple):
        output = [as_numpy(row) for row in output]
    try:
        with np.errstate(over="ignore"):  # too large for float32: infinity, reported below
            vectors = np.asarray(as_numpy(output)).astype(np.float32)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"{encoder.name} returned {type(output).__name__} that does not read as numbers, one "
            f"row per text ({error}), for {_named(texts)}"
        ) from error
    if vectors.ndim != 2:
        raise ValueError(
            f"{encoder.name} returned an array of shape {vectors.shape} for {len(texts)} texts; a "
            f"2-D array with one row per text is needed; the texts: {_named(texts)}"
        )
    if len(vectors) != len(texts):
        raise ValueError(
            f"{encoder.name} returned {len(vectors)} rows for {len(texts)} texts: {_named(texts)}"
        )
    width = _widths.get(encoder.spec, vectors.shape[1])
    if vectors.shape[1] != width or not width:
        raise ValueError(
            f"{encoder.name} returned vectors of width {vectors.shape[1]}, before that of width "
            f"{width}, for {_named(texts)}"
        )
    bad = np.flatnonzero(~np.isfinite(vectors).all(axis=1))
    if len(bad):
        kind = "NaN" if np.isnan(vectors[bad]).any() else "infinity"
        raise ValueError(
            f"{encoder.name} returned {kind} for {len(bad)} of {len(texts)} texts: "
            f"{_named([texts[row] for row in bad])}"
        )
    remember_width(encoder.spec, width)
    return vectors


def _named(texts: list[str]) -> str:
    """Quote the first texts, shortened, for errors."""
    shown = ", ".join(map(quoted, texts[:_NAMED]))
    return shown if len(texts) <= _NAMED else f"{shown} and {len(texts) - _NAMED} more"


class _NoBar:
    """Stands in for a progress bar where none is wanted."""

    def update(self, n: int) -> None:
        """Do nothing."""

    def __enter__(self) -> _NoBar:
        return self

    def __exit__(self, *exc: object) -> None:
        return None


def _bar(total: int, progress: bool | str) -> Any:
    """Progress bar over the texts to encode, or its silent stand-in."""
    if progress not in (True, False, "auto"):
        raise ValueError(f'progress must be True, False or "auto", got {progress!r}')
    if not total or not progress or (progress == "auto" and not sys.stderr.isatty()):
        return _NoBar()
    from tqdm import tqdm

    delay = _SECONDS_BEFORE_BAR if progress == "auto" else 0.0
    return tqdm(total=total, desc="Embedding", unit=" texts", delay=delay, leave=progress is True)
