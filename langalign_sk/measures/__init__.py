"""Measures of an alignment: arrays in, a number out."""

from langalign_sk.measures._cka import linear_cka
from langalign_sk.measures._concepts import concept_overlap
from langalign_sk.measures._cosine import (
    CosineGap,
    angular_similarity,
    cosine_gap,
    paired_permutation_test,
)
from langalign_sk.measures._drift import Drift, alignment_drift
from langalign_sk.measures._fit_of_map import explained_variance, orthogonality_deviation

# For the other rooms.
from langalign_sk.measures._intervals import (
    PairedBootstrap as PairedBootstrap,
    compare_predictions as compare_predictions,
    interval as interval,
    wilson_interval as wilson_interval,
)
from langalign_sk.measures._isotropy import average_cosine, iso_score, partition_ratio
from langalign_sk.measures._measure import measure_alignment
from langalign_sk.measures._neurons import NeuronOverlap, neuron_correlation, neuron_overlap
from langalign_sk.measures._retrieval import Retrieval, RetrievalScores, retrieval
from langalign_sk.measures._separability import Separability, language_separability
from langalign_sk.measures._strong import StrongAlignment, strong_alignment
from langalign_sk.measures._subspaces import subspace_distance
from langalign_sk.measures._svcca import pwcca, svcca

__all__ = [
    "CosineGap",
    "Drift",
    "NeuronOverlap",
    "Retrieval",
    "RetrievalScores",
    "Separability",
    "StrongAlignment",
    "alignment_drift",
    "angular_similarity",
    "average_cosine",
    "concept_overlap",
    "cosine_gap",
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
    "pwcca",
    "retrieval",
    "strong_alignment",
    "subspace_distance",
    "svcca",
]
