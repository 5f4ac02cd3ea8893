"""What unlabelled rows of a language can add to a head that has never seen one."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from langalign_sk._numeric import Float64Array, FloatArray

#: Share of the unlabelled rows, the most certain of each predicted class, a student learns from.
CERTAIN = 0.5
#: Inverse penalty of the student, times the rows it learns from: labels by a teacher are wrong in
#: one direction, and more of them do not average that out.
STUDENT_C = 1200.0
#: Rows a student learns from at most; more add seconds, not accuracy.
MOST_ROWS = 40_000


class Adaptation:
    """Class frequencies set right, and a student in the language's own space."""

    def __init__(self, n_classes: int, student_weight: float) -> None:
        self.student_weight = student_weight
        self.bias_: Float64Array = np.zeros(n_classes)
        self.students_: list[Any] = []

    def fit(
        self, proba: Float64Array, rows: FloatArray, prior: Float64Array | None, rounds: int
    ) -> Adaptation:
        """Learn from the head's probabilities of the unlabelled `rows`.

        `prior` are the class frequencies expected of them; None leaves the frequencies alone.
        """
        if prior is not None:
            self.bias_ = matching_bias(proba, prior)
        teacher = self._biased(proba)
        current = teacher
        for _ in range(rounds):
            student = _student(current, rows)
            if student is None:
                break
            self.students_ = [student]
            current = self._mixed(teacher, rows)
        return self

    def __call__(self, proba: Float64Array, rows: FloatArray) -> Float64Array:
        """The head's probabilities, adapted."""
        adapted = self._biased(proba)
        return self._mixed(adapted, rows) if self.students_ else adapted

    def _mixed(self, teacher: Float64Array, rows: FloatArray) -> Float64Array:
        """The head's and the student's probabilities, averaged."""
        mixed: Float64Array = (1 - self.student_weight) * teacher
        mixed += self.student_weight * self._of_student(rows)
        return mixed

    def _biased(self, proba: Float64Array) -> Float64Array:
        """Probabilities under the class frequencies of the unlabelled rows."""
        moved = proba * np.exp(self.bias_)
        biased: Float64Array = moved / moved.sum(axis=1, keepdims=True)
        return biased

    def _of_student(self, rows: FloatArray) -> Float64Array:
        """The student's probabilities, zero for classes it has not met."""
        proba = np.zeros((len(rows), len(self.bias_)))
        proba[:, self.students_[0].classes_] = self.students_[0].predict_proba(rows)
        return proba


def matching_bias(proba: Float64Array, prior: Float64Array, *, n_iter: int = 60) -> Float64Array:
    """Offsets of the log-probabilities after which the classes are as frequent as in `prior`."""
    present = prior > 0
    bias = np.zeros(len(prior))
    for _ in range(n_iter):
        moved = proba * np.exp(bias)
        share = (moved / moved.sum(axis=1, keepdims=True)).mean(axis=0)
        step = np.log(np.maximum(prior, 1e-9)) - np.log(np.maximum(share, 1e-9))
        bias[present] += step[present]
    return bias


def _student(proba: Float64Array, rows: FloatArray) -> Any:
    """A classifier of the rows that the teacher is surest of; None if it sees one class only."""
    labels, certainty = proba.argmax(axis=1), proba.max(axis=1)
    chosen = []
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        n_kept = int(np.ceil(CERTAIN * len(members)))
        chosen.append(members[np.argsort(-certainty[members], kind="stable")[:n_kept]])
    if len(chosen) < 2:
        return None
    kept = np.sort(np.concatenate(chosen))
    kept = kept[:: -(-len(kept) // MOST_ROWS)]
    return LogisticRegression(C=STUDENT_C / len(kept), max_iter=1000).fit(rows[kept], labels[kept])
