"""Rows that belong to no class: how much at home a row is, and how little is too little."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.base import clone

from langalign_sk._numeric import Float64Array, FloatArray
from langalign_sk.transfer._head import CarriedRows
from langalign_sk.transfer._looks import Look
from langalign_sk.transfer._targets import Targets

#: Parts that labelled rows are left out in.
_FOLDS = 5
#: What rows of no class are called, by the kind of the classes.
_NAMES: dict[str, Any] = {"i": -1, "u": -1, "f": -1.0, "U": "none", "O": "none"}


def at_home(proba: Float64Array) -> Float64Array:
    """Return minus the entropy of class probabilities: 0 is the most, ``-log(n)`` the least.

    Far from all labelled rows a kernel head falls back to the class frequencies, so that this tells
    how near these are, too.
    """
    logs = np.log(np.where(proba > 0, proba, 1.0))
    found: Float64Array = np.einsum("ij,ij->i", proba, logs)
    return found


def least_at_home(
    X: FloatArray,
    looks: Sequence[tuple[Look, Sequence[CarriedRows]]],
    targets: Targets,
    share: float,
) -> float:
    """Return the score below which that share of labelled rows lies, each by heads without it.

    As in service, they lie about where they are carried to like real translations do.
    """
    # Equal rows are left out together, and the order of rows does not matter.
    place = np.unique(X, axis=0, return_inverse=True)[1].ravel()
    n = int(place.max()) + 1
    scores, weights = [], []
    for fold in range(min(_FOLDS, n)):
        out = place % _FOLDS == fold
        said: list[Float64Array] = []
        for look, parts in looks:
            known = [_some(part, ~out) for part in parts if not out[part.index].all()]
            if not known:
                break
            head = clone(look.head)._fit_carried(known, targets)
            asked = [_as_in_service(_some(part, out), place, n) for part in parts]
            said.append(head.say(np.vstack(asked)))
        if len(said) == len(looks):
            scores.append(at_home(np.mean(said, axis=0)))
            weights.append(np.concatenate([part.weight[out[part.index]] for part in parts]))
    if not scores:
        return -np.inf
    return _quantile(np.concatenate(scores), np.concatenate(weights), share)


def name_of_none(given: Any, classes: np.ndarray) -> Any:
    """Return what to call rows of no class, which must not be a class and fit among them."""
    kind = classes.dtype.kind
    name = _NAMES.get(kind) if given is None else given
    if name is None:
        raise ValueError(f"classes are of type {classes.dtype}: say reject_label=")
    if np.asarray(name).dtype.kind not in ("U" if kind in "UO" else "iuf"):
        raise ValueError(f"reject_label={name!r} does not fit among classes such as {classes[0]!r}")
    if name in classes.tolist():
        raise ValueError(f"{name!r} is one of the classes: give another reject_label")
    return name


def with_none(labels: np.ndarray, rejected: np.ndarray, name: Any) -> np.ndarray:
    """Return labels with the name of no class where rows are rejected."""
    wide = np.result_type(labels.dtype, np.asarray(name).dtype)
    found: np.ndarray = labels.astype(object if labels.dtype.kind == "O" else wide)
    found[rejected] = name
    return found


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
    values, vectors = np.linalg.eigh(part.noise)
    draws = np.random.default_rng(0).standard_normal((n, len(values)))[place[part.index]]
    rows: FloatArray = part.rows + (draws * np.sqrt(np.clip(values, 0, None))) @ vectors.T
    return rows


def _quantile(values: Float64Array, weight: Float64Array, share: float) -> float:
    """Return the value below which a share of the weight lies."""
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weight[order]) / weight.sum()
    return float(
        values[order][min(int(np.searchsorted(below, share, side="right")), len(values) - 1)]
    )
