"""The heads of one language together, and what unlabelled rows of it add."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from langalign_sk._numeric import Float64Array, FloatArray
from langalign_sk.transfer._constants import AGREED, KEPT, SHIFTED, STUDENT_PENALTY, UNEXPLAINED
from langalign_sk.transfer._frequencies import frequencies_of, leaning, normed, unexplained
from langalign_sk.transfer._kernel_head import KernelHead
from langalign_sk.transfer._left_out import LeftOut
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
        #: How much more frequent each class is than among the rows of each head: a row for a head.
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
        found = [look.head.say(own) for look, own in zip(self.looks, seen, strict=True)]
        if np.ndim(self.ratio) > 0:
            found = [normed(said * own) for said, own in zip(found, self.ratio, strict=True)]
        weights = [1.0] * len(found)
        if self.student is not None:
            found.append(self.student.say(seen[0]))
            weights.append(self.taught)
        mean: Float64Array = np.average(found, axis=0, weights=weights)
        return mean

    def learn(
        self,
        rows: FloatArray,
        classes: Classes,
        prior: Float64Array,
        rounds: int,
        left_out: LeftOut,
    ) -> None:
        """Learn from unlabelled rows, given the class frequencies of the labelled ones.

        In every round the heads, together, say what the rows may be, and each learns from that. A
        round that makes too much of what the labels taught is taken back, and is the last. What is
        said of rows `left_out` shows which classes the heads name too often; heads that err on the
        rows in other ways than on these learn nothing.
        """
        seen = [look.of(rows) for look in self.looks]
        # Where labelled rows are in this very space, a head that knows hearsay alone adds nothing.
        taught = not any(look.near for look in self.looks)
        lean = leaning(left_out, prior)
        proba = self._mean(seen)
        frequencies = frequencies_of(normed(proba * lean), prior)
        shifted = 0.5 * float(np.abs(frequencies - prior).sum()) > SHIFTED
        if shifted:
            if unexplained(proba, frequencies, left_out, prior) > UNEXPLAINED:
                return
            self._move(frequencies, prior)
        proba = self._mean(seen)
        first = proba.argmax(axis=1)  # hard ones: each row is given a little of every class
        heard = normed(proba * lean)
        for _ in range(rounds):
            before = [dict(vars(look.head)) for look in self.looks], self.ratio, self.student
            for look, own in zip(self.looks, seen, strict=True):
                look.head._hear(own, heard)
            if shifted:
                self._move(frequencies, prior)
            if taught:
                self.taught = len(rows) / (len(rows) + KEPT)
                self.student = KernelHead(penalty=STUDENT_PENALTY)._fit_soft(
                    seen[0], np.ones(len(rows)), heard, classes
                )
            heard = self._mean(seen)
            if _agreement(heard.argmax(axis=1), first, int(np.sum(prior > 0))) < AGREED:
                heads, self.ratio, self.student = before
                for look, state in zip(self.looks, heads, strict=True):
                    look.head.__dict__ = state
                break
        if self.student is not None:
            self.student._forget()

    def _move(self, frequencies: Float64Array, prior: Float64Array) -> None:
        """Move what the heads say to class frequencies, from those of the rows each has learned."""
        own = np.array([look.head._frequencies(prior) for look in self.looks])
        self.ratio = np.where(own > 0, frequencies / np.where(own > 0, own, 1.0), 1.0)


def _agreement(one: np.ndarray, other: np.ndarray, n_classes: int) -> float:
    """Return the share of equal classes, less what guessing would give."""
    if n_classes < 2:
        return 1.0
    return float((np.mean(one == other) - 1 / n_classes) / (1 - 1 / n_classes))
