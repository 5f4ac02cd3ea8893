"""From the parameter `model` to an encoder."""

from __future__ import annotations

import os
from typing import Any

from sklearn.exceptions import NotFittedError

from langalign_sk.encoders._checkpoint import Checkpoint, find_checkpoint
from langalign_sk.encoders._protocol import Encoder
from langalign_sk.encoders._settings import Settings


def is_name(model: Any) -> bool:
    """Whether a model is given by name or folder."""
    return isinstance(model, str | os.PathLike)


def unwrapped(model: Any) -> Any:
    """Return the object inside a FrozenEstimator, which shields it from cloning."""
    from sklearn.frozen import FrozenEstimator

    while isinstance(model, FrozenEstimator):
        model = model.estimator
    return model


def named_checkpoint(model: Any, settings: Settings, *, ask_hub: bool = True) -> Checkpoint | None:
    """Checkpoint of a model given by name or folder; None for other models."""
    if not is_name(model):
        return None
    return find_checkpoint(
        os.fspath(model), settings.revision, ask_hub=ask_hub, token_env=settings.token_env
    )


def make_encoder(model: Any, settings: Settings, *, ask_hub: bool = True) -> Encoder:
    """Return the encoder for one model; nothing is loaded yet."""
    settings.check()
    if is_name(model):
        from langalign_sk.encoders._named import NamedEncoder

        checkpoint = named_checkpoint(model, settings, ask_hub=ask_hub)
        if checkpoint is None:
            raise NotFittedError(f"model {os.fspath(model)!r} has not been downloaded yet")
        return NamedEncoder(checkpoint, settings)
    model = unwrapped(model)
    if is_sentence_transformer(model):
        from langalign_sk.encoders._sentence_transformer import InstanceEncoder

        return InstanceEncoder(model, settings)
    from langalign_sk.encoders._wrapped import ObjectEncoder

    return ObjectEncoder(model, settings)


def is_sentence_transformer(model: Any) -> bool:
    """Whether a model is a SentenceTransformer, without importing the package."""
    return any(
        cls.__name__ == "SentenceTransformer" and cls.__module__.startswith("sentence_transformers")
        for cls in type(model).__mro__
    )
