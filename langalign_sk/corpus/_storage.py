"""A corpus as a folder: a small JSON, and its rows as .npy or JSON lines. No pickle."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from langalign_sk._io import atomic_folder, read_jsonl
from langalign_sk._numeric import FloatArray
from langalign_sk.corpus._fingerprint import Rows
from langalign_sk.corpus._inputs import frozen

DESCRIPTION = "corpus.json"
FORMAT = 1
_TEXTS = "rows.jsonl"
_WEIGHT = "weight"


def write_folder(
    path: str | os.PathLike[str],
    description: dict[str, Any],
    names: Sequence[str],
    sides: Sequence[Rows],
    weight: FloatArray | None,
) -> None:
    """Write a corpus folder, whole or not at all; an older corpus there is replaced."""
    arrays: dict[str, FloatArray] = {
        name: side for name, side in zip(names, sides, strict=True) if not isinstance(side, tuple)
    }
    if weight is not None:
        arrays[_WEIGHT] = weight
    description = {
        "format": FORMAT,
        **description,
        "arrays": {name: [a.dtype.str, *a.shape] for name, a in arrays.items()},
    }
    with atomic_folder(path, marker=DESCRIPTION) as folder:
        for name, array in arrays.items():
            np.save(folder / f"{name}.npy", np.asarray(array), allow_pickle=False)
        if isinstance(sides[0], tuple):
            with open(folder / _TEXTS, "wb") as file:
                for row in zip(*sides, strict=True):
                    file.write(_json_line(dict(zip(names, row, strict=True))))
        text = json.dumps(description, ensure_ascii=False, indent=1)
        (folder / DESCRIPTION).write_text(text + "\n", encoding="utf-8")


def read_description(path: str) -> dict[str, Any]:
    """Read the description in a corpus folder."""
    file = Path(path) / DESCRIPTION
    try:
        description = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(
            f"{path} holds no saved corpus ({error.strerror}: {DESCRIPTION})"
        ) from None
    except ValueError as error:
        raise ValueError(f"{file} is damaged: {error}") from None
    if not isinstance(description, dict) or description.get("format") != FORMAT:
        raise ValueError(f"{file} is not a corpus of format {FORMAT}; this version reads no other")
    return description


def read_rows(
    path: str, description: dict[str, Any], names: Sequence[str]
) -> tuple[tuple[Rows, ...], FloatArray | None]:
    """Rows and weights of a corpus folder; vectors are mapped into memory, not read."""
    folder = Path(path)
    arrays = {
        name: _map_array(folder / f"{name}.npy", *declared)
        for name, declared in description["arrays"].items()
    }
    weight = arrays.pop(_WEIGHT, None)
    if arrays:
        return tuple(arrays[name] for name in names), weight
    texts = read_jsonl(folder / _TEXTS, names).texts
    if len(texts[0]) != description["n"]:
        raise ValueError(
            f"{folder / _TEXTS} holds {len(texts[0])} rows; {DESCRIPTION} says {description['n']}"
        )
    return tuple(tuple(side) for side in texts), weight


def _map_array(file: Path, dtype: str, *shape: int) -> FloatArray:
    """Memory map of an array that is what the description says."""
    try:
        array = np.load(file, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise ValueError(f"{file} is missing or damaged: {error}") from error
    if array.dtype.str != dtype or array.shape != shape:
        raise ValueError(
            f"{file} holds {array.dtype.str} {array.shape}; {DESCRIPTION} says {dtype} {shape}"
        )
    return frozen(array)


def _json_line(row: dict[str, str]) -> bytes:
    """One line of JSON, readable where UTF-8 can hold the text."""
    try:
        return json.dumps(row, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:  # half of a surrogate pair
        return json.dumps(row).encode() + b"\n"
