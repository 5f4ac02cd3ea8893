"""Whether mapped sentences find their translations: ``python -m benchmarks.retrieval``.

Maps are fitted on the STS benchmark's pairs and judged on the 1,000 pairs per language of Tatoeba,
or "in domain" on half of Tatoeba and judged on the other half. Encoders: MiniLM for English and,
for the target, an n-gram encoder fitted on target text of other sets, or USE, the multilingual
universal sentence encoder; MiniLM for both; USE for both. Within one encoder, ridge starts from no
map unless it says "towards zero", and `LangAligner` has its defaults: it tells languages apart by
itself.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import real_data
from benchmarks.real_data import TARGETS, Vectors, say
from benchmarks.real_settings import MINILM, USE, Encoders
from langalign_sk import LangAligner
from langalign_sk._io import text_table
from langalign_sk.maps import RidgeMap, resolve_map
from langalign_sk.measures import retrieval, strong_alignment, wilson_interval

METHODS = ("procrustes", "ridge", "reduced_rank", "rcsls")
#: Besides, where one encoder serves both sides.
WITHIN: dict[str, Any] = {"ridge, towards zero": RidgeMap(towards="zero")}
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
    encoders = Encoders(args.data, args.cache, args.encoder)
    found = {
        lang: dict(judged(args.data, lang, encoders, small=args.small))
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
    data: Path, lang: str, encoders: Encoders, *, small: bool
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
    grams = real_data.target_encoder(data, lang, reviews=False).transform
    minilm, use = encoders.encode(MINILM), encoders.encode(USE)
    sides: dict[str, tuple[Any, Any]] = {
        "MiniLM, n-grams": (minilm, grams),
        "MiniLM, USE": (minilm, use),
        "MiniLM both": (minilm, minilm),
        "USE both": (use, use),
    }
    half = len(test[0]) // 2
    for name, encode in sides.items():
        given = [_rows(encode[side], fit[side]) for side in (0, 1)]
        judge = [_rows(encode[side], test[side]) for side in (0, 1)]
        one = encode[0] is encode[1]
        yield from mapped(name, given, judge, one=one)
        if name == "USE both":
            first, rest = [rows[:half] for rows in judge], [rows[half:] for rows in judge]
            yield from mapped(f"{name}, in domain", first, rest, one=one)


def mapped(
    name: str, fit: list[Vectors], test: list[Vectors], *, one: bool
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the figures of every map between two encoders or, with `one`, within one."""
    if one:
        yield f"{name}: no map", figures(*test)
        aligner = LangAligner((fit[0], fit[1])).fit(test[0])
        yield f"{name}: LangAligner", figures(aligner.transform(test[0]), test[1])
    for method, how in (dict(zip(METHODS, METHODS, strict=True)) | (WITHIN if one else {})).items():
        fitted = resolve_map(how, random_state=0).fit(*fit)
        yield f"{name}: {method}", figures(fitted.transform(test[0]), test[1])


def _rows(encode: Any, texts: Sequence[str]) -> Vectors:
    return np.asarray(encode(list(texts)), dtype=np.float32)


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
