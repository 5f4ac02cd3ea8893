"""Rows of two texts from any container: read as they are, or refused with row and column named."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, strategies as st

from langalign_sk._io._texts import as_text_rows, as_texts, quoted
from tests.io.test_texts import Arrow

ROWS = [("it rains", "it is wet"), ("비가 온다", ""), ("it rains", "it is dry")]
FIRST, SECOND = (list(side) for side in zip(*ROWS, strict=True))


@pytest.mark.parametrize(
    "X",
    [
        ROWS,
        tuple(ROWS),
        iter(ROWS),
        zip(FIRST, SECOND, strict=True),
        [list(row) for row in ROWS],
        [np.array(row, dtype=object) for row in ROWS],
        np.array(ROWS),
        np.array(ROWS, dtype=object),
        pd.Series(ROWS),
        pl.Series([list(row) for row in ROWS]),
    ],
    ids=lambda X: f"{type(X).__module__}.{type(X).__name__}",
)
def test_every_container_gives_its_rows_in_order(X):
    rows = as_text_rows(X)
    assert rows == ROWS
    assert {type(row) for row in rows} == {tuple}
    assert {type(text) for row in rows for text in row} == {str}


@pytest.mark.parametrize("column", [("p", "h"), ["p", "h"]])
@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame, lambda data: Arrow(**data)])
def test_two_columns_by_name(frame, column):
    X = frame({"p": FIRST, "id": [1, 2, 3], "h": SECOND})
    assert as_text_rows(X, column=column) == ROWS
    assert as_text_rows(X, column=column[::-1]) == [row[::-1] for row in ROWS]
    assert as_text_rows(X, column="h") == SECOND


def test_a_tuple_that_is_a_name_is_one_column():
    X = pd.DataFrame([["a", "b", "c"]], columns=[("t", 0), "t", 0])
    assert as_text_rows(X, column=("t", 0)) == ["a"]
    assert as_text_rows(X, column=("t", ("t", 0))) == [("b", "a")]


@given(st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), min_size=1, max_size=6))
def test_containers_agree(rows):
    array = np.empty((len(rows), 2), dtype=object)
    array[:] = rows
    assert as_text_rows(array) == as_text_rows(list(map(list, rows))) == rows
    assert as_text_rows(pd.DataFrame(array, columns=["p", "h"]), column=("p", "h")) == rows


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_a_missing_text_is_named_by_row_and_column(frame):
    X = frame({"premise": ["a", "b", "c"], "hypothesis": ["x", None, None]})
    with pytest.raises(
        ValueError,
        match=r"row 1, column 'hypothesis' is (None|NaN) \(2 of 6 texts.*missing=\"empty\"",
    ):
        as_text_rows(X, column=("premise", "hypothesis"))
    read = as_text_rows(X, column=("premise", "hypothesis"), missing="empty")
    assert read == [("a", "x"), ("b", ""), ("c", "")]


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        ([("a", "b"), ("c", None)], ValueError, "row 1, second text is None"),
        ([("a", "b"), None], ValueError, "row 1, first text is None"),
        ([("a", "b"), (3, "d")], TypeError, "row 1, first text is of type int"),
        ([("a", "b"), ("c", "d", "e")], ValueError, "row 1 holds 3 texts.*one text or two"),
        ([("a", "b"), "c"], ValueError, "mixes rows of one text and rows of two.*row 1"),
        (["c", ("a", "b")], ValueError, "row 1 holds two, row 0 is of type str"),
        ([[0.5, 0.5], [1.0, 0.0]], TypeError, "holds numbers, not texts: row 0, first text"),
        (np.eye(2), TypeError, "holds numbers, not texts .2 x 2 ndarray"),
        (np.array([["a", "b", "c"]]), ValueError, "one text per row, or two, got a 1 x 3"),
    ],
    ids=str,
)
def test_rows_that_are_refused(X, error, message):
    with pytest.raises(error, match=message):
        as_text_rows(X)


def test_columns_that_are_refused():
    X = pd.DataFrame({"p": ["a"], "h": ["b"], "label": ["c"]})
    with pytest.raises(ValueError, match=r"'g'.*X has no column 'g'; its columns are 'p', 'h'"):
        as_text_rows(X, column=("p", "g"))
    with pytest.raises(ValueError, match="names 3 columns; a row holds one text or two"):
        as_text_rows(X, column=("p", "h", "label"))
    with pytest.raises(ValueError, match=r"2 columns .*or both of them with column=\('p', 'h'\)"):
        as_text_rows(X[["p", "h"]])


def test_where_one_text_is_wanted():
    with pytest.raises(ValueError, match="source holds two texts a row, where one is wanted"):
        as_texts(ROWS, what="source")


def test_both_are_quoted_in_errors():
    assert quoted(("a", "b" * 50)) == f"('a', '{'b' * 39}…')"
