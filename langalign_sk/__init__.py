"""Carry English labels to another language through frozen embeddings.

The pieces chain in a scikit-learn pipeline: `EmbeddingExtractor` turns texts into vectors,
`LangAligner` moves source vectors into the target language's space, `ReverseAligner` moves
target vectors into the source space, and any classifier follows. The rooms of the package
(`langalign_sk.measures` and the others) are there after ``import langalign_sk``; those that a
pipeline does not need are loaded at their first use.
"""

import importlib
from typing import TYPE_CHECKING, Any

# First, and from the outermost frame: CPython 3.11 runs scipy's import a fifth of a second slower
# when it starts deep inside a chain of imports such as ours.
from sklearn import base as _base  # noqa: F401

from langalign_sk import align, corpus, encoders, maps, store, text, transfer
from langalign_sk._process import clear_caches
from langalign_sk._version import __version__
from langalign_sk.align import LangAligner, PairFeatures, ReverseAligner, TextAligner
from langalign_sk.corpus import ParallelCorpus, TextPool, without_pairs
from langalign_sk.encoders import DistilledEncoder, HubModel, NgramEncoder, TunedEncoder
from langalign_sk.maps import ProcrustesMap, RidgeMap
from langalign_sk.text import BlockLayout, EmbeddingExtractor, to_blocks
from langalign_sk.transfer import TransferClassifier, TransferRegressor

if TYPE_CHECKING:
    from langalign_sk import (
        datasets,
        measures,
        migrate,
        monitor,
        plots,
        report,
        saved,
        selection,
        words,
    )
    from langalign_sk.saved import from_pretrained, load, push_to_hub, save, save_pretrained

#: Names of the types that a saved model of this package holds, for ``skops.io.load(trusted=...)``.
SKOPS_TRUSTED: list[str]

__all__ = [
    "SKOPS_TRUSTED",
    "BlockLayout",
    "DistilledEncoder",
    "EmbeddingExtractor",
    "HubModel",
    "LangAligner",
    "NgramEncoder",
    "PairFeatures",
    "ParallelCorpus",
    "ProcrustesMap",
    "ReverseAligner",
    "RidgeMap",
    "TextAligner",
    "TextPool",
    "TransferClassifier",
    "TransferRegressor",
    "TunedEncoder",
    "__version__",
    "align",
    "clear_caches",
    "corpus",
    "datasets",
    "encoders",
    "from_pretrained",
    "load",
    "maps",
    "measures",
    "migrate",
    "monitor",
    "plots",
    "push_to_hub",
    "report",
    "save",
    "save_pretrained",
    "saved",
    "selection",
    "store",
    "text",
    "to_blocks",
    "transfer",
    "without_pairs",
    "words",
]

_SAVED = ("from_pretrained", "load", "push_to_hub", "save", "save_pretrained")


def __dir__() -> list[str]:
    return sorted(__all__)


def __getattr__(name: str) -> Any:
    if name == "SKOPS_TRUSTED":
        return _trusted()
    if name in _SAVED:
        return getattr(importlib.import_module("langalign_sk.saved"), name)
    if name in __all__:
        return importlib.import_module(f"langalign_sk.{name}")
    raise AttributeError(f"module 'langalign_sk' has no attribute {name!r}")


def _trusted() -> list[str]:
    """Return the names of the types that a saved model may hold."""
    from langalign_sk.saved import own_classes

    return [f"{cls.__module__}.{cls.__qualname__}" for cls in own_classes().values()]
