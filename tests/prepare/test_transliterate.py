"""Other letters for the same words."""

import pytest
from hypothesis import given, settings, strategies as st

from langalign_sk import ParallelCorpus, TextPool
from langalign_sk.prepare import Transliterator, transliterated_pairs

LATIN = st.text(st.characters(categories=["Ll", "Lu", "Nd", "Zs", "Po"], max_codepoint=0x24F))


def written(text, *args, **kwargs):
    return Transliterator(*args, **kwargs).transform([text])[0]


@settings(max_examples=60, deadline=None)
@given(text=LATIN)
def test_latin_letters_stay(text):
    pytest.importorskip("anyascii")
    assert written(text) == text


@settings(max_examples=60, deadline=None)
@given(text=st.text())
def test_what_was_written_in_latin_stays(text):
    pytest.importorskip("anyascii")
    once = written(text)
    assert written(once) == once


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("서울에서 환불!", "seoueseo hwanbul!"),
        ("naïve Café, Привет", "naïve Café, privet"),
        ("コーヒーを飲むCEO", "kohi wo yin mu CEO"),
        ("हिन्दी 😀", "hindi 😀"),
    ],
)
def test_to_latin(text, new):
    pytest.importorskip("anyascii")
    from anyascii import anyascii

    assert written(text).replace(" ", "") == "".join(
        char if char in "😀ïé" else anyascii(char).lower() if not char.isascii() else char
        for char in text.replace(" ", "")
    )
    assert written(text).count(" ") == new.count(" ")


@pytest.mark.parametrize(
    ("only", "new"),
    [
        ("katakana", "A-koohii を飲む"),
        (["飲", "を"], "A-コーヒー wo yin む"),
        (lambda token: len(token) > 3, "A-koohii を飲む"),
    ],
)
def test_conditional_by_token(only, new):
    pytest.importorskip("anyascii")
    found = written("A-コーヒーを飲む", only=only)
    assert [part.isascii() for part in found.split()] == [part.isascii() for part in new.split()]
    assert ("コーヒー" in found) == ("コーヒー" in new)


def test_between_scripts():
    assert written("コーヒーを飲む", "Hira") == "こーひーを飲む"
    assert written("コーヒーを飲む", "Kana") == "コーヒーヲ飲ム"
    assert written("コーヒー", "Hira", only=["茶"]) == "コーヒー"
    table = {"љ": "lj", "њ": "nj", "нј": "N", "н": "n", "о": "o"}
    assert written("њољ нјо x", table) == "njolj No x"
    assert written("и\u0306", {"и\u0306": "j"}) == "j"
    with pytest.raises(ValueError, match="empty table"):
        written("а", {})


def test_pairs_of_texts_and_transliterations():
    texts = ["コーヒー", "OK", "を"]
    pairs = ParallelCorpus(["coffee", "OK", "x"], texts, target_lang="ja")
    step = Transliterator("Hira")
    for given_texts in (texts, TextPool(texts, lang="ja"), pairs):
        found = transliterated_pairs(given_texts, step, target_lang="ja")
        assert (found.source, found.target) == (("こーひー",), ("コーヒー",))
        assert (pairs + found).n_pairs == 4
    with pytest.raises(ValueError, match="none of the 1 texts changes"):
        transliterated_pairs(["OK"], step, target_lang="ja")
