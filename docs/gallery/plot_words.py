"""
Which word is which?
====================

An Italian sentence and its English original, word by word. The darker a cell, the more alike the
two words; squares are the links that were found, dots those that people drew.
"""

# %%
# USE reads each word alone; "match" gives each word one partner.

from langalign_sk import EmbeddingExtractor
from langalign_sk.plots import WordAlignmentDisplay
from langalign_sk.words import WordAligner

aligner = WordAligner(EmbeddingExtractor("use"), "match")
pair = aligner.align([("The old bridge was built by the Romans.",
                       "Il vecchio ponte fu costruito dai Romani.")])[0]  # fmt: skip

# %%
# "dai" is "by" and "the" at once, which one partner cannot say.

gold = [(0, 0), (1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 5), (7, 6), (8, 7)]
display = WordAlignmentDisplay.from_pair(pair, gold)
