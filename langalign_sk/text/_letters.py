"""Letters of each script in each text, counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from langalign_sk.text._scripts import COLUMNS, HAN_JA, HAN_ZH, N_COLUMNS, SCRIPTS, column_table
from langalign_sk.text._telling import count_blocks

#: Columns of a count that hold the letters of Han script.
HAN = [COLUMNS["Hani"], HAN_JA, HAN_ZH]


def letter_blocks(texts: Sequence[str]) -> Iterator[npt.NDArray[np.int64]]:
    """Letters of each text by script, (texts in the block, scripts)."""
    return count_blocks(texts, column_table(), N_COLUMNS)


def dominant_scripts(texts: Sequence[str]) -> dict[str, float]:
    """Share of the texts, of those with letters, in which each script weighs most."""
    names = list(SCRIPTS)
    weights = np.zeros((N_COLUMNS, len(names)), dtype=np.int64)
    for j, code in enumerate(names):
        weights[HAN if code == "Hani" else COLUMNS[code], j] = SCRIPTS[code].weight
    found = np.zeros(len(names), dtype=np.int64)
    for counts in letter_blocks(texts):
        votes = counts @ weights
        found += np.bincount(votes[votes.any(axis=1)].argmax(axis=1), minlength=len(names))
    total = max(int(found.sum()), 1)
    return {code: int(n) / total for code, n in zip(names, found, strict=True) if n}
