"""Texts to vectors: input, the language of each row, EmbeddingExtractor, streaming."""

from langalign_sk.encoders import RunReport

# For the other rooms.
from langalign_sk.text._blocks import as_layout as as_layout, placed as placed, to_blocks
from langalign_sk.text._codes import (
    match_code as match_code,
    normal_code as normal_code,
    same_code as same_code,
)
from langalign_sk.text._embedding import Embedding as Embedding, embed_told as embed_told
from langalign_sk.text._extractor import EmbeddingExtractor
from langalign_sk.text._language import (
    LanguageDetector,
    shares_scripts as shares_scripts,
    written_in as written_in,
)
from langalign_sk.text._layout import BlockLayout
from langalign_sk.text._learned import (
    LearnedDetector as LearnedDetector,
    learned_from as learned_from,
)
from langalign_sk.text._letters import dominant_scripts as dominant_scripts
from langalign_sk.text._scripts import (
    COLUMNS as COLUMNS,
    HAN_JA as HAN_JA,
    HAN_ZH as HAN_ZH,
    column_table as column_table,
    scripts_of as scripts_of,
)
from langalign_sk.text._telling import LanguageRule as LanguageRule
from langalign_sk.text._word_embedding import TextWords as TextWords, WordEmbeddings
from langalign_sk.text._words import Splitter as Splitter, split_words

__all__ = [
    "BlockLayout",
    "EmbeddingExtractor",
    "LanguageDetector",
    "RunReport",
    "WordEmbeddings",
    "split_words",
    "to_blocks",
]
