"""From the parameter `model` to an encoder."""

from __future__ import annotations

import hashlib
import json
import operator
import os
from dataclasses import dataclass, fields
from typing import Any

from sklearn.exceptions import NotFittedError

from langalign_sk.text._checkpoint import Checkpoint, find_checkpoint
from langalign_sk.text._encode import Encoder

POOLINGS = ("mean", "cls", "max", "last")
DTYPES = ("float32", "float16", "bfloat16")


@dataclass(frozen=True)
class Settings:
    """Parameters that reach into a language model; the defaults leave it as it is."""

    revision: str | None = None
    pooling: str | None = None
    layer: int | None = None
    prompt: str | None = None
    max_length: int | None = None
    dtype: str = "float32"
    device: str | None = None

    def check(self) -> None:
        """Refuse values that no model knows."""
        if self.pooling is not None and self.pooling not in POOLINGS:
            raise ValueError(f"pooling must be one of {POOLINGS} or None, got {self.pooling!r}")
        if self.dtype not in DTYPES:
            raise ValueError(f"dtype must be one of {DTYPES}, got {self.dtype!r}")
        for name in ("layer", "max_length"):
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or not hasattr(value, "__index__")):
                raise TypeError(f"{name} must be an int or None, got {value!r}")
        if self.max_length is not None and self.max_length < 1:
            raise ValueError(f"max_length must be at least 1, got {self.max_length}")
        for name in ("revision", "prompt", "device"):
            value = getattr(self, name)
            if value is not None and not isinstance(value, str):
                raise TypeError(f"{name} must be a str or None, got {value!r}")

    def only(self, *allowed: str, what: str) -> None:
        """Refuse settings other than those that `what` can follow."""
        names = [f.name for f in fields(self) if getattr(self, f.name) != f.default]
        wrong = [name for name in names if name not in allowed]
        if wrong:
            given = ", ".join(f"{name}={getattr(self, name)!r}" for name in wrong)
            raise ValueError(
                f"{given}: does not apply to {what}. Leave it at its default; where only some "
                'languages need it, give it per language, such as pooling={"en": "mean"}'
            )


def specification(*parts: Any) -> str:
    """Digest of parts that define vectors."""
    text = json.dumps(parts, sort_keys=True, default=operator.index)  # NumPy integers of grids
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


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
    return find_checkpoint(os.fspath(model), settings.revision, ask_hub=ask_hub)


def make_encoder(model: Any, settings: Settings, *, ask_hub: bool = True) -> Encoder:
    """Return the encoder for one model; nothing is loaded yet."""
    settings.check()
    if is_name(model):
        from langalign_sk.text._named import NamedEncoder

        checkpoint = named_checkpoint(model, settings, ask_hub=ask_hub)
        if checkpoint is None:
            raise NotFittedError(f"model {os.fspath(model)!r} has not been downloaded yet")
        return NamedEncoder(checkpoint, settings)
    model = unwrapped(model)
    if is_sentence_transformer(model):
        from langalign_sk.text._sentence_transformer import InstanceEncoder

        return InstanceEncoder(model, settings)
    from langalign_sk.text._wrapped import ObjectEncoder

    return ObjectEncoder(model, settings)


def is_sentence_transformer(model: Any) -> bool:
    """Whether a model is a SentenceTransformer, without importing the package."""
    return any(
        cls.__name__ == "SentenceTransformer" and cls.__module__.startswith("sentence_transformers")
        for cls in type(model).__mro__
    )
