"""Options that several commands have: the files they read, and what is in them."""

from __future__ import annotations

import argparse
from typing import Any

from langalign_sk._commands._sources import Source, as_source

#: What may stand behind the name of a file.
FILE = "FILE[#SHEET][:COLUMN,COLUMN]"


def source(given: str) -> Source:
    """Read the name of a file, for :mod:`argparse`."""
    try:
        return as_source(given)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def add_text_column(parser: argparse.ArgumentParser) -> None:
    """Add the option that names the column of texts, or two of them."""
    parser.add_argument(
        "--text-column",
        nargs="+",
        metavar="NAME",
        help="column of the texts, or two for rows of two texts; behind the files (default: by "
        "the headers)",
    )


def add_label_column(parser: argparse.ArgumentParser) -> None:
    """Add the option that names the column of labels."""
    parser.add_argument(
        "--label-column", metavar="NAME", help="column of the labels (default: by the headers)"
    )


def add_lang_column(parser: argparse.ArgumentParser) -> None:
    """Add the option that names the column with the language of each row."""
    parser.add_argument(
        "--lang-column", metavar="NAME", help="column with the language of each row"
    )


def add_pairs(parser: argparse.ArgumentParser, *, required: bool) -> None:
    """Add the options of pairs."""
    parser.add_argument(
        "--pairs",
        type=source,
        action="append",
        required=required,
        metavar="FILE",
        help="sentences and translations; several times for several files",
    )
    parser.add_argument(
        "--pair-columns",
        nargs=2,
        metavar=("SOURCE", "TARGET"),
        help="columns (or language codes of a .tmx) of --pairs; default: by the headers",
    )


def add_labelled(parser: argparse.ArgumentParser) -> None:
    """Add the columns of labelled files."""
    add_text_column(parser)
    add_label_column(parser)
    add_lang_column(parser)


def text_columns(args: Any) -> tuple[str, ...] | None:
    """Return the one or two columns of texts; None where headers are to say it."""
    if args.text_column is None:
        return None
    names = tuple(args.text_column)
    if len(names) > 2 or len(set(names)) < len(names):
        raise ValueError(
            f"--text-column {' '.join(names)}: one column, or two others of a row of two texts"
        )
    return names


def add_checks(parser: argparse.ArgumentParser) -> None:
    """Add what is done with doubts about the input."""
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="read and look at everything, say what would be done and how long it may take",
    )
    parser.add_argument(
        "--anyway", action="store_true", help="go on in spite of doubts about the files"
    )
