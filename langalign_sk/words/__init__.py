"""Words: aligned in texts, in lexicons, in measures."""

from langalign_sk.text import WordEmbeddings, split_words
from langalign_sk.words._aligner import AlignedPair, WordAligner
from langalign_sk.words._dictionaries import read_lexicon
from langalign_sk.words._gold import (
    AlignmentScores,
    GoldLinks,
    alignment_scores,
    read_pharaoh,
    to_pharaoh,
)
from langalign_sk.words._lexicon import (
    Lexicon,
    LexiconScores,
    induce_lexicon,
    lexicon_precision,
)
from langalign_sk.words._matrix import align_matrix, align_words
from langalign_sk.words._measures import (
    WordScores,
    contextual_word_retrieval,
    token_divergence,
    vectors_of_unknown,
    word_alignment_score,
)

__all__ = [
    "AlignedPair",
    "AlignmentScores",
    "GoldLinks",
    "Lexicon",
    "LexiconScores",
    "WordAligner",
    "WordEmbeddings",
    "WordScores",
    "align_matrix",
    "align_words",
    "alignment_scores",
    "contextual_word_retrieval",
    "induce_lexicon",
    "lexicon_precision",
    "read_lexicon",
    "read_pharaoh",
    "split_words",
    "to_pharaoh",
    "token_divergence",
    "vectors_of_unknown",
    "word_alignment_score",
]
