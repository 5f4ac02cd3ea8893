"""JSON read strictly: no name twice, no number that is none, no depth without end."""

from __future__ import annotations

import json
import math
from typing import Any


def read_json(data: bytes | bytearray, name: str) -> Any:
    """Read the JSON of a file."""
    try:
        return json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_float=_float,
            parse_constant=_constant,
        )
    except RecursionError:
        raise ValueError(f"{name} is nested too deep") from None
    except ValueError as error:
        raise ValueError(f"{name} is no sound JSON ({str(error)[:100]})") from None


def write_json(value: Any) -> bytes:
    """Return the bytes of a JSON file, readable by people as well."""
    return json.dumps(value, indent=1, allow_nan=False).encode("ascii") + b"\n"


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a JSON object, unless a name stands in it twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{twice[:40]!r} stands twice in one place")
    return found


def _float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:40]} is too large a number")
    return number


def _constant(text: str) -> Any:
    raise ValueError(f"{text} is no number")
