"""Files of vectors, converted block by block; the new file appears whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import numpy as np

from langalign_sk._io import atomic_file
from langalign_sk.migrate._blocks import mapped, rows_at_once
from langalign_sk.migrate._faiss import convert_faiss
from langalign_sk.migrate._parquet import convert_parquet

#: Ending of a file and what converts it.
ENDINGS = (".npy", ".parquet", ".faiss", ".index")


def convert(
    fitted: Any,
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    column: str | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Path:
    """Convert a file of old vectors to one of new vectors.

    Parameters
    ----------
    fitted : map
        `Migration.map`, or any fitted map.
    source : path
        The file: ``.npy`` (rows of vectors), ``.parquet`` (a column of lists; needs
        ``pip install langalign-sk[parquet]``) or ``.faiss``, ``.index`` (an index of faiss; needs
        ``pip install langalign-sk[faiss]``).
    target : path
        The file to write, of the same kind. It appears whole or not at all, so that a conversion
        that was interrupted is simply started again.
    column : str, optional
        Column of the vectors in a parquet file. None: the one column of lists of numbers.
    progress : callable, optional
        Called with the number of rows done, and of all rows.

    Returns
    -------
    Path
        The new file.

    See Also
    --------
    migrate : Learns the map.

    Notes
    -----
    A block of 32 MB is read, mapped and written at a time, whatever the size of the file; the
    numbers keep their type. All other columns of a parquet file, and the numbers that faiss knows
    its rows by, stay as they are. faiss holds an index in memory, so both have to fit there; the
    new one is of the same kind, trained on up to 50,000 of its vectors where the kind needs
    training. Where the old one keeps compressed vectors only, these are what is mapped.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import numpy as np
    >>> from langalign_sk import RidgeMap
    >>> from langalign_sk.migrate import convert
    >>> S, T = np.random.default_rng(0).standard_normal((2, 100, 3))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     old, new = pathlib.Path(folder, "old.npy"), pathlib.Path(folder, "new.npy")
    ...     np.save(old, S)
    ...     _ = convert(RidgeMap().fit(S, T), old, new)
    ...     np.load(new).shape
    (100, 3)
    """
    source, target = Path(source), Path(target)
    kind = check_target(source, target)
    if not source.is_file():
        raise ValueError(f"{source}: there is no such file")
    if column is not None and kind != ".parquet":
        raise ValueError(f"{source}: only parquet files have columns, such as {column!r}")
    report = progress or (lambda done, of: None)
    with atomic_file(target) as file:
        if kind == ".npy":
            _convert_npy(fitted, source, file, report)
        elif kind == ".parquet":
            convert_parquet(fitted, source, file, column, report)
        else:
            convert_faiss(fitted, source, file, report)
    return target


def check_target(source: Path, target: Path) -> str:
    """Return the kind of both files; raise for one that can't become the other."""
    kinds = [_kind(source), _kind(target)]
    if kinds[0] != kinds[1]:
        raise ValueError(f"{target}: {source.name} becomes a file of its own kind, {kinds[0]}")
    return kinds[0]


def _kind(path: Path) -> str:
    """Return the ending of a file that can be converted."""
    kind = path.suffix.lower()
    if kind not in ENDINGS:
        raise ValueError(
            f"{path}: the name must end in {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}, which says "
            "what kind of file it is"
        )
    return ".faiss" if kind == ".index" else kind


def _convert_npy(fitted: Any, source: Path, file: IO[bytes], report: Any) -> None:
    try:
        old = np.load(source, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise ValueError(f"{source} is no .npy file of numbers: {error}") from error
    if old.ndim != 2 or not len(old):
        raise ValueError(f"{source}: rows of vectors are needed, the shape is {old.shape}")
    step = rows_at_once(old.shape[1])
    for start in range(0, len(old), step):
        block = mapped(fitted, np.array(old[start : start + step]), source, start)
        if start == 0:
            kind = np.lib.format.dtype_to_descr(block.dtype)
            shape = (len(old), block.shape[1])
            head = {"descr": kind, "fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_1_0(file, head)
        file.write(np.ascontiguousarray(block).data)
        report(min(start + step, len(old)), len(old))
