"""From outcomes to the finished report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from langalign_sk.report._advice import Advice
from langalign_sk.report._alignment import alignment_table
from langalign_sk.report._blind import has_head_per_language
from langalign_sk.report._errors import errors_table
from langalign_sk.report._result import TransferReport
from langalign_sk.report._run import HELD_OUT, REST, Labels, Outcome, Runner
from langalign_sk.report._spaces import Space, Texts
from langalign_sk.report._tables import disagreements_table, per_class_table, scores_table
from langalign_sk.selection import AccuracyEstimate, Coverage, coverage, estimate_target_accuracy


def assembled(
    texts: Texts,
    runner: Runner,
    groups: tuple[Labels, Labels] | None,
    outcomes: Sequence[Outcome],
    advice: Advice,
    curve: list[dict[str, Any]],
    worth: list[dict[str, Any]],
) -> TransferReport:
    """All tables, what to expect, and the notes."""
    import pandas as pd

    y_target, none = runner.y_target, pd.DataFrame()
    chosen = next(one for one in outcomes if one.candidate.name == advice.candidate)
    labelled = y_target is not None
    pairs_left_out = texts.fit_pairs(HELD_OUT)
    predictions = none
    if "X_target" in texts.parts:
        columns = {one.candidate.name: one.predicted for one in outcomes}
        truth = {"true": y_target} if labelled else {}
        predictions = pd.DataFrame({"text": texts.parts["X_target"], **truth, **columns})
    return TransferReport(
        setting=_setting(texts, runner),
        scores=scores_table(outcomes, runner.y, y_target, runner.random_state),
        per_class=none if y_target is None else per_class_table(outcomes, y_target),
        references=pd.DataFrame(worth),
        pair_curve=pd.DataFrame(curve),
        alignment=alignment_table(outcomes, texts.subsets[HELD_OUT]),
        disagreements=disagreements_table(outcomes, pairs_left_out, texts.subsets[HELD_OUT]),
        errors=none if y_target is None else errors_table(outcomes, runner.y, y_target, groups),
        predictions=predictions,
        advice=advice,
        estimate=None if labelled else _expected(chosen, texts, runner),
        coverage=_covered(chosen, outcomes, texts),
        notes=_notes(texts, runner, groups, outcomes),
        models={
            one.candidate.name: (one.candidate.reader.fitted_extractor(), one.model)
            for one in outcomes
        },
    )


def _setting(texts: Texts, runner: Runner) -> dict[str, Any]:
    """What was compared on what."""
    return {
        "source_lang": texts.pairs.source_lang,
        "target_lang": texts.pairs.target_lang,
        "classes": np.unique(runner.y).tolist(),
        "n_source": len(runner.y),
        "n_target": len(texts.parts.get("X_target", [])),
        "n_pairs": texts.pairs.n_pairs,
        "n_held_out": len(texts.subsets[HELD_OUT]),
        "n_folds": len(runner.folds),
        "grouped": not runner.one_fit,
        "random_state": runner.random_state,
    }


def _expected(chosen: Outcome, texts: Texts, runner: Runner) -> AccuracyEstimate | None:
    """What to expect of a candidate where no target label is there to tell."""
    candidate = chosen.candidate
    if candidate.kind == "translation" or not hasattr(chosen.model, "get_params"):
        return None
    reader = candidate.reader
    own = [pool for pool in reader.pools if pool.lang == texts.pairs.target_lang]
    return estimate_target_accuracy(
        candidate.make(reader.fit_pairs(REST)),
        reader.rows("X"),
        runner.y,
        reader.fit_pairs(HELD_OUT),
        own[0] if own else None,
        random_state=runner.random_state,
    )


def _covered(chosen: Outcome, outcomes: Sequence[Outcome], texts: Texts) -> Coverage | None:
    """Whether the pairs are of the kind of the unlabelled texts, else of the texts to test on."""
    spaces = [one.candidate.reader for one in (chosen, *outcomes)]
    space = next((reader for reader in spaces if isinstance(reader, Space)), None)
    lang = texts.pairs.target_lang
    if space is None or lang is None:
        return None
    pools = [pool for pool in space.pools if pool.lang == lang]
    if pools:
        return coverage(space.pairs, pools[0], random_state=0)
    if "X_target" not in texts.parts:
        return None
    rows = space.rows("X_target")
    own = rows if space.layout is None else rows[:, space.layout.columns(lang)]
    return coverage(space.pairs, own, random_state=0)


def _notes(
    texts: Texts,
    runner: Runner,
    groups: tuple[Labels, Labels] | None,
    outcomes: Sequence[Outcome],
) -> list[str]:
    """What a reader should know about the figures."""
    setting = _setting(texts, runner)
    notes = []
    if runner.y_target is not None:
        notes.append(
            "Intervals are 95% percentiles of 2,000 bootstrap draws of the "
            f"{setting['n_target']:,} test texts, the same draws for all candidates; recall has "
            "Wilson intervals."
        )
        notes.append(
            f"What learns from target labels is cross-validated in {setting['n_folds']} folds of "
            "the test texts, so with fewer labels than you would train with in the end."
        )
        notes += _leaks(texts, groups)
        notes += _strange_classes(runner)
    notes.append(
        f"Agreement, alignment and disagreements are measured on {setting['n_held_out']:,} of the "
        f"{setting['n_pairs']:,} pairs, by models whose maps were fitted without these. Agreement "
        "says nothing of errors made in both languages alike."
    )
    if runner.y_target is None:
        notes += _ranking(outcomes)
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
    return notes


def _ranking(outcomes: Sequence[Outcome]) -> list[str]:
    """How candidates are ranked without target labels."""
    notes = [
        "Without target labels the candidates are ranked by the product of three figures: accuracy "
        "on source texts (cross-validated), agreement on held-out pairs beyond chance, and how far "
        "the classes named in target texts are as frequent as among the labels. This takes the "
        "classes to be as frequent in both languages; where they are not, or a point or two "
        "matters, label some target texts."
    ]
    if not any(one.judgement and one.judgement.named is not None for one in outcomes):
        notes.append(
            "There were no target texts, so the ranking knows two figures only: give some, even "
            "without labels."
        )
    several = [one.candidate.name for one in outcomes if has_head_per_language(one.model)]
    if several:
        notes.append(
            f"{', '.join(several)}: has a head for each language, which agree less with each other "
            "than one head with itself; the ranking compares the target language's head on texts "
            "and on carried source texts."
        )
    return notes


def _leaks(texts: Texts, groups: tuple[Labels, Labels] | None) -> list[str]:
    """Test texts that were there to learn from."""
    notes = []
    in_pairs = len(set(texts.parts["X_target"]) & set(texts.parts["pairs_target"]))
    if in_pairs:
        notes.append(f"{in_pairs} test texts are also among the pairs; their figures may flatter.")
    by_source = dict(zip(texts.parts["pairs_source"], texts.parts["pairs_target"], strict=True))
    known = {by_source[text] for text in texts.parts["X"] if text in by_source}
    told = len(known & set(texts.parts["X_target"]))
    if told and groups is None:
        notes.append(
            f"{told} test texts are, by the pairs, translations of training texts: give groups=, "
            "so that no text is predicted by a model that was trained on its translation."
        )
    return notes


def _strange_classes(runner: Runner) -> list[str]:
    """Classes of the target rows that no source row has."""
    extra = sorted(set(np.asarray(runner.y_target).tolist()) - set(runner.y.tolist()), key=str)
    if not extra:
        return []
    return [f"No source text has the class {', '.join(map(str, extra))}: none can be predicted."]
