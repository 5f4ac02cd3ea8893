"""Whether mapped sentences find their translations: ``python -m benchmarks.retrieval``.

Maps are fitted on the STS benchmark's pairs and judged on the 1,000 pairs per language of Tatoeba.
Two encoders: MiniLM for English and an n-gram encoder, fitted on target text of other sets, for the
target. One encoder: MiniLM for both.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import real_data
from benchmarks.real_data import TARGETS, Vectors, VectorStore, say
from langalign_sk._io import text_table
from langalign_sk.maps import resolve_map
from langalign_sk.measures import retrieval, strong_alignment, wilson_interval

METHODS = ("procrustes", "ridge", "reduced_rank", "rcsls")
ORDERS: dict[str, dict[str, Any]] = {
    "cosine": {"method": "cosine"},
    "csls": {"method": "csls"},
    "margin, 4": {"method": "margin", "n_neighbors": 4},
    "inverted softmax": {"method": "inverted_softmax"},
}


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.retrieval", description=__doc__)
    real_data.add_options(parser)
    parser.add_argument("--lang", choices=TARGETS, action="append", help="default: all three")
    parser.add_argument("--small", action="store_true", help="400 pairs, 200 tested: no result")
    args = parser.parse_args(argv)
    english = VectorStore(real_data.english_encoder(args.encoder), args.cache)
    found = {
        lang: dict(judged(args.data, lang, english, small=args.small))
        for lang in args.lang or TARGETS
    }
    head = ("", "map", "P@1 csls", "95%", "P@5", "MRR", "back P@1", "xSIM err", "back", "mixed")
    for lang, table in found.items():
        n = next(iter(table.values()))["n"]
        print(f"\n{lang}-en, {n} Tatoeba pairs\n\n{text_table([head, *map(row, table.items())])}")
    if not args.small:
        real_data.write_result(
            "retrieval",
            {
                "command": "python -m benchmarks.retrieval",
                "versions": real_data.versions(),
                "retrieval": found,
            },
        )


def judged(
    data: Path, lang: str, english: VectorStore, *, small: bool
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the figures of each map by a name "encoders: map"."""
    table = real_data.read_tsv(data / "tatoeba" / f"{lang}-en.tsv")
    test = [table["en"][: 200 if small else None], table["target"][: 200 if small else None]]
    seen = {*table["en"], *table["target"]}
    pairs = [
        pair
        for pair in dict.fromkeys(zip(*real_data.stsb(data, lang), strict=True))
        if not seen & set(pair)
    ][: 400 if small else None]
    fit = [[pair[side] for pair in pairs] for side in (0, 1)]
    say(f"{lang}: {len(pairs)} pairs to fit on, {len(test[0])} to judge on")
    target = real_data.target_encoder(data, lang, reviews=False)
    encoders: dict[str, Any] = {"two encoders": target.transform, "one encoder": english}
    for name, encode in encoders.items():
        fit_s, fit_t = english(fit[0]), np.asarray(encode(fit[1]), dtype=np.float32)
        test_s, test_t = english(test[0]), np.asarray(encode(test[1]), dtype=np.float32)
        if name == "one encoder":
            yield f"{name}: no map", figures(test_s, test_t)
        for method in METHODS:
            fitted = resolve_map(method, random_state=0).fit(fit_s, fit_t)
            yield f"{name}: {method}", figures(fitted.transform(test_s), test_t)


def figures(source: Vectors, target: Vectors) -> dict[str, Any]:
    """Return all figures of one pair of test sides."""
    result: dict[str, Any] = {"n": len(source)}
    for name, options in ORDERS.items():
        found = retrieval(source, target, **options)
        result[name] = {
            side: {**vars(scores), "error": scores.error}
            for side, scores in (("forward", found.forward), ("backward", found.backward))
        }
    pool = strong_alignment(source, target)
    result["mixed pool"] = {**vars(pool.strong), "language_bias": pool.language_bias}
    return result


def row(item: tuple[str, dict[str, Any]]) -> tuple[str, ...]:
    """Return a line of the printed table."""
    name, found = item
    encoders, _, method = name.partition(": ")
    csls, xsim, n = found["csls"], found["margin, 4"], found["n"]
    low, high = wilson_interval(round(csls["forward"]["p_at_1"] * n), n)
    numbers = (
        csls["forward"]["p_at_5"],
        csls["forward"]["mrr"],
        csls["backward"]["p_at_1"],
        xsim["forward"]["error"],
        xsim["backward"]["error"],
        found["mixed pool"]["p_at_1"],
    )
    interval = f"{low:.3f}-{high:.3f}"
    first = f"{csls['forward']['p_at_1']:.3f}"
    return (encoders, method, first, interval, *(f"{x:.3f}" for x in numbers))


if __name__ == "__main__":
    main()
