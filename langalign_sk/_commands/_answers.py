"""Answers of a saved model: a class for every row, and what it is worth where that is little."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

EMPTY = "empty: the most frequent label"
#: Where nobody knows which label that is.
EMPTY_GUESS = "empty: a guess"
NO_WORDS = "no words: a guess"
ELSEWHERE = "not written in {}: a guess"


class Answers(NamedTuple):
    """A class for each text, how sure the model is, and why it may be worth little."""

    classes: list[str]
    #: None where the model can't tell.
    confidence: list[str] | None
    #: Empty for what was read as usual.
    reasons: list[str]


def answers(model: Any, texts: Sequence[Any], usual: Mapping[str, int] | None = None) -> Answers:
    """Answer each row in order, whatever it holds.

    A row that says nothing gets the most frequent of the labels that the model learned from,
    `usual` (label → count), or else what the model says of a full stop.
    """
    reasons = reasons_for(model, texts)
    rows = [row for row, why in enumerate(reasons) if why != EMPTY]
    sure = hasattr(model, "predict_proba")
    classes, confidence = [""] * len(texts), [""] * len(texts)
    if rows:
        told = _told(model, [texts[row] for row in rows])
        for row, (label, share) in zip(rows, told, strict=True):
            classes[row], confidence[row] = label, share
    if len(rows) < len(texts):
        most, share = _most_frequent(model, usual)
        for row, why in enumerate(reasons):
            if why == EMPTY:
                classes[row], confidence[row] = most, share
                reasons[row] = EMPTY if usual else EMPTY_GUESS
    return Answers(classes, confidence if sure else None, reasons)


def _told(model: Any, rows: Sequence[Any]) -> list[tuple[str, str]]:
    """Return what a model predicts for each row, and how sure it is; "" where it can't tell.

    What it predicts need not be the most probable class: `reject` and thresholds say otherwise. The
    texts go through the encoders once.
    """
    import numpy as np
    from sklearn.pipeline import Pipeline

    given: Any = rows
    if isinstance(model, Pipeline) and len(model.steps) > 1:
        given, model = model[:-1].transform(rows), model.steps[-1][1]
    labels = np.asarray(model.predict(given))
    if labels.ndim > 1:
        raise ValueError(
            "the model says several things of a row, such as labels, and an answer holds one: ask "
            "it in Python, load(...).predict(texts), or export it with --to onnx"
        )
    if not hasattr(model, "predict_proba"):
        return [(str(label), "") for label in labels]
    proba = np.asarray(model.predict_proba(given))
    return [(str(one), f"{own.max():.4f}") for one, own in zip(labels, proba, strict=True)]


def reader_of(model: Any) -> Any:
    """Return the extractor that reads a model's texts, wherever it is; None where there is none."""
    from langalign_sk.text import EmbeddingExtractor

    for _, step in getattr(model, "steps", [("", model)]):
        for own in (step, getattr(step, "embedder_", None)):
            if isinstance(own, EmbeddingExtractor):
                return own
    return None


def labels_of(model: Any) -> list[str] | None:
    """Return all that a model may answer, its label for rows of no class last; None: anything."""
    from langalign_sk.transfer import name_of_none

    known = getattr(model, "classes_", None)
    if known is None:
        return None
    last = getattr(model, "steps", [("", model)])[-1][1]
    rejects = getattr(last, "reject", None) is not None
    none = [name_of_none(last.reject_label, last.classes_)] if rejects else []
    return [str(label) for label in (*known, *none)]


def by_language(
    model: Any,
    texts: Sequence[Any],
    langs: Sequence[str | None],
    usual: Mapping[str, int] | None = None,
) -> Answers:
    """Answer each row in the language that is said of it; where none is, as the model tells it."""
    if not any(langs):
        return answers(model, texts, usual)
    classes, confidence, reasons = ([""] * len(texts) for _ in range(3))
    sure = True
    for lang in dict.fromkeys(langs):
        rows = [row for row, own in enumerate(langs) if own == lang]
        found = answers(in_language(model, lang), [texts[row] for row in rows], usual)
        sure = sure and found.confidence is not None
        for place, row in enumerate(rows):
            classes[row], reasons[row] = found.classes[place], found.reasons[place]
            confidence[row] = "" if found.confidence is None else found.confidence[place]
    return Answers(classes, confidence if sure else None, reasons)


def reasons_for(model: Any, texts: Sequence[Any]) -> list[str]:
    """Say of each row why its answer is worth little; nothing for most."""
    from langalign_sk.text import written_in

    known = languages_of(model) or ()
    singles = [[row] if isinstance(row, str) else list(row) for row in texts]
    joined = [" ".join(row) for row in singles]
    written = written_in(joined, known)
    elsewhere = ELSEWHERE.format(" or ".join(known))
    found = []
    for row, text, at_home in zip(singles, joined, written, strict=True):
        if not all(one.strip() for one in row):
            found.append(EMPTY)
        elif not any(letter.isalpha() for letter in text):
            found.append(NO_WORDS)
        else:
            found.append("" if at_home else elsewhere)
    return found


def languages_of(model: Any) -> tuple[str, ...] | None:
    """Return the languages that a model tells apart; None where it takes any."""
    from langalign_sk.text import EmbeddingExtractor

    extractor = getattr(model, "steps", [("", None)])[0][1]
    if not isinstance(extractor, EmbeddingExtractor):
        return None
    layout = extractor.get_layout()
    return tuple(layout.languages if layout is not None else extractor.languages or ()) or None


def check_columns(model: Any, names: Sequence[str], path: Path) -> None:
    """Refuse one column for a model of rows of two texts, and two for another."""
    known = getattr(reader_of(model), "n_texts_", len(names))
    if known == 2 != len(names):
        raise ValueError(f"{path} takes rows of two texts: name both, --text-column FIRST SECOND")
    if known == 1 != len(names):
        raise ValueError(f"{path} takes one text a row: --text-column names {len(names)}")


def in_language(model: Any, lang: str | None) -> Any:
    """Return a model that takes every text for one in `lang`; None: as it was fitted."""
    if lang is None:
        return model
    from langalign_sk.text import EmbeddingExtractor, match_code

    steps = getattr(model, "steps", [("", None)])
    name, extractor = steps[0]
    layout = extractor.get_layout() if isinstance(extractor, EmbeddingExtractor) else None
    if layout is None:
        raise ValueError(f"--lang {lang}: this model does not tell its texts' languages apart")
    known = match_code(lang, layout.languages)
    if known is None:
        raise ValueError(f"--lang {lang}: the model knows {', '.join(layout.languages)}")
    told = copy.copy(model)
    told.steps = [(name, copy.copy(extractor).set_params(detect=known, lang_column=None))]
    told.steps += steps[1:]
    return told


def _most_frequent(model: Any, usual: Mapping[str, int] | None) -> tuple[str, str]:
    """Return the most frequent label and its share, or what the model says of a full stop."""
    if usual:
        label = max(usual, key=lambda name: usual[name])
        return label, f"{usual[label] / sum(usual.values()):.4f}"
    nothing: Any = "." if getattr(reader_of(model), "n_texts_", 1) == 1 else (".", ".")
    return _told(model, [nothing])[0]
