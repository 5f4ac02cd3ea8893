"""What the site hands out: the sample files, and the report on them.

Both are made when the site is built. ``LANGALIGN_DOCS=quick`` leaves the report out, which takes
the longest.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import langalign_sk

COMMAND = (
    "transfer --train tickets.xlsx --pairs agency.tmx --pairs messages.csv --unlabeled chat.txt "
    "--encoder use --target ko --out service"
)


def make(app: Any, config: Any) -> None:
    """Write both, where what they are made of is newer."""
    docs = Path(app.srcdir)
    sys.path.insert(0, str(docs / "pictures"))
    import sample

    extra = docs / "_extra"
    extra.mkdir(exist_ok=True)
    files, report = docs / "_static" / "sample-files.zip", extra / "example-report.html"
    package = Path(langalign_sk.__file__).parent
    sources = [Path(sample.__file__), *(package / "datasets").glob("*")]
    views = [path for room in ("report", "_commands") for path in (package / room).glob("*.*")]
    wanted = os.environ.get("LANGALIGN_DOCS") != "quick" and _older(report, [*sources, *views])
    if not wanted and not _older(files, sources):
        return
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        sample.write(folder)
        sample.archive(files, folder)
        if wanted:
            words = [sys.executable, "-m", "langalign_sk", *COMMAND.split()]
            environment = {**os.environ, "PYTHONPATH": str(package.parent)}
            subprocess.run(words, cwd=folder, env=environment, check=True, capture_output=True)
            report.write_bytes((folder / "service" / "report.html").read_bytes())


def _older(made: Path, sources: list[Path]) -> bool:
    """Whether a file is missing, or made before one of its sources was changed."""
    newest = max(path.stat().st_mtime for path in sources)
    return not made.exists() or made.stat().st_mtime < newest


def setup(app: Any) -> dict[str, bool]:
    """Register it."""
    app.connect("config-inited", make)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
