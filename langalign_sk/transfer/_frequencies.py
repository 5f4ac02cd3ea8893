"""Class frequencies of unlabelled rows, told by heads that name some classes too often."""

from __future__ import annotations

import numpy as np

from langalign_sk._numeric import Float64Array
from langalign_sk.transfer._constants import KEPT, STEPS
from langalign_sk.transfer._left_out import LeftOut

#: Steps to the factors of the classes, which need no digits.
_SCALINGS = 50


def leaning(found: LeftOut, prior: Float64Array) -> Float64Array:
    """Return a factor for each class that sets right how often it is named of rows left out.

    Heads lean to the frequent classes: of rows that are hard to tell they name these.
    """
    # A class without a row among the others cannot be named.
    known = np.einsum("ij,ij->i", found.said, found.told) > 0
    said = np.vstack([found.said[known], prior])
    weight = np.r_[found.weight[known], KEPT]
    told = weight @ np.vstack([found.told[known], prior])
    factor = np.ones(len(prior))
    for _ in range(_SCALINGS):
        named = weight @ normed(said * factor)
        factor *= np.where(named > 0, told / np.where(named > 0, named, 1.0), 1.0)
    return factor


def frequencies_of(proba: Float64Array, prior: Float64Array) -> Float64Array:
    """Return the frequencies of classes among rows, given what they may be if these were `prior`.

    A few steps of expectation maximisation (Saerens et al., 2002).
    """
    found, some = prior, np.where(prior > 0, prior, 1.0)
    for _ in range(STEPS):
        found = (normed(proba * (found / some)).sum(axis=0) + KEPT * prior) / (len(proba) + KEPT)
    return found


def unexplained(
    proba: Float64Array, frequencies: Float64Array, found: LeftOut, prior: Float64Array
) -> float:
    """Return what these frequencies leave of how often each class is named.

    With them, and with the errors made on rows left out, some share of the rows would be named each
    class; the result is half the sum of absolute differences to the shares that are.
    """
    told = found.weight[:, None] * found.told
    mass = told.sum(axis=0)[:, None]
    named = told.T @ _named(found.said, prior)
    named = np.where(mass > 0, named / np.where(mass > 0, mass, 1.0), np.eye(len(prior)))
    apart = _named(proba, prior).mean(axis=0) - frequencies @ named
    return 0.5 * float(np.abs(apart).sum())


def _named(proba: Float64Array, prior: Float64Array) -> Float64Array:
    """Return indicators of the class that each row would be named were all alike frequent."""
    found: Float64Array = np.eye(len(prior))[
        (proba / np.where(prior > 0, prior, 1.0)).argmax(axis=1)
    ]
    return found


def normed(proba: Float64Array) -> Float64Array:
    """Return rows that sum to one."""
    found: Float64Array = proba / proba.sum(axis=1, keepdims=True)
    return found
