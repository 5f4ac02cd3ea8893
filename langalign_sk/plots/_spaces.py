"""Pictures of an aligner: the confidence of its gate, pairs before and after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from langalign_sk._numeric import FloatArray
from langalign_sk.corpus import ParallelCorpus
from langalign_sk.plots._base import COLOURS, Display, bare, legend_above
from langalign_sk.plots._parts import to_aligner
from langalign_sk.selection import extractor_of, pair_rows

Sides = tuple[FloatArray, FloatArray]


class GateDisplay(Display):
    """Histogram of the gate's confidence, one colour per language.

    Parameters
    ----------
    proba : array-like of shape (n_rows, n_languages)
        Probability of each language for each row.
    languages : sequence of str
        The languages, in the order of the columns.
    lang : sequence of str, default=None
        True language of each row, where known: rows are then coloured by it, and show the
        probability of that language; else by the language the gate decides for.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
        Those of the last `plot`.

    Examples
    --------
    >>> from langalign_sk.plots import GateDisplay
    >>> display = GateDisplay([[0.9, 0.1], [0.4, 0.6]], ["en", "ko"])
    >>> display.confidence.tolist(), display.lang
    ([0.9, 0.6], ['en', 'ko'])
    """

    def __init__(
        self, proba: Any, languages: Sequence[str], *, lang: Sequence[str] | None = None
    ) -> None:
        self.proba = np.asarray(proba, dtype=float)
        self.languages = [str(language) for language in languages]
        if self.proba.ndim != 2 or self.proba.shape[1] != len(self.languages):
            raise ValueError(
                f"proba has shape {self.proba.shape} for the languages {self.languages}"
            )
        decided = [self.languages[column] for column in self.proba.argmax(axis=1)]
        self.lang = decided if lang is None else [str(language) for language in lang]
        if len(self.lang) != len(self.proba):
            raise ValueError(f"lang names {len(self.lang)} languages for {len(self.proba)} rows")
        columns = [self.languages.index(language) for language in self.lang]
        self.confidence = self.proba[np.arange(len(self.proba)), columns]

    @classmethod
    def from_estimator(
        cls, estimator: Any, X: Any, *, lang: Sequence[str] | None = None, ax: Any = None
    ) -> Self:
        """Ask a fitted aligner, and draw.

        Parameters
        ----------
        estimator : LangAligner, ReverseAligner, or a pipeline with one
            Fitted.
        X : array-like of shape (n_rows, n_features), or rows as the pipeline takes them
            Rows of several languages.
        lang : sequence of str, default=None
            True language of each row.
        ax : matplotlib Axes, default=None
            Where to draw.

        Returns
        -------
        GateDisplay
        """
        *front, aligner = to_aligner(estimator)
        for step in front:
            X = step.transform(X)
        return cls(aligner.gate_proba(X), aligner.languages_, lang=lang).plot(ax=ax)

    def _draw(self, ax: Any) -> None:
        lang = np.array(self.lang)
        ax.hist(
            [self.confidence[lang == language] for language in self.languages],
            bins=np.linspace(0, 1, 21),
            stacked=True,
            color=[COLOURS[i % len(COLOURS)] for i in range(len(self.languages))],
            label=self.languages,
        )
        ax.set(xlabel="probability of the row's language", ylabel="rows", xlim=(0, 1))
        legend_above(ax, 6)
        bare(ax)


class SpaceDisplay(Display):
    """Pairs in two dimensions, before and after alignment, joined by lines.

    Parameters
    ----------
    before, after : tuple of (array, array)
        Source and target vectors, row-aligned; those of `before` may differ in width.
    languages : tuple of (str, str), default=("source", "target")
        Names for the legend.

    Attributes
    ----------
    ax_, figure_ : array of two matplotlib Axes, and Figure
        Those of the last `plot`.

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
    >>> display = SpaceDisplay(
    ...     (source, target), (source, target - 4), languages=("en", "ko"))
    >>> display.languages
    ('en', 'ko')
    """

    n_axes = 2

    def __init__(
        self, before: Sides, after: Sides, *, languages: tuple[str, str] = ("source", "target")
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
        estimator : aligner or pipeline with one
            Fitted.
        pairs : ParallelCorpus
            Best some that it was not fitted on: vectors as the aligner takes them, or texts where
            a pipeline begins with an extractor.
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
        order = np.random.default_rng(random_state).permutation(pairs.n_pairs)[:n_pairs]
        chosen, aligner = pairs.take(np.sort(order)), to_aligner(estimator)[-1]
        if chosen.is_text:
            extractor = extractor_of(estimator)
            if extractor is None:
                raise ValueError(
                    f"{pairs!r} holds texts: use pairs.embed(extractor), or a pipeline that begins "
                    "with the extractor"
                )
            chosen = chosen.embed(extractor)
        source, target = (aligner.transform(side) for side in pair_rows(aligner, chosen))
        languages = (chosen.source_lang or "source", chosen.target_lang or "target")
        before = (chosen.source, chosen.target)
        return cls(before, (source, target), languages=languages).plot(ax=ax)

    def _size(self) -> tuple[float, float]:
        return 4.6, 4.4

    def _draw(self, *axes: Any) -> None:
        pictures = {"before": self.before, "after": self.after}
        for ax, (title, sides) in zip(axes, pictures.items(), strict=True):
            flat = project(*sides)
            for start, end in zip(*flat, strict=True):
                ax.plot(*zip(start, end, strict=True), color="0.6", lw=0.5, zorder=1)
            for points, name, colour in zip(flat, self.languages, COLOURS, strict=False):
                ax.scatter(*points.T, s=14, color=colour, label=name, zorder=2)
            ax.set(xticks=[], yticks=[], xlabel=title)
            legend_above(ax)
            bare(ax)


def project(source: Any, target: Any) -> Sides:
    """Return both sides on the two leading principal components of all rows."""
    sides = [np.asarray(side, dtype=np.float64) for side in (source, target)]
    width = max(2, *(side.shape[1] for side in sides))
    rows = np.vstack([np.pad(side, ((0, 0), (0, width - side.shape[1]))) for side in sides])
    rows = rows - rows.mean(axis=0)
    axes = np.linalg.svd(rows, full_matrices=False)[2][:2]
    flat = rows @ axes.T
    return flat[: len(sides[0])], flat[len(sides[0]) :]
