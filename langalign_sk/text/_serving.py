"""Before and after the work: models loaded, vectors for a grid at hand, what a call did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

from sklearn.base import clone
from sklearn.model_selection import ParameterGrid

from langalign_sk.encoders import Encoder, Run, RunReport, kept_report
from langalign_sk.store import resolve_cache
from langalign_sk.text._encode import encoder_width
from langalign_sk.text._parameters import build_encoders
from langalign_sk.text._shared_pass import SharedPass, SplitCache

_PREFETCHED = 1024  # texts whose vectors, for all candidates, are in memory at a time


class ServingMixin:
    """Mixin of an extractor: what a service and a search call besides ``transform``."""

    cache: Any

    def warm_up(self) -> Self:
        """Load the models and encode one short text with each, so that no request has to wait.

        Returns
        -------
        self
        """
        for encoder in dict.fromkeys(build_encoders(self).values()):
            self._check_weights(encoder)  # type: ignore[attr-defined]  # mixin
            encoder_width(encoder)
            encoder.encode(encoder.prepare(["a"]).items, None, Run())
        return self

    def prefetch(self, X: Any, param_grid: Mapping[str, Any] | Sequence[Any]) -> Self:
        """Encode texts once for every candidate of a grid, into the cache.

        Candidates that differ in `pooling` and `layer` alone share one forward pass of a language
        model. A search over the same grid then finds all its vectors. Give the grid of the
        extractor's own parameters: without the name of its step, and without other steps.

        Parameters
        ----------
        X : sequence of str, array, series or frame
            Texts.
        param_grid : dict or list of dict
            Values to try by parameter, as for ``GridSearchCV``.

        Returns
        -------
        self

        Notes
        -----
        The cache receives one vector for each text and candidate, 1.5 kB at width 384; make it
        large enough for all of them (``MemoryCache(max_bytes=...)``, or a folder).
        """
        if resolve_cache(self.cache) is None:
            raise ValueError("prefetch needs a cache to put vectors into, and cache is None")
        for params in ParameterGrid(param_grid):
            unknown = sorted(set(params) - set(clone(self).get_params()))
            if unknown:
                raise ValueError(
                    f"{unknown[0]!r} is no parameter of {type(self).__name__}: give its own "
                    "parameters, without the name of a step"
                )
        if not isinstance(X, str):
            X = X if hasattr(X, "__len__") else list(X)
        families: dict[Any, list[tuple[Any, str | None, Encoder]]] = {}
        for params in ParameterGrid(param_grid):
            candidate = clone(self).set_params(**params)
            for lang, encoder in build_encoders(candidate).items():
                key = SharedPass.family(encoder)
                families.setdefault((key, lang), []).append((candidate, lang, encoder))
        for members in families.values():
            candidate, lang, _ = members[0]
            texts, langs = candidate._read(X)
            if langs is not None:
                texts = [text for text, own in zip(texts, langs, strict=True) if own == lang]
            _fill(candidate, texts, list({e.spec: e for _, _, e in members}.values()))
        return self

    def last_run(self) -> RunReport | None:
        """Tell what the last finished call on this object did, in whichever thread.

        Returns
        -------
        RunReport or None
            Texts encoded and found in the cache, seconds, padding; None before the first call.
            Clones and loaded copies begin without one.
        """
        return kept_report(self)


def _fill(candidate: Any, texts: list[str], encoders: list[Encoder]) -> None:
    """Put the vectors of some encoders, which share a forward pass, into the cache."""
    cache = resolve_cache(candidate.cache)
    shared = encoders[0]
    if cache is not None and len(encoders) > 1:
        shared = SharedPass(encoders)
        cache = SplitCache(cache, [encoder.spec for encoder in encoders])
    distinct = list(dict.fromkeys(texts))
    with candidate._running() as run:
        for start in range(0, len(distinct), _PREFETCHED):
            candidate._raw(shared, distinct[start : start + _PREFETCHED], cache, run)
