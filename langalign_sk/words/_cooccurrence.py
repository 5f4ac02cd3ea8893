"""How often two words stand in translations of each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse


class Cooccurrence:
    """Dice's coefficient of words over pairs of texts: 2 n_xy / (n_x + n_y), case set aside."""

    def __init__(self, source: Sequence[Sequence[str]], target: Sequence[Sequence[str]]) -> None:
        self._source, rows = _presence(source)
        self._target, columns = _presence(target)
        self._both = (rows.T @ columns).tocsr()
        self._counts = [np.asarray(side.sum(axis=0)).ravel() for side in (rows, columns)]

    def dice(self, source: Sequence[str], target: Sequence[str]) -> npt.NDArray[np.float64]:
        """Return the coefficient of each word of one text with each of the other; 0 if unknown."""
        i, j = (
            np.array([index.get(word.lower(), -1) for word in words], np.intp)
            for index, words in ((self._source, source), (self._target, target))
        )
        found = np.zeros((len(i), len(j)))
        rows, columns = np.flatnonzero(i >= 0), np.flatnonzero(j >= 0)
        if len(rows) and len(columns):
            both = self._both[i[rows]][:, j[columns]].toarray()
            total = self._counts[0][i[rows]][:, None] + self._counts[1][j[columns]]
            found[np.ix_(rows, columns)] = 2 * both / total
        return found


def _presence(texts: Sequence[Sequence[str]]) -> tuple[dict[str, int], Any]:
    """Return the number of each word, and which texts hold it."""
    index: dict[str, int] = {}
    columns: list[int] = []
    ends = [0]
    for words in texts:
        columns += {index.setdefault(word.lower(), len(index)) for word in words}
        ends.append(len(columns))
    ones = np.ones(len(columns))
    return index, sparse.csr_array((ones, columns, ends), shape=(len(texts), len(index)))
