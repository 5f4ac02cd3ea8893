"""Settings that reach into a language model, and the digest of what defines vectors."""

from __future__ import annotations

import hashlib
import json
import operator
from dataclasses import dataclass, fields
from typing import Any

POOLINGS = ("mean", "cls", "max", "last", "weighted-mean")
DTYPES = ("float32", "float16", "bfloat16", "int8")
BACKENDS = ("torch", "onnx", "openvino")
LONG_TEXTS = ("warn", "cut", "mean")


@dataclass(frozen=True)
class Settings:
    """Parameters that reach into a language model; the defaults leave it as it is."""

    revision: str | None = None
    pooling: str | None = None
    layer: float | None = None
    prompt: str | None = None
    max_length: int | None = None
    long_texts: str = "warn"
    dtype: str = "float32"
    device: str | tuple[str, ...] | None = None
    backend: str = "torch"
    trust_remote_code: bool = False
    token_env: str | None = None

    def check(self) -> None:
        """Refuse values that no model knows."""
        if self.pooling is not None and self.pooling not in POOLINGS:
            raise ValueError(f"pooling must be one of {POOLINGS} or None, got {self.pooling!r}")
        choices = (("dtype", DTYPES), ("backend", BACKENDS), ("long_texts", LONG_TEXTS))
        for name, allowed in choices:
            if getattr(self, name) not in allowed:
                raise ValueError(f"{name} must be one of {allowed}, got {getattr(self, name)!r}")
        self._check_layer()
        length = self.max_length
        if length is not None and (isinstance(length, bool) or not hasattr(length, "__index__")):
            raise TypeError(f"max_length must be an int or None, got {length!r}")
        if length is not None and length < 1:
            raise ValueError(f"max_length must be at least 1, got {length}")
        for name in ("revision", "prompt", "token_env"):
            value = getattr(self, name)
            if value is not None and not isinstance(value, str):
                raise TypeError(f"{name} must be a str or None, got {value!r}")
        if not all(isinstance(device, str) for device in self.devices if device is not None):
            raise TypeError(f"device must be a str, a list of str or None, got {self.device!r}")
        if not self.devices:
            raise ValueError("device is an empty list: give at least one, or None")

    def _check_layer(self) -> None:
        """Refuse a layer that is neither an index nor a fraction."""
        layer = self.layer
        if layer is None or (hasattr(layer, "__index__") and not isinstance(layer, bool)):
            return
        if not isinstance(layer, float):
            raise TypeError(f"layer must be an int, a fraction or None, got {layer!r}")
        if not 0 <= layer <= 1:
            raise ValueError(f"layer={layer}: a fraction must be between 0.0 and 1.0")

    @property
    def devices(self) -> tuple[str | None, ...]:
        """Devices to compute on; None stands for the best there is."""
        return self.device if isinstance(self.device, tuple) else (self.device,)

    def defining(self) -> tuple[Any, ...]:
        """Settings that make a difference to vectors, beside the weights."""
        windows = "mean" if self.long_texts == "mean" else "cut"
        read = (self.pooling, self.layer, self.prompt, self.max_length, windows)
        return (*read, self.dtype, self.backend)

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
