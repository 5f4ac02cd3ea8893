"""The input of measures: parameters checked as scikit-learn does, rows that match."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt
from sklearn import get_config
from sklearn.utils._param_validation import validate_parameter_constraints

from langalign_sk._numeric import Float64Array, FloatArray, Moments, as_float_matrix

#: A column whose spread is below this share of its mean is constant but for rounding.
ROUNDING = 1e-13

Function = TypeVar("Function", bound=Callable[..., Any])


def checked(**constraints: list[Any]) -> Callable[[Function], Function]:
    """Check parameters of a function, or of a constructor, before it runs.

    Parameters
    ----------
    **constraints : list
        What each parameter may be, in scikit-learn's terms.
    """

    def decorate(function: Function) -> Function:
        known, caller = signature(function), function.__qualname__.removesuffix(".__init__")

        @wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            if not get_config()["skip_parameter_validation"]:
                given = known.bind(*args, **kwargs).arguments
                validate_parameter_constraints(constraints, given, caller)
            return function(*args, **kwargs)

        return cast(Function, run)

    return decorate


def matched_rows(
    source: Any, target: Any, *, same_width: bool, least: int = 2
) -> tuple[FloatArray, FloatArray]:
    """Return both sides as finite matrices of which row i belongs to row i."""
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
    """Tell for each column if it varies by more than the rounding of its mean."""
    bar = moments.weight * (ROUNDING * moments.mean) ** 2
    varies: npt.NDArray[np.bool_] = np.diag(moments.scatter) > bar
    return varies


def unit(rows: FloatArray) -> Float64Array:
    """Return rows of unit length in float64; rows of zeros stay."""
    vectors = rows.astype(np.float64)
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    length[length == 0] = 1
    vectors /= length
    return vectors
