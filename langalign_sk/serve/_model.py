"""The model of a service: opened once, warm, an answer for every row."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from langalign_sk._commands import (
    EMPTY,
    answers,
    in_language,
    languages_of,
    load_model,
    reader_of,
    saved_labels,
)
from langalign_sk._process import give_back
from langalign_sk.saved import MODEL, load
from langalign_sk.serve._metrics import Metrics
from langalign_sk.serve._watch import watched
from langalign_sk.text import match_code

#: Pieces of work after which free memory is given back: batches of ever new shapes leave holes.
_PIECES = 100


class Answer(NamedTuple):
    """The class of a row, how sure the model is (None where it can't tell), and what to know."""

    label: str
    confidence: float | None
    reason: str


class ServedModel:
    """A fitted classifier, or the folder of one, that answers rows of texts."""

    def __init__(self, model: Any, metrics: Metrics, counts: Path | None = None) -> None:
        self._metrics = metrics
        self._pieces = 0
        usual, self.watch = None, None
        if isinstance(model, str | os.PathLike):
            folder = Path(model)
            model, usual = opened(folder)
            classes = [str(label) for label in getattr(model, "classes_", ())]
            model, self.watch = watched(model, folder, classes, counts)
        self._by_language: dict[str | None, Any] = {None: model}
        #: Languages that the model tells apart; none where it takes any.
        self.languages = languages_of(model) or ()
        self.classes = [str(label) for label in getattr(model, "classes_", ())]
        self.n_texts = int(getattr(reader_of(model), "n_texts_", 1))
        # Encoders are loaded by it, so that the first request waits for nothing.
        nothing: Any = "" if self.n_texts == 1 else ("", "")
        said: Any = "." if self.n_texts == 1 else (".", ".")
        self._empty = _rows(answers(model, [nothing], usual))[0]
        answers(model, [said], {"": 1})

    def language(self, code: str | None) -> str | None:
        """Return the model's own name of a language; raise for one that it does not know."""
        if code is None:
            return None
        known = match_code(code, self.languages) if self.languages else None
        if known is None:
            if not self.languages:
                raise ValueError("this model tells it by itself: leave it out")
            raise ValueError(f"the languages are {', '.join(self.languages)}")
        return known

    def work(self, rows: Sequence[Any], language: str | None) -> list[Answer]:
        """Answer rows, all in one language if one is said."""
        model = self._by_language.get(language)
        if model is None:
            model = self._by_language[language] = in_language(self._by_language[None], language)
        self._metrics.batch(len(rows))
        self._pieces += 1
        if self._pieces % _PIECES == 0:
            give_back()
        if self.watch is not None:
            self.watch.forget()  # what belongs to work that failed
        # What is said to be usual is not looked at: empty rows have an answer already.
        found = _rows(answers(model, rows, {"": 1}))
        if self.watch is not None:
            asked = [answer for answer in found if answer.reason != EMPTY]
            self.watch.add(asked, n_empty=len(found) - len(asked))
        return [self._empty if answer.reason == EMPTY else answer for answer in found]


def opened(folder: Path) -> tuple[Any, dict[str, int] | None]:
    """Load the model of a folder; how often each label was there to learn from, if that is known.

    Of a folder that `langalign_sk.saved.save` wrote, nothing is run.
    """
    if is_safe(folder):
        return load(folder), None
    return load_model(folder), saved_labels(folder)


def check_folder(folder: Path) -> None:
    """Raise for a folder that holds no model; nothing is loaded."""
    if not is_safe(folder):
        saved_labels(folder)


def is_safe(folder: Path) -> bool:
    """Tell whether a folder holds a model in JSON and safetensors, and none in joblib."""
    return (folder / MODEL).is_file() and not any(folder.glob("*.joblib"))


def _rows(found: Any) -> list[Answer]:
    """Return answers row by row."""
    sure = found.confidence or [""] * len(found.classes)
    return [
        Answer(label, float(share) if share else None, reason)
        for label, share, reason in zip(found.classes, sure, found.reasons, strict=True)
    ]
