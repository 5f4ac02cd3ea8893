"""Models given by name or folder."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from langalign_sk.text._checkpoint import Checkpoint
from langalign_sk.text._registry import encode_lock, load_once
from langalign_sk.text._settings import Settings, specification

logger = logging.getLogger("langalign_sk")


class NamedEncoder:
    """A sentence-transformers or transformers checkpoint, loaded when first needed."""

    def __init__(self, checkpoint: Checkpoint, settings: Settings) -> None:
        self.name = f"model {checkpoint.name!r}"
        self.weights: tuple[str, str] | None = (checkpoint.label, checkpoint.fingerprint)
        self.spec = specification(
            checkpoint.fingerprint,
            settings.pooling,
            settings.layer,
            settings.prompt,
            settings.max_length,
            settings.dtype,
        )
        self._checkpoint = checkpoint
        self._settings = settings
        # What is loaded does not depend on pooling and the like: a grid over them loads once.
        self._key = (checkpoint.fingerprint, settings.dtype, settings.device)

    def width(self) -> int | None:
        """Width of the vectors."""
        width: int | None = self._loaded().width(self._settings)
        return width

    def encode(self, texts: list[str], batch_size: int) -> Any:
        """Vectors of the texts."""
        loaded = self._loaded()
        with encode_lock(repr(self._key)):  # shared by every pooling and layer of one model
            return loaded.encode(texts, self._settings, batch_size)

    def _loaded(self) -> Any:
        """Model in memory, one per process."""
        return load_once(self._key, self._load)

    def _load(self) -> Any:
        """Load the model onto its device."""
        checkpoint, settings = self._checkpoint, self._settings
        _check_device(settings.device)
        logger.info("loading %s", self.name)
        with _explained(checkpoint), _no_bars(checkpoint.is_local):
            if checkpoint.is_sentence_transformer:
                from langalign_sk.text._sentence_transformer import load_sentence_transformer

                return load_sentence_transformer(checkpoint, settings)
            from langalign_sk.text._transformers import load_transformer

            return load_transformer(checkpoint, settings)


def _check_device(device: str | None) -> None:
    """Refuse a GPU on a machine without one, which a saved pipeline may meet."""
    import torch

    if device is not None and device.startswith("cuda") and not torch.cuda.is_available():
        raise ValueError(
            f"device={device!r}: this machine has no CUDA device; set_params(device=None) takes "
            "the best device there is"
        )


@contextmanager
def _explained(checkpoint: Checkpoint) -> Iterator[None]:
    """Say which model failed to load; the libraries below guess at reasons at length."""
    try:
        yield
    except Exception as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
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
