"""Choices without target labels: scorers, splitters, estimates, coverage, what to label."""

from langalign_sk.selection._by_language import LanguageConsistency, consistency_by_language

# For the other rooms.
from langalign_sk.selection._calibration import sharpened as sharpened
from langalign_sk.selection._consistency import (
    Consistency,
    beyond_chance as beyond_chance,
    prediction_consistency,
)
from langalign_sk.selection._cover import Cover as Cover, distinct as distinct
from langalign_sk.selection._coverage import Coverage, coverage
from langalign_sk.selection._estimate import AccuracyEstimate, estimate_target_accuracy
from langalign_sk.selection._pair_curve import CurvePoint, PairCurve, fit_pair_curve
from langalign_sk.selection._rows import (
    extractor_of as extractor_of,
    layout_of as layout_of,
    pair_rows as pair_rows,
    pool_rows as pool_rows,
    random_numbers as random_numbers,
    sampled as sampled,
    up_to_aligner as up_to_aligner,
)
from langalign_sk.selection._scorers import PairScorer, TargetScorer
from langalign_sk.selection._sources import SourceRanking, rank_sources, transfer_correlations
from langalign_sk.selection._splitters import LanguageSplit, PairKFold, target_validation
from langalign_sk.selection._stress import StressGap, stress_gap
from langalign_sk.selection._suggest import suggest_labels

__all__ = [
    "AccuracyEstimate",
    "Consistency",
    "Coverage",
    "CurvePoint",
    "LanguageConsistency",
    "LanguageSplit",
    "PairCurve",
    "PairKFold",
    "PairScorer",
    "SourceRanking",
    "StressGap",
    "TargetScorer",
    "consistency_by_language",
    "coverage",
    "estimate_target_accuracy",
    "fit_pair_curve",
    "prediction_consistency",
    "rank_sources",
    "stress_gap",
    "suggest_labels",
    "target_validation",
    "transfer_correlations",
]
