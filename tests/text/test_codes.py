"""Codes of languages, compared as BCP 47 says."""

import pytest
from hypothesis import given, strategies as st

from langalign_sk.text import BlockLayout, match_code, normal_code, same_code


@pytest.mark.parametrize(
    ("given_code", "declared", "found"),
    [
        ("EN", ["en", "ko"], "en"),
        ("en-US", ["en", "ko"], "en"),
        ("en_us", ["en", "ko"], "en"),
        ("EN-us", ["en-US", "en"], "en-US"),
        ("en", ["en-GB", "ko"], "en-GB"),
        ("en-US", ["en-GB"], "en-GB"),
        ("en", ["en-GB", "en-US"], None),
        ("zh-TW", ["zh-CN", "zh-TW"], "zh-TW"),
        ("zh_tw", ["zh-CN", "zh-TW"], "zh-TW"),
        ("zh", ["zh-CN", "zh-TW"], None),
        ("zh-HK", ["zh", "zh-TW"], "zh"),
        ("zh-Hant-TW", ["zh", "zh-Hant"], "zh-Hant"),
        ("sr-Latn", ["sr-Cyrl", "sr-Latn"], "sr-Latn"),
        ("sr-Latn", ["sr-Cyrl"], None),
        ("sr-Latn", ["sr"], "sr"),
        ("fr", ["en", "ko"], None),
    ],
)
def test_which_declared_code_is_meant(given_code, declared, found):
    assert match_code(given_code, declared) == found


@given(st.sampled_from(["en", "en-US", "zh-Hant-TW", "sr-Latn", "yue"]), st.data())
def test_spelling_changes_nothing(code, data):
    letters = [data.draw(st.sampled_from([c.upper(), c.lower()])) for c in code]
    spelt = "".join(letters).replace("-", data.draw(st.sampled_from("-_")))
    assert normal_code(spelt) == code
    assert same_code(spelt, code)


def test_blocks_are_found_by_any_spelling():
    layout = BlockLayout({"en": 3, "zh-CN": 2, "zh-TW": 2})
    assert layout.columns("en_US") == slice(0, 3)
    assert layout.columns("zh_tw") == slice(5, 7)
    assert "EN" in layout
    assert "zh" not in layout
