"""What the parameters of an extractor mean for each of its languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from langalign_sk._io import language_column
from langalign_sk.encoders import Encoder, Settings, is_name, make_encoder, named_checkpoint
from langalign_sk.text._language import LanguageDetector, checked_languages


def declared_languages(extractor: Any) -> tuple[str, ...] | None:
    """Languages with a block each; None without blocks."""
    if isinstance(extractor.model, Mapping):
        if extractor.languages is not None:
            raise ValueError("languages goes with one model; a dict of models declares its own")
        if not extractor.model:
            raise ValueError("model is an empty dict: give at least one language and its model")
        return checked_languages(extractor.model)
    if extractor.languages is not None:
        return checked_languages(extractor.languages)
    for name in ("default_language", "lang_column"):
        if getattr(extractor, name) is not None:
            raise ValueError(
                f"{name}={getattr(extractor, name)!r} needs languages: declare them with "
                'languages=("en", "ko") or give a dict of models'
            )
    return None


def row_languages(extractor: Any, X: Any, texts: list[str]) -> list[str] | None:
    """Language of each row, read or detected; None where no languages are declared."""
    declared = declared_languages(extractor)
    if declared is None:
        return None
    column = extractor.lang_column
    if column is None:
        detector = LanguageDetector(
            declared, detect=extractor.detect, default_language=extractor.default_language
        )
        return detector.detect(texts)
    langs = language_column(X, column, len(texts))
    unknown = [row for row, lang in enumerate(langs) if lang not in declared]
    if unknown:
        raise ValueError(
            f"column {column!r}: row {unknown[0]} is in language {langs[unknown[0]]!r}, which is "
            f"not among those declared, {list(declared)} ({len(unknown)} such rows of {len(langs)})"
        )
    return langs


def build_encoders(extractor: Any, *, ask_hub: bool = True) -> dict[str | None, Encoder]:
    """Return the encoder by language, under None without blocks; nothing is loaded."""
    declared = declared_languages(extractor)
    model = extractor.model
    if isinstance(model, Mapping):
        return {
            lang: make_encoder(own, _settings(extractor, own, lang), ask_hub=ask_hub)
            for lang, own in model.items()
        }
    encoder = make_encoder(model, _settings(extractor, model, None), ask_hub=ask_hub)
    return dict.fromkeys(declared or (None,), encoder)


def found_weights(extractor: Any) -> dict[str, str]:
    """Fingerprints of the named models, as far as they can be told on this machine."""
    found = {}
    for lang, model in models_by_language(extractor).items():
        try:
            settings = _settings(extractor, model, lang)
            checkpoint = named_checkpoint(model, settings, ask_hub=False)
        except (TypeError, ValueError):  # reported when used; saving is no time for it
            continue
        if checkpoint is not None:
            found[checkpoint.label] = checkpoint.fingerprint
    return found


def models_by_language(extractor: Any) -> dict[str | None, Any]:
    """Models as they were given, a single one under None."""
    model = extractor.model
    return dict(model) if isinstance(model, Mapping) else {None: model}


def setting(extractor: Any, name: str, lang: str | None) -> Any:
    """Value for one language of a parameter that may be given by language."""
    value = getattr(extractor, name)
    if not isinstance(value, Mapping):
        return value
    models = extractor.model
    if not isinstance(models, Mapping):
        raise ValueError(f"{name} by language needs a dict of models")
    unknown = [other for other in value if other not in models]
    if unknown:
        raise ValueError(f"{name}: no model for language {unknown[0]!r}; there are {list(models)}")
    return value.get(lang)


def _settings(extractor: Any, model: Any, lang: str | None) -> Settings:
    """Collect the settings for the model of one language."""
    names = ("revision", "pooling", "layer", "prompt", "max_length", "long_texts")
    values = {name: setting(extractor, name, lang) for name in names}
    if values["long_texts"] is None:  # not among the languages of a dict
        values["long_texts"] = "warn"
    if is_name(model) or not any(map(is_name, models_by_language(extractor).values())):
        # Where models by name stand beside objects, these are meant for the former.
        alone = ("dtype", "device", "backend", "trust_remote_code", "token_env")
        values |= {name: getattr(extractor, name) for name in alone}
        if isinstance(extractor.device, list):
            values["device"] = tuple(extractor.device)
    return Settings(**values)
