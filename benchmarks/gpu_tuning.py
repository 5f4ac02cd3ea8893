"""Tuning on a GPU: rows per second, and whether what was tuned there encodes without one."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import joblib
import numpy as np

from benchmarks import real_data
from benchmarks.gpu_encoding import checkpoint, sentences, work_of
from benchmarks.gpu_sizes import Sizes, seconds_of
from benchmarks.real_data import REPOSITORY
from langalign_sk import EmbeddingExtractor, TunedEncoder

TOPICS = ("river", "engine", "violin", "bread")
ELSEWHERE = """
import sys
import joblib, numpy
folder = sys.argv[1]
extractor, texts = joblib.load(folder + "/tuned.joblib")
numpy.save(folder + "/tuned.npy", extractor.transform(texts))
"""


def tuning(
    device: Any, sizes: Sizes, rates: dict[str, float], folder: Path
) -> dict[str, dict[str, Any]]:
    """Tune for one epoch, in both types; a word of each text tells its class."""
    small = real_data.minilm()
    if sizes.small_model is not None:
        small = checkpoint(folder / "small", sizes.small_model)
    rows = [f"{TOPICS[n % 4]} {text}" for n, text in enumerate(sentences(sizes.tuned))]
    topics = np.arange(len(rows)) % 4
    _, flops = work_of(small, rows)
    found, model = {}, None
    for dtype in ("float32", "bfloat16"):
        model = TunedEncoder(
            small, batch_size=32, device=device.type, dtype=dtype, random_state=0, progress=False
        )
        seconds, _ = seconds_of(partial(model.fit, rows, topics), device)
        found[f"{len(rows):,} rows, one epoch, {dtype}"] = {
            "s": seconds,
            "rows/s": len(rows) / seconds,
            # Forward, and twice back; the logistic regression before it reads all rows once more.
            "share of the matrix rate": 4 * flops / seconds / (1e12 * rates[dtype]),
            "loss": float(model.history_[-1]["loss"]),
        }
    found["used without a GPU"] = {"largest difference": elsewhere(model, rows[:50], folder)}
    return found


def elsewhere(model: Any, texts: list[str], folder: Path) -> float:
    """Largest difference of vectors from those of a process that sees no GPU."""
    extractor = EmbeddingExtractor(model, cache=None)
    there = extractor.fit(texts).transform(texts)
    joblib.dump((extractor, texts), folder / "tuned.joblib")
    hidden = {**os.environ, "CUDA_VISIBLE_DEVICES": "", "PYTHONPATH": str(REPOSITORY)}
    subprocess.run([sys.executable, "-c", ELSEWHERE, str(folder)], env=hidden, check=True)
    apart = float(np.abs(np.load(folder / "tuned.npy") - there).max())
    if apart > 1e-3:
        raise AssertionError(f"vectors are up to {apart:.1e} apart without a GPU")
    return apart
