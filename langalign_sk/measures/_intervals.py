"""Intervals by drawing test items again, the same draws for everything that is compared."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Float64Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

_BLOCK_BYTES = 32 * 2**20
_Z95 = 1.959963984540054


class PairedBootstrap:
    r"""Draws of the same items for several candidates, so that differences are paired.

    Parameters
    ----------
    n_items : int
        Number of test items.
    n_draws : int, default=2000
        Number of draws, each of `n_items` items with replacement.
    random_state : int, default=0
        Seed of the draws.

    Notes
    -----
    A draw is kept as the number of times :math:`w_i` that each item is in it. Every measure here
    is a function of sums over items, so that all draws of all candidates are one matrix product;
    intervals are percentiles of the draws.

    References
    ----------
    Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 13.
    """

    def __init__(self, n_items: int, n_draws: int = 2000, random_state: int = 0) -> None:
        if n_items < 1 or n_draws < 1:
            raise ValueError(f"expected items and draws, got {n_items} and {n_draws}")
        self.n_items, self.n_draws, self.random_state = n_items, n_draws, random_state

    def mean(self, values: Any) -> Float64Array:
        """Draws of the mean of each row of `values`.

        Parameters
        ----------
        values : array-like of shape (n_candidates, n_items)
            One number per candidate and item, such as 1 for right and 0 for wrong.

        Returns
        -------
        ndarray of shape (n_candidates, n_draws)
        """
        rows = np.asarray(values, dtype=np.float32)
        return np.hstack([rows @ counts / self.n_items for counts in self._counts()], dtype=float)

    def macro_f1(self, truth: Codes, predicted: Codes, n_classes: int) -> Float64Array:
        """Draws of the macro F1 of each row of `predicted`.

        As in scikit-learn, a class that is neither drawn nor predicted does not count.

        Parameters
        ----------
        truth : ndarray of shape (n_items,)
            Class codes.
        predicted : ndarray of shape (n_candidates, n_items)
            Class codes of each candidate.
        n_classes : int
            Number of classes.

        Returns
        -------
        ndarray of shape (n_candidates, n_draws)
        """
        parts = []
        is_true = _one_hot(truth, n_classes)
        hits = [(_one_hot(row, n_classes) * is_true) for row in predicted]
        said = [_one_hot(row, n_classes) for row in predicted]
        for counts in self._counts():
            support = is_true @ counts
            part = [
                _macro_f1(right @ counts, all_said @ counts, support)
                for right, all_said in zip(hits, said, strict=True)
            ]
            parts.append(np.array(part, dtype=float).reshape(len(predicted), -1))
        return np.hstack(parts)

    def _counts(self) -> Iterator[npt.NDArray[np.float32]]:
        """How often each item is drawn, (n_items, draws) at a time; the same on every call."""
        rng = np.random.default_rng(self.random_state)
        step = max(1, _BLOCK_BYTES // (8 * self.n_items))
        for start in range(0, self.n_draws, step):
            size = min(step, self.n_draws - start)
            drawn = rng.integers(self.n_items, size=(size, self.n_items))
            drawn += np.arange(size)[:, None] * self.n_items
            counts = np.bincount(drawn.ravel(), minlength=size * self.n_items)
            yield counts.reshape(size, self.n_items).T.astype(np.float32)


def interval(draws: Float64Array, level: float = 0.95) -> tuple[Float64Array, Float64Array]:
    """Percentile interval along the last axis of `draws`."""
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=-1)
    return low, high


def _one_hot(codes: Codes, n_classes: int) -> npt.NDArray[np.float32]:
    """(n_classes, n_items), 1 where the item is in the class."""
    found: npt.NDArray[np.float32] = np.arange(n_classes)[:, None] == codes[None]
    return found.astype(np.float32)


def _macro_f1(hits: Any, said: Any, support: Any) -> Any:
    """Mean over the classes that are there, as scikit-learn has it, of each draw."""
    both = said + support
    f1 = np.divide(2 * hits, both, out=np.zeros_like(hits), where=both > 0)
    there = both > 0
    return f1.sum(axis=0) / np.maximum(there.sum(axis=0), 1)


def wilson_interval(right: int, n: int, *, z: float = _Z95) -> tuple[float, float]:
    """Return the Wilson score interval of a share, which stays inside [0, 1] and fits small n.

    Notes
    -----
    With p = right / n, the bounds are
    ``(p + z^2 / 2n +- z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n)``.

    References
    ----------
    Wilson (1927), Probable inference, the law of succession, and statistical inference, JASA 22.

    Examples
    --------
    >>> low, high = wilson_interval(81, 100)
    >>> round(low, 3), round(high, 3)
    (0.722, 0.875)
    """
    if not 0 <= right <= n or n == 0:
        raise ValueError(f"expected 0 <= right <= n and n >= 1, got right={right}, n={n}")
    p, half = right / n, z * z / (2 * n)
    centre = p + half
    spread = z * math.sqrt(p * (1 - p) / n + half / (2 * n))
    low, high = (centre - spread) / (1 + 2 * half), (centre + spread) / (1 + 2 * half)
    return max(low, 0.0), min(high, 1.0)


def compare_predictions(
    predicted: Sequence[Any], truth: Any, *, random_state: int = 0
) -> dict[str, Float64Array]:
    """Return accuracy, macro F1 and what each candidate loses to the best, with 95% intervals.

    Parameters
    ----------
    predicted : sequence of array-like
        Classes of the same rows by each candidate.
    truth : array-like
        Their true classes.
    random_state : int, default=0
        Seed of the bootstrap.
    """
    from sklearn.metrics import f1_score

    table = np.stack([np.asarray(row) for row in (truth, *predicted)])
    classes, codes = np.unique(table, return_inverse=True)
    true, *rows = codes.reshape(table.shape)
    sides = np.array(rows)
    right = sides == true
    bootstrap = PairedBootstrap(len(true), random_state=random_state)
    draws = bootstrap.mean(right)
    accuracy = right.mean(axis=1)
    best = int(np.argmax(accuracy))
    low, high = interval(draws)
    f1_low, f1_high = interval(bootstrap.macro_f1(true, sides, len(classes)))
    loss_low, loss_high = interval(draws[best] - draws)
    return {
        "accuracy": accuracy,
        "accuracy_low": low,
        "accuracy_high": high,
        "macro_f1": np.array([f1_score(true, row, average="macro") for row in sides]),
        "macro_f1_low": f1_low,
        "macro_f1_high": f1_high,
        "loss": accuracy[best] - accuracy,
        "loss_low": loss_low,
        "loss_high": loss_high,
    }
