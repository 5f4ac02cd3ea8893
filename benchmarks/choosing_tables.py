"""Write the tables of docs/choosing.md anew: ``python -m benchmarks.choosing_tables``."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from benchmarks.markdown import table
from benchmarks.real_data import REPOSITORY, RESULTS

PAGE = REPOSITORY / "docs" / "choosing.md"


def main() -> None:
    PAGE.write_text(rendered(PAGE.read_text("utf-8")), encoding="utf-8")


def rendered(page: str) -> str:
    """The page with each table between its marks made anew; those without results stay."""
    for name, make in TABLES.items():
        path = RESULTS / f"{name}.json"
        if path.exists():
            before, mark, rest = page.partition(f"<!-- {name}: ")
            line, end, after = rest.partition(f"<!-- end of {name} -->")
            made = make(json.loads(path.read_text("utf-8")))
            page = f"{before}{mark}{line.splitlines()[0]}\n\n{made}\n{end}{after}"
    return page


def choosing(result: dict[str, Any]) -> str:
    """One row per score: rank correlation and points lost, mean and worst over the cases."""
    cases = list(result["cases"].values())
    rows = []
    for name in cases[0]["judged"]:
        cells = [case["judged"][name] for case in cases]
        follows = [cell["correlation"] for cell in cells]
        lost = [cell["lost"] for cell in cells]
        figures = np.mean(follows), min(follows), np.mean(lost), max(lost)
        rows.append([name, *(f"{v:.{1 + (i < 2)}f}" for i, v in enumerate(figures))])
    rows.sort(key=lambda row: float(row[3]))
    head = ["score", "rank correlation", "worst case", "points lost", "worst case"]
    return table([head, *rows])


def estimate(result: dict[str, Any]) -> str:
    """One row per group of estimates."""
    rows = [
        [
            row["over"],
            "yes" if row["unlabeled"] else "no",
            str(row["n"]),
            f"{row['mean_absolute_error']:.3f}",
            f"{row['error_of_source_accuracy']:.3f}",
            f"{row['bias']:+.3f}",
            f"{row['inside']:.0%}",
            f"{row['width']:.2f}",
            f"{row['reliable']:.0%}",
        ]
        for row in result["summary"]
    ]
    head = ["over", "unlabelled rows", "estimates", "mean absolute error", "of the source accuracy"]
    return table([[*head, "bias", "inside the interval", "its width", "called reliable"], *rows])


def suggest(result: dict[str, Any]) -> str:
    """One row per case: accuracy with random rows, and the gain of suggested ones."""
    rows = []
    for name, case in result["cases"].items():
        cells = [name, str(case["n_test"]), f"{case['without']:.3f}"]
        for n, cell in case["strategies"]["suggest_labels"].items():
            random = case["strategies"]["random"][n]["accuracy"]
            cells += [f"{random:.3f}", "{:+.3f} [{:+.3f}, {:+.3f}]".format(*cell["gain"])]
        rows.append(cells)
    numbers = next(iter(result["cases"].values()))["strategies"]["suggest_labels"]
    head = ["case", "test rows", "no label"]
    for n in numbers:
        head += [f"{n} at random", f"gain if suggested ({n})"]
    return table([head, *rows])


TABLES = {"choosing": choosing, "estimate": estimate, "suggest": suggest}


if __name__ == "__main__":
    main()
