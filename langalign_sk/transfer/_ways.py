"""How rows of one language come to look like rows of another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.base import clone

from langalign_sk._numeric import Float64Array, FloatArray
from langalign_sk.align import Direction, LangAligner, ReverseAligner, judged
from langalign_sk.corpus import ParallelCorpus
from langalign_sk.transfer._lift import Lift
from langalign_sk.transfer._mined import with_mined_pairs
from langalign_sk.transfer._passage import Passage, passage_to_moved, passage_to_staying


class Ways:
    """All ways between the languages of a fitted aligner, into the space of each one's head."""

    def __init__(self, aligner: Any) -> None:
        self.aligner = aligner
        self.languages = [str(lang) for lang in aligner.languages_]
        stays = str(aligner.stays_)
        moved = [lang for lang in self.languages if lang != stays]
        self.backwards = isinstance(aligner, ReverseAligner)
        self.sources, self.targets = ([stays], moved) if self.backwards else (moved, [stays])
        #: Origin → language → the way there.
        self.passages: dict[str, dict[str, Passage]] = {}
        self.lifts: dict[str, Lift] = {}

    def fit(
        self,
        corpora: Sequence[ParallelCorpus],
        *,
        native: bool,
        n_landmarks: int,
        random_state: Any,
    ) -> None:
        """Learn a passage from each corpus; with `native`, into the target's own, lifted space."""
        for corpus in corpora:
            origin = corpus.source_lang or self.languages[0]
            lang = corpus.target_lang or self.targets[0]
            if native:
                self.lifts[lang], passage = _lifted(corpus, n_landmarks, random_state)
            elif self.backwards:
                passage = passage_to_moved(corpus, self.aligner.maps_[lang])
            else:
                passage = passage_to_staying(corpus, self.aligner.maps_[origin])
            self.passages.setdefault(origin, {})[lang] = passage

    def mine(self, X: FloatArray, found: np.ndarray, lang: str, pool: FloatArray, n: int) -> None:
        """Learn the ways to `lang` anew, `n` times, with pairs mined from labelled rows and `pool`.

        `found` are the `codes` of `X`.
        """
        if lang not in self.lifts:
            return
        lifted = self.lifts[lang].transform(pool)
        for code in np.unique(found):
            origin = self.languages[code]
            if lang in self.passages.get(origin, {}):
                rows = self.native(X[found == code], origin)
                passage = self.passages[origin][lang]
                self.passages[origin][lang] = with_mined_pairs(passage, rows, pool, lifted, n)

    def forget_noise(self) -> None:
        """Drop the covariances, which no row that is carried needs."""
        for ways in self.passages.values():
            for lang, passage in ways.items():
                ways[lang] = replace(passage, noise=None, moments=None)

    def codes(self, X: FloatArray) -> np.ndarray:
        """Index into `languages` of each row."""
        codes: np.ndarray = self.aligner._codes(X, None)
        return codes

    def native(self, X: FloatArray, lang: str) -> FloatArray:
        """Rows of one language without the columns of the others."""
        layout = self.aligner.layout_
        return X if layout is None else X[:, layout.columns(lang)]

    def arrive_native(self, rows: FloatArray, lang: str) -> FloatArray:
        """Rows of one language as the head of that language sees them."""
        if lang in self.lifts:
            return self.lifts[lang].transform(rows)
        fitted = self.aligner._map_of(lang)
        # Source rows of a round trip count as they are: their own head has no trip to survive.
        if fitted is None or (self.backwards and lang in self.sources):
            return rows
        moved: FloatArray = fitted.transform(rows)
        return moved

    def carry(
        self, X: FloatArray, origin: str, lang: str
    ) -> tuple[FloatArray, Float64Array | None]:
        """Rows of `origin` as the head of `lang` is to see them, and how real ones scatter."""
        rows = self.native(X, origin)
        if origin == lang:
            return self.arrive_native(rows, lang), None
        if lang in self.passages.get(origin, {}):
            passage = self.passages[origin][lang]
            return passage.carry(rows), passage.noise
        fitted = self.aligner._map_of(origin)
        if fitted is not None and not (self.backwards and origin in self.sources):
            rows = fitted.transform(rows)
        if lang in self.lifts:  # from a third language, by way of the source
            passage = self.passages[self.sources[0]][lang]
            return passage.carry(rows), passage.noise
        return rows, None


def _lifted(corpus: ParallelCorpus, n_landmarks: int, random_state: Any) -> tuple[Lift, Passage]:
    """Lift of the target side and the passage into it, once per corpus where the draw is fixed.

    Neither hangs on labels: all folds of a cross-validation share them.
    """

    def compute() -> tuple[Lift, Passage]:
        lift = Lift(corpus.target, n_landmarks, random_state)
        return lift, passage_to_moved(corpus, lift)

    if not isinstance(random_state, int | np.integer):
        return compute()
    return corpus.moments.memo(("transfer", n_landmarks, int(random_state)), compute)


def judged_corpus(corpus: ParallelCorpus, robust: str | None) -> ParallelCorpus:
    """The pairs with the weights that `robust` gives them, once per corpus."""
    if robust is None:
        return corpus

    def compute() -> ParallelCorpus:
        langs, widths = (corpus.source_lang or "source", corpus.target_lang or "target"), (0, 0)
        (way,) = judged([Direction(*langs, widths, corpus, False)], robust)
        source, target, weight = way.rows()
        return ParallelCorpus(
            source,
            target,
            source_lang=corpus.source_lang,
            target_lang=corpus.target_lang,
            weight=weight,
            layout=corpus.layout,
        )

    return corpus.moments.memo(("robust", robust), compute)


def unfitted_aligner(aligner: Any, random_state: Any) -> Any:
    """The aligner to fit, with our random state where it has none of its own."""
    if aligner is None:  # tells languages apart, and takes rows into the source language
        return ReverseAligner(method="ridge")
    if not isinstance(aligner, LangAligner | ReverseAligner):
        name = type(aligner).__name__
        raise TypeError(f"aligner must be a LangAligner or ReverseAligner, got a {name}")
    aligner = clone(aligner)
    if aligner.random_state is None:
        aligner.set_params(random_state=random_state)
    return aligner
