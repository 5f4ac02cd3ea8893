"""A dialect written as the standard, learned from pairs of words."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from langalign_sk import ParallelCorpus
from langalign_sk.prepare import DialectNormalizer, spelling_pairs, word_generality
from langalign_sk.prepare._spelling import cost_of, count_edits, distance, edits

WORD = st.text("abc", max_size=4)


def reference(old, new):
    """Levenshtein, by the recursion of its definition."""
    if not old or not new:
        return len(old) + len(new)
    return min(
        reference(old[1:], new[1:]) + (old[0] != new[0]),
        reference(old[1:], new) + 1,
        reference(old, new[1:]) + 1,
    )


@settings(max_examples=30, deadline=None)
@given(old=WORD, new=WORD)
def test_edits_are_the_fewest_and_make_the_word(old, new):
    cost, path = edits(old, new)
    assert cost == reference(old, new) == sum(a != b for a, b in path)
    assert "".join(a for a, _ in path) == old
    assert "".join(b for _, b in path) == new
    assert distance(old, new) == distance(new, old)


def test_edits_that_pairs_show_cost_less():
    cost = cost_of(count_edits([("olle", "alle"), ("oft", "oft"), ("wos", "was"), ("so", "so")]))
    assert cost("o", "a") < cost("o", "i")
    assert cost("l", "l") < cost("l", "a")
    assert cost("z", "z") < cost("z", "a")


VOWELS = str.maketrans("aeu", "oia")
STANDARD = ["".join(letters) for letters in itertools.product("bdgk", "aeu", "lmnr", "aeu", "st")]


def test_words_it_has_not_seen_follow_the_same_changes():
    rng = np.random.default_rng(0)
    words = [STANDARD[i] for i in rng.permutation(len(STANDARD))]
    known, held_out = words[:120], words[120:]
    pairs = [(word.translate(VOWELS), word) for word in known]
    step = DialectNormalizer(pairs, vocabulary=held_out).fit([])
    unclear = {*held_out, *step.table_}  # a word of the standard, or of the pairs, is that
    asked = [word for word in held_out if word.translate(VOWELS) not in unclear]
    found = step.transform([word.translate(VOWELS) for word in asked])
    assert len(asked) > 30
    assert np.mean(found == np.array(asked, dtype=object)) > 0.9


def test_what_is_no_dialect_stays():
    pairs = {"olle": "alle", "wos": "was", "hod": "hat", "oft": "oft"}
    step = DialectNormalizer(pairs, vocabulary=["wo"]).fit([])
    assert step.transform(["Olle wo? xyzzy 123 OFT"]).tolist() == ["Alle wo? xyzzy 123 Oft"]


@pytest.mark.parametrize("words", [[], [("a", "")], [("a", "b", "c")]])
def test_pairs_that_are_none(words):
    with pytest.raises(ValueError, match="words"):
        DialectNormalizer(words).fit([])


def test_words_out_of_sentences():
    pairs = ParallelCorpus(
        ["Zoag ma olle Erinnerungen!", "X"], ["Zeig mir alle Erinnerungen", "Y"], target_lang="de"
    )
    assert spelling_pairs(pairs) == [
        ("zoag", "zeig"), ("olle", "alle"), ("erinnerungen", "erinnerungen")
    ]  # fmt: skip
    assert ("ma", "mir") in spelling_pairs(pairs, most=0.7)


def test_words_are_general_where_varieties_share_them():
    one = ParallelCorpus(["alle Wecker", "oans"], ["alle Wecker", "eins"], target_lang="de")
    two = ParallelCorpus(["olle Wegga", "x"], ["alle Wecker", "das"], target_lang="de")
    found = word_generality([one, two])
    assert found == {
        "alle": (1 + 3 / 4) / 2,
        "eins": (1 / 2) / 2,
        "wecker": pytest.approx((1 + 2 / 6) / 2),
    }
