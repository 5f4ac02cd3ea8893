"""Settings that reach into a language model, and the digest of what defines vectors."""

from __future__ import annotations

import hashlib
import json
import operator
from dataclasses import dataclass, fields
from typing import Any

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
