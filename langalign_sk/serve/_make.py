"""The application, made where FastAPI is installed."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any

#: Environment variable with the folder of the model, for servers that are given ``app``.
MODEL_VARIABLE = "LANGALIGN_MODEL"
#: Environment variable with a folder in which workers share their counts.
METRICS_VARIABLE = "LANGALIGN_METRICS"
MOST_BYTES = 8 * 2**20
MOST_ROWS = 1000
MOST_CHARACTERS = 20_000


def create_app(
    model: Any = None,
    *,
    max_rows: int = MOST_ROWS,
    max_characters: int = MOST_CHARACTERS,
    max_bytes: int = MOST_BYTES,
) -> Any:
    """Make the service of a model, an ASGI application.

    Parameters
    ----------
    model : path or fitted classifier, optional
        The folder that ``langalign-sk transfer`` wrote, or a fitted pipeline. None: the folder
        that the environment variable ``LANGALIGN_MODEL`` names. One that was saved with joblib can
        run code: trust who made it.
    max_rows : int, default=1000
        Most texts of a request.
    max_characters : int, default=20000
        Most characters of a text.
    max_bytes : int, default=8388608
        Most bytes of a request, 8 MiB.

    Returns
    -------
    fastapi.FastAPI

    See Also
    --------
    langalign_sk.encoders.OnnxEncoder : An encoder that serves without torch.

    Notes
    -----
    ``POST /predict`` answers texts, ``GET /health``, ``/ready``, ``/metrics``, ``/docs`` and
    ``/openapi.json`` tell of the service. Requests that arrive while the model is at work are
    answered together by the next piece of work; nobody waits for company.

    Needs FastAPI: ``pip install 'langalign-sk[serve]'``.

    Examples
    --------
    >>> from langalign_sk.serve import create_app
    >>> app = create_app("out")  # doctest: +SKIP
    """
    need_packages("fastapi")
    from langalign_sk.serve._app import make_app

    given = os.environ.get(MODEL_VARIABLE) if model is None else model
    if given is None or given == "":
        raise ValueError(
            f"no model: set {MODEL_VARIABLE} to the folder that `langalign-sk transfer` wrote"
        )
    counts = os.environ.get(METRICS_VARIABLE)
    return make_app(
        given,
        max_rows=max_rows,
        max_characters=max_characters,
        max_bytes=max_bytes,
        counts=None if not counts else Path(counts),
    )


def need_packages(*names: str) -> None:
    """Raise where a package of the extra is missing."""
    missing = [name for name in names if find_spec(name) is None]
    if missing:
        raise ImportError(
            f"a service needs {' and '.join(missing)}: pip install 'langalign-sk[serve]'"
        )
