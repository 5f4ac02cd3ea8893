"""Moments on several processes: ``python -m benchmarks.many``.

Generated pairs of vectors, 384 columns a side, lie in parquet as float16: a million of them, and
where more are asked for, the same files under further names. A Dask cluster of this machine adds up
their moments with one and with two workers, for growing numbers of pairs; then one of two workers
is killed in the middle. From the seconds, bytes and memory per pair the last table reckons a
billion pairs on a hundred workers.
"""

from __future__ import annotations

import argparse
import os
import signal
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import real_data
from langalign_sk._io import text_table
from langalign_sk.corpus import PairMoments
from langalign_sk.dask import pair_moments, read_vectors

WIDTH = 384
PART = 250_000  # pairs in a file
FILES = 4  # that differ; there are more names of them
GROUP = 50_000  # in a row group, which is a partition
COMPARED = 100_000  # pairs whose moments are computed in memory, too
PAIRS = (500_000, 1_000_000, 2_000_000, 5_000_000)
#: What is reckoned at the end.
MANY, WORKERS = 10**9, 100


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.many", description=__doc__)
    parser.add_argument("--pairs", type=int, nargs="+", default=PAIRS, help="numbers of pairs")
    parser.add_argument("--workers", type=int, nargs="+", default=(1, 2), help="numbers of workers")
    parser.add_argument("--scratch", type=Path, help="where the vectors go (default: /tmp)")
    parser.add_argument("--no-result", action="store_true", help="write no file: a quick look")
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(dir=args.scratch) as scratch:
        folder = Path(scratch)
        load = os.getloadavg()[0]
        generate(folder, max(args.pairs))
        found = figures(folder, args)
    found["load"] = {"before": load, "after": os.getloadavg()[0]}
    reckoned = reckon(found)
    show(found, reckoned)
    if not args.no_result:
        result = {"command": "python -m benchmarks.many", "versions": real_data.versions()}
        real_data.write_result("many", {**result, **found, "reckoned": reckoned})


def figures(folder: Path, args: argparse.Namespace) -> dict[str, Any]:
    """Measure everything there is to measure."""
    rows: list[dict[str, Any]] = []
    with cluster(max(args.workers)):
        same = compare(folder)
    for workers in args.workers:
        for pairs in args.pairs:
            real_data.say(f"{pairs:,} pairs, {workers} workers")
            rows.append(measure(folder, pairs, workers))
    real_data.say("a worker is killed")
    return {"pairs a partition": GROUP, "difference": same, "runs": rows, "killed": killed(folder)}


def generate(folder: Path, pairs: int) -> None:
    """Write a million pairs of vectors, 250,000 a file, and give these as many names as needed."""
    import pyarrow as pa
    from pyarrow import parquet

    schema = pa.schema([(side, pa.list_(pa.float16(), WIDTH)) for side in ("en", "ko")])
    for number in range(-(-pairs // PART)):
        rng = np.random.default_rng(number)
        path = folder / f"part-{number:04}.parquet"
        if number >= FILES:
            os.link(folder / f"part-{number % FILES:04}.parquet", path)
            continue
        with parquet.ParquetWriter(path, schema, compression="none", use_dictionary=False) as out:
            for _ in range(PART // GROUP):
                source = rng.random((GROUP, WIDTH), np.float32) - np.float32(0.3)
                target = np.roll(source, 1, axis=1) + np.float32(0.5) * source[:, ::-1]
                sides = [
                    pa.FixedSizeListArray.from_arrays(side.astype(np.float16).ravel(), WIDTH)
                    for side in (source, target)
                ]
                out.write_table(pa.Table.from_arrays(sides, schema=schema), row_group_size=GROUP)


@contextmanager
def cluster(workers: int) -> Iterator[Any]:
    """Start a cluster of processes with one thread each."""
    import dask
    from distributed import Client, LocalCluster

    with (
        dask.config.set({"distributed.comm.timeouts.connect": "120s"}),
        LocalCluster(
            n_workers=workers, threads_per_worker=1, dashboard_address="127.0.0.1:0", memory_limit=0
        ) as local,
        Client(local, timeout=300) as client,
    ):
        client.wait_for_workers(workers, timeout=300)
        yield client


def both(folder: Path, pairs: int) -> list[Any]:
    """Return the two sides of the first pairs."""
    return [read_vectors(folder, side)[:pairs] for side in ("en", "ko")]


def compare(folder: Path) -> float:
    """Return the largest relative difference to moments in memory."""
    import dask

    sides = both(folder, COMPARED)
    found = pair_moments(*sides)
    with dask.config.set(scheduler="synchronous"):
        wanted = PairMoments.from_rows(*dask.compute(*sides))
    return difference(found, wanted)


def difference(found: PairMoments, wanted: PairMoments) -> float:
    """Return the largest difference of each matrix over its largest number."""
    arrays = [
        (found.source.mean, wanted.source.mean),
        (found.target.mean, wanted.target.mean),
        (found.source.scatter, wanted.source.scatter),
        (found.target.scatter, wanted.target.scatter),
        (found.cross, wanted.cross),
    ]
    return float(max(np.abs(a - b).max() / np.abs(b).max() for a, b in arrays))


def measure(folder: Path, pairs: int, workers: int) -> dict[str, Any]:
    """Time the moments of some pairs in a fresh cluster."""
    with cluster(workers) as client:
        client.run(load_packages)
        before = sum(client.run(seconds_of_work).values())
        started = time.perf_counter()
        moments = pair_moments(*both(folder, pairs))
        seconds = time.perf_counter() - started
        work = sum(client.run(seconds_of_work).values()) - before
        peak = max(client.run(peak_bytes).values())
    assert moments.n == pairs
    return {
        "pairs": pairs,
        "workers": workers,
        "seconds": seconds,
        "seconds of work": work,
        "peak bytes": peak,
    }


def killed(folder: Path) -> dict[str, Any]:
    """Kill one of two workers in the middle, and compare the result with that of one pass."""
    pairs = 2 * PART
    with cluster(2) as client:
        client.run(load_packages)
        started = time.perf_counter()
        wanted = pair_moments(*both(folder, pairs))
        middle = (time.perf_counter() - started) / 3
        victim = next(iter(client.run(os.getpid).values()))
        started = time.perf_counter()
        killing = threading.Timer(middle, os.kill, (victim, signal.SIGKILL))
        killing.start()
        found = pair_moments(*both(folder, pairs))
        seconds = time.perf_counter() - started
        was_killed = not killing.is_alive()
        killing.cancel()
    return {
        "pairs": pairs,
        "seconds": seconds,
        "seconds without the loss": 3 * middle,
        "killed": was_killed,
        "difference": difference(found, wanted),
    }


def load_packages() -> None:
    """Import in a worker what a first task would."""
    import pyarrow.parquet  # noqa: F401

    import langalign_sk.dask  # noqa: F401


def seconds_of_work() -> float:
    """Return the processor's seconds of this process, threads included."""
    return time.process_time()


def peak_bytes() -> int:
    """Return the most memory that this process has held."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def reckon(found: dict[str, Any]) -> dict[str, float]:
    """Reckon a billion pairs on a hundred workers from the largest runs."""
    largest = max(found["runs"], key=lambda run: (run["pairs"], run["workers"]))
    partitions = MANY / GROUP
    matrices = 8 * (3 * WIDTH**2 + 2 * WIDTH)
    return {
        "hours": largest["seconds of work"] / largest["pairs"] * MANY / WORKERS / 3600,
        "GB read": MANY * 2 * WIDTH * 2 / 1e9,
        "GB read by a worker": MANY * 2 * WIDTH * 2 / WORKERS / 1e9,
        "partitions": partitions,
        "MB of moments a partition": matrices / 1e6,
        "GB of moments at most": partitions * matrices / 1e9,
        "MB a second from a disk, all workers": MANY
        * 2
        * WIDTH
        * 2
        / 1e6
        / (largest["seconds of work"] / largest["pairs"] * MANY / WORKERS),
        "peak GB a worker": largest["peak bytes"] / 1e9,
    }


def show(found: dict[str, Any], reckoned: dict[str, float]) -> None:
    """Print everything."""
    print(f"largest relative difference to one pass in memory: {found['difference']:.1e}")
    head = ("pairs", "workers", "seconds", "of work", "us of work a pair", "peak MB a process")
    rows = [
        (
            f"{run['pairs']:,}",
            str(run["workers"]),
            f"{run['seconds']:.0f}",
            f"{run['seconds of work']:.0f}",
            f"{1e6 * run['seconds of work'] / run['pairs']:.0f}",
            f"{run['peak bytes'] / 1e6:.0f}",
        )
        for run in found["runs"]
    ]
    print(text_table([head, *rows]))
    lost = found["killed"]
    print(
        f"one of two workers killed in the middle of {lost['pairs']:,} pairs: "
        f"{lost['seconds']:.0f} s instead of {lost['seconds without the loss']:.0f} s, "
        f"difference {lost['difference']:.1e}"
    )
    print(f"{MANY:,} pairs on {WORKERS} workers of one core each, reckoned:")
    print(text_table([("what", "how much"), *((k, f"{v:,.3g}") for k, v in reckoned.items())]))


if __name__ == "__main__":
    main()
