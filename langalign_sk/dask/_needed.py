"""Packages of the extra, imported when they are needed."""

from __future__ import annotations

import importlib
from typing import Any


def needed(module: str) -> Any:
    """Import a module of the extra, or say how to get it."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        name = module.partition(".")[0]
        raise ImportError(
            f"the package {name} is needed here: pip install 'langalign-sk[dask]' ({error})"
        ) from error
