"""Parallel pairs and text of one language as immutable handles, and their moments."""

from langalign_sk._numeric import Moments, PairMoments
from langalign_sk._process import pairs_are_left_out, without_pairs
from langalign_sk.corpus._base import live
from langalign_sk.corpus._cleaning import CleanPairs, clean_pairs

# For the other rooms.
from langalign_sk.corpus._content import choose_groups as choose_groups, tied_rows as tied_rows
from langalign_sk.corpus._mining import MinedPairs, MiningScores, mine_pairs
from langalign_sk.corpus._parallel import ParallelCorpus
from langalign_sk.corpus._pool import TextPool
from langalign_sk.corpus._shared import SharedStrings, shared_strings

# For the other rooms.
from langalign_sk.corpus._twos import in_ones as in_ones, in_twos as in_twos

__all__ = [
    "CleanPairs",
    "MinedPairs",
    "MiningScores",
    "Moments",
    "PairMoments",
    "ParallelCorpus",
    "SharedStrings",
    "TextPool",
    "clean_pairs",
    "live",
    "mine_pairs",
    "pairs_are_left_out",
    "shared_strings",
    "without_pairs",
]
