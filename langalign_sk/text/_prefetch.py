"""Vectors for a whole grid at hand: several poolings and layers out of one forward pass."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.model_selection import ParameterGrid

from langalign_sk._numeric import Float32Array
from langalign_sk.encoders import Encoder, HubEncoder, Run, specification
from langalign_sk.store import VectorCache, resolve_cache
from langalign_sk.text._embedding import Embedding

_AT_A_TIME = 1024  # texts whose vectors, for all candidates, are in memory at once


def prefetch(extractor: Any, X: Any, param_grid: Mapping[str, Any] | Sequence[Any]) -> None:
    """Encode texts once for every candidate of a grid, into the cache."""
    if resolve_cache(extractor.cache) is None:
        raise ValueError("prefetch needs a cache to put vectors into, and cache is None")
    candidates = list(ParameterGrid(param_grid))
    known = set(extractor.get_params(deep=True))
    for params in candidates:
        unknown = sorted(set(params) - known)
        if unknown:
            raise ValueError(
                f"{unknown[0]!r} is no parameter of {type(extractor).__name__}: give its own "
                "parameters, without the name of a step"
            )
    if not isinstance(X, str):
        X = X if hasattr(X, "__len__") else list(X)
    families: dict[tuple[Hashable, str | None], dict[str, tuple[Any, Embedding, Encoder]]] = {}
    for params in candidates:
        candidate = clone(extractor).set_params(**params)
        embedding = Embedding(candidate)
        for lang, encoder in embedding.encoders.items():
            key = encoder.family() if isinstance(encoder, HubEncoder) else encoder.spec
            members = families.setdefault((key, lang), {})
            members.setdefault(encoder.spec, (candidate, embedding, encoder))
    for (_, lang), members in families.items():
        candidate, embedding, encoder = next(iter(members.values()))
        texts, langs, *_ = embedding.read(X)
        if langs is not None:
            texts = [text for text, own in zip(texts, langs, strict=True) if own == lang]
        cache = resolve_cache(candidate.cache)
        if cache is not None and len(members) > 1:
            encoder = _SharedPass([own for _, _, own in members.values()])
            cache = _SplitCache(cache, list(members))
        distinct = list(dict.fromkeys(texts))
        with embedding.running() as run:
            for start in range(0, len(distinct), _AT_A_TIME):
                embedding.raw(encoder, distinct[start : start + _AT_A_TIME], cache, run)


class _SharedPass:
    """Encoders of one model that differ in pooling and layer: their vectors side by side."""

    takes_threads = False

    def __init__(self, encoders: Sequence[Any]) -> None:
        first: HubEncoder = encoders[0]
        self._first = first
        self._settings = [encoder.settings for encoder in encoders]
        self.name, self.weights = first.name, first.weights
        self.spec = specification("shared", [encoder.spec for encoder in encoders])
        self.chunk, self.prepare = first.chunk, first.prepare

    def width(self) -> int | None:
        """Width of all vectors together, told after the first batch."""
        return None

    def encode(self, items: Sequence[Any], run: Run) -> Any:
        """Vectors of all encoders, side by side."""
        return np.hstack(self._first.encode_as(items, self._settings, run))


class _SplitCache:
    """A cache of vectors that stand side by side, each kept under its own specification."""

    def __init__(self, cache: VectorCache, specs: Sequence[str]) -> None:
        self._cache = cache
        self._specs = specs

    def get_many(self, spec: str, keys: Sequence[bytes]) -> list[Float32Array | None]:
        """Vectors side by side, of the texts that have every one of them."""
        columns = [self._cache.get_many(own, keys) for own in self._specs]
        rows = zip(*columns, strict=True)
        return [None if any(v is None for v in row) else np.concatenate(row) for row in rows]

    def put_many(self, spec: str, keys: Sequence[bytes], rows: Float32Array) -> None:
        """Keep each part under its own specification."""
        for own, part in zip(self._specs, np.hsplit(rows, len(self._specs)), strict=True):
            self._cache.put_many(own, keys, np.ascontiguousarray(part))
