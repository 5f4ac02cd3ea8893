"""From texts to vectors: input, languages, encoders and their cache."""

from ._cache import MemoryCache, VectorCache
from ._extractor import EmbeddingExtractor
from ._language import LanguageDetector
from ._layout import BlockLayout
from ._ngram import NgramEncoder
from ._registry import release_models

__all__ = [
    "BlockLayout",
    "EmbeddingExtractor",
    "LanguageDetector",
    "MemoryCache",
    "NgramEncoder",
    "VectorCache",
    "release_models",
]
