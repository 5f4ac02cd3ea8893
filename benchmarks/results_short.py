"""The short page of results: the tables that a decision needs, out of the same result files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from benchmarks.markdown import share, table, within
from benchmarks.real_data import REPOSITORY

PAGE = REPOSITORY / "docs" / "results.md"
HEAD = """# Results

What to expect, in a few tables. Everything is measured on public data with real texts. Accuracy is
the share of texts that get the right class. An interval is a 95% interval.

`python -m benchmarks.results` writes this page from the files in `benchmarks/results/`.
[All measurements](developer/results.md) says how each figure was made and has many more.
"""
#: Settings of encoders as they are called on the page.
SETTINGS = {
    "shared": ("One encoder reads both languages", "Universal Sentence Encoder for both sides."),
    "apart": (
        "Each language has an encoder of its own",
        "all-MiniLM-L6-v2 for English, Universal Sentence Encoder for the other language.",
    ),
    "n-gram": (
        "An English model, and character n-grams for the other language",
        "all-MiniLM-L6-v2 for English. The other encoder is fitted on text in seconds.",
    ),
}
#: Ways that are shown, by their names in the result file.
WAYS = {
    "target labels, tuned (native)": "labels in the language itself",
    "no map": "no map",
    "LangAligner": "`LangAligner`",
    "ReverseAligner, round trip": "`ReverseAligner`, round trip",
    "TransferClassifier": "`TransferClassifier`",
}
_PAIRS = 1000
_BEGIN = """
Labels are English. Nothing is labelled in the other language, except in the first row, which shows
what such labels would give. There are 1,000 sentence pairs, from other texts than the task. Topics
have 7 classes (SIB-200, 1,004 sentences), intents have 13 (xSID, 790 requests to a voice
assistant). The last column is the mean accuracy as a share of the first row.
"""


def rendered(results: Mapping[str, dict[str, Any]]) -> str:
    """Return the page."""
    parts = [HEAD]
    if "real_encoders" in results:
        parts += ["## How good it gets", _BEGIN]
        for setting, lines in results["real_encoders"]["sections"].items():
            if setting in SETTINGS:
                title, encoders = SETTINGS[setting]
                parts += [f"### {title}\n\n{encoders}\n", _ways(lines)]
    if "report" in results:
        parts += [_advice(results["report"]["cases"])]
    if "estimate" in results:
        parts += [_estimates(results["estimate"]["summary"])]
    if "suggest" in results:
        parts += [_suggested(results["suggest"]["cases"])]
    return re.sub("\n{3,}", "\n\n", "\n".join(parts))


def _ways(lines: Any) -> str:
    """Accuracy of each way at 1,000 pairs; what reads no pairs has one line, at another number."""
    found: dict[str, Any] = {}
    for line in lines:
        if line["method"] in WAYS and (line["method"] not in found or line["pairs"] == _PAIRS):
            found[line["method"]] = line
    cells = [
        cell
        for cell in dict.fromkeys(cell for line in found.values() for cell in line["accuracy"])
        if cell.partition(",")[0] in ("topics", "intents")
    ]
    rows = [["way", *cells, "share of native [95% interval]"]]
    for method, name in WAYS.items():
        if (line := found.get(method)) is not None:
            accuracy = [line["accuracy"].get(cell) for cell in cells]
            shown = ["" if value is None else f"{value:.3f}" for value in accuracy]
            rows.append([name, *shown, within(*line["share"]["topics + intents"])])
    return table(rows)


def _advice(cases: Any) -> str:
    """How often following the report costs a point at most."""
    near = sum(case["loss"] <= 0.01 for case in cases)
    worst = max(case["loss"] for case in cases)
    rows = [["cases", "lost a point at most [95% interval]", "largest loss"]]
    rows.append([str(len(cases)), share(near / len(cases), len(cases)), f"{worst:.3f}"])
    return f"""## Is the report's advice right

The transfer report advises one way, without target labels. This is what following it costs, against
the best way in hindsight.

{table(rows)}"""


def _estimates(summary: Any) -> str:
    """How far off estimates are."""
    rows = [
        ["estimated", "estimates", "called reliable", "mean error", "truth inside the interval"]
    ]
    for line in summary:
        if line["over"] == "all":
            name = "with" if line["unlabeled"] else "without"
            found = [f"{line['reliable']:.0%}", f"{line['mean_absolute_error']:.3f}"]
            rows.append(
                [f"{name} unlabelled texts", str(line["n"]), *found, f"{line['inside']:.0%}"]
            )
    return f"""## Is an accuracy estimated without labels right

`estimate_target_accuracy` says how good the model will be in a language without labels, and whether
its own figure is reliable. The error and the interval are those of reliable estimates.

{table(rows)}"""


def _suggested(cases: Any) -> str:
    """What 50 labels add."""
    rows = [["task", "test texts", "no label", "50 at random", "50 suggested"]]
    for name, case in cases.items():
        found = [case["strategies"][way]["50"]["accuracy"] for way in ("random", "suggest_labels")]
        shown = [f"{value:.3f}" for value in (case["without"], *found)]
        rows.append([name, f"{case['n_test']:,}", *shown])
    return f"""## What is it worth to label a few

Fifty texts of the other language get a label and join the English ones: at random, or those that
`suggest_labels` picks.

{table(rows)}"""
