"""Texts of any script as known words: at blanks, or the longest known word without them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping

#: Characters of scripts that are written without blanks, and Hangul, whose words carry endings.
_RUNS = re.compile(
    "([\u0e00-\u0fff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff"
    "\u3130-\u318f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff"
    "\uff66-\uff9f\U00020000-\U0003134f]+)"
)
_LONGEST = 16  # characters of a word that is looked for inside a run


class Blanks(dict[int, str]):
    """A table for ``str.translate``: what is no letter, digit or mark becomes a blank.

    Symbols, emoji among them, stand alone.
    """

    def __missing__(self, code: int) -> str:
        kind = unicodedata.category(chr(code))[0]
        own = chr(code) if kind in "LNM" else f" {chr(code)} " if kind == "S" else " "
        self[code] = own
        return own


def known_words(text: str, index: Mapping[str, int], blanks: Blanks) -> Iterator[tuple[str, int]]:
    """Yield the words of a text and their numbers, -1 for those that are unknown.

    A word is looked for as it stands, with punctuation inside ("e-mail"), then in lower case, then
    in its parts.
    """
    for token in unicodedata.normalize("NFC", text).split():
        bare = _stripped(token, blanks)
        found = _number(bare, index) if bare else -1
        if found >= 0:
            yield bare, found
            continue
        for part in token.translate(blanks).split():
            yield from _parts(part, index)


def _parts(word: str, index: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """Yield a word, or the longest known words in it."""
    found = _number(word, index)
    if found >= 0:
        yield word, found
        return
    if unicodedata.category(word[0])[0] == "S":
        return  # a symbol that is no word here
    for place, run in enumerate(_RUNS.split(word)):
        if not run:
            continue
        if place % 2 == 0:
            yield run, _number(run, index)
            continue
        yield from _longest(run, index)


def _longest(run: str, index: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """Yield known words from left to right, the longest first; what lies between is unknown."""
    start, unknown = 0, ""
    while start < len(run):
        for end in range(min(len(run), start + _LONGEST), start, -1):
            found = index.get(run[start:end], -1)
            if found >= 0:
                if unknown:
                    yield unknown, -1
                yield run[start:end], found
                start, unknown = end, ""
                break
        else:
            unknown += run[start]
            start += 1
    if unknown:
        yield unknown, -1


def _number(word: str, index: Mapping[str, int]) -> int:
    """Return the number of a word, as it stands or in lower case."""
    found = index.get(word, -1)
    return found if found >= 0 else index.get(word.lower(), -1)


def _stripped(token: str, blanks: Blanks) -> str:
    """Return a token without punctuation at its ends."""
    start, end = 0, len(token)
    while start < end and blanks[ord(token[start])] == " ":
        start += 1
    while end > start and blanks[ord(token[end - 1])] == " ":
        end -= 1
    return token[start:end]
