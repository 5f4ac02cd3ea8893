"""Tables written as a workbook of one sheet, .xlsx, which is XML in a zip file."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from typing import Final
from xml.sax.saxutils import escape

from langalign_sk._io._texts import well_formed

#: What XML may not hold, and what a spreadsheet would take for an escape.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_NUMBER = re.compile(r"\d++\.\d++", re.ASCII)
_MOST_CHARACTERS, _MOST_ROWS = 32_767, 1_048_576
_DATE = (1980, 1, 1, 0, 0, 0)

_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_KIND: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS: Final = (
    (
        "[Content_Types].xml",
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}.worksheet+xml"/>'
        "</Types>",
    ),
    (
        "_rels/.rels",
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    ),
    (
        "xl/workbook.xml",
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="texts" sheetId="1" r:id="rId1"/></sheets></workbook>',
    ),
    (
        "xl/_rels/workbook.xml.rels",
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
    ),
)


def workbook(columns: Mapping[str, Sequence[str | float]]) -> bytes:
    """Lay out columns as a workbook, a row each below a head that stays in sight.

    Columns of numbers with a point are numbers; everything else is text, so that nothing is run as
    a formula and no label becomes a date. A text longer than a cell may hold is cut.

    Examples
    --------
    >>> from langalign_sk._io import workbook
    >>> workbook({"label": ["=1+1"], "score": ["0.5"]})[:2]
    b'PK'
    """
    rows = list(zip(*columns.values(), strict=True))
    if len(rows) >= _MOST_ROWS:
        raise ValueError(
            f"{len(rows):,} rows are more than a workbook holds ({_MOST_ROWS - 1:,}): take a name "
            "that ends in .csv"
        )
    numeric = [all(_NUMBER.fullmatch(str(cell)) for cell in column) for column in columns.values()]
    lines = [
        f'<row r="{at}">{"".join(map(_cell, row, of_numbers))}</row>'
        for at, row, of_numbers in [
            (1, tuple(columns), [False] * len(columns)),
            *((at, row, numeric) for at, row in enumerate(rows, start=2)),
        ]
    ]
    sheet = (
        f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        f"</sheetView></sheetViews><sheetData>{''.join(lines)}</sheetData></worksheet>"
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in (*_PARTS, ("xl/worksheets/sheet1.xml", sheet)):
            # One date, so that equal tables are equal files.
            book.writestr(zipfile.ZipInfo(name, _DATE), _HEAD + text, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def _cell(value: str | float, numeric: bool) -> str:
    """Return a cell as XML."""
    if numeric:
        return f"<c><v>{value}</v></c>"
    text = _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", well_formed(str(value)))[:_MOST_CHARACTERS]
    # A carriage return would become a line feed on reading.
    shown = escape(_ESCAPE.sub("_x005F_", text)).replace("\r", "_x000D_")
    return f'<c t="inlineStr"><is><t xml:space="preserve">{shown}</t></is></c>'
