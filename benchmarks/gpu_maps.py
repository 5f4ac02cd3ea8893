"""Maps and retrieval on a GPU: seconds, shares of the matrix rate, and use without one."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import joblib
import numpy as np

from benchmarks.gpu_sizes import Sizes, seconds_of, wait
from benchmarks.real_data import REPOSITORY
from langalign_sk.maps import MLPMap, _network_training
from langalign_sk.measures import retrieval

ELSEWHERE = """
import sys, time
started = time.perf_counter()
import joblib, numpy
folder = sys.argv[1]
network = joblib.load(folder + "/map.joblib")
mapped = network.transform(numpy.load(folder + "/rows.npy"))
numpy.save(folder + "/mapped.npy", mapped)
print(time.perf_counter() - started, "torch" in sys.modules)
"""


def network(
    device: Any, sizes: Sizes, rates: dict[str, float], folder: Path
) -> dict[str, dict[str, Any]]:
    """Train the paper's six layers on made-up pairs: in both types, in large and usual batches."""
    S, T, held_out = synthetic_pairs(sizes.pairs, sizes.width, device)
    found = {}
    for dtype, batch, epochs, pairs in (
        ("bfloat16", sizes.batch, sizes.epochs, sizes.pairs),
        ("float32", sizes.batch, 1, sizes.pairs // 4),
        ("bfloat16", 256, 1, sizes.pairs // 4),
    ):
        fitted = MLPMap(
            "fc", batch_size=batch, max_iter=epochs, dtype=dtype, device=str(device), random_state=0
        )
        with epoch_seconds(device) as spent:
            seconds, _ = seconds_of(partial(fitted.fit, S[:pairs], T[:pairs]), device)
        moved, mapped = seconds_of(partial(fitted.transform, held_out[0]), device)
        weights = sum(layer[0].size for layer in fitted.layers_)
        learned = pairs - round(0.1 * pairs)  # a tenth is held out to choose the epoch by
        # Forward, and twice back; no gradient is computed for the rows that come in.
        flops = learned * (6.0 * weights - 2.0 * fitted.layers_[0][0].size)
        found[f"{pairs:,} x {sizes.width}, {dtype}, batch_size={batch}"] = {
            "epochs": epochs,
            "s/epoch": float(np.mean(spent)),
            "s before and after": seconds - sum(spent),
            "share of the matrix rate": flops / np.mean(spent) / (1e12 * rates[dtype]),
            "cosine, held out": float(cosines(mapped, held_out[1]).mean()),
            "rows/s, transform": len(mapped) / moved,
        }
    return found


def retrieval_of_many(
    device: Any, sizes: Sizes, rates: dict[str, float], folder: Path
) -> dict[str, dict[str, Any]]:
    """CSLS both ways: four passes over all products."""
    rng = np.random.default_rng(0)
    S = rng.standard_normal((sizes.rows, sizes.row_width), dtype=np.float32)
    T = S + 3.6 * rng.standard_normal(S.shape, dtype=np.float32)
    retrieval(S[:100], T[:100], device=device)
    found = {}
    methods: tuple[tuple[Any, int], ...] = (("csls", 4), ("cosine", 2))
    for method, passes in methods:
        work = partial(retrieval, S, T, method=method, device=device)
        seconds, scores = seconds_of(work, device)
        flops = 2.0 * passes * sizes.rows**2 * sizes.row_width
        found[f"{method}, {sizes.rows:,} x {sizes.rows:,} x {sizes.row_width}"] = {
            "s": seconds,
            "share of the matrix rate": flops / seconds / (1e12 * rates["float32"]),
            "P@1": scores.mean.p_at_1,
        }
    return found


def used_elsewhere(
    device: Any, sizes: Sizes, rates: dict[str, float], folder: Path
) -> dict[str, dict[str, Any]]:
    """Fit here, load in a process that sees no GPU, compare what comes out."""
    S, T, (rows, _) = synthetic_pairs(min(sizes.pairs, 20_000), sizes.width, device)
    fitted = MLPMap(max_iter=1, device=str(device), random_state=0).fit(S, T)
    there = fitted.transform(rows)
    joblib.dump(fitted.set_params(device=None), folder / "map.joblib")  # or torch would be asked
    np.save(folder / "rows.npy", rows)
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "", "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, str(folder)],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    seconds, torch_there = done.stdout.split()
    apart = float(np.abs(np.load(folder / "mapped.npy") - there).max())
    if apart > 1e-2:
        raise AssertionError(f"rows are up to {apart:.1e} apart without a GPU")
    return {
        "residual network": {
            "largest difference": apart,
            "s to load and map": float(seconds),
            "torch needed": torch_there == "True",
        }
    }


def synthetic_pairs(n: int, width: int, device: Any) -> tuple[Any, Any, tuple[Any, Any]]:
    """Return rows, images that no matrix gives, and some of both that are in neither."""
    import torch

    spare = max(1, min(20_000, n // 10))
    generator = torch.Generator(device=device).manual_seed(0)
    options: dict[str, Any] = {"generator": generator, "device": device}
    straight, bent = (torch.randn(width, width, **options) / width**0.5 for _ in range(2))
    S, T = (np.empty((n + spare, width), dtype=np.float32) for _ in range(2))
    for start in range(0, n + spare, 65536):
        rows = torch.randn(min(65536, n + spare - start), width, **options)
        noise = 0.3 * torch.randn(*rows.shape, **options)
        image = rows @ straight + (rows @ bent).relu() + noise
        for side, part in ((S, rows), (T, image)):
            side[start : start + len(part)] = part.cpu().numpy()
    return S[:n], T[:n], (S[n:], T[n:])


@contextmanager
def epoch_seconds(device: Any) -> Iterator[list[float]]:
    """Give the seconds of each epoch of training."""
    spent: list[float] = []
    real = _network_training._Net.learn_epoch

    def timed(net: Any, rows: Any) -> float:
        wait(device)
        started = time.perf_counter()
        loss = real(net, rows)
        wait(device)
        spent.append(time.perf_counter() - started)
        return loss

    with patch.object(_network_training._Net, "learn_epoch", timed):
        yield spent


def cosines(A: Any, B: Any) -> Any:
    """Cosine of each row of `A` with that of `B`."""
    lengths = np.linalg.norm(A, axis=1) * np.linalg.norm(B, axis=1)
    return np.einsum("ij,ij->i", A, B) / lengths
