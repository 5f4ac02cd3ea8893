"""The page "The literature, runnable", out of ``results/rows.json`` and of what the rows say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from benchmarks.markdown import table
from benchmarks.real_data import REPOSITORY
from benchmarks.rows import ROWS
from benchmarks.rows_base import GROUPS

PAGE = REPOSITORY / "docs" / "developer" / "literature.md"
HEAD = """# The literature, runnable

Systems that others have published, each as a statement that a command can try. One row says what
the system claims, what we found with this package, and where it lives. The encoders are frozen.

`python -m benchmarks.rows` runs all of them on real data through the public API and writes this
page. `--only 24` runs one, by the number in brackets; `--figures` prints the figures of every case.

USE, the multilingual Universal Sentence Encoder, is strong: a sentence finds its translation nearly
always. MiniLM (English) and character n-grams are weak spaces for Italian and Turkish together with
English. "MiniLM to USE" maps from the one space to the other. An interval in brackets is the 95%
interval of a difference over the same texts. P@1 is the share of rows that find their translation.
Two choices were made with the figures in view that judge them: how many copies there are of a text
(9), and below which weight a link is none (12).
"""


def rendered(result: Mapping[str, Any]) -> str:
    """Return the page."""
    rows = result["rows"]
    holding = [name for name, row in rows.items() if row["holds"]]
    parts = [HEAD, _count(len(holding), len(rows))]
    parts += [_not(rows)] if len(holding) < len(rows) else []
    if waiting := [f"{ROWS[name].system} ({name})" for name in ROWS if name not in rows]:
        parts.append(f"Not measured yet: {', '.join(waiting)}.\n")
    for group, title in GROUPS.items():
        names = [name for name in rows if ROWS[name].group == group]
        if names:
            lines = [["system", "claim", "found", "where"], *(_line(n, rows[n]) for n in names)]
            parts.append(f"## {title}\n\n{table(lines).replace('---:', '---')}")
    versions = ", ".join(f"{package} {v}" for package, v in result["versions"].items())
    minutes = sum(row["seconds"] for row in rows.values()) / 60
    parts.append(f"All rows took {minutes:.0f} minutes of one core. Versions: {versions}\n")
    return re.sub("\n{3,}", "\n\n", "\n".join(parts))


def _count(holding: int, n: int) -> str:
    return f"Of {n} statements {holding} hold.\n"


def _not(rows: Mapping[str, Any]) -> str:
    """Those that do not hold, by name."""
    names = [f"{ROWS[name].system} ({name})" for name, row in rows.items() if not row["holds"]]
    return f"These do not, or not everywhere; their rows say where: {', '.join(names)}.\n"


def _line(name: str, found: Mapping[str, Any]) -> list[str]:
    row = ROWS[name]
    said = f"**{'Holds' if found['holds'] else 'Does not hold'}:** {row.holds_when}."
    return [
        f"{row.system} ({name})",
        row.claims,
        f"{said} {found['said']} *{row.data}.* `python -m benchmarks.rows --only {name}`",
        ", ".join(f"{{py:obj}}`{shown.rpartition('.')[2]}`" for shown in row.shows),
    ]
