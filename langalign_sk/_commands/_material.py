"""What a model is made of, read and looked at before anything is computed."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from langalign_sk._commands._make import Material
from langalign_sk._commands._options import text_columns
from langalign_sk._commands._stages import say

if TYPE_CHECKING:
    from langalign_sk._commands._files import Labels
    from langalign_sk._commands._sources import Account, Source

#: Columns of what ``suggest`` writes: its rows are hard ones.
SUGGESTED = frozenset({"label", "prediction", "score"})


def read(args: argparse.Namespace, source: str, target: str) -> Material:
    """Read all files of a run; say what was found in them."""
    from langalign_sk._commands._files import check_labels, read_labels, read_texts
    from langalign_sk._commands._pairs import read_pairs

    langs = (source, target)
    how: dict[str, Any] = {"text": text_columns(args), "lang_column": args.lang_column}
    how["langs"], told = langs, {"label": args.label_column}
    train = [read_labels(one, lang=source, **how, **told) for one in args.train]
    known = sorted({label for part in train for label in part.of(source).labels})
    if len(known) < 2:
        what = f"all labels are {known[0][:40]!r}" if known else f"no row is in {source}"
        raise ValueError(f"{args.train[0]}: {what}; two classes are needed")
    pairs, accounts = read_pairs(args.pairs, langs, args.pair_columns)
    made = Material([], [], pairs, names=train[0].names)
    how["strict"] = False

    def labelled(files: Iterable[Source] | None, what: str) -> list[Labels]:
        found = []
        for one in files or ():
            rows = read_labels(one, lang=target, **how, **told)
            found.append(check_labels(rows.of(target), known, args.train[0]))
            if what == "--test" and is_suggested(one, langs):
                why = (
                    f"{one.path.name} holds rows that `suggest` chose, which are hard ones: the "
                    "accuracy on them is too low. Give them as --target-labels, to learn from"
                )
                made.warnings.append(why)
                say(why, kind="warning")
            made.files.append(_described(rows.account, what))
        return found

    for part in train:
        made.train += part.of(source).texts
        made.labels += part.of(source).labels
        made.target += part.of(target).texts
        made.target_labels += check_labels(part.of(target), known, args.train[0]).labels
        made.files.append(_described(part.account, "--train"))
    made.files += [_described(account, "--pairs") for account in accounts]
    for part in labelled(args.test, "--test"):
        made.test += part.texts
        made.test_labels += part.labels
    for part in labelled(args.target_labels, "--target-labels"):
        made.target += part.texts
        made.target_labels += part.labels
    for one in args.unlabeled or ():
        texts = read_texts(one, lang=target, **how)
        rows = zip(texts.texts, texts.langs, strict=True)
        made.unlabeled += [row for row, lang in rows if lang == target]
        made.files.append(_described(texts.account, "--unlabeled"))
    _apart(made)
    two = "rows of two texts" if len(made.names) == 2 else "texts"
    say(f"{len(made.train):,} labelled {two}, {len(known)} classes")
    for file in made.files:
        say(file["line"])
    if made.target:
        say(f"{len(made.target):,} labelled {two} in {target} are learned from as well")
    return made


def is_suggested(source: Source, langs: Sequence[str]) -> bool:
    """Tell by the names of its columns whether a table is one that ``suggest`` wrote."""
    from langalign_sk._io import TABLES, ending, read_grid

    if ending(source.path) not in TABLES:
        return False
    head = read_grid(source.path, langs=langs, sheet=source.sheet).rows[0]
    return {name.strip().lower() for name in head} >= SUGGESTED


def _described(account: Account, what: str) -> dict[str, Any]:
    """Return what the page shows of a file, and its line for people at a shell."""
    line = account.line()
    said = line.removeprefix(f"{account.path}: ")
    return {
        "what": what.removeprefix("--").replace("-", " "),
        "name": account.path.name,
        "rows": account.n_kept,
        "note": said,
        "line": line,
    }


def _apart(made: Material) -> None:
    """Leave rows that are learned from out of those to test on."""
    learned = set(made.target)
    rows = [row for row, text in enumerate(made.test) if text not in learned]
    if len(rows) < len(made.test):
        say(
            f"{len(made.test) - len(rows):,} texts of --test are among the labelled ones to learn "
            "from and are left out of the test",
            kind="note",
        )
        made.test = [made.test[row] for row in rows]
        made.test_labels = [made.test_labels[row] for row in rows]
