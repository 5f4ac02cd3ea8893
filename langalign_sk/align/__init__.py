"""Aligners: which rows move, and the map they take."""

from langalign_sk.align._aligners import LangAligner, ReverseAligner
from langalign_sk.align._block_codes import block_codes as block_codes

# For the other rooms.
from langalign_sk.align._embedded import (
    embed_rows as embed_rows,
    embedded as embedded,
    learn_languages as learn_languages,
    text_corpora as text_corpora,
)
from langalign_sk.align._eraser import LanguageEraser
from langalign_sk.align._gate import LanguageGate
from langalign_sk.align._gate_rate import GateWarning
from langalign_sk.align._isotropy import ClusterIsotropy, OutlierDimRemover, ZCAWhitening
from langalign_sk.align._own_columns import own_columns as own_columns
from langalign_sk.align._own_width import in_blocks as in_blocks, later_rows as later_rows
from langalign_sk.align._pair_features import PairFeatures
from langalign_sk.align._pairs import (
    PairedEstimator as PairedEstimator,
    all_or_nothing as all_or_nothing,
    refuse_nested as refuse_nested,
)
from langalign_sk.align._robust import pair_scores

# For the other rooms.
from langalign_sk.align._stacked import (
    stacked as stacked,
    stacked_langs as stacked_langs,
    unstacked as unstacked,
)
from langalign_sk.align._text_aligner import TextAligner
from langalign_sk.align._topics import TopicFeatures

__all__ = [
    "ClusterIsotropy",
    "GateWarning",
    "LangAligner",
    "LanguageEraser",
    "LanguageGate",
    "OutlierDimRemover",
    "PairFeatures",
    "ReverseAligner",
    "TextAligner",
    "TopicFeatures",
    "ZCAWhitening",
    "pair_scores",
]
