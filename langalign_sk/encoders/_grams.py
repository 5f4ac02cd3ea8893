"""Character n-grams of many texts at once, as integers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from unicodedata import normalize

import numpy as np
import numpy.typing as npt

MAX_N = 3  # a code point takes 21 bits, so three fill an unsigned 64-bit integer
_BITS = np.uint64(21)
_BLANK = np.uint64(ord(" ") + 1)  # in every text, so it would make every text a known one
_BLOCK_CHARACTERS = 1 << 19

Keys = npt.NDArray[np.uint64]
Rows = npt.NDArray[np.int64]
Counts = npt.NDArray[np.int64]


def gram_blocks(
    texts: Sequence[str], ngram_range: tuple[int, int]
) -> Iterator[tuple[int, Rows, Keys, Counts]]:
    """Count n-grams block by block: (texts in the block, row in the block, n-gram, count).

    Entries are sorted by row, then by n-gram. Texts are compatibility-normalised (full-width
    Latin, half-width kana, decomposed Hangul), lower-cased, white space is collapsed, and a blank
    is put at either end, so that the edge of a text is the edge of a word. A blank alone is no
    n-gram.
    """
    block: list[str] = []
    characters = 0
    for row, text in enumerate(texts):
        clean = " ".join(normalize("NFKC", text).lower().split())
        block.append(f" {clean} " if clean else "")
        characters += len(clean) + 2
        if characters >= _BLOCK_CHARACTERS or row == len(texts) - 1:
            yield len(block), *_count(block, ngram_range)
            block, characters = [], 0


def _count(block: list[str], ngram_range: tuple[int, int]) -> tuple[Rows, Keys, Counts]:
    """Row, n-gram and count of every n-gram in some texts."""
    points = np.frombuffer("".join(block).encode("utf-32-le", "surrogatepass"), dtype="<u4")
    lengths = np.fromiter(map(len, block), dtype=np.int64, count=len(block))
    row_of = np.repeat(np.arange(len(block)), lengths)
    single = points.astype(np.uint64) + np.uint64(1)  # no n-gram is a shorter one with NULs
    keys, rows = [], []
    gram = single
    for n in range(1, ngram_range[1] + 1):
        if n > 1:
            gram = (gram[:-1] << _BITS) | single[n - 1 :]
        if n >= ngram_range[0] and gram.size:
            inside = (row_of[: gram.size] == row_of[n - 1 :]) & (gram != _BLANK)
            keys.append(gram[inside])
            rows.append(row_of[: gram.size][inside])
    if not keys:
        return np.empty(0, np.int64), np.empty(0, np.uint64), np.empty(0, np.int64)
    key = np.concatenate(keys)
    row = np.concatenate(rows)
    order = np.lexsort((key, row))
    key, row = key[order], row[order]
    first = np.flatnonzero(np.r_[True, (key[1:] != key[:-1]) | (row[1:] != row[:-1])])
    return row[first], key[first], np.diff(np.r_[first, key.size])
