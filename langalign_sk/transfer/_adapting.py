"""The heads of one language together, and what unlabelled rows of it add."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from langalign_sk._numeric import Float64Array, FloatArray
from langalign_sk.transfer._constants import AGREED, KEPT, SHIFTED, STUDENT_PENALTY
from langalign_sk.transfer._kernel_head import KernelHead
from langalign_sk.transfer._looks import Look
from langalign_sk.transfer._targets import Classes


class LanguageHeads:
    """What predicts rows of one language: the mean of the heads of all looks at it."""

    def __init__(self, looks: Sequence[Look]) -> None:
        self.looks = list(looks)
        #: A head in the space of the first look, taught by all on unlabelled rows.
        self.student: KernelHead | None = None
        #: Weight of the student, next to the other heads: a handful of rows teaches little.
        self.taught = 0.0
        #: How much more frequent each class is than among the labels.
        self.ratio: Any = 1.0
        #: How much at home a row must be at least, so as not to be rejected.
        self.least = -np.inf
        #: The probability of each label that even odds are moved to; None for no labels.
        self.middle: Any = None

    def say(self, rows: FloatArray) -> Float64Array:
        """Return what is said of rows of the language, which are in their own columns."""
        return self._mean([look.of(rows) for look in self.looks])

    def _mean(self, seen: Sequence[FloatArray]) -> Float64Array:
        """Return the mean over the heads, each of which has `seen` the rows in its own way."""
        found = [self._said(look, own) for look, own in zip(self.looks, seen, strict=True)]
        weights = [1.0] * len(found)
        if self.student is not None:
            found.append(self.student.say(seen[0]))
            weights.append(self.taught)
        mean: Float64Array = np.average(found, axis=0, weights=weights)
        return mean

    def _said(self, look: Look, seen: FloatArray) -> Float64Array:
        """Return what one head says of rows, class frequencies set right."""
        said = look.head.say(seen)
        if np.ndim(self.ratio) == 0:
            return said
        proba: Float64Array = said * self.ratio
        proba /= proba.sum(axis=1, keepdims=True)
        return proba

    def learn(self, rows: FloatArray, classes: Classes, prior: Float64Array, rounds: int) -> None:
        """Learn from unlabelled rows, given the class frequencies of the labelled ones.

        In every round the heads, together, say what the rows may be, and each learns from that. A
        round that makes too much of what the labels taught is taken back, and is the last.
        """
        seen = [look.of(rows) for look in self.looks]
        # Where labelled rows are in this very space, a head that knows hearsay alone adds nothing.
        taught = not any(look.near for look in self.looks)
        proba = self._mean(seen)
        first = proba.argmax(axis=1)  # hard ones: each row is given a little of every class
        told = np.bincount(first, minlength=len(prior)) / len(rows)
        shifted = 0.5 * float(np.abs(told - prior).sum()) > SHIFTED
        for _ in range(rounds):
            before = [dict(vars(look.head)) for look in self.looks], self.ratio, self.student
            if shifted:
                found = (proba.sum(axis=0) + KEPT * prior) / (len(rows) + KEPT)
                self.ratio = np.where(prior > 0, found / np.where(prior > 0, prior, 1.0), 1.0)
            for look, own in zip(self.looks, seen, strict=True):
                look.head._hear(own, proba)
            if taught:
                self.taught = len(rows) / (len(rows) + KEPT)
                self.student = KernelHead(penalty=STUDENT_PENALTY)._fit_soft(
                    seen[0], np.ones(len(rows)), proba, classes
                )
            proba = self._mean(seen)
            if _agreement(proba.argmax(axis=1), first, int(np.sum(prior > 0))) < AGREED:
                heads, self.ratio, self.student = before
                for look, state in zip(self.looks, heads, strict=True):
                    look.head.__dict__ = state
                break
        if self.student is not None:
            self.student._forget()


def _agreement(one: np.ndarray, other: np.ndarray, n_classes: int) -> float:
    """Return the share of equal classes, less what guessing would give."""
    if n_classes < 2:
        return 1.0
    return float((np.mean(one == other) - 1 / n_classes) / (1 - 1 / n_classes))
