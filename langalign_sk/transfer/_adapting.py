"""Learning from unlabelled rows of a language: more pairs, class frequencies, a student."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from langalign_sk._numeric import Float64Array, FloatArray, PairMoments, mutual_nearest
from langalign_sk.maps import RidgeMap
from langalign_sk.transfer._carrying import Carrier, Carriers, residual_covariance
from langalign_sk.transfer._constants import (
    CERTAIN,
    MINED_ROWS,
    NEED,
    STUDENT_C,
    STUDENT_ROWS,
    STUDENT_SHARE,
    TRUST,
)
from langalign_sk.transfer._head import CarriedRows


def mine_pairs(carriers: Carriers, X: FloatArray, lang: str, pool: FloatArray, rounds: int) -> None:
    """Learn the ways to `lang` anew, with pairs mined from labelled rows and a pool."""
    if lang not in carriers.features:
        return
    seen, codes = carriers.seen(pool, lang), carriers.codes(X)
    for code in np.unique(codes):
        origin = carriers.languages[code]
        ways = carriers.carriers.get(origin, {})
        if lang in ways:
            rows = carriers.own_columns(X[codes == code], origin)
            ways[lang] = with_mined_pairs(ways[lang], rows, pool, seen, rounds)


def with_mined_pairs(
    carrier: Carrier, rows: FloatArray, others: FloatArray, seen: FloatArray, rounds: int
) -> Carrier:
    """Fit a carrier anew, with mutual neighbours of `rows` carried and `others` as further pairs.

    `seen` are `others` in the space that the carrier leads to, whose last columns are their own.
    Both sides are centred: that they are of one domain is what makes neighbours translations or
    near ones. The penalty is that of the true pairs.
    """
    true = carrier.moments
    if true is None or rounds < 1 or min(len(rows), len(others)) < 2:
        return carrier
    rows = rows[:: -(-len(rows) // MINED_ROWS)]
    step = -(-len(others) // MINED_ROWS)
    others, seen = others[::step], seen[::step]
    rows = rows - (rows.mean(axis=0, dtype=np.float64) - true.source.mean)
    seen = seen - (seen.mean(axis=0, dtype=np.float64) - true.target.mean)
    wanted = others - others.mean(axis=0, dtype=np.float64)
    weight = min(true.n_effective / TRUST, NEED / true.n_effective) * true.weight / true.n
    penalty = carrier.map.alpha_ * float(true.source.squares.sum())
    width = others.shape[1]
    ridge, moments = carrier.map, true
    for _ in range(rounds):
        carried = ridge.transform(rows)[:, -width:]
        i, j = mutual_nearest(carried - carried.mean(axis=0, dtype=np.float64), wanted)
        if not len(i):
            break
        moments = true + PairMoments.from_rows(rows[i], seen[j], np.full(len(i), weight))
        squares = float(moments.source.squares.sum())
        alpha = penalty / squares if squares > 0 else carrier.map.alpha_
        ridge = RidgeMap(alpha, towards="zero")
        ridge.fit_moments(moments)
    return replace(carrier, map=ridge, noise=residual_covariance(moments, ridge.coef_))


class Adaptation:
    """A head of a language with what unlabelled rows of it add.

    What the head sees is moved to where it expects it, its class frequencies are set right, and its
    probabilities are averaged with those of a student in the language's own space.
    """

    def __init__(self, head: Any) -> None:
        self.head = head
        self.shift_: Any = 0.0
        self.bias_: Any = 0.0
        self.student_: Any = None
        self.student_share_ = 0.0

    def fit(
        self,
        seen: FloatArray,
        rows: FloatArray,
        parts: Sequence[CarriedRows],
        prior: Float64Array | None,
        *,
        n_pairs: int,
        rounds: int,
    ) -> Adaptation:
        """Learn from unlabelled `rows`, which the head has `seen`.

        `prior` are the class frequencies expected of them; None leaves frequencies alone, and the
        rows where they are.
        """
        if prior is not None:
            total = sum(part.weight.sum() for part in parts)
            expected = sum(part.weight @ part.rows for part in parts) / total
            self.shift_ = expected - seen.mean(axis=0, dtype=np.float64)
            self.bias_ = matching_bias(self.predict_proba(seen, rows), prior)
        # The head knows the language from the pairs, the student from these rows.
        self.student_share_ = min(STUDENT_SHARE, len(rows) / (len(rows) + n_pairs))
        for _ in range(rounds):
            student = _student(self.predict_proba(seen, rows), rows)
            if student is None:
                break
            self.student_ = student
        return self

    def predict_proba(self, seen: FloatArray, rows: FloatArray) -> Float64Array:
        """Return the probabilities of `rows`, which the head has `seen`."""
        proba = _biased(self.head.predict_proba(seen + self.shift_), self.bias_)
        if self.student_ is not None:  # it may not have met all classes
            proba *= 1 - self.student_share_
            said = self.student_share_ * self.student_.predict_proba(rows)
            proba[:, self.student_.classes_] += said
        return proba


def _biased(proba: Float64Array, bias: Any) -> Float64Array:
    """Return probabilities with their logarithms moved by `bias`."""
    moved: Float64Array = proba * np.exp(bias)
    moved /= moved.sum(axis=1, keepdims=True)
    return moved


def matching_bias(proba: Float64Array, prior: Float64Array, *, n_iter: int = 60) -> Float64Array:
    """Return offsets of the log-probabilities that make the classes as frequent as in `prior`."""
    present = prior > 0
    bias = np.zeros(len(prior))
    for _ in range(n_iter):
        share = _biased(proba, bias).mean(axis=0)
        step = np.log(np.maximum(prior, 1e-9)) - np.log(np.maximum(share, 1e-9))
        bias[present] += step[present]
    return bias


def _student(proba: Float64Array, rows: FloatArray) -> Any:
    """Fit a classifier of the rows that the teacher is surest of; None if it sees one class."""
    labels, certainty = proba.argmax(axis=1), proba.max(axis=1)
    chosen = []
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        n_kept = int(np.ceil(CERTAIN * len(members)))
        chosen.append(members[np.argsort(-certainty[members], kind="stable")[:n_kept]])
    if len(chosen) < 2:
        return None
    kept = np.sort(np.concatenate(chosen))
    kept = kept[:: -(-len(kept) // STUDENT_ROWS)]
    return LogisticRegression(C=STUDENT_C / len(kept), max_iter=1000).fit(rows[kept], labels[kept])
