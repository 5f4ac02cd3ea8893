"""Measures of an alignment: arrays in, a number out."""

from langalign_sk.measures._cosines import (
    CosineChange,
    CosineGap,
    angular_similarity,
    cosine_change,
    cosine_gap,
    paired_permutation_test,
)

# For the other rooms.
from langalign_sk.measures._intervals import (
    PairedBootstrap as PairedBootstrap,
    compare_predictions as compare_predictions,
    interval as interval,
    wilson_interval as wilson_interval,
)
from langalign_sk.measures._retrieval import (
    Retrieval,
    RetrievalScores,
    StrongAlignment,
    retrieval,
    strong_alignment,
)
from langalign_sk.measures._rows import checked as checked
from langalign_sk.measures._shape import (
    Separability,
    average_cosine,
    iso_score,
    language_separability,
    partition_ratio,
    subspace_distance,
)
from langalign_sk.measures._similarity import (
    NeuronOverlap,
    concept_overlap,
    linear_cka,
    neuron_correlation,
    neuron_overlap,
    pwcca,
    svcca,
)
from langalign_sk.measures._summary import (
    Drift,
    Tradeoff,
    alignment_drift,
    alignment_tradeoff,
    explained_variance,
    measure_alignment,
    orthogonality_deviation,
)

__all__ = [
    "CosineChange",
    "CosineGap",
    "Drift",
    "NeuronOverlap",
    "Retrieval",
    "RetrievalScores",
    "Separability",
    "StrongAlignment",
    "Tradeoff",
    "alignment_drift",
    "alignment_tradeoff",
    "angular_similarity",
    "average_cosine",
    "concept_overlap",
    "cosine_change",
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
