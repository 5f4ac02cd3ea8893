"""How good a transfer is: measures, choices without target labels, reports."""

from langalign_sk.evaluate._cka import linear_cka
from langalign_sk.evaluate._concepts import concept_overlap
from langalign_sk.evaluate._consistency import Consistency, prediction_consistency
from langalign_sk.evaluate._cosine import (
    CosineGap,
    angular_similarity,
    cosine_gap,
    paired_permutation_test,
)
from langalign_sk.evaluate._coverage import Coverage, coverage
from langalign_sk.evaluate._display_accuracy import AccuracyDisplay
from langalign_sk.evaluate._display_curve import PairCurveDisplay
from langalign_sk.evaluate._display_gate import GateDisplay
from langalign_sk.evaluate._display_layers import LayerPoolingDisplay
from langalign_sk.evaluate._display_similarity import LanguageSimilarityDisplay
from langalign_sk.evaluate._display_space import SpaceDisplay
from langalign_sk.evaluate._drift import Drift, alignment_drift
from langalign_sk.evaluate._estimate import AccuracyEstimate, estimate_target_accuracy
from langalign_sk.evaluate._fit_of_map import explained_variance, orthogonality_deviation
from langalign_sk.evaluate._isotropy import average_cosine, iso_score, partition_ratio
from langalign_sk.evaluate._measure import measure_alignment
from langalign_sk.evaluate._neurons import NeuronOverlap, neuron_correlation, neuron_overlap
from langalign_sk.evaluate._report import transfer_report
from langalign_sk.evaluate._report_advice import Advice
from langalign_sk.evaluate._report_result import TransferReport
from langalign_sk.evaluate._retrieval import Retrieval, RetrievalScores, retrieval
from langalign_sk.evaluate._scorers import PairScorer, TargetScorer
from langalign_sk.evaluate._separability import Separability, language_separability
from langalign_sk.evaluate._splitters import LanguageSplit, PairKFold, target_validation
from langalign_sk.evaluate._strong import StrongAlignment, strong_alignment
from langalign_sk.evaluate._subspaces import subspace_distance
from langalign_sk.evaluate._suggest import suggest_labels
from langalign_sk.evaluate._svcca import pwcca, svcca

__all__ = [
    "AccuracyDisplay",
    "AccuracyEstimate",
    "Advice",
    "Consistency",
    "CosineGap",
    "Coverage",
    "Drift",
    "GateDisplay",
    "LanguageSimilarityDisplay",
    "LanguageSplit",
    "LayerPoolingDisplay",
    "NeuronOverlap",
    "PairCurveDisplay",
    "PairKFold",
    "PairScorer",
    "Retrieval",
    "RetrievalScores",
    "Separability",
    "SpaceDisplay",
    "StrongAlignment",
    "TargetScorer",
    "TransferReport",
    "alignment_drift",
    "angular_similarity",
    "average_cosine",
    "concept_overlap",
    "cosine_gap",
    "coverage",
    "estimate_target_accuracy",
    "explained_variance",
    "iso_score",
    "language_separability",
    "linear_cka",
    "measure_alignment",
    "neuron_correlation",
    "neuron_overlap",
    "orthogonality_deviation",
    "paired_permutation_test",
    "partition_ratio",
    "prediction_consistency",
    "pwcca",
    "retrieval",
    "strong_alignment",
    "subspace_distance",
    "suggest_labels",
    "svcca",
    "target_validation",
    "transfer_report",
]
