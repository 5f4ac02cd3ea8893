"""Options that several commands have."""

from __future__ import annotations

import argparse


def add_text_column(parser: argparse.ArgumentParser) -> None:
    """Add the option that names the column of texts, or two of them."""
    parser.add_argument(
        "--text-column",
        nargs="+",
        default=["text"],
        metavar="NAME",
        help="column of the texts, or two for rows of two texts; behind the files (default: text)",
    )


def text_columns(args: argparse.Namespace) -> tuple[str, ...]:
    """Return the one or two columns of texts."""
    names = tuple(args.text_column)
    if len(names) > 2 or len(set(names)) < len(names):
        raise ValueError(
            f"--text-column {' '.join(names)}: one column, or two others of a row of two texts"
        )
    return names
