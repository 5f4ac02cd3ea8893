"""Vectors in fewer bytes: as float16, or as int8 with a scale for each."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from langalign_sk._numeric import Float32Array

DTYPES = ("float32", "float16", "int8")
_LARGEST = 65504.0  # of float16


def check_dtype(dtype: Any) -> str:
    """Return the name of a type that vectors may be kept in."""
    if dtype not in DTYPES:
        raise ValueError(f"dtype must be one of {DTYPES}, got {dtype!r}")
    return str(dtype)


def packed_rows(rows: Float32Array, dtype: str) -> Float32Array:
    """Return rows as words of four bytes: the width, the scale of int8, the numbers."""
    if dtype == "float32":
        return rows
    width = rows.shape[1]
    heads: list[npt.NDArray[Any]] = [np.full((len(rows), 1), width, "<u4")]
    if dtype == "float16":
        numbers = np.clip(rows, -_LARGEST, _LARGEST).astype("<f2").view(np.uint8)
    else:
        scales = np.abs(rows).max(axis=1, keepdims=True).astype("<f4") / np.float32(127)
        scales[scales == 0] = 1
        heads.append(scales)
        numbers = np.rint(rows / scales).astype(np.int8).view(np.uint8)
    padding = np.zeros((len(rows), -numbers.shape[1] % 4), np.uint8)
    parts = [np.ascontiguousarray(head).view(np.uint8) for head in heads]
    packed: Float32Array = np.hstack([*parts, numbers, padding]).view("<f4")
    return packed


def unpacked_row(row: Float32Array, dtype: str) -> Float32Array:
    """Return the vector in the words of a row."""
    if dtype == "float32":
        return row
    words = np.ascontiguousarray(row)
    width = int(words[:1].view("<u4")[0])
    data = words.view(np.uint8)
    if dtype == "float16":
        return data[4 : 4 + 2 * width].view("<f2").astype(np.float32)
    numbers: Float32Array = data[8 : 8 + width].view(np.int8).astype(np.float32)
    return np.asarray(numbers * words[1], np.float32)


def rounded_rows(rows: Float32Array, dtype: str) -> Float32Array:
    """Return rows as they come back."""
    if dtype == "float32" or not len(rows):
        return rows
    return np.stack([unpacked_row(row, dtype) for row in packed_rows(rows, dtype)])
