"""The ``suggest`` command: which texts to label next."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def add_parser(commands: Any) -> None:
    """Add the command to those of ``langalign-sk``."""
    parser = commands.add_parser(
        "suggest",
        help="unlabelled texts that are worth a label most",
        description="Write a table with an empty column for labels, the most useful text first.",
    )
    parser.add_argument("model", type=Path, metavar="MODEL", help="folder written by `transfer`")
    parser.add_argument("texts", type=Path, metavar="TEXTS", help=".txt, .tsv, .csv or .jsonl file")
    parser.add_argument(
        "-n", type=int, default=100, metavar="N", help="how many (default: %(default)s)"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="default: standard output")
    parser.add_argument("--text-column", default="text", metavar="NAME", help="default: text")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the command and return the exit code."""
    from langalign_sk._commands._files import read_texts
    from langalign_sk._commands._predictions import load_model, tsv
    from langalign_sk._io import atomic_file
    from langalign_sk.selection import suggest_labels

    texts = read_texts(args.texts, args.text_column)
    found = suggest_labels(load_model(args.model), texts, args.n)
    table = tsv(
        {
            "label": [""] * len(found),
            "prediction": [str(label) for label in found["prediction"]],
            "score": [f"{score:.4f}" for score in found["score"]],
            "text": [texts[row] for row in found["row"]],
        }
    )
    if args.out is None:
        print(table, end="")
        return 0
    with atomic_file(args.out) as file:
        file.write(table.encode("utf-8", "surrogatepass"))
    return 0
