"""The ``export`` command: a model as files that hold no code, to be given to others."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from langalign_sk._commands._predict import add_log

_EPILOG = """\
examples:
  langalign-sk export out intents
  langalign-sk export out intents --with-weights

DIR receives JSON and safetensors, which run nothing when they are read: in Python with
langalign_sk.load(DIR), at a shell with predict, evaluate and suggest. What it takes to refit a
model stays in OUT.
"""


def add_export(commands: Any) -> None:
    """Add the command ``export``."""
    parser = commands.add_parser(
        "export",
        help="a model as files that hold no code, to be given to others",
        description="Write a model that `transfer` made as files that hold no code.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("model", type=Path, metavar="OUT", help="folder written by `transfer`")
    parser.add_argument("folder", type=Path, metavar="DIR", help="folder to write")
    parser.add_argument(
        "--with-weights",
        action="store_true",
        help="the encoders' weights as well, so that no network is needed",
    )
    add_log(parser)
    parser.set_defaults(run=_export)


def _export(args: argparse.Namespace) -> int:
    """Run ``export`` and return the exit code."""
    from langalign_sk._commands._saved import load_model
    from langalign_sk._commands._stages import stage
    from langalign_sk.saved import save

    with stage("load", str(args.model)):
        model = load_model(args.model)
    with stage("write", str(args.folder)):
        save(model, args.folder, include_weights=args.with_weights)
    names = ", ".join(sorted(path.name for path in args.folder.iterdir()))
    print(f"{args.folder}: {names}")
    print(f"next: langalign-sk predict {args.folder} TEXTS.txt")
    return 0
