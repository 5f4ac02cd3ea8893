"""What an encoder returned, checked: finite float32 rows, one per text."""

from __future__ import annotations

from typing import Any

import numpy as np

from langalign_sk._io import quoted
from langalign_sk._numeric import Float32Array, as_numpy

_NAMED = 3  # texts named in an error


def checked_rows(
    name: str, texts: list[str], output: Any, width: int | None = None
) -> Float32Array:
    """Return an encoder's output as finite float32 rows, one per text, of the known width."""
    if hasattr(output, "toarray"):
        output = output.toarray()
    if isinstance(output, list | tuple):
        output = [as_numpy(row) for row in output]
    try:
        with np.errstate(over="ignore"):  # too large for float32: infinity, reported below
            vectors = np.asarray(as_numpy(output)).astype(np.float32, copy=False)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"{name} returned {type(output).__name__} that does not read as numbers, one row per "
            f"text ({error}), for {named(texts)}"
        ) from error
    if vectors.ndim != 2:
        raise ValueError(
            f"{name} returned an array of shape {vectors.shape} for {len(texts)} texts; a 2-D "
            f"array with one row per text is needed; the texts: {named(texts)}"
        )
    if len(vectors) != len(texts):
        raise ValueError(
            f"{name} returned {len(vectors)} rows for {len(texts)} texts: {named(texts)}"
        )
    if not vectors.shape[1] or (width is not None and vectors.shape[1] != width):
        raise ValueError(
            f"{name} returned vectors of width {vectors.shape[1]}, before that of width {width}, "
            f"for {named(texts)}"
        )
    bad = np.flatnonzero(~np.isfinite(vectors).all(axis=1))
    if len(bad):
        kind = "NaN" if np.isnan(vectors[bad]).any() else "infinity"
        raise ValueError(
            f"{name} returned {kind} for {len(bad)} of {len(texts)} texts: "
            f"{named([texts[row] for row in bad])}"
        )
    return vectors


def named(texts: list[str]) -> str:
    """Quote the first texts, shortened, for errors."""
    shown = ", ".join(map(quoted, texts[:_NAMED]))
    return shown if len(texts) <= _NAMED else f"{shown} and {len(texts) - _NAMED} more"
