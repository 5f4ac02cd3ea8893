"""Sizes, clocks and arithmetic of the measurements on a GPU."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any


@dataclass(frozen=True)
class Sizes:
    """How much of everything."""

    matrix: int
    texts_small: int
    texts_large: int
    rounds: int
    pairs: int
    width: int
    epochs: int
    batch: int
    rows: int
    row_width: int
    tuned: int
    large_model: dict[str, int]
    small_model: dict[str, int] | None
    """None for all-MiniLM-L6-v2."""


_TOY = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
}
FULL = Sizes(
    matrix=8192,
    texts_small=50_000,
    texts_large=20_000,
    rounds=1,
    pairs=1_000_000,
    width=1024,
    epochs=3,
    batch=4096,
    rows=100_000,
    row_width=384,
    tuned=20_000,
    large_model={},  # BERT-base is what an empty configuration is
    small_model=None,
)
QUICK = Sizes(
    matrix=128,
    texts_small=40,
    texts_large=20,
    rounds=1,
    pairs=600,
    width=16,
    epochs=1,
    batch=64,
    rows=200,
    row_width=8,
    tuned=40,
    large_model=_TOY,
    small_model=_TOY,
)


def seconds_of(work: Callable[[], Any], device: Any) -> tuple[float, Any]:
    """Time until the device has done it, and what came out."""
    wait(device)
    started = time.perf_counter()
    outcome = work()
    wait(device)
    return time.perf_counter() - started, outcome


def wait(device: Any) -> None:
    """Wait until a GPU has done what it was given."""
    import torch

    if device.type == "cuda":
        torch.cuda.synchronize(device)


def matrix_rates(device: Any, sizes: Sizes) -> dict[str, float]:
    """TFLOP/s of square products, by type."""
    import torch

    rates = {}
    for dtype in ("float32", "float16", "bfloat16"):
        a, b = (
            torch.randn(sizes.matrix, sizes.matrix, device=device).to(getattr(torch, dtype))
            for _ in range(2)
        )
        out = a @ b  # the first one sets things up
        flops, done, spent = 2.0 * sizes.matrix**3, 0, 0.0
        while spent < (1.0 if device.type == "cuda" else 0.01):
            spent += seconds_of(partial(products, a, b, out), device)[0]
            done += 10
        rates[dtype] = done * flops / spent / 1e12
    return rates


def products(a: Any, b: Any, out: Any) -> None:
    """Ten products."""
    import torch

    for _ in range(10):
        torch.mm(a, b, out=out)
