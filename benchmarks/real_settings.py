"""Pairs of encoders, and the tasks of `benchmarks.real_encoders` as their vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import real_data
from benchmarks.real_data import Vectors
from benchmarks.real_tasks import Rows, Split, Task
from langalign_sk import (
    BlockLayout,
    EmbeddingExtractor,
    NgramEncoder,
    ParallelCorpus,
    TextPool,
)

MINILM, USE, NGRAM = "minilm", "use", "n-gram"
USE_MODEL = "use"
NGRAM_WIDTH = 384
BLOCKS = "shared, in blocks"


@dataclass(frozen=True)
class Setting:
    """An encoder for English and one for the target; `one_space`: no blocks, languages mixed."""

    english: str
    target: str
    one_space: bool = False
    languages: tuple[str, ...] | None = None


SETTINGS = {
    "apart": Setting(MINILM, USE),
    "shared": Setting(USE, USE, one_space=True),
    BLOCKS: Setting(USE, USE),
    "shared MiniLM": Setting(MINILM, MINILM, one_space=True, languages=("it", "tr")),
    "n-gram": Setting(MINILM, NGRAM),
    "USE > n-gram": Setting(USE, NGRAM),
    "n-gram > USE": Setting(NGRAM, USE),
}


@dataclass(frozen=True)
class RealCase:
    """A task in a setting, as vectors; `embedder` turns its texts into the same ones."""

    setting: str
    encoders: Setting
    task: Task
    X_english: Vectors
    X: Vectors
    S: Vectors
    T: Vectors
    embedder: Any

    @property
    def layout(self) -> BlockLayout | None:
        """English left, the target language right, unless both are in one space."""
        widths = {"en": self.X_english.shape[1], self.task.lang: self.X.shape[1]}
        return None if self.encoders.one_space else BlockLayout(widths)

    def english(self, rows: Rows) -> Vectors:
        """English rows as a pipeline sees them."""
        own = self.X_english[rows]
        after = 0 if self.encoders.one_space else self.X.shape[1]
        return np.pad(own, ((0, 0), (0, after)))

    def target(self, rows: Rows) -> Vectors:
        """Target rows as a pipeline sees them."""
        before = 0 if self.encoders.one_space else self.X_english.shape[1]
        return np.pad(self.X[rows], ((0, 0), (before, 0)))

    def pairs(self, n: int, *, texts: bool = False) -> ParallelCorpus:
        """`n` of the pairs, the same ones in every setting."""
        chosen = np.random.default_rng(0).permutation(len(self.S))[:n]
        sides: Any = self.S[chosen], self.T[chosen]
        if texts:
            sides = ([side[row] for row in chosen] for side in self.task.pairs)
        layout = None if texts else self.layout
        return ParallelCorpus(*sides, target_lang=self.task.lang, layout=layout)

    def pool(self, rows: Rows) -> TextPool:
        """Target rows without their labels."""
        return TextPool(self.X[rows], lang=self.task.lang, layout=self.layout)

    @property
    def splits(self) -> list[Split]:
        """What is learned from and what is predicted."""
        return self.task.splits


class Encoders:
    """The encoders by name, with vectors kept on disk where a model is large.

    Parameters
    ----------
    data : path
        Folder of the corpora: n-gram encoders are fitted on them.
    cache : path
        Folder of the vectors.
    english : str, optional
        Another English model than MiniLM.
    """

    def __init__(self, data: Path, cache: Path, english: str | None = None) -> None:
        self.data, self.cache = data, cache
        self.models = {MINILM: english or real_data.minilm(), USE: USE_MODEL}
        self._fitted: dict[tuple[str, str, str], NgramEncoder] = {}

    def case(self, setting: str, task: Task) -> RealCase:
        """A task as vectors of the setting's encoders."""
        return self.of(SETTINGS[setting], task, setting)

    def of(self, encoders: Setting, task: Task, setting: str = "") -> RealCase:
        """A task as vectors of two encoders."""
        english = self._encode(encoders.english, task, "en")
        target = self._encode(encoders.target, task, task.lang)
        return RealCase(
            setting,
            encoders,
            task,
            english(task.english),
            target(task.target),
            english(task.pairs[0]),
            target(task.pairs[1]),
            self.extractor(encoders, task),
        )

    def extractor(self, encoders: Setting, task: Task) -> EmbeddingExtractor:
        """What a user would write: models by name or as fitted objects, vectors in a folder."""
        english = self._model(encoders.english, task, "en")
        model: Any = english
        if not encoders.one_space:
            model = {"en": english, task.lang: self._model(encoders.target, task, task.lang)}
        return EmbeddingExtractor(model, cache=self.cache / "texts")

    def encode(self, name: str) -> Callable[[Sequence[str]], Vectors]:
        """What turns texts into vectors of one of the `models`."""
        extractor = EmbeddingExtractor(self.models[name], cache=self.cache / "texts")
        return lambda texts: np.asarray(extractor.transform(list(texts)))

    def _encode(self, name: str, task: Task, lang: str) -> Callable[[Sequence[str]], Vectors]:
        if name == NGRAM:
            encoder = self._ngram(task, lang)
            return lambda texts: np.asarray(encoder.transform(list(texts)), dtype=np.float32)
        return self.encode(name)

    def _model(self, name: str, task: Task, lang: str) -> Any:
        return self._ngram(task, lang) if name == NGRAM else self.models[name]

    def _ngram(self, task: Task, lang: str) -> NgramEncoder:
        """Fitted on one side of the pairs and on the training text of the task, unlabelled."""
        key = (task.name, task.lang, lang)
        if key not in self._fitted:
            pairs, own = (task.pairs[0], task.english) if lang == "en" else self._target(task)
            texts = list(dict.fromkeys([*pairs, *own]))
            self._fitted[key] = NgramEncoder(min(NGRAM_WIDTH, len(texts))).fit(texts)
        return self._fitted[key]

    @staticmethod
    def _target(task: Task) -> tuple[list[str], list[str]]:
        """Target side of the pairs; of the task the rows that no split tests or, of these, half."""
        tested = {row for split in task.splits for row in split.test}
        rows = [row for row in range(len(task.target)) if row not in tested]
        rows = rows or list(range(0, len(task.target), 2))
        return task.pairs[1], [task.target[row] for row in rows]
