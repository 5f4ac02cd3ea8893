"""What a model is made of, read and looked at before anything is computed."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from langalign_sk._commands._make import Material
from langalign_sk._commands._options import text_columns
from langalign_sk._commands._stages import say

if TYPE_CHECKING:
    from langalign_sk._commands._checks import Part
    from langalign_sk._commands._files import Labels, Texts
    from langalign_sk._commands._sources import Account, Source

#: Columns of what ``suggest`` writes: its rows are hard ones.
SUGGESTED = frozenset({"label", "prediction", "score"})


def read(args: argparse.Namespace, source: str, target: str) -> Material:
    """Read all files of a run, and look at them; what can't be read is told of all at once."""
    from langalign_sk._commands._checks import Doubt, Part, check, gathered, settle
    from langalign_sk._commands._files import check_labels, read_labels, read_texts
    from langalign_sk._commands._pairs import read_pairs

    langs, doubts = (source, target), list[Doubt]()
    how: dict[str, Any] = {"text": text_columns(args), "lang_column": args.lang_column}
    how["langs"], told = langs, {"label": args.label_column}
    looser = {**how, "strict": False}
    train: list[Labels] = []
    for one in args.train:
        with gathered(doubts):
            train.append(read_labels(one, lang=source, **how, **told))
    accounts: list[Account] = []
    with gathered(doubts):
        pairs, accounts = read_pairs(args.pairs, langs, args.pair_columns)
    labelled: dict[str, list[Labels]] = {"--test": [], "--target-labels": []}
    for option, found in labelled.items():
        for one in getattr(args, option.removeprefix("--").replace("-", "_")) or ():
            with gathered(doubts):
                found.append(read_labels(one, lang=target, **looser, **told))
    unlabeled: list[Texts] = []
    for one in args.unlabeled or ():
        with gathered(doubts):
            unlabeled.append(read_texts(one, lang=target, **looser))
    settle(doubts)
    made = Material([], [], pairs, names=train[0].names)
    known = sorted({label for part in train for label in part.of(source).labels})
    first, parts = args.train[0], []
    for part in train:
        own = part.of(source)
        parts.append(_part("--train", own, source))
        made.train += own.texts
        made.labels += own.labels
        labelled["--target-labels"].append(part.of(target))
        made.files.append(_described(part.account, "--train"))
    made.files += [_described(account, "--pairs") for account in accounts]
    others = []
    for option, found in labelled.items():
        for read_part in found:
            own = read_part.of(target)
            if own.texts and known:
                with gathered(doubts):
                    own = check_labels(own, known, first)
            if not any(read_part.account is part.account for part in train):
                made.files.append(_described(own.account, option))
                others.append(_part(option, own, target))
            if option == "--test":
                made.test += own.texts
                made.test_labels += own.labels
            else:
                made.target += own.texts
                made.target_labels += own.labels
    for one in args.test or ():
        if is_suggested(one, langs):
            why = (
                f"{one.path.name} holds rows that `suggest` chose, which are hard ones: the "
                "accuracy on them is too low. Give them as --target-labels, to learn from"
            )
            doubts.append(Doubt(why, fatal=False))
    for texts in unlabeled:
        rows = [row for row, lang in enumerate(texts.langs) if lang == target]
        made.unlabeled += [texts.texts[row] for row in rows]
        made.files.append(_described(texts.account, "--unlabeled"))
        name = f"--unlabeled {texts.account.path}"
        some = [texts.texts[row] for row in rows]
        others.append(Part(name, some, target, [texts.lines[row] for row in rows]))
    _apart(made)
    made.warnings = settle([*doubts, *check(langs, parts, others, pairs)], anyway=args.anyway)
    two = "rows of two texts" if len(made.names) == 2 else "texts"
    say(f"{len(made.train):,} labelled {two}, {len(known)} classes")
    for file in made.files:
        say(file["line"])
    if made.target:
        say(f"{len(made.target):,} labelled {two} in {target} are learned from as well")
    for warning in made.warnings:
        say(warning, kind="warning")
    return made


def _part(option: str, found: Labels, lang: str) -> Part:
    """Return what is looked at of a labelled file."""
    from langalign_sk._commands._checks import Part

    return Part(f"{option} {found.account.path}", found.texts, lang, found.lines, found.labels)


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
