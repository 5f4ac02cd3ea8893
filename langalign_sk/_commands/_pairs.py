"""Sentence pairs from files of any kind: cleaned, added up, each once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langalign_sk._commands._columns import Unclear, by_name, by_number, find_sides, shown
from langalign_sk._commands._sources import PAIRS, Account, Source, as_source, check_file
from langalign_sk._io import fail, read_grid, read_guessed
from langalign_sk.corpus import ParallelCorpus, clean_pairs
from langalign_sk.text import LanguageDetector, shares_scripts

_LOOKED_AT = 300


def read_pairs(
    sources: Sequence[Any],
    langs: tuple[str, str],
    columns: tuple[str, str] | None = None,
) -> tuple[ParallelCorpus, list[Account]]:
    """Read pairs of files, clean them, and add them up.

    Parameters
    ----------
    sources : sequence of Source, path or str
        The files, perhaps with names of columns, see `as_source`.
    langs : tuple of str
        Languages of the two sides.
    columns : tuple of str, optional
        Names of the columns, or language codes of a .tmx, in files that have them. None: by the
        headers.

    Returns
    -------
    pairs : ParallelCorpus
        Plain texts, each pair once.
    accounts : list of Account
        What came of each file.
    """
    found: dict[tuple[str, str], None] = {}
    accounts = []
    for given in sources:
        source = as_source(given)
        account = Account(source.path, "pairs")
        raw = _read(source, langs, columns, account, strict=len(sources) == 1)
        try:
            clean = clean_pairs(raw)
        except ValueError as error:
            fail(source.path, None, f"{error}{_why(raw, langs)}")
        account.n_read = raw.n_pairs
        for reason, count in clean.dropped.items():
            account.leave_out(reason, count)
        before = len(found)
        kept = list(zip(clean.corpus.source, clean.corpus.target, strict=True))
        found |= dict.fromkeys(kept)
        account.n_kept = len(found) - before
        account.leave_out("in an earlier file", len(kept) - account.n_kept)
        accounts.append(account)
    left, right = zip(*found, strict=True)
    return ParallelCorpus(left, right, source_lang=langs[0], target_lang=langs[1]), accounts


def _read(
    source: Source,
    langs: tuple[str, str],
    columns: tuple[str, str] | None,
    account: Account,
    *,
    strict: bool,
) -> ParallelCorpus:
    """Read one file."""
    path = source.path
    kind = check_file(source, PAIRS, "pairs")
    own = source.columns
    if own and len(own) != 2:
        raise ValueError(f"{path}: two columns are needed after the colon, {path}:SOURCE,TARGET")
    here: dict[str, Any] = {"source_lang": langs[0], "target_lang": langs[1]}
    if kind == ".tmx":
        codes = own or columns or (None, None)
        return ParallelCorpus.from_tmx(path, *codes, **here)
    if kind == ".po":
        encoding = read_guessed(path, langs)[1]
        account.notes += [] if encoding.startswith("utf-8") else [encoding]
        return ParallelCorpus.from_po(path, encoding=encoding, **here)
    if kind in (".xlf", ".xliff"):
        return ParallelCorpus.from_xliff(path, **here)

    def wanted(head: Sequence[str]) -> bool:
        try:
            if own:
                return all(by_name(head, name) is not None for name in own)
            return find_sides(head, langs) is not None
        except Unclear:
            return False

    grid = read_grid(path, langs=langs, sheet=source.sheet, wanted=wanted)
    account.notes += grid.read_as
    head = grid.rows[0]
    line = grid.lines[0] if grid.unit == "line" else None
    try:
        places = _named(head, own or columns, strict=bool(own) or strict)
        headed = grid.named or not (places is None or by_number(head, own or columns or ()))
        if not headed:
            found = find_sides(head, langs)
            places, headed = places or found, found is not None
    except Unclear as unclear:
        fail(path, line, f"{unclear}; {langs[0]} and {langs[1]} are needed, {_way_out(source)}")
    rows = grid.rows[1:] if headed else grid.rows
    if not rows:
        fail(path, None, "there are no rows below the header")
    if places is None:
        if len(head) != 2:
            fail(
                path,
                line,
                f"columns {langs[0]!r} and {langs[1]!r} are needed, found {shown(head)}; "
                f"{_way_out(source)}",
            )
        places = _by_look(rows, langs)
        order = "first" if places == (0, 1) else "second"
        account.notes.append(f"no header; the {order} column is taken for {langs[0]}")
    elif not headed:
        account.notes.append("no header")
    else:
        names = [head[place].strip() for place in places]
        if names != list(langs):
            account.notes.append(f"columns {names[0]!r} and {names[1]!r}")
    sides = [[row[place] for row in rows] for place in places]
    return ParallelCorpus(*sides, **here)


def _named(
    head: Sequence[str], names: Sequence[str] | None, *, strict: bool
) -> tuple[int, int] | None:
    """Return the places of two named columns; None where they are not there and need not be."""
    if not names:
        return None
    one, other = (by_name(head, name) for name in names)
    if one is None or other is None:
        if not strict:
            return None
        missing = names[0] if one is None else names[1]
        raise Unclear(f"no column {missing!r}; the columns are {shown(head)}")
    if one == other:
        raise Unclear(f"both sides are named {names[0]!r}")
    return one, other


def _by_look(rows: Sequence[Sequence[str]], langs: tuple[str, str]) -> tuple[int, int]:
    """Return which of two columns is the source side: by script, or else the first."""
    if shares_scripts(langs):
        return 0, 1
    detector = LanguageDetector(langs)
    votes = 0
    for row in rows[:_LOOKED_AT]:
        told = detector.detect(list(row[:2]))
        votes += (told == [langs[0], langs[1]]) - (told == [langs[1], langs[0]])
    return (1, 0) if votes < 0 else (0, 1)


def _way_out(source: Source) -> str:
    """Say how columns are named."""
    return f"name the right ones, --pairs {source.path.name}:SOURCE,TARGET or --pair-columns"


def _why(raw: ParallelCorpus, langs: tuple[str, str]) -> str:
    """Say of pairs without a usable one whether the sides are the wrong way round."""
    rows = list(zip(raw.source, raw.target, strict=True))
    if _by_look(rows, langs) == (1, 0):
        return f"; the {langs[0]} side looks like {langs[1]} and the other way round"
    return ""
