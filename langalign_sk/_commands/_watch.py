"""The command ``monitor``: new texts against those that a model was made for."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from langalign_sk._commands._options import add_lang_column, add_text_column, source, text_columns
from langalign_sk._commands._predict import add_log

if TYPE_CHECKING:
    from langalign_sk._commands._make import Material
    from langalign_sk.monitor import Reference

#: Exit code where something has changed.
DRIFTED = 3
#: Test texts that are enough to stand for the service; the model has not learned from them.
_ENOUGH = 100

_EPILOG = """\
examples:
  langalign-sk monitor out monday.txt --out monday.html
  langalign-sk monitor out first_week.txt --learn
  langalign-sk monitor out monday.txt --json | jq .drifted

`transfer` keeps beside a model what it saw of the texts of --test (or of --unlabeled, if it has
not learned from them): vectors and answers, no text. --learn puts those of TEXTS in their place,
from a time when all is well. Exit code 3: something has changed.
"""


def add_monitor(commands: Any) -> None:
    """Add the command ``monitor``."""
    parser = commands.add_parser(
        "monitor",
        help="whether new texts are still of the kind a model was made for",
        description="Compare new texts with earlier ones: languages, what the sentence pairs "
        "cover, vectors, answers, confidence. No labels are needed.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("model", type=Path, metavar="MODEL", help="folder written by `transfer`")
    parser.add_argument(
        "texts",
        type=source,
        metavar="TEXTS",
        help="one text a line (.txt, or - for standard input), or a table",
    )
    parser.add_argument(
        "--reference",
        type=Path,
        metavar="FILE",
        help="what to compare with (default: the file of that name in MODEL)",
    )
    parser.add_argument(
        "--learn",
        action="store_true",
        help="take TEXTS as what to compare with from now on, and compare nothing",
    )
    parser.add_argument(
        "--false-alarms",
        type=float,
        default=0.05,
        metavar="SHARE",
        help="share of comparisons that may see a change where there is none (default: "
        "%(default)s)",
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="page to write, .html")
    parser.add_argument("--json", action="store_true", help="print JSON, for other programs")
    add_text_column(parser)
    add_lang_column(parser)
    parser.add_argument(
        "--lang", metavar="LANG", help="language of TEXTS (default: told for each text)"
    )
    add_log(parser)
    parser.set_defaults(run=_monitor)


def reference_of(model: Any, material: Material) -> Reference:
    """Return what a model that has just been made sees of texts of its service, and of the pairs.

    A model knows the texts that it has learned from better than any others: these would always look
    like a change.
    """
    from langalign_sk.monitor import Monitor

    texts = material.test
    if len(texts) < _ENOUGH and not _learned(model, material.target_lang):
        texts = [*material.unlabeled, *material.test]
    told = {"lang": material.target_lang} if texts else {}
    return Monitor(model, pairs=material.pairs).fit(texts or None, **told).reference_


def _learned(model: Any, lang: str) -> bool:
    """Tell whether a model has learned from texts without labels: its head, or its encoder."""
    from langalign_sk import NgramEncoder, TransferClassifier

    models = model.steps[0][1].model
    encoder = models.get(lang) if isinstance(models, Mapping) else models
    return isinstance(model.steps[-1][1], TransferClassifier) or isinstance(encoder, NgramEncoder)


def _monitor(args: argparse.Namespace) -> int:
    """Run ``monitor`` and return the exit code."""
    from langalign_sk._commands._answers import check_columns, in_language, languages_of
    from langalign_sk._commands._files import read_texts
    from langalign_sk._commands._saved import folder_of, load_model, usable
    from langalign_sk._commands._stages import say, stage
    from langalign_sk.monitor import REFERENCE_FILE, Monitor

    named = text_columns(args)
    if not 0 < args.false_alarms < 1:
        raise ValueError(f"--false-alarms {args.false_alarms}: a share between 0 and 1")
    path = args.reference or folder_of(args.model) / REFERENCE_FILE
    with stage("load", str(args.model)):
        monitor = Monitor(load_model(args.model), false_alarms=args.false_alarms)
        if path.exists():
            monitor.load(path)
        elif not args.learn:
            learn = shlex.join(["langalign-sk", "monitor", str(args.model)])
            raise ValueError(
                f"{path} does not exist, so there is nothing to compare with: make it of texts "
                f"from a time when all is well, {learn} TEXTS --learn"
            )
    in_language(monitor.model, args.lang)  # refuses what the model does not know
    langs = languages_of(monitor.model) or ()
    with stage("read", str(args.texts)) as facts:
        how = {"text": named, "lang_column": args.lang_column, "blank": True, "strict": True}
        given = read_texts(args.texts, langs=langs, **how)
        facts |= {"rows": len(given.texts), "notes": given.account.notes}
    if not given.texts:
        raise ValueError(f"{args.texts} holds no texts")
    check_columns(monitor.model, given.names, args.model)
    spoken = given.langs if given.langs and all(given.langs) else None
    with stage("compare", f"{len(given.texts):,} texts"), usable(args.model):
        if args.learn:
            monitor.fit(given.texts, lang=args.lang or spoken)
            monitor.save(path)
            print(f"{path}: new texts are compared with these {len(given.texts):,} from now on")
            return 0
        found = monitor.compare(given.texts, lang=args.lang or spoken)
    if args.out is not None:
        files = [{"what": "new texts", "name": str(args.texts), "rows": len(given.texts)}]
        settings = {"model": str(args.model), "reference": str(path)}
        found.to_html(args.out, provenance={"files": files, "settings": settings})
        say(f"{args.out}: the page")
    print(found.to_json() if args.json else found.summary())
    return DRIFTED if found.drifted else 0
