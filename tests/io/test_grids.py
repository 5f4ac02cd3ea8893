"""Tables of any kind, with what had to be found out."""

import csv
import io

import pytest
from hypothesis import given, settings, strategies as st

from langalign_sk import ParallelCorpus
from langalign_sk._io import read_grid, read_sheet
from langalign_sk.corpus import TextPool

CELL = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff\x85"), max_size=8
)


def grid(folder, name, content, **how):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_grid(path, **how)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.txt"])
def test_delimiters_are_found(delimiter, name, tmp_path):
    rows = [["text", "label"], ["a, b; c | d", "x"], ["it's fine", "y"], ["plain", "z"]]
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows(rows)
    found = grid(tmp_path, name, file.getvalue())
    assert found.rows == rows
    assert found.lines == [1, 2, 3, 4]
    usual = "," if name == "a.csv" else "\t"
    assert bool(found.read_as) == (delimiter != usual)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=6), st.sampled_from(",;\t|"))
def test_what_a_spreadsheet_writes_is_read_back(tmp_path_factory, rows, delimiter):
    rows = [["text", "label"], *[[a.replace("\t", " ") + "x", b + "y"] for a, b in rows]]
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)
    name = "a.tsv" if delimiter == "\t" else "a.csv"
    found = grid(tmp_path_factory.mktemp("grid"), name, file.getvalue())
    assert found.rows == rows


def test_quotation_marks_of_a_corpus_are_characters(tmp_path):
    found = grid(tmp_path, "a.tsv", 'en\tko\n"Hello" he said\t안녕\n5" screen\t화면\n')
    assert found.rows[1:] == [['"Hello" he said', "안녕"], ['5" screen', "화면"]]
    found = grid(tmp_path, "b.tsv", 'en\tko\n"two\nlines ""here"""\t안녕\nplain\t화면\n')
    assert found.rows[1:] == [['two\nlines "here"', "안녕"], ["plain", "화면"]]
    assert found.lines == [1, 2, 4]


def test_lines_are_those_of_an_editor(tmp_path):
    found = grid(tmp_path, "a.csv", 'text,label\r\n"a\r\nb",x\r\n\r\nc,y\r\n')
    assert found.lines == [1, 2, 5]
    assert grid(tmp_path, "b.csv", "text,label\ra,x\rb,y").lines == [1, 2, 3]
    assert grid(tmp_path, "c.csv", "sep=;\ntext;label\na;x\n").lines == [2, 3]


def test_an_empty_line_of_one_column_is_an_empty_cell(tmp_path):
    assert grid(tmp_path, "a.csv", "text\na\n\nb\n\n\n").rows == [["text"], ["a"], [""], ["b"]]
    assert grid(tmp_path, "b.csv", "text,x\na,1\n\nb,2\n\n").rows == [
        ["text", "x"],
        ["a", "1"],
        ["b", "2"],
    ]


def test_numbers_of_json_are_texts_and_nested_fields_do_not_matter(tmp_path):
    lines = '{"text": "a", "label": 3, "meta": {"x": 1}}\n{"text": "b", "label": null}\n'
    assert grid(tmp_path, "a.jsonl", lines).rows == [
        ["text", "label", "meta"],
        ["a", "3", ""],
        ["b", "", ""],
    ]
    with pytest.raises(ValueError, match=r"line 2 \(field 'text' holds a list\)"):
        grid(tmp_path, "b.jsonl", '{"text": "a"}\n{"text": ["b"]}\n')


@pytest.fixture
def book(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("python_calamine")
    made = openpyxl.Workbook()
    made.active.append(["notes"])
    sheet = made.create_sheet("Pairs")
    sheet.append([None, "en", "ko"])
    for row in (
        ["Hello", "안녕"],
        ["3", 4.5],
        [True, 12.0],
        ["no other side", None],
        ["Bye", "잘 가"],
    ):
        sheet.append([None, *row])
    hidden = made.create_sheet("Hidden")
    hidden.append(["en", "ko"])
    hidden.sheet_state = "hidden"
    made.save(tmp_path / "b.xlsx")
    return tmp_path / "b.xlsx"


def test_a_workbook(book):
    found = read_grid(book, wanted=lambda head: "en" in head)
    assert found.read_as == ("sheet 'Pairs' of 3",)
    assert (found.unit, found.lines) == ("row", [1, 2, 3, 4, 5, 6])
    assert found.rows[1:4] == [["Hello", "안녕"], ["3", "4.5"], ["TRUE", "12"]]
    assert read_grid(book, sheet="Hidden").rows == [["en", "ko"]]
    with pytest.raises(ValueError, match="no sheet 'X'; the sheets are 'Sheet', 'Pairs', 'Hidden'"):
        read_grid(book, sheet="X")


def test_corpora_and_pools_of_a_workbook(book):
    pairs = ParallelCorpus.from_sheet(book, "en", "ko", target_lang="ko")
    assert pairs.source == ("Hello", "3", "TRUE", "Bye")
    assert TextPool.from_sheet(book, "ko", lang="ko", sheet="Pairs").rows[0] == "안녕"
    assert read_sheet(book, ["ko"]).lines == [2, 3, 4, 6]
    with pytest.raises(ValueError, match="no column 'en'; the columns are 'notes'"):
        ParallelCorpus.from_sheet(book, "en", "de", target_lang="de")
    with pytest.raises(ValueError, match="no workbook; the name must end in"):
        TextPool.from_sheet("a.csv", "ko", lang="ko")
