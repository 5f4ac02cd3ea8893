"""Workbooks of spreadsheets, .xlsx and .ods: their cells as texts."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from langalign_sk._io._read import check_length, fail, limit

#: Endings of workbooks; the last three come with the package that reads the first two.
SHEETS = (".xlsx", ".ods", ".xls", ".xlsm", ".xlsb")
_MOST_CELLS = 2**24


class Sheet(NamedTuple):
    """One sheet of a workbook: a name, and rows of equally many cells, with their numbers."""

    name: str
    rows: list[tuple[int, list[str]]]


def read_sheets(path: Path, only: str | None = None) -> Iterator[Sheet]:
    """Give the sheets of a workbook that hold anything, hidden ones last.

    Parameters
    ----------
    path : path
        The workbook.
    only : str, optional
        Name of the one sheet that is wanted.

    Yields
    ------
    Sheet
        Cells as text: numbers without needless zeros, dates as ISO 8601 writes them.
    """
    try:
        import python_calamine
    except ImportError:
        fail(
            path,
            None,
            "workbooks are read with the package python-calamine: pip install "
            "'langalign-sk[sheets]', or save the sheet as .csv",
        )
    if not path.is_file():
        raise FileNotFoundError(2, "No such file or directory", str(path))
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
    except python_calamine.PasswordError:
        fail(path, None, "is protected by a password: save it without")
    except Exception as error:  # of the package, or of Rust below it
        fail(path, None, f"no workbook that can be read ({error}); save it again, or as .csv")
    names = list(book.sheet_names)
    if only is not None:
        if only not in names:
            shown = ", ".join(repr(name) for name in names[:8])
            fail(path, None, f"no sheet {only!r}; the sheets are {shown}")
        names = [only]
    hidden = {
        about.name
        for about in book.sheets_metadata
        if about.visible != python_calamine.SheetVisibleEnum.Visible
    }
    found = False
    for name in sorted(names, key=hidden.__contains__):
        rows = _rows(path, book, name)
        if rows:
            found = True
            yield Sheet(name, rows)
    if not found:
        fail(path, None, "the file is empty" if only is None else f"sheet {only!r} is empty")


def _rows(path: Path, book: Any, name: str) -> list[tuple[int, list[str]]]:
    """Return the rows of a sheet that are not empty, from the first column that is not."""
    try:
        sheet = book.get_sheet_by_name(name)
        height, width = sheet.total_height + 1, sheet.total_width + 1  # these are the last places
        if height * width > limit("CELLS", _MOST_CELLS):
            fail(
                path,
                None,
                f"sheet {name!r} has {height:,} x {width:,} cells; "
                "LANGALIGN_MAX_CELLS=N in the environment lets more in",
            )
        cells = sheet.to_python(skip_empty_area=False)
    except ValueError:
        raise
    except Exception as error:  # a chart, or damage further down
        fail(path, None, f"sheet {name!r} can't be read ({error})")
    texts = [[_text(cell) for cell in row] for row in cells]
    used = [any(row[k].strip() for row in texts) for k in range(max(map(len, texts), default=0))]
    columns = range(used.index(True), len(used) - used[::-1].index(True)) if any(used) else ()
    rows = [(number, [row[k] for k in columns]) for number, row in enumerate(texts, 1)]
    full = [place for place, (_, row) in enumerate(rows) if any(cell.strip() for cell in row)]
    kept = rows[full[0] : full[-1] + 1] if full else []
    for number, row in kept:
        check_length(path, number, max(map(len, row)))
    return kept


def _text(cell: Any) -> str:
    """Return a cell as one would type it."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    return str(cell)
