"""Labelled rows for tuning: one text or two, and a class each."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import GroupShuffleSplit, StratifiedShuffleSplit
from sklearn.utils import column_or_1d
from sklearn.utils.multiclass import type_of_target

from langalign_sk._io import as_texts
from langalign_sk.encoders._trainer import Rows


def columns_of_texts(X: Any, what: str = "X") -> list[list[str]]:
    """Return texts as columns: one, or two where a row is a pair of texts."""
    if getattr(X, "ndim", 1) == 2 and X.shape[1] == 2:
        X = [tuple(row) for row in np.asarray(X, dtype=object)]
    rows = X if isinstance(X, list | tuple) else None
    if not rows or not isinstance(rows[0], tuple | list):
        return [as_texts(X, what=what)]
    for number, row in enumerate(rows):
        if not isinstance(row, tuple | list) or len(row) != 2:
            found = "one text" if isinstance(row, str) else f"{row!r}"
            raise ValueError(
                f"{what}: row 0 holds two texts, row {number} {found}; rows are all of one text or "
                "all of two"
            )
    return [
        as_texts([row[n] for row in rows], what=f"{what}, {name} texts")
        for n, name in enumerate(("first", "second"))
    ]


def labelled(
    X: Any, y: Any, owner: str, *, together: bool = False
) -> tuple[Rows, npt.NDArray[Any]]:
    """Return rows with their classes as numbers, and the classes."""
    columns: list[Any] = columns_of_texts(X)
    if together:
        if len(columns) == 1:
            raise ValueError(
                'two_texts="together" is for rows of two texts, and X holds one in each'
            )
        columns = [list(zip(*columns, strict=True))]
    if not columns[0]:
        raise ValueError(f"{owner}.fit got no texts: rows with labels are needed")
    if y is None:
        raise ValueError(f"{owner}.fit needs labels: y is None")
    labels = column_or_1d(y, warn=True)
    if len(labels) != len(columns[0]):
        raise ValueError(f"{owner}.fit got {len(columns[0])} rows and {len(labels)} labels")
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
