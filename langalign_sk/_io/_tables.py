"""Columns of TSV, CSV, JSON lines and plain text files, read and written."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from langalign_sk._io._read import Columns, fail, numbered_lines, read_text
from langalign_sk._io._texts import well_formed

Column = str | int
PathLike = str | os.PathLike[str]

#: How a cell begins that a spreadsheet would run, and apostrophes that a text may have before it.
_FORMULA = re.compile(r"'*+\s*+[=+\-@＝＋－＠]")
_NUMBER = re.compile(r"[+-]?\d++(?:\.\d++)?", re.ASCII)


def read_tsv(
    path: PathLike,
    columns: Sequence[Column],
    *,
    header: bool | None = None,
    quoting: bool = False,
    encoding: str = "utf-8",
) -> Columns:
    """Read columns of a tab-separated file.

    Parameters
    ----------
    path : path
        Plain or gzip-compressed.
    columns : sequence of str or int
        Names from the first line, or positions from 0.
    header : bool, optional
        Whether the first line holds names. None: if a column is given by name.
    quoting : bool, default=False
        Whether fields may stand in quotation marks as in CSV. By default a quotation mark is a
        character like any other: corpora are full of unbalanced ones.
    encoding : str, default="utf-8"
        Encoding of the file; a byte order mark is dropped.
    """
    path, text = read_text(path, encoding)
    if quoting:
        return _pick(path, _csv_rows(path, text, "\t"), columns, header)
    rows = ((number, line.split("\t")) for number, line in numbered_lines(path, text))
    return _pick(path, rows, columns, header)


def read_csv(
    path: PathLike,
    columns: Sequence[Column],
    *,
    header: bool | None = None,
    delimiter: str = ",",
    encoding: str = "utf-8",
) -> Columns:
    """Read columns of a CSV file; quoted fields may hold delimiters and line ends."""
    path, text = read_text(path, encoding)
    return _pick(path, _csv_rows(path, text, delimiter), columns, header)


def read_jsonl(path: PathLike, columns: Sequence[str], *, encoding: str = "utf-8") -> Columns:
    """Read fields of a file with one JSON object per line."""
    path, text = read_text(path, encoding)
    texts: tuple[list[str], ...] = tuple([] for _ in columns)
    lines = []
    for number, line in numbered_lines(path, text):
        record = json_record(path, number, line)
        for column, found in zip(columns, texts, strict=True):
            if column not in record:
                fail(path, number, f"no field {column!r}; the fields are {_listed(record)}")
            if not isinstance(record[column], str):
                kind = type(record[column]).__name__
                fail(path, number, f"field {column!r} holds a {kind}, not a text")
            found.append(record[column])
        lines.append(number)
    return Columns(texts, lines)


def read_lines(path: PathLike, *, encoding: str = "utf-8", blank: bool = False) -> Columns:
    """Read a file with one text per line; blank lines are left out, unless `blank` lets them in."""
    path, text = read_text(path, encoding)
    rows = numbered_lines(path, text, blank=blank)
    return Columns(([line for _, line in rows],), [number for number, _ in rows])


def table(columns: Mapping[str, Sequence[str | float]], *, delimiter: str = "\t") -> str:
    """Lay out columns as TSV or CSV, one line a row with a head.

    Fields that hold the delimiter, a quotation mark or a line end stand in quotation marks as in
    CSV, so that pandas and spreadsheets read every row back. A text that begins like a formula
    gets an apostrophe before it, lest a spreadsheet run it; `unshielded` takes it off.
    """
    rows = [columns.keys(), *zip(*columns.values(), strict=True)]
    special = re.compile(rf'["\r\n{re.escape(delimiter)}]')
    lines = []
    for row in rows:
        cells = map(_shielded, row)
        quoted = ('"' + c.replace('"', '""') + '"' if special.search(c) else c for c in cells)
        lines.append(delimiter.join(quoted))
    return "\n".join(lines) + "\n"


def text_table(rows: Sequence[Sequence[str]]) -> str:
    """Align columns of plain ASCII cells under a ruled head; the last column may hold any text."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def unshielded(cell: str) -> str:
    """Return the text that `table` made the cell of."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _shielded(field: str | float) -> str:
    """Return a field as it stands in a table, valid in UTF-8 and no formula."""
    if not isinstance(field, str):
        return str(field)
    text = well_formed(field)
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def json_record(path: Path, number: int, line: str) -> dict[str, Any]:
    """Read the object on a line of JSON."""
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        fail(path, number, f"not valid JSON ({error.msg}, column {error.colno})")
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits, brackets in brackets
        fail(path, number, f"JSON that is too large ({str(error)[:60]})")
    if not isinstance(record, dict):
        fail(path, number, f"a JSON object is needed, got a {type(record).__name__}")
    return record


def _csv_rows(path: Path, text: str, delimiter: str) -> Iterable[tuple[int, list[str]]]:
    """Rows of a CSV file with the line each begins on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        begins = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            more = "; csv.field_size_limit(N) lets longer ones in" if "limit" in str(error) else ""
            fail(path, begins, f"not valid CSV ({error}){more}")
        if row:
            yield begins, row


def _pick(
    path: Path,
    rows: Iterable[tuple[int, list[str]]],
    columns: Sequence[Column],
    header: bool | None,
) -> Columns:
    """Chosen fields of rows that all have as many fields as the first."""
    rows = iter(rows)
    number, first = next(rows)  # not empty: read_text has looked
    named = any(isinstance(column, str) for column in columns)
    if named and header is False:
        raise ValueError(f"header=False, but {list(columns)} has names: give positions from 0")
    positions = [_position(path, number, first, column, named) for column in columns]
    texts: tuple[list[str], ...] = tuple([] for _ in columns)
    lines: list[int] = []

    def add(number: int, row: list[str]) -> None:
        if len(row) != len(first):
            fail(path, number, f"{_fields(len(row))}, but {_fields(len(first))} on line {start}")
        for position, found in zip(positions, texts, strict=True):
            found.append(row[position])
        lines.append(number)

    start = number
    if not (named if header is None else header):
        add(number, first)
    for number, row in rows:
        add(number, row)
    if not lines:
        fail(path, None, "there are no rows below the header")
    return Columns(texts, lines)


def _position(path: Path, line: int, first: list[str], column: Column, named: bool) -> int:
    """Index of a column given by name or by position."""
    if isinstance(column, str):
        if first.count(column) != 1:
            found = "no" if column not in first else "more than one"
            fail(path, line, f"{found} column {column!r}; the columns are {_listed(first)}")
        return first.index(column)
    if isinstance(column, bool) or not isinstance(column, int):
        raise TypeError(f"a column is a name or a position, got a {type(column).__name__}")
    if not 0 <= column < len(first):
        fail(path, line, f"no column {column}; there are {_fields(len(first))}, counted from 0")
    return column


def _fields(count: int) -> str:
    """Say a number of fields in words."""
    return "1 field" if count == 1 else f"{count} fields"


def _listed(names: Iterable[Any]) -> str:
    """First names for an error: where the header is missing they are texts, so cut short."""
    shown = [repr(str(name)[:20]) for name in names]
    return ", ".join(shown[:8]) + (f", ... ({len(shown)} in all)" if len(shown) > 8 else "")
