"""Maps between embedding spaces: arrays in, arrays out."""

from langalign_sk._numeric import Nystroem
from langalign_sk.maps._affine import AffineMap
from langalign_sk.maps._agreement import AgreementMap
from langalign_sk.maps._base import BaseMap, FewPairsWarning, MomentMap, fits_from_moments

# For the other rooms.
from langalign_sk.maps._compose import (
    AveragedMap as AveragedMap,
    BlendedMap as BlendedMap,
    ChainedMap as ChainedMap,
    average,
    blended as blended,
    compose,
)
from langalign_sk.maps._diagonal import DiagonalProcrustesMap
from langalign_sk.maps._generalized import GeneralizedProcrustes
from langalign_sk.maps._kernel import FourierFeatures as FourierFeatures, KernelMap
from langalign_sk.maps._language_direction import LanguageDirectionMap
from langalign_sk.maps._masking import LanguageMaskMap
from langalign_sk.maps._mean_shift import MeanShiftMap
from langalign_sk.maps._multistep import MultiStepMap
from langalign_sk.maps._network import MLPMap
from langalign_sk.maps._normalized import NormalizedMap, published_map
from langalign_sk.maps._one_space import (
    one_space as one_space,
    space_agreement as space_agreement,
)
from langalign_sk.maps._pair_fit import PairFit as PairFit, judge_pairs as judge_pairs
from langalign_sk.maps._parameters import (
    COUNT as COUNT,
    PART as PART,
    POSITIVE as POSITIVE,
    SHARE as SHARE,
    Numbers as Numbers,
    one_of as one_of,
)
from langalign_sk.maps._procrustes import ProcrustesMap
from langalign_sk.maps._rcsls import RCSLSMap
from langalign_sk.maps._reduced_rank import CCAMap, ReducedRankMap
from langalign_sk.maps._regressor import RegressorMap
from langalign_sk.maps._resolve import names_of_maps as names_of_maps, resolve_map
from langalign_sk.maps._ridge import RidgeMap
from langalign_sk.maps._self_learning import SelfLearningMap
from langalign_sk.maps._subspace_shift import SubspaceShiftMap
from langalign_sk.maps._transport import TransportMap
from langalign_sk.maps._unit_length import UnitLengthMap

#: Every type of map, and of what maps consist of, that a saved model may hold.
TRUSTED_MAPS: tuple[type, ...] = (
    AffineMap,
    AgreementMap,
    AveragedMap,
    BlendedMap,
    CCAMap,
    ChainedMap,
    DiagonalProcrustesMap,
    FourierFeatures,
    KernelMap,
    LanguageDirectionMap,
    LanguageMaskMap,
    MLPMap,
    MeanShiftMap,
    MultiStepMap,
    NormalizedMap,
    Nystroem,
    ProcrustesMap,
    RCSLSMap,
    ReducedRankMap,
    RegressorMap,
    RidgeMap,
    SelfLearningMap,
    SubspaceShiftMap,
    TransportMap,
    UnitLengthMap,
)

__all__ = [
    "TRUSTED_MAPS",
    "AffineMap",
    "AgreementMap",
    "BaseMap",
    "CCAMap",
    "DiagonalProcrustesMap",
    "FewPairsWarning",
    "GeneralizedProcrustes",
    "KernelMap",
    "LanguageDirectionMap",
    "LanguageMaskMap",
    "MLPMap",
    "MeanShiftMap",
    "MomentMap",
    "MultiStepMap",
    "NormalizedMap",
    "ProcrustesMap",
    "RCSLSMap",
    "ReducedRankMap",
    "RegressorMap",
    "RidgeMap",
    "SelfLearningMap",
    "SubspaceShiftMap",
    "TransportMap",
    "UnitLengthMap",
    "average",
    "compose",
    "fits_from_moments",
    "published_map",
    "resolve_map",
]
