"""The demo's measurements: each way of bringing English labels to a target language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from langalign_sk import (
    EmbeddingExtractor,
    LangAligner,
    NgramEncoder,
    ParallelCorpus,
    ReverseAligner,
)
from langalign_sk._demo._tables import Score
from langalign_sk.datasets import DemoData

#: The rows of the table between "no alignment" and the ceiling, from pairs to an aligner.
ALIGNERS: dict[str, Callable[[ParallelCorpus], Any]] = {
    "LangAligner, Procrustes": lambda pairs: LangAligner(pairs, method="procrustes"),
    "LangAligner, ridge": lambda pairs: LangAligner(pairs, method="ridge"),
    "ReverseAligner, ridge": lambda pairs: ReverseAligner(pairs, method="ridge"),
    "ReverseAligner, ridge, round trip": lambda pairs: _round_trip(pairs),
}


def fit_encoders(sets: Sequence[DemoData]) -> dict[str, NgramEncoder]:
    """Fit one encoder per language, on that language's text alone and on no test sentence."""
    english: list[str] = []
    encoders = {}
    for data in sets:
        english += [*data.unlabeled_source.rows, *data.pairs.source]
        encoders[data.target] = _encoder([*data.unlabeled_target.rows, *data.pairs.target])
    return {"en": _encoder(english), **encoders}


def compare(data: DemoData, encoders: dict[str, NgramEncoder]) -> list[Score]:
    """Score every method on the held-out sentences of one target language."""
    english, native = encoders["en"], encoders[data.target]
    embed = EmbeddingExtractor({"en": english, data.target: native})
    pairs = data.pairs.embed(embed)

    unaligned = fit_head(english.transform(data.train_texts), data.train_labels)
    ceiling = fit_head(native.transform(data.target_train_texts), data.target_train_labels)
    own = native.transform(data.test_texts)
    scores = [score("no alignment", unaligned.predict(own), data.test_labels)]
    for name, make in ALIGNERS.items():
        pipe = Pipeline([("embed", embed), ("align", make(pairs)), ("clf", _head())])
        pipe.fit(data.train_texts, data.train_labels)
        scores.append(score(name, pipe.predict(data.test_texts), data.test_labels))
    return [*scores, score("target labels (ceiling)", ceiling.predict(own), data.test_labels)]


def fit_shared(sets: Sequence[DemoData], encoders: dict[str, NgramEncoder]) -> Pipeline:
    """Fit one English head that serves every target language."""
    embed = EmbeddingExtractor(encoders)
    aligner = _round_trip([data.pairs.embed(embed) for data in sets])
    pipe = Pipeline([("embed", embed), ("align", aligner), ("clf", _head())])
    return pipe.fit(sets[0].train_texts, sets[0].train_labels)


def score_shared(pipe: Pipeline, data: DemoData) -> Score:
    """Score the shared head on one target language."""
    return score("one English head", pipe.predict(data.test_texts), data.test_labels)


def _head() -> LogisticRegression:
    """Return the one classifier that every row of the table is measured with."""
    return LogisticRegression(C=10, max_iter=1000)


def fit_head(X: Any, y: Any) -> LogisticRegression:
    """Train the one classifier that every row of the table is measured with."""
    return _head().fit(X, y)


def round_trip_score(
    data: DemoData, encoders: Mapping[str, NgramEncoder], n_labels: int, n_tested: int
) -> Score:
    """Score the round trip from a part of the labels, on a part of the sentences."""
    embed = EmbeddingExtractor({"en": encoders["en"], data.target: encoders[data.target]})
    align = _round_trip(data.pairs.embed(embed))
    pipe = Pipeline([("embed", embed), ("align", align), ("clf", _head())])
    pipe.fit(data.train_texts[:n_labels], data.train_labels[:n_labels])
    found = pipe.predict(data.test_texts[:n_tested])
    return score("n-gram encoders, round trip", found, data.test_labels[:n_tested])


def _round_trip(pairs: Any) -> ReverseAligner:
    """Return an aligner of one corpus or several whose English rows go there and back."""
    return ReverseAligner(pairs, method="ridge", round_trip=True)


def _encoder(texts: Iterable[str]) -> NgramEncoder:
    """Fit an encoder on distinct texts, in their order."""
    return NgramEncoder().fit(list(dict.fromkeys(texts)))


def score(method: str, predicted: Any, truth: Any) -> Score:
    """Count the right answers."""
    right = np.asarray(predicted) == np.asarray(truth)
    return Score(method, int(right.sum()), len(right))
