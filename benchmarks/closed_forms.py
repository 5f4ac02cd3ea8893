"""What closed forms cost, beside the bare arithmetic: ``python -m benchmarks.closed_forms``.

Everything is random. The ratios are between things timed in turn in one run, best of each; the
limits are what the project promises.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.linalg import orthogonal_procrustes
from sklearn.linear_model import Ridge

from benchmarks import real_data
from langalign_sk._io import text_table
from langalign_sk.align import LanguageGate
from langalign_sk.corpus import Moments, PairMoments
from langalign_sk.maps import ProcrustesMap, ReducedRankMap, RidgeMap

Work = Callable[[], Any]
#: Peak of the resident memory after accumulating from memory maps, less that before, in MB.
MEMORY = """
import resource, sys
import numpy as np
from langalign_sk.corpus import PairMoments
S, T = (np.load(path, mmap_mode="r") for path in sys.argv[1:])
PairMoments.from_rows(np.zeros((9, S.shape[1]), np.float32), np.ones((9, 9), np.float32))
def anonymous():
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon:")) / 1024
import threading
peak, done, before = 0.0, threading.Event(), anonymous()
def watch():
    global peak
    while not done.wait(0.002):
        peak = max(peak, anonymous())
watcher = threading.Thread(target=watch)
watcher.start()
moments = PairMoments.from_rows(S, T)
done.set()
watcher.join()
print(max(peak, anonymous()) - before)
"""


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.closed_forms", description=__doc__)
    parser.add_argument("--small", action="store_true", help="toy size: a quick look, not a result")
    parser.add_argument("--repeat", type=int, default=3, help="times each thing (default: 3)")
    args = parser.parse_args(argv)
    n, width = (4_000, 96) if args.small else (200_000, 768)
    rows = measure(n, width, args.repeat)
    print(f"{n:,} pairs of {width} columns, best of {args.repeat}\n")
    print(text_table([("what", "figure", "limit"), *rows]))
    if not args.small:
        result = {
            "command": "python -m benchmarks.closed_forms",
            "versions": real_data.versions(),
            "pairs": n,
            "width": width,
            "figures": {what: {"figure": figure, "limit": limit} for what, figure, limit in rows},
        }
        real_data.write_result("closed_forms", result)


def measure(n: int, width: int, repeat: int) -> list[tuple[str, str, str]]:
    """Return rows of what, figure and limit."""
    S, T = random_pairs(n, width)
    accumulated = accumulation(S, T, repeat)
    moments = PairMoments.from_rows(S, T)
    rows = [*accumulated, *error_of_single_precision(S, T, moments)]
    rows += after_accumulation(moments, repeat)
    rows += peers(S, T, repeat)
    rows += [transform_cost(S, moments, repeat), memory(S, T)]
    return rows


def accumulation(S: npt.NDArray[Any], T: npt.NDArray[Any], repeat: int) -> list[Any]:
    """Compare moments of float32 pairs with the bare products of float64 ones."""
    S64, T64 = S.astype(np.float64), T.astype(np.float64)

    def bare() -> None:
        _ = S64.T @ S64, T64.T @ T64, S64.T @ T64

    ours, theirs = alternately([lambda: PairMoments.from_rows(S, T), bare], repeat)
    return [
        ("moments of float32 pairs, float64 accumulation", f"{ours:.2f} s", ""),
        ("three bare float64 products (S'S, T'T, S'T)", f"{theirs:.2f} s", ""),
        ("moments / three bare products", f"{ours / theirs:.2f}", "1.3"),
    ]


def error_of_single_precision(
    S: npt.NDArray[Any], T: npt.NDArray[Any], moments: PairMoments
) -> list[Any]:
    """Say what products of small float32 blocks, summed in float64, would cost in accuracy."""
    cross, mean_s, mean_t = np.zeros_like(moments.cross), moments.source.mean, moments.target.mean
    start = time.perf_counter()
    for i in range(0, len(S), 1024):
        block_s, block_t = S[i : i + 1024] - mean_s.astype("f4"), T[i : i + 1024]
        cross += block_s.T @ (block_t - mean_t.astype("f4"))
    seconds = time.perf_counter() - start
    bound = np.sqrt(np.outer(np.diag(moments.source.scatter), np.diag(moments.target.scatter)))
    error = float(np.max(np.abs(cross - moments.cross) / bound))
    halves = len(S) // 2
    chunks = PairMoments.from_rows(S[:halves], T[:halves]) + PairMoments.from_rows(
        S[halves:], T[halves:]
    )
    ours = float(np.max(np.abs(chunks.cross - moments.cross) / bound))
    return [
        ("S'T from float32 blocks of 1,024 rows", f"{seconds:.2f} s", ""),
        ("largest error of a correlation, float32 blocks", f"{error:.0e}", ""),
        ("largest difference of a correlation between chunkings, ours", f"{ours:.0e}", "1e-10"),
    ]


def after_accumulation(moments: PairMoments, repeat: int) -> list[Any]:
    """Time fits on moments whose decompositions nobody has made yet."""

    def fit_all() -> None:
        fresh = copy_of(moments)
        RidgeMap().fit_moments(fresh)
        ProcrustesMap().fit_moments(fresh)
        ReducedRankMap().fit_moments(fresh)
        LanguageGate.from_moments({"en": fresh.source, "ko": fresh.target})

    def path() -> None:
        RidgeMap(alphas=np.logspace(-4, 1, 20)).fit_moments(copy_of(moments))

    def one() -> None:
        RidgeMap(alpha=0.1).fit_moments(copy_of(moments))

    (everything,) = alternately([fit_all], max(repeat, 3))
    # By themselves: what runs after many products finds the cores busy with waiting threads.
    twenty, single = alternately([path, one], max(repeat, 5))
    return [
        ("ridge + Procrustes + reduced rank + gate, from moments", f"{everything:.2f} s", "3 s"),
        ("ridge, 20 alphas by GCV / one alpha, from moments", f"{twenty / single:.2f}", "1.3"),
    ]


def peers(S: npt.NDArray[Any], T: npt.NDArray[Any], repeat: int) -> list[Any]:
    """Compare with SciPy and scikit-learn on float64 rows, all of it and one more setting."""
    S, T = S.astype(np.float64), T.astype(np.float64)
    penalty = 0.1 * float(S.var(axis=0).mean()) * len(S)
    kept: list[PairMoments] = []

    def ours() -> None:
        kept[:] = [PairMoments.from_rows(S, T, target_scatter=False)]
        ProcrustesMap().fit_moments(kept[0])
        RidgeMap(alpha=0.1).fit_moments(kept[0])

    def scipys() -> None:
        orthogonal_procrustes(S, T)

    def scikits() -> None:
        Ridge(penalty).fit(S, T)

    mine, scipy_s, sklearn_s = alternately([ours, scipys, scikits], repeat)
    (ridge,) = alternately([lambda: RidgeMap(alpha=0.2).fit_moments(kept[0])], 5)
    (turn,) = alternately([lambda: ProcrustesMap(scale=True).fit_moments(kept[0])], 5)
    further = max(ridge, turn)
    return [
        ("SciPy's orthogonal_procrustes, float64", f"{scipy_s:.2f} s", ""),
        ("scikit-learn's Ridge, float64", f"{sklearn_s:.2f} s", ""),
        ("both of ours from the same rows, without T'T", f"{mine:.2f} s", ""),
        ("SciPy + scikit-learn / both of ours", f"{(scipy_s + sklearn_s) / mine:.2f}", "2 or more"),
        ("SciPy / a further setting of ours", f"{scipy_s / further:.0f}", "20 or more"),
        ("scikit-learn / a further setting of ours", f"{sklearn_s / further:.0f}", "20 or more"),
    ]


def transform_cost(S: npt.NDArray[Any], moments: PairMoments, repeat: int) -> Any:
    """Compare `transform` with the product it cannot do without."""
    fitted = RidgeMap(alpha=0.1).fit_moments(moments)
    rows = S[:50_000]
    coef = fitted.coef_.astype(np.float32)
    ours, bare = alternately([lambda: fitted.transform(rows), lambda: rows @ coef], 3 * repeat)
    return ("transform / the bare product, float32", f"{ours / bare:.2f}", "1.3")


def memory(S: npt.NDArray[Any], T: npt.NDArray[Any]) -> Any:
    """Measure what accumulating takes beside the rows, which stay in files."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / "source.npy", Path(folder) / "target.npy"]
        for path, rows in zip(paths, (S, T), strict=True):
            np.save(path, rows)
        size = sum(path.stat().st_size for path in paths) / 1e6
        done = subprocess.run(
            [sys.executable, "-c", MEMORY, *map(str, paths)],
            capture_output=True,
            text=True,
            check=True,
        )
    what = f"extra memory while accumulating {size:,.0f} MB of memory-mapped pairs"
    return (what, f"{float(done.stdout):.0f} MB", "200 MB")


def copy_of(moments: PairMoments) -> PairMoments:
    """Return the same numbers with nothing derived from them yet."""
    sides = [Moments(**side.__getstate__()) for side in (moments.source, moments.target)]
    return PairMoments(source=sides[0], target=sides[1], cross=moments.cross)


def random_pairs(n: int, width: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return float32 rows away from the origin and a noisy linear image of them."""
    rng = np.random.default_rng(0)
    S = rng.standard_normal((n, width), dtype=np.float32) + np.float32(0.5)
    mix = rng.standard_normal((width, width), dtype=np.float32) / np.float32(np.sqrt(width))
    T = S @ mix + np.float32(0.5) * rng.standard_normal((n, width), dtype=np.float32)
    return S, T


def alternately(works: Sequence[Work], repeat: int) -> list[float]:
    """Return the least seconds of each, timed in turn."""
    least = [float("inf")] * len(works)
    for _ in range(repeat):
        for i, work in enumerate(works):
            start = time.perf_counter()
            work()
            least[i] = min(least[i], time.perf_counter() - start)
    return least


if __name__ == "__main__":
    main()
