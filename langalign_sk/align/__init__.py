"""Aligners: which rows move, and the map they take."""

from langalign_sk.align._gate import LanguageGate
from langalign_sk.align._lang_aligner import LangAligner

# For the other rooms.
from langalign_sk.align._pairs import (
    Direction as Direction,
    resolve_corpora as resolve_corpora,
    resolve_pools as resolve_pools,
)
from langalign_sk.align._reverse_aligner import ReverseAligner
from langalign_sk.align._robust import judged as judged, pair_scores
from langalign_sk.align._rows import block_codes as block_codes
from langalign_sk.align._state import (
    LeavesPairsBehind as LeavesPairsBehind,
    all_or_nothing as all_or_nothing,
)
from langalign_sk.align._text_aligner import TextAligner
from langalign_sk.align._text_pairs import (
    embedded_pairs as embedded_pairs,
    embedded_pools as embedded_pools,
    refuse_nested as refuse_nested,
)

__all__ = [
    "LangAligner",
    "LanguageGate",
    "ReverseAligner",
    "TextAligner",
    "pair_scores",
]
