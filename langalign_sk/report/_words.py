"""The report in words: verdict, number, risk, what to do next, and what each section found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from langalign_sk.report._advice import Advice
from langalign_sk.report._plain import language, plain

if TYPE_CHECKING:
    import pandas as pd

#: A class is called weak below this recall, where it has as many test texts.
_WEAK, _ENOUGH = 0.5, 5
#: Gains, in accuracy, that are worth the work.
_WORTH = 0.01
#: Overlap of class frequencies from which on they are called alike.
_ALIKE = 0.8


def sentences(
    *,
    setting: dict[str, Any],
    scores: pd.DataFrame,
    advice: Advice,
    references: pd.DataFrame,
    pair_curve: pd.DataFrame,
    per_class: pd.DataFrame,
    errors: pd.DataFrame,
    estimate: Any,
    coverage: Any,
) -> dict[str, str]:
    """Return the answer in sentences by what they are about, the most important first."""
    row = scores.set_index("candidate").loc[advice.candidate]
    name = f"{advice.candidate!r} ({_lower(_plain(advice.candidate, row, setting))})"
    if advice.basis == "target labels":
        own = (_of(per_class, advice), _of(errors, advice))
        found = {
            "verdict": _verdict(name, setting, row),
            "number": _number(setting, row),
            "risk": " ".join([*_weak(own[0]), *_mistaken(own[1]), *_behind(advice)]),
            "next": _next(setting, row, references, pair_curve, own[0]),
        }
    else:
        found = {
            "verdict": _forecast(name, setting, row, estimate),
            "number": _expected(setting, row, estimate),
            "risk": _doubt(advice, row, setting),
            "next": f"Label about 100 {_target(setting)} texts (the command suggest picks them), "
            "then compare again: what is a forecast here is measured then.",
        }
    found |= {
        "map": _maps(advice, setting),
        "labels": _labels(references, setting),
        "pairs": _pairs(pair_curve),
        "agreement": _agreement(setting, row),
        "coverage": "" if coverage is None else _covered(coverage),
    }
    return {key: said for key, said in found.items() if said}


def _target(setting: dict[str, Any]) -> str:
    """Name the language of the texts to predict."""
    return language(setting["target_lang"])


def _source(setting: dict[str, Any]) -> str:
    """Name the language of the labels."""
    return language(setting["source_lang"])


def _plain(candidate: str, row: Any, setting: dict[str, Any]) -> str:
    """Say what a way does."""
    return plain(candidate, row["kind"], setting["source_lang"], setting["target_lang"])


def _lower(words: str) -> str:
    """Begin small, but for the names of languages."""
    known = ("Two", "The", "Learns", "Translates", "Nothing")
    first, _, rest = words.partition(" ")
    return f"{first.lower()} {rest}" if first in known else words


def _of(table: pd.DataFrame, advice: Advice) -> pd.DataFrame:
    """Return the rows of the advised candidate."""
    return table if table.empty else table[table["candidate"] == advice.candidate]


def _span(row: Any) -> str:
    """Write an accuracy with its interval."""
    return f"{row['accuracy']:.0%} [{100 * row['accuracy_low']:.0f}, {row['accuracy_high']:.0%}]"


def _points(value: float) -> str:
    """Write a difference of accuracies in points of a hundred."""
    shown = f"{100 * value:+.1f}"
    return f"{shown} point" if shown in ("+1.0", "-1.0") else f"{shown} points"


def _verdict(name: str, setting: dict[str, Any], row: Any) -> str:
    """Say what to take, or that there is nothing to take yet."""
    if row["accuracy_low"] <= setting["most_frequent"]:
        return f"Not yet: even the best way, {name}, does not clearly beat a guess."
    return f"Take {name}."


def _number(setting: dict[str, Any], row: Any) -> str:
    """Say how good it is."""
    low, high = row["accuracy_low"], row["accuracy_high"]
    more = setting.get("n_target_labels", 0)
    own = f", {more:,} {_target(setting)} ones" if more else ""
    return (
        f"It is right in {row['accuracy']:.0%} of {setting['n_target']:,} {_target(setting)} texts "
        f"(95% interval {low:.0%} to {high:.0%}; macro F1 {row['macro_f1']:.2f}). It learned from "
        f"{setting['n_source']:,} labelled {_source(setting)} texts{own} and "
        f"{setting['n_pairs']:,} pairs."
    )


def _weak(per_class: pd.DataFrame) -> list[str]:
    """Name the classes that are found least often."""
    told = per_class[per_class["support"] >= _ENOUGH].sort_values("recall", kind="stable")
    if told.empty:
        return []
    weak = told[told["recall"] < _WEAK]
    if weak.empty:
        row = told.iloc[0]
        return [
            f"Its weakest class is {_short(row['class'])}, found in {row['recall']:.0%} of "
            f"{row['support']:,} texts."
        ]
    named = [f"{_short(row['class'])} ({row['recall']:.0%})" for _, row in weak.head(3).iterrows()]
    more = f" and {len(weak) - len(named)} more" if len(weak) > len(named) else ""
    many = "Some classes are" if len(weak) > 1 else "One class is"
    return [f"{many} found in less than half of the texts: {', '.join(named)}{more}."]


def _mistaken(errors: pd.DataFrame) -> list[str]:
    """Name the most frequent mistake."""
    if errors.empty:
        return []
    counts = errors.groupby(["true", "predicted"]).size().nlargest(1)
    n = int(counts.iloc[0])
    true, given = counts.index.tolist()[0]
    if n < 3:
        return []
    return [f"The most frequent mistake: {_short(true)} taken for {_short(given)} ({n:,} texts)."]


def _short(label: Any) -> str:
    """Quote a class."""
    text = str(label)
    return repr(text if len(text) <= 40 else text[:39] + "…")


def _behind(advice: Advice) -> list[str]:
    """Say what is a little better, but less simple."""
    if advice.candidate == advice.best:
        return []
    return [
        f"{advice.best!r} is {100 * advice.loss:.1f} points ahead [{100 * advice.low:+.1f}, "
        f"{100 * advice.high:+.1f}], which is within noise, and less simple."
    ]


def _next(
    setting: dict[str, Any],
    row: Any,
    references: pd.DataFrame,
    pair_curve: pd.DataFrame,
    per_class: pd.DataFrame,
) -> str:
    """Say what would help most, by what was measured."""
    gains = []
    few = references[references["kind"] == "mixture"] if len(references) else references
    for _, one in few.iterrows():
        gains.append(
            (
                one["accuracy"] - row["accuracy"],
                f"Label {one['shots']:.0f} {_target(setting)} texts per class",
            )
        )
    if len(pair_curve) > 1 and "accuracy" in pair_curve:
        half, full = pair_curve["accuracy"].iloc[-2:]
        gains.append((full - half, f"Get more than {setting['n_pairs']:,} pairs"))
    gain, best = max(gains, default=(0.0, ""), key=lambda one: one[0])
    said = []
    if gain >= _WORTH and best.startswith("Label"):
        said.append(f"{best}: measured here, that is worth {_points(gain)}.")
    elif gain >= _WORTH:
        said.append(f"{best}: the last doubling was worth {_points(gain)}.")
    weak = per_class[(per_class["recall"] < _WEAK) & (per_class["support"] >= _ENOUGH)]
    if len(weak):
        said.append("Read what was missed of the weak classes: unclear labels show there.")
    if not said:
        said.append(
            "Put it to work. Neither more labels nor more pairs promise much; look again when the "
            "texts change."
        )
    return " ".join(said)


def _forecast(name: str, setting: dict[str, Any], row: Any, estimate: Any) -> str:
    """Say what to take where no target label is there to tell."""
    if np.isnan(row["score"]):
        return f"Take {name}; nothing can be judged without {_target(setting)} labels."
    if estimate is not None and not estimate.reliable:
        return f"Not yet. {name} is the best bet, but nothing tells whether it is good enough."
    if setting.get("n_target_labels", 0):
        return (
            f"Take {name}. No {_target(setting)} label was left to test it, so this is a forecast."
        )
    return f"Take {name}. No {_target(setting)} label was given, so this is a forecast."


def _expected(setting: dict[str, Any], row: Any, estimate: Any) -> str:
    """Say what to expect, and on what grounds."""
    said = []
    if estimate is not None and estimate.reliable:
        said.append(
            f"Expect it to be right in about {estimate.estimate:.0%} of {_target(setting)} texts "
            f"({estimate.low:.0%} to {estimate.high:.0%})."
        )
    elif estimate is not None:
        said.append(f"How often it is right can't be told: {estimate.reason}.")
    if not np.isnan(row["score"]):
        said.append(
            f"In {_source(setting)} it is right in {row['source_accuracy']:.0%} (cross-validated)."
        )
    if not np.isnan(row.get("class_overlap", np.nan)):
        alike = row["class_overlap"] >= _ALIKE
        said.append(
            f"The classes it gives to {_target(setting)} texts are "
            f"{'about' if alike else 'not'} as frequent as among the labels "
            f"({row['class_overlap']:.0%} in common)."
        )
    return " ".join(said)


def _doubt(advice: Advice, row: Any, setting: dict[str, Any]) -> str:
    """Say what the figures cannot tell."""
    said = []
    if advice.candidate != advice.best and row["kind"] == "recipe":
        said.append(
            f"{advice.best!r} has a higher score, but by less than scores can be trusted; this way "
            "was the best or close to it with most encoders that it was measured with."
        )
    elif advice.candidate != advice.best:
        said.append(f"{advice.best!r} has a higher score, but not by enough to be sure.")
    others = [name for name in advice.not_told_apart if name != advice.best]
    if others:
        named = ", ".join(map(repr, others))
        said.append(f"The figures do not tell it from {named}; labels would.")
    return " ".join(said) or (
        f"A forecast can be wrong: nothing was tested on {_target(setting)} labels."
    )


def _maps(advice: Advice, setting: dict[str, Any]) -> str:
    """Say whether one encoder, by itself, needs a map at all."""
    if advice.no_map is None or advice.no_map_is_as_good is None:
        return ""
    both = f"{_source(setting)} and {_target(setting)}"
    bare = f"{advice.no_map!r}, one encoder for {both},"
    seen = f"the two sides of the pairs correlate {advice.agreement:.2f} in it; 1 is one space"
    taken = advice.candidate == advice.no_map
    if advice.basis != "target labels":
        if advice.no_map_is_as_good and taken:
            return f"No map is needed: {bare} understands them ({seen})."
        if advice.no_map_is_as_good:  # another way is advised: this one is no more than simpler
            return f"If it has to be simpler: {bare} understands them without a map ({seen})."
        return f"A map is needed: {bare} does not understand both alike ({seen})."
    gain = (
        f"{_points(advice.map_gain)} [{100 * advice.map_gain_low:+.1f}, "
        f"{100 * advice.map_gain_high:+.1f}]"
    )
    if advice.no_map_is_as_good and taken:
        return f"No map is needed: {bare} does as well. The best map changes it by {gain}."
    if advice.no_map_is_as_good:
        return f"If it has to be simpler: {bare} needs no map. The best map changes it by {gain}."
    doubt = ", though it may be chance" if advice.map_gain_low <= 0 else ""
    return f"A map pays: over {bare} the best map gains {gain}{doubt}."


def _labels(references: pd.DataFrame, setting: dict[str, Any]) -> str:
    """Say what target labels would be worth."""
    if references.empty:
        return ""
    native = references[(references["kind"] == "native") & references["shots"].isna()]
    few = references[references["kind"] == "mixture"]
    said = []
    if len(native):
        row = native.iloc[-1]
        said.append(
            f"Trained on about {row['labels']:.0f} {_target(setting)} labels instead, a model is "
            f"right in {_span(row)}."
        )
    if len(few):
        shown = [f"{row['accuracy']:.0%} with {row['shots']:.0f}" for _, row in few.iterrows()]
        said.append(f"A few such labels per class added to the advised way: {', '.join(shown)}.")
    return " ".join(said)


def _pairs(pair_curve: pd.DataFrame) -> str:
    """Say what more pairs would be worth."""
    if len(pair_curve) < 2:
        return ""
    value = "accuracy" if "accuracy" in pair_curve else "agreement"
    half, full = pair_curve.iloc[-2], pair_curve.iloc[-1]
    gain = full[value] - half[value]
    figures = (
        f"Going from {half['n_pairs']:,.0f} to {full['n_pairs']:,.0f} pairs changed the {value} of "
        f"{full['candidate']!r} by {_points(gain)}"
    )
    if gain > 0.005:
        return f"{figures}. Twice as many again will help, but likely by less."
    return f"{figures}: more pairs of the same kind are worth little."


def _agreement(setting: dict[str, Any], row: Any) -> str:
    """Say how consistent the advised candidate is across the languages."""
    if np.isnan(row["agreement"]):
        return ""
    return (
        f"Of {setting['n_held_out']:,} pairs that the map had not seen, {row['agreement']:.0%} get "
        f"the same class on both sides (kappa {row['kappa']:.2f}: 0 is chance, 1 is always)."
    )


def _covered(coverage: Any) -> str:
    """Say how many texts are unlike the pairs."""
    return (
        f"{coverage.outside:.0%} of {len(coverage.scores):,} texts lie outside what the "
        f"{coverage.n_pairs:,} pairs cover ({coverage.nominal:.0%} would be normal)."
    )
