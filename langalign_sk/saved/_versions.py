"""Versions that a model was made with."""

from __future__ import annotations

import sys
from typing import Any

from langalign_sk._version import __version__

_PACKAGES = {
    "numpy": "numpy",
    "scipy": "scipy",
    "scikit-learn": "sklearn",
    "torch": "torch",
    "transformers": "transformers",
    "sentence-transformers": "sentence_transformers",
}


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages in use."""
    here = {"python": ".".join(map(str, sys.version_info[:3])), "langalign-sk": __version__}
    used = {package: sys.modules.get(module) for package, module in _PACKAGES.items()}
    return here | {package: str(made.__version__) for package, made in used.items() if made}


def differences(saved: Any) -> list[str]:
    """Say which minor versions, of what results depend on, are others here."""
    here = versions()
    found = []
    for package in ("langalign-sk", "scikit-learn"):
        then = saved.get(package) if isinstance(saved, dict) else None
        if isinstance(then, str) and _minor(then) != _minor(here[package]):
            found.append(f"{package} {then[:20]} (here {here[package]})")
    return found


def _minor(number: str) -> list[str]:
    return number.split(".")[:2]
