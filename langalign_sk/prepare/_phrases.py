"""Finding the entries of a word list in texts, the longest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

#: Scripts that put no blank between words, or hang endings on them: an entry may stand anywhere.
_BORDERLESS = (
    ("\u0e00", "\u0eff"),  # Thai, Lao
    ("\u1000", "\u109f"),  # Burmese
    ("\u1100", "\u11ff"),  # Hangul
    ("\u1780", "\u17ff"),  # Khmer
    ("\u2e80", "\u9fff"),  # Han, kana, Bopomofo
    ("\ua960", "\ua97f"),
    ("\uac00", "\ud7ff"),
    ("\uf900", "\ufaff"),
    ("\uff66", "\uffdc"),
    ("\U00020000", "\U000323af"),
)


class Phrases:
    """Words and phrases with a value each; upper and lower case are the same."""

    def __init__(self, entries: Mapping[str, Any], what: str) -> None:
        wrong = next((key for key in entries if not isinstance(key, str) or not key.strip()), None)
        if wrong is not None:
            raise TypeError(f"{what}: an entry must be a text with a letter in it, got {wrong!r}")
        self._values = {_folded(key): value for key, value in entries.items()}
        lengths: dict[str, set[int]] = {}
        for key in self._values:
            lengths.setdefault(key[0], set()).add(len(key))
        self._lengths = {first: sorted(found, reverse=True) for first, found in lengths.items()}

    def found_in(self, text: str) -> Iterator[tuple[int, int, Any]]:
        """Yield start, end and value of each entry that a text holds, from left to right."""
        folded, at = _folded(text), 0
        while at < len(folded):
            stop = self._end(folded, at)
            if stop:
                yield at, stop, self._values[folded[at:stop]]
            at = stop or at + 1

    def _end(self, text: str, start: int) -> int:
        """Return the end of the longest entry that begins here; 0 where none does."""
        lengths = self._lengths.get(text[start])
        if lengths is None or not _is_border(text, start):
            return 0
        ends = (start + length for length in lengths if start + length <= len(text))
        return next((e for e in ends if text[start:e] in self._values and _is_border(text, e)), 0)


def _is_border(text: str, at: int) -> bool:
    """Tell whether a word may begin or end between two characters."""
    if at in (0, len(text)):
        return True
    before, behind = text[at - 1], text[at]
    return not (before.isalnum() and behind.isalnum()) or _borderless(before) or _borderless(behind)


def _borderless(char: str) -> bool:
    return char > "\u0dff" and any(first <= char <= last for first, last in _BORDERLESS)


def _folded(text: str) -> str:
    """Return a text in lower case, each character at its place."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(new if len(new := char.lower()) == 1 else char for char in text)
