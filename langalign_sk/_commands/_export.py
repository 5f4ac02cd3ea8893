"""The ``export`` command: a model as files to be given to others, or for another runtime."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import Any

from langalign_sk._commands._predict import add_log

_EPILOG = """\
examples:
  langalign-sk export out intents
  langalign-sk export out intents --with-weights
  langalign-sk export out intents-onnx --to onnx

DIR receives JSON and safetensors, which run nothing when they are read: in Python with
langalign_sk.load(DIR), at a shell with predict, evaluate, suggest and monitor, whose reference goes
along. What it takes to refit a model stays in OUT.

With --to onnx it receives graphs and run.py, which needs NumPy, onnxruntime and tokenizers alone.
Not every model can go there; where one can't, a line says what is in the way.
"""


def add_export(commands: Any) -> None:
    """Add the command ``export``."""
    parser = commands.add_parser(
        "export",
        help="a model as files to be given to others, without code or as ONNX",
        description="Write a model that `transfer` made as files to be given to others.",
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
    parser.add_argument(
        "--to",
        choices=("safe", "onnx"),
        default="safe",
        help="files for this package, which hold no code (safe, the default), or graphs that run "
        "without torch, scikit-learn and this package (onnx)",
    )
    add_log(parser)
    parser.set_defaults(run=_export)


def _export(args: argparse.Namespace) -> int:
    """Run ``export`` and return the exit code."""
    from langalign_sk._commands._saved import load_model
    from langalign_sk._commands._stages import stage
    from langalign_sk.saved import export_onnx

    onnx = args.to == "onnx"
    if onnx and args.with_weights:
        raise ValueError("--with-weights: with --to onnx the encoders always go along")
    with stage("load", str(args.model)):
        model = load_model(args.model)
    with stage("write", str(args.folder)):
        if onnx:
            _to_onnx(export_onnx, model, args.folder)
        else:
            _to_files(args, model)
    names = ", ".join(sorted(path.name for path in args.folder.iterdir()))
    print(f"{args.folder}: {names}")
    if onnx:
        print(f"next: python {shlex.quote(str(args.folder / 'run.py'))} TEXTS.txt")
    else:
        print(f"next: langalign-sk predict {shlex.quote(str(args.folder))} TEXTS.txt")
    return 0


def _to_files(args: argparse.Namespace, model: Any) -> None:
    """Write a model as files without code, and what `monitor` compares with beside it."""
    import shutil

    from langalign_sk._commands._saved import folder_of
    from langalign_sk._io import atomic_folder
    from langalign_sk.saved import MODEL, REFERENCE_FILE, write_files

    with atomic_folder(args.folder, marker=MODEL) as place:
        write_files(model, place, carry=args.with_weights)
        reference = folder_of(args.model) / REFERENCE_FILE
        if reference.is_file():
            shutil.copyfile(reference, place / REFERENCE_FILE)


def _to_onnx(export: Any, model: Any, folder: Path) -> None:
    """Export a model, in the words of the shell."""
    try:
        export(model, folder)
    except ImportError as error:
        raise ValueError(
            f"--to onnx: the package {error.name} is missing: "
            "pip install 'langalign-sk[onnx-export]'"
        ) from error
    except (TypeError, ValueError) as error:
        raise ValueError(f"--to onnx: {error}") from error
