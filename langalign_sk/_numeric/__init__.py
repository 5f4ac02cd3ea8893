"""Numbers without names: arrays in, arrays out, no estimators and no texts."""

from langalign_sk._numeric._arrays import (
    FloatArray,
    as_float_matrix,
    as_numpy,
    row_blocks,
)
from langalign_sk._numeric._linalg import oas_covariance
from langalign_sk._numeric._moments import Moments, PairMoments

__all__ = [
    "FloatArray",
    "Moments",
    "PairMoments",
    "as_float_matrix",
    "as_numpy",
    "oas_covariance",
    "row_blocks",
]
