"""The command line, ``langalign-sk``: one module per command, all of them reached from here.

A command is a module with ``add_parser(commands)``: it adds its own parser and sets ``run``, a
function of the parsed arguments that returns the exit code. Such modules import what they need
inside ``run``, so that ``--help`` and a mistyped option answer at once.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from io import TextIOWrapper

from langalign_sk import _demo
from langalign_sk._commands import _cache, _predict, _suggest, _transfer
from langalign_sk._version import __version__

__all__ = ["main"]

_COMMANDS = (_demo, _transfer, _predict, _suggest, _cache)


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``langalign-sk``.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments after the program's name; those of the process when left out.

    Returns
    -------
    int
        0 when all went well, 2 for input that can't be used, 130 when interrupted. Wrong usage
        leaves through ``SystemExit`` with code 2, as :mod:`argparse` does it.

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
    try:
        return int(args.run(args))
    except KeyboardInterrupt:
        print("langalign-sk: interrupted", file=sys.stderr)
        return 130
    except (OSError, ValueError) as error:
        # What the library raises says what was wrong, where, and what to do; a traceback would
        # bury it. Those who want one set the logger to debug.
        logging.getLogger("langalign_sk").debug("langalign-sk failed", exc_info=True)
        print(f"langalign-sk: error: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    """Build the parser of every command."""
    parser = argparse.ArgumentParser(
        prog="langalign-sk",
        description="Carry English labels to another language through frozen embeddings.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in _COMMANDS:
        command.add_parser(commands)
    return parser


def _let_every_script_through() -> None:
    """Print what a narrow terminal encoding lacks as an escape instead of failing on it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
