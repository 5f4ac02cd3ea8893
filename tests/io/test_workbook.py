"""Workbooks that are written: every text comes back, and nothing is run."""

import io
import zipfile
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings, strategies

from langalign_sk._io import read_grid, workbook

python_calamine = pytest.importorskip("python_calamine")

#: What XML can't hold is replaced; of blanks around a row's end, readers differ.
TEXTS = strategies.text(
    strategies.characters(blacklist_categories=("Cs", "Cc", "Cn"), blacklist_characters="\ufeff"),
    min_size=1,
    max_size=40,
)


def rows_of(data):
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    return book.get_sheet_by_index(0).to_python()


@given(strategies.lists(TEXTS, min_size=1, max_size=5))
@settings(max_examples=40, deadline=None)
def test_every_text_comes_back(texts):
    head, *rows = rows_of(workbook({"label": [f"a{k}" for k in range(len(texts))], "text": texts}))
    assert head == ["label", "text"]
    assert [row[1] for row in rows] == texts


HOSTILE = ["=1+1", "@SUM(A1)", "_x0041_", "a\rb", "<&>\"'", "1-2", "007", " lead", "💡"]


def test_nothing_is_a_formula_a_date_or_a_number(tmp_path):
    data = workbook({"text": HOSTILE})
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    assert {cell.get("t") for cell in sheet.iter() if cell.tag.endswith("}c")} == {"inlineStr"}
    assert [row[0] for row in rows_of(data)[1:]] == HOSTILE
    (tmp_path / "book.xlsx").write_bytes(data)
    assert [row[0] for row in read_grid(tmp_path / "book.xlsx").rows[1:]] == HOSTILE


def test_columns_of_numbers_are_numbers():
    rows = rows_of(workbook({"share": ["0.25", "1.0"], "name": ["1.5", "x"]}))
    assert rows[1:] == [[0.25, "1.5"], [1.0, "x"]]


def test_what_no_cell_may_hold_is_replaced_or_cut():
    rows = rows_of(workbook({"text": ["a\x00b", "x" * 40_000, "\ud800"]}))
    assert rows[1][0] == "a\N{REPLACEMENT CHARACTER}b"
    assert len(rows[2][0]) == 32_767
    assert "\N{REPLACEMENT CHARACTER}" in rows[3][0]


def test_equal_tables_are_equal_files():
    table = {"text": ["가", "b"]}
    assert workbook(table) == workbook(table)
