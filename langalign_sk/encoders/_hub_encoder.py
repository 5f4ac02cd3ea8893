"""Checkpoints and SentenceTransformer objects as encoders: loaded once, shared, in turns."""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from sklearn.exceptions import NotFittedError

from langalign_sk._io import TextRow
from langalign_sk._process import identity, load_once, turns_at
from langalign_sk.encoders._checkpoint import Checkpoint, find_checkpoint
from langalign_sk.encoders._hub_model import (
    HubModel,
    check_only,
    defining,
    devices,
    replaced,
    specification,
    unwrapped,
)
from langalign_sk.encoders._loading import load
from langalign_sk.encoders._packaged import USE, packaged_checkpoint
from langalign_sk.encoders._protocol import Prepared
from langalign_sk.encoders._run import Run
from langalign_sk.encoders._sentence_transformer import SentenceModel
from langalign_sk.encoders._word_states import (
    Spans,
    WordTokens,
    states_of_words,
    tokens_of_words,
)

_TOKENISER = ", tokeniser"
_ROWS_PER_CHUNK = 256
_ROWS_PER_TURN = 512  # texts tokenised before others get their turn


@dataclass(frozen=True, eq=False)
class HubEncoder:
    """A sentence-transformers or transformers model, loaded when first needed.

    `loaded` gives the model on the device of a number; `key` says which models are one and the
    same in memory, whatever their pooling, and take turns.
    """

    settings: HubModel
    name: str
    spec: str
    weights: tuple[str, str] | None
    key: Hashable
    loaded: Callable[[int], Any]
    #: The same model has the same `spec` in another process.
    lasting: bool = True
    takes_threads: ClassVar[bool] = False  # the libraries below do not promise it

    def width(self) -> int | None:
        """Width of the vectors."""
        width: int | None = self.loaded(0).width(self.settings)
        return width

    def chunk(self) -> tuple[int | None, int]:
        """Tokens and rows of a chunk; every device gets its share of it."""
        count = len(devices(self.settings))
        tokens = self.loaded(0).chunk(self.settings)
        return None if tokens is None else count * tokens, count * _ROWS_PER_CHUNK

    def prepare(self, texts: Sequence[TextRow]) -> Prepared:
        """Tokens of the texts."""
        model = self.loaded(0)
        parts = []
        for start in range(0, len(texts), _ROWS_PER_TURN):
            with self._lock(_TOKENISER):  # which is not safe for threads
                parts.append(model.prepare(texts[start : start + _ROWS_PER_TURN], self.settings))
        if len(parts) == 1:
            only: Prepared = parts[0]
            return only
        items = [item for part in parts for item in part.items]
        sizes = [size for part in parts for size in part.sizes]
        cut = sum(part.n_cut for part in parts)
        return Prepared(items, sizes, cut, parts[0].elsewhere if parts else False)

    def encode(self, items: Sequence[Any], run: Run) -> Any:
        """Vectors of prepared texts."""
        return self.encode_as(items, [self.settings], run)[0]

    def encode_as(self, items: Sequence[Any], settings: list[HubModel], run: Run) -> list[Any]:
        """Vectors for each of some settings that differ in layer and pooling alone."""
        models = [self.loaded(number) for number in range(len(devices(self.settings)))]
        tokenised = bool(items) and isinstance(items[0], list)
        reading = nullcontext() if tokenised else self._lock(_TOKENISER)
        with self._lock(), reading:  # shared by every pooling and layer of one model
            if len(models) == 1 or len(items) < len(models):
                result: list[Any] = models[0].encode(items, settings, run)
                return result
            # Every n-th text to the n-th device: in order of length, equal work for each.
            count = len(models)
            runs = [Run() for _ in models]
            for own in runs:
                own.most = run.most
            with ThreadPoolExecutor(count) as pool:
                parts = list(
                    pool.map(
                        lambda n: models[n].encode(items[n::count], settings, runs[n]),
                        range(count),
                    )
                )
        for own in runs:
            run.merge(own)
        return [
            _interleaved([part[view] for part in parts], len(items))
            for view in range(len(settings))
        ]

    def reads_words(self) -> bool:
        """Tell whether there are vectors of the words of a text, in their context."""
        return self.loaded(0).reader(self.settings) is not None

    def prepare_words(self, texts: Sequence[str], spans: Sequence[Spans]) -> list[WordTokens]:
        """Tokens of texts, and which of them make up the words at some places."""
        model, settings = self.loaded(0).reader(self.settings)
        found: list[WordTokens] = []
        for start in range(0, len(texts), _ROWS_PER_TURN):
            here = slice(start, start + _ROWS_PER_TURN)
            with self._lock(_TOKENISER):
                found += tokens_of_words(model, texts[here], spans[here], settings)
        return found

    def encode_words(self, items: Sequence[WordTokens], run: Run) -> Any:
        """Vectors of the words of prepared texts, text by text; on the first device."""
        model, settings = self.loaded(0).reader(self.settings)
        with self._lock():
            return states_of_words(model, items, settings, run)

    def family(self) -> Hashable:
        """Return what encoders that share a forward pass have in common."""
        settings = self.settings
        # Without either, a checkpoint's own last steps run behind its pooling: a pass of its own.
        if settings.pooling is None and settings.layer is None:
            return self.spec
        alike = replaced(settings, pooling=None, layer=None)
        return self.key, self.weights, defining(alike), settings.batch_size

    def _lock(self, part: str = "") -> Any:
        """Turns at the loaded model, or at its tokeniser."""
        return turns_at((self.key, part))


def named_encoder(settings: HubModel, *, ask_hub: bool = True) -> HubEncoder:
    """Encoder of a checkpoint; nothing is loaded yet."""
    checkpoint = checkpoint_of(settings, ask_hub=ask_hub)
    if checkpoint is None:
        raise NotFittedError(f"model {os.fspath(settings.model)!r} has not been downloaded yet")
    own_code = bool(settings.trust_remote_code)
    places = devices(settings)
    chosen = specification(settings.model_kwargs or {})
    key = (checkpoint.fingerprint, settings.dtype, places, settings.backend, own_code, chosen)
    return HubEncoder(
        settings,
        name=f"model {checkpoint.name!r}",
        spec=specification(checkpoint.fingerprint, *defining(settings)),
        weights=(checkpoint.label, checkpoint.fingerprint),
        key=key,
        loaded=lambda n: load_once((*key, n), lambda: load(checkpoint, settings, places[n])),
    )


def instance_encoder(settings: HubModel) -> HubEncoder:
    """Encoder of a SentenceTransformer object: known by its identity, not by its content."""
    instance = unwrapped(settings)
    check_only(
        settings,
        *("pooling", "layer", "prompt", "max_length", "long_texts", "truncate_dim", "batch_size"),
        what="a SentenceTransformer object (load it so, or pass its name instead)",
    )
    name = "the SentenceTransformer object"
    backend = getattr(instance, "backend", "torch")
    model = SentenceModel(instance, backend=backend, name=name)
    known_as = identity(instance)
    return HubEncoder(
        settings,
        name=name,
        spec=specification(known_as, *defining(settings)),
        weights=None,
        key=known_as,
        loaded=lambda _: model,
        lasting=False,
    )


def checkpoint_of(settings: HubModel, *, ask_hub: bool = True) -> Checkpoint | None:
    """Checkpoint of a model given by name or folder."""
    if os.fspath(settings.model) == USE:
        return packaged_checkpoint(settings)
    return find_checkpoint(
        os.fspath(settings.model),
        settings.revision,
        backend=settings.backend,
        ask_hub=ask_hub,
        token_env=settings.token_env,
    )


def is_sentence_transformer(model: Any) -> bool:
    """Tell whether a model is a SentenceTransformer, without importing the package."""
    return any(
        cls.__name__ == "SentenceTransformer" and cls.__module__.startswith("sentence_transformers")
        for cls in type(model).__mro__
    )


def _interleaved(parts: list[Any], count: int) -> Any:
    """Rows of the n-th part at every n-th place."""
    rows = np.empty((count, parts[0].shape[1]), dtype=np.float32)
    for number, part in enumerate(parts):
        rows[number :: len(parts)] = part
    return rows
