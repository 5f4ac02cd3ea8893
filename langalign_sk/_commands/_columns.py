"""Which column holds what: by its name in any of the served languages, or as an option says."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from langalign_sk._commands._names import BESIDE, LABEL, LANG, LANGUAGES, SOURCE, TARGET, TEXT
from langalign_sk.text import match_code, normal_code

_WORDS = re.compile(r"[\s_\-./:()\[\]|,]+")
_BESIDE = frozenset(" ".join([*TEXT, SOURCE, TARGET, BESIDE]).split())
_SHORT = 3  # words that a header has at most
_CODE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z]{2,8})*")


class Unclear(ValueError):  # noqa: N818 - what it is, said to a person
    """No column, or more than one, may be the one that is looked for."""


def shown(head: Sequence[str]) -> str:
    """List the names of columns for an error, the first eight of many."""
    names = [repr(name.strip()[:20]) for name in head]
    return ", ".join(names[:8]) + (f", ... ({len(names)} in all)" if len(names) > 8 else "")


def by_name(head: Sequence[str], name: str) -> int | None:
    """Return the place of a column by its name, by its name but for case and blanks, or number."""
    for same in (str, _plain):
        found = [place for place, other in enumerate(head) if same(other) == same(name)]
        if len(found) == 1:
            return found[0]
        if found:
            raise Unclear(f"more than one column {name!r}; the columns are {shown(head)}")
    if name.isascii() and name.isdigit() and 1 <= int(name) <= len(head):
        return int(name) - 1
    return None


def by_number(head: Sequence[str], names: Sequence[str]) -> bool:
    """Tell whether columns are given by their places alone."""
    return bool(names) and all(name.isdigit() and name not in map(_plain, head) for name in names)


def find_text(head: Sequence[str]) -> int | None:
    """Return the place of the column that must be that of the texts; None for none."""
    return _find(head, TEXT, "texts")


def find_label(head: Sequence[str]) -> int | None:
    """Return the place of the column that must be that of the labels; None for none."""
    return _find(head, LABEL, "labels")


def find_lang(head: Sequence[str]) -> int | None:
    """Return the place of the column that must be that of the languages; None for none."""
    return _find(head, LANG, "languages")


def find_sides(head: Sequence[str], langs: tuple[str, str]) -> tuple[int, int] | None:
    """Return the places of both sides of pairs, by the names of columns; None where they say none.

    Raises
    ------
    Unclear
        The names are those of other languages.
    """
    told = [language_of(name) for name in head]
    sides: list[int | None] = []
    for lang in langs:
        exact = [
            k for k, code in enumerate(told) if code and normal_code(code) == normal_code(lang)
        ]
        alike = [k for k, code in enumerate(told) if code and match_code(lang, [code]) is not None]
        found = exact or alike
        if len(found) > 1:
            whole = [k for k in found if _plain(head[k]) in (_plain(lang), *_words_of(lang))]
            found = whole if len(whole) == 1 else found
        if len(found) > 1:
            names = " and ".join(repr(head[k].strip()[:20]) for k in found[:3])
            raise Unclear(f"{names} may all be the {lang} side")
        sides.append(found[0] if found else None)
    if sides[0] is not None and sides[1] is not None:
        return (sides[0], sides[1]) if sides[0] != sides[1] else None
    for place, words in enumerate((SOURCE, TARGET)):
        if sides[place] is None:
            known = set(words.split())
            found = [
                k
                for k, name in enumerate(head)
                if known.intersection(_words(name)) and len(name.split()) <= _SHORT
            ]
            found = [k for k in found if k not in sides]
            sides[place] = found[0] if len(found) == 1 else None
    if sides[0] is not None and sides[1] is not None:
        return sides[0], sides[1]
    if any(side is not None for side in sides) and len(head) == 2:
        here = next(side for side in sides if side is not None)
        other = told[1 - here]
        missing = langs[sides.index(None)]
        if other is not None:
            raise Unclear(f"column {head[1 - here].strip()!r} is {other}, not {missing}")
        return (here, 1 - here) if sides[0] is not None else (1 - here, here)
    others = [code for code in told if code]
    if len(others) == len(head) == 2:
        raise Unclear(f"the columns are in {others[0]} and {others[1]}")
    return None


def language_of(name: str) -> str | None:
    """Return the code of the language that a column is named after."""
    stripped = name.strip()
    found = {code for code in LANGUAGES if _plain(name) in _words_of(code)}
    if not found and _CODE.fullmatch(stripped):
        base = normal_code(stripped).split("-")[0]
        return stripped if base in LANGUAGES or len(stripped) == 2 else None
    if not found:  # among words that only a header has, or a sentence would be taken for one
        words = _words(name)
        codes = {word: word for word in words if word in LANGUAGES}
        if " " in stripped:
            codes = {word: word for word in codes if word.upper() in stripped.split()}
        codes |= {word: code for word in words for code in LANGUAGES if word in _words_of(code)}
        if all(word in codes or word in _BESIDE for word in words if "-" not in word):
            found = set(codes.values())
    return found.pop() if len(found) == 1 else None


def _find(head: Sequence[str], tiers: Sequence[str], what: str) -> int | None:
    """Return the column with the surest name: whole names go before parts of names."""
    for words in tiers:
        known = dict.fromkeys(words.split())
        for fits in (_is_whole, _has_word, _has_part):
            found = [place for place, name in enumerate(head) if fits(name, known)]
            if len(found) > 1 and fits is _is_whole:  # of "text" and "sentence", the first
                order = list(known)
                found = [min(found, key=lambda place: order.index(_plain(head[place])))]
                found = [k for k in range(len(head)) if _plain(head[k]) == _plain(head[found[0]])]
            if len(found) == 1:
                return found[0]
            if found:
                names = " and ".join(repr(head[place].strip()[:20]) for place in found[:3])
                raise Unclear(f"columns {names} may both hold the {what}")
    return None


def _is_whole(name: str, known: dict[str, None]) -> bool:
    """Tell whether a name is one of these."""
    return _plain(name) in known


def _has_word(name: str, known: dict[str, None]) -> bool:
    """Tell whether a short name has one of these among its words."""
    return len(name.split()) <= _SHORT + 1 and not known.keys().isdisjoint(_words(name))


def _has_part(name: str, known: dict[str, None]) -> bool:
    """Tell whether one of these ends or begins a compound: "Kundentext", "고객문의"."""
    plain = _plain(name)
    long = (word for word in known if len(word) >= (4 if word.isascii() else 2))
    return len(name.split()) <= _SHORT and any(
        plain.startswith(word) or plain.endswith(word) for word in long
    )


def _plain(name: str) -> str:
    """Return a name without what does not matter: case, width, blanks around it."""
    folded = unicodedata.normalize("NFKC", name).strip().strip("\"'").casefold()
    return _WORDS.sub("-", folded).strip("-")


def _words(name: str) -> list[str]:
    """Return the words of a name, without case; "ticketText" has two."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", unicodedata.normalize("NFKC", name))
    plain = _WORDS.split(parted.strip().strip("\"'").casefold())
    return [word for word in plain if word] + ([_plain(name)] if "-" in _plain(name) else [])


def _words_of(lang: str) -> tuple[str, ...]:
    """Names of a language."""
    return tuple(LANGUAGES.get(normal_code(lang).split("-")[0], "").split())
