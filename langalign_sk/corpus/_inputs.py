"""Checks of what may be a side of a corpus, a language, an index; errors that say which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Number
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from langalign_sk._io import as_text_rows, hold_two
from langalign_sk._numeric import Float64Array, as_float_matrix, as_numpy, as_weights
from langalign_sk.corpus._content import Rows
from langalign_sk.text import BlockLayout, as_layout


def as_rows(rows: Any, name: str) -> Rows:
    """Texts as a tuple, vectors as a read-only view; which of the two is told by the values.

    Rows of two texts are tuples in it.
    """
    rows = as_numpy(rows)
    shape = getattr(rows, "shape", None)
    if isinstance(rows, list | tuple) and rows and not isinstance(rows[0], str):
        if isinstance(rows[0], Number | np.generic):
            raise _labels(name)
        pair = isinstance(rows[0], list | tuple) and any(isinstance(t, str) for t in rows[0])
        if not pair and (isinstance(rows[0], list | tuple) or hasattr(rows[0], "shape")):
            return frozen(as_float_matrix(rows, name=name))
    elif hasattr(rows, "nnz") or (
        shape is not None and len(shape) > 0 and np.asarray(rows).dtype.kind in "biufc"
    ):
        if shape is not None and len(shape) == 1:
            raise _labels(name)
        return frozen(as_float_matrix(rows, name=name))
    texts = tuple(as_text_rows(rows, what=name))
    if not texts:
        raise ValueError(f"{name} holds no rows; at least one is needed")
    return texts


def changed_texts(rows: Rows, step: Any) -> Any:
    """Texts as a function of one text, or a transformer of many, makes them."""
    if step is None:
        return rows
    if not isinstance(rows, tuple):
        raise TypeError("map changes texts; these are vectors: change the texts, then embed them")
    if hasattr(step, "transform"):
        try:
            check_is_fitted(step)
        except NotFittedError:
            step = clone(step).fit(list(rows))
        return list(step.transform(list(rows)))
    if hold_two(rows):
        return [(step(first), step(second)) for first, second in rows]
    return [step(text) for text in rows]


def texts_in(rows: Rows) -> int:
    """Return how many texts a row holds; 1 for vectors."""
    return 2 if isinstance(rows, tuple) and hold_two(rows) else 1


def flat_columns(*sides: Any) -> list[Any]:
    """Return the columns of a file that sides of one column, or of two, are in."""
    columns: list[Any] = []
    for side in sides:
        if isinstance(side, list | tuple) and len(side) != 2:
            raise ValueError(f"{side!r}: a side has one column, or two for rows of two texts")
        columns += side if isinstance(side, list | tuple) else [side]
    return columns


def sides_of(texts: Sequence[Sequence[str]], *sides: Any) -> list[Any]:
    """Return rows of each side from the columns that `flat_columns` names."""
    rest, found = list(texts), []
    for side in sides:
        first = rest.pop(0)
        two = isinstance(side, list | tuple)
        found.append(list(zip(first, rest.pop(0), strict=True)) if two else first)
    return found


def _labels(name: str) -> ValueError:
    """Error for numbers where rows belong."""
    return ValueError(
        f"{name} is a 1-D sequence of numbers, as class labels are; a corpus needs texts (one str "
        "per row) or vectors (a 2-D float array, one row per text)"
    )


def frozen(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Give a read-only view; memory maps become plain arrays over the same pages.

    (A plain array hashes and pickles alike wherever its pages are.)
    """
    view = np.asarray(array).view()
    view.flags.writeable = False
    return view


def as_pair_weights(weight: Any, n: int) -> Float64Array | None:
    """Weights as an own read-only array, None as it is."""
    try:
        weights = as_weights(weight, n)
    except (TypeError, ValueError) as error:
        raise type(error)(str(error).removeprefix("sample_")) from None
    return None if weights is None else frozen(weights.copy())


def check_lang(lang: Any, name: str) -> str | None:
    """Check that a language is a code, or None."""
    if lang is not None and (not isinstance(lang, str) or not lang.strip()):
        seen = "an empty str" if isinstance(lang, str) else type(lang).__name__
        raise ValueError(f'{name} must be a language code such as "ko", got {seen}')
    return lang


def checked_layout(
    layout: Any,
    langs: tuple[str | None, ...],
    widths: tuple[int, ...] | None,
    names: tuple[str, ...],
) -> BlockLayout | None:
    """Return the layout; refuse rows that are not what it says of their language."""
    if layout is None:
        return None
    if not isinstance(layout, BlockLayout | Mapping):
        raise TypeError(
            f"layout must be a BlockLayout or a dict of language to width, got "
            f"{type(layout).__name__}"
        )
    found: BlockLayout = as_layout(layout)
    if widths is None:
        raise ValueError("layout= says which block vectors come from; texts have none")
    for lang, width, name in zip(langs, widths, names, strict=True):
        check_in_layout(found, lang, name)
        if lang is not None and found.width_of(lang) != width:
            raise ValueError(
                f"{name} vectors have {width} columns, but the block of {lang!r} has "
                f"{found.width_of(lang)}; give each side at its own width, without the zeros"
            )
    return found


def check_in_layout(layout: BlockLayout, lang: str | None, name: str) -> None:
    """Refuse a side whose language is unknown or has no block."""
    if lang is None:
        raise ValueError(
            f"the language of the {name} side is not set, so its block is unknown: give "
            f"the corpus its languages (one of {list(layout.languages)})"
        )
    if lang not in layout:
        raise ValueError(
            f"the {name} side is in {lang!r}, for which the extractor has no model; it has "
            f"{list(layout.languages)}"
        )


def as_indices(indices: Any, n: int) -> npt.NDArray[np.intp]:
    """Row numbers from integers or a boolean mask."""
    array = np.asarray(indices)
    if array.ndim != 1 or array.size == 0 or array.dtype.kind not in "biu":
        raise ValueError(
            f"indices must be a non-empty 1-D sequence of row numbers or a mask, got "
            f"{array.dtype} of shape {array.shape}"
        )
    if array.dtype.kind == "b":
        if len(array) != n:
            raise ValueError(f"the mask has {len(array)} entries for {n} rows")
        if not array.any():
            raise ValueError("the mask selects no row")
        return np.flatnonzero(array)
    outside = (array >= n) | (array < -n)
    if outside.any():
        raise ValueError(f"row {array[outside.argmax()]} is outside of the {n} rows")
    return array.astype(np.intp) % n


def as_count(size: Any, n: int) -> int:
    """Rows of the first part of a split, from a fraction or a number."""
    if n == 1:
        raise ValueError("one row cannot be split")
    if isinstance(size, int | np.integer) and not isinstance(size, bool) and 1 <= size < n:
        return int(size)
    if isinstance(size, float | np.floating) and 0 < size < 1:
        return min(max(round(float(size) * n), 1), n - 1)
    raise ValueError(
        f"the first part must be a fraction between 0 and 1 or a number of rows below {n}, "
        f"got {size!r}"
    )
