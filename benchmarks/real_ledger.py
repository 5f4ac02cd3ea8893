"""Cells of a table that are written down at once, so that a run that was stopped goes on."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.real_data import REPOSITORY
from benchmarks.real_methods import Cell


class Ledger:
    """One line of JSON per cell; of two lines with one key the later one counts.

    Parameters
    ----------
    path : path
        The file, made where it is missing.
    redo : collection of str
        Methods whose cells count as missing.
    """

    def __init__(self, path: Path, redo: Collection[str] = ()) -> None:
        self._path, self._lines = path, {}
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            for line in path.read_text("utf-8").splitlines():
                try:
                    found = json.loads(line)
                except json.JSONDecodeError:  # a run was killed while it wrote
                    continue
                if found["method"] not in redo:
                    self._lines[found["key"]] = found

    def get(self, key: str) -> Cell | None:
        """The cell of a key, None where it is missing."""
        line = self._lines.get(key)
        if line is None:
            return None
        packed = np.frombuffer(base64.b64decode(line["right"]), np.uint8)
        right = np.unpackbits(packed, count=line["n"]).astype(bool)
        return Cell(right, line["seconds"], line["warned"], line["error"])

    def put(self, key: str, cell: Cell, **place: Any) -> None:
        """Write a cell down, with words on where it belongs."""
        packed = base64.b64encode(np.packbits(cell.right).tobytes()).decode()
        line = {
            "key": key,
            **place,
            "n": len(cell.right),
            "accuracy": round(float(cell.right.mean()), 4),
            "right": packed,
            "seconds": cell.seconds,
            "warned": cell.warned,
            "error": cell.error,
        }
        self._lines[key] = line
        with self._path.open("a", encoding="utf-8") as file:
            # A line that was cut off by a kill must not swallow this one.
            file.write("\n" * (file.tell() > 0) + json.dumps(line, ensure_ascii=False))


def library_tag() -> str:
    """Digest of the library's source: figures of other code are not taken for those of this."""
    digest = hashlib.sha256()
    for path in sorted((REPOSITORY / "langalign_sk").rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
