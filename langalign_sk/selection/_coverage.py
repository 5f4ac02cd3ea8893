"""Coverage: unlabelled rows against what the pairs cover."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from langalign_sk._numeric import Float64Array, FloatArray, as_float_matrix, as_numpy
from langalign_sk.corpus import ParallelCorpus, TextPool
from langalign_sk.maps import COUNT, PART
from langalign_sk.measures import checked
from langalign_sk.selection._cover import Cover, distinct


@dataclass(frozen=True, eq=False)
class Coverage:
    """Distance of unlabelled rows from the pairs.

    Attributes
    ----------
    outside : float
        Share of the unlabelled rows that lie further from the pairs than the threshold.
    nominal : float
        The share that would be outside if the rows were of the same kind as the pairs.
    threshold : float
        Largest distance that counts as covered.
    scores : ndarray of shape (n_rows,)
        Distance of each row: 1 minus the mean cosine to its nearest rows of the pairs.
    n_pairs : int
        Distinct target rows of the pairs.
    """

    outside: float
    nominal: float
    threshold: float
    scores: Float64Array = field(repr=False)
    n_pairs: int

    @property
    def ok(self) -> bool:
        """True where the share outside is below a quarter, or within twice what is nominal."""
        return self.outside <= max(0.25, 2 * self.nominal)

    @property
    def rows_outside(self) -> npt.NDArray[np.intp]:
        """Numbers of the rows outside, the furthest first."""
        order = np.argsort(-self.scores, kind="stable")
        rows: npt.NDArray[np.intp] = order[self.scores[order] > self.threshold]
        return rows

    def summary(self) -> str:
        """Return the finding in words, with a warning where the pairs are of another kind."""
        text = (
            f"{self.outside:.0%} of {len(self.scores)} unlabelled rows lie outside what the "
            f"{self.n_pairs:,} pairs cover ({self.nominal:.0%} would for text of the same kind)."
        )
        if self.ok:
            return text
        return (
            f"Warning: {text} The map has learned little about such text: add pairs of its kind, "
            "for example translations of the rows furthest outside."
        )


@checked(quantile=[PART], n_neighbors=[COUNT])
def coverage(
    pairs: ParallelCorpus,
    unlabeled: Any,
    *,
    quantile: float = 0.95,
    n_neighbors: int = 5,
    random_state: Any = 0,
) -> Coverage:
    r"""Count the unlabelled target rows that lie outside what the pairs cover.

    A map learned from product strings says little about chat. This compares the text that the
    service will see with the target side of the pairs, before any label exists.

    Parameters
    ----------
    pairs : ParallelCorpus
        Vectors; ``pairs.embed(extractor)`` of texts.
    unlabeled : TextPool or array-like of shape (n_rows, d)
        Vectors of target rows, from the same extractor (in language blocks, the block alone, as
        ``pool.embed(extractor)`` gives it).
    quantile : float, default=0.95
        Share of the pairs' own rows that counts as covered by the others.
    n_neighbors : int, default=5
        How many nearest rows of the pairs a row is compared with.
    random_state : int, RandomState or None, default=0
        Which of the pairs' own rows set the threshold, where there are more than 2,000.

    Returns
    -------
    Coverage

    See Also
    --------
    estimate_target_accuracy : Says "unreliable" where much lies outside.

    Notes
    -----
    Rows are brought to unit length and the mean of the pairs' target rows is taken off. The
    distance of a row x is then :math:`1 - \frac1k \sum_{j \in N_k(x)} \cos(x, t_j)` over its k
    nearest distinct target rows. The threshold is the given quantile of the same distance of the
    pairs' own rows, each compared with all the others: for new rows of the same kind, the
    share outside is about ``1 - quantile``. Rows without any length (texts an encoder
    knows nothing of) are outside.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk import ParallelCorpus
    >>> from langalign_sk.selection import coverage
    >>> rng = np.random.default_rng(0)
    >>> target = rng.normal(size=(1000, 8)) + np.r_[3, np.zeros(7)]
    >>> pairs = ParallelCorpus(target, target, target_lang="ko")
    >>> coverage(pairs, rng.normal(size=(500, 8)) + np.r_[3, np.zeros(7)]).outside < 0.1
    True
    >>> print(coverage(pairs, rng.normal(size=(500, 8)) - np.r_[3, np.zeros(7)]).summary())
    Warning: ...% of 500 unlabelled rows lie outside what the 1,000 pairs cover (5% would for ...
    """
    own = distinct(_vectors(pairs, "pairs"))
    rows = _vectors(unlabeled, "unlabeled")
    if rows.shape[1] != own.shape[1]:
        raise ValueError(
            f"unlabeled rows are {rows.shape[1]} wide, the target side of the pairs "
            f"{own.shape[1]}: embed both with the same extractor"
        )
    cover = Cover.of(own, n_neighbors=n_neighbors, quantile=quantile, random_state=random_state)
    scores = cover.distances(rows)
    outside = float(np.mean(scores > cover.threshold))
    return Coverage(outside, 1 - quantile, cover.threshold, scores, len(own))


def _vectors(rows: Any, name: str) -> FloatArray:
    """Return target vectors of a corpus, a TextPool or an array."""
    if isinstance(rows, ParallelCorpus | TextPool):
        if rows.detached:
            raise ValueError(f"{rows!r} was saved without its rows; give the object itself")
        if rows.is_text:
            raise ValueError(
                f"coverage compares vectors, but {name} holds texts: {name}.embed(extractor) "
                "with the extractor of the pipeline"
            )
        found: FloatArray = rows.target if isinstance(rows, ParallelCorpus) else rows.rows
        return found
    if name == "pairs":
        raise TypeError(f"pairs must be a ParallelCorpus of vectors, got {type(rows).__name__}")
    return as_float_matrix(as_numpy(rows), name=name)
