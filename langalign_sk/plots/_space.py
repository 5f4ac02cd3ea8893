"""Two languages in one picture, before and after alignment."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from langalign_sk._numeric import FloatArray
from langalign_sk.corpus import ParallelCorpus
from langalign_sk.plots._axes import COLOURS, bare, make_axes
from langalign_sk.selection import pair_rows


class SpaceDisplay:
    """Pairs in two dimensions, before and after alignment, joined by lines.

    Parameters
    ----------
    before, after : tuple of (array, array)
        Source and target vectors, row-aligned; those of `before` may differ in width.
    languages : tuple of (str, str), default=("source", "target")
        Names for the legend.

    Attributes
    ----------
    axes_ : array of matplotlib Axes
        The two axes of the last `plot`.
    figure_ : matplotlib Figure
        Their figure.

    Notes
    -----
    Each picture shows the two leading principal components of all its rows. Where the two sides
    have different widths, the narrower is filled with zeros: two encoders that never met have
    nothing in common, and the picture shows it.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.plots import SpaceDisplay
    >>> rng = np.random.default_rng(0)
    >>> source = rng.normal(size=(50, 5))
    >>> target = source + 4
    >>> display = SpaceDisplay.from_predictions(
    ...     (source, target), (source, target - 4), languages=("en", "ko"))
    >>> display.languages
    ('en', 'ko')
    """

    def __init__(
        self,
        before: tuple[FloatArray, FloatArray],
        after: tuple[FloatArray, FloatArray],
        *,
        languages: tuple[str, str] = ("source", "target"),
    ) -> None:
        self.before, self.after, self.languages = before, after, languages

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        pairs: ParallelCorpus,
        *,
        n_pairs: int = 150,
        random_state: int = 0,
        ax: Any = None,
    ) -> Self:
        """Let a fitted aligner move pairs, and draw.

        Parameters
        ----------
        estimator : aligner or pipeline of transformers
            Fitted. Anything with ``transform`` for the rows of the pairs.
        pairs : ParallelCorpus
            Vectors, best some that it was not fitted on.
        n_pairs : int, default=150
            Draw this many at most, chosen at random.
        random_state : int, default=0
            Of the choice.
        ax : array of two matplotlib Axes, default=None
            Where to draw.

        Returns
        -------
        SpaceDisplay
        """
        if pairs.is_text:
            raise ValueError(
                f"{pairs!r} holds texts: use pairs.embed(extractor) and the steps behind it"
            )
        order = np.random.default_rng(random_state).permutation(pairs.n_pairs)[:n_pairs]
        chosen = pairs.take(np.sort(order))
        moved = [estimator.transform(side) for side in pair_rows(estimator, chosen)]
        return cls.from_predictions(
            (chosen.source, chosen.target),
            (moved[0], moved[1]),
            languages=(chosen.source_lang or "source", chosen.target_lang or "target"),
        ).plot(ax=ax)

    @classmethod
    def from_predictions(
        cls,
        before: tuple[FloatArray, FloatArray],
        after: tuple[FloatArray, FloatArray],
        *,
        languages: tuple[str, str] = ("source", "target"),
    ) -> Self:
        """Take vectors as they are.

        Parameters
        ----------
        before, after : tuple of (array, array)
            Source and target vectors, row-aligned.
        languages : tuple of (str, str), default=("source", "target")
            Names for the legend.

        Returns
        -------
        SpaceDisplay
        """
        return cls(before, after, languages=languages)

    def plot(self, ax: Any = None) -> Self:
        """Draw.

        Parameters
        ----------
        ax : array of two matplotlib Axes, default=None
            Where to draw; None makes a figure.

        Returns
        -------
        SpaceDisplay
        """
        axes = np.asarray(make_axes(ax, columns=2, size=(4.6, 4.4)))
        if axes.size != 2:
            raise ValueError(f"two axes are needed, before and after; got {axes.size}")
        for place, sides, title in zip(
            axes.ravel(), (self.before, self.after), ("before", "after"), strict=True
        ):
            flat = project(*sides)
            for start, end in zip(*flat, strict=True):
                place.plot(*zip(start, end, strict=True), color="0.6", lw=0.5, zorder=1)
            for points, name, colour in zip(flat, self.languages, COLOURS, strict=False):
                place.scatter(*points.T, s=14, color=colour, label=name, zorder=2)
            place.set(xticks=[], yticks=[], title=title)
            place.legend(frameon=False)
            bare(place)
        self.axes_, self.figure_ = axes, axes.ravel()[0].figure
        return self


def project(source: Any, target: Any) -> tuple[FloatArray, FloatArray]:
    """Both sides on the two leading principal components of all rows."""
    sides = [np.asarray(side, dtype=np.float64) for side in (source, target)]
    width = max(2, *(side.shape[1] for side in sides))
    rows = np.vstack([np.pad(side, ((0, 0), (0, width - side.shape[1]))) for side in sides])
    rows = rows - rows.mean(axis=0)
    axes = np.linalg.svd(rows, full_matrices=False)[2][:2]
    flat = rows @ axes.T
    return flat[: len(sides[0])], flat[len(sides[0]) :]
