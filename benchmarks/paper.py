"""The paper's experiment with what is at hand: ``python -m benchmarks.paper``.

LANGALIGN (arXiv:2503.18603): a map learned from translated sentences, between frozen encoders, and
a head that learns from English labels. Its two networks, FC and AE, forward (English rows into the
Korean encoder's space) and reverse (Korean rows into the English one's), three seeds each, beside
closed forms and the recipe of this package, English labels without a map, and Korean labels. Tasks:
inference (XNLI, English test to Korean dev, two texts a row) and sentiment (English film reviews to
Korean ones). Pairs: 4,000 of STS-B and 1,000 of Tatoeba; none is a sentence of a task. "apart" is
MiniLM for English and USE for Korean, "shared" USE for both. ``--step-1`` tunes MiniLM on the
English rows first. Each figure is written down at once; a run that was stopped goes on. Without a
map and with an encoder per language, "English only" is the largest class. Moved rows have unit
length, as the encoders' own, unless they stay "as they come".
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks import real_data
from benchmarks.paper_data import TASKS, Encoded, Texts, encoded
from benchmarks.paper_methods import METHODS, NATIVE, Fits, Method, hits
from benchmarks.real_data import VectorStore, say
from benchmarks.real_ledger import Ledger, library_tag
from benchmarks.real_methods import Cell
from benchmarks.results_tables import paper as paper_table
from langalign_sk import EmbeddingExtractor
from langalign_sk.measures import wilson_interval

APART, SHARED, TUNED = "apart", "shared", "apart, tuned"
NOTE = "Not here: machine translation (no translator is at hand), the paper's Japanese and Chinese."


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.paper", description=__doc__)
    real_data.add_options(parser)
    parser.add_argument("--task", nargs="+", choices=TASKS, default=list(TASKS))
    parser.add_argument("--seeds", type=int, default=3, help="of each network (default: 3)")
    parser.add_argument(
        "--step-1", nargs="+", choices=TASKS, default=[], help="tasks to tune the encoder for, too"
    )
    parser.add_argument("--tunings", type=int, default=1, help="per task (default: 1)")
    parser.add_argument("--epochs", type=float, default=2, help="of a tuning (default: 2)")
    parser.add_argument("--tag", help="of the cells; default: a digest of the library's source")
    parser.add_argument("--no-result", action="store_true", help="write no result file")
    args = parser.parse_args(argv)

    tag = args.tag or library_tag()
    ledger = Ledger(args.cache / "paper.jsonl")
    use = VectorStore(EmbeddingExtractor("use"), args.cache)
    english = VectorStore(real_data.english_encoder(args.encoder), args.cache)
    fits, lines, seeds = Fits(), [], range(args.seeds)
    for name in args.task:
        task = TASKS[name](args.data)
        for setting, encoder in ((APART, english), (SHARED, use)):
            case = encoded(task, encoder, use)
            run = Run(task, setting, dict.fromkeys(seeds, case), fits, ledger, tag)
            lines += run.lines(METHODS)
        if name in args.step_1:
            from benchmarks.paper_tuning import tuned_encoder

            cases = {
                seed: encoded(task, tuned_encoder(args, task, seed), use)
                for seed in range(args.tunings)
            }
            setting = f"{TUNED} for {args.epochs:g} epochs"
            lines += Run(task, setting, cases, Fits(), ledger, tag, drawn=True).lines(METHODS)
    print(paper_table({"cells": lines}))
    print(NOTE)
    if not args.no_result:
        result = {
            "command": "python -m benchmarks.paper",
            "versions": real_data.versions(),
            **({"tunings_per_task": args.tunings} if args.step_1 else {}),
            "cells": lines,
        }
        real_data.write_result("paper", result)


@dataclass(frozen=True)
class Run:
    """A task in one setting: its vectors by seed, which differ where the encoder is `drawn`."""

    task: Texts
    setting: str
    cases: dict[int, Encoded]
    fits: Fits
    ledger: Ledger
    tag: str
    drawn: bool = False

    def lines(self, methods: Sequence[Method]) -> list[dict[str, Any]]:
        """Every method, with the mean over seeds of what is drawn."""
        lines = []
        for method in methods:
            several = method.drawn or (self.drawn and method.name != NATIVE)
            seeds = list(self.cases) if several else list(self.cases)[:1]
            cells = [self._cell(method, seed) for seed in seeds]
            right = np.mean([cell.right for cell in cells], axis=0)
            low, high = wilson_interval(round(float(right.sum())), len(right))
            line: dict[str, Any] = {
                "task": self.task.name,
                "setting": self.setting,
                "method": method.title,
                "n": len(right),
                "accuracy": float(right.mean()),
                "low": low,
                "high": high,
                "seeds": [float(cell.right.mean()) for cell in cells],
            }
            lines.append(line)
        return lines

    def _cell(self, method: Method, seed: int) -> Cell:
        """One figure: found where it was written down, else computed."""
        place = {"task": self.task.name, "setting": self.setting, "method": method.title}
        place |= {"seed": str(seed)}
        said = json.dumps([*place.values(), len(self.cases[seed].S), self.tag])
        key = hashlib.sha256(said.encode()).hexdigest()[:24]
        cell = self.ledger.get(key)
        if cell is not None:
            return cell
        started = time.perf_counter()
        at = (self.setting, seed if self.drawn else None)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            right = hits(self.cases[seed], method, seed, self.fits, at)
        told = sorted({f"{w.category.__name__}: {w.message}"[:200] for w in caught})
        cell = Cell(right, round(time.perf_counter() - started, 1), told)
        self.ledger.put(key, cell, **place)
        say(f"{', '.join(place.values())}: {right.mean():.3f}")
        return cell


if __name__ == "__main__":
    main()
