"""Vectors in a column of a parquet file."""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any

import numpy as np

from langalign_sk.migrate._blocks import mapped, rows_at_once


def convert_parquet(
    fitted: Any, source: Path, file: IO[bytes], column: str | None, report: Any
) -> None:
    """Convert one column, block by block; the others stay as they are."""
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise ImportError(
            f"{source}: parquet files need pip install langalign-sk[parquet]"
        ) from error
    try:
        old = parquet.ParquetFile(source)
    except pa.ArrowInvalid as error:
        raise ValueError(f"{source} is no parquet file: {error}") from error
    with old:
        name = _column(old.schema_arrow, column, source, pa)
        place = old.schema_arrow.get_field_index(name)
        kind = _with_width(old.schema_arrow.field(place).type, fitted.n_features_out_, pa)
        field = old.schema_arrow.field(place).with_type(kind)
        schema = old.schema_arrow.set(place, field)
        done, total = 0, old.metadata.num_rows
        with parquet.ParquetWriter(file, schema) as writer:
            for batch in old.iter_batches(batch_size=rows_at_once(fitted.n_features_in_)):
                made = _mapped_column(fitted, batch.column(place), source, done, pa)
                columns = [*batch.columns]
                columns[place] = made.cast(kind)
                writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))
                done += batch.num_rows
                report(done, total)


def _column(schema: Any, column: str | None, source: Path, pa: Any) -> str:
    """Return the name of the column of vectors."""
    lists = [
        field.name
        for field in schema
        if _is_list(field.type, pa) and pa.types.is_floating(field.type.value_type)
    ]
    if column is None:
        if len(lists) == 1:
            return str(lists[0])
        found = f"there are {', '.join(lists)}" if lists else f"the columns are {schema.names}"
        raise ValueError(f"{source}: name the column of the vectors; {found}")
    if column not in lists:
        raise ValueError(
            f"{source} has no column {column!r} of lists of numbers; it has {lists or 'none'}"
        )
    return column


def _is_list(kind: Any, pa: Any) -> bool:
    return bool(
        pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    )


def _with_width(kind: Any, width: int, pa: Any) -> Any:
    """Return the type of a column of vectors of another width."""
    return pa.list_(kind.value_type, width) if pa.types.is_fixed_size_list(kind) else kind


def _mapped_column(fitted: Any, old: Any, source: Path, first: int, pa: Any) -> Any:
    """Map a block of a column; rows without a vector stay without."""
    there = np.flatnonzero(old.is_valid().to_numpy(zero_copy_only=False))
    given = old.take(pa.array(there))
    numbers = given.flatten().to_numpy(zero_copy_only=False)
    width = fitted.n_features_in_
    if len(numbers) != len(there) * width or any(
        length != width for length in given.value_lengths().to_pylist()
    ):
        raise ValueError(
            f"{source}, rows from {first} on: the vectors do not all have {width} numbers, as "
            "those do that the map was learned from"
        )
    kind = numbers.dtype if numbers.dtype.kind == "f" else np.dtype(np.float32)
    made = np.zeros((0, fitted.n_features_out_), dtype=kind)
    if len(there):
        made = mapped(fitted, numbers.reshape(-1, width), source, first)
    if pa.types.is_fixed_size_list(old.type):
        rows = np.zeros((len(old), fitted.n_features_out_), dtype=kind)
        rows[there] = made
        missing = None if len(there) == len(old) else old.is_null()
        flat = pa.array(rows.reshape(-1))
        return pa.FixedSizeListArray.from_arrays(flat, fitted.n_features_out_, mask=missing)
    lengths = np.zeros(len(old) + 1, dtype=np.int64)
    lengths[there + 1] = fitted.n_features_out_
    absent = np.append(old.is_null().to_numpy(zero_copy_only=False), False)
    offsets = pa.array(np.cumsum(lengths), mask=absent)
    return pa.LargeListArray.from_arrays(offsets, np.ascontiguousarray(made).reshape(-1))
