"""Gettext catalogues (PO)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from langalign_sk._io._read import Columns, fail, numbered_lines, read_text

_STATEMENT = re.compile(r'(msgctxt|msgid_plural|msgid|msgstr(?:\[\d+\])?)?\s*"((?:[^"\\]|\\.)*+)"$')
_ESCAPE = re.compile(r"\\([0-7]{1,3}|x[0-9a-fA-F]{2}|.)")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


def read_po(path: str | os.PathLike[str], *, encoding: str = "utf-8") -> Columns:
    """Read the messages of a PO file and their translations.

    Left out are the header, messages without a translation, fuzzy ones and obsolete ones. A
    message with a plural gives one pair per number where the target language has several forms
    (the singular with the first form, the plural with the last), and the plural alone where it
    has one form.
    """
    path, text = read_text(path, encoding)
    sources: list[str] = []
    targets: list[str] = []
    lines: list[int] = []
    for number, entry in _entries(path, text):
        for source, target in _pairs(entry):
            sources.append(source)
            targets.append(target)
            lines.append(number)
    if not lines:
        fail(path, None, "no translated messages")
    return Columns((sources, targets), lines)


def _entries(path: Path, text: str) -> Iterator[tuple[int, dict[str, list[str]]]]:
    """Finished messages as keyword → parts of its text, with the line of their msgid."""
    entry: dict[str, list[str]] = {}
    begins, keyword = 0, ""
    fuzzy = next_fuzzy = False
    for number, line in numbered_lines(path, text):
        line = line.strip()
        if line.startswith("#~"):  # obsolete: the flags before it are its own
            next_fuzzy = False
            continue
        if line.startswith("#"):
            next_fuzzy = next_fuzzy or (line.startswith("#,") and "fuzzy" in line)
            continue
        found = _STATEMENT.match(line)
        if found is None or not (found[1] or entry):
            fail(path, number, 'not a PO statement; expected msgid "...", msgstr "..." or "..."')
        if found[1]:
            keyword = found[1]
            if keyword == "msgctxt" or (keyword == "msgid" and "msgid" in entry):
                if entry and not fuzzy:
                    yield begins, entry
                entry = {}
            if not entry:
                fuzzy, next_fuzzy = next_fuzzy, False
            if keyword == "msgid":
                begins = number
            elif keyword != "msgctxt" and "msgid" not in entry:
                fail(path, number, f"{keyword} without a msgid before it")
            if keyword in entry:
                fail(path, number, f"a second {keyword} for the message on line {begins}")
            entry[keyword] = []
        entry[keyword].append(_ESCAPE.sub(_unescaped, found[2]))
    if entry and not fuzzy:
        yield begins, entry


def _pairs(parts: dict[str, list[str]]) -> list[tuple[str, str]]:
    """Source and target texts of one message."""
    entry = {keyword: "".join(text) for keyword, text in parts.items()}
    singular = entry.get("msgid", "")
    if not singular:  # the header
        return []
    if "msgid_plural" not in entry:
        pairs = [(singular, entry.get("msgstr", ""))]
    else:
        forms = [form for keyword, form in entry.items() if keyword.startswith("msgstr[")]
        pairs = [(singular, form) for form in forms[:1] if len(forms) > 1]
        pairs += [(entry["msgid_plural"], form) for form in forms[-1:]]
    return [(source, target) for source, target in pairs if source and target]


def _unescaped(found: re.Match[str]) -> str:
    """Character that one escape of C strings stands for."""
    code = found[1]
    if code[0] == "x" and len(code) == 3:
        return chr(int(code[1:], 16))
    if code[0] in "01234567":
        return chr(int(code, 8))
    return _ESCAPED.get(code, code)
