"""Blocks of columns per language."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given, strategies as st
from sklearn.base import clone

from langalign_sk.text import BlockLayout


@given(
    st.dictionaries(st.text(min_size=1, max_size=5), st.integers(1, 10**6), min_size=1, max_size=6)
)
def test_blocks_tile_the_columns(widths):
    layout = BlockLayout(widths)
    assert layout.languages == tuple(widths)
    at = 0
    for lang, width in widths.items():
        columns = layout.columns(lang)
        assert columns == slice(at, at + width)
        assert layout.width_of(lang) == width
        assert lang in layout
        at = columns.stop
    assert layout.width == at


def test_equal_means_same_blocks_in_the_same_order():
    layout = BlockLayout({"en": 3, "ko": 4})
    same = BlockLayout({"en": np.int64(3), "ko": 4})
    assert layout == same
    assert hash(layout) == hash(same)
    assert layout != BlockLayout({"ko": 4, "en": 3})
    assert layout != BlockLayout({"en": 3, "ko": 5})
    assert layout != {"en": 3, "ko": 4}


def test_repr_shows_the_blocks():
    assert repr(BlockLayout({"en": 384, "ko": 768})) == "BlockLayout(en=384, ko=768)"


def test_appending_a_language_moves_no_other():
    small, large = BlockLayout({"en": 3, "ko": 4}), BlockLayout({"en": 3, "ko": 4, "ja": 5})
    assert all(small.columns(lang) == large.columns(lang) for lang in small.languages)


def test_it_cannot_be_changed():
    widths = {"en": 3}
    layout = BlockLayout(widths)
    widths["en"] = 5
    assert layout.width == layout.width_of("en") == 3
    for change in (
        lambda: setattr(layout, "width", 4),
        lambda: setattr(layout, "anything", 4),
        lambda: delattr(layout, "width"),
    ):
        with pytest.raises(AttributeError, match="immutable"):
            change()


@pytest.mark.parametrize(
    "copied",
    [
        copy.copy,
        copy.deepcopy,
        lambda x: clone(x, safe=False),
        *(
            lambda x, p=protocol: pickle.loads(pickle.dumps(x, p))
            for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)
        ),
    ],
)
def test_copies_are_equal_and_usable(copied):
    layout = BlockLayout({"en": 3, "ko": 4})
    other = copied(layout)
    assert other == layout
    assert hash(other) == hash(layout)
    assert other.columns("ko") == slice(3, 7)


@pytest.mark.parametrize(
    ("widths", "message"),
    [
        ({}, "non-empty dict"),
        (None, "non-empty dict"),
        ([("en", 3)], "non-empty dict"),
        ({"": 3}, "non-empty str"),
        ({1: 3}, "non-empty str, got 1"),
        ({"en": 0}, "width of language 'en' must be a positive int: 0"),
        ({"en": -1}, "positive int"),
        ({"en": 3.0}, "positive int"),
        ({"en": True}, "positive int: True"),
        ({"en": "3"}, "positive int"),
        ({"en": None}, "positive int"),
    ],
)
def test_impossible_blocks(widths, message):
    with pytest.raises(ValueError, match=message):
        BlockLayout(widths)


def test_unknown_language_names_the_known():
    layout = BlockLayout({"en": 3, "ko": 4})
    assert "ja" not in layout
    for ask in (layout.columns, layout.width_of):
        with pytest.raises(ValueError, match=r"no block for language 'ja'.*\['en', 'ko'\]"):
            ask("ja")
