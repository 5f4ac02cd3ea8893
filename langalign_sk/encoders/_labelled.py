"""Labelled rows for tuning: one text or two, and a class each."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import GroupShuffleSplit, StratifiedShuffleSplit
from sklearn.utils import column_or_1d
from sklearn.utils.multiclass import type_of_target

from langalign_sk._io import as_text_rows, hold_two
from langalign_sk.encoders._trainer import Rows


def labelled(
    X: Any, y: Any, owner: str, *, together: bool = False
) -> tuple[Rows, npt.NDArray[Any]]:
    """Return rows with their classes as numbers, and the classes."""
    texts = as_text_rows(X)
    columns: list[list[Any]] = [texts]
    if hold_two(texts) and not together:
        columns = [list(column) for column in zip(*texts, strict=True)]
    if not texts:
        raise ValueError(f"{owner}.fit got no texts: rows with labels are needed")
    if together and not hold_two(texts):
        raise ValueError('two_texts="together" is for rows of two texts, and X holds one in each')
    if y is None:
        raise ValueError(f"{owner}.fit needs labels: y is None")
    labels = column_or_1d(y, warn=True)
    if len(labels) != len(texts):
        raise ValueError(f"{owner}.fit got {len(texts)} rows and {len(labels)} labels")
    for row, label in enumerate(labels):
        if label is None or (isinstance(label, numbers.Real) and label != label):
            raise ValueError(f"y has no label in row {row} ({label!r}): leave out rows without one")
    if type_of_target(labels) not in ("binary", "multiclass"):
        raise ValueError(
            f"y holds {type_of_target(labels)} values; {owner} is tuned on classes, one for each "
            "row"
        )
    classes, codes = np.unique(labels, return_inverse=True)
    if len(classes) < 2:
        raise ValueError(f"y has one class, {classes.tolist()[0]!r}: at least two are needed")
    return Rows(columns, codes.tolist()), classes


def split(rows: Rows, fraction: float, seed: int) -> tuple[Rows, Rows | None]:
    """Hold rows out, in the shares of the classes; of two texts, a first one on one side only."""
    if not fraction:
        return rows, None
    labels = np.array(rows.labels)
    if len(rows.columns) > 1 or isinstance(rows.columns[0][0], tuple):
        ways = GroupShuffleSplit(1, test_size=fraction, random_state=seed)
        firsts = [row[0] if isinstance(row, tuple) else row for row in rows.columns[0]]
        kept, held = next(ways.split(labels, labels, firsts))
    else:
        counts = np.bincount(labels)
        once = np.flatnonzero(counts[labels] < 2)  # rows of classes too small to be split
        many = np.setdiff1d(np.arange(len(labels)), once)
        n_held = round(fraction * len(labels))
        least = len(np.unique(labels[many]))
        if n_held < least or len(many) - n_held < least:
            raise ValueError(
                f"validation_fraction={fraction}: {len(labels)} rows of {least} classes are too "
                "few to hold some of each class out"
            )
        ways = StratifiedShuffleSplit(1, test_size=n_held, random_state=seed)
        kept, held = next(ways.split(many, labels[many]))
        kept, held = np.r_[many[kept], once], many[held]
    return rows.take(kept), rows.take(held)
