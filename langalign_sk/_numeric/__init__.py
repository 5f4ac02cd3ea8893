"""Numbers without names: arrays in, arrays out, no estimators and no texts."""

from ._arrays import (
    FloatArray,
    as_float_matrix,
    as_numpy,
    row_blocks,
)
from ._linalg import oas_covariance
from ._moments import Moments, PairMoments

__all__ = [
    "FloatArray",
    "Moments",
    "PairMoments",
    "as_float_matrix",
    "as_numpy",
    "oas_covariance",
    "row_blocks",
]
