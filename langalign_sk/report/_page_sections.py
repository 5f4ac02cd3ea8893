"""The sections of the page, each from its table of the report."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from langalign_sk.report._page_chart import curve
from langalign_sk.report._page_errors import error_list, text_of
from langalign_sk.report._page_parts import Cell, Row, esc, number, share, table, words
from langalign_sk.report._words import language

if TYPE_CHECKING:
    from langalign_sk.report._result import TransferReport

#: Texts that the page shows at most, over all candidates and over all classes.
_MOST_ERRORS = 280
_MOST_CLASSES = 100
_MOST_PAIRS = 24


def compared(report: TransferReport) -> str:
    """Every candidate with its figures; unfolds to what it got wrong."""
    labelled = "accuracy" in report.scores
    ranked = "accuracy" if labelled else "score"
    scores = report.scores.sort_values(ranked, ascending=False, kind="stable")
    columns = [("Way", "text")]
    if labelled:
        columns += [("Accuracy", "number"), ("Macro F1", "number"), ("Behind the best", "number")]
    else:
        right = f"Right in {language(report.setting['source_lang'])}"
        columns += [("Score", "number"), (right, "number"), ("Same in both (κ)", "number")]
        columns += [("Classes as frequent", "number")]
    columns += [("Agreement", "number"), ("Seconds / 1,000", "number"), ("Saved", "number")]
    most = max(3, _MOST_ERRORS // len(scores))
    rows = []
    for _, row in scores.iterrows():
        cells = [words(row["candidate"])]
        if labelled:
            cells += [
                share(*(row[name] for name in ("accuracy", "accuracy_low", "accuracy_high"))),
                number(row["macro_f1"], f"{row['macro_f1']:.2f}"),
                number(row["loss"], _points(row)),
            ]
        else:
            cells += [
                number(row[name], f"{row[name]:.2f}")
                for name in ("score", "source_accuracy", "one_head_kappa", "class_overlap")
            ]
        agreement = [row[name] for name in ("agreement", "agreement_low", "agreement_high")]
        cells += [
            _agreement(row) if labelled else share(*agreement),
            number(row["seconds_per_1000"], _seconds(row["seconds_per_1000"])),
            number(row["size_bytes"], _megabytes(row["size_bytes"])),
        ]
        advised = row["candidate"] == report.advice.candidate
        if advised:
            cells[0] = Cell(f'{cells[0].html} <span class="badge">advised</span>', cells[0].key)
        label, details = "", ""
        if labelled:
            wrong = report.errors[report.errors["candidate"] == row["candidate"]]
            label = f"{len(wrong):,} misclassified texts"
            details = error_list(wrong, most, _langs(report)) if len(wrong) else ""
        rows.append(Row(cells, label, details, advised))
    return table("Every way that was compared", columns, rows, falling=ranked.capitalize())


def classes(report: TransferReport) -> str:
    """Recall of the advised candidate class by class; unfolds to the texts it missed."""
    chosen = report.advice.candidate
    recalls = report.per_class[report.per_class["candidate"] == chosen]
    errors = report.errors[report.errors["candidate"] == chosen]
    shown = recalls.sort_values("recall", kind="stable").head(_MOST_CLASSES)
    most = max(2, _MOST_ERRORS // len(shown))
    rows = []
    for _, row in shown.iterrows():
        own = errors[errors["true"] == row["class"]]
        cells = [
            Cell(esc(row["class"], 80), str(row["class"])),
            share(row["recall"], row["recall_low"], row["recall_high"]),
            number(row["support"], f"{row['support']:,.0f}"),
            Cell(_confused(own), float(len(own))),
        ]
        details = error_list(own, most, _langs(report)) if len(own) else ""
        rows.append(Row(cells, f"{len(own):,} missed", details))
    columns = [
        ("Class", "text"),
        ("Recall", "number"),
        ("Texts", "number"),
        ("Taken for", "number"),
    ]
    left = len(recalls) - len(shown)
    more = (
        f'<p class="left">{left:,} classes with a higher recall are not shown</p>' if left else ""
    )
    return table(f"Recall of {chosen} by class", columns, rows) + more


def worth_of_labels(report: TransferReport) -> str:
    """Native labels, and a few labels added."""
    rows = []
    for _, row in report.references.iterrows():
        cells = [
            words(row["candidate"]),
            share(row["accuracy"], row["accuracy_low"], row["accuracy_high"]),
            number(row["macro_f1"], f"{row['macro_f1']:.2f}"),
            number(row["labels"], f"{row['labels']:,.0f}"),
        ]
        rows.append(Row(cells))
    columns = [
        ("Way", "text"),
        ("Accuracy", "number"),
        ("Macro F1", "number"),
        ("Target labels", "number"),
    ]
    return table("What target labels would be worth", columns, rows)


def worth_of_pairs(report: TransferReport) -> str:
    """The curve in pairs."""
    found = report.pair_curve
    label = "accuracy" if "accuracy" in found else "agreement"
    columns = [found[name].tolist() for name in ("n_pairs", label, f"{label}_low", f"{label}_high")]
    name = esc(found["candidate"].iloc[0])
    caption = f"<figcaption>{label.capitalize()} of {name}, 95% interval</figcaption>"
    return f"<figure>{curve(label, *columns)}{caption}</figure>"


def differing(report: TransferReport) -> str:
    """Held-out pairs to which the advised candidate gives two classes."""
    found = report.disagreements
    found = found[found["candidate"] == report.advice.candidate]
    source, target = _langs(report)
    rows = [
        Row(
            [
                Cell(text_of(row["source"], source), str(row["source"]).lower()[:40]),
                Cell(
                    f'<span class="class">{esc(row["source_class"], 60)}</span>',
                    str(row["source_class"]),
                ),
                Cell(text_of(row["target"], target), str(row["target"]).lower()[:40]),
                Cell(
                    f'<span class="class">{esc(row["target_class"], 60)}</span>',
                    str(row["target_class"]),
                ),
            ]
        )
        for _, row in found.head(_MOST_PAIRS).iterrows()
    ]
    columns = [
        (language(source), "text"),
        ("Its class", "text"),
        (language(target), "text"),
        ("Class of the translation", "text"),
    ]
    left = len(found) - len(rows)
    more = f'<p class="left">and {left:,} more</p>' if left > 0 else ""
    return table("Pairs whose two sides get different classes", columns, rows) + more


def alignment(report: TransferReport) -> str:
    """Both notions of alignment."""
    rows = [
        Row(
            [
                words(row["candidate"]),
                number(row["matched_cosine"], f"{row['matched_cosine']:.2f}"),
                number(row["random_cosine"], f"{row['random_cosine']:.2f}"),
                share(row["p_at_1"], math.nan, math.nan),
                share(row["p_at_1_mixed"], math.nan, math.nan),
            ],
            marked=row["candidate"] == report.advice.candidate,
        )
        for _, row in report.alignment.iterrows()
    ]
    columns = [
        ("Way", "text"),
        ("Cosine of translations", "number"),
        ("Cosine of others", "number"),
        ("Translation found (weak)", "number"),
        ("Found among both languages (strong)", "number"),
    ]
    return table("Alignment of the two languages", columns, rows)


def _langs(report: TransferReport) -> tuple[str, str]:
    """Codes of source and target language."""
    return report.setting["source_lang"], report.setting["target_lang"]


def _points(row: Any) -> str:
    """What a candidate loses to the best, in points, with its interval."""
    if row["loss"] == 0:
        return '<span class="figure">best</span>'
    spread = f"{100 * row['loss_low']:.1f} to {100 * row['loss_high']:.1f}"
    return (
        f'<span class="figure">{100 * row["loss"]:.1f}</span> <span class="spread">{spread}</span>'
    )


def _agreement(row: Any) -> Cell:
    """Agreement on held-out pairs, with kappa beside it."""
    shown = f'{row["agreement"]:.0%} <span class="spread">κ {row["kappa"]:.2f}</span>'
    return number(row["agreement"], shown)


def _seconds(seconds: float) -> str:
    """Seconds in two digits or so."""
    return f"{seconds:.2f}" if seconds < 10 else f"{seconds:,.0f}"


def _megabytes(size: float) -> str:
    """Bytes in a unit that suits them."""
    if size >= 1e6:
        return f"{size / 1e6:,.1f}\u00a0MB"
    return f"{size / 1e3:,.0f} kB"


def _confused(errors: Any) -> str:
    """The classes that texts of one class were taken for, the most frequent first."""
    counts = errors["predicted"].value_counts().head(2)
    return ", ".join(f"{esc(label, 40)} {count}" for label, count in counts.items()) or "–"
