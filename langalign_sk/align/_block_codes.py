"""The language of each row: from its block, or as the user says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from langalign_sk._numeric import FloatArray, row_blocks
from langalign_sk.align._stacked import row_name
from langalign_sk.text import BlockLayout, match_code


def block_codes(
    X: FloatArray, layout: BlockLayout, languages: Sequence[str], n_texts: int = 1
) -> np.ndarray:
    """Return the index into `languages` of the one block in which each row is not zero."""
    known = layout.languages
    used = np.empty((len(X), len(known)), dtype=bool)
    for rows in row_blocks(len(X), layout.width):
        for j, lang in enumerate(known):
            used[rows, j] = (X[rows, layout.columns(lang)] != 0).any(axis=1)
    wrong = np.flatnonzero(used.sum(axis=1) != 1)
    if len(wrong):
        first, others = row_name(int(wrong[0]), n_texts), f"({len(wrong)} such rows)"
        blocks = [lang for lang, here in zip(known, used[wrong[0]], strict=True) if here]
        if not blocks:
            raise ValueError(
                f"{first} of X is zero in every language block {others}, so its "
                "language is unknown: the encoder gave a zero vector, or X does not come from "
                f"the extractor whose blocks are {layout}"
            )
        raise ValueError(
            f"{first} of X is non-zero in the blocks of {blocks} {others}; a row must "
            "be non-zero in exactly one language block. A step between the extractor and the "
            "aligner (StandardScaler, PCA, ...) or another block order than "
            f"{layout} breaks this: put such steps after the aligner"
        )
    # Blocks named by the user may spell a language in another way than the pairs.
    names = {match_code(lang, known): j for j, lang in enumerate(languages)}
    code_of = np.array([names.get(lang, -1) for lang in known])
    codes: np.ndarray = code_of[used.argmax(axis=1)]
    if (codes < 0).any():
        row = int(np.flatnonzero(codes < 0)[0])
        raise ValueError(
            f"{row_name(row, n_texts)} of X is in language {known[int(used[row].argmax())]!r}, but "
            f"the pairs cover {list(languages)}: add pairs for that language"
        )
    return codes


def declared_codes(
    lang: Any, n_rows: int, languages: Sequence[str], n_texts: int = 1
) -> np.ndarray:
    """Return the index into `languages` of the language given for each row."""
    given = [lang] * n_rows if isinstance(lang, str) else list(lang)
    if len(given) != n_rows:
        n, n_rows = len(given) // n_texts, n_rows // n_texts
        raise ValueError(f"lang= names {n} languages for {n_rows} rows of X")
    index: dict[Any, int] = {}
    for name in dict.fromkeys(given):
        known = match_code(name, languages) if isinstance(name, str) else None
        if known is not None:
            index[name] = languages.index(known)
    for row, name in enumerate(given):
        if name not in index:
            raise ValueError(
                f"lang= says {name!r} for {row_name(row, n_texts).rstrip(',')}, but the pairs "
                f"cover {list(languages)}"
            )
    return np.array([index[name] for name in given], dtype=np.intp)
