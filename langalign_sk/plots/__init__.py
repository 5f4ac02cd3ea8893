"""Displays, drawn with matplotlib where it is installed."""

from langalign_sk.plots._accuracy import AccuracyDisplay
from langalign_sk.plots._curve import PairCurveDisplay
from langalign_sk.plots._gate import GateDisplay
from langalign_sk.plots._layers import LayerPoolingDisplay
from langalign_sk.plots._similarity import LanguageSimilarityDisplay
from langalign_sk.plots._space import SpaceDisplay

__all__ = [
    "AccuracyDisplay",
    "GateDisplay",
    "LanguageSimilarityDisplay",
    "LayerPoolingDisplay",
    "PairCurveDisplay",
    "SpaceDisplay",
]
