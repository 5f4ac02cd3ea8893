"""Rows that belong to no class: how much at home a row is, and how little is too little."""

from __future__ import annotations

from typing import Any

import numpy as np

from langalign_sk._numeric import Float64Array

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


def least_at_home(said: Float64Array, weight: Float64Array, share: float) -> float:
    """Return the score below which that share of rows lies."""
    return _quantile(at_home(said), weight, share) if len(said) else -np.inf


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


def _quantile(values: Float64Array, weight: Float64Array, share: float) -> float:
    """Return the value below which a share of the weight lies."""
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weight[order]) / weight.sum()
    return float(
        values[order][min(int(np.searchsorted(below, share, side="right")), len(values) - 1)]
    )
