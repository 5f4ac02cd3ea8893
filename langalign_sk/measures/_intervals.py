"""Intervals by drawing test items again, the same draws for everything that is compared."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from langalign_sk._numeric import Float64Array

Codes = npt.NDArray[np.intp]

_BLOCK_BYTES = 32 * 2**20
_Z95 = 1.959963984540054


class PairedBootstrap:
    r"""Draws of the same items for several candidates, so that differences are paired.

    A draw is kept as the number of times :math:`w_i` that each item is in it. Every measure here
    is a function of sums over items, so that all draws of all candidates are one matrix product.

    Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 13.
    """

    def __init__(self, n_items: int, n_draws: int = 2000, random_state: int = 0) -> None:
        if n_items < 1 or n_draws < 1:
            raise ValueError(f"expected items and draws, got {n_items} and {n_draws}")
        self.n_items, self.n_draws, self.random_state = n_items, n_draws, random_state

    def mean(self, values: Any) -> Float64Array:
        """Draw means, (n_candidates, n_draws), of rows of numbers, (n_candidates, n_items)."""
        rows = np.asarray(values, dtype=np.float32)
        return np.hstack([rows @ counts / self.n_items for counts in self._counts()], dtype=float)

    def macro_f1(self, truth: Codes, predicted: Codes, n_classes: int) -> Float64Array:
        """Draw macro F1, (n_candidates, n_draws), from class codes, (n_candidates, n_items).

        As in scikit-learn, a class that is neither drawn nor predicted does not count.
        """
        is_true = _one_hot(truth, n_classes)
        said = [_one_hot(row, n_classes) for row in predicted]
        parts = []
        for counts in self._counts():
            support = is_true @ counts
            for one in said:
                hits, both = (one * is_true) @ counts, one @ counts + support
                f1 = np.divide(2 * hits, both, out=np.zeros_like(hits), where=both > 0)
                parts.append(f1.sum(axis=0, dtype=float) / np.maximum((both > 0).sum(axis=0), 1))
        of_one = [np.hstack(parts[number :: len(said)]) for number in range(len(said))]
        return np.array(of_one).reshape(len(said), -1)

    def _counts(self) -> Iterator[npt.NDArray[np.float32]]:
        """Yield the counts of each item, (n_items, draws) at a time; the same on every call."""
        rng = np.random.default_rng(self.random_state)
        step = max(1, _BLOCK_BYTES // (8 * self.n_items))
        for start in range(0, self.n_draws, step):
            size = min(step, self.n_draws - start)
            drawn = rng.integers(self.n_items, size=(size, self.n_items))
            drawn += np.arange(size)[:, None] * self.n_items
            counts = np.bincount(drawn.ravel(), minlength=size * self.n_items)
            yield counts.reshape(size, self.n_items).T.astype(np.float32)


def _one_hot(codes: Codes, n_classes: int) -> npt.NDArray[np.float32]:
    """Return (n_classes, n_items), 1 where the item is in the class."""
    found: npt.NDArray[np.bool_] = np.arange(n_classes)[:, None] == codes[None]
    return found.astype(np.float32)


def interval(draws: Float64Array, level: float = 0.95) -> tuple[Float64Array, Float64Array]:
    """Return the percentile interval along the last axis of `draws`."""
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=-1)
    return low, high


def wilson_interval(right: int, n: int, *, z: float = _Z95) -> tuple[float, float]:
    """Return the Wilson score interval of a share, which stays inside [0, 1] and fits small n.

    With p = right / n, the bounds are
    ``(p + z^2 / 2n +- z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n)``; Wilson (1927),
    Probable inference, the law of succession, and statistical inference, JASA 22.

    Examples
    --------
    >>> low, high = wilson_interval(81, 100)
    >>> round(low, 3), round(high, 3)
    (0.722, 0.875)
    """
    if not 0 <= right <= n or n == 0:
        raise ValueError(f"expected 0 <= right <= n and n >= 1, got right={right}, n={n}")
    p, half = right / n, z * z / (2 * n)
    spread = z * math.sqrt(p * (1 - p) / n + half / (2 * n))
    low, high = ((p + half + sign * spread) / (1 + 2 * half) for sign in (-1, 1))
    return max(low, 0.0), min(high, 1.0)


def compare_predictions(
    predicted: Sequence[Any], truth: Any, *, random_state: int = 0
) -> dict[str, Float64Array]:
    """Return accuracy, macro F1 and what each candidate loses to the best, with 95% intervals.

    `predicted` holds the classes of the same rows by each candidate.
    """
    from sklearn.metrics import f1_score

    table = np.stack([np.asarray(row) for row in (truth, *predicted)])
    classes, codes = np.unique(table, return_inverse=True)
    codes = codes.reshape(table.shape)
    true, said = codes[0], codes[1:]
    bootstrap = PairedBootstrap(len(true), random_state=random_state)
    draws = bootstrap.mean(said == true)
    accuracy: Float64Array = (said == true).mean(axis=1)
    best = int(np.argmax(accuracy))
    found = {
        "accuracy": (accuracy, draws),
        "macro_f1": (
            np.array([f1_score(true, row, average="macro") for row in said]),
            bootstrap.macro_f1(true, said, len(classes)),
        ),
        "loss": (accuracy[best] - accuracy, draws[best] - draws),
    }
    columns = {}
    for name, (value, drawn) in found.items():
        columns[name] = value
        columns[f"{name}_low"], columns[f"{name}_high"] = interval(drawn)
    return columns
