"""How many numbers an encoder has learned: what it costs to hold and to run."""

from __future__ import annotations

from typing import Any

import numpy as np

from langalign_sk.encoders._protocol import Encoder


def count_parameters(encoder: Encoder) -> float:
    """Return the number of weights of an encoder; NaN where none are at hand, as behind a server.

    Weights of torch modules, and of objects the numbers in all their arrays of floats or bytes.
    """
    loaded = getattr(encoder, "loaded", None)
    found = _count(loaded(0) if loaded else vars(encoder).get("_model"), set())
    return float(found) if found else float("nan")


def _count(thing: Any, seen: set[int]) -> int:
    """Count what is in a thing and in its parts, each once."""
    if thing is None or isinstance(thing, str | bytes | int | float | type) or id(thing) in seen:
        return 0
    seen.add(id(thing))
    if hasattr(thing, "named_parameters"):
        return sum(int(weight.numel()) for _, weight in thing.named_parameters())
    if isinstance(thing, np.ndarray):
        is_weight = thing.dtype.kind == "f" or thing.dtype in (np.int8, np.uint8)
        return thing.size if is_weight else 0
    if hasattr(thing, "nnz") and hasattr(thing, "data"):
        return _count(thing.data, seen)
    parts: list[Any]
    if isinstance(thing, dict):
        parts = list(thing.values())
    elif isinstance(thing, list | tuple):
        parts = list(thing)
    else:
        parts = list(getattr(thing, "__dict__", {}).values())
        parts += [getattr(thing, name, None) for name in getattr(type(thing), "__slots__", ())]
    return sum(_count(part, seen) for part in parts)
