"""The report in words; the page shows the same sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from langalign_sk.report._result import TransferReport


#: English names of common languages; others go by their code.
_NAMES = {
    "ar": "Arabic",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "hi": "Hindi",
    "id": "Indonesian",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "nl": "Dutch",
    "pl": "Polish",
    "pt": "Portuguese",
    "ru": "Russian",
    "th": "Thai",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "vi": "Vietnamese",
    "zh": "Chinese",
}


def language(code: str) -> str:
    """Name of a language."""
    return _NAMES.get(code, code)


def summary_of(report: TransferReport) -> list[str]:
    """Sentences, the most important first."""
    parts = [
        _answer(report),
        _maps(report),
        _labels(report),
        _pairs(report),
        _agreement(report),
        _outside(report),
    ]
    return [part for part in parts if part]


def span(value: float, low: float, high: float, digits: int = 2) -> str:
    """A figure with its interval."""
    return f"{value:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"


def points(value: float) -> str:
    """A difference of accuracies in points of a hundred."""
    shown = f"{abs(100 * value):.1f}"
    return f"{shown} point" if shown == "1.0" else f"{shown} points"


def _row(report: TransferReport, name: str) -> Any:
    """Scores of one candidate."""
    return report.scores.set_index("candidate").loc[name]


def _answer(report: TransferReport) -> str:
    """What to take, and how good it is."""
    advice, setting = report.advice, report.setting
    row = _row(report, advice.candidate)
    if advice.basis != "target labels":
        said = _without_labels(report, row)
        if report.estimate is not None and report.estimate.reliable:
            said += f" Expect {report.estimate.summary()}."
        elif report.estimate is not None:
            said += f" How accurate that is can't be told: {report.estimate.reason}."
        return said
    accuracy = span(row["accuracy"], row["accuracy_low"], row["accuracy_high"])
    said = (
        f"Take {advice.candidate!r}: accuracy {accuracy}, macro F1 {row['macro_f1']:.2f}, on "
        f"{setting['n_target']:,} {language(setting['target_lang'])} texts, from "
        f"{setting['n_source']:,} labelled {language(setting['source_lang'])} texts."
    )
    if advice.candidate != advice.best:
        said += (
            f" {advice.best!r} is {points(advice.loss)} ahead "
            f"[{100 * advice.low:+.1f}, {100 * advice.high:+.1f}], which is within noise, and less "
            "simple."
        )
    return said


def _without_labels(report: TransferReport, row: Any) -> str:
    """What to take where no target label is there to tell, and why."""
    advice, setting = report.advice, report.setting
    if np.isnan(row["score"]):
        return f"Take {advice.candidate!r}: nothing can be judged without target labels."
    grounds = [
        f"it is right in {row['source_accuracy']:.0%} of the {language(setting['source_lang'])} "
        "texts (cross-validated)",
        f"gives translations the same class (kappa {row['one_head_kappa']:.2f})",
    ]
    if not np.isnan(row["class_overlap"]):
        grounds.append(
            f"names classes about as often as they are among the labels (to "
            f"{row['class_overlap']:.0%})"
        )
    listed = ", ".join(grounds[:-1]) + f" and {grounds[-1]}"
    said = f"Take {advice.candidate!r}: without target labels, because {listed}; "
    if advice.candidate == advice.best:
        said += "together, no other way does better."
    else:
        said += f"together, {advice.best!r} does not do clearly better."
    if advice.not_told_apart:
        others = ", ".join(map(repr, advice.not_told_apart))
        said += f" These figures do not tell it from {others}: some target labels would."
    return said


def _maps(report: TransferReport) -> str:
    """Whether one shared encoder needs a map at all."""
    advice = report.advice
    if advice.no_map_is_as_good is None:
        return ""
    labelled = advice.basis == "target labels"
    gain = (
        f"{100 * advice.map_gain:+.1f} points of {'accuracy' if labelled else 'the score'} "
        f"[{100 * advice.map_gain_low:+.1f}, {100 * advice.map_gain_high:+.1f}]"
    )
    if advice.no_map_is_as_good:
        return f"No map is as good: on one shared encoder the best map brings {gain}."
    doubt = ", though the interval includes no gain" if advice.map_gain_low <= 0 else ""
    return f"A map pays on the shared encoder: the best brings {gain}{doubt}."


def _labels(report: TransferReport) -> str:
    """What target labels would be worth."""
    table = report.references
    if table.empty:
        return ""
    native = table[(table["kind"] == "native") & table["shots"].isna()]
    few = table[table["kind"] == "mixture"]
    said = ""
    if len(native):
        row = native.iloc[-1]
        accuracy = span(row["accuracy"], row["accuracy_low"], row["accuracy_high"])
        said = f"Native labels would give {accuracy} (about {row['labels']:.0f} target labels)."
    if len(few):
        shown = ", ".join(
            f"{row['accuracy']:.2f} with {row['shots']:.0f}" for _, row in few.iterrows()
        )
        said += f" Adding a few target labels per class to it gives {shown}."
    return said.strip()


def _pairs(report: TransferReport) -> str:
    """What more pairs would be worth."""
    table = report.pair_curve
    if len(table) < 2:
        return ""
    value = "accuracy" if "accuracy" in table else "agreement"
    half, full = table.iloc[-2], table.iloc[-1]
    gain = full[value] - half[value]
    figures = (
        f"With {full['n_pairs']:,.0f} pairs {full['candidate']!r} reaches {value} "
        f"{full[value]:.2f}, with {half['n_pairs']:,.0f} {half[value]:.2f}"
    )
    if gain > 0.005:
        return f"{figures}: twice as many pairs again are worth about {points(gain)} or less."
    return f"{figures}: more pairs of the same kind are worth little."


def _agreement(report: TransferReport) -> str:
    """Cross-language consistency of the advised candidate."""
    row = _row(report, report.advice.candidate)
    if np.isnan(row["agreement"]):
        return ""
    return (
        f"It gives {row['agreement']:.0%} of {report.setting['n_held_out']:,} held-out pairs the "
        f"same class on both sides (kappa {row['kappa']:.2f})."
    )


def _outside(report: TransferReport) -> str:
    """Whether the pairs cover the target texts."""
    return "" if report.coverage is None else str(report.coverage.summary())
