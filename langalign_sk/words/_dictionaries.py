"""Dictionaries in files: MUSE's, tables, and those of the dictd server (FreeDict, WordNet)."""

from __future__ import annotations

import gzip
import os
import re
from collections.abc import Iterator
from pathlib import Path

from langalign_sk._io import fail, read_lines
from langalign_sk.words._lexicon import Lexicon

_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
#: What stands around translations: pronunciation, grammar, notes, numbers of senses, examples.
_NOTES = re.compile(r"/[^/\n]*/|\[[^\]]*\]|\([^)]*\)|<[^>]*>|\{[^}]*\}|\"[^\"]*\"")
_NUMBER = re.compile(r"^\s*(?:\d+|[a-z]|[ivx]+)[.)]\s*")
_MEANT = re.compile(r" \d+$")  # which sense of the translation is meant
_CUT = re.compile(r"[,;|、；，]")
_LONGEST = 40  # characters of a translation; more is an explanation


def read_lexicon(path: str | os.PathLike[str], *, first: int | None = None) -> Lexicon:
    r"""Read a bilingual dictionary; its format is told from the file.

    Parameters
    ----------
    path : path
        - A text file with a pair of words a line, between them a blank (MUSE's format) or a tab;
          behind a tab there may be several translations, between commas, semicolons or ``|``.
          Plain or gzip. Lines that begin with ``#`` are comments.
        - The ``.index``, ``.dict`` or ``.dict.dz`` file of a dictionary of the dictd server, such
          as FreeDict's; the other of the two must lie beside it. What stands in brackets and
          slashes is left out, and so are explanations: the lines behind the first of a sense, and
          whatever has more than forty characters.
    first : int, optional
        At most so many translations of a word, the first ones; None: all.

    Returns
    -------
    Lexicon

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from langalign_sk.words import read_lexicon
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "en-it.txt")
    ...     _ = file.write_text("dog cane\ncat gatto\ncat gatta\n", encoding="utf-8")
    ...     lexicon = read_lexicon(file)
    >>> lexicon.translations("cat")
    ['gatto', 'gatta']
    """
    path = Path(path)
    if re.search(r"\.(index|dict|dict\.dz)$", path.name):
        pairs = list(_dictd(path))
    else:
        pairs = list(_table(path))
    if not pairs:
        fail(path, None, "there is no word with a translation in it")
    found = Lexicon(pairs)
    return found if first is None else Lexicon(found.pairs(first))


def _table(path: Path) -> Iterator[tuple[str, str]]:
    """Give the pairs of a file with one or several a line."""
    (lines,), numbers = read_lines(path)
    for number, line in zip(numbers, lines, strict=True):
        if line.startswith("#"):
            continue
        if "\t" in line:
            word, *rest = (field.strip() for field in line.split("\t"))
            others = [other.strip() for other in _CUT.split(rest[0])]
        else:
            word, *others = line.split()
            if len(others) != 1:
                fail(
                    path,
                    number,
                    "a word, a blank and its translation are needed; where they are of several "
                    "words, a tab between the two",
                )
        if not word or not any(others):
            fail(path, number, "a word without its translation")
        yield from ((word, other) for other in others if other)


def _dictd(path: Path) -> Iterator[tuple[str, str]]:
    """Give the pairs of a dictionary of dictd: an index of places, and the entries."""
    stem = re.sub(r"\.(index|dict|dict\.dz)$", "", path.name)
    index = path.with_name(f"{stem}.index")
    files = [path.with_name(f"{stem}.dict{end}") for end in (".dz", "")]
    entries = next((file for file in files if file.exists()), None)
    if not index.exists() or entries is None:
        missing = index.name if not index.exists() else f"{stem}.dict.dz"
        fail(path, None, f"{missing} must lie beside it: a dictionary of dictd is of two files")
    # dictzip is gzip with a table of its blocks; it is read whole.
    data = entries.read_bytes()
    if entries.suffix == ".dz":
        data = gzip.decompress(data)
    (lines,), numbers = read_lines(index)
    for number, line in zip(numbers, lines, strict=True):
        word, _, places = line.partition("\t")
        try:
            start, length = map(_number, places.split("\t")[:2])
        except ValueError:
            fail(index, number, "a word and two numbers in dictd's digits are needed")
        if word.startswith("00") or word.startswith("\0"):  # about the dictionary itself
            continue
        text = data[start : start + length].decode("utf-8", "replace")
        yield from ((word, other) for other in _translations(text))


def _translations(entry: str) -> Iterator[str]:
    """Give the translations in an entry: of each sense the first line, below the word itself."""
    for place, line in enumerate(entry.strip().splitlines()[1:]):
        bare = _NOTES.sub(" ", line).strip()
        line = _NUMBER.sub("", bare)
        if place and line == bare:  # an explanation, an example, a synonym
            continue
        for part in _CUT.split(line):
            other = _MEANT.sub("", " ".join(part.split()).strip(" .!?"))
            if other and len(other) <= _LONGEST and any(map(str.isalpha, other)):
                yield other


def _number(digits: str) -> int:
    """Read a number in dictd's digits."""
    number = 0
    for digit in digits.strip():
        number = 64 * number + _DIGITS.index(digit)
    return number
