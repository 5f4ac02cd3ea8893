"""Cosines of translations, against those of sentences that have nothing to do with each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from langalign_sk._numeric import Float64Array
from langalign_sk.maps import COUNT
from langalign_sk.measures._rows import checked, matched_rows, unit


@dataclass(frozen=True)
class CosineGap:
    """Mean cosine of translations and of other pairs.

    Attributes
    ----------
    matched : float
        Mean cosine of row i with row i.
    random : float
        Mean cosine of row i with row j over all i != j.
    """

    matched: float
    random: float

    @property
    def gap(self) -> float:
        """Mean cosine of translations less that of other pairs."""
        return self.matched - self.random


def cosine_gap(source: Any, target: Any) -> CosineGap:
    r"""Mean cosine of matched rows less that of all unmatched rows.

    Parameters
    ----------
    source, target : array-like of shape (n, d)
        Row i of the one is the translation of row i of the other.

    Returns
    -------
    CosineGap

    See Also
    --------
    cosine_change : Whether a step widens the gap, or raises both means alike.
    retrieval : Whether the translation is the nearest row.

    Notes
    -----
    With unit rows :math:`s_i, t_i`, the gap is :math:`\frac1n \sum_i s_i \cdot t_i -
    \frac1{n(n-1)} \sum_{i \ne j} s_i \cdot t_j`. The second sum is taken over all pairs exactly,
    at the cost of two sums of rows. A change that raises both means alike has gained nothing: the
    space has only become narrower.

    References
    ----------
    Liu et al. (2024), How Transliterations Improve Crosslingual Alignment.

    Examples
    --------
    >>> from langalign_sk.measures import cosine_gap
    >>> cosine_gap([[1, 0], [0, 1]], [[2, 0], [0, 3]])
    CosineGap(matched=1.0, random=0.0)
    """
    S, T = (unit(side) for side in matched_rows(source, target, same_width=True))
    n = len(S)
    total = float(np.einsum("ij,ij->", S, T))
    return CosineGap(total / n, (float(S.sum(axis=0) @ T.sum(axis=0)) - total) / (n * (n - 1)))


@dataclass(frozen=True)
class CosineChange:
    """What a step does to the cosines of translations and to those of other pairs.

    Attributes
    ----------
    before, after : CosineGap
    gain, low, high : float
        Change of the gap, and its 95% interval over the pairs.
    """

    before: CosineGap
    after: CosineGap
    gain: float
    low: float
    high: float

    @property
    def rise_together(self) -> bool:
        """True where all cosines have risen and the gap has not: the space is narrower, no more."""
        higher = self.after.matched > self.before.matched and self.after.random > self.before.random
        return higher and self.low <= 0

    def summary(self) -> str:
        """Return the figures in words."""
        told = (
            f"cosine of translations {self.before.matched:.3f} to {self.after.matched:.3f}, of "
            f"other pairs {self.before.random:.3f} to {self.after.random:.3f}; gap "
            f"{self.gain:+.3f} ({self.low:+.3f} to {self.high:+.3f})"
        )
        if self.rise_together:
            return f"no gain, both rise together: {told}"
        return f"{'a gain' if self.low > 0 else 'no gain'}: {told}"


def cosine_change(before: Any, after: Any) -> CosineChange:
    r"""Cosines of translations and of other pairs, before and after a step.

    A step that raises the cosine of translations has gained nothing where it raises all others as
    much: a map, transliterated text and a tuned encoder can each do so.

    Parameters
    ----------
    before, after : tuple of two array-like of shape (n, d)
        Source and target rows; row i of the one is the translation of row i of the other, and the
        same text before and after. Widths may change.

    Returns
    -------
    CosineChange
        ``.rise_together`` is the flag, ``.summary()`` says it in words.

    See Also
    --------
    cosine_gap : The gap of one space.

    Notes
    -----
    A flag that is up says to look further, not that nothing was gained: a map may leave the gap as
    it is and still bring translations ahead of other rows, which `retrieval` tells. The gap is the
    mean over pairs i of :math:`s_i \cdot t_i - \frac1{2(n-1)} \sum_{j \ne i}
    (s_i \cdot t_j + s_j \cdot t_i)`; the interval is that of the mean of their differences, 1.96
    standard errors to each side.

    References
    ----------
    Liu et al. (2024), How Transliterations Improve Crosslingual Alignment.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.measures import cosine_change
    >>> S, T = np.random.default_rng(0).normal(size=(2, 200, 8))
    >>> change = cosine_change((S, S + T), (S + 2, S + T + 2))  # all rows moved along a line
    >>> change.rise_together
    True
    """
    gaps, margins = [], []
    for name, sides in (("before", before), ("after", after)):
        if not isinstance(sides, tuple | list) or len(sides) != 2:
            raise ValueError(f"{name}: the source rows and the target rows are needed, two arrays")
        S, T = (unit(side) for side in matched_rows(*sides, same_width=True))
        own = np.einsum("ij,ij->i", S, T)
        others = (S @ T.sum(axis=0) + T @ S.sum(axis=0)) / 2 - own
        gaps.append(CosineGap(float(own.mean()), float(others.mean()) / (len(S) - 1)))
        margins.append(own - others / (len(S) - 1))
    if len(margins[0]) != len(margins[1]):
        raise ValueError(
            f"before has {len(margins[0])} pairs, after {len(margins[1])}: they are the same texts"
        )
    gained = margins[1] - margins[0]
    half = 1.96 * float(gained.std(ddof=1) / np.sqrt(len(gained)))
    mean = float(gained.mean())
    return CosineChange(gaps[0], gaps[1], mean, mean - half, mean + half)


def angular_similarity(source: Any, target: Any) -> Float64Array:
    r"""1 less the angle between row i and row i in half turns: 1 for one direction, 0 for opposite.

    Parameters
    ----------
    source, target : array-like of shape (n, d)

    Returns
    -------
    ndarray of shape (n,)

    See Also
    --------
    paired_permutation_test : Whether it is higher than that of control pairs.

    Notes
    -----
    :math:`1 - \arccos(\cos) / \pi`, computed as :math:`2 \arctan2(|s - t|, |s + t|)` of unit
    rows, which keeps its digits for small angles.

    References
    ----------
    Cer et al. (2018), Universal Sentence Encoder; PhiloBERTA (2025).

    Examples
    --------
    >>> from langalign_sk.measures import angular_similarity
    >>> angular_similarity([[1, 0], [1, 0]], [[5, 0], [0, 1]])
    array([1. , 0.5])
    """
    S, T = (unit(side) for side in matched_rows(source, target, same_width=True, least=1))
    angle = 2 * np.arctan2(np.linalg.norm(S - T, axis=1), np.linalg.norm(S + T, axis=1))
    return np.asarray(1 - angle / np.pi)


@checked(n_permutations=[COUNT])
def paired_permutation_test(
    values: Any, control: Any, *, n_permutations: int = 9999, random_state: int = 0
) -> float:
    r"""p-value of "`values` are no higher than `control`", item by item.

    Parameters
    ----------
    values : array-like of shape (n,)
        One figure per item, such as the similarity of a translation pair.
    control : array-like of shape (n,)
        The figure of the same item in the control, such as the source with another sentence.
    n_permutations : int, default=9999
        Number of random exchanges of the two figures within items.
    random_state : int, default=0
        Seed.

    Returns
    -------
    float
        Between 1 / (n_permutations + 1) and 1, one-sided.

    Notes
    -----
    Under the null hypothesis the sign of each difference is as likely plus as minus. The p-value
    is :math:`(1 + b) / (1 + m)` with b the number of m random sign changes whose mean difference
    is at least the one observed; it is valid at every n.

    References
    ----------
    Phipson and Smyth (2010), Permutation p-values should never be zero.

    Examples
    --------
    >>> from langalign_sk.measures import paired_permutation_test
    >>> paired_permutation_test([0.9, 0.8, 0.9, 0.7, 0.8], [0.1, 0.2, 0.3, 0.1, 0.2]) < 0.05
    True
    """
    a, b = (np.asarray(side, dtype=float) for side in (values, control))
    if a.ndim != 1 or a.shape != b.shape or not len(a):
        raise ValueError(
            f"values and control: one figure per item on each side, got {a.shape} and {b.shape}"
        )
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise ValueError("values and control: finite numbers are needed")
    differences = a - b
    rng = np.random.default_rng(random_state)
    # Sums that differ by rounding are equal: a change of signs that changes nothing counts.
    bar = differences.sum() - 1e-12 * np.abs(differences).sum()
    at_least, block = 0, max(1, 2**22 // len(a))
    for start in range(0, n_permutations, block):
        size = (min(block, n_permutations - start), len(a))
        signs = 2.0 * rng.integers(0, 2, size=size, dtype=np.int8) - 1
        at_least += int(np.count_nonzero(signs @ differences >= bar))
    return (1 + at_least) / (1 + n_permutations)
