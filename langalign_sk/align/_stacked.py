"""Rows of two texts: their vectors side by side, or one under the other to be moved."""

from __future__ import annotations

from typing import Any

import numpy as np

from langalign_sk._numeric import FloatArray


def stacked(X: FloatArray, n_texts: int) -> FloatArray:
    """Return the vectors of a row one under the other: the first, the second, those of the next.

    Without a copy where `X` is contiguous, as is `unstacked`, which undoes it.
    """
    return X.reshape(n_texts * len(X), X.shape[1] // n_texts)


def unstacked(rows: FloatArray, n_texts: int) -> FloatArray:
    """Return the vectors of a row side by side again."""
    return rows.reshape(len(rows) // n_texts, n_texts * rows.shape[1])


def stacked_langs(lang: Any, n_texts: int) -> Any:
    """Return the language of each vector: one per row serves both, a row of two has its own."""
    if lang is None or isinstance(lang, str) or n_texts == 1:
        return lang
    codes: list[Any] = []
    for own in lang:
        both = isinstance(own, tuple | list | np.ndarray) and len(own) == n_texts
        codes += own if both else [own] * n_texts
    return codes


def row_name(row: int, n_texts: int) -> str:
    """Name the row that a stacked vector is in, for errors."""
    if n_texts == 1:
        return f"row {row}"
    return f"row {row // n_texts}, {('first', 'second')[row % n_texts]} text,"


def width_hint(n_features: int, width: int, n_texts: int) -> str:
    """Say what another number of columns looks like; nothing where it looks like nothing known."""
    if n_texts == 1 and n_features == 2 * width:
        return "; for rows of two texts, [u | v], set n_texts=2"
    if n_texts == 2 and 2 * n_features == width:
        return "; with n_texts=2 a row holds the vectors of two texts, [u | v], and pairs of one"
    return ""
