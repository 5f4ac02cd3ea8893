"""A saved model behind HTTP: ``langalign-sk serve OUT``, or ``uvicorn langalign_sk.serve:app``."""

from __future__ import annotations

from typing import Any

from langalign_sk.serve._command import add_serve as add_serve  # for the command line
from langalign_sk.serve._make import create_app

__all__ = ["create_app"]


def __getattr__(name: str) -> Any:
    """Make ``app`` when a server asks for it: the package FastAPI is an extra."""
    if name == "app":
        return create_app()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
