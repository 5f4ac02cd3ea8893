"""One side of a corpus through an extractor."""

from __future__ import annotations

from typing import Any

from langalign_sk._numeric import FloatArray, as_float_matrix
from langalign_sk.corpus._fingerprint import Rows
from langalign_sk.corpus._inputs import frozen
from langalign_sk.text import BlockLayout


def embed_side(
    extractor: Any, texts: Rows, lang: str | None, name: str, layout: BlockLayout | None
) -> FloatArray:
    """Vectors of the texts of one side, checked: one row per text, as wide as the layout says.

    Anything with ``transform`` will do; an extractor that knows languages is asked for the
    vectors of this side's language alone, without the zeros of the other blocks.
    """
    if hasattr(extractor, "embed_language"):
        vectors = extractor.embed_language(list(texts), lang)
    elif hasattr(extractor, "transform"):
        vectors = extractor.transform(list(texts))
        if hasattr(vectors, "toarray"):
            raise TypeError(
                f"{type(extractor).__name__}.transform gives sparse vectors; put a TruncatedSVD "
                "behind it, or use NgramEncoder"
            )
    else:
        raise TypeError(
            f"embed() needs an EmbeddingExtractor or an object with transform(texts), got "
            f"{type(extractor).__name__}"
        )
    matrix = as_float_matrix(vectors, name=f"{name} vectors")
    if len(matrix) != len(texts):
        raise ValueError(
            f"{type(extractor).__name__} gave {len(matrix)} vectors for {len(texts)} {name} texts"
        )
    if layout is not None and lang is not None and matrix.shape[1] != layout.width_of(lang):
        raise ValueError(
            f"{type(extractor).__name__} gave {name} vectors of width {matrix.shape[1]}; its block "
            f"of {lang!r} has {layout.width_of(lang)}"
        )
    return frozen(matrix)
