"""What a blend of moved and unmoved rows trades for what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from langalign_sk._numeric import FloatArray
from langalign_sk.corpus import ParallelCorpus
from langalign_sk.maps import blended
from langalign_sk.measures import alignment_tradeoff
from langalign_sk.plots._base import COLOURS, Display, bare
from langalign_sk.plots._parts import to_aligner
from langalign_sk.selection import extractor_of

#: Labelled points are this far apart, in shares of one.
_LABELLED = 0.02


class BlendDisplay(Display):
    """Translations found and neighbours kept, by how far rows are moved.

    Parameters
    ----------
    blend : sequence of float
        From 0, rows as they were, to 1, rows moved wholly.
    kept, found : array-like of shape (n_blends,)
        For each, the figures of `alignment_tradeoff`.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
        Those of the last `plot`.

    See Also
    --------
    alignment_tradeoff : What is drawn.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk import LangAligner, ParallelCorpus
    >>> from langalign_sk.plots import BlendDisplay
    >>> rng = np.random.default_rng(0)
    >>> source = rng.normal(size=(300, 40))
    >>> target = source + rng.normal(size=(300, 40)) + 2
    >>> aligner = LangAligner((source[:200], target[:200])).fit(source)
    >>> held_out = ParallelCorpus(source[200:], target[200:])
    >>> display = BlendDisplay.from_estimator(aligner, held_out)
    >>> float(display.kept[0]), bool(display.found[-1] > display.found[0])
    (1.0, True)
    """

    def __init__(self, blend: Sequence[float], kept: Any, found: Any) -> None:
        self.blend, self.kept, self.found = (np.asarray(row) for row in (blend, kept, found))

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        pairs: ParallelCorpus,
        *,
        blend: Sequence[float] = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0),
        ax: Any = None,
    ) -> Self:
        """Let a fitted aligner move pairs by and by, and draw.

        Parameters
        ----------
        estimator : LangAligner, ReverseAligner, or a pipeline with one
            Fitted with ``blend=1`` on spaces of one width, with one language to move.
        pairs : ParallelCorpus
            Pairs that it was not fitted on: vectors as the aligner takes them, or texts where a
            pipeline begins with an extractor.
        blend : sequence of float
            How far to move.
        ax : matplotlib Axes, default=None
            Where to draw.

        Returns
        -------
        BlendDisplay
        """
        aligner, extractor = to_aligner(estimator)[-1], extractor_of(estimator)
        if pairs.is_text and extractor is not None:
            pairs = pairs.embed(extractor)
        moved, stays = _sides(aligner, pairs)
        ((_, fitted),) = aligner.maps_.items()
        figures = []
        for share in blend:
            figures.append(
                alignment_tradeoff(moved, blended(fitted, share).transform(moved), stays)
            )
        kept, found = ([getattr(each, name) for each in figures] for name in ("kept", "found"))
        return cls(blend, kept, found).plot(ax=ax)

    def _draw(self, ax: Any) -> None:
        ax.plot(self.kept, self.found, "o-", color=COLOURS[0])
        last: Any = None
        for share, *place in zip(self.blend, self.kept, self.found, strict=True):
            # Where points lie close together, the first one of them is labelled.
            if last is None or np.hypot(*np.subtract(place, last)) >= _LABELLED:
                ax.annotate(f"{share:g}", place, xytext=(4, 4), textcoords="offset points")
                last = place
        ax.margins(0.1)
        ax.set_xlabel("neighbours kept")
        ax.set_ylabel("translations found first")
        bare(ax)


def _sides(aligner: Any, pairs: ParallelCorpus) -> tuple[FloatArray, FloatArray]:
    """Return the rows that move and those that stay."""
    if len(aligner.maps_) != 1:
        raise ValueError(f"the aligner moves {list(aligner.maps_)}: fit one for one language")
    if aligner.blend != 1:
        raise ValueError(
            f"the aligner blends already (blend={aligner.blend!r}): fit one with blend=1"
        )
    if pairs.is_text:
        raise ValueError(f"{pairs!r} holds texts: use pairs.embed(extractor)")
    sides = pairs.source, pairs.target
    return sides[::-1] if aligner._backwards else sides
