"""Several poolings and layers out of one forward pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from langalign_sk._numeric import Float32Array
from langalign_sk.encoders import Encoder, NamedEncoder, Prepared, Run, specification
from langalign_sk.store import VectorCache


class SharedPass:
    """Encoders of one model that differ in pooling and layer: their vectors side by side."""

    def __init__(self, encoders: Sequence[Any]) -> None:
        self._encoders: list[NamedEncoder] = list(encoders)
        first = self._encoders[0]
        self.name = first.name
        self.spec = specification("shared", [encoder.spec for encoder in self._encoders])
        self.weights = first.weights

    @staticmethod
    def family(encoder: Encoder) -> Any:
        """Return what encoders that share a forward pass have in common."""
        if not isinstance(encoder, NamedEncoder):
            return encoder.spec
        # Without either, a checkpoint's own last steps run behind its pooling: a pass of its own.
        if encoder.settings.pooling is None and encoder.settings.layer is None:
            return encoder.spec
        return encoder.key, encoder.weights, replace(encoder.settings, pooling=None, layer=None)

    def width(self) -> int | None:
        """Width of all vectors together, told after the first batch."""
        return None

    def chunk(self, batch_size: int | None) -> tuple[int | None, int]:
        """Tokens and rows of a chunk."""
        return self._encoders[0].chunk(batch_size)

    def prepare(self, texts: list[str]) -> Prepared:
        """Tokens of the texts."""
        return self._encoders[0].prepare(texts)

    def encode(self, items: Sequence[Any], batch_size: int | None, run: Run) -> Any:
        """Vectors of all encoders, side by side."""
        settings = [encoder.settings for encoder in self._encoders]
        return np.hstack(self._encoders[0].encode_as(items, settings, batch_size, run))


class SplitCache:
    """A cache of vectors that stand side by side, each kept under its own specification."""

    def __init__(self, cache: VectorCache, specs: Sequence[str]) -> None:
        self._cache = cache
        self._specs = list(specs)

    def get_many(self, spec: str, keys: Sequence[bytes]) -> list[Float32Array | None]:
        """Vectors side by side, of the texts that have every one of them."""
        columns = [self._cache.get_many(own, keys) for own in self._specs]
        rows = zip(*columns, strict=True)
        return [None if any(v is None for v in row) else np.concatenate(row) for row in rows]

    def put_many(self, spec: str, keys: Sequence[bytes], rows: Float32Array) -> None:
        """Keep each part under its own specification."""
        for own, part in zip(self._specs, np.hsplit(rows, len(self._specs)), strict=True):
            self._cache.put_many(own, keys, np.ascontiguousarray(part))
