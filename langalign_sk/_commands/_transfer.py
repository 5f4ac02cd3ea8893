"""The ``transfer`` command: labels in one language, a classifier for another, no Python written."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from langalign_sk._commands._against import figures_of
from langalign_sk._commands._encoders import HELP, languages, models_of
from langalign_sk._commands._make import (
    Material,
    check_method,
    compare,
    encode,
    extractor,
    kept,
)
from langalign_sk._commands._material import read
from langalign_sk._commands._options import add_checks, add_labelled, add_pairs, source
from langalign_sk._commands._plan import Planned, plan
from langalign_sk._commands._predict import add_log
from langalign_sk._commands._saved import MANIFEST, MARKERS, model_folder, needs_code, write_model
from langalign_sk._commands._settings import SETTINGS_FILE, Settings
from langalign_sk._commands._stages import keeps, say, stage
from langalign_sk._commands._write import check_folder

if TYPE_CHECKING:
    from langalign_sk.report import TransferReport

_HEAD = """\
Written by `langalign-sk transfer`. To run it again:
  langalign-sk transfer --config {out}/settings.toml --out NEW
With next month's pairs, compared with this model before it is replaced:
  langalign-sk refit {out} --pairs NEW.csv
"""
_EPILOG = """\
examples:
  langalign-sk transfer --train tickets.xlsx --pairs agency.tmx --pairs more.csv \\
      --encoder en=ngram --encoder ko=ngram --out out
  langalign-sk transfer --config out/settings.toml --method "round trip, procrustes" --out other

Files are .tsv, .csv, .jsonl, .xlsx or .ods; pairs may be .tmx, .po or .xliff too, and texts without
labels .txt, one a line. Columns are found by their headers; FILE:TEXT,LABEL names them for one
file, and FILE#SHEET a sheet. Rows may hold two texts, --text-column premise hypothesis, with pairs
of single sentences all the same. The encoder of a language is a sentence-transformers or
transformers name, a folder, the word use (fifteen languages, with the extra of that name), or the
word ngram: characters of the given texts of that language, no download. One --encoder NAME without
a language serves both.

DIR receives the model (langalign_sk.load("DIR/model") in Python) and its manifest, what `monitor`
compares with, settings.toml to run it again, report.html, summary.txt and, with --test or
--unlabeled, predictions.tsv.
"""


def add_parser(commands: Any) -> None:
    """Add the command to those of ``langalign-sk``."""
    parser = commands.add_parser(
        "transfer",
        help="labelled texts and sentence pairs in, a classifier for the other language out",
        description="Compare ways of carrying labels to another language, keep the advised one.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_options(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write")
    add_log(parser)
    Settings(parser)
    parser.set_defaults(run=run)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what a model is made of and how: what ``settings.toml`` keeps."""
    several: dict[str, Any] = {"type": source, "action": "append", "metavar": "FILE"}
    parser.add_argument("--train", required=True, help="labelled texts", **several)
    add_pairs(parser, required=True)
    parser.add_argument(
        "--encoder",
        action="append",
        required=True,
        metavar="[LANG=]NAME",
        help=f"encoder of a language, given twice; or one multilingual encoder: {HELP}",
    )
    parser.add_argument(
        "--api-key-env", metavar="VARIABLE", help="environment variable with the key of a server"
    )
    parser.add_argument("--test", help="labelled target texts", **several)
    parser.add_argument("--unlabeled", help="target texts as the service gets them", **several)
    parser.add_argument(
        "--target-labels",
        help="labelled target texts to learn from, such as those of `suggest`, filled in",
        **several,
    )
    parser.add_argument(
        "--source", default="en", metavar="LANG", help="language of --train (default: en)"
    )
    parser.add_argument(
        "--target", metavar="LANG", help="the other language (default: from --encoder)"
    )
    add_labelled(parser)
    add_checks(parser)
    add_method(parser)


def add_method(parser: argparse.ArgumentParser) -> None:
    """Add how the model is made."""
    parser.add_argument(
        "--method",
        default="auto",
        metavar="NAME",
        help="the way to keep: auto (what the comparison advises), 'transfer classifier', 'no "
        "map', a map such as procrustes, or one direction of it, 'round trip, ridge'",
    )
    parser.add_argument(
        "--cache", type=Path, metavar="DIR", help="keep vectors here, for the next run"
    )
    parser.add_argument("--seed", type=int, default=0, help="default: 0")
    parser.add_argument(
        "--format",
        choices=("safe", "joblib"),
        default="safe",
        help="how the model is saved: as files that hold no code, with encoders that are folders "
        "here (safe, the default), or as one file of joblib, which can run code",
    )


def run(args: argparse.Namespace) -> int:
    """Run the command and return the exit code."""
    from langalign_sk.monitor import REFERENCE_FILE

    args.settings.settle(args)
    check_method(args.method)
    check_folder(args.out, MARKERS)
    with keeps(what_is_kept(args.out, args.cache)):
        material, report, chosen = make(args)
        saved_as = write(args, material, report, chosen)
    print(report.summary())
    listed = [saved_as, MANIFEST, REFERENCE_FILE, SETTINGS_FILE]
    listed += ["report.html", "summary.txt"]
    if material.test or material.unlabeled:
        listed.append("predictions.tsv")
    print(f"\n{args.out}: {', '.join(listed)}")
    names = material.names
    asked = "TEXTS.txt" if len(names) == 1 else f"TEXTS.tsv --text-column {shlex.join(names)}"
    print(f"next: langalign-sk predict {shlex.quote(str(args.out))} {asked}")
    return 0


def what_is_kept(out: Path, cache: Path | None) -> str:
    """Say what an interrupt leaves."""
    as_was = f"{out} is as it was" if out.exists() else f"{out} is not written"
    if cache is None:
        return f"{as_was}, and no vectors are kept (--cache DIR would keep them)"
    return f"{as_was}; vectors made so far are kept in {cache}, and the next run goes on from there"


def make(args: argparse.Namespace) -> tuple[Material, TransferReport, str]:
    """Read everything, look at it, compare; return also the name of the way to keep."""
    encoders, here, there = languages(args.encoder, args.source, args.target)
    # Everything is read before anything is computed: mistakes show within a second.
    with stage("read and check") as facts:
        material = read(args, here, there)
        facts |= {"files": material.files}
        models = models_of(encoders, api_key_env=args.api_key_env)
        code = needs_code(models)
        if code is not None and args.format != "joblib":
            say(f"the model is saved with joblib, as with --format joblib: files without code do "
                f"not hold {code}", kind="note")  # fmt: skip
            args.format = "joblib"
    if args.dry_run:
        raise Planned(plan(material, encoders, models))
    embedder = extractor(models, material, cache=args.cache)
    encode(embedder, material)
    report = compare(embedder, material, method=args.method, seed=args.seed)
    return material, report, kept(report, args.method)


def write(
    args: argparse.Namespace,
    material: Material,
    report: TransferReport,
    way: str,
    pages: Mapping[str, Callable[..., None]] | None = None,
) -> str:
    """Write all files, or none, and say what the model is called; `pages` are more, by name."""
    from langalign_sk._commands._answers import answers, in_language
    from langalign_sk._commands._predict import columns_of
    from langalign_sk._commands._watch import reference_of
    from langalign_sk._commands._write import write_table
    from langalign_sk._io import atomic_file
    from langalign_sk.monitor import REFERENCE_FILE

    model = report.fitted(way)
    accuracy = getattr(model.steps[0][1], "language_accuracy_", None)
    if accuracy is not None:
        say(
            f"both languages share a script: {accuracy:.1%} of texts held out of the pairs were "
            "told right; where the language is known, `predict --lang` says it"
        )
    kept_figures = figures_of(report, way, material)
    with (
        stage("write", str(args.out)) as facts,
        model_folder(args.out, labels=material.counts, figures=kept_figures) as folder,
    ):
        saved_as = write_model(model, folder, report=report, joblib=args.format == "joblib")
        reference_of(model, material).save(folder / REFERENCE_FILE)
        origin = provenance(args, material, way)
        for name, to_html in {"report.html": report.to_html, **(pages or {})}.items():
            to_html(folder / name, provenance=origin)
        with atomic_file(folder / "summary.txt") as file:
            lines = [report.summary(), "", *(file["line"] for file in material.files)]
            file.write("\n".join([*lines, ""]).encode())
        with atomic_file(folder / SETTINGS_FILE) as file:
            file.write(args.settings.written(args, _HEAD.format(out=args.out)).encode())
        texts = material.test or material.unlabeled
        if texts:
            # Both are in the target language: nobody has to guess it.
            told = in_language(model, material.target_lang)
            found = answers(told, texts, material.counts)
            columns = columns_of(texts, found, material.test_labels or None, names=material.names)
            write_table(folder / "predictions.tsv", columns)
        facts |= {"out": str(args.out), "method": way}
    return saved_as


def provenance(args: argparse.Namespace, material: Material, way: str) -> dict[str, Any]:
    """Return what the pages say of where a model comes from."""
    shown = ("encoder", "method", "source", "seed")
    return {
        "files": material.files,
        "settings": {name: getattr(args, name) for name in shown} | {"kept": way},
        "warnings": material.warnings,
    }
