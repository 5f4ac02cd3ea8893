"""How sure the gate is of each row's language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from langalign_sk.plots._axes import COLOURS, bare, make_axes


class GateDisplay:
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
    ax_ : matplotlib Axes
        The axes of the last `plot`.
    figure_ : matplotlib Figure
        Their figure.

    Examples
    --------
    >>> from langalign_sk.plots import GateDisplay
    >>> display = GateDisplay.from_predictions([[0.9, 0.1], [0.4, 0.6]], ["en", "ko"])
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
        estimator : LangAligner or ReverseAligner
            Fitted.
        X : array-like of shape (n_rows, n_features)
            Vectors.
        lang : sequence of str, default=None
            True language of each row.
        ax : matplotlib Axes, default=None
            Where to draw.

        Returns
        -------
        GateDisplay
        """
        found = cls.from_predictions(estimator.gate_proba(X), estimator.languages_, lang=lang)
        return found.plot(ax=ax)

    @classmethod
    def from_predictions(
        cls, proba: Any, languages: Sequence[str], *, lang: Sequence[str] | None = None
    ) -> Self:
        """Take probabilities as they are.

        Parameters
        ----------
        proba : array-like of shape (n_rows, n_languages)
            Probability of each language for each row.
        languages : sequence of str
            The languages, in the order of the columns.
        lang : sequence of str, default=None
            True language of each row.

        Returns
        -------
        GateDisplay
        """
        return cls(proba, languages, lang=lang)

    def plot(self, ax: Any = None) -> Self:
        """Draw.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.

        Returns
        -------
        GateDisplay
        """
        ax = make_axes(ax)
        by_language = [
            self.confidence[[own == language for own in self.lang]] for language in self.languages
        ]
        colours = [COLOURS[i % len(COLOURS)] for i in range(len(self.languages))]
        ax.hist(
            by_language,
            bins=np.linspace(0, 1, 21),
            stacked=True,
            color=colours,
            label=self.languages,
        )
        ax.set(xlabel="probability of the row's language", ylabel="rows", xlim=(0, 1))
        ax.legend(frameon=False)
        bare(ax)
        self.ax_, self.figure_ = ax, ax.figure
        return self
