"""Which encoder reads the source language: its own, or the target's."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.base import clone

from langalign_sk.corpus import ParallelCorpus
from langalign_sk.encoders import TunedEncoder, unwrapped
from langalign_sk.maps import FewPairsWarning, RidgeMap
from langalign_sk.text import EmbeddingExtractor, match_code

#: Pairs that are looked at; encoding more of them costs time and decides nothing.
_MOST_PAIRS = 1000


def reader_of_source(embedder: Any, corpora: Sequence[ParallelCorpus]) -> Any:
    """Return the embedder, or one in which the target's encoder reads the source language too.

    Many encoders read English besides. What counts is which one tells more about the translations'
    vectors: the error of a ridge map by generalised cross-validation, on the same pairs.
    """
    other = _with_one_encoder(embedder, corpora)
    if other is None:
        return embedder
    errors = []
    for reader in (embedder, other):
        # Each corpus in turn: they may be of very unequal size.
        found = [_error(_some(corpus).embed(reader)) for corpus in corpora]
        errors.append(float(np.mean(found)))
    return other if errors[1] < errors[0] else embedder


def _with_one_encoder(embedder: Any, corpora: Sequence[ParallelCorpus]) -> Any:
    """Return the embedder with the targets' one encoder for the source; None if there is none."""
    if not isinstance(embedder, EmbeddingExtractor) or not isinstance(embedder.model, dict):
        return None
    known = list(embedder.model)
    sources = {match_code(corpus.source_lang, known) for corpus in corpora if corpus.source_lang}
    targets = {match_code(corpus.target_lang, known) for corpus in corpora if corpus.target_lang}
    if len(sources) != 1 or not targets or None in sources | targets:
        return None
    (source,) = sources
    own = embedder.model[source]
    encoders = [embedder.model[lang] for lang in targets]
    if any(isinstance(unwrapped(model), TunedEncoder) for model in (own, *encoders)):
        return None  # tuned for its own language; what tuning is good for, pairs do not show
    if any(not _same(one, encoders[0]) for one in encoders[1:]) or _same(own, encoders[0]):
        return None
    return clone(embedder).set_params(model={**embedder.model, source: encoders[0]})


def _same(one: Any, other: Any) -> bool:
    """Tell whether two entries of a dict of models are one model."""
    return one is other or (isinstance(one, str) and one == other)


def _some(corpus: ParallelCorpus) -> ParallelCorpus:
    """Return at most so many pairs, evenly spread."""
    return corpus.take(np.arange(0, corpus.n_pairs, -(-corpus.n_pairs // _MOST_PAIRS)))


def _error(pairs: ParallelCorpus) -> float:
    """Return how badly a map of the source side tells the target side."""
    with warnings.catch_warnings():  # the fit itself will say so
        warnings.simplefilter("ignore", FewPairsWarning)
        return float(RidgeMap().fit_moments(pairs.moments).gcv_values_.min())
