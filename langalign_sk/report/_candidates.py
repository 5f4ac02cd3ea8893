"""The ways of bringing labels to another language that a report compares."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from langalign_sk._io import as_texts
from langalign_sk.align import (
    LangAligner,
    PairFeatures,
    ReverseAligner,
    own_columns,
)
from langalign_sk.corpus import ParallelCorpus, in_ones
from langalign_sk.encoders import DistilledEncoder
from langalign_sk.maps import BaseMap
from langalign_sk.report._texts import REST, Space, Texts, encoders_of, single_texts
from langalign_sk.report._vectors import VectorSpace
from langalign_sk.text import EmbeddingExtractor, match_code
from langalign_sk.transfer import TransferClassifier, reader_of_source

#: What candidates are: the simpler of two equals is advised, in this order.
KINDS = ("no map", "map", "round trip", "recipe", "given", "translation")
#: Kinds that only say what target labels would be worth.
REFERENCES = ("native", "mixture")


@dataclass(frozen=True)
class Candidate:
    """One way: an estimator, where it reads from, and what it is trained on."""

    name: str
    #: One of `KINDS`, or of `REFERENCES` for those that learn from target labels too.
    kind: str
    #: The texts, or what one extractor makes of them.
    space: Space
    #: Pairs, as the space gives them → an estimator that is not fitted.
    make: Callable[[ParallelCorpus], Any]
    #: True where other pairs would make another model.
    uses_pairs: bool
    #: Part of the texts to learn from; None: from target labels alone.
    train_part: str | None = "X"
    #: Part of the texts to predict.
    test_part: str = "X_target"
    #: Target labels per class to learn from as well; None: all there are.
    shots: int | None = 0
    #: The extractor that was given, among whose candidates this is; each encoder of it may stand
    #: alone in one of them. Empty for what reads texts.
    family: str = ""


class Catalogue:
    """Turns what the user named into candidates; equal extractors share one space.

    `embedder` stands before what needs vectors and brings no extractor, `head` behind what has
    none of its own.
    """

    def __init__(self, texts: Texts, embedder: Any, head: Any) -> None:
        self.texts, self.head = texts, head
        self.embedder = embedder if texts.vectors is None else texts.vectors
        self._spaces: dict[str, Space] = {}
        #: Encoders that were tried on both languages and know one.
        self.deaf: list[str] = []
        #: Seconds that it took to teach each student, by the name of its entry.
        self.taught: dict[str, float] = {}

    def listed(self, given: Mapping[str, Any]) -> list[Candidate]:
        """Return the standard candidates, then those given."""
        found = []
        if self.embedder is not None:
            space = self.space(_told(self.embedder, self.texts.pairs))
            recipe, alone = self._own_recipe(), self._alone(space)
            found = [self.unaligned("no map", space), *alone]
            found += self._three_ways("ridge", space, "ridge")
            found += self._recipes("transfer classifier", space, recipe, alone)
            found = _of_family(found, space)
        for name, thing in given.items():
            found += self._given(name, thing)
        if not found:
            raise ValueError("nothing to compare: give candidates, an embedder, or both")
        names = [one.name for one in found]
        double = sorted({name for name in names if names.count(name) > 1})
        if double:
            raise ValueError(f"two candidates are called {double[0]!r}; rename one")
        return found

    def space(self, extractor: Any, reader: str | None = None) -> Space:
        """Return the space of an extractor."""
        key = str(extractor.spec())
        if key not in self._spaces:
            if extractor is self.texts.vectors:
                self._spaces[key] = VectorSpace(self.texts)
            else:
                self._spaces[key] = Space(self.texts, extractor, reader)
        return self._spaces[key]

    def unaligned(self, name: str, space: Space, kind: str = "no map", **changes: Any) -> Candidate:
        """Return the head on each language's own vectors, as they are."""
        steps = self._behind(space)
        if space.layout is not None:
            given = {"layout": space.layout, "n_texts": space.n_vectors}
            own = FunctionTransformer(own_columns, kw_args=given)
            steps = [("own", own), *steps]
        made = _maker(Pipeline(steps), space)
        return Candidate(name, kind, space, made, uses_pairs=False, **changes)

    def _given(self, name: str, thing: Any) -> list[Candidate]:
        """Return what a user's entry stands for."""
        if self.texts.vectors is not None and (found := self._on_given(name, thing)):
            return found
        if isinstance(thing, DistilledEncoder):
            thing = EmbeddingExtractor(self._student(name, thing))
        if isinstance(thing, EmbeddingExtractor):
            space = self.space(_told(thing, self.texts.pairs))
            trip = ReverseAligner(method="ridge", round_trip=True)
            alone = self._alone(space, f"{name}, ")
            ways = [self._aligned(name, space, trip), *alone]
            if space.shared:
                ways = [self.unaligned(f"{name}, no map", space)]
            recipe = self._own_recipe()
            ways += self._recipes(f"{name}, transfer classifier", space, recipe, alone)
            return _of_family(ways, space)
        if isinstance(thing, Pipeline) and isinstance(thing.steps[0][1], EmbeddingExtractor):
            return [self._on_vectors(name, self.space(thing.steps[0][1]), thing.steps[1:])]
        if isinstance(thing, TransferClassifier):
            space = self._before(name, thing, thing.embedder)
            return _of_family([self._recipe(name, space, thing)], space)
        if _is_aligner(thing):
            return [self._aligned(name, self._before(name, thing), thing)]
        if isinstance(thing, str | BaseMap):
            return self._three_ways(name, self._before(name, thing), thing)
        if hasattr(thing, "fit") and hasattr(thing, "predict"):
            space = Space(self.texts)
            asks = bool(_empty_holders(thing))
            return [Candidate(name, "given", space, _maker(thing, space), uses_pairs=asks)]
        if _is_translator(thing):
            return self._translated(name, thing)
        raise TypeError(
            f"candidate {name!r} is {_described(thing)}; expected a pipeline or any classifier "
            "of texts with fit and predict, an EmbeddingExtractor, a DistilledEncoder, an aligner, "
            "a map, the name of a method, or a translator (texts, from_lang, to_lang)"
        )

    def _own_recipe(self) -> TransferClassifier:
        """Return the recipe as it is compared unasked."""
        weight: Any = "hard" if "X_more" in self.texts.parts else 0.5
        return TransferClassifier(target_weight=weight, random_state=0)

    def _on_given(self, name: str, thing: Any) -> list[Candidate]:
        """Return what an entry stands for where vectors were given; none for what is as ever."""
        first = thing.steps[0][1] if isinstance(thing, Pipeline) else thing
        embedder = getattr(thing, "embedder", None)
        wants_texts = isinstance(first, EmbeddingExtractor | DistilledEncoder)
        if wants_texts or embedder is not None or _is_translator(thing):
            raise ValueError(
                f"candidate {name!r} reads texts, but this report was given vectors: give texts "
                "and pairs of texts, or leave it out"
            )
        if _is_aligner(thing) or isinstance(thing, TransferClassifier | str | BaseMap):
            return []
        if hasattr(thing, "fit") and hasattr(thing, "predict"):
            steps = thing.steps if isinstance(thing, Pipeline) else [("clf", thing)]
            return [self._on_vectors(name, self.space(self.embedder), steps)]
        return []

    def _student(self, name: str, student: DistilledEncoder) -> DistilledEncoder:
        """Return a student, taught with the pairs that are not left out unless it was before."""
        if not student.is_fitted():
            pairs = in_ones(self.texts.pairs.take(self.texts.subsets[REST]))
            student = clone(student).fit(pairs)
            self.taught[name] = student.seconds_
        return student

    def _before(self, name: str, thing: Any, own: Any = None) -> Space:
        """Return the space of the extractor that an entry brings, or of the report's embedder."""
        extractor = self.embedder if own is None else own
        if extractor is None:
            raise ValueError(
                f"candidate {name!r} is {_described(thing)} and needs vectors: give "
                "transfer_report an embedder=EmbeddingExtractor(...), or the whole pipeline"
            )
        return self.space(_told(extractor, self.texts.pairs))

    def _alone(self, space: Space, before: str = "") -> list[Candidate]:
        """Return each encoder that reads both languages by itself, without a map."""
        pairs, found = self.texts.pairs, []
        models = encoders_of(space.original, pairs)
        if models is None or space.shared:
            return []
        known = list(space.original.model)
        source, target = (match_code(str(x), known) for x in (pairs.source_lang, pairs.target_lang))
        for reader, model in zip((source, target), models, strict=True):
            both = {**space.original.model, source: model, target: model}
            alone = self.space(clone(space.original).set_params(model=both), reader)
            if alone.reads_both:
                found.append(
                    self.unaligned(f"{before}no map, the {reader} encoder for both", alone)
                )
            else:
                self.deaf.append(f"{before}the {reader} encoder")
        return found

    def _recipes(
        self, name: str, space: Space, recipe: TransferClassifier, alone: list[Candidate]
    ) -> list[Candidate]:
        """Return the recipe, and with the source's encoder for both where that may read both."""
        found = [self._recipe(name, space, recipe)]
        for one in alone:
            # The recipe may have chosen it by itself.
            if one.space is not found[0].space:
                by_one = f"{name}, the {one.space.reader} encoder for both"
                found.append(self._recipe(by_one, one.space, recipe))
        return found

    def _recipe(self, name: str, space: Space, recipe: TransferClassifier) -> Candidate:
        """Return the recipe, behind the encoders that it would choose itself."""
        chosen = space.extractor
        if recipe.aligner is None:
            chosen = reader_of_source(chosen, [self.texts.pairs])
        if chosen is not space.extractor:
            target = match_code(str(self.texts.pairs.target_lang), list(chosen.model))
            original = clone(space.original).set_params(model=chosen.model)
            space = self.space(original, target)
        on_vectors = clone(recipe).set_params(embedder=None)
        if space.n_vectors > 1 and on_vectors.features is None:
            on_vectors.set_params(features=PairFeatures())
        return self._on_vectors(name, space, [("clf", on_vectors)], "recipe")

    def _three_ways(self, name: str, space: Space, method: Any) -> list[Candidate]:
        """Return a map in its three directions."""
        trip = ReverseAligner(method=method, round_trip=True)
        return [
            self._aligned(f"forward, {name}", space, LangAligner(method=method)),
            self._aligned(f"reverse, {name}", space, ReverseAligner(method=method)),
            self._aligned(f"round trip, {name}", space, trip),
        ]

    def _translated(self, name: str, translator: Any) -> list[Candidate]:
        """Return both ways to use a translator: on training texts, or on the texts to predict."""
        space = self._before(name, translator)
        texts = self.texts
        source, target = texts.langs["pairs_source"], texts.langs["pairs_target"]
        found = []
        for way, part, here, there, side in (
            ("train", "X", source, target, "train_part"),
            ("test", "X_target", target, source, "test_part"),
        ):
            if part not in texts.parts:
                continue
            own, made = texts.parts[part], f"{part}, {name}"
            start = time.perf_counter()
            singles = single_texts(own)
            written = as_texts(translator(singles, here, there), what=made)
            texts.written[made] = (time.perf_counter() - start) / len(own)
            texts.langs[made] = there
            if len(written) != len(singles):
                raise ValueError(
                    f"candidate {name!r} translated {len(singles)} texts of {part} into "
                    f"{len(written)}"
                )
            texts.parts[made] = list(written)
            if texts.n_texts == 2:
                texts.parts[made] = list(zip(written[::2], written[1::2], strict=True))
            found.append(self.unaligned(f"{name}-{way}", space, "translation", **{side: made}))
        return found

    def _aligned(self, name: str, space: Space, aligner: Any) -> Candidate:
        """Return an aligner and the head behind it."""
        if space.n_vectors > 1:
            aligner = clone(aligner).set_params(n_texts=space.n_vectors)
        return self._on_vectors(name, space, [("align", aligner), *self._behind(space)])

    def _behind(self, space: Space) -> list[tuple[str, Any]]:
        """Return the head and, where a row holds the vectors of two texts, what combines them."""
        steps: list[tuple[str, Any]] = [("combine", PairFeatures())] if space.n_vectors > 1 else []
        return [*steps, ("clf", self.head)]

    def _on_vectors(self, name: str, space: Space, steps: Any, kind: str = "") -> Candidate:
        """Return the steps behind an extractor; aligners without pairs get the report's."""
        tail = Pipeline(list(steps))
        aligners = [step for _, step in tail.steps if _is_aligner(step)]
        trips = [step for step in aligners if getattr(step, "round_trip", False)]
        kind = kind or ("round trip" if trips else "map" if aligners else "no map")
        asks = bool(_empty_holders(tail))
        made, family = _maker(tail, space), str(space.original.spec())
        return Candidate(name, kind, space, made, uses_pairs=asks, family=family)


def _of_family(candidates: list[Candidate], space: Space) -> list[Candidate]:
    """Return candidates as those of the extractor behind a space."""
    return [replace(one, family=str(space.original.spec())) for one in candidates]


def _told(extractor: Any, pairs: ParallelCorpus) -> Any:
    """Return an extractor that knows the languages, so that no gate has to tell them."""
    if extractor.get_layout() is not None or extractor.detect is None:
        return extractor
    return clone(extractor).set_params(languages=[str(pairs.source_lang), str(pairs.target_lang)])


def _maker(estimator: Any, space: Space) -> Callable[[ParallelCorpus], Any]:
    """Return a function from pairs to a fresh copy of `estimator` that has them."""

    def make(pairs: ParallelCorpus) -> Any:
        # Classifiers that scikit-learn cannot clone are copied as they are.
        copied = clone if hasattr(estimator, "get_params") else copy.deepcopy
        fresh = copied(estimator)
        params = _params(fresh)
        for key in _empty_holders(fresh):
            fresh.set_params(**{key: pairs})
            pools = key.removesuffix("pairs") + "unlabeled"
            # What learns from unlabelled rows needs rows like those of the task.
            holder = params.get(key.removesuffix("__pairs"), fresh)
            alike = space.texts.pools_hold_rows or not isinstance(holder, TransferClassifier)
            if space.pools and alike and pools in params and params[pools] is None:
                fresh.set_params(**{pools: space.pools})
        return fresh

    return make


def _empty_holders(estimator: Any) -> list[str]:
    """Return the parameters that wait for pairs; of composites the outermost, which hand them on.

    An estimator that brings pairs of its own keeps them: the report compares what it is given.
    """
    params = _params(estimator)
    holders = [key for key in params if key == "pairs" or key.endswith("__pairs")]
    return [
        key
        for key in holders
        if params[key] is None
        and not any(key != o and key.startswith(o.removesuffix("pairs")) for o in holders)
    ]


def _params(estimator: Any) -> Mapping[str, Any]:
    """Return all parameters, nested ones too; none for what is not from scikit-learn."""
    return estimator.get_params(deep=True) if hasattr(estimator, "get_params") else {}


def _is_aligner(thing: Any) -> bool:
    """Tell whether this moves vectors by a map learned from pairs."""
    return isinstance(thing, LangAligner | ReverseAligner)


def _is_translator(thing: Any) -> bool:
    """Tell whether this is a function."""
    return callable(thing) and not isinstance(thing, type)


def _described(thing: Any) -> str:
    """Name what the user gave, for an error."""
    return f"the method {thing!r}" if isinstance(thing, str) else f"a {type(thing).__name__}"
