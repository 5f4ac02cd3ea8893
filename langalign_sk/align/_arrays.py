"""Pairs that came as arrays, whose languages and blocks nobody has named."""

from __future__ import annotations

from typing import Any

import numpy as np

from langalign_sk._numeric import FloatArray, as_numpy
from langalign_sk.align._block_codes import block_codes
from langalign_sk.corpus import ParallelCorpus
from langalign_sk.text import BlockLayout

#: Labels of the two sides when nobody has said which languages they are.
UNNAMED = ("source", "target")


def as_corpus(pairs: Any, names: tuple[str, str] = UNNAMED) -> Any:
    """Return two arrays, or two lists of texts, as a corpus; anything else as it is."""
    if len(pairs) != 2 or ParallelCorpus in map(type, pairs):
        return pairs
    return ParallelCorpus(*pairs, source_lang=names[0], target_lang=names[1])


def paired_y(y: Any, X: FloatArray, owner: str) -> FloatArray:
    """Return `y` as the translations of `X`; class labels, indicators and counts never are."""
    target = np.asarray(as_numpy(y))
    numbers = target.ndim == 2 and target.dtype.kind == "f"
    if not numbers or not ((target != 0) & (target != 1)).any():
        raise ValueError(
            f'{owner}: pairs="y" takes a 2-D float y whose rows are the translations of those of '
            "X; class labels are not pairs: give these as pairs=ParallelCorpus(source, target)"
        )
    if len(target) != len(X):
        raise ValueError(
            f"X and y must be row-aligned pairs, but have {len(X)} and {len(target)} rows"
        )
    return target


def in_their_blocks(
    corpus: ParallelCorpus, width: int, blocks: BlockLayout | None, owner: str
) -> ParallelCorpus:
    """Return arrays in the languages of their blocks, cut to them where they are as wide as X."""
    S, T = corpus.source, corpus.target
    if blocks is None and S.shape[1] == T.shape[1] == width:
        blocks = _layout_from_support(S, T)
    if blocks is None:
        return corpus
    if S.shape[1] == T.shape[1] == blocks.width:
        langs = [_one_language(rows, blocks, side) for rows, side in ((S, 0), (T, 1))]
        sides = [rows[:, blocks.columns(lang)] for rows, lang in zip((S, T), langs, strict=True)]
        return ParallelCorpus(*sides, source_lang=langs[0], target_lang=langs[1], layout=blocks)
    if corpus.source_lang in blocks and corpus.target_lang in blocks:
        return corpus
    if len(blocks.languages) == 2:
        # Unequal widths say which block is whose; of equal ones the first is the source's.
        first, second = blocks.languages
        if S.shape[1] == blocks.width_of(second) != blocks.width_of(first):
            first, second = second, first
        return ParallelCorpus(S, T, source_lang=first, target_lang=second)
    raise ValueError(
        f"{owner}: with the blocks {blocks} it is unknown which two languages the arrays in pairs "
        'are in; give ParallelCorpus(source, target, source_lang="en", target_lang="ko")'
    )


def _one_language(rows: FloatArray, blocks: BlockLayout, side: int) -> str:
    """Return the language of the one block that all rows of one side of the pairs use."""
    codes = np.unique(block_codes(rows, blocks, blocks.languages))
    if len(codes) != 1:
        mixed = [blocks.languages[code] for code in codes]
        raise ValueError(f"the {UNNAMED[side]} side of the pairs mixes the languages {mixed}")
    lang: str = blocks.languages[int(codes[0])]
    return lang


def _layout_from_support(S: FloatArray, T: FloatArray) -> BlockLayout | None:
    """Find where two matrices as wide as X were put in blocks, if that is beyond doubt.

    With one shared space, columns are used by both and there is nothing to cut (None). With
    blocks, the columns used by the source end exactly where those used by the target begin (or the
    other way round); anything in between is ambiguous and refused.
    """
    used = [np.flatnonzero((rows != 0).any(axis=0)) for rows in (S, T)]
    if not all(map(len, used)) or np.isin(used[0], used[1]).any():
        return None
    left = int(used[1][0] < used[0][0])
    right = 1 - left
    cut, width = int(used[right][0]), S.shape[1]
    if used[left][0] == 0 and used[left][-1] == cut - 1 and used[right][-1] == width - 1:
        return BlockLayout({UNNAMED[left]: cut, UNNAMED[right]: width - cut})
    raise ValueError(
        "the pairs came in language blocks whose borders can't be told from the vectors: give the "
        'aligner blocks={"en": 384, "ko": 768} (each language of the extractor and its width, in '
        "column order)"
    )
