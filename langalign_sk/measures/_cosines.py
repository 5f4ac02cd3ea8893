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
