"""Write the tables of docs/monitoring.md anew: ``python -m benchmarks.monitoring_tables``."""

from __future__ import annotations

import json
from typing import Any

from benchmarks.markdown import table
from benchmarks.real_data import REPOSITORY, RESULTS

PAGE = REPOSITORY / "docs" / "monitoring.md"
RESULT = RESULTS / "monitoring.json"
#: Change → what the page calls it.
_CHANGES = {
    "nothing": "nothing: false alarms",
    "language": "a fifth in another language",
    "domain": "a fifth of another domain",
    "garbage": "a fifth garbage",
    "class": "a class doubles",
}


def main() -> None:
    result = json.loads(RESULT.read_text("utf-8"))
    PAGE.write_text(rendered(PAGE.read_text("utf-8"), result), encoding="utf-8")


def rendered(page: str, result: dict[str, Any]) -> str:
    """The page with each table between its marks made anew."""
    for name, make in (("alarms", alarms), ("abstaining", abstaining)):
        before, mark, rest = page.partition(f"<!-- {name}: ")
        line, end, after = rest.partition(f"<!-- end of {name} -->")
        page = f"{before}{mark}{line.splitlines()[0]}\n\n{make(result)}\n{end}{after}"
    return page


def alarms(result: dict[str, Any]) -> str:
    """How often each change is seen, by task and encoders."""
    rows = [["task", "encoders", *_CHANGES.values()]]
    for one in result["alarms"]:
        shown = [f"{100 * one[change]:.1f}%" for change in _CHANGES]
        shown[0] += f" ({100 * one['nothing, from']:.1f}-{100 * one['nothing, to']:.1f})"
        rows.append([one["task"], one["encoders"], *shown])
    return table(rows)


def abstaining(result: dict[str, Any]) -> str:
    """What answering above a threshold comes to."""
    rows = [["task", "encoders", "wrong without", "risk stated", "wrong", "answered", "kept"]]
    for one in result["abstaining"]:
        figures = [one[name] for name in ("wrong", "risk", "error", "answered", "kept")]
        rows.append([one["task"], one["encoders"], *(f"{100 * v:.1f}%" for v in figures)])
    return table(rows)


if __name__ == "__main__":
    main()
