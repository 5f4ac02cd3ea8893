"""The cache on disk and files beyond memory at full size: ``python -m benchmarks.disk_cache``.

An encoder stub stands in for the language model: what is measured is everything around it. Each
part runs in processes of its own; the last ones are killed in the middle.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import real_data
from benchmarks.real_data import Vectors
from langalign_sk._io import text_table
from langalign_sk.store import DiskCache, text_key
from langalign_sk.text import EmbeddingExtractor

WIDTH = 384
CHUNK = 256
_TABLE = np.random.default_rng(0).standard_normal((997, WIDTH)).astype(np.float32)


class Stub:
    """Vectors that depend on the number in a text; may be slow, may write down its work."""

    def __init__(self, pause: float = 0.0, log: str | None = None) -> None:
        self.pause = pause
        self.log = log

    def encode(self, texts: list[str]) -> Vectors:
        if self.log is not None:
            with open(self.log, "a", encoding="utf-8") as file:
                file.write("".join(f"{text.split()[-1]}\n" for text in texts))
        if self.pause:
            time.sleep(self.pause * len(texts))
        return vectors_of(np.array([int(text.split()[-1]) for text in texts]))

    def get_embedding_dimension(self) -> int:
        return WIDTH

    def fingerprint(self) -> str:
        return "stub"


def vectors_of(numbers: Any) -> Vectors:
    """Vectors that the stub gives."""
    vectors: Vectors = _TABLE[numbers % len(_TABLE)] + numbers[:, None].astype(np.float32) * 1e-6
    return vectors


def texts_of(start: int, stop: int) -> Iterator[str]:
    """Texts with a number each."""
    return (f"text number {number}" for number in range(start, stop))


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.disk_cache", description=__doc__)
    parser.add_argument(
        "--small", action="store_true", help="a hundredth of everything: a quick look, not a result"
    )
    parser.add_argument("--part", nargs="+", help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.part is not None:
        print(json.dumps(PARTS[args.part[0]](*args.part[1:])))
        return
    scale = 100 if args.small else 1
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for measure in (lookups, opening, two_writers, kills, memory):
            real_data.say(f"measuring {measure.__name__.replace('_', ' ')}")
            figures.update(measure(Path(scratch), scale))
    print(text_table([("what", "figure"), *((k, str(v)) for k, v in figures.items())]))
    if not args.small:
        result = {"command": "python -m benchmarks.disk_cache", "versions": real_data.versions()}
        real_data.write_result("disk_cache", {**result, "figures": figures})


def lookups(scratch: Path, scale: int) -> dict[str, Any]:
    """Look up every text in a cache that has it, in a new process, through the extractor."""
    n = 100_000 // scale
    folder = str(scratch / "lookups")
    run("write", folder, 0, n)
    found = [run("look_up", folder, n) for _ in range(3)]
    assert all(one["encoded"] == 0 and one["equal"] for one in found)
    seconds = sorted(one["seconds"] for one in found)[1]
    return {f"{n:,} texts looked up and returned, warm, median of 3, s": round(seconds, 3)}


def opening(scratch: Path, scale: int) -> dict[str, Any]:
    """Open a large cache and get one vector, in a new process."""
    n = 1_000_000 // scale
    folder = str(scratch / "opening")
    run("write", folder, 0, n)
    seconds = sorted(run("open", folder, n)["seconds"] for _ in range(5))[2]
    return {f"cache of {n:,} vectors opened, first one returned, median of 5, s": round(seconds, 4)}


def two_writers(scratch: Path, scale: int) -> dict[str, Any]:
    """Let two processes write at once, then compare vector by vector."""
    n = 50_000 // scale
    folder = str(scratch / "writers")
    both = [start("write", folder, first, first + n) for first in (0, n)]
    for process in both:
        result_of(process)
    lost = wrong = 0
    cache = DiskCache(folder)
    spec = stub_spec()
    for at in range(0, 2 * n, 10_000):
        numbers = np.arange(at, min(at + 10_000, 2 * n))
        found = cache.get_many(spec, [text_key(f"text number {i}") for i in numbers])
        lost += sum(row is None for row in found)
        for row, expected in zip(found, vectors_of(numbers), strict=True):
            if row is not None:
                wrong += not np.array_equal(row, expected)
    return {f"two processes x {n:,} texts at once: vectors lost, wrong": f"{lost}, {wrong}"}


def kills(scratch: Path, scale: int) -> dict[str, Any]:
    """Kill a run at random moments and start it again; compare with an undisturbed one."""
    n, pause = 20_000 // scale, 1e-4 * scale
    rng = np.random.default_rng(0)
    whole, log = str(scratch / "whole.npy"), scratch / "whole.log"
    process = start("into_file", whole, n, pause, log)
    ready(process)
    began = time.perf_counter()
    result_of(process)
    seconds = time.perf_counter() - began
    undisturbed = Path(whole).read_bytes()
    rounds = 20 if scale == 1 else 3
    equal = most_twice = too_late = 0
    for number in range(rounds):
        path, log = scratch / f"killed{number}.npy", scratch / f"killed{number}.log"
        while True:
            process = start("into_file", path, n, pause, log)
            ready(process)
            time.sleep(rng.uniform(0, seconds))
            process.kill()
            process.communicate()
            if not path.exists():
                break
            # It had finished: nothing to go on with. Another moment is drawn.
            too_late += 1
            path.unlink()
            log.unlink()
        run("into_file", path, n, pause, log)
        equal += path.read_bytes() == undisturbed
        counts = np.bincount(np.array(log.read_text("utf-8").split(), int), minlength=n)
        assert counts.min() >= 1
        most_twice = max(most_twice, int((counts - 1).sum()))
        path.unlink()
    return {
        f"kill -9 in transform_to of {n:,} texts, runs cut off": rounds,
        "moments drawn again, for the run had finished": too_late,
        "of these runs, started again: equal to the undisturbed file": f"{equal} of {rounds}",
        f"most texts encoded twice in a run (a chunk is {CHUNK})": most_twice,
    }


def memory(scratch: Path, scale: int) -> dict[str, Any]:
    """Compare the peak memory of files of two sizes."""
    small, large = 100_000 // scale, 1_000_000 // scale
    figures = {}
    for cache in ("memory", "none", "disk"):
        peaks = []
        for n in (small, large):
            path = scratch / "memory.npy"
            peaks.append(run("peak", path, n, cache)["mb"])
            path.unlink()
        figures[f"peak memory of transform_to, cache {cache}, {small:,} texts, MB"] = peaks[0]
        figures[f"peak memory of transform_to, cache {cache}, {large:,} texts, MB"] = peaks[1]
        figures[f"growth, cache {cache}, MB"] = round(peaks[1] - peaks[0], 1)
    return figures


def stub_spec() -> str:
    """Specification under which the extractor asks for the stub's vectors."""
    from langalign_sk.text import Embedding

    return Embedding(EmbeddingExtractor(Stub())).encoders[None].spec


def write(folder: str, first: str, stop: str) -> dict[str, Any]:
    """Fill a cache through the extractor."""
    extractor = EmbeddingExtractor(Stub(), cache=Path(folder))
    for _ in extractor.iter_transform(texts_of(int(first), int(stop)), chunk=2048):
        pass
    return {}


def look_up(folder: str, n: str) -> dict[str, Any]:
    """Look texts up through the extractor."""
    texts = list(texts_of(0, int(n)))
    log = f"{folder}.log"
    extractor = EmbeddingExtractor(Stub(log=log), cache=Path(folder), normalize=False)
    began = time.perf_counter()
    vectors = extractor.transform(texts)
    seconds = time.perf_counter() - began
    encoded = len(Path(log).read_text("utf-8").split()) if Path(log).exists() else 0
    equal = all(
        np.array_equal(vectors[at : at + 5000], vectors_of(np.arange(at, min(at + 5000, int(n)))))
        for at in range(0, int(n), 5000)
    )
    return {"seconds": seconds, "encoded": encoded, "equal": equal}


def open_it(folder: str, n: str) -> dict[str, Any]:
    """Open a cache and get the vector in its middle."""
    spec, number = stub_spec(), int(n) // 2
    began = time.perf_counter()
    (row,) = DiskCache(folder).get_many(spec, [text_key(f"text number {number}")])
    seconds = time.perf_counter() - began
    assert row is not None
    assert np.array_equal(row, vectors_of(np.array([number]))[0])
    return {"seconds": seconds}


def into_file(path: str, n: str, pause: str, log: str) -> dict[str, Any]:
    """Write a file from a generator, without a cache."""
    extractor = EmbeddingExtractor(Stub(float(pause), log), cache=None)
    print("ready", flush=True)
    extractor.transform_to(path, texts_of(0, int(n)), chunk=CHUNK)
    return {}


def peak(path: str, n: str, cache: str) -> dict[str, Any]:
    """Write a file and tell the most memory this process ever had."""
    choice = {"memory": "memory", "none": None, "disk": Path(f"{path}.cache{n}")}[cache]
    extractor = EmbeddingExtractor(Stub(), cache=choice)
    found = extractor.transform_to(path, texts_of(0, int(n)))
    assert found.shape == (int(n), WIDTH)
    unit = 1 if sys.platform == "darwin" else 1024
    return {"mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6, 1)}


PARTS: dict[str, Callable[..., dict[str, Any]]] = {
    "write": write, "look_up": look_up, "open": open_it, "into_file": into_file, "peak": peak,
}  # fmt: skip


def start(part: str, *args: Any) -> subprocess.Popen[str]:
    """Start a part in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.disk_cache", "--part", part, *map(str, args)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ))


def ready(process: subprocess.Popen[str]) -> None:
    """Wait until a part has imported what it needs."""
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"


def result_of(process: subprocess.Popen[str]) -> dict[str, Any]:
    """Wait for a part and return what it found."""
    output, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"a part of the measurement ended with code {process.returncode}")
    found: dict[str, Any] = json.loads(output.splitlines()[-1])
    return found


def run(part: str, *args: Any) -> dict[str, Any]:
    """Run a part in a process of its own."""
    return result_of(start(part, *args))


if __name__ == "__main__":
    main()
