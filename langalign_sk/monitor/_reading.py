"""What a fitted model sees of rows: vectors, language, class and confidence, embedded once."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt
from sklearn.pipeline import Pipeline

from langalign_sk._io import as_text_rows, language_column
from langalign_sk._numeric import Float64Array, FloatArray, as_float_matrix, as_numpy
from langalign_sk.align import TextAligner, embed_rows
from langalign_sk.selection import layout_of
from langalign_sk.text import BlockLayout, EmbeddingExtractor, LanguageDetector, written_in
from langalign_sk.transfer import TransferClassifier

#: What is said instead of a language.
NO_WORDS, OTHER_SCRIPT, ANY = "no words", "another script", "any language"


@dataclass(frozen=True, eq=False)
class Seen:
    """Rows as a model sees them; none of their text."""

    #: Zero where there was nothing to read.
    vectors: FloatArray
    #: Language of each row, or what else is to be said of it.
    spoken: npt.NDArray[Any]
    #: Language whose vectors these are; "" where nobody knows.
    langs: npt.NDArray[Any]
    readable: npt.NDArray[np.bool_]
    classes: npt.NDArray[Any]
    #: Probability of the class; not a number where the model tells none.
    confidence: Float64Array
    #: Distance from what the pairs cover, 1 at its edge; not a number where nobody knows.
    far: Float64Array
    #: Probability of every class; no columns where the model tells none.
    proba: Float64Array

    def __len__(self) -> int:
        return len(self.spoken)

    def take(self, rows: Any) -> Self:
        """Return some of the rows."""
        return type(self)(**{name: column[rows] for name, column in vars(self).items()})

    def _as_wide(self, width: int) -> Self:
        """Return rows none of which could be read as wide as others are."""
        if self.vectors.shape[1]:
            return self
        return type(self)(**{**vars(self), "vectors": np.zeros((len(self), width), np.float32)})

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Return the rows of several, one after the other."""
        width = max(part.vectors.shape[1] for part in parts)
        parts = [part._as_wide(width) for part in parts]
        columns = {name: [vars(part)[name] for part in parts] for name in vars(parts[0])}
        return cls(**{name: np.concatenate(own) for name, own in columns.items()})


class Told(NamedTuple):
    """Class and confidence of each row."""

    classes: npt.NDArray[Any]
    confidence: Float64Array
    proba: Float64Array


class Reading:
    """A fitted model in two halves: texts to vectors, vectors to classes.

    Parameters
    ----------
    model : fitted classifier
        A pipeline behind an `EmbeddingExtractor` or a `TextAligner`, a `TransferClassifier`, or
        anything that takes vectors.
    """

    def __init__(self, model: Any) -> None:
        model = getattr(model, "best_estimator_", model)
        self.layout: BlockLayout | None = layout_of(model, None)
        self.embedder: Any = None
        self._detector: LanguageDetector | None = None
        self._one_language = False
        self._rest: Callable[[Any, Any], Told]
        self._kind = type(model).__name__
        self._split(model)
        sure = hasattr(model, "predict_proba") and hasattr(model, "classes_")
        self._n_classes = len(model.classes_) if sure else 0
        known = getattr(self.embedder, "get_layout", lambda: None)()
        self.layout = self.layout or known

    def _split(self, model: Any) -> None:
        """Find what embeds, and what goes on from there."""
        first = model.steps[0][1] if isinstance(model, Pipeline) else model
        if isinstance(first, EmbeddingExtractor):
            self.embedder, rest = first, model[1:]
            self._rest = lambda vectors, langs: _told(rest, vectors)
        elif isinstance(first, TextAligner):
            self.embedder, self._detector, rest = first.embedder_, first.detector_, model[1:]
            self._rest = lambda vectors, langs: _told(rest, first._align(vectors, langs))
        elif isinstance(first, TransferClassifier) and first.embedder is not None:
            self.embedder, self._detector = first.embedder_, first.detector_
            self._one_language = True
            bare = copy.copy(first)
            bare.embedder, bare.n_features_in_ = None, first.aligner_.n_features_in_
            self._rest = lambda vectors, langs: _told(bare, vectors, lang=langs)
        else:
            self._rest = lambda vectors, langs: _told(model, vectors)

    def read(self, X: Any, lang: Any = None) -> Seen:
        """Return what the model sees of rows; each text is embedded once."""
        if self.embedder is None:
            given = np.asarray(as_numpy(X))
            if given.dtype.kind in "OU":
                raise TypeError(
                    f"X holds texts, and nothing of this {self._kind} is known that embeds them: a "
                    "Monitor reads pipelines that begin with an EmbeddingExtractor or a "
                    "TextAligner, and a TransferClassifier. Of a pipeline with other steps ahead, "
                    "give what is behind these, Monitor(model[1:]), and the texts that they make"
                )
            vectors = as_float_matrix(given, name="X")
            langs = self.languages_of(vectors)
            spoken = np.where(langs == "", ANY, langs)
            return self._seen(vectors, langs, spoken, np.ones(len(vectors), bool), lang)
        rows = as_text_rows(X, column=getattr(self.embedder, "column", None), missing="empty")
        if lang is None and getattr(self.embedder, "lang_column", None) is not None:
            lang = language_column(X, self.embedder.lang_column, len(rows))
        readable = np.array([all(side.strip() for side in _sides(row)) for row in rows], bool)
        chosen = np.flatnonzero(readable)
        if not len(chosen):
            nothing, unknown = np.zeros((len(rows), 0), np.float32), np.full(len(rows), "", object)
            return self._seen(nothing, unknown, self._spoken(rows, unknown), readable, None)
        if lang is not None and not isinstance(lang, str):
            known = list(lang)  # a series: by place
            if len(known) != len(rows):
                raise ValueError(f"lang= has {len(known)} codes for {len(rows)} rows")
            lang = [known[row] for row in chosen]
        vectors, told = embed_rows(
            self.embedder,
            [rows[row] for row in chosen],
            lang,
            self._detector,
            one_language=self._one_language,
        )
        vectors = as_float_matrix(vectors, name="X")
        langs = self.languages_of(vectors) if told is None else _named(told, len(chosen))
        whole = np.zeros((len(rows), vectors.shape[1]), vectors.dtype)
        whole[chosen] = vectors
        every = np.full(len(rows), "", dtype=object)
        every[chosen] = langs
        return self._seen(whole, every, self._spoken(rows, every), readable, told)

    def _seen(self, vectors: Any, langs: Any, spoken: Any, readable: Any, told: Any) -> Seen:
        """Ask the second half about what can be read."""
        classes = np.full(len(vectors), "", dtype=object)
        confidence = np.full(len(vectors), np.nan)
        proba = np.full((len(vectors), self._n_classes), np.nan)
        if readable.any():
            found = self._rest(vectors[readable], told)
            classes[readable], confidence[readable] = found.classes, found.confidence
            proba = np.full((len(vectors), found.proba.shape[1]), np.nan)
            proba[readable] = found.proba
        nowhere = np.full(len(vectors), np.nan)
        return Seen(vectors, spoken, langs, readable, classes, confidence, nowhere, proba)

    def languages_of(self, vectors: FloatArray) -> npt.NDArray[Any]:
        """Return the language of each row by its block; "" where there are no blocks."""
        found = np.full(len(vectors), "", dtype=object)
        if self.layout is None or vectors.shape[1] % self.layout.width:
            return found
        first = vectors[:, : self.layout.width]
        for lang in self.layout.languages:
            found[(first[:, self.layout.columns(lang)] != 0).any(axis=1)] = lang
        return found

    def _spoken(self, rows: Sequence[Any], langs: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return the language of each text, unless none is to be seen in it."""
        joined = [" ".join(_sides(row)) for row in rows]
        at_home = written_in(joined, self.languages)
        spoken = np.where(langs == "", ANY, langs)
        for row, text in enumerate(joined):
            if not any(letter.isalpha() for letter in text):
                spoken[row] = NO_WORDS
            elif not at_home[row]:
                spoken[row] = OTHER_SCRIPT
        return spoken

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages that the model tells apart; none where it takes any."""
        if self.layout is not None:
            return self.layout.languages
        return tuple(self._detector.languages) if self._detector is not None else ()


def _told(model: Any, vectors: Any, **lang: Any) -> Told:
    """Return the class of each row and how sure the model is of it."""
    lang = {name: value for name, value in lang.items() if value is not None}
    if not hasattr(model, "predict_proba"):
        return _without(np.asarray(model.predict(vectors, **lang)))
    proba = np.asarray(model.predict_proba(vectors, **lang), dtype=np.float64)
    if proba.ndim != 2 or len(model.classes_) != proba.shape[1]:
        return _without(np.asarray(model.predict(vectors, **lang)))
    return Told(
        np.asarray(model.classes_)[proba.argmax(axis=1)].astype(str).astype(object),
        proba.max(axis=1),
        proba,
    )


def _without(classes: npt.NDArray[Any]) -> Told:
    """Return classes of a model that says no more."""
    if classes.ndim != 1:
        raise ValueError("a monitor watches models of one class a row, not of several labels")
    n = len(classes)
    return Told(classes.astype(str).astype(object), np.full(n, np.nan), np.zeros((n, 0)))


def _sides(row: Any) -> tuple[str, ...]:
    """Return the texts of a row."""
    return (row,) if isinstance(row, str) else tuple(row)


def _named(told: Any, n: int) -> npt.NDArray[Any]:
    """Return one language for each row; that of the first text where both have one."""
    if isinstance(told, str):
        return np.full(n, told, dtype=object)
    found = np.empty(n, dtype=object)
    found[:] = [own if isinstance(own, str) else own[0] for own in told]
    return found
