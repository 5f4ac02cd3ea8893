"""IBM's first model of word alignment, the classic baseline: counts of words alone, by EM."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Texts = Sequence[Sequence[str]]
Links = set[tuple[int, int]]


def probabilities(source: Texts, target: Texts, rounds: int = 8) -> list[npt.NDArray[np.float64]]:
    """Return t(target word | source word) for the words of each pair; row 0 is the empty word."""
    sides = [[["", *(w.lower() for w in words)] for words in source],
             [[w.lower() for w in words] for words in target]]  # fmt: skip
    index: list[dict[str, int]] = [{}, {}]
    numbers = [[[own.setdefault(w, len(own)) for w in words] for words in side]
               for own, side in zip(index, sides, strict=True)]  # fmt: skip
    cells = [np.add.outer(np.multiply(s, len(index[1])), t) for s, t in zip(*numbers, strict=True)]
    flat = np.concatenate([cell.ravel() for cell in cells])
    known, place = np.unique(flat, return_inverse=True)
    columns = np.cumsum([0, *(cell.shape[1] for cell in cells)])
    column = np.concatenate([np.tile(np.arange(cell.shape[1]) + at, cell.shape[0])
                             for cell, at in zip(cells, columns, strict=False)])  # fmt: skip
    table: Any = np.ones(len(known))
    for _ in range(rounds):
        now = table[place]
        now /= np.bincount(column, now)[column]
        table = np.bincount(place, now, len(known))
        table /= np.bincount(known // len(index[1]), table)[known // len(index[1])]
    ends = np.cumsum([cell.size for cell in cells])[:-1]
    found = np.split(table[place], ends)
    return [own.reshape(cell.shape) for own, cell in zip(found, cells, strict=True)]


def align(source: Texts, target: Texts, *, grow: bool) -> list[Links]:
    """Align both ways; intersect, or grow the intersection along the diagonal (grow-diag)."""
    found = []
    there, back = probabilities(source, target), probabilities(target, source)
    for a, b in zip(there, back, strict=True):
        first = {(int(i) - 1, j) for j, i in enumerate(a.argmax(axis=0)) if i}
        second = {(i, int(j) - 1) for i, j in enumerate(b.argmax(axis=0)) if j}
        links, either = first & second, first | second
        added = grow
        while added:
            near = {
                (i, j) for i, j in either - links
                if any(abs(i - k) <= 1 and abs(j - m) <= 1 for k, m in links)
                and (i not in {k for k, _ in links} or j not in {m for _, m in links})
            }  # fmt: skip
            links, added = links | near, bool(near)
        found.append(links)
    return found
