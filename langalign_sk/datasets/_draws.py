"""Random draws whose bytes never change: raw words of a bit generator, not a distribution's."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

T = TypeVar("T")


def entropy_of(random_state: Any) -> int:
    """The non-negative integer that everything is drawn from."""
    if isinstance(random_state, int | np.integer):
        if random_state < 0:
            raise ValueError(f"random_state must not be negative, got {random_state}")
        return int(random_state)
    if random_state is None:
        return int(np.random.SeedSequence().generate_state(1, np.uint64)[0])
    if isinstance(random_state, np.random.Generator):
        return int(random_state.integers(2**32))
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(2**32, dtype=np.uint64))
    raise TypeError(
        "random_state must be an int, None, numpy Generator or RandomState, "
        f"got {type(random_state).__name__}"
    )


class Draws:
    """An independent stream of random choices for one named purpose.

    NumPy promises the raw words of PCG64 for good, while the streams of ``Generator.integers`` and
    its like may change between versions; the demo corpus must not.
    """

    def __init__(self, entropy: int, *purpose: str) -> None:
        key = [entropy, *(zlib.crc32(word.encode()) for word in purpose)]
        self._bits = np.random.PCG64(np.random.SeedSequence(key))
        self._words: list[int] = []

    def below(self, n: int) -> int:
        """A whole number in ``[0, n)``."""
        if not self._words:
            self._words = self._bits.random_raw(4096).tolist()
        return self._words.pop() % n

    def chance(self, p: float) -> bool:
        """True with probability ``p``."""
        return self.below(1_000_000) < p * 1_000_000

    def pick(self, options: Sequence[T]) -> T:
        """One of the options, all equally likely."""
        return options[self.below(len(options))]

    def permutation(self, n: int) -> npt.NDArray[np.int64]:
        """The numbers below ``n`` in random order."""
        return np.argsort(self._bits.random_raw(n), kind="stable").astype(np.int64)
