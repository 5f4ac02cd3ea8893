"""Maps between embedding spaces: arrays in, arrays out."""

from langalign_sk.maps._affine import AffineMap
from langalign_sk.maps._base import BaseMap, MomentMap
from langalign_sk.maps._compose import AveragedMap, ChainedMap, average, compose
from langalign_sk.maps._kernel import KernelMap
from langalign_sk.maps._network import MLPMap
from langalign_sk.maps._procrustes import ProcrustesMap
from langalign_sk.maps._regressor import RegressorMap
from langalign_sk.maps._resolve import resolve_map
from langalign_sk.maps._ridge import RidgeMap

#: Every type of map that a saved model may hold.
TRUSTED_MAPS: tuple[type[BaseMap], ...] = (
    AffineMap,
    AveragedMap,
    ChainedMap,
    MLPMap,
    KernelMap,
    ProcrustesMap,
    RegressorMap,
    RidgeMap,
)

__all__ = [
    "TRUSTED_MAPS",
    "AffineMap",
    "BaseMap",
    "MLPMap",
    "KernelMap",
    "MomentMap",
    "ProcrustesMap",
    "RegressorMap",
    "RidgeMap",
    "average",
    "compose",
    "resolve_map",
]
