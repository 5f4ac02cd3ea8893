"""Texts of any script cut into words, by one rule without a dictionary."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from langalign_sk._io import quoted

Splitter = Callable[[str], Sequence[str]]
Spans = npt.NDArray[np.intp]

# Over kinds of characters, one letter each: Han, hIragana, Katakana, the Long mark of both, Digits,
# other letters (W), signs that stay Joined inside a word, and inside a Number.
_WORDS = re.compile(r"H+|I[IL]*|K[KL]*|[WD]+(?:J[WD]+|(?<=D)N(?=D)[WD]+)*|[^S]")
_CHARACTERS = re.compile(r"H|" + _WORDS.pattern)
_RANGES = (
    ("H", "\u2e80-\u2fd5\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"),
    ("L", "\u30fc"),
    ("I", "\u3041-\u3096\u309d-\u309f"),
    ("K", "\u30a1-\u30fa\u30fd-\u30ff\u31f0-\u31ff\uff66-\uff9f"),
    ("J", "'\u2019\\-\u2010\u2011"),
    ("N", ".,:"),
)
_BY_RANGE = re.compile("|".join(f"(?P<{kind}>[{chars}])" for kind, chars in _RANGES))


class Kinds(dict[int, str]):
    """A table for ``str.translate`` that gives the kind of each character."""

    def __missing__(self, code: int) -> str:
        found = _BY_RANGE.match(chr(code))
        if found is not None:
            kind = str(found.lastgroup)
        else:
            category = unicodedata.category(chr(code))
            by_category = {"Nd": "D", "L": "W", "M": "W", "N": "W", "Z": "S", "C": "S"}
            kind = by_category.get(category) or by_category.get(category[0], "P")
        self[code] = kind
        return kind


def split_words(text: str) -> list[str]:
    """Cut a text into words, in any script, by one rule and without a dictionary.

    A word is a run of letters, marks and digits between blanks and punctuation, with apostrophes
    and hyphens inside ("don't", "e-mail") and points inside numbers ("3.5"). Every punctuation
    mark and symbol is a word of its own. Scripts without blanks: runs of hiragana, of katakana and
    of Han are words each, so that a Japanese noun and the particle behind it come apart; in a text
    without kana, which then is Chinese, every Han character is a word. Korean is cut at blanks, a
    noun and its particle being one word. Thai and its like are cut at blanks alone.

    Parameters
    ----------
    text : str

    Returns
    -------
    list of str
        The words in their order.

    See Also
    --------
    EmbeddingExtractor.embed_words : Takes any other way to split as `split`.

    Examples
    --------
    >>> from langalign_sk.text import split_words
    >>> split_words("Don't pay $3.50!")
    ["Don't", 'pay', '$', '3.50', '!']
    >>> split_words("私は東京でラーメンを食べた。")
    ['私', 'は', '東京', 'で', 'ラーメン', 'を', '食', 'べた', '。']
    >>> split_words("我喜欢猫")
    ['我', '喜', '欢', '猫']
    """
    return [text[start:end] for start, end in own_spans(text, Kinds()).tolist()]


def own_spans(text: str, kinds: Kinds) -> Spans:
    """Return where the words of a text begin and end, by our own rule."""
    marks = text.translate(kinds)
    pattern = _WORDS if "I" in marks or "K" in marks else _CHARACTERS
    return _as_spans([found.span() for found in pattern.finditer(marks)])


def word_spans(texts: Sequence[str], split: Splitter | None) -> list[Spans]:
    """Return where the words of texts begin and end; `split` gives them where it is given."""
    if split is None:
        kinds = Kinds()
        return [own_spans(text, kinds) for text in texts]
    return [_found(text, split(text)) for text in texts]


def _found(text: str, words: Any) -> Spans:
    """Return the places of words that stand in a text, one after the other."""
    if isinstance(words, str) or not all(isinstance(word, str) for word in words):
        raise TypeError(f"split must give a list of words, got {words!r} for {quoted(text)}")
    spans, at = [], 0
    for word in words:
        start = text.find(word, at)
        if start < 0 or not word:
            raise ValueError(
                f"split gave the word {word!r}, which does not come next in {quoted(text)}: words "
                "must stand in the text as they are, in their order"
            )
        at = start + len(word)
        spans.append((start, at))
    return _as_spans(spans)


def _as_spans(spans: list[tuple[int, int]]) -> Spans:
    return np.array(spans, np.intp).reshape(-1, 2)
