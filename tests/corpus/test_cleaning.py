import numpy as np
import pytest

from langalign_sk import ParallelCorpus
from langalign_sk._io import plain_text
from langalign_sk.corpus import clean_pairs


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("plain", "plain"),
        ("  two\t blanks \n", "two blanks"),
        ("a <b>bold</b>ly told <g id='1'>tale</g><x id='2'/>", "a boldly told tale"),
        ("one<br/>two<p>three</p>", "one two three"),
        ("before<!-- a\ncomment -->after", "beforeafter"),
        ("x < y and y > z", "x < y and y > z"),
        ("Fish &amp; chips", "Fish & chips"),
        ("&lt;b&gt;bold&lt;/b&gt; &amp;lt;i&amp;gt;italic", "bold italic"),
        ("Hello {name}, {0} of {{count}} in ${place}!", "Hello, of in!"),
        ("%s has %d files (%1$s, %.2f, %(total)s, %{n}, %@)", "has files (,,,,)"),
        ("100% sure, 5%discount", "100% sure, 5%discount"),
        ("&File", "File"),
        ("AT&T and R&D", "AT&T and R&D"),
        ("파일(&F)", "파일"),
        ("{name}", ""),
        ('{ not closed, and JSON {"a": 1}', '{ not closed, and JSON {"a": 1}'),
        ("\ud83d lone", "\ud83d lone"),
    ],
)
def test_markup_and_placeholders_go(text, plain):
    assert plain_text(text) == plain
    assert plain_text(plain) == plain


def corpus(*pairs, **keywords):
    return ParallelCorpus(*zip(*pairs, strict=True), **{"target_lang": "ko", **keywords})


def test_what_teaches_nothing_is_dropped_and_counted():
    clean = clean_pairs(
        corpus(
            ("Open", "열기"),
            ("Open", "열기"),
            ("<b>Open</b>", "열기"),
            ("Open", "열다"),
            ("", "열기"),
            ("Close", "{0}"),
            ("2024", "이천"),
            ("Google", "google"),
            ("Save", "Save as"),
            ("Cut", "Cut 자르기"),
        )
    )
    assert list(clean.corpus.source) == ["Open", "Open", "Cut"]
    assert clean.dropped == {"empty": 3, "untranslated": 1, "identical": 1, "duplicate": 2}
    assert clean.summary() == (
        "3 of 10 pairs kept; left out: 3 empty, 1 untranslated, 1 identical, 2 duplicate"
    )


def test_weights_and_languages_stay_with_their_pairs():
    clean = clean_pairs(
        corpus(("a", "가"), ("b", ""), ("c", "다"), weight=[1.0, 2.0, 3.0], source_lang="en")
    )
    np.testing.assert_array_equal(clean.corpus.weight, [1.0, 3.0])
    assert (clean.corpus.source_lang, clean.corpus.target_lang) == ("en", "ko")


@pytest.mark.parametrize(
    ("target_lang", "target", "kept"),
    [
        ("ja", "保存", True),
        ("ja", "セーブ", True),
        ("ja", "Save it", False),
        ("zh", "转换", True),
        ("zh", "セーブ", False),
        ("ru", "Сохранить", True),
        ("de", "Save it", True),
        ("chr", "Save it", True),
        (None, "Save it", True),
    ],
)
def test_untranslated_goes_by_script_where_scripts_tell(target_lang, target, kept):
    pairs = corpus(("Save", target), ("More", "更다еmÄᎠア"), target_lang=target_lang)
    assert clean_pairs(pairs).corpus.n_pairs == 1 + kept


def test_says_so_when_nothing_is_left():
    with pytest.raises(ValueError, match="no pair is left of 2: 1 empty, 1 identical"):
        clean_pairs(corpus(("a", ""), ("b", "b")))
    with pytest.raises(TypeError, match="pairs of texts"):
        clean_pairs(ParallelCorpus([[1.0]], [[2.0]]))
