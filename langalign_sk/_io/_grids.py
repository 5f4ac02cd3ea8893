"""Tables as people have them: the delimiter, the encoding and the quotation are found out."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from langalign_sk._io._encodings import encoding_name, find_encoding
from langalign_sk._io._read import Columns, check_length, fail, numbered_lines, read_bytes
from langalign_sk._io._sheets import SHEETS, read_sheets
from langalign_sk._io._tables import json_record, unshielded

#: Endings of tables.
TABLES = (".tsv", ".csv", ".jsonl", *SHEETS)
_DELIMITERS = {",": '","', ";": '";"', "\t": "tab", "|": '"|"'}
_USUAL = {".csv": ",", ".tsv": "\t"}
#: Excel's own first line of a .csv.
_SEP = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_SHOWN = 10  # bad lines that an error lists
_LOOKED_AT = 200  # rows that show a delimiter


class Grid(NamedTuple):
    """Rows of cells, all as long as the first.

    Attributes
    ----------
    path : Path
    rows : list of list of str
        Cells, the first line among them.
    lines : list of int
        Where each row begins: lines as an editor counts them, or rows of a sheet.
    named : bool
        True where the first row is sure to hold the names of the columns.
    unit : str
        What `lines` counts: "line" or "row".
    read_as : tuple of str
        What had to be found out: encoding, delimiter, sheet.
    """

    path: Path
    rows: list[list[str]]
    lines: list[int]
    named: bool
    unit: str
    read_as: tuple[str, ...]


def read_grid(
    path: Path,
    *,
    langs: Sequence[str] = (),
    sheet: str | None = None,
    wanted: Callable[[Sequence[str]], bool] = bool,
) -> Grid:
    """Read a table of any kind.

    Parameters
    ----------
    path : path
        A name that ends in one of `TABLES`, or that and .gz.
    langs : sequence of str
        Languages that the texts may be in, which help to tell the encoding.
    sheet : str, optional
        The sheet of a workbook. None: the first whose head is wanted, or else the first.
    wanted : callable
        Tells of the first row of a sheet whether the table may be meant.
    """
    kind = ending(path)
    if kind in SHEETS:
        return _of_sheets(path, sheet, wanted)
    if sheet is not None:
        fail(path, None, f"#{sheet} names a sheet, which only workbooks have")
    text, encoding = read_guessed(path, langs)
    said = () if encoding in ("utf-8", "utf-8-sig") else (encoding_name(encoding),)
    if kind == ".jsonl":
        return _of_json(path, text, said)
    return _of_text(path, text, kind, said)


def read_sheet(
    path: str | os.PathLike[str], columns: Sequence[str], *, sheet: str | None = None
) -> Columns:
    """Read columns of a workbook by name; rows that lack one of the texts are left out.

    Parameters
    ----------
    path : path
        .xlsx, .ods, .xls, .xlsm or .xlsb.
    columns : sequence of str
        Names in the first row of the sheet.
    sheet : str, optional
        Name of the sheet. None: the first with these columns.
    """
    path = Path(path)
    if ending(path) not in SHEETS:
        fail(path, None, f"no workbook; the name must end in {', '.join(SHEETS)}")
    grid = _of_sheets(path, sheet, lambda head: set(columns) <= set(head))
    head, *rows = grid.rows
    for name in columns:
        if head.count(name) != 1:
            found = "no" if name not in head else "more than one"
            shown = ", ".join(repr(other[:20]) for other in head[:8])
            fail(path, None, f"{found} column {name!r}; the columns are {shown}")
    places = [head.index(name) for name in columns]
    chosen = [[row[place] for place in places] for row in rows]
    pairs = [
        (line, cells)
        for line, cells in zip(grid.lines[1:], chosen, strict=True)
        if all(text.strip() for text in cells)
    ]
    if not pairs:
        fail(path, None, "there are no rows below the header")
    texts = tuple([cells[k] for _, cells in pairs] for k in range(len(places)))
    return Columns(texts, [line for line, _ in pairs])


def read_guessed(path: Path, langs: Sequence[str] = ()) -> tuple[str, str]:
    """Return the content of a text file, without byte order mark, and its encoding."""
    path, data = (path, sys.stdin.buffer.read()) if str(path) == "-" else read_bytes(path)
    if not data:
        fail(path, None, "the file is empty")
    encoding = find_encoding(path, data, langs)
    text = data.decode(encoding).removeprefix("\ufeff")
    if not text or text.isspace():
        fail(path, None, "the file is empty")
    if "\n" not in text and "\r" in text:  # of an old Macintosh, or of Excel for one
        text = text.replace("\r", "\n")
    return text, encoding


def ending(path: Path) -> str:
    """Ending of a file's name, before a ``.gz``."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes[-1:] == [".gz"]:
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def listed_lines(bad: Sequence[tuple[int, str]], unit: str = "line") -> str:
    """Name bad lines, the first ten of many."""
    shown = [f"{unit} {number} ({what})" if what else f"{unit} {number}" for number, what in bad]
    more = f" and {len(bad) - _SHOWN:,} more" if len(bad) > _SHOWN else ""
    return ", ".join(shown[:_SHOWN]) + more


def _of_sheets(path: Path, only: str | None, wanted: Callable[[Sequence[str]], bool]) -> Grid:
    """Return the sheet that is meant."""
    sheets = list(read_sheets(path, only))
    chosen = next((one for one in sheets if wanted(one.rows[0][1])), sheets[0])
    said = (f"sheet {chosen.name!r} of {len(sheets)}",) if len(sheets) > 1 else ()
    lines, rows = zip(*chosen.rows, strict=True)
    return Grid(path, _unshielded(list(rows)), list(lines), False, "row", said)


def _of_json(path: Path, text: str, said: tuple[str, ...]) -> Grid:
    """Return the fields of JSON objects, one a line; numbers count as they are written."""
    records, lines = [], []
    bad: list[tuple[int, str]] = []
    for number, line in numbered_lines(path, text):
        record = json_record(path, number, line)
        for name, value in record.items():
            if isinstance(value, dict | list):
                kind = "object" if isinstance(value, dict) else "list"
                record[name] = None
                bad.append((number, f"field {name!r} holds a {kind}"))
        records.append(record)
        lines.append(number)
    names = list(dict.fromkeys(name for record in records for name in record))
    spoilt = {what.split("'")[1] for _, what in bad}
    nested = {name for name in names if all(r.get(name) is None for r in records)} & spoilt
    bad = [one for one in bad if one[1].split("'")[1] not in nested]
    if bad:
        fail(path, None, f"texts are needed, not parts with parts: {listed_lines(bad)}")
    rows = [[_json_cell(record.get(name)) for name in names] for record in records]
    return Grid(path, [names, *rows], [1, *lines], True, "line", said)


def _json_cell(value: object) -> str:
    """Return a value as text."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def _of_text(path: Path, text: str, kind: str, said: tuple[str, ...]) -> Grid:
    """Return the rows of a file with delimiters."""
    usual = _USUAL.get(kind, "\t")
    first = 1
    sep = _SEP.match(text)
    if sep is not None:
        text, first = text[sep.end() :], 2
    order = [sep[1]] if sep is not None else [usual, *(d for d in _DELIMITERS if d != usual)]
    head = "".join(text.splitlines(keepends=True)[:_LOOKED_AT])
    delimiter = max(order, key=lambda d: _fit(_cut(head, d)[0], d == usual))
    rows, lines, problem = _cut(text, delimiter)
    lines = [line + first - 1 for line in lines]
    if problem:
        fail(path, problem[0] + first - 1, problem[1])
    for line, row in zip(lines, rows, strict=True):
        check_length(path, line, max(map(len, row)))
    rows = _even(path, rows, lines)
    if delimiter != usual and len(rows[0]) > 1:
        said = (*said, f"{_DELIMITERS.get(delimiter, delimiter)} between columns")
    return Grid(path, _unshielded(rows), lines, False, "line", said)


def _fit(rows: Sequence[list[str]], usual: bool) -> tuple[float, bool, int]:
    """Tell how well rows fit a delimiter: share of rows of one width, and how wide they are."""
    widths = Counter(map(len, rows))
    width, count = widths.most_common(1)[0]
    if width == 1:
        return 0.0, usual, 1
    # The usual one wins unless it is clearly the worse.
    share = round(count / len(rows), 1)
    return share, usual, width


def _cut(text: str, delimiter: str) -> tuple[list[list[str]], list[int], tuple[int, str] | None]:
    """Cut text to rows: with quotation marks where they are meant, and what was wrong with it.

    In a tab-separated file a quotation mark may be a character like any other: corpora are full of
    unbalanced ones.
    """
    quoted, numbers, problem = _cut_quoted(text, delimiter)
    if delimiter != "\t" or '"' not in text:
        return quoted, numbers, problem
    pairs = [
        (number, line.removesuffix("\r").split("\t"))
        for number, line in enumerate(text.removesuffix("\n").split("\n"), 1)
        if line and not line.isspace()
    ]
    plain = [row for _, row in pairs]
    if problem is None and len(set(map(len, quoted))) == 1 and len(quoted) > 0:
        return quoted, numbers, None
    if problem is None and _odd(quoted) < _odd(plain):
        return quoted, numbers, None
    return plain, [number for number, _ in pairs], None


def _cut_quoted(
    text: str, delimiter: str
) -> tuple[list[list[str]], list[int], tuple[int, str] | None]:
    """Cut text to rows as CSV has them."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, lines = [], []
    begins = 1
    try:
        for row in reader:
            rows.append(row or [""])
            lines.append(begins)
            begins = reader.line_num + 1
    except csv.Error as error:
        if "limit" in str(error):
            problem = "a cell is longer than 131,072 characters; is a quotation mark missing?"
        elif "end of data" in str(error):
            problem = "a quotation mark is opened and never closed; write it twice, or close it"
        elif "expected after" in str(error):
            problem = "text follows a closing quotation mark; inside a cell, write it twice"
        else:
            problem = f"not valid CSV ({error})"
        return rows or [[""]], lines or [begins], (begins, problem)
    # In a file of one column, an empty line is an empty cell, but at the end; in others, nothing.
    single = max(map(len, rows)) == 1
    last = max(place for place, row in enumerate(rows) if any(cell.strip() for cell in row))
    kept = [k for k in range(last + 1) if len(rows[k]) > 1 or rows[k][0].strip() or (single and k)]
    return [rows[k] for k in kept], [lines[k] for k in kept], None


def _odd(rows: Sequence[list[str]]) -> int:
    """Count the rows that are not as long as most."""
    widths = Counter(map(len, rows))
    return len(rows) - widths.most_common(1)[0][1]


def _even(path: Path, rows: list[list[str]], lines: Sequence[int]) -> list[list[str]]:
    """Return rows of one width; empty cells at the end of a row may be too many."""
    width = len(rows[0])
    while width > 1 and not any(len(row) >= width and row[width - 1].strip() for row in rows):
        width -= 1
    bad = []
    even = []
    for row, line in zip(rows, lines, strict=True):
        if (len(row) < width and len(row) < len(rows[0])) or any(c.strip() for c in row[width:]):
            bad.append((line, f"{len(row)}"))
        even.append(row[:width])
    if bad:
        what = "line has" if len(bad) == 1 else "lines have"
        fail(
            path,
            bad[0][0] if len(bad) == 1 else None,
            f"{len(bad):,} {what} not the {len(rows[0])} fields of line {lines[0]}: "
            f"{listed_lines(bad)}; a cell with a delimiter or a line end belongs in quotation "
            "marks",
        )
    return even


def _unshielded(rows: list[list[str]]) -> list[list[str]]:
    """Take off the apostrophes that `table` put before formulas, in tables of our own."""
    if "prediction" not in rows[0]:
        return rows
    return [[unshielded(cell) for cell in row] for row in rows]
