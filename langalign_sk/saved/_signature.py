"""What a model takes and gives, for those who call it without having made it."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import is_classifier, is_regressor
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags

from langalign_sk.text import EmbeddingExtractor

_METHODS = ("predict", "predict_proba", "decision_function", "transform")
_MOST_CLASSES = 1000


def signature_of(model: Any) -> dict[str, Any]:
    """Return what a model takes and gives, in plain words and numbers."""
    found: dict[str, Any] = {"model": type(model).__name__}
    extractor = extractor_of(model)
    if extractor is not None:
        found["input"] = "two texts a row" if getattr(extractor, "n_texts_", 1) == 2 else "texts"
        if extractor.column is not None:
            found["column"] = _plain(extractor.column)
    elif _reads_texts(model):
        found["input"] = "texts"
    else:
        found["input"] = "vectors"
        width = _attribute(model, "n_features_in_")
        if width is not None:
            found["width"] = int(width)
    languages = _languages(model, extractor)
    if languages:
        found["languages"] = languages
    kinds = {"classes": is_classifier, "numbers": is_regressor}
    found["output"] = next((kind for kind, is_one in kinds.items() if is_one(model)), "vectors")
    classes = _attribute(model, "classes_")
    if isinstance(classes, np.ndarray) and classes.ndim == 1:
        found["n_classes"] = len(classes)
        found["classes"] = [_plain(label) for label in classes[:_MOST_CLASSES]]
    found["methods"] = [name for name in _METHODS if hasattr(model, name)]
    return found


def extractor_of(model: Any) -> Any:
    """Return the extractor that a model begins with; None for one that takes vectors."""
    while isinstance(model, Pipeline) and model.steps:
        model = model.steps[0][1]
    if isinstance(model, EmbeddingExtractor):
        return model
    inner = getattr(model, "embedder_", None) or getattr(model, "embedder", None)
    return inner if isinstance(inner, EmbeddingExtractor) else None


def _reads_texts(model: Any) -> bool:
    """Tell whether a model says that it takes texts."""
    try:
        return bool(get_tags(model).input_tags.string)
    except Exception:  # no estimator of scikit-learn's, or one that is not fitted
        return False


def _languages(model: Any, extractor: Any) -> list[str]:
    """Return the languages that a model was made for."""
    found: dict[str, None] = {}
    if extractor is not None and isinstance(extractor.model, dict):
        found |= dict.fromkeys(extractor.model)
    elif extractor is not None and extractor.languages is not None:
        found |= dict.fromkeys(extractor.languages)
    steps = [step for _, step in model.steps] if isinstance(model, Pipeline) else [model]
    for step in steps:
        for part in (step, getattr(step, "aligner_", None)):
            own = _attribute(part, "languages_")
            if isinstance(own, np.ndarray | list | tuple):
                found |= dict.fromkeys(own)
    return [str(lang) for lang in found if lang is not None]


def _attribute(model: Any, name: str) -> Any:
    try:
        return getattr(model, name, None)
    except Exception:  # a property of something that is not fitted
        return None


def _plain(value: Any) -> Any:
    """Return a label as JSON has it."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)
