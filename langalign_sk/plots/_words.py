"""The words of one pair of texts, their similarities and links."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Self

import numpy as np

from langalign_sk.plots._base import COLOURS, Display
from langalign_sk.words import AlignedPair


class WordAlignmentDisplay(Display):
    """Which word of a text belongs to which of its translation, as a map of their similarities.

    Parameters
    ----------
    source, target : sequence of str
        Words of either text.
    similarity : array-like of shape (n_source, n_target)
        How similar they are; the darker the more.
    links : iterable of (int, int)
        Pairs that belong together: squares.
    gold : iterable of (int, int), optional
        Pairs that people drew: dots.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
        Those of the last `plot`.

    See Also
    --------
    WordAligner.align : Gives such pairs.

    Examples
    --------
    >>> from langalign_sk.plots import WordAlignmentDisplay
    >>> display = WordAlignmentDisplay(["a", "dog"], ["un", "cane"], [[0.8, 0], [0, 0.9]], [(1, 1)])
    >>> display.links
    [(1, 1)]
    """

    def __init__(
        self,
        source: Sequence[str],
        target: Sequence[str],
        similarity: Any,
        links: Iterable[Any],
        gold: Iterable[Any] = (),
    ) -> None:
        self.source, self.target = list(source), list(target)
        self.similarity = np.asarray(similarity, dtype=float)
        self.links = [(int(i), int(j)) for i, j in links]
        self.gold = [(int(i), int(j)) for i, j in gold]
        if self.similarity.shape != (len(self.source), len(self.target)):
            raise ValueError(
                f"similarity has shape {self.similarity.shape} for {len(self.source)} source "
                f"words and {len(self.target)} target words"
            )

    @classmethod
    def from_pair(cls, pair: AlignedPair, gold: Iterable[Any] = (), *, ax: Any = None) -> Self:
        """Draw one pair as `WordAligner.align` gives it.

        Parameters
        ----------
        pair : AlignedPair
            Words, similarities and links.
        gold : iterable of (int, int), optional
            Links that people drew.
        ax : matplotlib Axes, default=None
            Where to draw.

        Returns
        -------
        WordAlignmentDisplay
        """
        words = pair.source.words, pair.target.words
        return cls(*words, pair.similarity, pair.links.tolist(), gold).plot(ax=ax)

    def _size(self) -> tuple[float, float]:
        return 1.5 + 0.6 * len(self.target), 1.1 + 0.4 * len(self.source)

    def _draw(self, ax: Any) -> None:
        ax.imshow(self.similarity, cmap="Greys", vmin=0, vmax=1.3, aspect="auto")
        for i, j in self.links:
            square = ((j - 0.45, i - 0.45), 0.9, 0.9)
            ax.add_patch(_rectangle(*square, COLOURS[0]))
        if self.gold:
            rows, columns = zip(*self.gold, strict=True)
            ax.plot(columns, rows, "o", color=COLOURS[1], markersize=5)
        ax.set_xticks(range(len(self.target)), self.target, rotation=30, ha="right")
        ax.set_yticks(range(len(self.source)), self.source)
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)


def _rectangle(corner: tuple[float, float], width: float, height: float, colour: str) -> Any:
    """Return the frame of a link."""
    from matplotlib.patches import Rectangle

    return Rectangle(corner, width, height, fill=False, edgecolor=colour, linewidth=2)
