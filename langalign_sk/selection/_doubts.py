"""What is known to break an estimate made without target labels."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.utils import _safe_indexing

from langalign_sk.corpus import ParallelCorpus, TextPool
from langalign_sk.selection._consistency import beyond_chance
from langalign_sk.selection._coverage import coverage
from langalign_sk.selection._rows import extractor_of, sampled

_FEW_PAIRS = 100
_LOW_KAPPA = 0.3
_FAR = 0.5
#: Without unlabelled rows: the kappa needed, and how much less sure of the pairs it may be.
_FAIR_KAPPA = 0.45
_LESS_SURE = 0.15
#: Kappa with the old classes that gives away who did not learn the new ones, on so many rows.
_DEAF = 0.3
_LOOKED_AT = 1000


def trained_before(estimator: Any, X: Any, y: Any) -> str:
    """Say that a classifier does not learn from these rows, so that it may know them already.

    Cross-validation cannot fit it without a row, so that it looks better than it is. One fit with
    the classes exchanged gives it away: what still names the old classes was trained before.
    """
    inner = estimator.get_params(deep=True).values()
    if any(isinstance(part, FrozenEstimator) and hasattr(part, "predict") for part in inner):
        return "the classifier is frozen and may have been fitted on these very rows"
    classes, numbers = np.unique(np.asarray(y), return_inverse=True)
    fitted = clone(estimator).fit(X, classes[(numbers + 1) % len(classes)])
    some = sampled(len(numbers), _LOOKED_AT, 0)
    found = np.asarray(fitted.predict(_safe_indexing(X, some)))
    if beyond_chance(found, classes[numbers[some]], np.full(len(some), 1 / len(some))) <= _DEAF:
        return ""
    return (
        "the classifier does not learn from the rows it is given (with the classes of their labels "
        "exchanged it still names the old ones) and may have been fitted on these very rows"
    )


def mute(fitted: Any) -> str:
    """Say that a classifier does not tell how sure it is."""
    if hasattr(fitted, "predict_proba") or hasattr(fitted, "decision_function"):
        return ""
    return "the classifier gives neither probabilities nor decision values, only classes"


def doubt(n_pairs: int, kappa: float, accuracy: float, majority: float) -> str:
    """Name what is known to break the estimate; empty where nothing is."""
    if n_pairs < _FEW_PAIRS:
        return f"{n_pairs} pairs are too few, {_FEW_PAIRS} are needed"
    if accuracy <= majority + 0.02:
        return (
            f"in the source language itself it is right in {accuracy:.0%}, no better than always "
            f"naming the largest class ({majority:.0%})"
        )
    if kappa < _LOW_KAPPA:
        return f"the two sides of the pairs hardly agree beyond chance (kappa {kappa:.2f})"
    return ""


def unlike(kappa: float, distance: float) -> str:
    """Say that the pairs tell too little of the task without unlabelled rows."""
    if kappa < _FAIR_KAPPA:
        return (
            f"the two sides of the pairs agree little beyond chance (kappa {kappa:.2f}); give "
            "unlabelled target rows as `unlabeled`"
        )
    if distance > _LESS_SURE:
        return (
            f"the pairs are unlike the labelled rows (the classifier's confidence in them is "
            f"{distance:.2f} lower); give unlabelled target rows as `unlabeled`"
        )
    return ""


def too_far(fitted: Any, pairs: ParallelCorpus, unlabeled: Any) -> str:
    """Say that unlabelled rows are of another kind than the pairs, where that can be told."""
    if not isinstance(unlabeled, TextPool):
        return ""
    if pairs.is_text:
        encoder = extractor_of(fitted)
        if encoder is None or not unlabeled.is_text:
            return ""
        pairs, unlabeled = pairs.embed(encoder), unlabeled.embed(encoder)
    if unlabeled.is_text or pairs.n_pairs < _FEW_PAIRS:
        return ""
    outside = coverage(pairs, unlabeled).outside
    if outside <= _FAR:
        return ""
    return f"{outside:.0%} of the unlabelled rows lie outside what the held-out pairs cover"
