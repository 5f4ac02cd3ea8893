"""Whether two words belong together, learned from links that people drew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from langalign_sk.words._gold import links_within
from langalign_sk.words._matrix import Matrix, align_matrix, mutual, softmax
from langalign_sk.words._transport import plan

_HEAT, _REG = 0.05, 0.1
_N_FEATURES = 14


def link_features(
    S: Matrix, source: Sequence[str], target: Sequence[str], dice: Matrix | None = None
) -> npt.NDArray[np.float64]:
    """Describe every pair of words of two texts, (n, m, features); both sides are alike."""
    n, m = S.shape
    if not S.size:  # a text without words
        return np.zeros((n, m, _N_FEATURES))
    leads = np.stack([S - _others(S), S - _others(S.T).T])
    shares = softmax(S / _HEAT), softmax(S.T / _HEAT).T
    amounts = plan(S, "transport", reg=_REG, mass=1, penalty=1)
    links = np.zeros(S.shape)
    links[tuple(align_matrix(S, "itermax").T)] = 1
    far = np.abs((np.arange(n) + 0.5)[:, None] / n - (np.arange(m) + 0.5) / m)
    around = np.zeros((n + 2, m + 2))
    around[1:-1, 1:-1] = shares[0] * shares[1]
    same = np.array([[a.lower() == b.lower() for b in target] for a in source], float)
    marks = [np.array([not any(map(str.isalnum, w)) for w in ws]) for ws in (source, target)]
    features = [
        S,
        amounts / amounts.max(),
        leads.min(axis=0),
        leads.max(axis=0),
        np.sqrt(shares[0] * shares[1]),
        np.maximum(*shares),
        mutual(S).astype(float),
        links,
        far,
        around[:-2, :-2] + around[2:, 2:],
        same,
        (marks[0][:, None] != marks[1]).astype(float),
        (marks[0][:, None] & marks[1]).astype(float),
        np.zeros(S.shape) if dice is None else dice,
    ]
    return np.stack(features, axis=2)


def new_classifier() -> Pipeline:
    """Return the classifier, unfitted."""
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))


def fit_classifier(features: Sequence[npt.NDArray[np.float64]], gold: Sequence[Any]) -> Pipeline:
    """Learn from the features of pairs of texts and their gold links, possible ones among them."""
    rows, labels = [], []
    for pair, (own, links) in enumerate(zip(features, gold, strict=True)):
        n, m = len(own), own.shape[1]
        drawn = np.zeros((n, m), bool)
        for i, j in links_within(links, n, m, pair=pair, name="y"):
            drawn[i, j] = True
        rows.append(own.reshape(-1, own.shape[2]))
        labels.append(drawn.ravel())
    y = np.concatenate(labels)
    if len(np.unique(y)) < 2:
        raise ValueError("y needs pairs of words with a link and without")
    return new_classifier().fit(np.vstack(rows), y)


def _others(S: Matrix) -> Matrix:
    """Return the largest other similarity of the row of each."""
    if S.shape[1] < 2:
        return np.full(S.shape, -1.0)
    first = S.argmax(axis=1)
    rows = np.arange(len(S))
    best = np.repeat(S[rows, first][:, None], S.shape[1], axis=1)
    rest = S.copy()
    rest[rows, first] = -np.inf
    best[rows, first] = rest.max(axis=1)
    return best
