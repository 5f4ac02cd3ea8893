"""What ParallelCorpus and TextPool can do with their rows."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.utils import check_random_state

from langalign_sk._process import caches
from langalign_sk.corpus._embedding import embed_side
from langalign_sk.corpus._grouping import choose_groups, tied_rows
from langalign_sk.corpus._inputs import (
    as_count,
    as_indices,
    as_pair_weights,
    check_in_layout,
    frozen,
)
from langalign_sk.corpus._state import RowState
from langalign_sk.text import BlockLayout


class RowHolder(RowState):
    """Concatenation, selection, embedding and moments, for one side or two.

    Deliberately without length, shape, iteration and conversion to an array: scikit-learn cuts
    whatever has these to its folds, and prints it.
    """

    def __add__(self, other: object) -> Self:
        """Rows of both, this one's first; moments are added, not accumulated again."""
        if type(other) is not type(self):
            return NotImplemented
        assert isinstance(other, type(self))
        for what, ours, theirs in (
            ("languages", self._langs, other._langs),
            ("kinds of rows", self._kind(), other._kind()),
            ("layouts", self._layout, other._layout),
            ("extractor specifications", self._spec, other._spec),
        ):
            if ours != theirs:
                raise ValueError(
                    f"{self!r} and {other!r} cannot be added: their {what} differ, {ours} "
                    f"and {theirs}"
                )
        weights: list[Any] = [self._weights(), other._weights()]
        total = None
        if any(weight is not None for weight in weights):
            rows = zip(weights, (self._n, other._n), strict=True)
            total = frozen(np.concatenate([np.ones(n) if w is None else w for w, n in rows]))
        return self._like(_n=self._n + other._n, _weight=total, _parts=(self, other))

    def _kind(self) -> str:
        """Say what the rows are: texts, or vectors of which numbers and widths."""
        node: RowHolder = self
        while node._parts is not None:
            node = node._parts[0]
        return " and ".join(
            "texts" if isinstance(side, tuple) else f"{side.dtype} vectors of width {side.shape[1]}"
            for side in node._rows()
        )

    def _shared_moments(self) -> Any:
        """Moments of the rows, accumulated once per process and content."""
        if self.is_text:
            raise ValueError(
                f"{self!r} holds texts, which have no moments: embed first, with .embed(extractor)"
            )
        if self._parts is None:
            self._rows()  # a stub raises, even where its moments are still known
        return caches.moments.get(self.fingerprint, self._compute_moments)

    def _compute_moments(self) -> Any:
        """Accumulate, or add up the moments of the parts of a sum."""
        node, added = self, []
        while node._parts is not None and (node is self or node.fingerprint not in caches.moments):
            node, right = node._parts
            added.append(right)
        if not added:
            return self._accumulate()
        total = node._shared_moments()
        for right in reversed(added):
            total = total + right._shared_moments()
        return total

    def _accumulate(self) -> Any:
        """Pass over the rows."""
        raise NotImplementedError

    def _subset(self, index: Any) -> Self:
        """Rows by number, in the order given."""
        sides = tuple(
            tuple(side[i] for i in index) if isinstance(side, tuple) else frozen(side[index])
            for side in self._rows()
        )
        weight = None if self._weight is None else as_pair_weights(self._weight[index], len(index))
        return self._like(_n=len(index), _weight=weight, _sides=sides)

    def take(self, indices: Any = None, *, n: int | None = None, random_state: Any = None) -> Self:
        """Pick rows: those at `indices`, or `n` at random.

        Parameters
        ----------
        indices : sequence of int or of bool, optional
            Row numbers in the order wanted (repetitions allowed), or a mask.
        n : int, optional
            Number of rows to draw without replacement; they stay in their order.
        random_state : int, RandomState or None
            Of the drawing; None draws differently each time.

        Returns
        -------
        ParallelCorpus or TextPool
            A new corpus with copies of the rows and their weights.
        """
        if (indices is None) == (n is None):
            raise ValueError("take() needs either indices or n=")
        if n is None:
            return self._subset(as_indices(indices, self._n))
        if isinstance(n, bool) or not 1 <= n <= self._n:
            raise ValueError(f"n must be between 1 and the {self._n} rows, got {n!r}")
        return self._subset(np.sort(_random(random_state).permutation(self._n)[: int(n)]))

    def split(self, size: float, *, random_state: Any = None) -> tuple[Self, Self]:
        """Split at random into two disjoint corpora that share no text.

        Rows with the same text (or an equal vector) on any side stay together, directly or
        through other rows: otherwise the second part would hold what the first part has seen.

        Parameters
        ----------
        size : float or int
            Size of the first part: a fraction in (0, 1) or a number of rows. Where rows that
            belong together do not fit, the first part is smaller.
        random_state : int, RandomState or None
            Of the drawing; None draws differently each time.

        Returns
        -------
        first, second : ParallelCorpus or TextPool
            New corpora with copies of the rows, in their order.
        """
        count = as_count(size, self._n)
        first = choose_groups(tied_rows(self._rows()), count, _random(random_state))
        if not first.any():
            raise ValueError(
                f"{self!r} cannot be split at {size!r}: its rows hang together through equal texts "
                "in groups larger than that; remove repeated rows, or choose rows with take()"
            )
        return self._subset(np.flatnonzero(first)), self._subset(np.flatnonzero(~first))

    def _embed(self, extractor: Any) -> Self:
        """Encode each side in its language; remembered per specification of the extractor."""
        if not self.is_text:
            raise ValueError(f"{self!r} holds vectors already; embed() is for texts")
        if not hasattr(extractor, "embed_language"):
            return self._encoded(extractor, None, None)
        layout = extractor.get_layout()
        if layout is not None:
            for lang, name in zip(self._langs, self._side_names, strict=True):
                check_in_layout(layout, lang, name)
        spec = str(extractor.spec())
        return self._embedded.get(spec, lambda: self._encoded(extractor, layout, spec))

    def _encoded(self, extractor: Any, layout: BlockLayout | None, spec: str | None) -> Self:
        """Corpus of the vectors that an extractor gives."""
        sides = tuple(
            embed_side(extractor, side, lang, name, layout)
            for side, lang, name in zip(self._rows(), self._langs, self._side_names, strict=True)
        )
        return self._like(
            _n=self._n,
            _weight=self._weight,
            _sides=sides,
            _widths=tuple(side.shape[1] for side in sides),
            _layout=layout,
            _spec=spec,
        )


def _random(random_state: Any) -> np.random.RandomState:
    """Random numbers that are nobody else's: None is fresh entropy, not numpy's global state."""
    if random_state is None:
        return np.random.RandomState()  # scikit-learn's kind, as check_random_state
    state: np.random.RandomState = check_random_state(random_state)
    return state
