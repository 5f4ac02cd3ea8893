"""What `benchmarks.rows` counts, keeps and shows; what it finds on real data is not tested here."""

import importlib
import json

import numpy as np
import pytest

from benchmarks import real_data, results, rows, rows_page
from benchmarks.rows_base import GROUPS, ROWS, Found, Row, arrow, count, level, span
from benchmarks.rows_data import LANGUAGES, WORDS, Gain, Pairs, carried, gain, stacked
from benchmarks.rows_words import LINKS
from langalign_sk import LangAligner, ParallelCorpus, ReverseAligner
from langalign_sk.words import read_pharaoh


def test_words_are_a_dictionary_of_six_languages():
    words = real_data.read_tsv(WORDS)
    assert sorted(words) == sorted(("en", *LANGUAGES))
    for column in words.values():
        folded = [word.lower() for word in column]
        assert len(set(folded)) == len(column) > 1000
        assert all(word.strip() == word != "" for word in column)


def test_links_by_hand_are_in_the_usual_format(tmp_path):
    table = real_data.read_tsv(LINKS)
    file = tmp_path / "links.txt"
    file.write_text("\n".join(table["links"]), "utf-8")
    gold = read_pharaoh(file)
    assert len(set(zip(table["lang"], table["row"], strict=True))) == len(gold) > 50
    assert all(links.sure and links.sure <= links.possible for links in gold)


def test_a_gain_is_that_of_the_same_rows():
    before = np.array([True, False] * 50)
    found = gain(before, np.ones(100, dtype=bool))
    assert (found.before, found.after) == (0.5, 1.0)
    assert found.low == pytest.approx(0.5 - 1.96 * 0.05)
    assert gain(before, before) == (0.5, 0.5, 0.0, 0.0)
    assert arrow(found).startswith("0.500 to 1.000 [+0.402, ")


def test_what_is_level():
    assert level(Gain(0.5, 0.496, -0.01, -0.001))
    assert level(Gain(0.5, 0.49, -0.03, 0.01))
    assert not level(Gain(0.5, 0.49, -0.015, -0.005))


def test_words_on_cases():
    assert count({"a": True, "b": False}) == "in 1 of 2 cases (not b)"
    assert count({"a": True}) == "in 1 of 1 cases"
    assert span([0.2, 0.1]) == "0.100 to 0.200"
    assert span([0.1]) == "0.100"


def test_pairs_are_stacked_side_by_side():
    S, T = stacked([Pairs(np.eye(2), np.eye(2, 3)), Pairs(np.ones((1, 2)), np.zeros((1, 3)))])
    assert S.tolist() == [[1, 0], [0, 1], [1, 1]]
    assert T.tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 0]]


def test_one_side_moves_in_one_space_and_both_are_there_in_two():
    rng = np.random.default_rng(0)
    S, T = rng.standard_normal((50, 4)), rng.standard_normal((50, 3))
    one = ParallelCorpus(S, S + 1, target_lang="ko")
    E, X = carried(LangAligner, S, T[:, [0, 1, 2, 0]], one)
    assert np.array_equal(X, T[:, [0, 1, 2, 0]])
    assert not np.array_equal(E, S)
    E, X = carried(ReverseAligner, S, S + 1, one)
    assert np.array_equal(E, S)
    two = ParallelCorpus(S, T, target_lang="ko")
    left, right = np.pad(S, ((0, 0), (0, 3))), np.pad(T, ((0, 0), (4, 0)))
    E, X = carried(LangAligner, left, right, two)
    assert E.shape[1] == X.shape[1]
    assert not np.array_equal(E, left)


@pytest.fixture
def two_rows(monkeypatch):
    """A row that holds and one that breaks."""

    def broken(material):
        raise KeyError("no such file")

    def fine(material):
        return Found(True, {"USE ko": {"P@1": np.float64(0.123456), "n": 3}}, "It rises.")

    for name, measure in (("7", fine), ("8", broken)):
        made = Row(
            "C1", f"SOME {name}", "It rises.", "it rises", "words", ("maps.RidgeMap",), measure
        )
        monkeypatch.setitem(ROWS, name, made)
    return ROWS


def test_a_row_that_breaks_does_not_hold_and_says_why(two_rows):
    found = rows.measured(two_rows["8"], None)
    assert not found["holds"]
    assert "KeyError: 'no such file'" in found["said"]


def test_figures_are_such_as_json_holds(two_rows):
    found = rows.measured(two_rows["7"], None)
    assert json.loads(json.dumps(found))["figures"] == {"USE ko": {"P@1": 0.1235, "n": 3}}


def test_the_table_says_where_a_statement_holds(two_rows, capsys):
    table = {name: rows.measured(two_rows[name], None) for name in ("7", "8")}
    rows.show(table, figures=True)
    said = capsys.readouterr().out
    assert "7    SOME 7  yes    It rises." in said
    assert "1 of 2 hold" in said
    assert "'P@1': 0.1235" in said


def test_rows_are_kept_until_their_source_changes(two_rows, tmp_path, monkeypatch):
    kept = rows.Kept(tmp_path / "rows.json", keep=False)
    kept.put("7", {"holds": True, "said": "It rises.", "seconds": 1.0})
    assert rows.Kept(tmp_path / "rows.json", keep=False).rows["7"]["said"] == "It rises."
    monkeypatch.setattr(rows, "library_tag", lambda: "another")
    assert rows.Kept(tmp_path / "rows.json", keep=False).rows == {}
    assert list(rows.Kept(tmp_path / "rows.json", keep=True).rows) == ["7"]


def test_rows_that_are_not_there_are_named(two_rows, capsys):
    with pytest.raises(SystemExit):
        rows.main(["--only", "7,1000"])
    assert "no row 1000" in capsys.readouterr().err


def test_every_row_has_a_chapter_and_points_at_public_names():
    for name, row in ROWS.items():
        assert row.group in GROUPS, name
        assert row.shows, name
        for shown in row.shows:
            room, _, own = shown.rpartition(".")
            assert own in importlib.import_module(f"langalign_sk.{room}").__all__, (name, shown)


def test_the_page_shows_each_row_with_its_command(two_rows):
    found = {name: rows.measured(two_rows[name], None) for name in ("7", "8")}
    page = rows_page.rendered({"rows": found, "versions": {"numpy": "1"}})
    assert "Of 2 statements 1 hold." in page
    line = next(line for line in page.splitlines() if line.startswith("| SOME 7 (7)"))
    assert "**Holds:** it rises. It rises." in line
    assert "`python -m benchmarks.rows --only 7`" in line
    assert "{py:obj}`RidgeMap`" in line
    assert "**Does not hold:** it rises." in page


def test_the_page_of_the_site_is_what_the_results_say():
    path = real_data.RESULTS / "rows.json"
    if path.exists():
        page = rows_page.PAGE.read_text("utf-8")
        assert page == rows_page.rendered(json.loads(path.read_text("utf-8"))), (
            "run python -m benchmarks.results"
        )


def test_the_results_page_names_the_page_of_the_rows():
    assert "rows" in results.DATA
