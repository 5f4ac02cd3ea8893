"""What an option says of a file, ``more.xlsx#Sheet2:English,Korean``, and what was found in it."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from langalign_sk._io import TABLES, ending

TEXTS = (*TABLES, ".txt")
PAIRS = (*TEXTS, ".tmx", ".po", ".xlf", ".xliff")


class Source(NamedTuple):
    """A file, and what only this file is read with.

    Attributes
    ----------
    path : Path
    columns : tuple of str
        Names of its columns; none for those that options or headers say.
    sheet : str or None
        Sheet of a workbook.
    """

    path: Path
    columns: tuple[str, ...] = ()
    sheet: str | None = None

    def __str__(self) -> str:
        return str(self.path)


def as_source(given: Any) -> Source:
    """Read what an option says: a file, then ``#SHEET``, then ``:COLUMN,COLUMN``.

    Examples
    --------
    >>> from langalign_sk._commands._sources import as_source
    >>> as_source("book.xlsx#Sheet 2:English,Korean")[1:]
    (('English', 'Korean'), 'Sheet 2')
    """
    if isinstance(given, Source):
        return given
    text = os.fspath(given)
    if isinstance(given, Path) or text == "-" or os.path.exists(text):
        return Source(Path(text))
    columns: tuple[str, ...] = ()
    before, colon, after = text.partition(":")
    while colon and not _is_file(before):  # a drive of Windows, or part of a name
        more, colon, after = after.partition(":")
        before = f"{before}:{more}"
    if colon:
        text = before
        names = next(csv.reader([after], skipinitialspace=True), [])
        columns = tuple(name.strip() for name in names)
        if not columns or not all(columns):
            raise ValueError(f"{given}: the names of columns are missing after the colon")
    name, mark, sheet = text.rpartition("#")
    if mark and not os.path.exists(text) and ending(Path(name)) in TABLES:
        return Source(Path(name), columns, sheet)
    return Source(Path(text), columns)


def _is_file(name: str) -> bool:
    """Tell whether a part of an option is a file, perhaps with a sheet."""
    bare = name.rpartition("#")[0]
    return any(part and ending(Path(part)) in PAIRS for part in (name, bare))


@dataclass
class Account:
    """What came of a file: how many rows there were, how many are used, why not the others.

    Attributes
    ----------
    path : Path
    unit : str
        What a row is: "labelled texts", "texts", "pairs".
    n_read, n_kept : int
    left_out : dict of str to int
        Rows left out, by reason.
    notes : list of str
        What had to be found out, and what was changed.
    """

    path: Path
    unit: str
    n_read: int = 0
    n_kept: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def leave_out(self, reason: str, count: int = 1) -> None:
        """Count rows that are left out."""
        if count:
            self.left_out[reason] = self.left_out.get(reason, 0) + count

    def line(self) -> str:
        """Say it in one line."""
        of = f" of {self.n_read:,}" if self.n_read != self.n_kept else ""
        said = f"{self.path}: {self.n_kept:,}{of} {self.unit}"
        out = ", ".join(f"{count:,} {reason}" for reason, count in self.left_out.items() if count)
        said += f"; left out: {out}" if out else ""
        return f"{said} ({'; '.join(self.notes)})" if self.notes else said

    def as_dict(self) -> dict[str, Any]:
        """Return it for a file of settings or a report."""
        return {
            "file": str(self.path),
            "unit": self.unit,
            "read": self.n_read,
            "kept": self.n_kept,
            "left_out": dict(self.left_out),
            "notes": list(self.notes),
        }


def check_file(source: Source, known: Sequence[str], what: str) -> str:
    """Return the ending of a file that is there and of a known kind."""
    path = source.path
    kind = ending(path)
    if path.is_dir():
        raise ValueError(f"{path} is a folder; {what} come in a file")
    if path.exists() and not path.is_file() and ".txt" in known:
        return ".txt"  # a pipe, such as <(command), has no ending: one text a line
    if kind not in known:
        near = f"; did you mean {path}{_beside(path)}?" if _beside(path) else ""
        raise ValueError(f"{path}: the name must end in {', '.join(known)} (or that and .gz){near}")
    if not path.exists():
        near = _alike(path)
        hint = f"; there is {near}" if near else ""
        raise ValueError(f"{path}: there is no such file{hint}")
    if not os.access(path, os.R_OK):
        raise ValueError(f"{path}: not allowed to read this file")
    return kind


def _beside(path: Path) -> str:
    """Ending of the one file that is called as this one, but for its ending."""
    if path.suffix:
        return ""
    found = [kind for kind in PAIRS if path.with_name(path.name + kind).exists()]
    return found[0] if len(found) == 1 else ""


def _alike(path: Path) -> str:
    """Name of the file in the same folder that is spelt almost like this one."""
    import difflib

    try:
        names = [entry.name for entry in os.scandir(path.parent)]
    except OSError:
        return ""
    found = difflib.get_close_matches(path.name, names, n=1, cutoff=0.75)
    return str(path.with_name(found[0])) if found else ""
