"""Which language each row of a block matrix is in, and the checks that go with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from langalign_sk._numeric import FloatArray, row_blocks
from langalign_sk.text import BlockLayout


def block_codes(X: FloatArray, layout: BlockLayout, languages: Sequence[str]) -> np.ndarray:
    """Index into `languages` of the one block in which each row is not zero."""
    known = layout.languages
    used = np.empty((len(X), len(known)), dtype=bool)
    for rows in row_blocks(len(X), layout.width):
        for j, lang in enumerate(known):
            used[rows, j] = (X[rows, layout.columns(lang)] != 0).any(axis=1)
    count = used.sum(axis=1)
    if (count != 1).any():
        row = int(np.flatnonzero(count != 1)[0])
        n_bad = int((count != 1).sum())
        if count[row] == 0:
            raise ValueError(
                f"row {row} of X is zero in every language block ({n_bad} such rows), so its "
                "language is unknown: the encoder gave a zero vector, or X does not come from "
                f"the extractor whose blocks are {layout}"
            )
        both = [lang for lang, here in zip(known, used[row], strict=True) if here]
        raise ValueError(
            f"row {row} of X is non-zero in the blocks of {both} ({n_bad} such rows); a row must "
            "be non-zero in exactly one language block. A step between the extractor and the "
            "aligner (StandardScaler, PCA, ...) or another block order than "
            f"{layout} breaks this: put such steps after the aligner"
        )
    code_of = np.array([languages.index(lang) if lang in languages else -1 for lang in known])
    codes: np.ndarray = code_of[used.argmax(axis=1)]
    if (codes < 0).any():
        row = int(np.flatnonzero(codes < 0)[0])
        raise ValueError(
            f"row {row} of X is in language {known[int(used[row].argmax())]!r}, but the pairs "
            f"cover {list(languages)}: add pairs for that language"
        )
    return codes


def declared_codes(lang: Any, n_rows: int, languages: Sequence[str]) -> np.ndarray:
    """Index into `languages` of the language given for each row."""
    given = [lang] * n_rows if isinstance(lang, str) else list(lang)
    if len(given) != n_rows:
        raise ValueError(f"lang= names {len(given)} languages for {n_rows} rows of X")
    index = {name: j for j, name in enumerate(languages)}
    for row, name in enumerate(given):
        if name not in index:
            raise ValueError(
                f"lang= says {name!r} for row {row}, but the pairs cover {list(languages)}"
            )
    return np.array([index[name] for name in given], dtype=np.intp)


def layout_from_support(
    S: FloatArray, T: FloatArray, *, names: tuple[str, str]
) -> BlockLayout | None:
    """Cut two matrices that came through a block extractor, where the cut is beyond doubt.

    Both are as wide as X. With one shared space, columns are used by both and there is nothing
    to cut (None). With blocks, the columns used by the source end exactly where those used by
    the target begin (or the other way round); anything in between is ambiguous and refused.
    """
    used = {
        name: np.flatnonzero((part != 0).any(axis=0))
        for name, part in zip(names, (S, T), strict=True)
    }
    if not all(map(len, used.values())) or set(used[names[0]]) & set(used[names[1]]):
        return None
    left, right = sorted(names, key=lambda name: int(used[name][0]))
    cut = int(used[right][0])
    if used[left][0] == 0 and used[left][-1] == cut - 1 and used[right][-1] == S.shape[1] - 1:
        return BlockLayout({left: cut, right: S.shape[1] - cut})
    raise ValueError(
        "the pairs came in language blocks whose borders can't be told from the vectors: give the "
        'aligner blocks={"en": 384, "ko": 768} (each language of the extractor and its width, in '
        "column order)"
    )
