"""Models given by name or folder."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import numpy as np

from langalign_sk._process import encode_lock, load_once
from langalign_sk.encoders._batches import Prepared
from langalign_sk.encoders._checkpoint import Checkpoint
from langalign_sk.encoders._run import Run
from langalign_sk.encoders._settings import Settings, specification

logger = logging.getLogger("langalign_sk")

_ROWS_PER_CHUNK = 256
_ROWS_PER_TURN = 512  # texts tokenised before others get their turn


class NamedEncoder:
    """A sentence-transformers or transformers checkpoint, loaded when first needed."""

    def __init__(self, checkpoint: Checkpoint, settings: Settings) -> None:
        self.name = f"model {checkpoint.name!r}"
        self.weights: tuple[str, str] | None = (checkpoint.label, checkpoint.fingerprint)
        self.spec = specification(checkpoint.fingerprint, *settings.defining())
        self.settings = settings
        self._checkpoint = checkpoint
        # What is loaded does not depend on pooling and the like: a grid over them loads once.
        code = bool(settings.trust_remote_code)
        self.key = (checkpoint.fingerprint, settings.dtype, settings.device, settings.backend, code)

    def width(self) -> int | None:
        """Width of the vectors."""
        width: int | None = self._loaded().width(self.settings)
        return width

    def chunk(self, batch_size: int | None) -> tuple[int | None, int]:
        """Tokens and rows of a chunk; every device gets its share of it."""
        count = len(self.settings.devices)
        tokens = self._loaded().chunk(self.settings, batch_size)
        return None if tokens is None else count * tokens, count * _ROWS_PER_CHUNK

    def prepare(self, texts: list[str]) -> Prepared:
        """Tokens of the texts."""
        model = self._loaded()
        parts = []
        for start in range(0, len(texts), _ROWS_PER_TURN):
            with self._lock():  # tokenisers are not safe for threads
                parts.append(model.prepare(texts[start : start + _ROWS_PER_TURN], self.settings))
        if len(parts) == 1:
            only: Prepared = parts[0]
            return only
        items = [item for part in parts for item in part.items]
        sizes = [size for part in parts for size in part.sizes]
        return Prepared(items, sizes, sum(part.n_cut for part in parts))

    def encode(self, items: Sequence[Any], batch_size: int | None, run: Run) -> Any:
        """Vectors of prepared texts."""
        return self.encode_as(items, [self.settings], batch_size, run)[0]

    def encode_as(
        self, items: Sequence[Any], settings: list[Settings], batch_size: int | None, run: Run
    ) -> list[Any]:
        """Vectors for each of some settings that differ in layer and pooling alone."""
        models = [self._loaded(number) for number in range(len(self.settings.devices))]
        with self._lock():  # shared by every pooling and layer of one model
            if len(models) == 1 or len(items) < len(models):
                result: list[Any] = models[0].encode(items, settings, batch_size, run)
                return result
            # Every n-th text to the n-th device: in order of length, equal work for each.
            count = len(models)
            runs = [Run() for _ in models]
            for own in runs:
                own.most = run.most
            with ThreadPoolExecutor(count) as pool:
                parts = list(
                    pool.map(
                        lambda n: models[n].encode(items[n::count], settings, batch_size, runs[n]),
                        range(count),
                    )
                )
        for own in runs:
            run.merge(own)
        return [
            _interleaved([part[view] for part in parts], len(items))
            for view in range(len(settings))
        ]

    def _lock(self) -> Any:
        """Lock of the loaded model."""
        return encode_lock(repr(self.key))

    def _loaded(self, number: int = 0) -> Any:
        """Model in memory on one of its devices, one per process."""
        return load_once((*self.key, number), lambda: self._load(self.settings.devices[number]))

    def _load(self, device: str | None) -> Any:
        """Load the model onto a device."""
        checkpoint, settings = self._checkpoint, self.settings
        _check_device(device)
        logger.info("loading %s", self.name)
        with _explained(checkpoint, settings), _no_bars(checkpoint.is_local):
            if checkpoint.is_sentence_transformer or settings.backend != "torch":
                from langalign_sk.encoders import _sentence_transformer as sentences

                return sentences.load_sentence_transformer(checkpoint, settings, device)
            from langalign_sk.encoders._loading import load_transformer

            return load_transformer(checkpoint, settings, device)


def _interleaved(parts: list[Any], count: int) -> Any:
    """Rows of the n-th part at every n-th place."""
    rows = np.empty((count, parts[0].shape[1]), dtype=np.float32)
    for number, part in enumerate(parts):
        rows[number :: len(parts)] = part
    return rows


def _check_device(device: str | None) -> None:
    """Refuse a GPU on a machine without one, which a saved pipeline may meet."""
    import torch

    if device is not None and device.startswith("cuda") and not torch.cuda.is_available():
        raise ValueError(
            f"device={device!r}: this machine has no CUDA device; set_params(device=None) takes "
            "the best device there is"
        )


@contextmanager
def _explained(checkpoint: Checkpoint, settings: Settings) -> Iterator[None]:
    """Say which model failed to load; the libraries below guess at reasons at length."""
    try:
        yield
    except Exception as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        if isinstance(error, ImportError) and settings.backend != "torch":
            package = f"sentence-transformers[{settings.backend}]"
            reason = f"backend={settings.backend!r} needs pip install '{package}' ({reason})"
        elif "trust_remote_code" in str(error):
            reason = "it brings code of its own; if you trust it, set trust_remote_code=True"
        raise ValueError(f"model={checkpoint.name!r} could not be loaded: {reason}") from error


@contextmanager
def _no_bars(quiet: bool) -> Iterator[None]:
    """Without the bar over weights that are read from disk in a moment; downloads keep theirs."""
    from transformers.utils import logging as transformers_logging

    quiet = quiet and transformers_logging.is_progress_bar_enabled()
    if quiet:
        transformers_logging.disable_progress_bar()
    try:
        yield
    finally:
        if quiet:
            transformers_logging.enable_progress_bar()
