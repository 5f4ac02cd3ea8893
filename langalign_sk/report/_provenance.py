"""Where a report comes from: what it knows itself, and what a command adds."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from langalign_sk._version import __version__

#: Packages that figures depend on.
_PACKAGES = ("numpy", "scipy", "scikit-learn", "torch", "sentence-transformers")
#: Characters of a fingerprint that are shown.
_SHORT = 12


def now() -> str:
    """Return the time of day, as a reader of the page knows it."""
    return datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z").strip()


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that figures depend on."""
    found = {"langalign-sk": __version__, "Python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def encoders(extractors: Iterable[Any]) -> list[dict[str, str]]:
    """Return name, fingerprint and languages of every encoder, each once."""
    found: dict[tuple[str, str], list[str]] = {}
    for extractor in extractors:
        models = extractor.model
        seen = vars(extractor).get("_fitted_with") or {}
        for lang, model in models.items() if isinstance(models, Mapping) else [(None, models)]:
            key = _name(model), _fingerprint(model, seen.get(lang))
            read = [lang] if lang is not None else list(extractor.languages or ["all"])
            found[key] = list(dict.fromkeys([*found.get(key, []), *map(str, read)]))
    return [
        {"language": ", ".join(read), "name": name, "fingerprint": fingerprint}
        for (name, fingerprint), read in found.items()
    ]


def merged(known: Mapping[str, Any], given: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what is known, with what was given in its place or added to it."""
    out = dict(known)
    for key, value in (given or {}).items():
        both = isinstance(value, Mapping) and isinstance(out.get(key), Mapping)
        out[key] = {**out[key], **value} if both else value
    return out


def listed(provenance: Mapping[str, Any]) -> dict[str, Any]:
    """Return provenance as the page shows it: files, encoders, and named values.

    Unknown keys are shown under their own name.
    """
    own = {"files", "encoders", "settings", "versions", "warnings"}
    more = {key: value for key, value in provenance.items() if key not in own}
    return {
        "files": [_filled(one) for one in _rows(provenance.get("files"))],
        "encoders": [
            {key: str(one.get(key) or "") for key in ("language", "name", "fingerprint")}
            for one in _rows(provenance.get("encoders"))
        ],
        "facts": {str(key).replace("_", " "): _shown(value) for key, value in more.items()},
        "settings": {key: _shown(v) for key, v in dict(provenance.get("settings") or {}).items()},
        "versions": {key: _shown(v) for key, v in dict(provenance.get("versions") or {}).items()},
    }


def _rows(value: Any) -> Sequence[Mapping[str, Any]]:
    """Return rows of a table, or none."""
    return list(value or [])


def _filled(file: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is shown of a file."""
    return {
        "what": str(file.get("what") or ""),
        "name": str(file.get("name") or ""),
        "rows": file.get("rows"),
        "note": str(file.get("note") or ""),
    }


def _shown(value: Any) -> str:
    """Write a value as a reader would."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_shown(one)}" for key, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_shown, value))
    return str(value)


def _name(model: Any) -> str:
    """Name an encoder as its user would."""
    return str(model) if isinstance(model, str | Path) else type(model).__name__


def _fingerprint(model: Any, weights: tuple[str, str] | None) -> str:
    """Return the first characters of what tells one encoder from another."""
    if weights is not None:
        return weights[1][:_SHORT]
    own = getattr(model, "fingerprint", None)
    return str(own())[:_SHORT] if callable(own) else ""
