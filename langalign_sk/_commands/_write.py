"""Tables that the commands write, in the format that the name says."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

#: Endings of tables with a delimiter, and of others. A name without one is written with tabs.
DELIMITERS = {".tsv": "\t", ".csv": ",", ".txt": "\t", "": "\t"}
WORKBOOK, LINES = ".xlsx", ".jsonl"


def check_table(out: Path | None) -> None:
    """Refuse a name whose format is not written, before the work."""
    if out is None or str(out) == "-" or _is_no_file(out):
        return
    if out.suffix.lower() not in (*DELIMITERS, WORKBOOK, LINES):
        raise ValueError(
            f"{out}: the name must end in .tsv, .csv, .xlsx or .jsonl, which says how the table "
            "is written"
        )


def check_folder(out: Path, marker: str | Sequence[str]) -> None:
    """Refuse a folder of other files before the work, not after it; nothing is written."""
    from langalign_sk._io import atomic_folder

    try:
        with atomic_folder(out, marker=marker):
            raise _NotYet
    except _NotYet:
        pass


class _NotYet(Exception):  # noqa: N818 - leaves the trial without writing, no error
    """Ends the trial of the output folder."""


def write_table(out: Path | None, columns: Mapping[str, Sequence[str]]) -> None:
    """Write a table to a file in the format of its name, or to standard output with tabs."""
    from langalign_sk._io import atomic_file, table, workbook

    if out is None or str(out) == "-":
        sys.stdout.write(table(columns))
        return
    kind = "" if _is_no_file(out) else out.suffix.lower()
    if kind == WORKBOOK:
        data = workbook(columns)
    elif kind == LINES:
        rows = (dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True))
        data = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows).encode(
            "utf-8", "replace"
        )
    else:
        # Without the mark, Excel takes a CSV for one in an encoding of the last century.
        text = table(columns, delimiter=DELIMITERS.get(kind, "\t"))
        data = text.encode("utf-8-sig" if kind == ".csv" else "utf-8")
    with atomic_file(out) as file:
        file.write(data)


def _is_no_file(path: Path) -> bool:
    """Tell whether a name stands for a device, a pipe or what the process has open."""
    return path.exists() and not path.is_file() and not path.is_dir()
