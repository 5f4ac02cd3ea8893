"""The ways of bringing labels to another language that a report compares."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.pipeline import Pipeline

from langalign_sk._numeric import FloatArray
from langalign_sk.align import LangAligner, ReverseAligner, block_codes
from langalign_sk.corpus import ParallelCorpus
from langalign_sk.maps import BaseMap
from langalign_sk.report._spaces import Reader, Space, Texts
from langalign_sk.text import BlockLayout, EmbeddingExtractor
from langalign_sk.transfer import TransferClassifier

#: What candidates are: the simpler of two equals is advised, in this order.
KINDS = ("no map", "map", "round trip", "given", "translation")
#: Kinds that only say what target labels would be worth.
REFERENCES = ("native", "mixture")


@dataclass(frozen=True)
class Candidate:
    """One way: an estimator, where it reads from, and what it is trained on.

    Attributes
    ----------
    name : str
        What the report calls it.
    kind : str
        One of `KINDS`, or of `REFERENCES` for those that learn from target labels too.
    reader : Reader
        The texts, or the space that one extractor makes of them.
    make : callable
        Pairs, as the reader gives them → an estimator that is not fitted.
    uses_pairs : bool
        Whether other pairs would make another model.
    train_part : str or None
        Part of the reader to learn from; None: from target labels alone.
    test_part : str
        Part of the reader to predict.
    shots : int or None
        Target labels per class to learn from as well; None: all there are.
    """

    name: str
    kind: str
    reader: Reader
    make: Callable[[ParallelCorpus], Any]
    uses_pairs: bool
    train_part: str | None = "X"
    test_part: str = "X_target"
    shots: int | None = 0


class OwnColumns(TransformerMixin, BaseEstimator):
    """Drop the blocks of the other languages: each row becomes the vector of its own encoder.

    Widths may differ; narrow rows are filled with zeros. This is what "no alignment" means for
    two encoders: the head is given vectors of a space it has never seen.

    Parameters
    ----------
    layout : BlockLayout
        The blocks of the rows.
    """

    def __init__(self, layout: BlockLayout) -> None:
        self.layout = layout

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn nothing but the number of columns."""
        self.n_features_in_ = int(X.shape[1])
        return self

    def transform(self, X: FloatArray) -> FloatArray:
        """Move each block to the front."""
        languages = self.layout.languages
        width = max(self.layout.width_of(lang) for lang in languages)
        out = np.zeros((len(X), width), dtype=X.dtype)
        codes = block_codes(X, self.layout, languages)
        for code, lang in enumerate(languages):
            rows = np.flatnonzero(codes == code)
            out[rows, : self.layout.width_of(lang)] = X[rows, self.layout.columns(lang)]
        return out

    def __sklearn_is_fitted__(self) -> bool:
        return True


class Catalogue:
    """Turns what the user named into candidates; equal extractors share one space.

    Parameters
    ----------
    texts : Texts
        The texts of the report.
    head : classifier
        Put behind everything that has none of its own.
    """

    def __init__(self, texts: Texts, head: Any) -> None:
        self.texts, self.head = texts, head
        self.spaces: dict[str, Space] = {}

    def space(self, extractor: Any) -> Space:
        """The space of an extractor."""
        key = str(extractor.spec())
        if key not in self.spaces:
            self.spaces[key] = Space(extractor, self.texts)
        return self.spaces[key]

    def standard(self, space: Space, method: Any, name: str = "") -> list[Candidate]:
        """The map in its three directions."""
        label = name or (method if isinstance(method, str) else type(method).__name__)
        trip = ReverseAligner(method=method, round_trip=True)
        return [
            self.aligned(f"forward, {label}", space, LangAligner(method=method)),
            self.aligned(f"reverse, {label}", space, ReverseAligner(method=method)),
            self.aligned(f"round trip, {label}", space, trip),
        ]

    def unaligned(self, name: str, space: Space, kind: str = "no map", **changes: Any) -> Candidate:
        """The head on each language's own vectors, as they are."""
        steps = [] if space.layout is None else [("own", OwnColumns(space.layout))]
        tail = Pipeline([*steps, ("clf", self.head)])
        made = _maker(tail, space)
        return Candidate(name, kind, space, made, uses_pairs=False, **changes)

    def aligned(self, name: str, space: Space, aligner: Any) -> Candidate:
        """An aligner and the head behind it."""
        return self._on_vectors(name, space, [("align", aligner), ("clf", self.head)])

    def recipe(self, name: str, space: Space, classifier: TransferClassifier) -> Candidate:
        """A classifier that aligns by itself, on vectors that the others use as well."""
        on_vectors = clone(classifier).set_params(embedder=None)
        return replace(self._on_vectors(name, space, [("clf", on_vectors)]), kind="given")

    def given(self, name: str, thing: Any, embedder: Any) -> list[Candidate]:
        """What a user's entry stands for."""
        if isinstance(thing, EmbeddingExtractor):
            return self._given_encoder(name, self.space(thing))
        if isinstance(thing, Pipeline) and isinstance(thing.steps[0][1], EmbeddingExtractor):
            space = self.space(thing.steps[0][1])
            return [self._on_vectors(name, space, thing.steps[1:])]
        if isinstance(thing, TransferClassifier):
            embedder = embedder if thing.embedder is None else thing.embedder
        if isinstance(thing, str | BaseMap | TransferClassifier) or _is_aligner(thing):
            if embedder is None:
                raise ValueError(
                    f"candidate {name!r} is {_described(thing)} and needs vectors: give "
                    "transfer_report an embedder=EmbeddingExtractor(...), or the whole pipeline"
                )
            space = self.space(embedder)
            if isinstance(thing, TransferClassifier):
                return [self.recipe(name, space, thing)]
            if _is_aligner(thing):
                return [self.aligned(name, space, thing)]
            return self.standard(space, thing, name)
        if not (hasattr(thing, "fit") and hasattr(thing, "predict")):
            raise TypeError(
                f"candidate {name!r} is {_described(thing)}; expected a pipeline or any classifier "
                "of texts with fit and predict, an EmbeddingExtractor, an aligner, a map or the "
                "name of a method"
            )
        asks = bool(_empty_holders(thing))
        return [Candidate(name, "given", self.texts, _maker(thing, self.texts), uses_pairs=asks)]

    def _given_encoder(self, name: str, space: Space) -> list[Candidate]:
        """Another encoder: as it is where it serves both languages, else with a round trip."""
        if space.shared:
            return [self.unaligned(f"{name}, no map", space)]
        return [self.aligned(name, space, ReverseAligner(method="ridge", round_trip=True))]

    def _on_vectors(self, name: str, space: Space, steps: Any) -> Candidate:
        """The steps behind an extractor; aligners without pairs get those of the report."""
        tail = Pipeline(list(steps))
        aligners = [step for _, step in tail.steps if _is_aligner(step)]
        trips = [step for step in aligners if getattr(step, "round_trip", False)]
        kind = "round trip" if trips else "map" if aligners else "no map"
        asks = bool(_empty_holders(tail))
        return Candidate(name, kind, space, _maker(tail, space), uses_pairs=asks)


def _maker(estimator: Any, reader: Space | Texts) -> Callable[[ParallelCorpus], Any]:
    """A function from pairs to a fresh copy of `estimator` that has them."""

    def make(pairs: ParallelCorpus) -> Any:
        fresh = _fresh(estimator)
        params = _params(fresh)
        for key in _empty_holders(fresh):
            fresh.set_params(**{key: pairs})
            pools = key.removesuffix("pairs") + "unlabeled"
            if reader.pools and pools in params and params[pools] is None:
                fresh.set_params(**{pools: reader.pools})
        return fresh

    return make


def _empty_holders(estimator: Any) -> list[str]:
    """Parameters that wait for pairs; in composites the outermost, which hands them on.

    An estimator that brings pairs of its own keeps them: the report compares what it is given.
    """
    params = _params(estimator)
    holders = [key for key in params if key == "pairs" or key.endswith("__pairs")]
    return [
        key
        for key in holders
        if params[key] is None and not any(_is_outside(other, key) for other in holders)
    ]


def _is_outside(other: str, key: str) -> bool:
    """Whether `other` belongs to a composite around the owner of `key`."""
    return other != key and key.startswith(other.removesuffix("pairs"))


def _fresh(estimator: Any) -> Any:
    """An unfitted copy; classifiers that scikit-learn cannot clone are copied as they are."""
    if hasattr(estimator, "get_params"):
        return clone(estimator)
    return copy.deepcopy(estimator)


def _params(estimator: Any) -> Mapping[str, Any]:
    """All parameters, nested ones too; none for what is not from scikit-learn."""
    if not hasattr(estimator, "get_params"):
        return {}
    params: Mapping[str, Any] = estimator.get_params(deep=True)
    return params


def _is_aligner(thing: Any) -> bool:
    """Whether this moves vectors by a map learned from pairs."""
    return isinstance(thing, LangAligner | ReverseAligner)


def _described(thing: Any) -> str:
    """What the user gave, for an error."""
    return f"the method {thing!r}" if isinstance(thing, str) else f"a {type(thing).__name__}"
