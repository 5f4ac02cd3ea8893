"""Pairs found between labelled rows and unlabelled ones of the target language."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from langalign_sk._numeric import FloatArray, PairMoments, mutual_nearest
from langalign_sk.maps import RidgeMap
from langalign_sk.transfer._passage import Passage, residual_covariance

#: True pairs over this is the weight of a mined pair next to a true one, where they are few: it is
#: no better than the map that found it.
TRUST = 4000
#: This over the true pairs is what it weighs at most: where they abound the map needs no help, and
#: neighbours that are no translations harm it.
NEED = 100
#: Rows of either side that are searched at most: they tell of the domain, and few do.
MOST_ROWS = 5000


def with_mined_pairs(
    passage: Passage, rows: FloatArray, others: FloatArray, lifted: FloatArray, rounds: int
) -> Passage:
    """The passage fitted anew, with mutual neighbours of `rows` carried and `others` as pairs.

    `lifted` are `others` in the space that the passage leads to, whose last columns are their own.
    Both sides are centred: that they are of one domain is what makes neighbours translations or
    near ones. The penalty is that of the true pairs.
    """
    true = passage.moments
    if true is None or rounds < 1 or min(len(rows), len(others)) < 2:
        return passage
    rows = rows[:: -(-len(rows) // MOST_ROWS)]
    step = -(-len(others) // MOST_ROWS)
    others, lifted = others[::step], lifted[::step]
    rows = rows - (rows.mean(axis=0, dtype=np.float64) - true.source.mean)
    lifted = lifted - (lifted.mean(axis=0, dtype=np.float64) - true.target.mean)
    wanted = others - others.mean(axis=0, dtype=np.float64)
    weight = min(true.n_effective / TRUST, NEED / true.n_effective) * true.weight / true.n
    penalty = passage.through.alpha_ * float(true.source.squares.sum())
    width = others.shape[1]
    ridge, moments = passage.through, true
    for _ in range(rounds):
        carried = ridge.transform(rows)[:, -width:]
        i, j = mutual_nearest(carried - carried.mean(axis=0, dtype=np.float64), wanted)
        if not len(i):
            break
        moments = true + PairMoments.from_rows(rows[i], lifted[j], np.full(len(i), weight))
        squares = float(moments.source.squares.sum())
        ridge = RidgeMap(penalty / squares if squares > 0 else passage.through.alpha_)
        ridge.fit_moments(moments)
    return replace(passage, through=ridge, noise=residual_covariance(moments, ridge.coef_))
