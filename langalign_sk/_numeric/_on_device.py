"""Ranks of partners computed by torch, where there is a GPU."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from langalign_sk._numeric._ranks import SAME, Ranks
from langalign_sk._numeric._tiles import SMALLEST_MEAN, NeighbourMethod, check_method, two_sides

#: Entries of one tile of scores: a GPU wants larger ones than a processor's cache holds.
TILE = 2**24


def partner_ranks_on(
    A: Any,
    B: Any,
    *,
    device: Any,
    method: NeighbourMethod = "cosine",
    n_neighbors: int = 10,
    temperature: float = 1 / 30,
) -> tuple[Ranks, Ranks]:
    """Do the work of `partner_ranks` with torch on `device`.

    Both sides are held there as float32 (matrix products as torch is set up: with TF32 allowed,
    scores have three digits).
    """
    import torch

    check_method(method, n_neighbors=n_neighbors, temperature=temperature)
    unit = two_sides(A, B, ("source", "target"))
    a, b = (torch.tensor(side, device=device) for side in unit)
    with torch.inference_mode():
        own = (a * b).sum(dim=1)
        figure_a = _figures(a, b, method, n_neighbors, temperature)
        figure_b = _figures(b, a, method, n_neighbors, temperature)
        total = figure_a + figure_b
        same = torch.full_like(own, SAME)
        if method == "margin":
            total = total.clamp(min=SMALLEST_MEAN)
            own, same = own / total, same / total
        else:
            own = own - total
        sides = []
        for x, y, of_x, of_y in ((a, b, figure_a, figure_b), (b, a, figure_b, figure_a)):
            better, at_least = [], []
            for rows in _rows(x, y):
                scores = x[rows] @ y.T
                if method == "margin":
                    scores /= (of_x[rows, None] + of_y).clamp(min=SMALLEST_MEAN)
                else:
                    scores -= of_x[rows, None] + of_y
                low, high = ((own + sign * same)[rows, None] for sign in (-1, 1))
                better.append((scores > high).sum(dim=1).cpu())
                at_least.append((scores > low).sum(dim=1).cpu())
            above, level = (torch.cat(counts).numpy() for counts in (better, at_least))
            sides.append(Ranks(above, np.maximum(level - above - 1, 0)))
    return sides[0], sides[1]


def _figures(x: Any, y: Any, method: str, n_neighbors: int, temperature: float) -> Any:
    """The figure of each row of `x` that goes off a cosine, or into what divides it."""
    import torch

    if method == "cosine":
        return torch.zeros(len(x), device=x.device)
    k = min(n_neighbors, len(y))
    figures = []
    for rows in _rows(x, y):
        cosines = x[rows] @ y.T
        if method == "inverted_softmax":
            means = torch.logsumexp(cosines / temperature - math.log(len(y)), dim=1)
            figures.append(temperature * means)
        else:
            figures.append(cosines.topk(k, dim=1).values.mean(dim=1) / 2)
    return torch.cat(figures)


def _rows(x: Any, y: Any) -> Iterator[slice]:
    """Ranges of rows of `x` that make tiles with all of `y`."""
    step = max(1, TILE // len(y))
    for start in range(0, len(x), step):
        yield slice(start, min(start + step, len(x)))
