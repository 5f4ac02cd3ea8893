"""Letters of each script in each text, counted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from langalign_sk.text._scripts import COLUMNS, HAN_JA, HAN_ZH, N_COLUMNS, SCRIPTS, column_table

#: Columns of a count that hold the letters of Han script.
HAN = [COLUMNS["Hani"], HAN_JA, HAN_ZH]

# Latin that says nothing about the language around it. Only ASCII is taken, so that a Korean
# particle right behind an address stays; {1,64} keeps the search linear on long runs of letters.
_ADDRESS = re.compile(
    r"(?:https?://|www\.)[!-~]+|[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+|@\w+", re.ASCII | re.IGNORECASE
)
_BLOCK_TEXTS = 1 << 15
_BLOCK_CHARACTERS = 1 << 20


def without_addresses(text: str) -> str:
    """Return a text without its links, e-mail addresses and mentions."""
    if "@" in text or "://" in text or "www." in text or "WWW." in text:
        return _ADDRESS.sub(" ", text)
    return text


def count_blocks(texts: Sequence[str]) -> Iterator[npt.NDArray[np.int64]]:
    """Letters of each text by script, (texts in the block, scripts)."""
    table = column_table()
    block: list[str] = []
    characters = 0
    for row, text in enumerate(texts):
        text = without_addresses(text)
        block.append(text)
        characters += len(text)
        full = characters >= _BLOCK_CHARACTERS or len(block) >= _BLOCK_TEXTS
        if full or row == len(texts) - 1:
            points = np.frombuffer("".join(block).encode("utf-32-le", "surrogatepass"), "<u4")
            lengths = np.fromiter(map(len, block), dtype=np.int64, count=len(block))
            cells = np.repeat(np.arange(len(block)) * N_COLUMNS, lengths) + table[points]
            counts = np.bincount(cells, minlength=len(block) * N_COLUMNS)
            yield counts.reshape(len(block), N_COLUMNS)
            block, characters = [], 0


def dominant_scripts(texts: Sequence[str]) -> dict[str, float]:
    """Share of the texts, of those with letters, in which each script weighs most."""
    names = list(SCRIPTS)
    weights = np.zeros((N_COLUMNS, len(names)), dtype=np.int64)
    for j, code in enumerate(names):
        weights[HAN if code == "Hani" else COLUMNS[code], j] = SCRIPTS[code].weight
    found = np.zeros(len(names), dtype=np.int64)
    for counts in count_blocks(texts):
        votes = counts @ weights
        found += np.bincount(votes[votes.any(axis=1)].argmax(axis=1), minlength=len(names))
    total = max(int(found.sum()), 1)
    return {code: int(n) / total for code, n in zip(names, found, strict=True) if n}
