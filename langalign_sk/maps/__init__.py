"""Maps between embedding spaces: arrays in, arrays out."""

from ._affine import AffineMap
from ._base import BaseMap, MomentMap
from ._compose import AveragedMap, ChainedMap, average, compose
from ._procrustes import ProcrustesMap
from ._regressor import RegressorMap
from ._resolve import resolve_map
from ._ridge import RidgeMap

#: Every type of map that a saved model may hold.
TRUSTED_MAPS: tuple[type[BaseMap], ...] = (
    AffineMap,
    AveragedMap,
    ChainedMap,
    ProcrustesMap,
    RegressorMap,
    RidgeMap,
)

__all__ = [
    "TRUSTED_MAPS",
    "AffineMap",
    "BaseMap",
    "MomentMap",
    "ProcrustesMap",
    "RegressorMap",
    "RidgeMap",
    "average",
    "compose",
    "resolve_map",
]
