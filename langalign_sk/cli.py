"""The command line, ``langalign-sk``: one module per command, all of them reached from here.

A command is a function that adds its own parser and sets ``run``, a function of the parsed
arguments that returns the exit code. What a command needs is imported when it runs, so that
``--help`` and a mistyped option answer at once.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper

from langalign_sk._commands import (
    Planned,
    add_cache,
    add_embed,
    add_evaluate,
    add_export,
    add_migrate,
    add_monitor,
    add_predict,
    add_refit,
    add_suggest,
    add_transfer,
    heard,
    say,
)
from langalign_sk._demo import add_demo
from langalign_sk._version import __version__
from langalign_sk.serve import add_serve

__all__ = ["main"]

_COMMANDS = (
    add_demo,
    add_transfer,
    add_predict,
    add_evaluate,
    add_monitor,
    add_suggest,
    add_refit,
    add_export,
    add_migrate,
    add_serve,
    add_embed,
    add_cache,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``langalign-sk``.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments after the program's name; those of the process when left out.

    Returns
    -------
    int
        0 when all went well, 2 for input that can't be used, 3 where ``refit --keep-old`` kept the
        old model, ``migrate`` keeps less than ``--at-least`` or ``monitor`` saw a change, 130 when
        interrupted, 141 when nobody reads the output. Wrong usage leaves through ``SystemExit``
        with code 2, as :mod:`argparse` does it.

    Examples
    --------
    >>> from langalign_sk.cli import main
    >>> try:
    ...     main(["--version"])
    ... except SystemExit as leave:
    ...     print("exit code", leave.code)
    langalign-sk ...
    exit code 0
    """
    _let_every_script_through()
    args = _parser().parse_args(argv)
    with heard(as_json=getattr(args, "log_json", False)):
        return _run(args)


def _run(args: argparse.Namespace) -> int:
    """Run a command; whatever ends it becomes a line and an exit code."""
    try:
        code = int(args.run(args))
        sys.stdout.flush()
        return code
    except Planned as planned:
        print(planned)
        return 0
    except KeyboardInterrupt as stop:
        say(f"interrupted: {stop}" if str(stop) else "interrupted", kind="stopped", exit_code=130)
        return 130
    except BrokenPipeError:  # whoever read the output has had enough, such as `head`
        with contextlib.suppress(OSError):  # or the end of Python would complain of what is left
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except (OSError, ValueError) as error:
        # What the library raises says what was wrong, where, and what to do; a traceback would
        # bury it. Those who want one set the logger to debug.
        logging.getLogger("langalign_sk").debug("langalign-sk failed", exc_info=True)
        say(str(error), kind="error", exit_code=2)
        return 2


def _parser() -> argparse.ArgumentParser:
    """Build the parser of every command."""
    parser = argparse.ArgumentParser(
        prog="langalign-sk",
        description="Carry English labels to another language through frozen embeddings.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for add in _COMMANDS:
        add(commands)
    return parser


def _let_every_script_through() -> None:
    """Print what a narrow terminal encoding lacks as an escape instead of failing on it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
