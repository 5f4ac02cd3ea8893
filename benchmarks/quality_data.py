"""The task of `benchmarks.quality` in one target language, as vectors."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedKFold

from benchmarks import real_data
from benchmarks.real_data import Vectors, VectorStore
from langalign_sk import BlockLayout, ParallelCorpus, TextPool

#: Column of the table: target language, and whether its encoder has read film reviews too.
CASES = {
    "ko": ("ko", True),
    "ja": ("ja", False),
    "zh": ("zh", False),
    "ko, no reviews": ("ko", False),
}
#: What the mean over languages is taken of.
MAIN = ("ko", "ja", "zh")
Folds = list[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]]


@dataclass(frozen=True)
class Case:
    """Labelled sentences of both languages, row-aligned, and pairs of other domains."""

    name: str
    lang: str
    X_en: Vectors
    X: Vectors
    y: npt.NDArray[Any]
    S: Vectors
    T: Vectors
    source_lang: str = "en"

    @property
    def layout(self) -> BlockLayout:
        """The source language, English as a rule, left, the target language right."""
        return BlockLayout({self.source_lang: self.X_en.shape[1], self.lang: self.X.shape[1]})

    def english(self, rows: Any) -> Vectors:
        """Source rows in their block."""
        return np.pad(self.X_en[rows], ((0, 0), (0, self.X.shape[1])))

    def target(self, rows: Any) -> Vectors:
        """Target rows in their block."""
        return np.pad(self.X[rows], ((0, 0), (self.X_en.shape[1], 0)))

    def pairs(
        self,
        n: int | None = None,
        *,
        wrong: float = 0.0,
        only_right: bool = False,
        more: Any = None,
    ) -> Any:
        """`n` of the pairs, a share of them made wrong, or those of the task's rows `more` too.

        With `only_right`, the pairs that would have been made wrong are left out instead.
        """
        rng = np.random.default_rng(0)
        chosen = rng.permutation(len(self.S))[:n]
        S, T = self.S[chosen], self.T[chosen].copy()
        if wrong:
            bad = rng.permutation(len(S))[: int(wrong * len(S))]
            T[bad] = T[np.roll(bad, 1)]
            if only_right:
                S, T = np.delete(S, bad, axis=0), np.delete(T, bad, axis=0)
        if more is not None:
            S, T = np.vstack([S, self.X_en[more]]), np.vstack([T, self.X[more]])
        langs = {"source_lang": self.source_lang, "target_lang": self.lang}
        return ParallelCorpus(S, T, **langs, layout=self.layout)

    def pool(self, rows: Any) -> TextPool:
        """Target rows without their labels."""
        return TextPool(self.X[rows], lang=self.lang, layout=self.layout)

    def folds(self, repeat: int) -> Folds:
        """Five folds."""
        return list(StratifiedKFold(5, shuffle=True, random_state=repeat).split(self.X, self.y))


def load_case(data: Path, name: str, english: VectorStore, *, max_pairs: int | None) -> Case:
    """Read one task and embed it."""
    lang, reviews = CASES[name]
    topics_en, topics = real_data.sib200(data, "en"), real_data.sib200(data, lang)
    if not np.array_equal(topics_en.labels, topics.labels):
        raise ValueError(f"sib200/en.tsv and sib200/{lang}.tsv differ in their labels")
    pairs_en, pairs_target = real_data.sentence_pairs(data, lang)
    encoder = real_data.target_encoder(data, lang, reviews=reviews)
    rows = np.random.default_rng(1).permutation(len(pairs_en))[:max_pairs]
    return Case(
        name,
        lang,
        english(topics_en.texts),
        encoder.transform(topics.texts),
        topics.labels,
        english(pairs_en)[rows],
        encoder.transform(pairs_target)[rows],
    )
