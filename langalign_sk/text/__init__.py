"""From texts to vectors: input, languages, encoders and their cache."""

from langalign_sk.text._cache import MemoryCache, VectorCache
from langalign_sk.text._extractor import EmbeddingExtractor
from langalign_sk.text._http import HttpEncoder
from langalign_sk.text._language import LanguageDetector
from langalign_sk.text._layout import BlockLayout
from langalign_sk.text._ngram import NgramEncoder
from langalign_sk.text._onnx import OnnxEncoder, export_onnx
from langalign_sk.text._registry import release_models
from langalign_sk.text._run import RunReport
from langalign_sk.text._store import DiskCache

__all__ = [
    "BlockLayout",
    "DiskCache",
    "EmbeddingExtractor",
    "HttpEncoder",
    "LanguageDetector",
    "MemoryCache",
    "NgramEncoder",
    "OnnxEncoder",
    "RunReport",
    "VectorCache",
    "export_onnx",
    "release_models",
]
