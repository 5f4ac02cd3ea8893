"""Answers of a saved model: a class for every row, and what it is worth where that is little."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

EMPTY = "empty: the most frequent label"
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
    `usual` (label → count).
    """
    import numpy as np

    reasons = reasons_for(model, texts)
    rows = [row for row, why in enumerate(reasons) if why != EMPTY]
    sure = hasattr(model, "predict_proba")
    classes, confidence = [""] * len(texts), [""] * len(texts)
    if rows:
        given = [texts[row] for row in rows]
        proba = np.asarray(model.predict_proba(given)) if sure else None
        told = model.predict(given) if proba is None else model.classes_[proba.argmax(axis=1)]
        for place, row in enumerate(rows):
            classes[row] = str(told[place])
            confidence[row] = "" if proba is None else f"{proba[place].max():.4f}"
    if len(rows) < len(texts):
        most, share = _most_frequent(model, usual)
        for row, why in enumerate(reasons):
            if why == EMPTY:
                classes[row], confidence[row] = most, share
    return Answers(classes, confidence if sure else None, reasons)


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
    known = getattr(getattr(model, "steps", [("", None)])[0][1], "n_texts_", len(names))
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
    import numpy as np

    if usual:
        label = max(usual, key=lambda name: usual[name])
        return label, f"{usual[label] / sum(usual.values()):.4f}"
    extractor = getattr(model, "steps", [("", None)])[0][1]
    nothing: Any = "." if getattr(extractor, "n_texts_", 1) == 1 else (".", ".")
    if not hasattr(model, "predict_proba"):
        return str(model.predict([nothing])[0]), ""
    proba = np.asarray(model.predict_proba([nothing]))[0]
    return str(model.classes_[proba.argmax()]), f"{proba.max():.4f}"
