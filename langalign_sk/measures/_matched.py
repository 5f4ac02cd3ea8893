"""What every measure of matched rows asks of its input."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from langalign_sk._numeric import FloatArray, Moments, as_float_matrix

#: A column whose spread is below this share of its mean is constant but for rounding.
ROUNDING = 1e-13


def matched_rows(
    source: Any, target: Any, *, same_width: bool, least: int = 2
) -> tuple[FloatArray, FloatArray]:
    """Both sides as finite matrices of which row i belongs to row i."""
    S, T = as_float_matrix(source, name="source"), as_float_matrix(target, name="target")
    if len(S) != len(T):
        raise ValueError(
            f"row i of source belongs to row i of target, but source has {len(S)} rows "
            f"and target has {len(T)}"
        )
    if same_width and S.shape[1] != T.shape[1]:
        raise ValueError(
            f"source has {S.shape[1]} columns and target has {T.shape[1]}: this measure compares "
            "vectors of one space; map one side onto the other first"
        )
    if len(S) < least:
        raise ValueError(f"at least {least} rows are needed, got {len(S)}")
    return S, T


def varying(moments: Moments) -> npt.NDArray[np.bool_]:
    """Which columns vary by more than the rounding of their mean."""
    bar = moments.weight * (ROUNDING * moments.mean) ** 2
    varies: npt.NDArray[np.bool_] = np.diag(moments.scatter) > bar
    return varies
