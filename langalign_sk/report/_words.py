"""The report in words: the answer, and the notes on its figures; the page shows the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from langalign_sk.report._advice import Advice, Judgement
from langalign_sk.report._candidates import Catalogue
from langalign_sk.report._run import Outcome, Runner
from langalign_sk.report._texts import Texts, single_texts

if TYPE_CHECKING:
    import pandas as pd

#: English names of common languages; others go by their code.
_LANGUAGES = """
    ar Arabic, de German, en English, es Spanish, fr French, hi Hindi, id Indonesian, it Italian,
    ja Japanese, ko Korean, nl Dutch, pl Polish, pt Portuguese, ru Russian, th Thai, tr Turkish,
    uk Ukrainian, vi Vietnamese, zh Chinese
"""


def language(code: str) -> str:
    """Return the English name of a language."""
    return dict(name.split() for name in _LANGUAGES.split(",")).get(code, code)


def sentences(
    *,
    setting: dict[str, Any],
    scores: pd.DataFrame,
    advice: Advice,
    references: pd.DataFrame,
    pair_curve: pd.DataFrame,
    estimate: Any,
    coverage: Any,
) -> list[str]:
    """Return the answer in sentences, the most important first."""
    row = scores.set_index("candidate").loc[advice.candidate]
    labelled = advice.basis == "target labels"
    found = [
        _answer(advice, setting, row) if labelled else _without_labels(advice, setting, row),
        _maps(advice, setting),
        _labels(references),
        _pairs(pair_curve),
        _agreement(setting, row),
        "" if coverage is None else str(coverage.summary()),
    ]
    if estimate is not None and estimate.reliable:
        found[0] += f" Expect {estimate.summary()}."
    elif estimate is not None:
        found[0] += f" How accurate that is can't be told: {estimate.reason}."
    return [part for part in found if part]


def _span(row: Any) -> str:
    """Write an accuracy with its interval."""
    return f"{row['accuracy']:.2f} [{row['accuracy_low']:.2f}, {row['accuracy_high']:.2f}]"


def _points(value: float) -> str:
    """Write a difference of accuracies in points of a hundred."""
    shown = f"{abs(100 * value):.1f}"
    return f"{shown} point" if shown == "1.0" else f"{shown} points"


def _answer(advice: Advice, setting: dict[str, Any], row: Any) -> str:
    """Say what to take, and how good it is."""
    said = (
        f"Take {advice.candidate!r}: accuracy {_span(row)}, macro F1 {row['macro_f1']:.2f}, on "
        f"{setting['n_target']:,} {language(setting['target_lang'])} texts, from "
        f"{setting['n_source']:,} labelled {language(setting['source_lang'])} texts."
    )
    if advice.candidate != advice.best:
        said += (
            f" {advice.best!r} is {_points(advice.loss)} ahead "
            f"[{100 * advice.low:+.1f}, {100 * advice.high:+.1f}], which is within noise, and less "
            "simple."
        )
    return said


def _without_labels(advice: Advice, setting: dict[str, Any], row: Any) -> str:
    """Say what to take where no target label is there to tell, and why."""
    if np.isnan(row["score"]):
        return f"Take {advice.candidate!r}: nothing can be judged without target labels."
    grounds = [
        f"it is right in {row['source_accuracy']:.0%} of the {language(setting['source_lang'])} "
        "texts (cross-validated)",
        f"gives translations the same class (kappa {row['kappa']:.2f})",
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
    elif row["kind"] == "recipe":
        said += (
            f"together, {advice.best!r} does better by less than such figures can be trusted, and "
            "this way was the best or close to it with most encoders that it was measured with."
        )
    else:
        said += f"together, {advice.best!r} does not do clearly better."
    if advice.not_told_apart:
        others = ", ".join(map(repr, advice.not_told_apart))
        said += f" These figures do not tell it from {others}: some target labels would."
    return said


def _maps(advice: Advice, setting: dict[str, Any]) -> str:
    """Say whether one encoder, by itself, needs a map at all."""
    if advice.no_map is None:
        return ""
    both = f"{language(setting['source_lang'])} and {language(setting['target_lang'])}"
    bare = f"{advice.no_map!r}, one encoder for {both}"
    seen = f"the two sides of the pairs correlate {advice.agreement:.2f} in it"
    if advice.no_map_is_as_good is None:
        return ""
    if advice.basis != "target labels":
        if advice.no_map_is_as_good:
            return f"No map is needed: {bare}, understands them ({seen}; 1 is one space)."
        return f"A map is needed: {bare}, does not understand both alike ({seen}; 1 is one space)."
    gain = (
        f"{100 * advice.map_gain:+.1f} points of accuracy "
        f"[{100 * advice.map_gain_low:+.1f}, {100 * advice.map_gain_high:+.1f}]"
    )
    if advice.no_map_is_as_good:
        return f"No map is as good: {bare} ({seen}), against which the best map brings {gain}."
    doubt = ", though the interval includes no gain" if advice.map_gain_low <= 0 else ""
    return f"A map pays: against {bare} ({seen}), the best brings {gain}{doubt}."


def _labels(references: pd.DataFrame) -> str:
    """Say what target labels would be worth."""
    if references.empty:
        return ""
    native = references[(references["kind"] == "native") & references["shots"].isna()]
    few = references[references["kind"] == "mixture"]
    said = ""
    if len(native):
        row = native.iloc[-1]
        said = f"Native labels would give {_span(row)} (about {row['labels']:.0f} target labels)."
    if len(few):
        shown = [f"{row['accuracy']:.2f} with {row['shots']:.0f}" for _, row in few.iterrows()]
        said += f" Adding a few target labels per class to it gives {', '.join(shown)}."
    return said.strip()


def _pairs(pair_curve: pd.DataFrame) -> str:
    """Say what more pairs would be worth."""
    if len(pair_curve) < 2:
        return ""
    value = "accuracy" if "accuracy" in pair_curve else "agreement"
    half, full = pair_curve.iloc[-2], pair_curve.iloc[-1]
    gain = full[value] - half[value]
    figures = (
        f"With {full['n_pairs']:,.0f} pairs {full['candidate']!r} reaches {value} "
        f"{full[value]:.2f}, with {half['n_pairs']:,.0f} {half[value]:.2f}"
    )
    if gain > 0.005:
        return f"{figures}: twice as many pairs again are worth about {_points(gain)} or less."
    return f"{figures}: more pairs of the same kind are worth little."


def _agreement(setting: dict[str, Any], row: Any) -> str:
    """Say how consistent the advised candidate is across the languages."""
    if np.isnan(row["agreement"]):
        return ""
    return (
        f"It gives {row['agreement']:.0%} of {setting['n_held_out']:,} held-out pairs the "
        f"same class on both sides (kappa {row['kappa']:.2f})."
    )


def notes_on(
    setting: dict[str, Any],
    texts: Texts,
    runner: Runner,
    outcomes: Sequence[Outcome],
    judgements: Sequence[Judgement | None],
    catalogue: Catalogue,
) -> list[str]:
    """Say what a reader should know about the figures."""
    notes = []
    if runner.y_target is not None:
        notes = [
            "Intervals are 95% percentiles of 2,000 bootstrap draws of the "
            f"{setting['n_target']:,} test texts, the same draws for all candidates; recall has "
            "Wilson intervals.",
            f"What learns from target labels is cross-validated in {setting['n_folds']} folds of "
            "the test texts, so with fewer labels than you would train with in the end.",
            *_leaks(texts, grouped=runner.groups is not None),
            *_classes(runner),
        ]
    notes.append(
        f"Agreement, alignment and disagreements are measured on {setting['n_held_out']:,} of the "
        f"{setting['n_pairs']:,} pairs, by models whose maps were fitted without these. Agreement "
        "says nothing of errors made in both languages alike."
    )
    if texts.in_twos:
        notes.append(
            "Rows hold two texts, the pairs one: for agreement, alignment and disagreements, pairs "
            "were taken two at a time, in their order, as rows of the task would be."
        )
    if runner.y_target is None:
        notes += _ranking(judgements)
    if catalogue.deaf:
        both = f"{language(setting['source_lang'])} and {language(setting['target_lang'])}"
        notes.append(
            f"{', '.join(catalogue.deaf)}: tried on {both} by itself, without a map; in some of "
            "the pairs it does not show that it knows both, so it is not among the ways."
        )
    own = [one.candidate.name for one in outcomes if one.consistency and one.consistency.seen]
    if own:
        notes.append(
            f"{', '.join(own)}: brings pairs of its own, among them some of those it was checked "
            "on, so its agreement flatters."
        )
    notes.append(
        "Seconds are for encoding and predicting on this machine. Size is that of the saved "
        "pipeline; the weights of models given by name are not in it."
    )
    notes += [
        f"{name}: the student was taught in {seconds:,.0f} s, which are not in the seconds, with "
        f"the {setting['n_pairs'] - setting['n_held_out']:,} pairs that were not left out."
        for name, seconds in catalogue.taught.items()
    ]
    translated = [
        one.candidate.name
        for one in outcomes
        if one.candidate.kind == "translation" and one.candidate.test_part in texts.written
    ]
    if translated:
        notes.append(
            f"{', '.join(translated)}: the translator's time is in the seconds, its size is not in "
            "what is saved; the saved pipeline takes texts that are translated already."
        )
    return notes


def _leaks(texts: Texts, *, grouped: bool) -> list[str]:
    """Name test texts that were there to learn from."""
    notes = []
    there = set(single_texts(texts.parts["pairs_target"]))
    in_pairs = sum(
        not there.isdisjoint(single_texts([row])) for row in set(texts.parts["X_target"])
    )
    if in_pairs:
        notes.append(f"{in_pairs} test texts are also among the pairs; their figures may flatter.")
    sides = (single_texts(texts.parts[part]) for part in ("pairs_source", "pairs_target"))
    by_source = dict(zip(*sides, strict=True))
    known = {tuple(map(by_source.get, single_texts([row]))) for row in texts.parts["X"]}
    told = sum(tuple(single_texts([row])) in known for row in set(texts.parts["X_target"]))
    if told and not grouped:
        notes.append(
            f"{told} test texts are, by the pairs, translations of training texts: give groups=, "
            "so that no text is predicted by a model that was trained on its translation."
        )
    return notes


def _classes(runner: Runner) -> list[str]:
    """Name classes of the target rows that cannot be learned."""
    notes = []
    labels = np.asarray(runner.y_target)
    extra = sorted(set(labels.tolist()) - set(runner.y.tolist()), key=str)
    if extra:
        named = ", ".join(map(str, extra))
        notes.append(f"No source text has the class {named}: none can be predicted.")
    classes, counts = np.unique(labels, return_counts=True)
    if counts.min() < 2:
        named = ", ".join(map(str, classes[counts < 2]))
        notes.append(f"One test text each has the class {named}: native labels can't predict it.")
    return notes


def _ranking(judgements: Sequence[Judgement | None]) -> list[str]:
    """Say how candidates are ranked without target labels."""
    notes = [
        "Without target labels the score is the product of three figures: accuracy on source texts "
        "(cross-validated), agreement on held-out pairs beyond chance, and how far the classes "
        "named in target texts are as frequent as among the labels. It chooses between encoders; "
        "behind these the transfer classifier is taken, unless another way's score is far ahead "
        "(docs/report.md). The score takes the classes to be as frequent in both languages; where "
        "they are not, or a point or two matters, label some target texts."
    ]
    if not any(one and not np.isnan(one.overlap) for one in judgements):
        notes.append(
            "There were no target texts, so the ranking knows two figures only: give some, even "
            "without labels."
        )
    return notes
