"""What changing an encoder or a map did to the vectors of the same texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from langalign_sk._numeric import nearest_others
from langalign_sk.measures._cka import linear_cka
from langalign_sk.measures._cosine import angular_similarity
from langalign_sk.measures._matched import matched_rows


@dataclass(frozen=True)
class Drift:
    """How far vectors have moved, and how much of what they say of each other is left.

    Attributes
    ----------
    moved : float
        Mean angle between a row before and after, in half turns; NaN where the widths differ.
    neighbours_kept : float
        Share of the nearest rows of a row that are still among its nearest.
    cka : float
        `linear_cka` of before and after.
    """

    moved: float
    neighbours_kept: float
    cka: float


def alignment_drift(before: Any, after: Any, *, n_neighbors: int = 10) -> Drift:
    """Compare vectors of the same texts before and after a change, such as tuning the encoder.

    Parameters
    ----------
    before : array-like of shape (n, d_before)
    after : array-like of shape (n, d_after)
        Row i is the same text as row i of `before`. For what happened to alignment, give both
        languages, one below the other: neighbours across languages are lost first.
    n_neighbors : int, default=10
        Nearest rows that are looked up for each row; all others where there are fewer.

    Returns
    -------
    Drift

    See Also
    --------
    measure_alignment : Compare its figures before and after as well.

    Notes
    -----
    A map that is fitted to the old vectors is off by what `moved` says. If `neighbours_kept` and
    `cka` are high all the same, the space has only turned: fit the map again and nothing is lost.
    If they are low, the encoder has forgotten.

    References
    ----------
    Efimov et al. (2023), The Impact of Cross-Lingual Adjustment of Contextual Word Representations
    on Zero-Shot Transfer.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.measures import alignment_drift
    >>> X = np.random.default_rng(0).normal(size=(50, 3))
    >>> turned = alignment_drift(X, -X)
    >>> turned.moved, turned.neighbours_kept
    (1.0, 1.0)
    """
    if n_neighbors < 1:
        raise ValueError(f"n_neighbors: at least 1 is needed, got {n_neighbors}")
    old, new = matched_rows(before, after, same_width=False)
    same_width = old.shape[1] == new.shape[1]
    moved = float(1 - angular_similarity(old, new).mean()) if same_width else float("nan")
    n, k = len(old), min(n_neighbors, len(old) - 1)
    found = np.sort(np.hstack([nearest_others(side, k)[0] for side in (old, new)]), axis=1)
    kept = np.count_nonzero(found[:, 1:] == found[:, :-1]) / (n * k)
    return Drift(moved, float(kept), linear_cka(old, new))
