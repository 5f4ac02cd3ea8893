"""Parallel pairs and unpaired text as immutable handles, and their moments."""

from langalign_sk._numeric import Moments, PairMoments
from langalign_sk.corpus._cleaning import CleanPairs, clean_pairs
from langalign_sk.corpus._parallel import ParallelCorpus
from langalign_sk.corpus._pool import TextPool
from langalign_sk.corpus._registry import live, pairs_are_left_out, without_pairs

__all__ = [
    "CleanPairs",
    "Moments",
    "PairMoments",
    "ParallelCorpus",
    "TextPool",
    "clean_pairs",
    "live",
    "pairs_are_left_out",
    "without_pairs",
]
