"""What the commands read: labelled texts and texts; see `_pairs` for translations."""

from __future__ import annotations

import contextlib
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple, NoReturn

from langalign_sk._commands._columns import (
    Unclear,
    by_name,
    by_number,
    find_label,
    find_lang,
    find_text,
    language_of,
    shown,
)
from langalign_sk._commands._guess import likely_columns
from langalign_sk._commands._sources import TEXTS, Account, Source, as_source, check_file
from langalign_sk._io import Grid, TextRow, fail, listed_lines, read_grid, read_guessed
from langalign_sk.text import match_code

#: What exports write where there is no label. "none" may be a class, and is not among them.
NO_LABEL = frozenset({"nan", "NaN", "NAN", "NA", "N/A", "n/a", "#N/A", "<NA>", "null", "NULL"})
NO_LABEL |= {"NaT", "None", "#NV", "#VALUE!", "#REF!", "#NAME?"}


class Labels(NamedTuple):
    """Labelled texts of a file.

    Attributes
    ----------
    texts : list of str, or of tuple of two str
    labels : list of str
    langs : list of str
        Language of each row, as it is declared.
    lines : list of int
        Line (or row of the sheet) that each begins on.
    account : Account
    names : tuple of str
        Names of the columns of texts.
    """

    texts: list[TextRow]
    labels: list[str]
    langs: list[str]
    lines: list[int]
    account: Account
    names: tuple[str, ...] = ("text",)

    def of(self, lang: str) -> Labels:
        """Return the rows in one language."""
        rows = [row for row, own in enumerate(self.langs) if own == lang]
        return self.take(rows)

    def take(self, rows: Sequence[int]) -> Labels:
        """Return some of the rows."""
        return Labels(
            [self.texts[row] for row in rows],
            [self.labels[row] for row in rows],
            [self.langs[row] for row in rows],
            [self.lines[row] for row in rows],
            self.account,
            self.names,
        )


class Texts(NamedTuple):
    """Texts of a file; the attributes are those of `Labels`."""

    texts: list[TextRow]
    langs: list[str | None]
    lines: list[int]
    account: Account
    names: tuple[str, ...] = ("text",)


def read_labels(
    source: Any,
    *,
    lang: str,
    langs: Sequence[str] = (),
    text: Sequence[str] | None = None,
    label: str | None = None,
    lang_column: str | None = None,
    strict: bool = True,
) -> Labels:
    """Read labelled texts; rows without text or label are left out and counted.

    Parameters
    ----------
    source : Source, path or str
        The file, perhaps with names of columns, see `as_source`.
    lang : str
        Language of the rows, where no column says it.
    langs : sequence of str
        The languages that are declared; rows in another one are left out and counted.
    text, label, lang_column : optional
        Names of columns: one of texts, or two for rows of two. None: by their headers.
    strict : bool, default=True
        Whether a named column must be there. False: headers say where it is not.
    """
    source = as_source(source)
    check_file(source, TEXTS, "labelled texts")
    langs = tuple(langs) or (lang,)
    grid = _grid(source, langs)
    chosen = _Chosen(grid, source, strict=strict)
    places = chosen.texts(text, labelled=True)
    label_place = chosen.label(label, places)
    lang_place = chosen.lang(lang_column, langs)
    account = Account(source.path, "labelled texts", notes=list(grid.read_as))
    account.notes += chosen.notes
    start = int(chosen.has_head)
    rows, lines = grid.rows[start:], grid.lines[start:]
    if not rows:
        fail(source.path, None, "there are no rows below the header")
    account.n_read = len(rows)
    names = tuple(grid.rows[0][k].strip() for k in places) if start else ("text",)
    found = Labels([], [], [], [], account, names)
    unlabelled: Counter[str] = Counter()
    told = _Languages(langs, lang)
    for row, line in zip(rows, lines, strict=True):
        texts = [row[place] for place in places]
        said = " ".join(row[label_place].split())
        if not all(part.strip() for part in texts):
            account.leave_out("without a text")
            continue
        if not said or said in NO_LABEL:
            unlabelled[said] += 1
            account.leave_out("without a label")
            continue
        own = told.of(row[lang_place]) if lang_place is not None else lang
        if own is None:
            account.leave_out("in another language")
            continue
        found.texts.append(texts[0] if len(texts) == 1 else (texts[0], texts[1]))
        found.labels.append(said)
        found.langs.append(own)
        found.lines.append(line)
    account.n_kept = len(found.texts)
    for said in unlabelled:
        if said:
            account.notes.append(f"{unlabelled[said]:,} x {said!r} is no label")
    if told.others:
        account.notes.append(told.summary())
    _join_twins(found)
    if not found.texts:
        out = ", ".join(f"{count:,} {reason}" for reason, count in account.left_out.items())
        fail(source.path, None, f"no row has both a text and a label: {out}")
    return found


def read_texts(
    source: Any,
    *,
    lang: str | None = None,
    langs: Sequence[str] = (),
    text: Sequence[str] | None = None,
    lang_column: str | None = None,
    blank: bool = False,
    strict: bool = False,
) -> Texts:
    """Read texts: one per line of a ``.txt`` file, one column of a table, or two of them.

    Parameters
    ----------
    source, lang, langs, text, lang_column, strict
        As `read_labels` takes them; "-" is standard input, one text a line.
    blank : bool, default=False
        Whether blank ones count as rows. Otherwise they are left out and counted.
    """
    source = as_source(source)
    kind = ".txt" if str(source) == "-" else check_file(source, TEXTS, "texts")
    langs = tuple(langs) or (() if lang is None else (lang,))
    account = Account(source.path, "texts")
    if kind == ".txt" and not source.columns:
        if text is not None and len(text) > 1:
            fail(source.path, None, f"holds one text per line; {' and '.join(text)} need a table")
        content, encoding = read_guessed(source.path, langs)
        rows = content.removesuffix("\n").split("\n")
        texts: list[Any] = [row.removesuffix("\r") for row in rows]
        lines, own = list(range(1, len(texts) + 1)), [lang] * len(texts)
        account.notes += [] if encoding.startswith("utf-8") else [encoding]
        names: tuple[str, ...] = ("text",)
    else:
        grid = _grid(source, langs)
        chosen = _Chosen(grid, source, strict=strict)
        places = chosen.texts(text)
        lang_place = chosen.lang(lang_column, langs) if chosen.has_head else None
        account.notes += [*grid.read_as, *chosen.notes]
        start = int(chosen.has_head)
        told = _Languages(langs, lang)
        below = grid.rows[start:]
        if not below:
            fail(source.path, None, "there are no rows below the header")
        columns = [[row[place] for row in below] for place in places]
        texts = columns[0] if len(columns) == 1 else list(zip(*columns, strict=True))
        lines = grid.lines[start:]
        own = [lang if lang_place is None else told.of(row[lang_place]) for row in below]
        names = tuple(grid.rows[0][k].strip() for k in places) if start else ("text",)
        if told.others:
            account.notes.append(told.summary())
    account.n_read = account.n_kept = len(texts)
    if not blank:
        kept = [k for k, row in enumerate(texts) if not is_blank(row)]
        account.leave_out("blank", len(texts) - len(kept))
        account.n_kept = len(kept)
        texts = [texts[k] for k in kept]
        lines, own = [lines[k] for k in kept], [own[k] for k in kept]
        if not texts:
            fail(source.path, None, "all rows are blank")
    return Texts(texts, own, lines, account, names)


def is_blank(row: TextRow) -> bool:
    """Tell whether a text, or one of two, says nothing."""
    return not all(text.strip() for text in ([row] if isinstance(row, str) else row))


def columns_of_texts(names: Sequence[str], rows: Sequence[TextRow]) -> dict[str, list[str]]:
    """Return the columns of rows by name."""
    if len(names) == 1:
        return {names[0]: [str(row) for row in rows]}
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}


def check_labels(found: Labels, known: Sequence[str], train: Any) -> Labels:
    """Return labels spelt as the training file spells them; refuse those that it lacks."""
    spelt = {_folded(name): name for name in known}
    bad = []
    labels = []
    for line, value in zip(found.lines, found.labels, strict=True):
        name = value if value in known else spelt.get(_folded(value))
        labels.append(value if name is None else name)
        if name is None:
            bad.append((line, repr(value[:40])))
    if bad:
        names = ", ".join(repr(name[:20]) for name in sorted(known)[:8])
        more = ", ..." if len(set(known)) > 8 else ""
        what = f"label {bad[0][1]} is" if len(bad) == 1 else f"{len(bad):,} labels are"
        where = "" if len(bad) == 1 else f" ({listed_lines(bad)})"
        fail(
            found.account.path,
            bad[0][0] if len(bad) == 1 else None,
            f"{what} not in {train}, which has {names}{more}{where}",
        )
    return found._replace(labels=labels)


def _grid(source: Source, langs: Sequence[str]) -> Grid:
    """Read the table of a source: of a workbook, the first sheet that may be meant."""

    def wanted(head: Sequence[str]) -> bool:
        try:
            if source.columns:
                return all(by_name(head, name) is not None for name in source.columns)
            return find_text(head) is not None
        except Unclear:
            return False

    return read_grid(source.path, langs=langs, sheet=source.sheet, wanted=wanted)


class _Chosen:
    """Places of the columns that are wanted, and what there is to say of them."""

    def __init__(self, grid: Grid, source: Source, *, strict: bool) -> None:
        self.grid, self.source, self.strict = grid, source, strict
        self.head = grid.rows[0]
        self.notes: list[str] = []
        #: Whether the first row holds names. Where columns are given by their places, it may not.
        self.has_head = grid.named or not by_number(self.head, source.columns)
        if not self.has_head:
            with contextlib.suppress(Unclear):
                found = (find_text(self.head), find_label(self.head))
                self.has_head = found != (None, None)
        if not self.has_head:
            self.notes.append("no header")

    def texts(self, names: Sequence[str] | None, *, labelled: bool = False) -> list[int]:
        """Return the places of one column of texts, or of two."""
        own = self.source.columns[: len(self.source.columns) - labelled]
        if own:
            return [self._named(name, "") for name in own]
        for name in names or ():
            if self.strict or len(names or ()) > 1 or by_name(self.head, name) is not None:
                continue
            self.notes.append(f"no column {name!r}")
            names = None
            break
        if names:
            return [self._named(name, "--text-column") for name in names]
        try:
            found = find_text(self.head)
        except Unclear as unclear:
            self._fail(f"{unclear}; name the right one with --text-column")
        if found is None and len(self.head) == 1 and not labelled:
            self.has_head = self.grid.named
            self.notes.append("one column without a known header: every row counts as a text")
            return [0]
        if found is None and len(self.head) == 1:
            self._fail("there is one column; a labelled file needs two, a text and its label")
        if found is None:
            likely = likely_columns(self.grid.rows[1:])[0]
            hint = "" if likely is None else f", such as --text-column {_word(self.head[likely])}"
            self._fail(
                f"no column is called text or the like; the columns are {shown(self.head)}; "
                f"name the right one with --text-column{hint}"
            )
        if self.head[found] != "text":
            self.notes.append(f"texts in {self.head[found].strip()!r}")
        return [found]

    def label(self, name: str | None, texts: Sequence[int]) -> int:
        """Return the place of the labels."""
        if len(self.source.columns) > 1:
            return self._named(self.source.columns[-1], "")
        if self.source.columns:
            self._fail(f"two columns are needed after the colon: {self.source}:TEXT,LABEL")
        if name is not None and (self.strict or by_name(self.head, name) is not None):
            return self._named(name, "--label-column")
        if name is not None:
            self.notes.append(f"no column {name!r}")
        rest = ["" if place in texts else name for place, name in enumerate(self.head)]
        try:
            found = find_label(rest)
        except Unclear as unclear:
            self._fail(f"{unclear}; name the right one with --label-column")
        if found is None:
            likely = likely_columns(self.grid.rows[1:], texts)[1]
            hint = "" if likely is None else f", such as --label-column {_word(self.head[likely])}"
            self._fail(
                f"no column is called label, category or the like; the columns are "
                f"{shown(self.head)}; name the right one with --label-column{hint}"
            )
        if self.head[found] != "label":
            self.notes.append(f"labels in {self.head[found].strip()!r}")
        return found

    def lang(self, name: str | None, langs: Sequence[str]) -> int | None:
        """Return the place of the languages of rows, where there is such a column."""
        if name is not None:
            found = by_name(self.head, name)
            if found is None and self.strict:
                return self._named(name, "--lang-column")
            return found
        try:
            found = find_lang(self.head)
        except Unclear:
            return None
        if found is None or len(langs) < 2:
            return None
        codes = {row[found].strip() for row in self.grid.rows[1:]} - {""}
        if not codes or not all(_known(code, langs) for code in codes):
            return None
        self.notes.append(f"languages in {self.head[found].strip()!r}")
        return found

    def _named(self, name: str, option: str) -> int:
        """Return the place of a column that is named."""
        try:
            found = by_name(self.head, name)
        except Unclear as unclear:
            self._fail(str(unclear))
        if found is None:
            hint = f"; name the right one with {option}" if option else ""
            self._fail(f"no column {name!r}; the columns are {shown(self.head)}{hint}")
        return found

    def _fail(self, problem: str) -> NoReturn:
        """Raise for the head of the table."""
        fail(self.source.path, self.grid.lines[0] if self.grid.unit == "line" else None, problem)


class _Languages:
    """Declared languages of codes and names as a column has them."""

    def __init__(self, langs: Sequence[str], usual: str | None) -> None:
        self.langs, self.usual = langs, usual
        self.others: Counter[str] = Counter()
        self._known: dict[str, str | None] = {"": usual}

    def of(self, said: str) -> str | None:
        """Return the declared language that a cell says, None for another one."""
        said = said.strip()
        if said not in self._known:
            self._known[said] = _known(said, self.langs)
        if self._known[said] is None and said:
            self.others[said] += 1
        return self._known[said]

    def summary(self) -> str:
        """Say which other languages there are."""
        found = ", ".join(
            f"{count:,} x {name[:20]!r}" for name, count in self.others.most_common(5)
        )
        return f"of the languages {', '.join(self.langs)}, not: {found}"


def _known(said: str, langs: Sequence[str]) -> str | None:
    """Return the declared language that a code or a name means."""
    code = language_of(said) or said
    return match_code(code, langs) or match_code(said, langs)


def _join_twins(found: Labels) -> None:
    """Give labels that differ in case or width only the spelling that is used most."""
    counts = Counter(found.labels)
    spelt: dict[str, list[str]] = {}
    for name, _ in counts.most_common():
        spelt.setdefault(_folded(name), []).append(name)
    twins = {other: names[0] for names in spelt.values() for other in names[1:]}
    if not twins:
        return
    said = [
        f"{other!r} ({counts[other]:,} rows) counts as {name!r}" for other, name in twins.items()
    ]
    more = f" and {len(said) - 5} more" if len(said) > 5 else ""
    found.account.notes.append(f"label {', '.join(said[:5])}{more}")
    found.labels[:] = [twins.get(name, name) for name in found.labels]


def _folded(label: str) -> str:
    """Return what makes two labels one: "Travel " and "travel"."""
    return " ".join(unicodedata.normalize("NFKC", label).casefold().split())


def _word(name: str) -> str:
    """Return a name as one writes it at a shell."""
    import shlex

    return shlex.quote(name.strip()[:30])
