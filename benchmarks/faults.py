"""Injected faults, and what came of them: ``python -m benchmarks.faults``.

One flipped bit in what was saved, kill -9 of writers, children forked from busy threads, bad disks,
Ctrl-C inside every fit, memory over many fits, servers that dawdle. Every trial has a process of
its own and a seed; servers are on loopback. The exit code is 1 where something came out as it
must not. A joblib file has no digest, and any error counts as a refusal there; a whole pipeline in
one stands here for comparison alone: nearly all of its bytes are those of encoders, which check
themselves, and nothing checks the others. The model folder of the command is checked as a whole.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import (
    faults_damage,
    faults_disks,
    faults_interrupts,
    faults_limits,
    faults_processes,
    real_data,
)
from langalign_sk._io import text_table


class Part(NamedTuple):
    """A kind of fault: what its table is called, and how it is measured in full or quickly."""

    title: str
    full: Callable[[Path], dict[str, Any]]
    quick: Callable[[Path], dict[str, Any]]


def say(message: str) -> None:
    """Report progress."""
    real_data.say(message)


PARTS = {
    "damage": Part(
        "one flipped bit in",
        lambda scratch: faults_damage.measure(300, scratch, say),
        lambda scratch: faults_damage.measure(5, scratch, say),
    ),
    "interrupts": Part(
        "Ctrl-C inside a second fit of",
        lambda scratch: faults_interrupts.measure(40, scratch, say),
        lambda scratch: faults_interrupts.measure(2, scratch, say),
    ),
    "kills": Part(
        "kill -9 while writing",
        lambda scratch: faults_processes.kills(60, scratch, say),
        lambda scratch: faults_processes.kills(2, scratch, say),
    ),
    "forks": Part(
        "fork while a thread is busy with",
        lambda scratch: faults_processes.forks(20, scratch, say),
        lambda scratch: faults_processes.forks(2, scratch, say),
    ),
    "disks": Part(
        "trouble with the disk",
        lambda scratch: faults_disks.measure(scratch, say),
        lambda scratch: faults_disks.measure(scratch, say, mounts=False),
    ),
    "memory": Part(
        "growth of memory over",
        lambda scratch: faults_limits.memory(30, 200, scratch, say),
        lambda scratch: faults_limits.memory(3, 10, scratch, say),
    ),
    "http": Part(
        "an embedding server",
        lambda scratch: faults_limits.http(32, scratch, say),
        lambda scratch: faults_limits.http(8, scratch, say),
    ),
}
#: Parts that run side by side; the last ones measure time or memory and run alone.
_TOGETHER = [("damage", "interrupts"), ("kills", "forks"), ("disks", "memory"), ("http",)]


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few trials each: no result")
    parser.add_argument("--part", nargs="+", choices=PARTS, help="these parts alone: no result")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the figures there as JSON")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.here:
        print(json.dumps(measured(args.part[0], quick=args.quick)))
        return 0
    wanted = args.part or list(PARTS)
    found = {}
    for group in _TOGETHER:
        started = {name: start(name, quick=args.quick) for name in group if name in wanted}
        found.update({name: result_of(process) for name, process in started.items()})
    for name in wanted:
        print(table(PARTS[name].title, found[name]["rows"]))
    unwanted = [line for name in wanted for line in found[name]["unwanted"]]
    print("\n".join(["as it must not be:", *unwanted] if unwanted else ["all as it must be"]))
    result = {"command": "python -m benchmarks.faults", "versions": real_data.versions()}
    result |= {PARTS[name].title: found[name]["rows"] for name in wanted}
    if args.out is not None:
        args.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    elif not (args.quick or args.part):
        real_data.write_result("faults", result)
    return int(bool(unwanted))


def measured(name: str, *, quick: bool) -> dict[str, Any]:
    """Return the rows of a part, and the lines that must not be."""
    part = PARTS[name]
    with tempfile.TemporaryDirectory() as scratch:
        return (part.quick if quick else part.full)(Path(scratch))


def table(title: str, rows: dict[str, dict[str, Any]]) -> str:
    """Return the rows of a part as text."""
    head = list(dict.fromkeys(column for row in rows.values() for column in row))
    lines = [[name, *(str(row.get(column, "")) for column in head)] for name, row in rows.items()]
    return text_table([[title, *head], *lines]) + "\n"


def start(name: str, *, quick: bool) -> subprocess.Popen[str]:
    """Start a part in a process of its own, which has one BLAS thread: none is lost in a fork."""
    command = [sys.executable, "-m", "benchmarks.faults", "--here", "--part", name]
    threads = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}
    return subprocess.Popen(
        command + ["--quick"] * quick,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **threads},
    )


def result_of(process: subprocess.Popen[str]) -> dict[str, Any]:
    """Wait for a part and return what it found."""
    output, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"{process.args!r} ended with code {process.returncode}")
    found: dict[str, Any] = json.loads(output.splitlines()[-1])
    return found


if __name__ == "__main__":
    sys.exit(main())
