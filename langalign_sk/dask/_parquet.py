"""Vectors in files of parquet, by row groups."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from langalign_sk.dask._needed import needed


def files_of(folder: Path) -> list[Path]:
    """Files of parquet in a folder and below, in the order of their names."""
    if not folder.is_dir():
        raise ValueError(f"{folder} is not a folder; one with files of parquet is needed")
    found = [
        path
        for path in sorted(folder.rglob("*.parquet"))
        if path.is_file() and not any(part[0] in "._" for part in path.relative_to(folder).parts)
    ]
    if not found:
        raise ValueError(f"{folder} holds no file that ends in .parquet")
    return found


def opened(path: str | os.PathLike[str]) -> Any:
    """Open a file, or say that it is none of parquet."""
    try:
        return needed("pyarrow.parquet").ParquetFile(path)
    except ValueError as error:
        raise ValueError(f"{path} can't be read as parquet: {error}") from error


def column_of(schema: Any, column: str, path: Path) -> Any:
    """Return the field of a column, or say which there are."""
    if column not in schema.names:
        raise ValueError(f"{path} has no column {column!r}; it has {', '.join(schema.names[:12])}")
    return schema.field(column)


def read_vectors(folder: str | os.PathLike[str], column: str) -> Any:
    """Vectors in a column of a folder of parquet, as a Dask Array.

    Parameters
    ----------
    folder : path
        Files of parquet, in the order of their names; nothing but their ends is read here.
    column : str
        Column with one list of numbers a row, all of one length.

    Returns
    -------
    dask Array of shape (n_rows, width)
        A chunk per row group.

    See Also
    --------
    pair_moments : Takes two of them.
    embed_parquet : Writes such a folder.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import pandas as pd
    >>> from langalign_sk.dask import read_vectors
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     frame = pd.DataFrame({"en": [[0.5, 1.0], [2.0, 3.0]]})
    ...     frame.to_parquet(pathlib.Path(folder, "part-0.parquet"))
    ...     read_vectors(folder, "en").compute()
    array([[0.5, 1. ],
           [2. , 3. ]])
    """
    dask, array = needed("dask"), needed("dask.array")
    chunks, width, dtype = [], 0, np.dtype(np.float32)
    for path in files_of(Path(folder)):
        with opened(path) as file:
            kind = column_of(file.schema_arrow, column, path).type
            if not hasattr(kind, "value_type"):
                raise ValueError(f"{path}: column {column!r} holds {kind}, not lists of numbers")
            for group in range(file.num_row_groups):
                rows = file.metadata.row_group(group).num_rows
                if not rows:
                    continue
                if not width:
                    first = file.read_row_group(group, columns=[column]).column(0).slice(0, 1)
                    width = _matrix(first, None, path).shape[1]
                    dtype = np.dtype(kind.value_type.to_pandas_dtype())
                task = dask.delayed(_group, pure=True)(str(path), group, column, width, dtype)
                chunks.append(array.from_delayed(task, (rows, width), dtype=dtype))
    if not chunks:
        raise ValueError(f"{folder}: its files of parquet hold no rows")
    return array.concatenate(chunks)


def _group(path: str, group: int, column: str, width: int, dtype: Any) -> Any:
    """Vectors of one row group."""
    with opened(path) as file:
        values = file.read_row_group(group, columns=[column]).column(0)
    return _matrix(values, width, Path(path)).astype(dtype, copy=False)


def _matrix(values: Any, width: int | None, path: Path) -> Any:
    """Lists of numbers as a matrix."""
    values = values.combine_chunks()
    if getattr(values, "num_chunks", 1) == 0:
        values = values.chunk(0)
    flat = values.flatten()
    if values.null_count or flat.null_count:
        raise ValueError(f"{path} has rows without a vector, or vectors without a number")
    if width is None:
        width = len(flat)
    if len(flat) != width * len(values) or any(
        len(row) != width for row in (() if hasattr(values.type, "list_size") else values)
    ):
        raise ValueError(f"{path} has vectors that are not {width} numbers long, as the first is")
    return flat.to_numpy(zero_copy_only=False).reshape(-1, width)
