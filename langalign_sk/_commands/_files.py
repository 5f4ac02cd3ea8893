"""What the commands read: labelled texts, texts, pairs, each by the file's ending."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from langalign_sk._io import (
    Columns,
    TextRow,
    fail,
    json_record,
    numbered_lines,
    read_csv,
    read_jsonl,
    read_lines,
    read_text,
    read_tsv,
    unshielded,
)
from langalign_sk.corpus import ParallelCorpus
from langalign_sk.text import match_code

TABLES = (".tsv", ".csv", ".jsonl")
TEXTS = (*TABLES, ".txt")
PAIRS = (*TABLES, ".tmx", ".po", ".xlf", ".xliff")


class Labelled(NamedTuple):
    """Texts with their labels, and the line of the file that each row begins on."""

    texts: list[TextRow]
    labels: list[str]
    lines: Sequence[int]


def in_rows(columns: Sequence[list[str]]) -> list[TextRow]:
    """Return rows of one text, or of two, from their columns."""
    return list(columns[0]) if len(columns) == 1 else list(zip(*columns, strict=True))


def columns_of_texts(names: Sequence[str], rows: Sequence[TextRow]) -> dict[str, list[str]]:
    """Return the columns of rows by name, as `in_rows` reads them."""
    if len(names) == 1:
        return {names[0]: [str(row) for row in rows]}
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}


def read_labelled(path: Path, text: Sequence[str], label: str) -> Labelled:
    """Read texts, of one column or two, and labels; every row has all."""
    found = _read_columns(path, (*text, label), "--text-column and --label-column")
    *texts, labels = found.texts
    for name, column in zip((*text, label), found.texts, strict=True):
        for line, value in zip(found.lines, column, strict=True):
            if not value.strip():
                fail(path, line, f"column {name!r} is empty")
    return Labelled(in_rows(texts), [value.strip() for value in labels], found.lines)


def check_labels(path: Path, found: Labelled, known: Sequence[str], train: Path) -> None:
    """Refuse test labels that the training file lacks: a typo would count as an error for ever."""
    for line, value in zip(found.lines, found.labels, strict=True):
        if value not in known:
            names = ", ".join(repr(name[:20]) for name in sorted(known)[:8])
            fail(path, line, f"label {value[:40]!r} is not in {train}, which has {names}")


def read_texts(path: Path, columns: Sequence[str], *, blank: bool = False) -> list[TextRow]:
    """Read texts: one per line of a ``.txt`` file, one column of a table, or two of them.

    With `blank`, those that are empty are among them, so that rows stay what they are in the file.
    """
    if _kind(path, TEXTS) == ".txt":
        if len(columns) > 1:
            fail(path, None, f"holds one text per line; {' and '.join(columns)} need a table")
        return list(read_lines(path, blank=blank).texts[0])
    found = _read_columns(path, tuple(columns), "--text-column")
    for name, texts in zip(columns, found.texts, strict=True):
        for line, value in zip(found.lines, texts, strict=True):
            if not (blank or value.strip()):
                fail(path, line, f"column {name!r} is empty")
    return in_rows(found.texts)


def read_pairs(
    path: Path, langs: tuple[str, str], columns: tuple[str, str] | None
) -> ParallelCorpus:
    """Read sentence pairs; `langs` are the languages of the two sides."""
    kind = _kind(path, PAIRS)
    here, there = langs
    if kind == ".tmx":
        codes = columns or (None, None)
        return ParallelCorpus.from_tmx(path, *codes, source_lang=here, target_lang=there)
    if kind == ".po":
        return ParallelCorpus.from_po(path, source_lang=here, target_lang=there)
    if kind in (".xlf", ".xliff"):
        return ParallelCorpus.from_xliff(path, source_lang=here, target_lang=there)
    chosen: tuple[Any, Any] = columns or _pair_columns(path, kind, langs)
    found = _read_columns(path, chosen, "--pair-columns")
    return ParallelCorpus(*found.texts, source_lang=here, target_lang=there)


def _pair_columns(path: Path, kind: str, langs: tuple[str, str]) -> tuple[Any, Any]:
    """Columns of a table of pairs: named after the languages, or the only two."""
    head = _head(path, kind)
    for wanted in (langs, ("source", "target")):
        names = [match_code(name, head) for name in wanted]
        if None not in names and names[0] != names[1]:
            return names[0], names[1]
    if len(head) == 2 and kind != ".jsonl":
        return 0, 1
    shown = ", ".join(repr(name[:20]) for name in head[:8])
    fail(
        path,
        1,
        f"columns {langs[0]!r} and {langs[1]!r} are needed, found {shown}; "
        "name the right ones with --pair-columns",
    )


def _head(path: Path, kind: str) -> list[str]:
    """Names, or whatever the first line holds."""
    if kind == ".jsonl":
        return list(json_record(path, *numbered_lines(*read_text(path, "utf-8"))[0]))
    if kind == ".csv":
        import csv
        import io

        return next(csv.reader(io.StringIO(read_text(path, "utf-8")[1])))
    return numbered_lines(*read_text(path, "utf-8"))[0][1].split("\t")


def _read_columns(path: Path, columns: tuple[Any, ...], option: str) -> Columns:
    """Read columns of a table, and name the option where one is missing."""
    kind = _kind(path, TABLES)
    reader: Any = {".tsv": read_tsv, ".csv": read_csv, ".jsonl": read_jsonl}[kind]
    # Tables that `predict` and `suggest` wrote, perhaps filled in with a spreadsheet since.
    head = [name.strip('"') for name in _head(path, kind)]
    as_written = head[:1] == ["prediction"] or head[:2] == ["label", "prediction"]
    as_asked = as_written and set(columns) <= set(head)
    ours = kind != ".jsonl" and ({"prediction", "text"} <= set(head) or as_asked)
    if ours and kind == ".tsv":
        reader = partial(read_tsv, quoting=True)
    try:
        found: Columns = reader(path, columns)
    except ValueError as error:
        if "no column" in str(error) or "no field" in str(error):
            raise ValueError(f"{error}; name the right one with {option}") from None
        raise
    if not ours:
        return found
    return Columns(tuple(list(map(unshielded, texts)) for texts in found.texts), found.lines)


def _kind(path: Path, known: Sequence[str]) -> str:
    """Ending of a file's name, before a ``.gz``."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes[-1:] == [".gz"]:
        suffixes.pop()
    kind = suffixes[-1] if suffixes else ""
    if kind not in known:
        raise ValueError(f"{path}: the name must end in {', '.join(known)} (or that and .gz)")
    return kind
