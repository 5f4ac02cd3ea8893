"""Rows of several languages as each one's encoder gives them, with nothing aligned."""

from __future__ import annotations

import numpy as np

from langalign_sk._numeric import FloatArray
from langalign_sk.align._block_codes import block_codes
from langalign_sk.align._stacked import stacked, unstacked
from langalign_sk.text import BlockLayout


def own_columns(X: FloatArray, layout: BlockLayout, n_texts: int = 1) -> FloatArray:
    """Drop the blocks of the other languages: each row becomes the vector of its own encoder.

    Widths may differ; narrow rows are filled with zeros. This is what "no alignment" means for
    two encoders: the head is given vectors of a space it has never seen. Of rows of two texts,
    which a row holds side by side, each is taken by itself.
    """
    X = stacked(X, n_texts)
    languages = layout.languages
    out = np.zeros((len(X), max(map(layout.width_of, languages))), dtype=X.dtype)
    codes = block_codes(X, layout, languages, n_texts)
    for code, lang in enumerate(languages):
        rows = np.flatnonzero(codes == code)
        out[rows, : layout.width_of(lang)] = X[rows, layout.columns(lang)]
    return unstacked(out, n_texts)
