"""An aligned encoder for those who know SentenceTransformer alone: vector stores, retrieval."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from langalign_sk.encoders import HubModel, with_settings, write_aligned
from langalign_sk.text import EmbeddingExtractor, match_code


def to_sentence_transformers(
    aligner: Any, encoder: Any, folder: str | os.PathLike[str], *, language: str | None = None
) -> Path:
    """Write an encoder with the map behind it as an ordinary SentenceTransformer.

    Its vectors are those of the encoder and the aligner, within rounding: a vector store, a search
    or an evaluation takes them without this package.

    Parameters
    ----------
    aligner : LangAligner, ReverseAligner or map
        Fitted. Its map must be affine: one matrix and one offset, as most are.
    encoder : str, path, HubModel or EmbeddingExtractor
        The encoder of the language; of an extractor, that of `language`, and scaled if it scales.
    folder : path
        The folder to write; it appears whole or not at all.
    language : str, default=None
        The language to encode; None takes the one that the aligner moves. Of one that it does not
        move, the encoder is written as it is.

    Returns
    -------
    Path
        The folder. ``SentenceTransformer(folder)`` reads it.

    See Also
    --------
    save : The whole model, for this package.
    """
    moved: dict[str, Any] = getattr(aligner, "maps_", None) or {}
    if language is None:
        if len(moved) > 1:
            raise ValueError(f"this aligner moves {list(moved)}: say which with language=")
        language = next(iter(moved), None)
    known = [str(own) for own in getattr(aligner, "languages_", ()) if own is not None]
    if language is not None and known and match_code(language, known) is None:
        raise ValueError(f"language={language!r}: this aligner has learned of {', '.join(known)}")
    name = match_code(language, moved) if language is not None else None
    made = moved[name] if name is not None else aligner if not moved else None
    parts: dict[str, Any] = {}
    if made is not None:
        if not (hasattr(made, "coef_") and hasattr(made, "intercept_")):
            raise ValueError(
                f"{type(made).__name__} is not affine, or not fitted: one layer cannot say what it "
                "computes; take another method, such as 'ridge'"
            )
        intercept = np.broadcast_to(made.intercept_, (made.coef_.shape[1],))
        parts = {"coef": np.asarray(made.coef_), "intercept": intercept}
    normalize = False
    if isinstance(encoder, EmbeddingExtractor):
        normalize = bool(encoder.normalize)
        encoder = _of_language(encoder, language)
    write_aligned(with_settings(encoder), Path(folder), normalize=normalize, **parts)
    return Path(folder)


def _of_language(extractor: EmbeddingExtractor, language: str | None) -> Any:
    """Return the encoder of a language, with the settings of its extractor."""
    model: Any = extractor.model
    if isinstance(model, dict):
        name = match_code(language, model) if language is not None else None
        if name is None:
            raise ValueError(f"this extractor has encoders for {list(model)}: say language=")
        model = model[name]
    shared = ("pooling", "layer", "prompt", "truncate_dim")
    settings: HubModel = with_settings(model, **{name: getattr(extractor, name) for name in shared})
    return settings
