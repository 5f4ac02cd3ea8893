"""The command ``predict``: a class for every text, by a saved model."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from langalign_sk._commands._options import add_lang_column, add_text_column, source, text_columns

if TYPE_CHECKING:
    from langalign_sk._commands._answers import Answers

_EPILOG = """\
examples:
  langalign-sk predict out chats.txt --out answers.csv
  tail -n 1000 chats.log | langalign-sk predict out - > answers.tsv

Every line has its answer, in order: the column reason says where it is worth little (an empty
line, an emoji, a number, another script). A model that was saved with --format joblib can run code:
trust who made it.
"""


def add_predict(commands: Any) -> None:
    """Add the command ``predict``."""
    parser = commands.add_parser(
        "predict",
        help="classes of texts by a model that `transfer` wrote",
        description="Write prediction, confidence, reason and text of every row.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_arguments(parser)
    add_lang_column(parser)
    parser.set_defaults(run=_predict)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the commands take that use a model on texts."""
    parser.add_argument("model", type=Path, metavar="MODEL", help="folder written by `transfer`")
    parser.add_argument(
        "texts",
        type=source,
        metavar="TEXTS",
        help="one text a line (.txt, or - for standard input), or a table",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="table to write, .tsv, .csv or .xlsx (default: standard output, with tabs)",
    )
    add_text_column(parser)
    parser.add_argument(
        "--lang", metavar="LANG", help="language of TEXTS (default: told for each text)"
    )
    add_log(parser)


def add_log(parser: argparse.ArgumentParser) -> None:
    """Add the option of what is said on standard error."""
    parser.add_argument(
        "--log-json",
        action="store_true",
        help="say on standard error what is done as JSON, one object a stage",
    )


def columns_of(
    texts: Sequence[Any],
    found: Answers,
    labels: Sequence[str] | None = None,
    *,
    names: Sequence[str] = ("text",),
) -> dict[str, Sequence[str]]:
    """Columns of prediction, confidence, reason, label (where known) and text, or two texts."""
    from langalign_sk._commands._files import columns_of_texts

    columns: dict[str, Sequence[str]] = {"prediction": found.classes}
    if found.confidence is not None:
        columns["confidence"] = found.confidence
    columns["reason"] = found.reasons
    if labels is not None:
        columns["label"] = labels
    # Those of one text are called that, whatever they were called before.
    return columns | columns_of_texts(names if len(names) == 2 else ("text",), texts)


def _predict(args: argparse.Namespace) -> int:
    """Run ``predict`` and return the exit code."""
    from langalign_sk._commands._answers import (
        by_language,
        check_columns,
        in_language,
        languages_of,
    )
    from langalign_sk._commands._files import read_texts
    from langalign_sk._commands._saved import load_model, saved_labels, usable
    from langalign_sk._commands._stages import say, stage
    from langalign_sk._commands._write import check_table, write_table

    named = text_columns(args)
    check_table(args.out)
    with stage("load", str(args.model)):
        model = load_model(args.model)
    model = in_language(model, args.lang)
    langs = languages_of(model) or ()
    with stage("read", str(args.texts)) as facts:
        how = {"text": named, "lang_column": args.lang_column, "blank": True, "strict": True}
        given = read_texts(args.texts, langs=langs, **how)
        texts, names = given.texts, given.names
        facts |= {"rows": len(texts), "notes": given.account.notes}
    check_columns(model, names, args.model)
    if given.account.notes:
        say(given.account.line())
    with stage("predict", f"{len(texts):,} texts") as facts, usable(args.model):
        found = by_language(model, texts, given.langs, saved_labels(args.model))
        doubtful = sum(map(bool, found.reasons))
        facts |= {"rows": len(texts), "doubtful": doubtful}
    if doubtful:
        say(f"{args.texts}: {doubtful:,} of {len(texts):,} answers have a reason for doubt beside "
            "them")  # fmt: skip
    write_table(args.out, columns_of(texts, found, names=names))
    return 0
