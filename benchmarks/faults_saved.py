"""Saved models, sound, damaged and hostile: ``python -m benchmarks.faults_saved``.

Every public estimator with every common head is saved, loaded by a process of its own in another
folder, and asked again: the answers are equal to the last bit. Folders with a flipped bit or a
missing end are refused, and so are folders that were made to do harm, of which nothing runs and
which write nothing. The exit code is 1 where anything came out otherwise.
"""

from __future__ import annotations

import argparse
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.saved_hostile import HOSTILE, TRACE, bases
from benchmarks.saved_models import Fitted, alone, answers, more, with_heads
from benchmarks.trials import flip_a_bit, same
from langalign_sk import load, save

#: What a process that reads models must not do; lookups and reading are free.
FORBIDDEN = (
    "os.chmod", "os.exec", "os.fork", "os.link", "os.mkdir", "os.posix_spawn", "os.remove",
    "os.rename", "os.rmdir", "os.symlink", "os.system", "pickle.find_class", "shutil.rmtree",
    "socket.bind", "socket.connect", "socket.getaddrinfo", "subprocess.Popen", "tempfile.mkdtemp",
    "tempfile.mkstemp",
)  # fmt: skip


def round_trip(models: dict[str, Fitted], scratch: Path) -> list[str]:
    """Save models, ask them again in a fresh process elsewhere; return those that differ."""
    folders, bad = scratch / "models", []
    folders.mkdir()
    wanted, rows = {}, {}
    for number, (name, fitted) in enumerate(models.items()):
        try:
            save(fitted.model, folders / str(number))
        except Exception as error:
            bad.append(f"{name}: not saved: {error}")
            continue
        wanted[number] = (name, answers(fitted.model, fitted.rows))
        rows[number] = fitted.rows
    (scratch / "rows.pickle").write_bytes(pickle.dumps(rows))
    elsewhere = scratch / "elsewhere"
    elsewhere.mkdir()
    here = str(Path(__file__).resolve().parents[1])
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.faults_saved", "--ask", str(scratch)],
        cwd=elsewhere,
        env=os.environ | {"PYTHONPATH": here, "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
    )
    if run.returncode:
        return [*bad, f"the fresh process: {run.stderr[-2000:]}"]
    found = pickle.loads((scratch / "found.pickle").read_bytes())
    for number, (name, answer) in wanted.items():
        if not answer or not same(found[number], answer):
            bad.append(f"{name}: other answers in a fresh process: {str(found[number])[:200]}")
    return bad


def _ask(scratch: Path) -> None:
    """Load every model and answer, in the fresh process."""
    rows = pickle.loads((scratch / "rows.pickle").read_bytes())
    watched = Watched()
    found: dict[int, Any] = {}
    for number in rows:
        try:
            with watched:
                model = load(scratch / "models" / str(number))
            found[number] = answers(model, rows[number])
        except Exception as error:
            found[number] = {"error": str(error)}
        if watched.seen:
            found[number] = {"error": f"while loading: {watched.seen}"}
            watched.seen.clear()
    (scratch / "found.pickle").write_bytes(pickle.dumps(found))


class Watched:
    """Writes down what this process does that reading a model must not."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self._on = False
        sys.addaudithook(self._hook)

    def __enter__(self) -> None:
        self._on = True

    def __exit__(self, *exc: object) -> None:
        self._on = False

    def _hook(self, event: str, args: tuple[Any, ...]) -> None:
        if not self._on:
            return
        written = event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+")
        made = event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR)
        if (written or made) and not str(args[0]).endswith((".pyc", os.devnull)):
            if "__pycache__" not in str(args[0]):
                self.seen.append(f"{event} {args}"[:200])
        elif event.startswith(FORBIDDEN):
            self.seen.append(f"{event} {args}"[:200])


def damage(n: int, scratch: Path) -> list[str]:
    """Flip a bit or cut the end off, n times; return what was not refused in one clear line."""
    rng = np.random.default_rng(0)
    sound = bases(scratch / "sound")["rows"]
    thing = scratch / "thing"
    bad = []
    for number in range(n):
        shutil.copytree(sound, thing)
        if number % 3:
            what = flip_a_bit(thing, rng)
        else:
            files = sorted(path for path in thing.rglob("*") if path.is_file())
            path = files[rng.integers(len(files))]
            size = int(rng.integers(path.stat().st_size))
            os.truncate(path, size)
            what = f"{path.name}, cut to {size} bytes"
        said = _refused(lambda: load(thing))
        if said is None or "\n" in said or "thing" not in said:
            bad.append(f"{what}: {said}")
        shutil.rmtree(thing)
    return bad


def hostile(scratch: Path, watched: Watched, names: Sequence[str] = ()) -> list[str]:
    """Load every hostile folder; return what was not as it must be."""
    sound = bases(scratch / "sound")
    for place in sound.values():
        load(place)  # what is imported on the way is imported by now
    bad = []
    for name in names or HOSTILE:
        case = HOSTILE[name]
        folder = scratch / "hostile"
        shutil.copytree(sound[case.base], folder)
        case.change(folder)
        before = _listing(scratch)
        with warnings.catch_warnings(record=True) as told, watched:
            warnings.simplefilter("always")
            said = _refused(partial(load, folder))
        words = " ".join(str(one.message) for one in told)
        if case.said is None and (said is not None or case.warned not in words):
            bad.append(f"{name}: said {said!r}, warned {words!r}")
        elif case.said is not None and (said is None or case.said not in said or "\n" in said):
            bad.append(f"{name}: said {said!r}")
        if watched.seen or Path(TRACE).exists() or _listing(scratch) != before:
            bad.append(f"{name}: it did {watched.seen}")
            watched.seen.clear()
        shutil.rmtree(folder)
    return bad


def _refused(work: Callable[[], Any]) -> str | None:
    """Return what a refusal says; None where there is none."""
    try:
        work()
    except ValueError as error:
        return str(error)
    except Exception as error:
        return f"no refusal, but {type(error).__name__}:\n{error}"
    return None


def _listing(folder: Path) -> list[tuple[str, int]]:
    return sorted((str(path), path.lstat().st_mtime_ns) for path in folder.rglob("*"))


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults_saved", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few of each")
    parser.add_argument("--ask", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.ask is not None:
        _ask(args.ask)
        return 0
    n, watched = 30 if args.quick else 600, Watched()
    with tempfile.TemporaryDirectory() as place:
        scratch = Path(place)
        for part in ("trip", "damage", "hostile"):
            (scratch / part).mkdir()
        models = alone() | more() | with_heads(lambda name: not args.quick or "Ridge" in name)
        found = {
            f"{len(models)} models in a fresh process": round_trip(models, scratch / "trip"),
            f"{n} flipped bits and missing ends": damage(n, scratch / "damage"),
            f"{len(HOSTILE)} hostile folders": hostile(scratch / "hostile", watched),
        }
    for name, bad in found.items():
        print(f"{name}: {len(bad)} not as it must be", *bad, sep="\n  ")
    return int(any(found.values()))


if __name__ == "__main__":
    sys.exit(main())
