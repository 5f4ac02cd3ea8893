"""What cloning, saving, showing, fitting and importing cost: ``python -m benchmarks.cost``.

Everything runs on random vectors; ratios are taken between things timed alternately in one run,
with one BLAS thread, so that a busy machine changes them less.
"""

from __future__ import annotations

import argparse
import io
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

import joblib
import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.utils import estimator_html_repr
from threadpoolctl import threadpool_limits

from benchmarks import real_data
from benchmarks.real_data import Vectors
from langalign_sk import LangAligner, ParallelCorpus, without_pairs
from langalign_sk._io import text_table
from langalign_sk.maps import ProcrustesMap, RidgeMap

IMPORT = "import time; t = time.perf_counter(); import {}; print(time.perf_counter() - t)"


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cost", description=__doc__)
    parser.add_argument(
        "--small", action="store_true", help="a tenth of the pairs: a quick look, not a result"
    )
    args = parser.parse_args(argv)
    scale = 10 if args.small else 1
    figures = {**imports(), **holding(100_000 // scale, 768), **fitting(20_000 // scale, 384)}
    print(text_table([("what", "figure"), *figures.items()]))
    if not args.small:
        real_data.write_result(
            "cost",
            {
                "command": "python -m benchmarks.cost",
                "versions": real_data.versions(),
                "figures": figures,
            },
        )


def holding(n: int, width: int) -> dict[str, str]:
    """Measure an aligner that holds many pairs: clone, dumps, representations."""
    pairs = random_pairs(n, width)
    X, y = np.asarray(pairs.source[:300]), np.arange(300) % 3
    aligner = LangAligner(pairs, method="ridge")
    seconds = median(timed(lambda: clone(aligner)) for _ in range(21))
    fitted = clone(aligner).fit(X)
    pipe = Pipeline([("align", aligner), ("clf", LogisticRegression(C=0.1))])
    grid = {"align__method": ["ridge", "procrustes"]}
    search = GridSearchCV(pipe, grid, cv=3).fit(X, y)
    with without_pairs():
        search_size = dump_size(search)
    size = f"{n:,} x {width} float32 pairs"
    return {
        f"clone of an aligner, {size}": f"{1e3 * seconds:.3f} ms",
        f"dump of the fitted aligner, {size}": f"{dump_size(fitted) / 1e6:.2f} MB",
        f"dump of a fitted GridSearchCV without its pairs, {size}": f"{search_size / 1e6:.2f} MB",
        "repr, unfitted and fitted": f"{len(repr(aligner))}, {len(repr(fitted))} characters",
        "HTML repr, unfitted": html_cost(aligner),
        "HTML repr, fitted": html_cost(fitted),
    }


def fitting(n: int, width: int) -> dict[str, str]:
    """Measure 24 fits that share one accumulation of the moments, against that accumulation."""
    methods = [RidgeMap(alpha=10.0**k) for k in range(-4, 2)] + [ProcrustesMap(), RidgeMap()]
    accumulation, fits = [], []
    for seed in range(3):
        pairs = random_pairs(n, width, seed=seed)
        X = np.asarray(pairs.source[:701])
        aligners = [LangAligner(pairs, method=method) for method in methods for _ in range(3)]
        start = time.perf_counter()
        _ = pairs.moments
        accumulation.append(time.perf_counter() - start)
        start = time.perf_counter()
        for aligner in aligners:
            aligner.fit(X)
        fits.append(time.perf_counter() - start)
    ratios = [f / a for f, a in zip(fits, accumulation, strict=True)]
    return {
        f"one accumulation of the moments, {n:,} x {width}": f"{median(accumulation):.2f} s",
        "24 fits (18 ridge with alpha, 3 ridge by GCV, 3 Procrustes)": f"{median(fits):.2f} s",
        "24 fits / one accumulation, median of 3": f"{median(ratios):.2f}",
    }


def imports() -> dict[str, str]:
    """Compare the import with that of the scikit-learn module it cannot do without."""
    seconds: dict[str, list[float]] = {"sklearn.pipeline": [], "langalign_sk": []}
    for _ in range(7):
        for module, taken in seconds.items():
            done = subprocess.run(
                [sys.executable, "-c", IMPORT.format(module)],
                capture_output=True,
                text=True,
                check=True,
            )
            taken.append(float(done.stdout))
    base, ours = (min(taken) for taken in seconds.values())
    return {
        "import sklearn.pipeline, best of 7": f"{base:.2f} s",
        "import langalign_sk, best of 7": f"{ours:.2f} s",
        "import langalign_sk / import sklearn.pipeline": f"{ours / base:.3f}",
    }


def random_pairs(n: int, width: int, *, seed: int = 0) -> ParallelCorpus:
    """Return pairs whose target is a noisy linear image of the source, away from the origin."""
    rng = np.random.default_rng(seed)
    source: Vectors = rng.standard_normal((n, width), dtype=np.float32)
    mix = rng.standard_normal((width, width), dtype=np.float32) / np.float32(np.sqrt(width))
    target = source @ mix + 0.1 * rng.standard_normal((n, width), dtype=np.float32) + 1
    return ParallelCorpus(source, target.astype(np.float32), source_lang="en", target_lang="ko")


def timed(work: Callable[[], Any]) -> float:
    """Return the seconds that one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def dump_size(thing: Any) -> int:
    """Return the bytes joblib writes."""
    buffer = io.BytesIO()
    joblib.dump(thing, buffer)
    return buffer.tell()


def html_cost(estimator: Any) -> str:
    """Return the size of the notebook representation, and what of it is not scikit-learn's own."""
    empty = len(estimator_html_repr(BaseEstimator()))
    start = time.perf_counter()
    html = estimator_html_repr(estimator)
    seconds = time.perf_counter() - start
    return (
        f"{len(html) - empty:,} characters beside the {empty:,} of an empty estimator, "
        f"{1e3 * seconds:.0f} ms"
    )


if __name__ == "__main__":
    with threadpool_limits(1, user_api="blas"):
        main()
