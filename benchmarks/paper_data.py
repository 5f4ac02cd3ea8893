"""The tasks of `benchmarks.paper` as vectors: inference and sentiment, English to Korean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import GroupKFold

from benchmarks import real_tasks
from benchmarks.real_data import Vectors, read_tsv

Encode = Callable[[Sequence[str]], Vectors]
Rows = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Texts:
    """Labelled rows of one or two texts in both languages, and pairs of single sentences.

    English rows are all learned from; `test` names the Korean rows that are predicted. `native` are
    splits of Korean rows: what a head on Korean labels learns from, and what it predicts.
    """

    name: str
    english: list[list[str]]
    y_english: npt.NDArray[Any]
    korean: list[list[str]]
    y_korean: npt.NDArray[Any]
    test: Rows
    native: list[tuple[Rows, Rows]]
    pairs: tuple[list[str], list[str]]


@dataclass(frozen=True)
class Encoded:
    """A task as vectors, one array for each text of a row; `S` and `T` are the pairs."""

    task: Texts
    english: list[Vectors]
    korean: list[Vectors]
    S: Vectors
    T: Vectors

    @property
    def one_space(self) -> bool:
        """Whether both languages may be of one encoder; else rows say nothing to each other."""
        return bool(self.S.shape[1] == self.T.shape[1])


def inference(data: Path) -> Texts:
    """XNLI: English test to Korean dev, which share no premise; native: five folds by premise."""
    english = read_tsv(data / "xnli" / "en.tsv.gz")
    korean = read_tsv(data / "xnli" / "ko_dev.tsv")
    train = [row for row, split in enumerate(english["split"]) if split == "test"]
    columns = ("premise", "hypothesis")
    y = np.array(korean["label"])
    every = np.arange(len(y))
    folds = GroupKFold(5).split(y, y, groups=korean["premise"])
    return Texts(
        "inference",
        [[english[name][row] for row in train] for name in columns],
        np.array([english["label"][row] for row in train]),
        [korean[name] for name in columns],
        y,
        every,
        [(learned, tested) for learned, tested in folds],
        real_tasks.general_pairs(data, "ko"),
    )


def sentiment(data: Path) -> Texts:
    """Film reviews: 6,000 English ones to Korean ones of films that native has not seen."""
    (task,) = real_tasks.tasks(data, ["reviews"], ["ko"])
    (split,) = task.splits
    return Texts(
        "sentiment",
        [[task.english[row] for row in split.train]],
        task.y_english[split.train],
        [task.target],
        task.y,
        split.test,
        [(split.native, split.test)],
        task.pairs,
    )


def encoded(task: Texts, english: Encode, korean: Encode) -> Encoded:
    """Turn all texts of a task into vectors."""
    return Encoded(
        task,
        [english(texts) for texts in task.english],
        [korean(texts) for texts in task.korean],
        english(task.pairs[0]),
        korean(task.pairs[1]),
    )


TASKS: dict[str, Callable[[Path], Texts]] = {"inference": inference, "sentiment": sentiment}
