"""A folder of texts to a folder of vectors, a file at a time; what is finished is left alone."""

from __future__ import annotations

import hashlib
import json
import os
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langalign_sk._io import atomic_file
from langalign_sk._progress import progress_bar
from langalign_sk.dask._needed import needed
from langalign_sk.dask._parquet import column_of, files_of, opened
from langalign_sk.dask._shipping import Parcel, shipped, unpacked

_ROWS = 8192  # texts encoded and written at a time
_MARK = b"langalign_sk"
VECTOR = "vector"


@dataclass(frozen=True)
class FolderReport:
    """What `embed_parquet` did.

    Attributes
    ----------
    n_files : int
        Files that were encoded.
    n_rows : int
        Their rows.
    n_finished : int
        Files that were there from an earlier run.

    Examples
    --------
    >>> from langalign_sk.dask import FolderReport
    >>> FolderReport(n_files=2, n_rows=10_000, n_finished=1).n_files
    2
    """

    n_files: int
    n_rows: int
    n_finished: int


def embed_parquet(
    extractor: Any,
    source: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    column: str = "text",
    keep: Sequence[str] | None = None,
    client: Any = None,
) -> FolderReport:
    """Encode a column of texts of every file of parquet in a folder.

    Parameters
    ----------
    extractor : EmbeddingExtractor
        What encodes.
    source : path
        The folder, with folders in it or without.
    out : path
        Folder to write: a file for each file of `source`, under the same name, with a column
        ``vector``.
    column : str, default="text"
        Column with the texts.
    keep : sequence of str, optional
        Columns to write beside the vectors. None: all of them.
    client : distributed.Client, optional
        Cluster that does the work, a file at a time per thread; it must reach both folders. None:
        this process, for which Dask is not needed.

    Returns
    -------
    FolderReport

    See Also
    --------
    read_vectors : The column ``vector`` as a Dask Array.

    Notes
    -----
    A file takes its name when it is whole, and carries a digest of the file it was made from, the
    encoder's specification, and the columns. One that carries the same is finished and left alone;
    any other is made anew. So a run that was stopped goes on where it was. Vectors of a file of
    texts that is there no more are left, with a warning: `read_vectors` would read them too. Memory
    holds 8,192 rows of a file at a time.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import pandas as pd
    >>> from langalign_sk.dask import embed_parquet, read_vectors
    >>> from langalign_sk.encoders import NgramEncoder
    >>> from langalign_sk.text import EmbeddingExtractor
    >>> texts = ["where is my parcel", "cancel my order", "pay by card"]
    >>> embed = EmbeddingExtractor(NgramEncoder(3).fit(texts))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     source, out = pathlib.Path(folder, "texts"), pathlib.Path(folder, "vectors")
    ...     source.mkdir()
    ...     pd.DataFrame({"text": texts}).to_parquet(source / "part-0.parquet")
    ...     print(embed_parquet(embed, source, out))
    ...     print(embed_parquet(embed, source, out))
    ...     read_vectors(out, "vector").shape
    FolderReport(n_files=1, n_rows=3, n_finished=0)
    FolderReport(n_files=0, n_rows=0, n_finished=1)
    (3, 3)
    """
    place, target = Path(source), Path(out)
    files = files_of(place)
    if target.resolve().is_relative_to(place.resolve()):
        raise ValueError(
            f"{target} lies in {place}: its files would be read as texts; choose another"
        )
    names = None if keep is None else list(keep)
    jobs = [(str(path), str(target / path.relative_to(place)), column, names) for path in files]
    if client is None:
        with progress_bar(
            len(jobs), desc="Files", unit="files", progress=extractor.progress
        ) as bar:
            counts = []
            for job in jobs:
                counts.append(_file(extractor, *job))
                bar.update(1)
    else:
        task, packed = needed("dask").delayed(_on_worker, pure=False), shipped(extractor)
        counts = client.gather(client.compute([task(packed, *job) for job in jobs]))
    _tell_left_over(target, {Path(job[1]) for job in jobs})
    done = [count for count in counts if count is not None]
    return FolderReport(len(done), sum(done), len(counts) - len(done))


def _tell_left_over(target: Path, made: set[Path]) -> None:
    """Warn of vectors whose file of texts is there no more."""
    parquet = needed("pyarrow.parquet")
    found = [path for path in sorted(target.rglob("*.parquet")) if path not in made]
    ours = [path for path in found if _mark_in(parquet, path) is not None]
    if ours:
        more = f" and {len(ours) - 1} more" if len(ours) > 1 else ""
        warnings.warn(
            f"{ours[0]}{more} was made of texts that are there no more: take it out, or whoever "
            f"reads {target} reads it too",
            UserWarning,
            stacklevel=3,
        )


def _on_worker(packed: Parcel, *job: Any) -> int | None:
    """Encode a file, in a worker."""
    return _file(unpacked(packed), *job)


def _file(
    extractor: Any, path: str, target: str, column: str, keep: list[str] | None
) -> int | None:
    """Encode the texts of a file; None where that was done before."""
    arrow, parquet = needed("pyarrow"), needed("pyarrow.parquet")
    with opened(path) as file:
        schema = file.schema_arrow
        column_of(schema, column, Path(path))
        names = schema.names if keep is None else keep
        fields = [column_of(schema, name, Path(path)) for name in names]
        if VECTOR in names:
            raise ValueError(
                f"{path} has a column {VECTOR!r} already: say which others to keep, without it"
            )
        mark = _mark(path, extractor.spec(), column, names)
        if _is_finished(parquet, target, mark):
            return None
        width = extractor.transform([]).shape[1]
        fields.append(arrow.field(VECTOR, arrow.list_(arrow.float32(), width)))
        made = arrow.schema(fields, metadata={_MARK: mark})
        row = 0
        with atomic_file(target) as sink, parquet.ParquetWriter(sink, made) as writer:
            for batch in file.iter_batches(_ROWS, columns=list({*names, column})):
                texts = batch.column(column).to_pylist()
                vectors = _vectors(extractor, texts, f"{path}, column {column!r}, from row {row}")
                flat = arrow.array(vectors.ravel())
                columns = [batch.column(name) for name in names]
                columns.append(arrow.FixedSizeListArray.from_arrays(flat, width))
                writer.write_table(arrow.Table.from_arrays(columns, schema=made))
                row += len(texts)
    return row


def _vectors(extractor: Any, texts: list[Any], where: str) -> Any:
    """Vectors of texts; errors say where they are."""
    try:
        return extractor.transform(texts)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{where}: {error}") from error


def _mark(path: str, spec: str, column: str, names: Sequence[str]) -> bytes:
    """Return what a finished file carries: of what it was made, and how."""
    with open(path, "rb") as file:
        content = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
    made_of = {"input": content, "encoder": spec, "column": column, "keep": list(names)}
    return json.dumps(made_of).encode()


def _is_finished(parquet: Any, target: str, mark: bytes) -> bool:
    """Tell whether a file is there that carries a mark."""
    return _mark_in(parquet, target) == mark


def _mark_in(parquet: Any, path: str | Path) -> bytes | None:
    """Return the mark of a file; None where it has none, or is none."""
    try:
        metadata = parquet.read_schema(path).metadata or {}
    except (OSError, ValueError):
        return None
    found: bytes | None = metadata.get(_MARK)
    return found
