"""Unlabelled texts against what the pairs cover."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np

from langalign_sk.corpus import ParallelCorpus, TextPool
from langalign_sk.plots._base import COLOURS, Display, bare, legend_above
from langalign_sk.selection import Coverage, coverage, extractor_of

if TYPE_CHECKING:
    from langalign_sk.report import TransferReport


class CoverageDisplay(Display):
    """Distances of texts from the pairs, and from where on they are not covered.

    Parameters
    ----------
    coverage : Coverage
        What :func:`~langalign_sk.selection.coverage` found.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
        Those of the last `plot`.

    See Also
    --------
    langalign_sk.selection.coverage : The measure.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk import ParallelCorpus
    >>> from langalign_sk.plots import CoverageDisplay
    >>> rng = np.random.default_rng(0)
    >>> target = rng.normal(size=(400, 8)) + np.r_[3, np.zeros(7)]
    >>> pairs = ParallelCorpus(target, target, target_lang="ko")
    >>> display = CoverageDisplay.from_predictions(pairs, target[:100] - np.r_[6, np.zeros(7)])
    >>> display.coverage.ok
    False
    """

    def __init__(self, coverage: Coverage) -> None:
        self.coverage = coverage

    @classmethod
    def from_estimator(
        cls, estimator: Any, pairs: ParallelCorpus, unlabeled: TextPool, *, ax: Any = None
    ) -> Self:
        """Embed texts as an estimator does, compare, and draw.

        Parameters
        ----------
        estimator : EmbeddingExtractor, or a fitted pipeline with one
            What reads the texts.
        pairs : ParallelCorpus
            Texts and their translations.
        unlabeled : TextPool
            Texts of the target language.
        ax : matplotlib Axes, default=None
            Where to draw.

        Returns
        -------
        CoverageDisplay
        """
        extractor = extractor_of(estimator)
        if extractor is None:
            raise ValueError(
                f"nothing in {type(estimator).__name__} reads texts: embed both with the extractor "
                "and use from_predictions"
            )
        return cls.from_predictions(pairs.embed(extractor), unlabeled.embed(extractor), ax=ax)

    @classmethod
    def from_predictions(cls, pairs: ParallelCorpus, unlabeled: Any, *, ax: Any = None) -> Self:
        """Compare vectors, and draw.

        Parameters
        ----------
        pairs : ParallelCorpus
            Vectors.
        unlabeled : TextPool or array-like of shape (n_rows, d)
            Vectors of target texts.
        ax : matplotlib Axes, default=None
            Where to draw.

        Returns
        -------
        CoverageDisplay
        """
        return cls(coverage(pairs, unlabeled)).plot(ax=ax)

    @classmethod
    def from_report(cls, report: TransferReport, *, ax: Any = None) -> Self:
        """Draw what a report found.

        Parameters
        ----------
        report : TransferReport
            With target texts.
        ax : matplotlib Axes, default=None
            Where to draw.

        Returns
        -------
        CoverageDisplay
        """
        if report.coverage is None:
            raise ValueError("this report had no target texts to hold against the pairs")
        return cls(report.coverage).plot(ax=ax)

    def _draw(self, ax: Any) -> None:
        found = self.coverage
        seen = found.scores[np.isfinite(found.scores)]
        # Texts that an encoder knows nothing of are infinitely far: at the edge.
        end = max(1.0, found.threshold, *seen[:1], float(seen.max()) if len(seen) else 0.0)
        scores = np.minimum(found.scores, end)
        bins = np.linspace(min(0.0, float(scores.min())), end, 41)
        inside = scores <= found.threshold
        ax.hist(
            [scores[inside], scores[~inside]],
            bins=bins,
            stacked=True,
            color=COLOURS[:2],
            label=["covered", f"outside: {found.outside:.0%} ({found.nominal:.0%} is normal)"],
        )
        ax.axvline(found.threshold, color="0.3", ls="--", lw=1)
        ax.set(xlabel="distance from the nearest pairs", ylabel="texts")
        legend_above(ax)
        bare(ax)
