"""Texts a chunk at a time, from whatever holds or makes them."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator, Mapping, Sized
from itertools import islice
from typing import Any


def chunks_of(X: Any, chunk: int) -> Iterator[Any]:
    """Consecutive parts of X with up to `chunk` rows, in an order and form that X has."""
    if isinstance(X, os.PathLike):
        # Only "\n" ends a line: a text may well hold other characters that Unicode calls breaks.
        with open(X, encoding="utf-8-sig", newline="\n") as file:
            yield from chunks_of(file, chunk)
    elif isinstance(X, io.TextIOBase):
        yield from _taken((_line(line) for line in X), chunk)
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


def count_of(X: Any) -> int | None:
    """Number of rows, where it can be told beforehand."""
    return len(X) if isinstance(X, Sized) and not isinstance(X, os.PathLike) else None


def check_chunk(chunk: Any) -> int:
    """Return a chunk size as int, or say what is wrong with it."""
    if isinstance(chunk, bool) or not hasattr(chunk, "__index__") or chunk < 1:
        raise ValueError(f"chunk must be a positive int, got {chunk!r}")
    return int(chunk)


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


def _line(line: str) -> str:
    """A line without its end."""
    return line.removesuffix("\n").removesuffix("\r")
