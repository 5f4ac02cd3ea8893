"""What heads say of labelled rows that they were fitted without, met as in service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from sklearn.base import clone

from langalign_sk._numeric import Float64Array, FloatArray
from langalign_sk.transfer._head import CarriedRows, scattered
from langalign_sk.transfer._looks import Look
from langalign_sk.transfer._targets import Targets

#: Parts that labelled rows are left out in.
_FOLDS = 5


class LeftOut(NamedTuple):
    """Rows left out: what was said of them, what was told, and their weights."""

    said: Float64Array
    told: Float64Array
    weight: Float64Array


def left_out(
    X: FloatArray, looks: Sequence[tuple[Look, Sequence[CarriedRows]]], targets: Targets
) -> LeftOut:
    """Leave the labelled rows out part by part, and ask heads that were fitted on the others.

    As in service, rows lie about where they are carried to like real translations do.
    """
    # Equal rows are left out together; neither order nor rows without weight matter.
    counts = np.zeros(len(X), dtype=bool)
    for part in looks[0][1]:
        counts[part.index] = part.weight > 0
    place = np.full(len(X), -1)
    place[counts] = np.unique(X[counts], axis=0, return_inverse=True)[1].ravel()
    n = int(place.max()) + 1
    none = np.zeros((0, targets.n_columns))
    found = [LeftOut(none, none, np.zeros(0))]
    for fold in range(min(_FOLDS, n)):
        out = counts & (place % _FOLDS == fold)
        said: list[Float64Array] = []
        for look, parts in looks:
            known = [_some(part, ~out) for part in parts if not out[part.index].all()]
            if not known:
                break
            head = clone(look.head)._fit_carried(known, targets)
            asked = [_some(part, out) for part in parts]
            said.append(head.say(np.vstack([_as_in_service(part, place, n) for part in asked])))
        if len(said) == len(looks):
            told = np.vstack([part.told for part in asked])
            weight = np.concatenate([part.weight for part in asked])
            found.append(LeftOut(np.mean(said, axis=0), told, weight))
    return LeftOut(*(np.concatenate(column) for column in zip(*found, strict=True)))


def _some(part: CarriedRows, chosen: np.ndarray) -> CarriedRows:
    """Return the rows of a part that are chosen among all."""
    own = chosen[part.index]
    total = float(part.weight.sum())
    return replace(
        part,
        rows=part.rows[own],
        told=part.told[own],
        weight=part.weight[own],
        n=part.n * float(part.weight[own].sum()) / total if total > 0 else part.n,
        index=part.index[own],
    )


def _as_in_service(part: CarriedRows, place: np.ndarray, n: int) -> FloatArray:
    """Return carried rows with what carrying leaves out, drawn for each different row."""
    if part.noise is None:
        return part.rows
    draws = np.random.default_rng(0).standard_normal((n, part.rows.shape[1]))
    return scattered(part.rows, part.noise.covariance, draws[place[part.index]])
