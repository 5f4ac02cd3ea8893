"""More texts than memory: vectors a chunk at a time, or straight into a file."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator, Mapping, Sized
from itertools import islice
from pathlib import Path
from typing import Any

from langalign_sk._numeric import Float32Array
from langalign_sk._process import note
from langalign_sk._progress import progress_bar
from langalign_sk.encoders import Run
from langalign_sk.text._embedding import Embedding, Read, tell_of_cuts
from langalign_sk.text._stream_file import GrowingFile, texts_digest


def iter_vectors(extractor: Any, X: Any, chunk: int, lang: str | None) -> Iterator[Float32Array]:
    """Give the vectors of one chunk after the other."""
    run = _run_in_parts(extractor)
    embedding = Embedding(extractor)
    embedding.check_weights()
    for read in _read_chunks(extractor, embedding, X, chunk, lang):
        yield embedding.vectors(read, run)
    tell_of_cuts(run)


def write_vectors(extractor: Any, path: Path, X: Any, chunk: int, lang: str | None) -> None:
    """Write vectors into a file, going on with what an earlier call has done."""
    if path.is_dir():
        raise ValueError(f"{path} is a folder; a file name is needed")
    run = _run_in_parts(extractor)
    embedding = Embedding(extractor)
    embedding.check_weights()
    with GrowingFile(path, embedding.spec()) as out:
        for read in _read_chunks(extractor, embedding, X, chunk, lang):
            digest = texts_digest(read.texts, read.langs, read.n_vectors)
            if not out.has(digest):
                out.append(digest, embedding.vectors(read, run))
        width = out.width
        if width is None:
            width = embedding.vectors(embedding.read([], lang=lang), run).shape[1]
        out.finish(width)
    tell_of_cuts(run)


def check_chunk(chunk: Any) -> int:
    """Return a chunk size as int, or say what is wrong with it."""
    if isinstance(chunk, bool) or not hasattr(chunk, "__index__") or chunk < 1:
        raise ValueError(f"chunk must be a positive int, got {chunk!r}")
    return int(chunk)


def _run_in_parts(extractor: Any) -> Run:
    """Return the counts of a call that goes chunk by chunk, and forget those of the last."""
    run = Run(in_parts=True)
    note(extractor, run.report())
    return run


def _read_chunks(
    extractor: Any, embedding: Embedding, X: Any, chunk: int, lang: str | None
) -> Iterator[Read]:
    """Read texts and their languages chunk by chunk; errors count rows from where it begins."""
    row = 0
    if embedding.n_texts == 2 and isinstance(X, os.PathLike | io.TextIOBase):
        raise ValueError(
            "a file holds one text per line, and this extractor takes rows of two: give an "
            "iterable of (first, second), or a frame and column=(..., ...)"
        )
    known = embedding.n_texts
    total = len(X) if isinstance(X, Sized) and not isinstance(X, os.PathLike) else None
    with progress_bar(total, desc="Embedding", unit="texts", progress=extractor.progress) as bar:
        for part in _chunks_of(X, chunk):
            try:
                read = embedding.read(part, lang=lang)
            except (ValueError, TypeError) as error:
                if row:
                    error.add_note(f"Rows are counted from row {row}, where this chunk begins.")
                raise
            if known is not None and read.n_texts != known:
                raise ValueError(
                    f"X mixes rows of one text and rows of two: those from row {row} on hold "
                    f"{read.n_texts}"
                )
            known = read.n_texts
            yield read
            row += read.n_rows
            bar.update(read.n_rows)


def _chunks_of(X: Any, chunk: int) -> Iterator[Any]:
    """Consecutive parts of X with up to `chunk` rows, in an order and form that X has."""
    if isinstance(X, os.PathLike):
        # Only "\n" ends a line: a text may well hold other characters that Unicode calls breaks.
        with open(X, encoding="utf-8-sig", newline="\n") as file:
            yield from _chunks_of(file, chunk)
    elif isinstance(X, io.TextIOBase):
        yield from _taken((line.removesuffix("\n").removesuffix("\r") for line in X), chunk)
    elif isinstance(X, io.IOBase):
        raise TypeError("X is a binary file: open it as text, or pass its path")
    elif isinstance(X, Iterator):
        yield from _taken(X, chunk)
    elif isinstance(X, Sized) and not isinstance(X, str | bytes | Mapping | set | frozenset):
        for start in range(0, len(X), chunk):
            yield _slice(X, start, chunk)
    elif isinstance(X, Iterable) and not isinstance(X, str | bytes | Mapping | set | frozenset):
        yield from _taken(iter(X), chunk)
    else:
        yield X  # no texts; whoever reads them says what it is instead


def _taken(rows: Iterator[Any], chunk: int) -> Iterator[list[Any]]:
    """Lists of up to `chunk` rows."""
    while part := list(islice(rows, chunk)):
        yield part


def _slice(X: Any, start: int, chunk: int) -> Any:
    """Rows of a list, array, series or frame, by position."""
    if hasattr(X, "iloc"):  # pandas
        return X.iloc[start : start + chunk]
    if hasattr(X, "slice"):  # polars, Arrow
        return X.slice(start, chunk)
    return X[start : start + chunk]
