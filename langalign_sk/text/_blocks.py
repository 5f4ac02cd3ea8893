"""Vectors of several languages in one matrix, each language in columns of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from langalign_sk._numeric import FloatArray, as_float_matrix, as_numpy
from langalign_sk.text._codes import match_code
from langalign_sk.text._layout import BlockLayout


def to_blocks(
    rows: Any, lang: Any = None, *, blocks: Mapping[str, int] | BlockLayout | None = None
) -> tuple[FloatArray, dict[str, int]]:
    """Put vectors of languages that have widths of their own into one matrix.

    Each language gets a block of columns; a row is zero outside the block of its language. Rows of
    one language need none of this: aligners and `TransferClassifier` take them at their own width.

    Parameters
    ----------
    rows : dict of str to array-like, or array-like of shape (n, d)
        Vectors by language, such as ``{"en": english, "ko": korean}``, or those of one `lang`.
    lang : str or array-like of str, optional
        Language of the rows, or of each, where `rows` is no dict. Languages of one width may be
        mixed.
    blocks : dict of str to int, optional
        Width of each language, in column order. None: the languages of `rows` in their order. To
        add rows to a matrix later, give what came with it.

    Returns
    -------
    X : ndarray of shape (n, total width)
        The rows, those of the first language first. A vector of zeros gets the smallest normal
        number in the first column of its block, so that its language is not lost.
    blocks : dict of str to int
        Width of each language, for ``blocks=`` of aligners or ``layout=`` of `ParallelCorpus`.

    See Also
    --------
    BlockLayout : Which columns belong to which language.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk import to_blocks
    >>> X, blocks = to_blocks({"en": np.ones((2, 3)), "ko": np.ones((1, 2))})
    >>> X
    array([[1., 1., 1., 0., 0.],
           [1., 1., 1., 0., 0.],
           [0., 0., 0., 1., 1.]])
    >>> blocks
    {'en': 3, 'ko': 2}
    >>> to_blocks(np.ones((1, 2)), "ko", blocks=blocks)[0]
    array([[0., 0., 0., 1., 1.]])
    """
    given = _by_language(rows, lang)
    if blocks is None:
        layout = BlockLayout({name: matrix.shape[1] for name, matrix, _ in given})
    else:
        layout = as_layout(blocks)
    n_rows = sum(len(matrix) for _, matrix, _ in given)
    X = np.zeros((n_rows, layout.width), dtype=np.result_type(*(m.dtype for _, m, _ in given)))
    for name, matrix, places in given:
        known = match_code(name, layout.languages)
        if known is None:
            raise ValueError(
                f"rows in {name!r} have no block; the blocks are {list(layout.languages)}"
            )
        if layout.width_of(known) != matrix.shape[1]:
            raise ValueError(
                f"rows in {name!r} are {matrix.shape[1]} wide, but the block of {known!r} has "
                f"{layout.width_of(known)} columns ({layout})"
            )
        X[places] = placed(matrix, layout, known)
    return X, {name: layout.width_of(name) for name in layout.languages}


def as_layout(blocks: Any) -> BlockLayout:
    """Return language → width as a layout."""
    return blocks if isinstance(blocks, BlockLayout) else BlockLayout(blocks)


def placed(rows: FloatArray, layout: BlockLayout, lang: str) -> FloatArray:
    """Return rows of one language in its block; a row of zeros would look like no language."""
    columns = layout.columns(lang)
    out = np.zeros((len(rows), layout.width), dtype=rows.dtype)
    out[:, columns] = rows
    # The smallest normal number keeps the block without being felt in any product.
    out[~rows.any(axis=1), columns.start] = np.finfo(rows.dtype).tiny
    return out


def _by_language(rows: Any, lang: Any) -> list[tuple[str, FloatArray, Any]]:
    """Return the vectors of each language, and the rows of the result that they become."""
    if isinstance(rows, Mapping):
        if lang is not None:
            raise ValueError("rows says the languages itself, as a dict; leave lang out")
        if not rows:
            raise ValueError("rows is an empty dict; give vectors of at least one language")
        found, start = [], 0
        for name, own in rows.items():
            matrix = as_float_matrix(as_numpy(own), name=f"rows[{name!r}]")
            found.append((name, matrix, slice(start, start + len(matrix))))
            start += len(matrix)
        return found
    if lang is None:
        raise ValueError(
            "the language of the rows is not known: give a dict, "
            'to_blocks({"en": english, "ko": korean}), or to_blocks(rows, "ko", blocks=...)'
        )
    matrix = as_float_matrix(as_numpy(rows), name="rows")
    if isinstance(lang, str):
        return [(lang, matrix, slice(None))]
    names = np.asarray(_listed(lang), dtype=object)
    if len(names) != len(matrix):
        raise ValueError(f"lang names {len(names)} languages for {len(matrix)} rows")
    places = {name: np.flatnonzero(names == name) for name in dict.fromkeys(names)}
    return [(name, matrix[here], here) for name, here in places.items()]


def _listed(lang: Iterable[Any]) -> list[str]:
    """Return the language of each row, all of them codes."""
    names = list(lang)
    wrong = [row for row, name in enumerate(names) if not isinstance(name, str)]
    if wrong:
        raise ValueError(f"lang must be codes such as 'ko', but that of row {wrong[0]} is none")
    return names
