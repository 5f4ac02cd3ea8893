"""Displays, drawn with matplotlib where it is installed."""

from langalign_sk.plots._accuracy import AccuracyDisplay, PairCurveDisplay
from langalign_sk.plots._blend import BlendDisplay
from langalign_sk.plots._confusion import ConfusionDisplay
from langalign_sk.plots._coverage import CoverageDisplay
from langalign_sk.plots._matrices import LanguageSimilarityDisplay, LayerPoolingDisplay
from langalign_sk.plots._reliability import ReliabilityDisplay
from langalign_sk.plots._spaces import GateDisplay, SpaceDisplay
from langalign_sk.plots._words import WordAlignmentDisplay

__all__ = [
    "AccuracyDisplay",
    "BlendDisplay",
    "ConfusionDisplay",
    "CoverageDisplay",
    "GateDisplay",
    "LanguageSimilarityDisplay",
    "LayerPoolingDisplay",
    "PairCurveDisplay",
    "ReliabilityDisplay",
    "SpaceDisplay",
    "WordAlignmentDisplay",
]
