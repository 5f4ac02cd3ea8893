"""Blocks of a file of vectors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from langalign_sk._numeric import as_float_matrix

#: What is held at once of the old vectors.
BLOCK_BYTES = 32 * 2**20


def mapped(fitted: Any, rows: Any, where: Path, first: int) -> Any:
    """Map a block of a file, in the type of its numbers; errors name the file and the row."""
    kind = np.asarray(rows).dtype
    try:
        checked = as_float_matrix(rows, name="vectors")
    except ValueError as error:
        raise ValueError(f"{where}, rows from {first} on: {error}") from error
    if checked.shape[1] != fitted.n_features_in_:
        raise ValueError(
            f"{where} holds vectors of {checked.shape[1]} numbers, but the map was learned from "
            f"vectors of {fitted.n_features_in_}: it is of another encoder"
        )
    made = fitted.transform(checked)
    return made.astype(kind if kind.kind == "f" else np.float32, copy=False)


def rows_at_once(width: int) -> int:
    """Return how many rows make a block."""
    return max(1, BLOCK_BYTES // (4 * max(width, 1)))
