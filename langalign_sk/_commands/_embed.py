"""The command ``embed``: a folder of texts in parquet to a folder of vectors."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from langalign_sk._commands._encoders import HELP, NGRAM
from langalign_sk._commands._predict import add_log

_EPILOG = """\
examples:
  langalign-sk embed texts --encoder use --out vectors
  langalign-sk embed texts --encoder use --out vectors --cluster tcp://scheduler:8786

Every file of parquet becomes one of the same name, with the columns of the texts and a column
vector. A finished file is left alone as long as its texts and the encoder are the same: a run that
was stopped goes on where it was. With --cluster a running Dask cluster does the work.
"""


def add_embed(commands: Any) -> None:
    """Add the command ``embed``."""
    parser = commands.add_parser(
        "embed",
        help="vectors of the texts in a folder of parquet",
        description="Write the vectors of the texts in a folder of parquet, file by file.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="folder with files of parquet")
    parser.add_argument(
        "--encoder", required=True, metavar="NAME", help=HELP.replace("ngram, ", "")
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FOLDER", help="folder to write, file by file"
    )
    parser.add_argument(
        "--text", default="text", metavar="COLUMN", help="column of the texts (default: text)"
    )
    parser.add_argument(
        "--keep",
        action="append",
        metavar="COLUMN",
        help="column to write beside the vectors; may be repeated (default: all of them)",
    )
    parser.add_argument(
        "--cache", metavar="FOLDER", help="remember vectors there, for this run and others"
    )
    parser.add_argument(
        "--cluster", metavar="ADDRESS", help="address of the scheduler of a Dask cluster"
    )
    add_log(parser)
    parser.set_defaults(run=_embed)


def _embed(args: argparse.Namespace) -> int:
    """Run ``embed`` and return the exit code."""
    from contextlib import nullcontext

    from langalign_sk._commands._encoders import model_of
    from langalign_sk._commands._stages import keeps, say, stage
    from langalign_sk.dask import embed_parquet, scheduler_at
    from langalign_sk.text import EmbeddingExtractor

    if args.encoder == NGRAM:
        raise ValueError(f"--encoder {NGRAM}: it learns from texts first; name a trained encoder")
    cache = None if args.cache is None else Path(args.cache)
    extractor = EmbeddingExtractor(
        model_of(args.encoder, option=f"--encoder {args.encoder}"), cache=cache
    )
    client = nullcontext() if args.cluster is None else scheduler_at(args.cluster)
    with (
        stage("embed", str(args.folder)) as facts,
        keeps(f"finished files stay in {args.out}; the same command goes on from there"),
        client as cluster,
    ):
        try:
            done = embed_parquet(
                extractor, args.folder, args.out, column=args.text, keep=args.keep, client=cluster
            )
        except ValueError as error:  # in words of the shell
            said = str(error).replace(' or set missing="empty" to read them as empty texts', "")
            raise ValueError(said) from error
        facts |= vars(done)
    before = f", {done.n_finished:,} finished before" if done.n_finished else ""
    say(f"{args.out}: {done.n_files:,} files, {done.n_rows:,} texts{before}")
    return 0
