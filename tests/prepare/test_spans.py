"""Spans that come through a translator byte for byte."""

import warnings

import pytest
from hypothesis import given, settings, strategies as st

from langalign_sk.prepare import ProtectedTranslator, protect, restore

PIECES = [
    "{name}", "%s", "%(n)d", "%1$s", "${x}", "{{ a.b }}", "`code`", "```\nx = 1\n```", "$x^2$",
    "\\(a+b\\)", "https://example.org/a?b=c.", "me@example.org", '{"a": {"b": 1}}', '[{"a": 1}]',
    "<b>", "</b>", "&amp;", "⟦0⟧", "⟦", "⟧", "⟦ 3 ⟧", "0", "$", "{", "}", "`", "%", "5 % of", "a",
    "환불", "\\begin{a}x\\end{a}", "\n", " ",
]  # fmt: skip
TEXT = st.one_of(st.text(), st.lists(st.sampled_from(PIECES)).map("".join))


@settings(max_examples=40, deadline=None)
@given(text=TEXT)
def test_protect_and_restore_is_the_identity(text):
    found = protect(text)
    assert restore(found.text, found.spans) == text


@settings(max_examples=20, deadline=None)
@given(texts=st.lists(TEXT, max_size=4))
def test_spans_survive_a_translator_byte_for_byte(texts):
    def translate(given_texts):
        return ["번역 " + text.replace("⟧", " ⟧").replace("⟦", "⟦ ") for text in given_texts]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        new = ProtectedTranslator(translate).transform(texts)
    for text, came in zip(texts, new, strict=True):
        assert all(span in came for span in protect(text).spans)


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("Hi {name}, 5 % of %d files, %s", ["{name}", "%d", "%s"]),
        ("costs $5 and $6", []),
        ("let $x^2$ be", ["$x^2$"]),
        ("see https://a.org/b?c=d, or (http://b.org).", ["https://a.org/b?c=d", "http://b.org"]),
        ("mail me@a.co.kr로", ["me@a.co.kr"]),
        ("run `a b` and\n```py\nx\n```", ["`a b`", "```py\nx\n```"]),
        ('send {"a": [1, {"b": 2}]} now', ['{"a": [1, {"b": 2}]}']),
        ("a <b class='x'>bold</b> &nbsp; 1 < 2 > 0", ["<b class='x'>", "</b>", "&nbsp;"]),
        ("Galaxy S9", ["Galaxy S9"]),
    ],
)
def test_what_is_a_span(text, spans):
    found = protect(text, ["Galaxy S9"])
    assert list(found.spans) == spans
    assert not any(span in found.text for span in spans)


@pytest.mark.parametrize(
    ("came", "why"),
    [
        ("안녕하세요", "lost a span"),
        ("⟦0⟧ 안녕 ⟦0⟧", "lost a span"),
        ("⟦1⟧ 안녕", "lost a span"),
        ("⟦0⟧", "came back empty"),
        ("⟦0⟧ " + "na " * 20, "repeat one word"),
        ("⟦0⟧ " + "가 나 " * 200, "came back ten times as long"),
    ],
)
def test_noisy_output_is_told_and_the_source_stays(came, why):
    def translate(texts):
        return [came] * len(texts)

    rows = ["Hello {name}", "{name}", "Hello {name}"]
    step = ProtectedTranslator(translate)
    with pytest.warns(UserWarning, match=f"1 of 2 different texts .*1 {why}; the first is 'Hello"):
        assert step.transform(rows).tolist() == rows
    found = step.check(rows)
    assert (found.texts, found.faults) == (rows, {0: why, 2: why})
    with pytest.raises(ValueError, match="on_fault='source' leaves them"):
        step.set_params(on_fault="error").transform(rows)


def test_what_a_translator_sees():
    seen = []

    def translate(texts):
        seen.append(list(texts))
        return texts

    rows = ["a {x}", "{x} %s", "", "a {x}", "b"]
    assert ProtectedTranslator(translate).transform(rows).tolist() == rows
    assert seen == [["a ⟦0⟧", "b"]]
    with pytest.raises(ValueError, match="got 1 texts and gave back 0"):
        ProtectedTranslator(lambda texts: []).transform(["a"])
    with pytest.raises(ValueError, match="not a regular expression"):
        protect("a", ["("])
    with pytest.raises(ValueError, match="span 0 is lost"):
        restore("a", ["x"])
