"""The ``serve`` command: a saved model behind HTTP."""

from __future__ import annotations

import argparse
import copy
import os
import tempfile
from pathlib import Path
from typing import Any

from langalign_sk.serve._make import METRICS_VARIABLE, MODEL_VARIABLE, need_packages


def add_serve(commands: Any) -> None:
    """Add the command to those of ``langalign-sk``."""
    parser = commands.add_parser(
        "serve",
        help="a model that `transfer` wrote behind HTTP",
        description="Answer texts over HTTP until stopped; http://HOST:PORT/docs tells how to ask. "
        "Requests under way are answered before it ends. A model that was saved with --format "
        "joblib can run code: trust who made it.",
        epilog="examples:\n  langalign-sk serve out\n"
        "  langalign-sk serve out --host 0.0.0.0 --port 80 --workers 4",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("model", type=Path, metavar="OUT", help="folder written by `transfer`")
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: this machine alone)"
    )
    parser.add_argument("--port", type=int, default=8000, help="(default: %(default)s)")
    parser.add_argument(
        "--workers",
        type=int,
        default=1,
        metavar="N",
        help="processes, each with a copy of the model (default: %(default)s)",
    )
    parser.set_defaults(run=_serve)


def _serve(args: argparse.Namespace) -> int:
    """Run ``serve`` until it is stopped."""
    from langalign_sk.serve._model import check_folder

    if args.workers < 1:
        raise ValueError(f"--workers {args.workers}: at least 1 is needed")
    if not 0 <= args.port < 65536:
        raise ValueError(f"--port {args.port}: 0 to 65535 is possible")
    try:
        need_packages("fastapi", "uvicorn")
    except ImportError as error:
        raise ValueError(str(error)) from None
    check_folder(args.model)  # what is wrong is said in one line, before a server starts
    os.environ[MODEL_VARIABLE] = str(args.model.absolute())
    if args.workers > 1:
        # Each has its share of the cores, unless somebody says otherwise.
        share = max(1, (os.cpu_count() or 1) // args.workers)
        os.environ.setdefault("OMP_NUM_THREADS", str(share))
    with tempfile.TemporaryDirectory(prefix="langalign-counts-") as counts:
        os.environ[METRICS_VARIABLE] = counts if args.workers > 1 else ""
        _run(args.host, args.port, args.workers)
    return 0


def _run(host: str, port: int, workers: int) -> None:
    """Listen until stopped."""
    import uvicorn
    from uvicorn.config import LOGGING_CONFIG

    logs = copy.deepcopy(LOGGING_CONFIG)
    logs["loggers"]["langalign_sk.serve"] = {
        "handlers": ["default"],
        "level": "INFO",
        "propagate": False,
    }
    uvicorn.run(
        "langalign_sk.serve:app",
        host=host,
        port=port,
        workers=workers,
        access_log=False,  # the service has lines of its own
        log_config=logs,
    )
