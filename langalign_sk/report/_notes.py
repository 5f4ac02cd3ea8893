"""Notes on the figures of a report, and warnings before they are believed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from langalign_sk.report._advice import Judgement
from langalign_sk.report._candidates import Catalogue
from langalign_sk.report._plain import language
from langalign_sk.report._run import Outcome, Runner
from langalign_sk.report._texts import Texts, single_texts

#: Agreement beyond chance up to which pairs look like no translations; half an interval, in points,
#: from which on a figure is said to be rough.
_NO_PAIRS, _ROUGH = 0.1, 0.06


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
        ]
    notes.append(
        f"Agreement, alignment and disagreements are measured on {setting['n_held_out']:,} of the "
        f"{setting['n_pairs']:,} pairs, by models whose maps were fitted without these. Agreement "
        "says nothing of errors made in both languages alike."
    )
    if runner.y_more is not None:
        notes.append(
            f"Every way learns from {len(runner.y_more):,} labelled "
            f"{language(setting['target_lang'])} texts as well, but those that translate; what "
            "is expected without target labels to test on does not count them."
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


def warnings_on(
    texts: Texts, runner: Runner, row: Any, *, estimate: Any, coverage: Any
) -> list[str]:
    """Return what a reader has to know before believing any figure; `row` is the advised one's."""
    found = []
    if runner.y_target is not None:
        counts = np.unique(runner.y_target, return_counts=True)[1]
        share = counts.max() / counts.sum()
        if row["accuracy_low"] <= share:
            found.append(
                "No better than guessing: naming the most frequent class every time would be "
                f"right in {share:.0%} of the test texts."
            )
        half = (row["accuracy_high"] - row["accuracy_low"]) / 2
        if half > _ROUGH:
            found.append(
                f"The figures are rough: {len(runner.y_target):,} test texts tell the accuracy to "
                f"within {100 * half:.0f} points."
            )
        found += _leaks(texts, grouped=runner.groups is not None)
        found += _classes(runner)
    elif estimate is not None and not estimate.reliable:
        found.append(f"How good it will be can't be told: {estimate.reason}.")
    if row["kappa"] <= _NO_PAIRS:
        found.append(
            "The two sides of the pairs get the same class hardly more often than by chance (kappa "
            f"{row['kappa']:.2f}). Are they translations of each other, row by row?"
        )
    if coverage is not None and not coverage.ok:
        found.append(_uncovered(coverage))
    return found


def _uncovered(coverage: Any) -> str:
    """Say that the texts are unlike the pairs."""
    return (
        f"The texts are unlike the pairs: {coverage.outside:.0%} of {len(coverage.scores):,} lie "
        f"outside what the pairs cover ({coverage.nominal:.0%} would be normal). Add translations "
        "of such texts."
    )


def _leaks(texts: Texts, *, grouped: bool) -> list[str]:
    """Name test texts that were there to learn from."""
    notes = []
    there = set(single_texts(texts.parts["pairs_target"]))
    in_pairs = sum(
        not there.isdisjoint(single_texts([row])) for row in set(texts.parts["X_target"])
    )
    if in_pairs:
        notes.append(
            f"{in_pairs} test texts are also among the pairs, so their figures may flatter."
        )
    sides = (single_texts(texts.parts[part]) for part in ("pairs_source", "pairs_target"))
    by_source = dict(zip(*sides, strict=True))
    known = {tuple(map(by_source.get, single_texts([row]))) for row in texts.parts["X"]}
    told = sum(tuple(single_texts([row])) in known for row in set(texts.parts["X_target"]))
    if told and not grouped:
        notes.append(
            f"{told} test texts are, by the pairs, translations of training texts, so their "
            "figures flatter. Leave them out, or give both the same group (`groups` in Python)."
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
