"""Statements of the literature, run through the public API: ``python -m benchmarks.literature``.

One line per system: what it says, in how many of the cases it holds, and with `--cases` the figures
of each. Topics are SIB-200 (all 1,004 sentences, five folds, logistic regression, C = 10);
pairs are 4,000 of STS-B (none in Turkish) and 1,000 of Tatoeba; words are 1,103 names of symbols
in six languages (`words.tsv`, out of Unicode CLDR). One encoder shared: USE for five languages,
MiniLM and an n-gram encoder for Italian and Turkish; apart: MiniLM for English, USE for the rest.

A run that was stopped goes on where it was: rows are kept below `--cache`, under the library's
source.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from collections.abc import Sequence
from typing import Any

from benchmarks import real_data
from benchmarks.literature_data import Material
from benchmarks.literature_rows import ROWS, Row
from benchmarks.real_data import say
from benchmarks.real_ledger import library_tag
from langalign_sk._io import text_table


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.literature", description=__doc__)
    real_data.add_options(parser)
    parser.add_argument("--row", nargs="+", choices=ROWS, default=list(ROWS))
    parser.add_argument("--redo", nargs="+", choices=ROWS, default=[], help="measure these anew")
    parser.add_argument("--cases", action="store_true", help="print the figures of every case")
    args = parser.parse_args(argv)
    args.cache.mkdir(parents=True, exist_ok=True)
    kept = args.cache / f"literature-{library_tag()}.json"
    done: dict[str, Any] = json.loads(kept.read_text("utf-8")) if kept.exists() else {}
    material = Material(args)
    for name in args.row:
        if name in done and name not in args.redo:
            continue
        done[name] = measured(ROWS[name], material)
        say(f"{name}: {done[name]['seconds']} s")
        kept.write_text(json.dumps(done), "utf-8")
    rows = {name: done[name] for name in ROWS if name in done}
    show(rows, cases=args.cases)
    if len(rows) == len(ROWS):
        head = {"command": "python -m benchmarks.literature", "versions": real_data.versions()}
        real_data.write_result("literature", head | {"rows": rows})


def measured(row: Row, material: Material) -> dict[str, Any]:
    """Try a statement everywhere."""
    started = time.time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # few pairs are part of what is measured
        cases = list(row.cases(material))
    return {
        "system": row.system,
        "statement": row.statement,
        "figures": row.figures,
        "holds": sum(case.holds for case in cases),
        "seconds": round(time.time() - started, 1),
        "cases": [
            {
                "where": case.where,
                "figures": [round(x, 4) for x in case.figures],
                "holds": bool(case.holds),
            }
            for case in cases
        ],
    }


def show(rows: dict[str, Any], *, cases: bool) -> None:
    """Print one line per statement, and the cases if asked."""
    table = [
        [name, row["system"], f"{row['holds']} of {len(row['cases'])}", row["statement"]]
        for name, row in rows.items()
    ]
    print(text_table([["row", "system", "holds", "statement"], *table]))
    for name, row in rows.items() if cases else ():
        print(f"\n{name}: {row['figures']}")
        for case in row["cases"]:
            figures = " ".join(f"{x:.3f}" for x in case["figures"])
            print(f"  {'+' if case['holds'] else '-'} {case['where']}: {figures}")


if __name__ == "__main__":
    main()
