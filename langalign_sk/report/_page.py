"""One page that says how good the transfer is, and needs nothing but itself."""

from __future__ import annotations

import base64
import hashlib
import os
from importlib import resources
from typing import TYPE_CHECKING

from langalign_sk._io import atomic_file
from langalign_sk._version import __version__
from langalign_sk.report import _page_sections as sections
from langalign_sk.report._page_parts import esc
from langalign_sk.report._words import language, summary_of

if TYPE_CHECKING:
    from langalign_sk.report._result import TransferReport


_LEAD = (
    "The same test texts for all of them. Behind the best is in points, with the paired interval; "
    "agreement is the share of held-out pairs whose two sides get one class."
)
_LEAD_WITHOUT_LABELS = (
    "There are no target labels, so the ways are compared by the product of three figures: right "
    "in the source language, the same class for translations, and classes about as frequent as "
    "among the labels."
)


def write_page(report: TransferReport, path: str | os.PathLike[str]) -> None:
    """Write the page of a report; it appears whole or not at all."""
    page = render(report).encode("utf-8")
    with atomic_file(path) as file:
        file.write(page)


def render(report: TransferReport) -> str:
    """The page as text."""
    style, script = _asset("page.css"), _asset("page.js")
    setting = report.setting
    source, target = language(setting["source_lang"]), language(setting["target_lang"])
    title = f"{source} labels for {target} texts"
    # Only this very style and script may run, and nothing may be fetched: a second lock behind
    # the escaping of the users' texts.
    policy = (
        f"default-src 'none'; img-src data:; style-src '{_digest(style)}'; "
        f"script-src '{_digest(script)}'"
    )
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{esc(title)} · transfer report</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<header>
<p class="eyebrow">Transfer report</p>
<h1>{esc(title)}</h1>
{_facts(report)}
</header>
<main>
{_answer(report)}
{"".join(_sections(report))}
<section aria-labelledby="notes"><h2 id="notes">How to read this</h2>
<ul class="notes">{"".join(f"<li>{esc(note)}</li>" for note in report.notes)}</ul></section>
</main>
<footer><p>langalign_sk {esc(__version__)}</p></footer>
<p id="live" class="hidden" role="status" aria-live="polite"></p>
<script>{script}</script>
</body>
</html>
"""


def _facts(report: TransferReport) -> str:
    """The counts behind the figures."""
    setting = report.setting
    source, target = language(setting["source_lang"]), language(setting["target_lang"])
    facts = [
        (setting["n_source"], f"labelled {source} texts"),
        (setting["n_pairs"], "sentence pairs"),
        (setting["n_target"], f"{target} texts to test on"),
        (len(setting["classes"]), "classes"),
    ]
    shown = "".join(
        f"<div><dd>{count:,}</dd><dt>{esc(name)}</dt></div>" for count, name in facts if count
    )
    return f'<dl class="facts">{shown}</dl>'


def _answer(report: TransferReport) -> str:
    """The answer, before everything else."""
    advice = report.advice
    row = report.scores.set_index("candidate").loc[advice.candidate]
    if "accuracy" in row:
        name, low, high = "accuracy", row["accuracy_low"], row["accuracy_high"]
        value = row["accuracy"]
    elif report.estimate is not None and report.estimate.reliable:
        name, low, high = "expected accuracy", report.estimate.low, report.estimate.high
        value = report.estimate.estimate
    else:
        name, low, high = "agreement", row["agreement_low"], row["agreement_high"]
        value = row["agreement"]
    said = "".join(f"<p>{esc(sentence)}</p>" for sentence in summary_of(report))
    return (
        '<section class="answer" aria-labelledby="answer">'
        f'<div class="verdict"><h2 id="answer">Take <strong>{esc(advice.candidate)}</strong></h2>'
        f'<p class="big">{value:.2f}</p>'
        f'<p class="under">{name}, {low:.2f}–{high:.2f}</p></div>'
        f'<div class="said">{said}</div></section>'
    )


def _sections(report: TransferReport) -> list[str]:
    """The sections that this report has something to say in."""
    chosen = report.advice.candidate
    own = report.disagreements["candidate"] == chosen
    listed = [
        (
            "compared",
            "Every way, compared",
            _LEAD if "accuracy" in report.scores else _LEAD_WITHOUT_LABELS,
            sections.compared,
            True,
        ),
        (
            "pairs",
            "What more pairs are worth",
            "Each point has half as many pairs as the next.",
            sections.worth_of_pairs,
            len(report.pair_curve) > 1,
        ),
        (
            "labels",
            "What target labels would be worth",
            "Cross-validated on the test texts.",
            sections.worth_of_labels,
            not report.references.empty,
        ),
        (
            "classes",
            "Class by class",
            f"Recall of {chosen}, the weakest classes first. Unfold a class to read what was "
            "missed, beside the training texts it lies nearest to.",
            sections.classes,
            not report.per_class.empty,
        ),
        (
            "differing",
            "One meaning, two classes",
            f"Held-out pairs that {chosen} puts into different classes: at least one side is "
            "wrong, and no label was needed to see it.",
            sections.differing,
            bool(own.any()),
        ),
        (
            "alignment",
            "How well the languages are aligned",
            "Weak: a sentence is nearest to its own translation among all translations. Strong: "
            "among all other sentences of both languages.",
            sections.alignment,
            not report.alignment.empty,
        ),
    ]
    return [
        f'<section aria-labelledby="{name}"><h2 id="{name}">{title}</h2>'
        f'<p class="lead">{esc(lead)}</p>{make(report)}</section>'
        for name, title, lead, make, there in listed
        if there
    ]


def _asset(name: str) -> str:
    """A file of the page, out of the package."""
    return resources.files("langalign_sk.report").joinpath(name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    """What a content security policy knows a style or a script by."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
