"""Tables that pandas, spreadsheets and the readers here read back alike."""

import io
from functools import partial

import pandas as pd
import pytest
from hypothesis import given, strategies as st

from langalign_sk._io import read_csv, read_tsv, table, unshielded

#: What tables are made of, and what breaks them.
CHARACTERS = st.sampled_from("\"\t\n\r,;=+-@' a글＝\u2028\x85\x0b\x00\\#.1")
PANDAS_READS_NUL = pd.read_csv(io.StringIO('a\n"\0"\n'))["a"].tolist() == ["\0"]
TEXTS = st.lists(st.text(CHARACTERS, min_size=1, max_size=6).filter(str.strip), min_size=1)


@given(TEXTS, st.sampled_from("\t,"))
def test_every_row_is_read_back(tmp_path_factory, texts, delimiter):
    written = table({"n": [0.25] * len(texts), "text": texts}, delimiter=delimiter)
    frame = pd.read_csv(io.StringIO(written, newline=""), sep=delimiter, keep_default_na=False)
    assert frame["n"].tolist() == [0.25] * len(texts)
    if not pd.api.types.is_numeric_dtype(frame["text"]):
        wanted = texts if PANDAS_READS_NUL else [text.partition("\0")[0] for text in texts]
        assert [unshielded(str(cell)) for cell in frame["text"]] == wanted
    path = tmp_path_factory.getbasetemp() / "table"
    path.write_bytes(written.encode())
    read = read_csv if delimiter == "," else partial(read_tsv, quoting=True)
    found = read(path, ["text"])
    assert [unshielded(cell) for cell in found.texts[0]] == texts


@pytest.mark.parametrize(
    "text", ["=1+1", "+82 10", "-x", "@SUM(A1)", "\t=1", "\r=1", " \n=1", "＝1"]
)
def test_no_cell_is_a_formula(text):
    (cell,) = pd.read_csv(io.StringIO(table({"a": ["x"], "text": [text]})), sep="\t")["text"]
    assert cell[0] == "'"
    assert unshielded(cell).strip() == text.strip()


@pytest.mark.parametrize("text", ["'=1", "''=1", "'-1", "'tis", "-1", "+1.5", "a=1", "\ud83d"])
def test_apostrophes_of_a_text_stay_its_own(text):
    head, cell = table({"text": [text]}).splitlines()
    assert head == "text"
    assert unshielded(cell) == text.replace("\ud83d", "\ufffd")


def test_numbers_stay_numbers():
    assert table({"a": [-0.5, 2], "b": ["-1", "x"]}) == "a\tb\n-0.5\t-1\n2\tx\n"
