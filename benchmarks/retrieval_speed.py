"""What CSLS retrieval costs beside its bare products: ``python -m benchmarks.retrieval_speed``.

Random unit rows, both directions. The bare products are what the two passes of CSLS can't do
without: all cosines twice, in float32, tile by tile into one buffer. Everything is timed in turn in
one run; the limits are what the project promises.
"""

from __future__ import annotations

import argparse
import threading
import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

import numpy as np

from benchmarks import real_data
from benchmarks.real_data import Vectors
from langalign_sk._io import text_table
from langalign_sk._numeric import mean_similarity, unit_rows
from langalign_sk.measures import Retrieval, retrieval

WIDTH, NEIGHBOURS = 384, 10


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.retrieval_speed")
    parser.add_argument("--small", action="store_true", help="toy size: a quick look, not a result")
    parser.add_argument("--repeat", type=int, default=3, help="times each thing (default: 3)")
    args = parser.parse_args(argv)
    n, n_full = (3_000, 2_000) if args.small else (50_000, 20_000)
    figures = {**against_products(n, args.repeat), **against_full_matrix(n_full, args.repeat)}
    rows = [(name, f"{value:,.2f}", limit) for name, (value, limit) in figures.items()]
    print(text_table([("what", "figure", "limit"), *rows]))
    if not args.small:
        real_data.write_result(
            "retrieval_speed",
            {
                "command": "python -m benchmarks.retrieval_speed",
                "versions": real_data.versions(),
                "figures": {
                    name: {"value": value, "limit": limit}
                    for name, (value, limit) in figures.items()
                },
            },
        )


def against_products(n: int, repeat: int) -> dict[str, tuple[float, str]]:
    """Time and memory of CSLS, and the bare products."""
    A, B = pairs(n)
    parts: dict[str, Callable[[], Any]] = {
        "products": lambda: products(A, B),
        "first": lambda: mean_similarity(A, B, NEIGHBOURS),
        "second": lambda: retrieval(A, B, method="cosine"),
        "all": lambda: retrieval(A, B, n_neighbors=NEIGHBOURS),
    }
    # Memory first: what a run leaves with the allocator would hide what the next one needs.
    memory = [peak_memory(work) for work in (parts["all"], lambda: retrieval(2 * A, 2 * B))]
    seconds = {name: median(times) for name, times in in_turn(parts, repeat).items()}
    size = f"{n:,} x {n:,} x {WIDTH}"
    return {
        f"bare products of one pass, {size}, s": (seconds["products"], ""),
        "first pass: 10 nearest, both ways, s": (seconds["first"], ""),
        "a pass that ranks, both ways, s": (seconds["second"], ""),
        "CSLS retrieval, both ways, s": (seconds["all"], ""),
        "CSLS retrieval / bare products of two passes": (
            seconds["all"] / (2 * seconds["products"]),
            "<= 2.5",
        ),
        "peak memory beside the rows, MB": (memory[0], "< 500"),
        "peak memory beside unit rows when given others, MB": (memory[1], "< 500"),
    }


def against_full_matrix(n: int, repeat: int) -> dict[str, tuple[float, str]]:
    """Compare with the formula written down on whole matrices."""
    A, B = pairs(n)
    ours, theirs = retrieval(A, B, n_neighbors=NEIGHBOURS), full_matrix(A, B)
    if not np.allclose([ours.forward.p_at_1, ours.backward.p_at_1], theirs, atol=1e-3):
        raise AssertionError(f"P@1 differs: {p_at_1(ours)} and {theirs}")
    parts = {
        "ours": lambda: retrieval(A, B, n_neighbors=NEIGHBOURS),
        "full": lambda: full_matrix(A, B),
    }
    seconds = {name: median(times) for name, times in in_turn(parts, repeat).items()}
    return {
        f"full matrices in NumPy, {n:,} rows, s": (seconds["full"], ""),
        f"CSLS retrieval, {n:,} rows, s": (seconds["ours"], ""),
        "full matrices / CSLS retrieval": (seconds["full"] / seconds["ours"], ">= 2"),
    }


def pairs(n: int) -> tuple[Vectors, Vectors]:
    """Return random unit rows and noisy copies of which about half are found."""
    rng = np.random.default_rng(0)
    A: Vectors = rng.standard_normal((n, WIDTH), dtype=np.float32)
    B = A + 3.6 * rng.standard_normal((n, WIDTH), dtype=np.float32)
    return unit_rows(A), unit_rows(B.astype(np.float32))


def products(A: Vectors, B: Vectors, side: int = 1024) -> None:
    """Compute every cosine once."""
    tile = np.empty((side, side), dtype=np.float32)
    for i in range(0, len(A), side):
        for j in range(0, len(B), side):
            a, b = A[i : i + side], B[j : j + side]
            np.matmul(a, b.T, out=tile[: len(a), : len(b)])


def full_matrix(A: Vectors, B: Vectors) -> tuple[float, float]:
    """Return P@1 of both directions by the formula."""
    cosines = A @ B.T
    r_a = np.partition(cosines, -NEIGHBOURS, axis=1)[:, -NEIGHBOURS:].mean(axis=1)
    r_b = np.partition(cosines, -NEIGHBOURS, axis=0)[-NEIGHBOURS:].mean(axis=0)
    scores = 2 * cosines - r_a[:, None] - r_b
    own = np.arange(len(A))
    return float(np.mean(scores.argmax(axis=1) == own)), float(
        np.mean(scores.argmax(axis=0) == own)
    )


def p_at_1(found: Retrieval) -> tuple[float, float]:
    """Return P@1 of both directions."""
    return found.forward.p_at_1, found.backward.p_at_1


def in_turn(parts: dict[str, Callable[[], Any]], repeat: int) -> dict[str, list[float]]:
    """Time each part once per round."""
    seconds: dict[str, list[float]] = {name: [] for name in parts}
    for _ in range(repeat):
        for name, work in parts.items():
            start = time.perf_counter()
            work()
            seconds[name].append(time.perf_counter() - start)
    return seconds


def peak_memory(work: Callable[[], Any]) -> float:
    """Return the peak of the anonymous resident memory during `work`, less that before, in MB."""
    done, peak, before = threading.Event(), 0.0, anonymous_memory()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.005):
            peak = max(peak, anonymous_memory())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        work()
    finally:
        done.set()
        watcher.join()
    return max(peak, anonymous_memory()) - before


def anonymous_memory() -> float:
    """Return the resident memory that belongs to no file, in MB (Linux)."""
    with open("/proc/self/status", encoding="ascii") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon:")) / 1024


if __name__ == "__main__":
    main()
