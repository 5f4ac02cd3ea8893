"""A new model held against the old one that it is to replace, on the same rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from langalign_sk._commands._make import Material
    from langalign_sk.report import TransferReport

#: A loss, in accuracy or agreement, that counts as worse however few rows there are to tell.
_LOSS = 0.01
#: Pairs that neither model has learned from, fewer than which tell nothing.
_ENOUGH = 30


@dataclass(frozen=True)
class Against:
    """What the comparison came to."""

    #: The comparison as `langalign_sk.report.refit_report` gives it.
    report: Any
    #: Whether the new model is worse, by labels or, without any, by unseen pairs.
    worse: bool
    #: Figures by their names: of the old model and of the new one.
    figures: dict[str, tuple[Any, Any]]
    #: The answer in words.
    summary: str


def held_against(
    old: Any,
    report: TransferReport,
    way: str,
    material: Material,
    *,
    old_pairs: Any,
    old_figures: Mapping[str, Any],
) -> Against:
    """Hold the model of a way against the old one.

    `old_pairs` are those that the old model has learned from, `old_figures` what was known of it
    when it was made.
    """
    from langalign_sk.report import refit_report

    new = report.fitted(way)
    texts, truth = _rows(material)
    sides = [_told(model, texts, material.target_lang) for model in (old, new)]
    agreed = agreement(old, report.fitted(way, without_held_out=True), report.held_out, old_pairs)
    now = figures_of(report, way, material)
    shown: dict[str, tuple[Any, Any]] = {}
    for name in now:
        both = old_figures.get(name), now[name]
        if name != "agreement" and both != (None, None):
            shown[name.replace("_", " ")] = both
    if agreed is not None:
        told = f"translations that get one class, {len(agreed[0]):,} new pairs"
        shown[told] = (float(agreed[0].mean()), float(agreed[1].mean()))
    found = refit_report(
        texts,
        sides[0],
        sides[1],
        truth,
        source_lang=material.source_lang,
        target_lang=material.target_lang,
        figures=shown,
    )
    lines = [found.summary()]
    lines += [f"{name}: {_shown(a)} before, {_shown(b)} now" for name, (a, b) in shown.items()]
    return Against(found, _is_worse(found, agreed), shown, "\n".join(lines))


def figures_of(report: TransferReport, way: str, material: Material) -> dict[str, Any]:
    """Return what is kept of a model's figures, for the day on which it is to be replaced."""
    table = report.scores
    row: Any = table[table["candidate"] == way].to_dict("records")[0]
    estimate = report.estimate
    expected = None
    if estimate is not None and estimate.reliable and way == report.advice.candidate:
        expected = float(estimate.estimate)
    return {
        "sentence_pairs": int(material.pairs.n_pairs),
        "labels": len(material.labels),
        "labels_in_the_target_language": len(material.target_labels),
        "accuracy": float(row["accuracy"]) if "accuracy" in row else None,
        "expected_accuracy": expected,
        "agreement": float(row["agreement"]) if row["agreement"] == row["agreement"] else None,
    }


def agreement(old: Any, new: Any, held_out: Any, old_pairs: Any) -> list[Any] | None:
    """Return for pairs that neither model has seen whether each gives both sides one class.

    `new` has not seen those held out; of these, those that are not among the old ones. None where
    they are too few to tell.
    """
    seen = set(zip(old_pairs.source, old_pairs.target, strict=True))
    # Rows of two texts are two pairs each.
    every = list(zip(held_out.source, held_out.target, strict=True))
    rows = [row for row, pair in enumerate(every) if not _known(pair, seen)]
    if len(rows) < _ENOUGH:
        return None
    sides = [[held_out.source[row] for row in rows], [held_out.target[row] for row in rows]]
    langs = str(held_out.source_lang), str(held_out.target_lang)
    return [
        np.equal(*(_told(model, side, lang) for side, lang in zip(sides, langs, strict=True)))
        for model in (old, new)
    ]


def _known(pair: tuple[Any, Any], seen: set[Any]) -> bool:
    """Tell whether a pair, or one of two, is among those seen."""
    if isinstance(pair[0], str):
        return pair in seen
    return any(both in seen for both in zip(*pair, strict=True))


def _rows(material: Material) -> tuple[list[Any], list[str] | None]:
    """Return the rows to compare on, and their labels if they have any."""
    if material.test:
        return material.test, material.test_labels
    return list(material.unlabeled or dict.fromkeys(material.pairs.target)), None


def _told(model: Any, texts: Sequence[Any], lang: str) -> Any:
    """Return the classes of texts in a language that is known."""
    from langalign_sk._commands._answers import answers, in_language, languages_of

    known = model if languages_of(model) is None else in_language(model, lang)
    return np.array(answers(known, texts, {}).classes, dtype=object)


def _is_worse(found: Any, agreed: list[Any] | None) -> bool:
    """Tell whether the new model is worse: beyond chance, or by a point at least."""
    from langalign_sk.measures import PairedBootstrap, interval

    if found.verdict != "unknown":
        return bool(found.verdict == "worse" or found.gain <= -_LOSS)
    if agreed is None:
        return False
    gains = agreed[1].astype(float) - agreed[0].astype(float)
    high = interval(PairedBootstrap(len(gains)).mean(gains[None]))[1][0]
    return bool(high < 0 or gains.mean() <= -2 * _LOSS)


def _shown(value: Any) -> str:
    """Write a figure."""
    if value is None:
        return "not known"
    return f"{value:.1%}" if isinstance(value, float) else f"{value:,}"
