"""The ``cache`` command: look at, verify and prune a folder of cached vectors."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

_UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}


def add_parser(commands: Any) -> None:
    """Add the command to those of ``langalign-sk``."""
    parser = commands.add_parser(
        "cache",
        help="look at, verify and prune a folder of cached vectors",
        description="Look after the folder that EmbeddingExtractor(cache=DIR) fills.",
    )
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    info = actions.add_parser("info", help="what is in it, by encoder")
    verify = actions.add_parser(
        "verify",
        help="read every vector and compare its checksum",
        description="Read every vector and compare its checksum. Exit code 1 where a file is "
        "damaged or not the cache's own; nothing is changed.",
    )
    prune = actions.add_parser(
        "prune",
        help="remove damaged vectors, merge small files, make it smaller if asked",
        description="Remove damaged vectors and what killed processes left, and merge small "
        "files. Other processes may use the cache meanwhile.",
    )
    for action in (info, verify, prune):
        action.add_argument("folder", type=Path, metavar="DIR", help="the cache's folder")
    info.add_argument("--json", action="store_true", help="for other programs")
    prune.add_argument(
        "--max-size",
        type=_size,
        metavar="SIZE",
        help="delete what was unused for longest until the rest fits, such as 500M or 2G",
    )
    prune.add_argument(
        "--unused",
        type=_days,
        metavar="DAYS",
        help="delete files of vectors that were not used for so many days",
    )
    prune.add_argument(
        "--encoder", metavar="NAME", help="delete all vectors of one encoder, as `info` names it"
    )
    info.set_defaults(run=_info)
    verify.set_defaults(run=_verify)
    prune.set_defaults(run=_prune)


def _info(args: argparse.Namespace) -> int:
    """Print what a cache holds."""
    from langalign_sk._io import text_table
    from langalign_sk.store import parts

    found = parts(args.folder)
    if args.json:
        print(json.dumps([vars(part) for part in found], indent=2))
        return 0
    rows = [
        (
            part.encoder[:12],
            ", ".join(map(str, part.widths)),
            f"{part.n_vectors:,}",
            str(part.n_files),
            _written(part.n_bytes),
            time.strftime("%Y-%m-%d %H:%M", time.localtime(part.used)) if part.used else "never",
        )
        for part in found
    ]
    print(text_table([("encoder", "width", "vectors", "files", "size", "last used"), *rows]))
    total = sum(part.n_bytes for part in found)
    print(f"{sum(part.n_vectors for part in found):,} vectors, {_written(total)}")
    return 0


def _verify(args: argparse.Namespace) -> int:
    """Verify a cache; 1 where something is wrong."""
    from langalign_sk.store import verify

    health = verify(args.folder)
    for problem in health.problems:
        print(problem)
    print(f"{health.n_vectors:,} vectors are sound; problems: {len(health.problems)}")
    return 1 if health.problems else 0


def _prune(args: argparse.Namespace) -> int:
    """Prune a cache."""
    from langalign_sk.store import parts, prune

    unused = None if args.unused is None else args.unused * 86_400
    freed = prune(args.folder, max_bytes=args.max_size, unused_seconds=unused, encoder=args.encoder)
    left = sum(part.n_bytes for part in parts(args.folder))
    print(f"freed {_written(freed)}, {_written(left)} left")
    return 0


def _size(text: str) -> int:
    """Parse a size."""
    number, unit = text.strip().upper().removesuffix("B"), ""
    if number[-1:] in _UNITS and number[-1:]:
        number, unit = number[:-1], number[-1]
    try:
        size = int(float(number) * _UNITS[unit])
    except (ValueError, OverflowError):
        size = 0
    if size < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a size such as 500M or 2G")
    return size


def _days(text: str) -> float:
    """Parse a number of days."""
    try:
        days = float(text)
    except ValueError:
        days = -1.0
    if not days >= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of days")
    return days


def _written(n_bytes: int) -> str:
    """A size for people."""
    size = float(n_bytes)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if abs(size) < 1024:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} TiB"
