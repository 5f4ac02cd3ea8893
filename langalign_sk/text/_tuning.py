"""Encoders that are tuned when the extractor around them is fitted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.utils import column_or_1d

from langalign_sk.encoders import HubModel, TunedEncoder, unwrapped


def is_to_be_tuned(model: Any) -> bool:
    """Tell whether a model is a `TunedEncoder` that is not fitted."""
    inner = unwrapped(model)
    return isinstance(inner, TunedEncoder) and not inner.is_fitted()


def has_settings(model: Any) -> bool:
    """Tell whether a model's own parameters can be set in the extractor around it."""
    return isinstance(model, HubModel) or (
        isinstance(model, TunedEncoder) and not model.is_fitted()
    )


def name_of(lang: str | None) -> str:
    """Return the name of a model among the parameters: its language, or "model"."""
    return "model" if lang is None else lang


def as_tuned(
    models: Mapping[str | None, Any], tuned: Mapping[str, TunedEncoder]
) -> dict[str | None, Any]:
    """Return models, those that were tuned in place of those that were to be."""
    found = {}
    for lang, model in models.items():
        own = tuned.get(name_of(lang))
        if own is not None and is_to_be_tuned(model):
            model = clone(model).set_params(model=own) if isinstance(model, HubModel) else own
        found[lang] = model
    return found


def tune(
    models: Mapping[str | None, Any], read: Any, y: Any, two_texts: str
) -> dict[str, TunedEncoder]:
    """Tune clones of the models that are to be, each on the rows of its language.

    `read` is what the extractor read. One model that stands for several languages is tuned once,
    on the rows of all of them.
    """
    waiting: dict[int, list[str | None]] = {}
    for lang, model in models.items():
        if is_to_be_tuned(model):
            waiting.setdefault(id(unwrapped(model)), []).append(lang)
    if not waiting:
        return {}
    if y is None:
        raise ValueError(
            "a TunedEncoder in an EmbeddingExtractor is tuned in fit and needs labels: call "
            "fit(X, y), or give it one that is fitted already"
        )
    labels = column_or_1d(y, warn=True)
    rows, langs = _rows(read)
    if len(labels) != len(rows):
        raise ValueError(f"X has {len(rows)} texts and y {len(labels)} labels")
    found: dict[str, TunedEncoder] = {}
    for owners in waiting.values():
        encoder = clone(unwrapped(models[owners[0]]))
        if read.n_texts == 2 and encoder.two_texts != two_texts:
            raise ValueError(
                f"two_texts={two_texts!r} of the EmbeddingExtractor and two_texts="
                f"{encoder.two_texts!r} of the TunedEncoder: rows of two texts are tuned on as "
                "they are encoded, so give both the same"
            )
        own = [row for row, lang in enumerate(langs) if None in owners or lang in owners]
        if not own:
            raise ValueError(
                f"the TunedEncoder for {', '.join(map(repr, owners))} has nothing to learn from: "
                "no row of X is in that language"
            )
        encoder.fit([rows[row] for row in own], labels[np.array(own)])
        found |= {name_of(lang): encoder for lang in owners}
    return found


def _rows(read: Any) -> tuple[list[Any], list[Any]]:
    """Return rows as they were given, and their languages; none where two texts disagree."""
    texts, langs = list(read.texts), list(read.langs or [None] * len(read.texts))
    if read.n_vectors == 1:
        return texts, langs
    pairs = list(zip(texts[::2], texts[1::2], strict=True))
    both = zip(langs[::2], langs[1::2], strict=True)
    return pairs, [first if first == second else None for first, second in both]
