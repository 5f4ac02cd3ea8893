"""Numbers without names: arrays in, arrays out, no estimators and no texts."""

from langalign_sk._numeric._arrays import (
    FloatArray,
    as_float_matrix,
    as_numpy,
    row_blocks,
)
from langalign_sk._numeric._linalg import oas_covariance
from langalign_sk._numeric._moments import Moments, PairMoments
from langalign_sk._numeric._neighbours import (
    mean_similarity,
    mutual_nearest,
    nearest,
    nearest_others,
)
from langalign_sk._numeric._tiles import unit_rows

__all__ = [
    "FloatArray",
    "Moments",
    "PairMoments",
    "as_float_matrix",
    "as_numpy",
    "mean_similarity",
    "mutual_nearest",
    "nearest",
    "nearest_others",
    "oas_covariance",
    "row_blocks",
    "unit_rows",
]
