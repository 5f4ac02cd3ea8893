"""What rows hold: digests over every byte, and which rows are tied by equal texts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from langalign_sk._io import TextRow, hold_two
from langalign_sk._numeric import FloatArray, row_blocks

Rows: TypeAlias = "tuple[TextRow, ...] | FloatArray"
Hash: TypeAlias = "hashlib.blake2b"
Labels = npt.NDArray[np.intp]

_SIZE = 16
_TEXTS_PER_UPDATE = 4096


def start_hash(rows: Rows) -> Hash:
    """Hash of no rows yet, of the kind of `rows`."""
    if isinstance(rows, tuple):
        kind = "two texts" if hold_two(rows) else "text"
    else:
        kind = f"{rows.dtype.str} {rows.shape[1]}"
    return hashlib.blake2b(kind.encode() + b"\n", digest_size=_SIZE)


def extend_hash(start: Hash, rows: Rows) -> Hash:
    """Hash of what `start` has seen, then `rows`; `start` stays as it was.

    Vectors are read through memory views in blocks: nothing is copied unless the rows are not
    contiguous, and then one block at a time.
    """
    digest = start.copy()
    if isinstance(rows, tuple):
        for first in range(0, len(rows), _TEXTS_PER_UPDATE):
            some = single_texts(rows[first : first + _TEXTS_PER_UPDATE])
            encoded = (text.encode("utf-8", "surrogatepass") for text in some)
            # The length in front of each text: no text can be mistaken for two.
            digest.update(b"".join(len(data).to_bytes(8, "little") + data for data in encoded))
    else:
        for block in row_blocks(*rows.shape):
            digest.update(np.ascontiguousarray(rows[block]).data.cast("B"))
    return digest


def single_texts(rows: Sequence[TextRow]) -> Sequence[str]:
    """Texts one by one: of a row of two, one after the other."""
    if hold_two(rows):
        return [text for row in rows for text in row]
    return rows  # type: ignore[return-value]


def combine(header: dict[str, Any], sides: Iterable[Hash], weight: FloatArray | None) -> str:
    """Fingerprint of everything that makes up a corpus."""
    digest = hashlib.blake2b(json.dumps(header, sort_keys=True).encode(), digest_size=_SIZE)
    for side in sides:
        digest.update(side.digest())
    if weight is not None:
        digest.update(np.ascontiguousarray(weight).data.cast("B"))
    return digest.hexdigest()


def tied_rows(sides: Sequence[Rows]) -> Labels:
    """Group of each row: rows that share a text (or equal vectors) on any side are in one group.

    The groups are the connected components of the graph whose nodes are the distinct texts of each
    side and whose edges are the rows.
    """
    nodes: list[Labels] = []
    size = 0
    for side in sides:
        of_side = _distinct(side)
        nodes += [size + of_text for of_text in of_side]
        size += 1 + max(int(of_text.max()) for of_text in of_side)
    first, *others = nodes
    if not others:
        return first
    edges = np.concatenate([first] * len(others)), np.concatenate(others)
    graph = coo_array((np.ones(len(edges[0]), bool), edges), shape=(size, size))
    _, component = connected_components(graph, directed=False)
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


def _distinct(rows: Rows) -> list[Labels]:
    """Give equal rows, or texts of rows of two, equal numbers, from 0 in order of appearance."""
    seen: dict[str | bytes, int] = {}
    numbers = np.array([seen.setdefault(key, len(seen)) for key in _keys(rows)], dtype=np.intp)
    two = isinstance(rows, tuple) and hold_two(rows)
    return [numbers[::2], numbers[1::2]] if two else [numbers]


def _keys(rows: Rows) -> Iterator[str | bytes]:
    """Give something equal exactly for equal rows."""
    if isinstance(rows, tuple):
        yield from single_texts(rows)
        return
    for block in row_blocks(*rows.shape):
        for row in np.ascontiguousarray(rows[block]):
            yield hashlib.blake2b(row.data, digest_size=16).digest()
