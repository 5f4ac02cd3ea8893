"""Files of word vectors, of fastText, GloVe and word2vec: a word and its numbers a line."""

from __future__ import annotations

import gzip
import os
import unicodedata
import zlib
from array import array
from collections.abc import Iterator
from typing import Any

import numpy as np

from langalign_sk._numeric import Float32Array

_GZIP, _ZIP, _FASTTEXT = b"\x1f\x8b", b"PK\x03\x04", b"\xba\x16\x4f\x2f"
_SHOWN = 30  # bytes of a line in an error


def read_words(
    path: str | os.PathLike[str], max_words: int | None
) -> tuple[list[str], Float32Array]:
    """Return the first words of a file, and the vector of each; of equal words the first counts."""
    words: dict[str, int] = {}
    lines: list[int] = []  # where each word stands
    values = array("f")
    promised = width = None
    for number, line in _lines(path):
        if number == 1:
            promised, width = _header(line)
            if promised is not None:
                continue
        if not line.strip():
            continue
        if max_words is not None and len(words) == max_words:
            promised = None  # the rest is not wanted
            break
        if width is None:
            width = len(line.split()) - 1
            if width < 1:
                raise _wrong(path, number, line, "a word and its numbers are needed")
        word, numbers = _parsed(path, number, line, width)
        if word not in words:
            words[word] = len(words)
            lines.append(number)
            values.extend(numbers)
    if not words:
        raise ValueError(f"{os.fspath(path)} holds no word vectors")
    if promised is not None and promised > lines[-1] - 1:
        raise ValueError(
            f"{os.fspath(path)}: its first line promises {promised} words, but it ends after line "
            f"{lines[-1]}: download it again"
        )
    vectors = np.frombuffer(values, dtype=np.float32).reshape(len(words), width or 0)
    bad = np.flatnonzero(~np.isfinite(vectors).all(axis=1))
    if len(bad):
        raise ValueError(
            f"{os.fspath(path)}, line {lines[bad[0]]}: NaN, infinity or a number too large "
            f"({len(bad)} such lines)"
        )
    return list(words), vectors


def _lines(path: str | os.PathLike[str]) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a file, plain or gzip, by number from 1."""
    with open(path, "rb") as file:
        start = file.read(4)
        file.seek(0)
        if start == _ZIP:
            raise ValueError(
                f"{os.fspath(path)} is a zip archive: unpack it and give the text file"
            )
        if start == _FASTTEXT:
            raise ValueError(
                f"{os.fspath(path)} is a binary fastText model: give the text file (.vec)"
            )
        lines: Any = gzip.GzipFile(fileobj=file) if start[:2] == _GZIP else file
        try:
            yield from enumerate(lines, start=1)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise ValueError(
                f"{os.fspath(path)} is damaged, or only part of the file: {error}"
            ) from error


def _header(line: bytes) -> tuple[int | None, int | None]:
    """Return words and width from a first line of two whole numbers; nothing from any other."""
    fields = line.split()
    if len(fields) == 2 and all(field.isdigit() for field in fields):
        return int(fields[0]), int(fields[1])
    return None, None


def _parsed(
    path: str | os.PathLike[str], number: int, line: bytes, width: int
) -> tuple[str, list[float]]:
    """Return the word of a line, which may hold blanks, and its numbers."""
    if b"\0" in line:
        raise _wrong(
            path, number, line, "this is a binary file; give the one with text (.vec, .txt)"
        )
    fields = line.rsplit(None, width)
    if len(fields) != width + 1:
        found = len(fields) - 1
        raise _wrong(path, number, line, f"{found} numbers, where others have {width}")
    try:
        numbers = [float(field) for field in fields[1:]]
    except ValueError:
        wrong = next(field for field in fields[1:] if not _is_number(field))
        shown = wrong[:_SHOWN].decode("utf-8", "replace")
        raise _wrong(path, number, line, f"{shown!r} is no number") from None
    rest = fields[0].split()[1:]
    if rest and all(map(_is_number, rest)):
        found = width + len(rest)
        raise _wrong(path, number, line, f"{found} numbers, where others have {width}")
    return unicodedata.normalize("NFC", fields[0].decode("utf-8", "replace")), numbers


def _is_number(field: bytes) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True


def _wrong(path: str | os.PathLike[str], number: int, line: bytes, what: str) -> ValueError:
    """Return the error for a line."""
    shown = line[:_SHOWN].decode("utf-8", "replace").strip()
    return ValueError(f"{os.fspath(path)}, line {number} ({shown!r} ...): {what}")
