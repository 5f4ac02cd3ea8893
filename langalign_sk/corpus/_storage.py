"""A corpus as a folder: a small JSON, and its rows as .npy or JSON lines. No pickle.

``corpus.json`` names the folder inside that holds the rows, so that replacing this one file
replaces the corpus. It has a checksum of itself and one of every block of an array.
"""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from langalign_sk._io import hold_two, new_version, read_jsonl
from langalign_sk._numeric import FloatArray
from langalign_sk.corpus._content import Rows
from langalign_sk.corpus._inputs import frozen

DESCRIPTION = "corpus.json"
FORMAT = 2
_TEXTS = "rows.jsonl"
_WEIGHT = "weight"
#: Bytes under one checksum: reading any of its rows reads all of them.
_BLOCK_BYTES = 256 * 2**10


class Proof:
    """Checksums of an array in a file, each compared when rows of its block are first read."""

    def __init__(self, file: Path, array: npt.NDArray[Any], sums: str) -> None:
        self._file = file
        self._array = array
        self._sums = [int(sums[at : at + 8], 16) for at in range(0, len(sums), 8)]
        self._rows = _block_rows(array)
        self._waiting = np.ones(-(-len(array) // self._rows), dtype=bool)
        if len(self._sums) != len(self._waiting):
            raise ValueError(f"{file}: {len(self._sums)} checksums for {len(self._waiting)} blocks")

    def check(self, rows: slice | npt.NDArray[np.intp] | None = None) -> None:
        """Compare the blocks of some rows, or all; raise if they are not what was saved."""
        blocks = np.arange(len(self._sums))
        if isinstance(rows, slice):
            blocks = blocks[rows.start // self._rows : -(-rows.stop // self._rows)]
        elif rows is not None:
            blocks = np.unique(rows // self._rows)
        for block in blocks[self._waiting[blocks]].tolist():
            first = block * self._rows
            data = self._array[first : first + self._rows]
            if zlib.crc32(np.ascontiguousarray(data).data) != self._sums[block]:
                raise ValueError(
                    f"{self._file} is damaged: rows {first} to {first + len(data) - 1} are not "
                    "those that were saved; restore the folder, or save the corpus again"
                )
            self._waiting[block] = False


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
    with new_version(path, pointer=DESCRIPTION) as version:
        described = {
            name: _write_array(version.folder / f"{name}.npy", array)
            for name, array in arrays.items()
        }
        if isinstance(sides[0], tuple):
            with open(version.folder / _TEXTS, "wb") as file:
                fields, columns = _fields(names, sides)
                for row in zip(*columns, strict=True):
                    file.write(_json_line(dict(zip(fields, row, strict=True))))
        whole = {
            "format": FORMAT, **description, "data": version.folder.name, "arrays": described
        }  # fmt: skip
        whole["check"] = _check_of(whole)
        version.pointer = json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


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
    if description.pop("check", None) != _check_of(description):
        raise ValueError(f"{file} is damaged or was edited: it is not what was saved")
    return description


def read_rows(
    path: str, description: dict[str, Any], names: Sequence[str]
) -> tuple[tuple[Rows, ...], FloatArray | None, tuple[Proof, ...]]:
    """Rows and weights of a corpus folder, and the proofs of what is mapped and was not read."""
    folder = Path(path) / str(description["data"])
    arrays, proofs = {}, {}
    for name, (dtype, shape, offset, sums) in description["arrays"].items():
        file = folder / f"{name}.npy"
        arrays[name] = _map_array(file, dtype, tuple(shape), offset)
        proofs[name] = Proof(file, arrays[name], sums)
    weight = arrays.pop(_WEIGHT, None)
    if weight is not None:  # small, and needed for whatever is done with the rows
        proofs.pop(_WEIGHT).check()
    if arrays:
        return tuple(arrays[name] for name in names), weight, tuple(proofs[name] for name in names)
    two = description.get("n_texts", 1) == 2
    fields = [f"{name}_{place}" for name in names for place in (1, 2)] if two else names
    texts = read_jsonl(folder / _TEXTS, fields).texts
    if len(texts[0]) != description["n"]:
        raise ValueError(
            f"{folder / _TEXTS} holds {len(texts[0])} rows; {DESCRIPTION} says {description['n']}"
        )
    if two:
        sides = zip(texts[::2], texts[1::2], strict=True)
        return tuple(tuple(zip(*side, strict=True)) for side in sides), weight, ()
    return tuple(tuple(side) for side in texts), weight, ()


def _fields(names: Sequence[str], sides: Sequence[Any]) -> tuple[list[str], list[Sequence[str]]]:
    """Return the columns of texts and their names, two for each side with rows of two."""
    if not hold_two(sides[0]):
        return list(names), list(sides)
    fields = [f"{name}_{place}" for name in names for place in (1, 2)]
    return fields, [column for side in sides for column in zip(*side, strict=True)]


def _block_rows(array: npt.NDArray[Any]) -> int:
    """Rows under one checksum."""
    return max(1, _BLOCK_BYTES * len(array) // array.nbytes)


def _write_array(file: Path, array: npt.NDArray[Any]) -> list[Any]:
    """Write an array block by block; return type, shape, where it begins, eight digits a block."""
    header: dict[str, Any] = np.lib.format.header_data_from_array_1_0(array)
    sums = []
    with open(file, "wb") as opened:
        np.lib.format.write_array_header_1_0(opened, {**header, "fortran_order": False})
        offset = opened.tell()
        for first in range(0, len(array), step := _block_rows(array)):
            data = np.ascontiguousarray(array[first : first + step]).data
            opened.write(data)
            sums.append(f"{zlib.crc32(data):08x}")
    return [array.dtype.str, list(array.shape), offset, "".join(sums)]


def _map_array(file: Path, dtype: str, shape: tuple[int, ...], offset: int) -> FloatArray:
    """Memory map of an array as the description says; what else the file says is not believed."""
    try:
        return frozen(np.memmap(file, dtype, "r", offset, shape))
    except (OSError, ValueError) as error:
        raise ValueError(
            f"{file} is missing or cut short ({error}); {DESCRIPTION} says {dtype} {shape}"
        ) from error


def _check_of(description: dict[str, Any]) -> str:
    """Digest of a description."""
    return hashlib.blake2b(
        json.dumps(description, sort_keys=True).encode(), digest_size=16
    ).hexdigest()


def _json_line(row: dict[str, str]) -> bytes:
    """One line of JSON, readable where UTF-8 can hold the text."""
    try:
        return json.dumps(row, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:  # half of a surrogate pair
        return json.dumps(row).encode() + b"\n"
