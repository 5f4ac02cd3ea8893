"""Texts from any container: read as they are, or refused with the row named."""

import enum
import subprocess
import sys
from collections import OrderedDict, deque

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, strategies as st
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer

from langalign_sk._io._frames import language_column
from langalign_sk._io._texts import as_texts

TEXTS = ["환불", "refund", ""]
NULL = pd.NA
STRING = np.dtypes.StringDType() if hasattr(np.dtypes, "StringDType") else object  # NumPy 2 has it


class Arrow:
    """As much of an Arrow table as counts: names, data under ``columns``, no iteration."""

    def __init__(self, **data):
        self._data = data

    column_names = property(lambda self: list(self._data))
    columns = property(lambda self: [self[name] for name in self._data])

    def __getitem__(self, name):
        return ArrowColumn(self._data[name])


class ArrowColumn:
    """A column whose items are only Python objects after to_pylist."""

    def __init__(self, values):
        self._values = values

    def to_pylist(self):
        return list(self._values)


@pytest.mark.parametrize(
    "X",
    [
        list(TEXTS),
        tuple(TEXTS),
        iter(TEXTS),
        (text for text in TEXTS),
        deque(TEXTS),
        OrderedDict.fromkeys(TEXTS).keys(),
        np.array(TEXTS),
        np.array(TEXTS, dtype=object),
        np.array(TEXTS)[:, None],
        np.array(TEXTS, dtype=object)[:, None],
        np.array(TEXTS, dtype=STRING),
        np.ma.masked_array(np.array(TEXTS, dtype=object)),
        [np.str_(text) for text in TEXTS],
        pd.Series(TEXTS, index=[2, 0, 1]),
        pd.Series(TEXTS, dtype=object),
        pd.Series(TEXTS, dtype="string"),
        pd.Series(TEXTS, dtype="category"),
        pd.Index(TEXTS),
        pd.DataFrame({"text": TEXTS}, index=[7, 7, 7]),
        pd.array(TEXTS, dtype="string"),
        pl.Series(TEXTS),
        pl.Series(TEXTS, dtype=pl.Categorical),
        pl.DataFrame({"text": TEXTS}),
        Arrow(text=TEXTS),
        ArrowColumn(TEXTS),
    ],
    ids=lambda X: f"{type(X).__module__}.{type(X).__name__}",
)
def test_every_container_gives_its_rows_in_order(X):
    if isinstance(X, ArrowColumn):
        X = X.to_pylist()
    texts = as_texts(X)
    assert texts == TEXTS
    assert type(texts) is list
    assert {type(text) for text in texts} == {str}


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame, lambda data: Arrow(**data)])
def test_a_column_is_taken_by_name(frame):
    X = frame({"id": [1, 2], "text": ["a", "b"]})
    assert as_texts(X, column="text") == ["a", "b"]


def test_column_says_nothing_about_inputs_without_columns():
    assert as_texts(["a"], column="text") == ["a"]


def test_column_names_need_not_be_str():
    X = pd.DataFrame([["a", 1]], columns=[("t", 0), 5])
    assert as_texts(X, column=("t", 0)) == ["a"]


@pytest.mark.parametrize(
    "X",
    [[], (), iter([]), np.array([], dtype=object), pd.Series([], dtype=object), pl.Series([])],
    ids=lambda X: type(X).__name__,
)
def test_empty_input_is_an_empty_list(X):
    assert as_texts(X) == []


def test_the_result_is_a_new_list():
    X = ["a"]
    as_texts(X).append("b")
    assert X == ["a"]


def test_characters_survive():
    odd = ["\ud800", "a\x00b", "\r\n", "e\u0301", "🧑‍🚀", " \u3000"]
    assert as_texts(odd) == odd
    assert as_texts(np.array(odd, dtype=object)) == odd


def test_subclasses_of_str_give_their_characters():
    class Topic(str, enum.Enum):  # noqa: UP042  # what str() shows here is "Topic.A", on purpose
        A = "billing"

    assert as_texts([Topic.A]) == ["billing"]
    assert type(as_texts([Topic.A])[0]) is str


@given(st.lists(st.text(st.characters(codec=None), max_size=20), max_size=8))
def test_containers_agree(texts):
    array = np.array(texts, dtype=object)
    assert as_texts(texts) == as_texts(array) == as_texts(array[:, None]) == texts
    assert as_texts(pd.Series(texts, dtype=object)) == texts


@pytest.mark.parametrize(
    "X",
    [
        ["a", None, "b", None],
        np.array(["a", np.nan, "b", None], dtype=object),
        pd.Series(["a", None, "b", np.nan], dtype="string"),
        pd.Series(["a", None, "b", None], dtype="category"),
        pd.Series(["a", NULL, "b", pd.NaT], dtype=object),
        pl.Series(["a", None, "b", None]),
        pd.DataFrame({"t": ["a", None, "b", None]}),
        ["a", np.float32("nan"), "b", float("nan")],
    ],
    ids=lambda X: type(X).__name__,
)
def test_missing_values(X):
    with pytest.raises(
        ValueError, match=r"row 1 is (None|NaN|NA) \(2 of 4 rows.*missing=\"empty\""
    ):
        as_texts(X)
    assert as_texts(X, missing="empty") == ["a", "", "b", ""]


def test_a_column_without_any_text_is_all_missing():
    X = pd.Series([np.nan, np.nan])
    assert as_texts(X, missing="empty") == ["", ""]
    with pytest.raises(ValueError, match="missing values"):
        as_texts(X)


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (["a", 3, 4.0], r"row 1 is of type int \(2 of 3 rows: int x 1, float x 1\)"),
        (["a", b"b"], r"row 1 is of type bytes \(1 of 2 rows.*decode bytes first"),
        (["a", ["b"]], "row 1 is of type list"),
        (["a", True], "row 1 is of type bool"),
        (pd.Series(["a", 1], dtype=object), "row 1 is of type int"),
        (pl.Series([b"a"]), "row 0 is of type bytes"),
        (np.array([b"a"]), "row 0 is of type bytes"),
        ([1, 2], "X holds numbers, not texts: row 0"),
        (np.arange(3), "X holds numbers, not texts"),
        (pd.Series([1.5, 2.5]), "X holds numbers, not texts"),
        (np.zeros((3, 4)), "X holds numbers, not texts .3 x 4 ndarray"),
        (np.zeros((3, 1)), "X holds numbers, not texts"),
        (sparse.csr_array(np.eye(3)), "X holds numbers, not texts"),
    ],
)
@pytest.mark.parametrize("missing", ["error", "empty"])
def test_nothing_is_turned_into_text(X, message, missing):
    with pytest.raises(TypeError, match=message):
        as_texts(X, missing=missing)


def test_a_missing_value_beside_a_number_names_both():
    with pytest.raises(TypeError, match=r"row 1 is NaN \(2 of 3 rows: float x 1, int x 1\)"):
        as_texts(["a", float("nan"), 3])


def test_texts_stay_out_of_errors():
    with pytest.raises(TypeError) as caught:
        as_texts(["a", ["my secret letter"]])
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("X", ["refund", np.str_("refund")])
def test_a_bare_string_reads_as_in_scikit_learn(X):
    with pytest.raises(ValueError, match="string object received") as ours:
        as_texts(X)
    with pytest.raises(ValueError, match="string object received"):
        CountVectorizer().fit_transform(X)
    assert "wrap it in a list" in str(ours.value)


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        (b"refund", ValueError, "got bytes: decode it and wrap it in a list"),
        ({"a": 1}, TypeError, "got dict"),
        ({"a"}, TypeError, "got set"),
        (3, TypeError, "got int"),
        (None, TypeError, "got NoneType"),
        (np.array("a"), ValueError, "0-dimensional"),
        (np.array([["a", "b"]]), ValueError, "X holds two texts a row, where one is wanted"),
        (np.empty((0, 0), dtype=object), ValueError, "got a 0 x 0 ndarray"),
        (pl.LazyFrame({"a": ["x"]}), TypeError, "call .collect()"),
        (pd.DataFrame(), ValueError, "0 columns"),
    ],
    ids=lambda value: None if isinstance(value, type | str) else type(value).__name__,
)
def test_containers_that_are_refused(X, error, message):
    with pytest.raises(error, match=message):
        as_texts(X)


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame, lambda data: Arrow(**data)])
def test_frames_name_their_columns(frame):
    X = frame({"text": ["private"], "label": ["b"]})
    with pytest.raises(ValueError, match=r"2 columns \('text', 'label'\).*column=") as caught:
        as_texts(X)
    assert "private" not in str(caught.value)
    with pytest.raises(ValueError, match=r"no column 'txt'; its columns are 'text', 'label'"):
        as_texts(X, column="txt")
    with pytest.raises(ValueError, match=r"lang_column='lang': X has no column 'lang'"):
        language_column(X, "lang", 1)


def test_many_columns_are_counted():
    X = pd.DataFrame(np.zeros((1, 300)))
    with pytest.raises(ValueError, match=r"11, ... \(300 in all\)"):
        as_texts(X)


def test_two_columns_of_one_name():
    X = pd.DataFrame([["a", "b"]], columns=["t", "t"])
    with pytest.raises(ValueError, match="2 columns named 't'"):
        as_texts(X, column="t")


def test_errors_speak_of_the_input():
    with pytest.raises(ValueError, match="^source has missing values"):
        as_texts([None], what="source")


def test_unknown_missing():
    with pytest.raises(ValueError, match='missing must be "error" or "empty"'):
        as_texts([], missing="drop")


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame, lambda data: Arrow(**data)])
def test_language_codes_are_read(frame):
    X = frame({"text": ["a", "b"], "lang": ["en", "zh-TW"]})
    assert language_column(X, "lang", 2) == ["en", "zh-TW"]


def test_categorical_language_codes():
    X = pd.DataFrame({"lang": pd.Series(["en", "ko"], dtype="category")})
    codes = language_column(X, "lang", 2)
    assert codes == ["en", "ko"]
    assert {type(code) for code in codes} == {str}


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        (["en", None], "row 1 holds .*, not a language code .1 such rows of 2"),
        (["en", 3], "row 1 holds int"),
        (["", "en"], "row 0 holds an empty str"),
    ],
)
def test_wrong_language_codes(codes, message):
    with pytest.raises(ValueError, match=message):
        language_column(pd.DataFrame({"lang": pd.Series(codes, dtype=object)}), "lang", 2)


def test_language_codes_need_a_frame():
    with pytest.raises(TypeError, match="X must be a frame; got list"):
        language_column(["a"], "lang", 1)


def test_language_codes_need_one_per_text():
    with pytest.raises(ValueError, match="column 'lang' has 1 rows, the texts 2"):
        language_column(pd.DataFrame({"lang": ["en"]}), "lang", 2)


def test_neither_pandas_nor_polars_is_needed():
    """Frames are told by their shape; scikit-learn alone decides whether it imports pandas."""
    code = (
        "import sys; sys.modules.update(pandas=None, polars=None);"
        "from langalign_sk._io._texts import as_texts; import numpy as np;"
        "assert as_texts(np.array([['a'], [None]], dtype=object), missing='empty') == ['a', '']"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
