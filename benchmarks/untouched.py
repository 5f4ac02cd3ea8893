"""The recipe where nothing about it was chosen: ``python -m benchmarks.untouched``.

The constants of `TransferClassifier` were chosen with the topics of SIB-200 carried from English in
sight. Here the same topics go between Japanese, Chinese and Korean, two n-gram encoders and the
STS benchmark as pairs, and from English to Japanese with 16,000 pairs of another source. One
five-fold cross-validation over all 1,004 sentences; shares are of a head tuned on target labels.

Unlabelled text is the target side of the training folds, which are translations of the labelled
sentences; in the sections "apart" every other training sentence is labelled, and the unlabelled
text is the translation of the rest, so that none is a translation of a labelled one.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

from benchmarks import real_data
from benchmarks.quality_data import Case
from benchmarks.quality_methods import NATIVE, Aligned, Transfer, aligned, transfers
from benchmarks.quality_runs import out_of_domain
from benchmarks.quality_score import Hits, share
from benchmarks.real_data import VectorStore, say
from langalign_sk import ReverseAligner
from langalign_sk._io import text_table

DIRECTIONS = (("ja", "zh"), ("zh", "ko"), ("ko", "ja"))
OTHER_PAIRS = "en > ja, other pairs"
COUNTS = (None, 1000, 300)


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.untouched", description=__doc__)
    real_data.add_options(parser)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="one direction, no result written")
    args = parser.parse_args(argv)
    cases = [between(args.data, *langs) for langs in DIRECTIONS[: 1 if args.quick else None]]
    if not args.quick:
        english = VectorStore(real_data.english_encoder(args.encoder), args.cache)
        cases.append(with_other_pairs(args.data, english))
    work = [delayed(judged)(case, n) for case in cases for n in COUNTS]
    native: dict[str, Hits] = {}
    sections: dict[str, dict[str, dict[str, Hits]]] = {}
    for name, found in Parallel(n_jobs=args.jobs)(work):
        for section, rows in found.items():
            say(f"{name}: {section}")
            native.setdefault(name, rows.get(NATIVE, np.zeros(0)))
            sections.setdefault(section, {})[name] = rows
    result: dict[str, Any] = {
        "command": "python -m benchmarks.untouched",
        "versions": real_data.versions(),
        "n": len(cases[0].y),
        "mean_over": "all four" if not args.quick else "one",
        "pairs": {case.name: len(case.S) for case in cases},
        "sections": {section: table(rows, native) for section, rows in sections.items()},
    }
    for section, methods in result["sections"].items():
        print(f"\n{section}\n")
        rows = [[method, *_cells(cell, list(native))] for method, cell in methods.items()]
        print(text_table([["", *native, "mean share of native"], *rows]))
    if not args.quick:
        real_data.write_result("untouched", result)


def between(data: Path, source: str, target: str) -> Case:
    """Topics from one of the three languages to another."""
    encoders = {
        lang: real_data.target_encoder(data, lang, reviews=False) for lang in (source, target)
    }
    both = zip(real_data.stsb(data, source)[1], real_data.stsb(data, target)[1], strict=True)
    pairs = list(dict.fromkeys(both))
    topics = {lang: real_data.sib200(data, lang) for lang in (source, target)}
    return Case(
        f"{source} > {target}",
        target,
        encoders[source].transform(topics[source].texts),
        encoders[target].transform(topics[target].texts),
        topics[target].labels,
        encoders[source].transform([left for left, _ in pairs]),
        encoders[target].transform([right for _, right in pairs]),
        source,
    )


def with_other_pairs(data: Path, english: VectorStore, *, n_pairs: int = 16_000) -> Case:
    """Topics from English to Japanese, by pairs that no other measurement reads."""
    table = real_data.read_tsv(data / "enja" / "train.tsv.gz")
    rows = np.random.default_rng(0).permutation(len(table["en"]))[:n_pairs]
    encoder = real_data.target_encoder(data, "ja", reviews=False)
    topics = {lang: real_data.sib200(data, lang) for lang in ("en", "ja")}
    return Case(
        OTHER_PAIRS,
        "ja",
        english(topics["en"].texts),
        encoder.transform(topics["ja"].texts),
        topics["ja"].labels,
        english([table["en"][row] for row in rows]),
        encoder.transform([table["ja"][row] for row in rows]),
    )


def judged(case: Case, n_pairs: int | None) -> tuple[str, dict[str, dict[str, Hits]]]:
    """Cross-validate every method with so many pairs, on one core."""
    with threadpool_limits(1):
        methods: list[Any] = [*aligned(short=True), *transfers()]
        if n_pairs is None:
            methods.insert(2, Aligned("ReverseAligner, round trip, kernel", _kernel_round_trip))
        found = out_of_domain(case, methods, n_pairs, repeats=1, native=n_pairs is None)
        title = "apart, " + ("all pairs" if n_pairs is None else f"{n_pairs} pairs")
        return case.name, found | {title: apart(case, n_pairs)}


def apart(case: Case, n_pairs: int | None) -> dict[str, Hits]:
    """Labels of every other training sentence, unlabelled translations of the others."""
    pairs = case.pairs(n_pairs)
    found = {}
    for method in (Transfer("without"), Transfer("with unlabelled text", unlabeled=True)):
        hits = np.zeros(len(case.y))
        for train, test in case.folds(0):
            labelled, rest = train[::2], train[1::2]
            model = method.fit(pairs, case.pool(rest), case.english(labelled), case.y[labelled])
            hits[test] = model.predict(case.target(test)) == case.y[test]
        found[method.name] = hits
    return found


def table(by_case: dict[str, dict[str, Hits]], native: dict[str, Hits]) -> dict[str, Any]:
    """Accuracy of each method by case, and the mean share of native."""
    cases = list(by_case)
    return {
        method: {
            "accuracy": {name: float(by_case[name][method].mean()) for name in cases},
            "share": share([by_case[c][method] for c in cases], [native[c] for c in cases]),
        }
        for method in by_case[cases[0]]
    }


def _kernel_round_trip(pairs: Any) -> ReverseAligner:
    return ReverseAligner(pairs, method="kernel", round_trip=True, random_state=0)


def _cells(cell: dict[str, Any], names: list[str]) -> list[str]:
    """Accuracies and the share, as text."""
    accuracies = [f"{cell['accuracy'][name]:.3f}" for name in names]
    return [*accuracies, "{:.3f} [{:.3f}, {:.3f}]".format(*cell["share"])]


if __name__ == "__main__":
    main()
