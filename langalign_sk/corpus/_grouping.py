"""Which rows must stay together when a corpus is split."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from langalign_sk._numeric import row_blocks
from langalign_sk.corpus._fingerprint import Rows

Labels = npt.NDArray[np.intp]


def tied_rows(sides: Sequence[Rows]) -> Labels:
    """Group of each row: rows that share a text (or equal vectors) on any side are in one group.

    The groups are the connected components of the graph whose nodes are the distinct texts and
    whose edges are the rows.
    """
    nodes = [_distinct(side) for side in sides]
    if len(nodes) == 1:
        return nodes[0]
    first, second = nodes
    n_first = int(first.max()) + 1
    size = n_first + int(second.max()) + 1
    edges = coo_array((np.ones(len(first), bool), (first, n_first + second)), shape=(size, size))
    _, component = connected_components(edges, directed=False)
    return np.unique(component[first], return_inverse=True)[1].astype(np.intp)


def choose_groups(
    groups: Labels, size: int, random: np.random.RandomState
) -> npt.NDArray[np.bool_]:
    """Mask of random whole groups with `size` rows in all, or as many below as come out."""
    counts = np.bincount(groups)
    chosen = np.zeros(len(counts), dtype=bool)
    for group in random.permutation(len(counts)):
        if counts[group] <= size:
            chosen[group] = True
            size -= counts[group]
    return np.asarray(chosen[groups])


def _distinct(rows: Rows) -> Labels:
    """Give equal rows equal numbers, from 0 in order of appearance."""
    seen: dict[str | bytes, int] = {}
    return np.array([seen.setdefault(key, len(seen)) for key in _keys(rows)], dtype=np.intp)


def _keys(rows: Rows) -> Iterator[str | bytes]:
    """Give something equal exactly for equal rows."""
    if isinstance(rows, tuple):
        yield from rows
        return
    for block in row_blocks(*rows.shape):
        for row in np.ascontiguousarray(rows[block]):
            yield hashlib.blake2b(row.data, digest_size=16).digest()
