"""How good a transfer is: measures, choices without target labels, reports."""

from langalign_sk.evaluate._consistency import Consistency, prediction_consistency
from langalign_sk.evaluate._coverage import Coverage, coverage
from langalign_sk.evaluate._estimate import AccuracyEstimate, estimate_target_accuracy
from langalign_sk.evaluate._suggest import suggest_labels

__all__ = [
    "AccuracyEstimate",
    "Consistency",
    "Coverage",
    "coverage",
    "estimate_target_accuracy",
    "prediction_consistency",
    "suggest_labels",
]
