"""What a service waits for: ``python -m benchmarks.latency``.

Cold start and resident memory of a fresh process; then requests of one and of 32 texts, never
seen before, through the extractor, through a fitted pipeline, and through
``SentenceTransformer.encode``, taking turns; then single texts from eight threads at once, through
the encoder alone and through the pipeline.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from benchmarks import real_data
from benchmarks.encode_speed import mixed_texts
from langalign_sk import EmbeddingExtractor, HubModel
from langalign_sk._io import text_table

THREADS = 8
ROUNDS = 25

COLD = """
import json, resource, sys, time
started = time.perf_counter()
from langalign_sk import EmbeddingExtractor
imported = time.perf_counter()
extractor = EmbeddingExtractor(sys.argv[1]).warm_up()
ready = time.perf_counter()
extractor.transform(["a first request"])
answered = time.perf_counter()
print(json.dumps({"import": imported - started, "warm_up": ready - imported,
    "first request": answered - ready,
    "MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.latency", description=__doc__)
    real_data.add_options(parser)
    parser.add_argument("--requests", type=int, default=200, help="by size (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=1, help="of torch (default: %(default)s)")
    parser.add_argument("--no-result", action="store_true", help="write no file: a quick look")
    args = parser.parse_args(argv)
    name = args.encoder or real_data.minilm()
    cold = cold_start(name)
    print(", ".join(f"{what} {figure:.3g}" for what, figure in cold.items()))
    figures = waits(name, mixed_texts(args.data, 70_000), args.requests, args.threads)
    head = ("request", "through", "p50 ms", "p95 ms", "p50 over bare encode")
    rows = [
        (size, way, f"{f['p50']:.2f}", f"{f['p95']:.2f}", f"{f['over']:+.2f}")
        for size, ways in figures.items()
        for way, f in ways.items()
    ]
    print(text_table([head, *rows]))
    rates = from_threads(name, mixed_texts(args.data, 70_000), args.requests)
    threaded = [
        (way, *(f"{own[figure]:.2f}" for figure in ("texts/s", "x bare", "CPU ms a text")))
        for way, own in rates.items()
    ]
    from_all = (f"single texts from {THREADS} threads", "texts/s", "x bare", "CPU ms a text")
    print(text_table([from_all, *threaded]))
    if not args.no_result:
        result = {
            "command": "python -m benchmarks.latency",
            "versions": real_data.versions(),
            "requests": args.requests,
            "threads": args.threads,
            "cold": cold,
            "milliseconds": figures,
            "single texts from threads": rates,
        }
        real_data.write_result("latency", result)


def cold_start(name: str) -> dict[str, float]:
    """Seconds and megabytes of a new process up to its first answer."""
    command = [sys.executable, "-c", COLD, name]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def waits(
    name: str, texts: list[str], requests: int, threads: int
) -> dict[str, dict[str, dict[str, float]]]:
    """Percentiles of the time that requests take, by size and way."""
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(threads)
    peer = SentenceTransformer(name, device="cpu")
    extractor = EmbeddingExtractor(HubModel(name, device="cpu", long_texts="cut"))
    labels = [row % 2 for row in range(40)]
    pipe = make_pipeline(extractor, LogisticRegression()).fit(texts[-40:], labels)
    ways: dict[str, Callable[[list[str]], Any]] = {
        "SentenceTransformer.encode": lambda texts: peer.encode(texts, show_progress_bar=False),
        "EmbeddingExtractor": extractor.transform,
        "fitted pipeline, predict": pipe.predict,
    }
    figures: dict[str, dict[str, dict[str, float]]] = {}
    for size in (1, 32):
        took: dict[str, list[float]] = {way: [] for way in ways}
        for number in range(requests + 5):
            # The same texts for the peer and the extractor; the pipeline gets others, so that it
            # does not find them in the cache.
            start = 2 * size * number
            fresh = texts[start : start + size], texts[start + size : start + 2 * size]
            for way, call in ways.items():
                request = fresh[way.startswith("fitted")]
                started = time.perf_counter()
                call(request)
                if number >= 5:
                    took[way].append(1e3 * (time.perf_counter() - started))
        bare = float(np.median(took["SentenceTransformer.encode"]))
        figures[f"{size} texts"] = {
            way: {
                "p50": float(np.percentile(own, 50)),
                "p95": float(np.percentile(own, 95)),
                "over": float(np.median(own)) - bare,
            }
            for way, own in took.items()
        }
    return figures


def from_threads(name: str, texts: list[str], requests: int) -> dict[str, dict[str, float]]:
    """Single texts from several threads, in short rounds by turns: medians of these.

    The processor's time tells the same of a machine that others use, too.
    """
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(os.cpu_count() or 1)  # as torch has it by itself, for both
    peer = SentenceTransformer(name, device="cpu")
    extractor = EmbeddingExtractor(HubModel(name, device="cpu", long_texts="cut"), cache=None)
    labels = [row % 2 for row in range(40)]
    pipe = make_pipeline(extractor, LogisticRegression()).fit(texts[-40:], labels)
    ways: dict[str, Callable[[str], Any]] = {
        "SentenceTransformer.encode": lambda text: peer.encode([text], show_progress_bar=False),
        "fitted pipeline, predict": lambda text: pipe.predict([text]),
    }
    rates: dict[str, list[float]] = {way: [] for way in ways}
    spent: dict[str, list[float]] = {way: [] for way in ways}
    count = max(THREADS, requests * 5 // ROUNDS)
    for number in range(ROUNDS + 1):
        own = texts[number * count : (number + 1) * count]
        for way, call in ways.items():
            with ThreadPoolExecutor(THREADS) as pool:
                started, before = time.perf_counter(), time.process_time()
                list(pool.map(call, own))
                if number:  # the first one is to warm up
                    rates[way].append(len(own) / (time.perf_counter() - started))
                    spent[way].append(1e3 * (time.process_time() - before) / len(own))
    bare = np.array(rates["SentenceTransformer.encode"])
    return {
        way: {
            "texts/s": float(np.median(rates[way])),
            "x bare": float(np.median(np.array(rates[way]) / bare)),
            "CPU ms a text": float(np.median(spent[way])),
        }
        for way in ways
    }


if __name__ == "__main__":
    main()
