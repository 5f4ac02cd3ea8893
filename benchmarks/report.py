"""What following the transfer report's advice costs: ``python -m benchmarks.report``.

Encoders, tasks and pairs are those of `benchmarks.real_encoders`. One half of a task is labelled in
English, and the other half is predicted in the other language; then the halves change places, so
that every row is predicted once and by no model that saw its translation. The advice without target
labels is made from the first half's English texts, the pairs and the other half's target texts; its
loss is what the advised way is behind the best one over all rows. With target labels, the advice is
made from random halves of the rows and judged on the others.

The rule without target labels was chosen with the cases of `CHOSEN_ON` in sight; the others
confirm it.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks import real_data
from benchmarks.real_data import say
from benchmarks.real_ledger import library_tag
from benchmarks.real_settings import SETTINGS, Encoders
from benchmarks.real_tasks import LANGUAGES, TASKS, Task, tasks
from langalign_sk import ParallelCorpus
from langalign_sk._io import text_table
from langalign_sk.measures import PairedBootstrap
from langalign_sk.report import KINDS, compared_ways, simplest

#: Settings of `benchmarks.real_settings` that are measured.
MEASURED = ("apart", "shared", "shared MiniLM", "n-gram")
SIZES = (1000, 5000)
#: Setting, task, language and pairs of the cases that the rule was chosen on.
CHOSEN_ON = {
    ("apart", "intents", "it", 1000),
    ("apart", "intents", "tr", 5000),
    ("apart", "topics", "it", 1000),
    ("apart", "topics", "ja", 5000),
    ("apart", "topics", "ko", 1000),
    ("apart", "topics", "ko", 5000),
    ("apart", "topics", "zh", 1000),
    ("n-gram", "intents", "it", 1000),
    ("n-gram", "intents", "it", 5000),
    ("n-gram", "intents", "tr", 1000),
    ("n-gram", "topics", "it", 1000),
    ("n-gram", "topics", "ja", 5000),
    ("n-gram", "topics", "ko", 1000),
    ("n-gram", "topics", "ko", 5000),
    ("n-gram", "topics", "tr", 1000),
    ("n-gram", "topics", "zh", 1000),
    ("n-gram", "topics", "zh", 5000),
    ("shared", "intents", "it", 1000),
    ("shared", "intents", "tr", 5000),
    ("shared", "topics", "it", 5000),
    ("shared", "topics", "ja", 1000),
    ("shared", "topics", "ko", 1000),
    ("shared", "topics", "tr", 1000),
    ("shared", "topics", "zh", 5000),
    ("shared MiniLM", "intents", "it", 1000),
    ("shared MiniLM", "intents", "it", 5000),
    ("shared MiniLM", "intents", "tr", 1000),
    ("shared MiniLM", "topics", "it", 1000),
    ("shared MiniLM", "topics", "it", 5000),
    ("shared MiniLM", "topics", "tr", 1000),
}
_DRAWS = 20


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report", description=__doc__)
    real_data.add_options(parser)
    several: dict[str, Any] = {"nargs": "+"}
    parser.add_argument("--setting", **several, choices=SETTINGS, default=list(MEASURED))
    parser.add_argument("--task", **several, choices=TASKS, default=["topics", "intents"])
    parser.add_argument("--lang", **several, choices=LANGUAGES, default=list(LANGUAGES))
    parser.add_argument("--pairs", **several, type=int, default=list(SIZES))
    parser.add_argument("--dry-run", action="store_true", help="do not write the result file")
    args = parser.parse_args(argv)
    cases = list(measure_all(args))
    print(as_table(cases))
    if not args.dry_run:
        settings = {"command": "python -m benchmarks.report", "versions": real_data.versions()}
        real_data.write_result("report", settings | {"cases": cases})


def measure_all(args: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Measure every case, or take it from a run of the same library that was stopped."""
    encoders = Encoders(args.data, args.cache, args.encoder)
    args.cache.mkdir(parents=True, exist_ok=True)
    path, tag = args.cache / "report.jsonl", library_tag()
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    known = {tuple(entry["key"]): entry["case"] for entry in map(json.loads, lines)}
    for setting in args.setting:
        for task in tasks(args.data, args.task, args.lang):
            covered = SETTINGS[setting].languages or LANGUAGES
            if task.lang not in covered:
                continue
            sizes = dict.fromkeys(min(n, len(task.pairs[0])) for n in args.pairs)
            for n in sizes:
                key = (tag, str(args.encoder), setting, task.name, task.lang, n, len(task.y))
                if key not in known:
                    known[key] = measure(encoders, setting, task, n)
                    with path.open("a", encoding="utf-8") as file:
                        file.write(json.dumps({"key": key, "case": known[key]}) + "\n")
                yield known[key]


def measure(encoders: Encoders, setting: str, task: Task, n: int) -> dict[str, Any]:
    """Compare every way on both halves of a task; follow the advice of the first."""
    start = time.perf_counter()
    chosen = np.random.default_rng(0).permutation(len(task.pairs[0]))[:n]
    source, target = ([side[row] for row in chosen] for side in task.pairs)
    pairs = ParallelCorpus(source, target, source_lang="en", target_lang=task.lang)
    embedder = encoders.extractor(SETTINGS[setting], task)
    half = np.random.default_rng(0).permutation(len(task.y)) % 2 == 0
    right: dict[str, list[bool]] = {}
    advice: Any = None
    with threadpool_limits(1, user_api="blas"):
        for train, test in ((half, ~half), (~half, half)):
            compared = compared_ways(
                [task.english[row] for row in np.flatnonzero(train)],
                task.y_english[train],
                pairs=pairs,
                embedder=embedder,
                X_target=[task.target[row] for row in np.flatnonzero(test)],
                judged=advice is None,
            )
            for name, found in compared.predicted.items():
                right.setdefault(name, []).extend((found == task.y[test]).tolist())
            kinds = compared.kinds
            if advice is None:
                advice, scores = compared.advice, compared.scores
    accuracy = {name: float(np.mean(rows)) for name, rows in right.items()}
    best = max(accuracy, key=lambda name: accuracy[name])
    case = {
        "setting": setting,
        "task": task.name,
        "lang": task.lang,
        "pairs": n,
        "n": len(task.y),
        "chosen_on": (setting, task.name, task.lang, n) in CHOSEN_ON,
        "seconds": round(time.perf_counter() - start, 1),
        "accuracy": accuracy,
        "score": scores,
        "best": best,
        "advised": advice.candidate,
        "loss": accuracy[best] - accuracy[advice.candidate],
        "agreement": advice.agreement,
        "no_map_is_as_good": advice.no_map_is_as_good,
        "loss_with_labels": with_labels(right, kinds),
    }
    say(f"{setting}, {task.name}, {task.lang}, {n}: {advice.candidate}, {case['loss']:.3f}")
    return case


def with_labels(right: dict[str, list[bool]], kinds: dict[str, str]) -> float:
    """Mean loss on half of the rows of what the labels of the other half advise."""
    ranks = [KINDS.index(kinds[name]) for name in right]
    rows = np.array(list(right.values()))
    losses = []
    for seed in range(_DRAWS):
        order = np.random.default_rng(seed).permutation(rows.shape[1])
        seen, unseen = rows[:, order[: len(order) // 2]], rows[:, order[len(order) // 2 :]]
        draws = PairedBootstrap(seen.shape[1], random_state=seed).mean(seen)
        accuracy = unseen.mean(axis=1)
        chosen = simplest(ranks, seen.mean(axis=1), draws)
        losses.append(float(accuracy.max() - accuracy[chosen]))
    return float(np.mean(losses))


def as_table(cases: Sequence[dict[str, Any]]) -> str:
    """Print what the advice was and what it costs."""
    head = ["case", "best", "advised without labels", "loss", "with labels"]
    rows = [
        [
            f"{case['setting']}, {case['task']} {case['lang']}, {case['pairs']:,} pairs",
            f"{case['best']} {case['accuracy'][case['best']]:.3f}",
            case["advised"],
            f"{case['loss']:.3f}" + ("*" if case["chosen_on"] else ""),
            f"{case['loss_with_labels']:.3f}",
        ]
        for case in cases
    ]
    for name, some in (
        ("all", cases),
        ("not chosen on", [case for case in cases if not case["chosen_on"]]),
    ):
        if some:
            losses = [case["loss"] for case in some]
            rows.append(
                [
                    f"{name}: {len(some)} cases",
                    f"a point at most in {np.mean(np.array(losses) <= 0.01):.0%}",
                    f"most {max(losses):.3f}",
                    f"{np.mean(losses):.4f}",
                    f"{np.mean([case['loss_with_labels'] for case in some]):.4f}",
                ]
            )
    return text_table([head, *rows])


if __name__ == "__main__":
    main()
