"""The command ``evaluate``: how often a saved model is right on labelled texts."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from langalign_sk._commands._options import add_labelled, source, text_columns
from langalign_sk._commands._predict import add_log

#: Columns of the confusion table that fit beside each other.
_WIDEST = 12

_EPILOG = """\
examples:
  langalign-sk evaluate out ko_test.tsv
  langalign-sk evaluate out tickets.csv --text-column message --label-column category --json
  langalign-sk evaluate out ko_test.tsv --risk 0.05

Intervals are at 95%. Rows that `suggest` chose are hard ones: an accuracy on them is too low.
"""


def add_evaluate(commands: Any) -> None:
    """Add the command ``evaluate``."""
    parser = commands.add_parser(
        "evaluate",
        help="accuracy of a model on labelled texts, by class and by language",
        description="Say how often a model is right on labelled texts that it has not learned "
        "from: in all, by class, by language, and which classes it mixes up.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("model", type=Path, metavar="MODEL", help="folder written by `transfer`")
    parser.add_argument("test", type=source, metavar="FILE", help="labelled texts")
    add_labelled(parser)
    parser.add_argument(
        "--lang", metavar="LANG", help="language of the texts (default: told for each text)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON, for other programs")
    parser.add_argument(
        "--risk",
        type=float,
        metavar="SHARE",
        help="find the confidence from which on at most this share of the answers is wrong",
    )
    add_log(parser)
    parser.set_defaults(run=_evaluate)


def figures(
    truth: Sequence[str], told: Sequence[str], langs: Sequence[str] | None
) -> dict[str, Any]:
    """Return accuracy with its interval, per class and per language, and what is mixed up."""
    true, said = np.asarray(truth, dtype=object), np.asarray(told, dtype=object)
    classes = sorted({*truth, *told})
    found: dict[str, Any] = _share(true == said)
    found["classes"] = {}
    for label in classes:
        own, given = true == label, said == label
        right = int((own & given).sum())
        found["classes"][label] = {
            "rows": int(own.sum()),
            "found": right / own.sum() if own.any() else None,
            "right": right / given.sum() if given.any() else None,
            "predicted": int(given.sum()),
        }
    counts = Counter(zip(truth, told, strict=True))
    found["confusion"] = {
        label: {other: counts[label, other] for other in classes if counts[label, other]}
        for label in classes
        if label in set(truth)
    }
    if langs is not None:
        spoken = np.asarray(langs, dtype=object)
        found["languages"] = {
            lang: _share((true == said)[spoken == lang]) for lang in sorted(set(langs))
        }
    return found


def _share(right: Any) -> dict[str, Any]:
    """Return the accuracy of some rows and its interval."""
    from langalign_sk.measures import wilson_interval

    low, high = wilson_interval(int(right.sum()), len(right))
    return {"rows": len(right), "accuracy": float(right.mean()), "low": low, "high": high}


def languages_told(model: Any, texts: Sequence[Any]) -> list[str] | None:
    """Return the language that a model takes each text for; None where it takes any."""
    from langalign_sk._commands._answers import languages_of
    from langalign_sk.text import LanguageDetector

    known = languages_of(model)
    if known is None or not texts:
        return None
    extractor = model.steps[0][1]
    given = {"detect": extractor.detect, "default_language": extractor.default_language}
    told = LanguageDetector(known, **given).detect(texts)
    return [lang if isinstance(lang, str) else lang[0] for lang in told]


def in_words(found: dict[str, Any]) -> str:
    """Return the figures as tables."""
    from langalign_sk._io import text_table

    parts = [f"accuracy {_written(found)} on {found['rows']:,} texts"]
    if len(found.get("languages", ())) > 1:
        rows = [("language", "texts", "accuracy", "95% interval")]
        for lang, own in found["languages"].items():
            rows.append((lang, f"{own['rows']:,}", f"{own['accuracy']:.3f}", _interval(own)))
        parts.append(text_table(rows))
    table = [("texts", "found", "predicted", "of these right", "class")]
    for label, own in found["classes"].items():
        shares = (_percent(own["found"]), f"{own['predicted']:,}", _percent(own["right"]))
        table.append((f"{own['rows']:,}", *shares, label))
    parts.append(text_table(table))
    parts.append(_confusion(found))
    return "\n\n".join(part for part in parts if part)


def _confusion(found: dict[str, Any]) -> str:
    """Return the confusion table or, of many classes, what is mixed up most."""
    from langalign_sk._io import text_table

    names = list(found["classes"])
    counts = found["confusion"]
    if len(names) <= _WIDEST:
        heads = [str(number + 1) for number in range(len(names))]
        rows = [(*heads, "", "true (columns: predicted, in the same order)")]
        for number, label in enumerate(names):
            own = counts.get(label, {})
            cells = [str(own.get(other, ".")) for other in names]
            rows.append((*cells, str(number + 1), label))
        return text_table(rows)
    mixed = [(n, label, other) for label, own in counts.items() for other, n in own.items()]
    worst = sorted(((n, a, b) for n, a, b in mixed if a != b), reverse=True)[:_WIDEST]
    if not worst:
        return ""
    lines = [("texts", "true, predicted"), *((str(n), f"{a}, {b}") for n, a, b in worst)]
    return "mixed up most\n" + text_table(lines)


def _written(share: dict[str, Any]) -> str:
    return f"{share['accuracy']:.3f} ({_interval(share)})"


def _interval(share: dict[str, Any]) -> str:
    return f"{share['low']:.3f} to {share['high']:.3f}"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"


def _evaluate(args: argparse.Namespace) -> int:
    """Run ``evaluate`` and return the exit code."""
    from langalign_sk._commands._answers import (
        by_language,
        check_columns,
        labels_of,
        languages_of,
    )
    from langalign_sk._commands._files import check_labels, read_labels
    from langalign_sk._commands._material import is_suggested
    from langalign_sk._commands._saved import load_model, saved_labels, usable
    from langalign_sk._commands._stages import say, stage

    with stage("load", str(args.model)):
        model = load_model(args.model)
    if args.risk is not None and not 0 < args.risk < 1:
        raise ValueError(f"--risk {args.risk}: a share between 0 and 1")
    langs = languages_of(model) or ("und",)
    with stage("read", str(args.test)) as facts:
        how: dict[str, Any] = {"text": text_columns(args), "label": args.label_column}
        how["lang_column"] = args.lang_column
        test = read_labels(args.test, lang=args.lang or langs[-1], langs=langs, **how)
        facts["rows"] = len(test.texts)
    check_columns(model, test.names, args.model)
    if is_suggested(args.test, langs):
        say(
            f"{args.test} holds rows that `suggest` chose, which are hard ones: this accuracy is "
            "too low",
            kind="warning",
        )
    known = labels_of(model)
    if known is not None:
        test = check_labels(test, known, args.model)
    spoken = None if args.lang_column is None else test.langs
    told = languages_told(model, test.texts)
    with stage("predict", f"{len(test.texts):,} texts"), usable(args.model):
        usual = saved_labels(args.model)
        each = spoken or [args.lang] * len(test.texts)
        found = by_language(model, test.texts, each, usual)
    share = figures(test.labels, found.classes, spoken or (told if args.lang is None else None))
    above = None if args.risk is None else _answered(found, test.labels, args.risk, args.model)
    if above is not None:
        share["answer"] = above.figures()
    say(test.account.line())
    print(json.dumps(share, ensure_ascii=False, indent=1) if args.json else in_words(share))
    if above is not None and not args.json:
        print(f"\n{above.summary()}")
    return 0


def _answered(found: Any, labels: Sequence[str], risk: float, model: Path) -> Any:
    """Find the confidence from which on a model may answer, as `predict` writes it."""
    from langalign_sk.monitor import bounded

    if found.confidence is None:
        raise ValueError(f"--risk: {model} does not tell how sure it is of an answer")
    wrong = np.array(found.classes, dtype=object) != np.array(labels, dtype=object)
    return bounded(np.array([float(one) for one in found.confidence]), wrong, risk, 0.1)
