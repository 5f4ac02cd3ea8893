"""The work of an extractor: texts read, vectors encoded, cut, scaled and put into blocks."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from langalign_sk._io import as_texts
from langalign_sk._numeric import Float32Array
from langalign_sk.encoders import Encoder, Run, keep_report
from langalign_sk.store import VectorCache, resolve_cache
from langalign_sk.text._encode import encode_texts, encoder_width, known_width, remember_width
from langalign_sk.text._layout import BlockLayout
from langalign_sk.text._parameters import row_languages, setting

_TINY = np.finfo(np.float32).tiny


class Embedding:
    """Mixin of an extractor: from its parameters and texts to vectors."""

    column: Any
    missing: str
    batch_size: int | None
    cache: Any
    progress: bool | str
    normalize: bool

    def _read(self, X: Any, *, fitting: bool = False) -> tuple[list[str], list[str] | None]:
        """Texts, and the language of each where languages are declared."""
        texts = as_texts(X, column=self.column, missing=self.missing)
        if fitting and not texts:
            raise ValueError("X is empty: at least one text is needed to fit")
        return texts, row_languages(self, X, texts)

    def _width(self, encoder: Encoder, lang: str | None) -> int:
        """Width of one language's vectors."""
        width = encoder_width(encoder)
        wanted = setting(self, "truncate_dim", lang)
        if wanted is None:
            return width
        if isinstance(wanted, bool) or not hasattr(wanted, "__index__") or not 1 <= wanted <= width:
            raise ValueError(
                f"truncate_dim={wanted!r}: {encoder.name} has vectors of width {width}"
            )
        return int(wanted)

    def _layout(self, encoders: Mapping[str | None, Encoder]) -> BlockLayout:
        """Blocks of the declared languages."""
        return BlockLayout({lang or "": self._width(e, lang) for lang, e in encoders.items()})

    def _vectors(
        self,
        texts: list[str],
        langs: list[str] | None,
        encoders: Mapping[str | None, Encoder],
        run: Run | None = None,
    ) -> Float32Array:
        """Vectors of texts, in blocks where there are any; `run` counts all parts of a call."""
        with self._running(run) as run:
            if langs is None:
                return self._encode(encoders[None], None, texts, run)
            return self._in_blocks(texts, langs, encoders, run)

    def _in_blocks(
        self,
        texts: list[str],
        langs: list[str],
        encoders: Mapping[str | None, Encoder],
        run: Run,
    ) -> Float32Array:
        """Vectors of texts in the blocks of their languages, zero elsewhere."""
        for encoder in encoders.values():
            self._check_weights(encoder)
        layout = self._layout(encoders)
        vectors = np.zeros((len(texts), layout.width), dtype=np.float32)
        for lang in layout.languages:
            rows = np.array([row for row, own in enumerate(langs) if own == lang], dtype=np.intp)
            if len(rows) == 0:
                continue
            block = self._encode(encoders[lang], lang, [texts[row] for row in rows], run)
            # A zero vector would look like no language at all; the smallest normal number keeps
            # the block without being felt in any product, and Normalizer leaves it alone.
            block[~block.any(axis=1), 0] = _TINY
            vectors[rows, layout.columns(lang)] = block
        return vectors

    def _encode(
        self, encoder: Encoder, lang: str | None, texts: list[str], run: Run
    ) -> Float32Array:
        """Vectors of one encoder, cut and scaled."""
        # Cut and scaled behind the cache: a grid over both encodes nothing twice.
        before = run.n_cut
        vectors = self._raw(encoder, texts, resolve_cache(self.cache), run)
        if setting(self, "long_texts", lang) in ("warn", None):
            run.n_warned += run.n_cut - before
        if known_width(encoder.spec) is None:  # all came out of a cache: no need to try the encoder
            remember_width(encoder.spec, vectors.shape[1])
        vectors = vectors[:, : self._width(encoder, lang)]
        if self.normalize:
            # In float64: the square of a large float32 number is infinite, of a small one zero.
            squares = np.einsum("ij,ij->i", vectors, vectors, dtype=np.float64)
            norms = np.sqrt(squares)
            norms[norms == 0] = 1
            vectors = (vectors / norms[:, None]).astype(np.float32)
        return np.ascontiguousarray(vectors)

    def _raw(
        self, encoder: Encoder, texts: list[str], cache: VectorCache | None, run: Run
    ) -> Float32Array:
        """Vectors as the encoder gives them."""
        self._check_weights(encoder)
        size = self.batch_size
        if size is not None and (
            isinstance(size, bool) or not hasattr(size, "__index__") or size < 1
        ):
            raise ValueError(f"batch_size must be a positive int, got {size!r}")
        return encode_texts(
            encoder,
            texts,
            cache=cache,
            batch_size=None if size is None else int(size),
            progress=False if run.in_parts else self.progress,
            run=run,
        )

    @contextmanager
    def _running(self, run: Run | None = None) -> Iterator[Run]:
        """Count what one call does, or one part of it; tell of texts that were cut, once."""
        run = Run() if run is None else run
        started = time.perf_counter()
        try:
            yield run
        finally:
            run.seconds += time.perf_counter() - started
            keep_report(self, run.report())
        if not run.in_parts:
            self._tell_of_cuts(run, stacklevel=7)

    def _tell_of_cuts(self, run: Run, *, stacklevel: int) -> None:
        """Warn of texts that lost their end, where nobody asked for silence."""
        if run.n_warned:
            warnings.warn(
                f"{run.n_warned} of {run.n_encoded} encoded texts are longer than the model takes "
                '(max_length) and were cut; long_texts="mean" averages over all of a text, "cut" '
                "cuts without this warning",
                UserWarning,
                stacklevel=stacklevel,
            )

    def _record(self, encoders: Mapping[str | None, Encoder]) -> None:
        """Remember the weights that fit saw, and the widths known so far."""
        self._weights = dict(e.weights for e in encoders.values() if e.weights is not None)
        widths = {e.spec: known_width(e.spec) for e in encoders.values()}
        self._widths = {spec: width for spec, width in widths.items() if width is not None}

    def _check_weights(self, encoder: Encoder) -> None:
        """Refuse weights other than those that fit saw, here or before saving."""
        if encoder.weights is None:
            return
        name, found = encoder.weights
        expected = getattr(self, "_weights", {}).get(name, found)
        if found != expected:
            raise ValueError(
                f"{encoder.name} holds other weights ({found}) than when this extractor was fitted "
                f"({expected}), so that its vectors would not fit what was learned from them: "
                "bring back the old weights (for a model of the Hub, set `revision` to the old "
                "commit), or fit again"
            )
