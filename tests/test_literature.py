"""What `benchmarks.literature` counts and reads; what it finds on real data is not tested here."""

import numpy as np
import pytest

from benchmarks import literature, literature_data
from benchmarks.literature_data import LANGUAGES, Pairs, gain, stacked
from benchmarks.literature_rows import Case, Row
from benchmarks.real_data import read_tsv


def test_words_are_a_dictionary_of_six_languages():
    words = read_tsv(literature_data.WORDS)
    assert sorted(words) == sorted(("en", *LANGUAGES))
    for column in words.values():
        folded = [word.lower() for word in column]
        assert len(set(folded)) == len(column) > 1000
        assert all(word.strip() == word != "" for word in column)


def test_a_gain_is_that_of_the_same_rows():
    before = np.array([True, False] * 50)
    found = gain(before, np.ones(100, dtype=bool))
    assert (found.before, found.after) == (0.5, 1.0)
    assert found.low == pytest.approx(0.5 - 1.96 * 0.05)
    assert gain(before, before) == (0.5, 0.5, 0.0, 0.0)


def test_pairs_are_stacked_side_by_side():
    S, T = stacked([Pairs(np.eye(2), np.eye(2, 3)), Pairs(np.ones((1, 2)), np.zeros((1, 3)))])
    assert S.tolist() == [[1, 0], [0, 1], [1, 1]]
    assert T.tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 0]]


def test_the_table_says_where_a_statement_holds(capsys):
    cases = [Case("USE ko", (0.5, 0.6), True), Case("USE it", (0.5, 0.4), False)]
    row = Row("SOME", "it rises", "before, after", lambda material: iter(cases))
    found = literature.measured(row, None)
    assert found["holds"] == 1
    literature.show({"7": found}, cases=True)
    said = capsys.readouterr().out
    assert "7    SOME    1 of 2  it rises" in said
    assert "+ USE ko: 0.500 0.600" in said
    assert "- USE it: 0.500 0.400" in said
