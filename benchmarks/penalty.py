"""Is the penalty chosen well, and which map for a fixed head: ``python -m benchmarks.penalty``.

Topics of SIB-200 carried from English, five folds over all 1,004 sentences, pairs of other domains.
Penalties are chosen on the pairs; "best in hindsight" is the grid's best mean over the target
labels of all languages, which nobody has.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import clone
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

from benchmarks import real_data
from benchmarks.real_data import TARGETS, Vectors, VectorStore, say
from benchmarks.transfer import cross, head
from langalign_sk._io import text_table
from langalign_sk.corpus import PairMoments
from langalign_sk.maps import MomentMap, MultiStepMap, RidgeMap, compose

SIZES = (100, 300, 1_000, 3_000, 10_000, None)
ALPHAS = tuple(10.0 ** (k / 2) for k in range(-6, 4))
ROUND_TRIP: dict[str, MomentMap] = {
    "ridge, GCV": RidgeMap(),
    "whitened, GCV, p = 3/4": MultiStepMap(whiten=True, shrinkage="gcv", reweight=0.75),
    "whitened, OAS, p = 1/2": MultiStepMap(whiten=True, reweight=0.5),
    **{f"ridge, alpha = {alpha:.2g}": RidgeMap(alpha) for alpha in ALPHAS},
}
#: Reverse, the head trained on raw English rows.
FIXED_HEAD: dict[str, MomentMap] = {
    "ridge, GCV": RidgeMap(),
    "whitened, OAS, p = 0": MultiStepMap(whiten=True),
    "whitened, OAS, p = 1/2": MultiStepMap(whiten=True, reweight=0.5),
    "whitened, GCV, p = 1/2": MultiStepMap(whiten=True, shrinkage="gcv", reweight=0.5),
}
BEST = "ridge, best alpha in hindsight"
Right = npt.NDArray[np.bool_]
#: Setting → size → one array of hits per language and draw.
Hits = dict[str, dict[str, list[Right]]]


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.penalty", description=__doc__)
    real_data.add_options(parser)
    parser.add_argument("--lang", nargs="+", choices=TARGETS, default=TARGETS)
    parser.add_argument("--draws", type=int, default=3, help="draws of few pairs (default: 3)")
    parser.add_argument("--dry-run", action="store_true", help="do not write the result file")
    args = parser.parse_args(argv)
    store = VectorStore(real_data.english_encoder(args.encoder), args.cache)
    hits: Hits = {}
    for lang in args.lang:
        measure(args.data, lang, store, args.draws, hits)
    tables = {
        "round trip": {name: hits[f"round trip: {name}"] for name in ROUND_TRIP},
        "reverse, fixed head": {name: hits[f"fixed head: {name}"] for name in FIXED_HEAD},
    }
    result: dict[str, Any] = {}
    for title, table in tables.items():
        rows = {
            name: {size: mean(found) for size, found in row.items()} for name, row in table.items()
        }
        if title == "round trip":
            rows = {**rows, BEST: in_hindsight(rows)}
        shown = {name: row for name, row in rows.items() if "alpha = " not in name}
        base = table["ridge, GCV"]
        gains = {
            name: {size: gain(row[size], base[size]) for size in row}
            for name, row in table.items()
            if name in shown and name != "ridge, GCV"
        }
        sizes = list(base)
        body = [[name, *(f"{row[size]:.3f}" for size in sizes)] for name, row in shown.items()]
        print(f"\n{title}: mean accuracy over {', '.join(args.lang)}, by number of pairs\n")
        print(text_table([["", *sizes], *body]))
        print("\nless ridge, GCV [95% interval, paired bootstrap over sentences]\n")
        body = [
            [name, *("{:+.3f} [{:+.3f}, {:+.3f}]".format(*row[size]) for size in sizes)]
            for name, row in gains.items()
        ]
        print(text_table([["", *sizes], *body]))
        result[title] = {"accuracy": rows, "gain_over_ridge": gains}
    if not args.dry_run:
        real_data.write_result(
            "penalty",
            {
                "command": "python -m benchmarks.penalty",
                "versions": real_data.versions(),
                "languages": list(args.lang),
                "items": len(next(iter(base.values()))[0]),
                "draws": args.draws,
                **result,
            },
        )


def measure(data: Path, lang: str, store: VectorStore, draws: int, hits: Hits) -> None:
    """Add the hits of every setting on one language."""
    topics_en, topics = real_data.sib200(data, "en"), real_data.sib200(data, lang)
    pairs_en, pairs_target = real_data.sentence_pairs(data, lang)
    encoder = real_data.target_encoder(data, lang, reviews=lang == "ko")
    X_en, X = store(topics_en.texts), encoder.transform(topics.texts)
    S, T = store(pairs_en), encoder.transform(pairs_target)
    folds = list(StratifiedKFold(5, shuffle=True, random_state=0).split(X, topics.labels))
    for size in SIZES:
        if size is not None and size > len(S):
            continue
        say(f"{lang}: {size or 'all'} pairs")
        # More draws where a draw says less; all pairs there are only once.
        for draw in range(1 if size is None else draws):
            rows = np.random.default_rng(draw).permutation(len(S))[:size]
            moments = PairMoments.from_rows(S[rows], T[rows])
            found = transfer(moments, X_en, X, topics.labels, folds)
            for name, right in found.items():
                of_size = hits.setdefault(name, {}).setdefault(str(size or "all"), [])
                of_size.append(right)


def transfer(
    moments: PairMoments, X_en: Vectors, X: Vectors, y: npt.NDArray[Any], folds: list[Any]
) -> dict[str, Right]:
    """Return which target sentences come out right, by setting."""
    right = {}
    for name, method in ROUND_TRIP.items():
        there, back = fitted(method, moments), fitted(method, moments.swapped())
        trip = compose(there, back).transform(X_en)
        right[f"round trip: {name}"] = cross(head(), trip, back.transform(X), y, folds)
    for name, method in FIXED_HEAD.items():
        back = fitted(method, moments.swapped())
        right[f"fixed head: {name}"] = cross(head(), X_en, back.transform(X), y, folds)
    return right


def fitted(method: MomentMap, moments: PairMoments) -> MomentMap:
    """Fit a fresh map of the same kind."""
    fresh: MomentMap = clone(method)
    return fresh.fit_moments(moments)


def mean(found: list[Right]) -> float:
    """Return the accuracy over languages and draws."""
    return float(np.mean([right.mean() for right in found]))


def in_hindsight(rows: dict[str, dict[str, float]]) -> dict[str, float]:
    """Return, by size, the best of the fixed penalties."""
    fixed = [row for name, row in rows.items() if "alpha = " in name]
    return {size: max(row[size] for row in fixed) for size in fixed[0]}


def gain(
    found: list[Right], base: list[Right], *, rounds: int = 4000
) -> tuple[float, float, float]:
    """Return the mean difference and its interval; the sentences are the same in all languages."""
    difference = np.mean([a.astype(float) - b for a, b in zip(found, base, strict=True)], axis=0)
    rows = np.random.default_rng(0).integers(len(difference), size=(rounds, len(difference)))
    low, high = np.quantile(difference[rows].mean(axis=1), [0.025, 0.975])
    return float(difference.mean()), float(low), float(high)


if __name__ == "__main__":
    with threadpool_limits(1, user_api="blas"):
        main()
