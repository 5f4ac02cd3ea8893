"""The command ``suggest``: which unlabelled texts to label next."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import Any

from langalign_sk._commands._predict import add_arguments

_EPILOG = """\
examples:
  langalign-sk suggest out ko.txt -n 50 --out to_label.xlsx
  langalign-sk suggest out chats.csv --text-column message --out to_label.csv

Fill in the column label and give the file back:
  langalign-sk refit out --target-labels to_label.xlsx
The rows are hard ones, chosen and not drawn: an accuracy measured on them would be too low.
"""


def add_suggest(commands: Any) -> None:
    """Add the command ``suggest``."""
    parser = commands.add_parser(
        "suggest",
        help="unlabelled texts that are worth a label most",
        description="Write a table with an empty column for labels, the most useful text first.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "-n", type=int, default=100, metavar="N", help="how many (default: %(default)s)"
    )
    add_arguments(parser)
    parser.set_defaults(run=_suggest)


def _suggest(args: argparse.Namespace) -> int:
    """Run ``suggest`` and return the exit code."""
    from langalign_sk._commands._answers import (
        check_columns,
        in_language,
        languages_of,
        reasons_for,
    )
    from langalign_sk._commands._files import columns_of_texts, read_texts
    from langalign_sk._commands._options import text_columns
    from langalign_sk._commands._saved import load_model, usable
    from langalign_sk._commands._stages import say, stage
    from langalign_sk._commands._write import check_table, write_table
    from langalign_sk.selection import suggest_labels

    named = text_columns(args)
    if args.n < 1:
        raise ValueError(f"-n {args.n}: one text at least is to be suggested")
    check_table(args.out)
    with stage("load", str(args.model)):
        model = load_model(args.model)
    with stage("read", str(args.texts)):
        langs = languages_of(model) or ()
        given = read_texts(args.texts, langs=langs, text=named, blank=True, strict=True)
    texts, names = given.texts, given.names
    check_columns(model, names, args.model)
    reasons = reasons_for(model, texts)
    some = [text for text, why in zip(texts, reasons, strict=True) if not why]
    words = f"words in {' or '.join(langs)}" if langs else "words"
    if not some:
        raise ValueError(f"{args.texts} has no text with {words}: there is nothing to label")
    if len(some) < len(texts):
        say(f"{args.texts}: {len(texts) - len(some):,} of {len(texts):,} texts have no {words}")
    with (
        stage("suggest", f"{min(args.n, len(some)):,} of {len(some):,} texts") as facts,
        usable(args.model),
    ):
        found = suggest_labels(in_language(model, args.lang), some, args.n)
        facts["rows"] = len(found)
    write_table(
        args.out,
        {
            "label": [""] * len(found),
            "prediction": [str(label) for label in found["prediction"]],
            "score": [f"{score:.4f}" for score in found["score"]],
            **columns_of_texts(
                names if len(names) == 2 else ("text",), [some[row] for row in found["row"]]
            ),
        },
    )
    if isinstance(args.out, Path) and str(args.out) != "-":
        refit = shlex.join(["langalign-sk", "refit", str(args.model)])
        say(f"next: fill in the labels, then {refit} --target-labels {shlex.quote(str(args.out))}")
    return 0
