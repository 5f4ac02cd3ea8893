"""Which rows move, and the map they take."""

from langalign_sk.align._gate import LanguageGate
from langalign_sk.align._lang_aligner import LangAligner
from langalign_sk.align._reverse_aligner import ReverseAligner
from langalign_sk.align._robust import pair_scores
from langalign_sk.align._text_aligner import TextAligner
from langalign_sk.align._transfer import TransferClassifier

__all__ = [
    "LangAligner",
    "LanguageGate",
    "ReverseAligner",
    "TextAligner",
    "TransferClassifier",
    "pair_scores",
]
