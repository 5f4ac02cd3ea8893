"""Carry English labels to another language through frozen embeddings.

The pieces chain in a scikit-learn pipeline: `EmbeddingExtractor` turns texts into vectors,
`LangAligner` moves source vectors into the target language's space, `ReverseAligner` moves
target vectors into the source space, and any classifier follows.
"""

# First, and from the outermost frame: CPython 3.11 runs scipy's import a fifth of a second slower
# when it starts deep inside a chain of imports such as ours.
import sklearn.base  # noqa: F401

from langalign_sk._process import clear_caches
from langalign_sk._version import __version__
from langalign_sk.align import LangAligner, LanguageGate, ReverseAligner, TextAligner
from langalign_sk.corpus import PairMoments, ParallelCorpus, TextPool, without_pairs
from langalign_sk.encoders import HubModel, NgramEncoder
from langalign_sk.maps import TRUSTED_MAPS, GeneralizedProcrustes, ProcrustesMap, RidgeMap
from langalign_sk.store import MemoryCache
from langalign_sk.text import BlockLayout, EmbeddingExtractor
from langalign_sk.transfer import PARTS as TRANSFER_PARTS, TransferClassifier

#: Names of the types that a saved model of this package holds, for ``skops.io.load(trusted=...)``.
SKOPS_TRUSTED: list[str] = [
    f"{cls.__module__}.{cls.__qualname__}"
    for cls in (
        BlockLayout,
        EmbeddingExtractor,
        GeneralizedProcrustes,
        HubModel,
        LangAligner,
        LanguageGate,
        MemoryCache,
        NgramEncoder,
        PairMoments,
        ParallelCorpus,
        ReverseAligner,
        TextAligner,
        TextPool,
        TransferClassifier,
        *TRANSFER_PARTS,
        *TRUSTED_MAPS,
    )
]

__all__ = [
    "SKOPS_TRUSTED",
    "BlockLayout",
    "EmbeddingExtractor",
    "HubModel",
    "LangAligner",
    "NgramEncoder",
    "ParallelCorpus",
    "ProcrustesMap",
    "ReverseAligner",
    "RidgeMap",
    "TextAligner",
    "TextPool",
    "TransferClassifier",
    "__version__",
    "clear_caches",
    "without_pairs",
]
