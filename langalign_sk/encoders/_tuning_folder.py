"""A folder for tunings: checkpoints while one runs, and what came out of those that ended."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from langalign_sk._io import locked

_PREFIX = "checkpoint-"  # the trainers' own name, with the number of the step behind it
_WHOLE = "whole"  # a file in a checkpoint that was written to its end
_TUNED = "tuned"
_HISTORY = "history.json"  # beside it
_LOCK = ".lock"


class TuningFolder:
    """The place of one tuning, known by a digest of its data and settings."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def finished(self) -> tuple[Path, Any] | None:
        """Return the tuned checkpoint and its history, if this tuning ended before."""
        tuned, history = self.path / _TUNED, self.path / _HISTORY
        if not (tuned / "modules.json").is_file() or not history.is_file():
            return None
        return tuned, json.loads(history.read_text(encoding="utf-8"))

    def last(self) -> Path | None:
        """Return the last checkpoint that is whole."""
        whole = [path for path in self.path.glob(f"{_PREFIX}*") if (path / _WHOLE).is_file()]
        return max(whole, key=_step, default=None)

    def saved(self, step: int, best: str | None) -> None:
        """Take note that a checkpoint is whole; drop older ones, but for the best."""
        (self.path / f"{_PREFIX}{step}" / _WHOLE).touch()
        for path in self.path.glob(f"{_PREFIX}*"):
            if _step(path) != step and (best is None or path.name != Path(best).name):
                shutil.rmtree(path, ignore_errors=True)

    def finish(self, write: Callable[[Path], None], history: Any) -> Path:
        """Write the tuned checkpoint, at once or not at all; drop those on the way to it."""
        partial, tuned = self.path / f"{_TUNED}.partial", self.path / _TUNED
        for path in (partial, tuned):
            shutil.rmtree(path, ignore_errors=True)
        partial.mkdir(parents=True)
        write(partial)
        (self.path / _HISTORY).write_text(json.dumps(history), encoding="utf-8")
        os.replace(partial, tuned)
        for path in self.path.glob(f"{_PREFIX}*"):
            shutil.rmtree(path, ignore_errors=True)
        return tuned


@contextmanager
def tuning_folder(folder: Any, digest: str) -> Iterator[TuningFolder]:
    """Open the place of a tuning in the user's folder; without one, in one that is gone after.

    Others who want the same tuning at the same time, such as candidates of a grid that differ in
    their head alone, wait for it and find it.
    """
    if folder is None:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
            yield TuningFolder(Path(place))
        return
    path = Path(folder).expanduser() / digest
    path.mkdir(parents=True, exist_ok=True)
    with locked(path / _LOCK):
        yield TuningFolder(path)


def _step(path: Path) -> int:
    """Return the step of a checkpoint."""
    end = path.name.removeprefix(_PREFIX)
    return int(end) if end.isdecimal() else -1


def digest_of(fingerprint: str, settings: list[Any], rows: Any) -> str:
    """Digest of all that defines a tuning: the model, the settings, the rows and their labels."""
    digest = hashlib.blake2b(fingerprint.encode(), digest_size=12)
    for part in (settings, rows.columns):
        digest.update(json.dumps(part, default=float).encode())
    digest.update(np.asarray(rows.labels).tobytes())
    return digest.hexdigest()
