"""Numbers without names: arrays in, arrays out, no estimators and no texts."""

# For the other rooms.
from langalign_sk._numeric._arrays import (
    Float32Array as Float32Array,
    Float64Array as Float64Array,
    FloatArray,
    as_float_matrix,
    as_matrix as as_matrix,
    as_numpy,
    as_weights as as_weights,
    centred_units as centred_units,
    mean_and_spread as mean_and_spread,
    row_blocks,
    row_lengths as row_lengths,
)
from langalign_sk._numeric._immutable import Immutable as Immutable
from langalign_sk._numeric._linalg import (
    eigh_of as eigh_of,
    least_squares_scale as least_squares_scale,
    numerical_rank as numerical_rank,
    oas_covariance,
    polar_of as polar_of,
    roots_of as roots_of,
    rotation_of as rotation_of,
    shrinkage_of as shrinkage_of,
    uncentred as uncentred,
)
from langalign_sk._numeric._moments import Moments, PairMoments
from langalign_sk._numeric._neighbours import (
    best_both_ways as best_both_ways,
    mean_similarity,
    mutual_nearest,
    nearest,
    nearest_others,
)
from langalign_sk._numeric._nystroem import (
    GaussianKernel as GaussianKernel,
    Nystroem as Nystroem,
    median_squared_distance as median_squared_distance,
)
from langalign_sk._numeric._ranks import (
    Ranks as Ranks,
    bars_of_pairs as bars_of_pairs,
    count_above as count_above,
    partner_ranks as partner_ranks,
    partner_ranks_on as partner_ranks_on,
)
from langalign_sk._numeric._tiles import (
    BLOCK_BYTES as BLOCK_BYTES,
    SMALLEST_MEAN as SMALLEST_MEAN,
    Adjustment as Adjustment,
    NeighbourMethod as NeighbourMethod,
    adjustment_for as adjustment_for,
    best_pairs as best_pairs,
    two_sides as two_sides,
    unit_rows,
)
from langalign_sk._numeric._top import IntArray as IntArray

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
