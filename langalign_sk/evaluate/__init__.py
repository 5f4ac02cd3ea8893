"""How good a transfer is: measures, choices without target labels, reports."""

from langalign_sk.evaluate._consistency import Consistency, prediction_consistency
from langalign_sk.evaluate._coverage import Coverage, coverage
from langalign_sk.evaluate._display_accuracy import AccuracyDisplay
from langalign_sk.evaluate._display_curve import PairCurveDisplay
from langalign_sk.evaluate._display_gate import GateDisplay
from langalign_sk.evaluate._display_layers import LayerPoolingDisplay
from langalign_sk.evaluate._display_similarity import LanguageSimilarityDisplay
from langalign_sk.evaluate._display_space import SpaceDisplay
from langalign_sk.evaluate._estimate import AccuracyEstimate, estimate_target_accuracy
from langalign_sk.evaluate._report import transfer_report
from langalign_sk.evaluate._report_advice import Advice
from langalign_sk.evaluate._report_result import TransferReport
from langalign_sk.evaluate._scorers import PairScorer, TargetScorer
from langalign_sk.evaluate._splitters import LanguageSplit, PairKFold, target_validation
from langalign_sk.evaluate._suggest import suggest_labels

__all__ = [
    "AccuracyDisplay",
    "AccuracyEstimate",
    "Advice",
    "Consistency",
    "Coverage",
    "GateDisplay",
    "LanguageSimilarityDisplay",
    "LanguageSplit",
    "LayerPoolingDisplay",
    "PairCurveDisplay",
    "PairKFold",
    "PairScorer",
    "SpaceDisplay",
    "TargetScorer",
    "TransferReport",
    "coverage",
    "estimate_target_accuracy",
    "prediction_consistency",
    "suggest_labels",
    "target_validation",
    "transfer_report",
]
