"""Whether both sides of the pairs are in one space already, and the pairs as differences in it."""

from __future__ import annotations

import math

import numpy as np

from langalign_sk._numeric import Float64Array, Moments, PairMoments

#: Correlation over all columns from which on two sides count as one space: below what sides of one
#: encoder reach where it barely knows a language, above what sentence length alone gives.
AGREES = 0.08
#: The same for the median column: lengths of sentences alone make a few columns agree.
TYPICAL = 0.05
#: Deviations of chance that either must exceed besides; they matter in narrow spaces only.
BEYOND_CHANCE = 4.0


def space_agreement(moments: PairMoments) -> float:
    """Return the correlation of both sides of the pairs, column j with column j, over all columns.

    About 0 for spaces of unrelated encoders, 1 for equal rows up to a shift; 0 for unequal widths,
    and where a side does not vary. The same in either direction.

    Parameters
    ----------
    moments : PairMoments

    Returns
    -------
    float
        In [-1, 1].
    """
    return _correlations(moments)[0]


def one_space(moments: PairMoments) -> bool:
    """Tell whether the pairs say that a row and its translation are near in one space.

    Both must agree: the correlation over all columns, and that of the median column.

    Parameters
    ----------
    moments : PairMoments

    Returns
    -------
    bool
    """
    if moments.source is moments.target:
        return True
    width = moments.source.width
    # Of rows turned at random, and of few pairs; 1.25 is for the median.
    chance = 1.25 / math.sqrt(width * min(width, moments.n_effective))
    overall, median = _correlations(moments)
    return min(overall / AGREES, median / TYPICAL) >= 1.0 and (
        min(overall, median) >= BEYOND_CHANCE * chance
    )


def differences(moments: PairMoments) -> PairMoments:
    """Return the moments of source rows with target rows minus source rows.

    Of the target side only the diagonal is known. Made once per moments.
    """

    def compute() -> PairMoments:
        source, target = moments.source, moments.target
        across = moments.cross.diagonal()
        squares = np.maximum(target.squares - 2.0 * across + source.squares, 0.0)
        steps = Moments(
            n=moments.n,
            weight=moments.weight,
            weight_sq=moments.weight_sq,
            mean=target.mean - source.mean,
            scatter=squares,
        )
        return PairMoments(source=source, target=steps, cross=moments.cross - source.scatter)

    return moments.memo("differences", compute)


def _correlations(moments: PairMoments) -> tuple[float, float]:
    """Return the correlation over all columns, and that of the median column."""
    source, target = moments.source, moments.target
    if source.width != target.width:
        return 0.0, 0.0

    def compute() -> tuple[float, float]:
        across = moments.cross.diagonal()
        total = math.sqrt(float(source.squares.sum())) * math.sqrt(float(target.squares.sum()))
        overall = float(across.sum()) / total if total > 0 else 0.0
        sizes: Float64Array = np.sqrt(source.squares) * np.sqrt(target.squares)
        columns = np.zeros(len(sizes))
        np.divide(across, sizes, out=columns, where=sizes > 0)
        return overall, float(np.median(columns))

    return moments.memo("one space", compute)
