"""Rows by their directions alone."""

from __future__ import annotations

import numpy as np

from langalign_sk._numeric import Float64Array, FloatArray


def row_lengths(rows: FloatArray) -> Float64Array:
    """Lengths of rows, in float64: squares of large or small float32 numbers fall out of range."""
    lengths: Float64Array = np.sqrt(np.einsum("ij,ij->i", rows, rows, dtype=np.float64))
    return lengths


def centred_units(rows: FloatArray, mean: Float64Array) -> Float64Array:
    """Rows less the mean, of unit length; rows at the mean stay zero."""
    centred: Float64Array = rows - mean
    lengths = row_lengths(centred)[:, None]
    np.divide(centred, lengths, out=centred, where=lengths > 0)
    return centred
