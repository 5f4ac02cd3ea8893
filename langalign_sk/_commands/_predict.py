"""The ``predict`` command: a class for every text."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def add_parser(commands: Any) -> None:
    """Add the command to those of ``langalign-sk``."""
    parser = commands.add_parser(
        "predict",
        help="classes of texts by a model that `transfer` wrote",
        description="Write prediction, confidence and text of every row. Load only models that "
        "you trust: a saved model can run code.",
    )
    parser.add_argument("model", type=Path, metavar="MODEL", help="folder written by `transfer`")
    parser.add_argument("texts", type=Path, metavar="TEXTS", help=".txt, .tsv, .csv or .jsonl file")
    parser.add_argument("--out", type=Path, metavar="FILE", help="default: standard output")
    parser.add_argument("--text-column", default="text", metavar="NAME", help="default: text")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the command and return the exit code."""
    from langalign_sk._commands import _predictions
    from langalign_sk._commands._files import read_texts
    from langalign_sk._io import atomic_file

    texts = read_texts(args.texts, args.text_column)
    found = _predictions.predict(_predictions.load_model(args.model), texts)
    if args.out is None:
        print(_predictions.predictions(texts, found), end="")
        return 0
    with atomic_file(args.out) as file:
        file.write(_predictions.predictions(texts, found).encode("utf-8", "surrogatepass"))
    return 0
