"""The command ``migrate``: another encoder, and an index that need not be embedded anew."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from langalign_sk._commands._options import add_text_column, source, text_columns
from langalign_sk._commands._predict import add_log

if TYPE_CHECKING:
    from langalign_sk.migrate import Migration

_EPILOG = """\
examples:
  langalign-sk migrate out --texts sample.txt --old all-MiniLM-L6-v2 --new use
  langalign-sk migrate out --texts sample.txt --old sample.npy --new use --at-least .9 \\
      --convert index.npy index_new.npy
  langalign-sk migrate out --convert index.faiss index_new.faiss

sample.txt holds a few thousand texts like those of the index, one a line. OUT gets the maps, a
page and the tables; later calls without --texts convert files with the map that OUT holds.

exit code: 3 where less is kept than --at-least says; nothing is converted then.
"""
#: What every folder of this command holds.
FACTS = "migration.json"


def add_migrate(commands: Any) -> None:
    """Add the command ``migrate``."""
    parser = commands.add_parser(
        "migrate",
        help="vectors of an old encoder as those of a new one",
        description="Learn how an encoder's vectors become another's, say what that loses, and "
        "convert an index.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("out", type=Path, metavar="OUT", help="folder to write, or to convert with")
    parser.add_argument(
        "--texts", type=source, metavar="FILE", help="texts like those that the index holds"
    )
    for side, whose in (("--old", "the index was made with"), ("--new", "is to take its place")):
        parser.add_argument(
            side,
            metavar="NAME",
            help=f"the encoder that {whose}: as --encoder of `transfer`, or a .npy file of its "
            "vectors of --texts, in their order",
        )
    parser.add_argument(
        "--map",
        action="append",
        metavar="NAME",
        help="map to try, several times for several (default: all that are any good)",
    )
    parser.add_argument(
        "--judged",
        type=Path,
        metavar="FILE",
        help="a .tsv, .csv or .jsonl with the columns query, document and perhaps relevance",
    )
    parser.add_argument(
        "--threshold",
        type=float,
        action="append",
        metavar="COSINE",
        help="a threshold in use, to be translated; several times for several",
    )
    parser.add_argument(
        "--at-least",
        type=float,
        metavar="SHARE",
        help="the nDCG that mapped vectors must keep, of --judged or else of the nearest texts",
    )
    parser.add_argument(
        "--convert",
        nargs=2,
        type=Path,
        action="append",
        metavar=("FILE", "NEW"),
        help="convert a .npy, .parquet or .faiss file; several times for several",
    )
    parser.add_argument("--column", metavar="NAME", help="column of the vectors in a .parquet file")
    parser.add_argument(
        "--api-key-env", metavar="VARIABLE", help="environment variable with the key of a server"
    )
    add_text_column(parser)
    add_log(parser)
    parser.set_defaults(run=_migrate)


def _migrate(args: argparse.Namespace) -> int:
    """Run ``migrate`` and return the exit code."""
    from langalign_sk._commands._stages import say, stage
    from langalign_sk._commands._write import check_folder

    _check(args)
    if args.texts is None:
        from langalign_sk.saved import load

        if not (args.out / FACTS).is_file():
            raise ValueError(f"{args.out} holds no map: give --texts, --old and --new first")
        fitted: Any = load(args.out / "map")
    else:
        check_folder(args.out, FACTS)
        judged = None if args.judged is None else _judged(args.judged)
        found = _learned(args)
        fitted = found.map
        kept = _report(args, found, judged)
        if args.at_least is not None and kept < args.at_least:
            say(f"{kept:.3f} of the nDCG is kept, less than --at-least {args.at_least}: nothing is "
                "converted", kind="warning", kept=kept)  # fmt: skip
            return 3
    from langalign_sk.migrate import convert

    for old, new in args.convert or ():
        with stage("convert", f"{old} to {new}"):
            try:
                convert(fitted, old, new, column=args.column)
            except ImportError as error:  # of what reads such files
                raise ValueError(str(error)) from error
        print(f"{new}: converted from {old}")
    return 0


def _check(args: argparse.Namespace) -> None:
    """Refuse options that do not go together, before the work."""
    from langalign_sk.migrate import check_target

    learning = [args.texts, args.old, args.new]
    if any(option is not None for option in learning) and None in learning:
        raise ValueError("--texts, --old and --new go together")
    if args.texts is None and not args.convert:
        raise ValueError("give --texts, --old and --new to learn a map, or --convert to use one")
    alone = {"--map": args.map, "--judged": args.judged, "--threshold": args.threshold}
    for option, value in (alone | {"--at-least": args.at_least}).items():
        if value is not None and args.texts is None:
            raise ValueError(f"{option} is of use with --texts, --old and --new only")
    if args.at_least is not None and not 0 < args.at_least <= 1:
        raise ValueError(f"--at-least {args.at_least}: a share between 0 and 1 is needed, as .95")
    vectors = [name for name in (args.old, args.new) if name is not None and _is_file(name)]
    if args.judged is not None and vectors:
        raise ValueError(
            f"--judged needs the encoders themselves, to embed its queries and documents by: name "
            f"them with --old and --new, not {vectors[0]}"
        )
    for old, new in args.convert or ():
        if not old.is_file():
            raise ValueError(f"{old}: there is no such file")
        check_target(old, new)
        if new.exists() and new.samefile(old):
            raise ValueError(
                f"--convert {old} {new}: the old vectors would be gone, and a second run would map "
                "them once more: name another file"
            )


def _is_file(name: str) -> bool:
    """Tell a file of vectors from the name of an encoder."""
    return name.endswith(".npy")


def _learned(args: argparse.Namespace) -> Migration:
    """Read texts and encoders, and learn the maps."""
    import numpy as np

    from langalign_sk._commands._encoders import NGRAM, model_of
    from langalign_sk._commands._files import read_texts
    from langalign_sk._commands._stages import stage
    from langalign_sk.migrate import migrate

    with stage("read", str(args.texts)):
        read = read_texts(args.texts, text=text_columns(args), blank=True)
        blank = next((row for row, text in enumerate(read.texts) if not str(text).strip()), None)
        if blank is not None:
            raise ValueError(f"{args.texts}: text {blank + 1} is empty")
        texts = [text for text in read.texts if isinstance(text, str)]
        if len(texts) < len(read.texts):
            raise ValueError(f"{args.texts}: one text a row is needed, not two")
    sides = []
    for option, name in (("--old", args.old), ("--new", args.new)):
        if name == NGRAM:
            raise ValueError(f"{option} {NGRAM}: it is fitted on texts; give a .npy of its vectors")
        if _is_file(name):
            try:
                side: Any = np.load(name, allow_pickle=False)
            except ValueError as error:
                raise ValueError(f"{option} {name} is no .npy file of numbers: {error}") from error
            if side.ndim != 2 or len(side) != len(texts):
                raise ValueError(
                    f"{option} {name} has the shape {side.shape}, but {args.texts} has "
                    f"{len(texts):,} texts: row i must be the vector of text i"
                )
        else:
            side = model_of(name, option=f"{option} {name}", api_key_env=args.api_key_env)
        sides.append(side)
    with stage("learn", f"{len(texts):,} texts"):
        old, new = sides
        return migrate(old, new, texts, maps=args.map)


def _report(
    args: argparse.Namespace, found: Migration, judged: tuple[list[str], list[str], Any] | None
) -> float:
    """Print what was found, write the folder, return what is kept."""
    from langalign_sk._io import atomic_folder
    from langalign_sk.saved import save

    tables = {name: getattr(found, name) for name in ("retention", "candidates", "curve")}
    if judged is not None:
        tables["judged"] = found.judge(*judged)
    if args.threshold:
        tables["thresholds"] = found.thresholds(args.threshold)
    print(found)
    for name, table in tables.items():
        print(f"\n{name}\n{table.round(3).to_string()}")
    kept = found.kept if judged is None else float(tables["judged"]["ndcg"].iloc[1])
    facts = {
        "texts": found.n_texts,
        "maps": found.names,
        "kept": kept,
        "side": found.side,
        "tables": {name: json.loads(table.to_json(orient="table", index=True))["data"]
                   for name, table in tables.items()},
    }  # fmt: skip
    with atomic_folder(args.out, marker=FACTS) as place:
        save(found.map, place / "map")
        save(found.back, place / "back")
        for name, table in tables.items():
            table.to_csv(place / f"{name}.csv")
        (place / FACTS).write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
        (place / "report.html").write_text(found.page(tables), encoding="utf-8")
    print(f"\nmost is kept with: {found.side}\n{args.out}: map, back, report.html, {FACTS}, tables")
    return kept


def _judged(path: Path) -> tuple[list[str], list[str], Any]:
    """Read queries, documents and how relevant these are to those."""
    from scipy.sparse import csr_array

    from langalign_sk._io import ending, read_csv, read_jsonl, read_tsv

    readers: dict[str, Any] = {".tsv": read_tsv, ".csv": read_csv, ".jsonl": read_jsonl}
    if ending(path) not in readers:
        raise ValueError(f"{path}: the name must end in {', '.join(readers)}")
    read = readers[ending(path)]
    try:
        queries, documents, said = read(path, ["query", "document", "relevance"]).texts
    except ValueError as error:
        if "relevance" not in str(error):
            raise
        queries, documents = read(path, ["query", "document"]).texts
        said = ["1"] * len(queries)
    gains = [_gain(value, f"{path}, row {row}") for row, value in enumerate(said, 1)]
    of_query, of_document = (dict.fromkeys(side) for side in (queries, documents))
    places = [{text: place for place, text in enumerate(side)} for side in (of_query, of_document)]
    rows = [places[0][text] for text in queries], [places[1][text] for text in documents]
    relevance = csr_array((gains, rows), shape=(len(of_query), len(of_document)))
    return list(of_query), list(of_document), relevance


def _gain(said: str, where: str) -> float:
    """Return how relevant a document is said to be."""
    try:
        gain = float(said)
    except ValueError:
        gain = -1.0
    if not 0 <= gain < float("inf"):
        raise ValueError(f"{where}: the relevance is {said!r}; a number from 0 on is needed")
    return gain
