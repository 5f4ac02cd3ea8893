"""The vectors of a fitted n-gram encoder, from its arrays.

NumPy is all that it needs: `export_onnx` copies it into what it writes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from langalign_sk.encoders._grams import gram_blocks

TINY = 1e-6
_ENTRIES = 1 << 12  # n-grams whose directions are held at a time


def ngram_vectors(texts: Sequence[str], arrays: Mapping[str, Any]) -> npt.NDArray[np.float32]:
    """Return the vectors of texts, given what `NgramEncoder` has fitted."""
    ends = tuple(int(n) for n in arrays["ngram_range"])
    value, column, counts = gram_entries(texts, (ends[0], ends[1]), arrays["grams"], arrays["idf"])
    projection = arrays["projection"]
    vectors = np.zeros((len(texts), projection.shape[1]), dtype=np.float32)
    row = np.repeat(np.arange(len(texts)), counts)
    for start in range(0, len(row), _ENTRIES):
        part = slice(start, start + _ENTRIES)
        moved = value[part, None] * projection[column[part]]
        first = np.flatnonzero(np.r_[True, np.diff(row[part]) > 0])
        vectors[row[part][first]] += np.add.reduceat(moved, first, axis=0)
    return unit_rows(vectors, arrays["fallback"])


def gram_entries(
    texts: Sequence[str], ngram_range: tuple[int, int], grams: Any, idf: Any
) -> tuple[Any, Any, Any]:
    """TF-IDF of texts, rows of unit length: values, columns, and how many there are in each row."""
    columns, values, per_row = [], [], []
    for n_rows, row, gram, count in gram_blocks(texts, ngram_range):
        column = np.searchsorted(grams, gram)
        column[column == len(grams)] = 0
        known = grams[column] == gram
        row, column = row[known], column[known]
        value = (1.0 + np.log(count[known])) * idf[column]
        length = np.sqrt(np.bincount(row, weights=value**2, minlength=n_rows))
        columns.append(column.astype(np.int32))
        values.append((value / length[row]).astype(np.float32))
        per_row.append(np.bincount(row, minlength=n_rows))
    return np.concatenate(values), np.concatenate(columns), np.concatenate(per_row)


def unit_rows(
    vectors: npt.NDArray[np.float32], fallback: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Rows scaled to unit length; those without a direction become `fallback`."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    lost = length[:, 0] < TINY
    length[lost] = 1.0
    vectors = vectors / length
    vectors[lost] = fallback
    return vectors
