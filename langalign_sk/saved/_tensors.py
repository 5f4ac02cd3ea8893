"""Arrays in one safetensors file: sizes are compared before anything is made of them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from langalign_sk.saved._strict import read_json

Array = npt.NDArray[Any]

#: Types by their name in the file, all little-endian.
DTYPES = {
    "BOOL": "|b1",
    "U8": "|u1",
    "I8": "|i1",
    "U16": "<u2",
    "I16": "<i2",
    "F16": "<f2",
    "U32": "<u4",
    "I32": "<i4",
    "F32": "<f4",
    "U64": "<u8",
    "I64": "<i8",
    "F64": "<f8",
}
_NAMES = {np.dtype(code): name for name, code in DTYPES.items()}
#: Bytes of the longest header that is read.
MOST_HEADER = 32 * 2**20
_MOST_DIMENSIONS = 32
_LONGEST = 2**40  # of rows or columns: an empty array may say any number


def dtype_name(dtype: np.dtype[Any]) -> str | None:
    """Return the name of a type in the file; None for one that it cannot hold."""
    return _NAMES.get(dtype.newbyteorder("<"))


def write_tensors(file: BinaryIO, arrays: Mapping[str, Array]) -> None:
    """Write arrays as a safetensors file."""
    header: dict[str, Any] = {"__metadata__": {"format": "np"}}
    start = 0
    order = sorted(arrays, key=lambda name: -arrays[name].dtype.itemsize)  # aligned, all of them
    for name in order:
        array = arrays[name]
        ends = [start, start + array.nbytes]
        header[name] = {
            "dtype": dtype_name(array.dtype),
            "shape": list(array.shape),
            "data_offsets": ends,
        }
        start = ends[1]
    text = json.dumps(header, separators=(",", ":")).encode("ascii")
    text += b" " * (-len(text) % 8)
    file.write(len(text).to_bytes(8, "little") + text)
    for name in order:
        array = arrays[name]
        whole = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        file.write(whole.reshape(-1).view(np.uint8).data)


def read_tensors(data: memoryview, name: str) -> dict[str, Array]:
    """Read the arrays of a safetensors file, unless any size in it contradicts another."""
    length = int.from_bytes(data[:8], "little") if len(data) >= 8 else -1
    if not 0 < length <= min(MOST_HEADER, len(data) - 8):
        raise ValueError(f"{name} has a header of {max(length, 0):,} bytes, which is not there")
    header = read_json(bytes(data[8 : 8 + length]), f"the header of {name}")
    if not isinstance(header, dict):
        raise ValueError(f"the header of {name} lists no arrays")
    header.pop("__metadata__", None)
    body = data[8 + length :]
    found, spans = {}, []
    for own, entry in header.items():
        dtype, shape, start, stop = _checked(own, entry, len(body), name)
        spans.append((start, stop))
        if stop > start:
            found[own] = np.frombuffer(body[start:stop], dtype=dtype).reshape(shape).copy()
        else:  # no bytes have no buffer
            found[own] = np.zeros(shape, dtype)
    end = 0
    for start, stop in sorted(spans):
        if start != end:
            raise ValueError(f"{name}: its arrays overlap, or there is something between them")
        end = stop
    if end != len(body):
        raise ValueError(f"{name}: there is something behind its arrays, or a part is missing")
    return found


def _checked(
    own: str, entry: Any, size: int, name: str
) -> tuple[np.dtype[Any], tuple[int, ...], int, int]:
    """Return type, shape and place of an array; raise where they contradict each other."""
    what = f"{name}: the array {own[:80]!r}"
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise ValueError(f"{what} is not described as one")
    kind, shape, ends = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(kind, str) or kind not in DTYPES:
        raise ValueError(f"{what} is of the unknown type {str(kind)[:20]!r}")
    if not _are_counts(shape) or len(shape) > _MOST_DIMENSIONS or max(shape, default=0) > _LONGEST:
        raise ValueError(f"{what} has no possible shape")
    if not _are_counts(ends) or len(ends) != 2 or not ends[0] <= ends[1] <= size:
        raise ValueError(f"{what} lies outside of the file")
    dtype = np.dtype(DTYPES[kind])
    if math.prod(shape) * dtype.itemsize != ends[1] - ends[0]:
        raise ValueError(f"{what} of shape {shape} does not fit into its {ends[1] - ends[0]} bytes")
    return dtype, tuple(shape), ends[0], ends[1]


def _are_counts(value: Any) -> bool:
    """Tell whether this is a list of numbers from 0."""
    return isinstance(value, list) and all(type(item) is int and item >= 0 for item in value)
