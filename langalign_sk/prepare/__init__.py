"""Before the encoder: steps that change texts, or read columns out of them."""

from langalign_sk.prepare._augment import Augmented
from langalign_sk.prepare._dialect import DialectNormalizer
from langalign_sk.prepare._entities import EntityFeatures
from langalign_sk.prepare._generality import word_generality
from langalign_sk.prepare._perturb import TextPerturber
from langalign_sk.prepare._spans import (
    Protected,
    ProtectedTranslator,
    Translations,
    protect,
    restore,
)
from langalign_sk.prepare._spelling import spelling_pairs
from langalign_sk.prepare._switch import CodeSwitcher
from langalign_sk.prepare._transliterate import Transliterator, transliterated_pairs

__all__ = [
    "Augmented",
    "CodeSwitcher",
    "DialectNormalizer",
    "EntityFeatures",
    "Protected",
    "ProtectedTranslator",
    "TextPerturber",
    "Translations",
    "Transliterator",
    "protect",
    "restore",
    "spelling_pairs",
    "transliterated_pairs",
    "word_generality",
]
