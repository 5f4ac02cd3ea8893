"""Write the tables of docs/developer/choosing.md anew: ``python -m benchmarks.choosing_tables``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.choosing import RANDOM, regret
from benchmarks.markdown import table
from benchmarks.real_data import REPOSITORY, RESULTS

PAGE = REPOSITORY / "docs" / "developer" / "choosing.md"
#: The score that the page recommends: measure="transfer" of PairScorer.
RECOMMENDED = "English CV x soft"
#: How the names of settings end.
PENALTIES = (", C=0.3", ", C=10")


def main() -> None:
    PAGE.write_text(rendered(PAGE.read_text("utf-8")), encoding="utf-8")


def rendered(page: str) -> str:
    """The page with each table between its marks made anew; those without results stay."""
    for name, (file, make) in TABLES.items():
        path = RESULTS / f"{file}.json"
        if path.exists():
            before, mark, rest = page.partition(f"<!-- {name}: ")
            line, end, after = rest.partition(f"<!-- end of {name} -->")
            made = make(json.loads(path.read_text("utf-8")))
            page = f"{before}{mark}{line.splitlines()[0]}\n\n{made}\n{end}{after}"
    return page


def choosing(result: dict[str, Any]) -> str:
    """One row per score: rank correlation and points lost, mean and worst, and by setting."""
    cases = result["cases"]
    settings = list(dict.fromkeys(map(_setting, cases)))
    rows = []
    for name in next(iter(cases.values()))["judged"]:
        cells = [case["judged"][name] for case in cases.values()]
        follows = [cell["correlation"] for cell in cells]
        lost = [cell["lost"] for cell in cells]
        figures = [np.mean(follows), min(follows), np.mean(lost), max(lost)]
        if len(settings) > 1:
            figures += [
                np.mean([_lost(case, name) for at, case in cases.items() if _setting(at) == one])
                for one in settings
            ]
        rows.append([name, *(f"{v:.{1 + (i < 2)}f}" for i, v in enumerate(figures))])
    rows.sort(key=lambda row: float(row[3]))
    head = ["score", "rank correlation", "worst case", "points lost", "worst case"]
    return table([[*head, *(f"lost, {one}" for one in settings if len(settings) > 1)], *rows])


def unseen(result: dict[str, Any]) -> str:
    """For each task, and each setting: the score that is best on the others, and what it loses."""
    cases = result["cases"]
    rows, all_lost = [], []
    groups = [_task] if len(set(map(_setting, cases))) == 1 else [_task, _setting]
    for group in groups:
        for one in dict.fromkeys(map(group, cases)):
            others = [case for name, case in cases.items() if group(name) != one]
            score = min(others[0]["scores"], key=lambda s: np.mean([_lost(c, s) for c in others]))
            here = [case for name, case in cases.items() if group(name) == one]
            lost = [(_lost(case, score), _lost(case, RECOMMENDED)) for case in here]
            all_lost += lost if group is _task else []
            rows.append([one, score, *_mean_and_worst(lost)])
    rows.append(["all cases, by task", "", *_mean_and_worst(all_lost)])
    head = ["task or setting", "best score on the others", "it loses here", "worst case"]
    return table([[*head, f"{RECOMMENDED} loses", "worst case"], *rows])


def one_penalty(result: dict[str, Any]) -> str:
    """Points lost by following a score, among all settings and with one penalty of the head."""
    cases = list(result["cases"].values())
    rows = []
    for score in [*cases[0]["scores"], RANDOM]:
        cells = []
        for ending in ("", *PENALTIES):
            lost = []
            for case in cases:
                mine = [name.endswith(ending) for name in case["settings"]]
                truth = np.array(case["accuracy"])[mine]
                # One score for all is no choice: a setting at random.
                values = np.array(case["scores"].get(score, np.zeros(len(mine))))[mine]
                lost.append(regret(values, truth))
            cells.append(f"{np.mean(lost):.1f}")
        rows.append([score, *cells])
    rows.sort(key=lambda row: float(row[1]))
    return table([["score", "all settings", *(f"only {p.strip(', ')}" for p in PENALTIES)], *rows])


def _task(case: str) -> str:
    """The task of a case, of its name."""
    return case.partition(",")[0]


def _setting(case: str) -> str:
    """The pair of encoders of a case, of its name."""
    parts = case.split(", ")
    return parts[2] if len(parts) > 2 else "n-gram"


def _lost(case: dict[str, Any], score: str) -> float:
    """Points lost by following a score."""
    return float(case["judged"][score]["lost"])


def _mean_and_worst(lost: Sequence[tuple[float, float]]) -> list[str]:
    """Cells of both columns of losses."""
    return [f"{cell(column):.1f}" for column in zip(*lost, strict=True) for cell in (np.mean, max)]


def estimate(result: dict[str, Any]) -> str:
    """One row per group of estimates."""
    head = ["over", "unlabelled rows", "estimates", *_ESTIMATE]
    rows = [[row["over"], *_estimate_cells(row)] for row in result["summary"]]
    return table([head, *rows])


def confirmed(result: dict[str, Any]) -> str:
    """One row per task or setting that the constants were chosen without."""
    head = ["judged on", "unlabelled rows", "estimates", *_ESTIMATE, "constants"]
    rows = [
        [row["without"], *_estimate_cells(row), ", ".join(f"{c:g}" for c in row["constants"])]
        for row in result["confirmed"]
    ]
    return table([head, *rows])


_ESTIMATE = (
    "called reliable",
    "mean absolute error",
    "of the source accuracy",
    "bias",
    "inside the interval",
    "half its width",
)


def _estimate_cells(row: dict[str, Any]) -> list[str]:
    """Cells of a group of estimates; without a reliable one there is nothing to tell."""
    figures = {
        "mean_absolute_error": ".3f",
        "error_of_source_accuracy": ".3f",
        "bias": "+.3f",
        "inside": ".0%",
        "half_width": ".3f",
    }
    told = ["" if row[name] is None else f"{row[name]:{form}}" for name, form in figures.items()]
    return ["yes" if row["unlabeled"] else "no", str(row["n"]), f"{row['reliable']:.0%}", *told]


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


#: Mark on the page → file of results, and what makes the table of them.
TABLES = {
    "choosing": ("choosing", choosing),
    "unseen": ("choosing", unseen),
    "one-penalty": ("choosing", one_penalty),
    "estimate": ("estimate", estimate),
    "confirmed": ("estimate", confirmed),
    "suggest": ("suggest", suggest),
}


if __name__ == "__main__":
    main()
