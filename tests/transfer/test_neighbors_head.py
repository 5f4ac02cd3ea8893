"""Nearest labelled rows by CSLS: what a full matrix of scores says."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from langalign_sk import TextPool
from langalign_sk.transfer import CSLSNeighborsClassifier


@parametrize_with_checks([CSLSNeighborsClassifier(3)])
def test_scikit_learn_finds_no_fault(estimator, check):
    check(estimator)


def unit(X):
    return X / np.linalg.norm(X, axis=1, keepdims=True)


@pytest.mark.parametrize("with_pool", [True, False])
def test_the_votes_of_the_formula(with_pool):
    rng = np.random.default_rng(0)
    X, new, pool = (unit(rng.normal(size=(n, 6)) + 1) for n in (50, 40, 30))
    y = rng.integers(0, 3, size=50)
    near = X @ pool.T if with_pool else X @ X.T - 9 * np.eye(50)
    r = np.sort(near, axis=1)[:, -5:].mean(axis=1)
    order = np.argsort(-(2 * new @ X.T - r), axis=1)[:, :5]
    shares = np.stack([(y[order] == k).mean(axis=1) for k in range(3)], axis=1)
    head = CSLSNeighborsClassifier(5, unlabeled=TextPool(pool, lang="ko") if with_pool else None)
    np.testing.assert_allclose(head.fit(X, y).predict_proba(new), shares)
    np.testing.assert_array_equal(head.predict(new), shares.argmax(axis=1))


def test_a_hub_loses_its_votes():
    rng = np.random.default_rng(1)
    X = np.vstack([unit(rng.normal(size=(40, 5))), np.ones((1, 5))])
    y = np.r_[np.zeros(40), 1.0]
    new = unit(rng.normal(size=(200, 5)) + 0.6)
    plain = (new @ unit(X).T).argmax(axis=1) == 40
    head = CSLSNeighborsClassifier(1, unlabeled=new).fit(X, y)
    assert head.predict(new).mean() < plain.mean()


def test_texts_are_no_vectors():
    with pytest.raises(ValueError, match="give its vectors"):
        CSLSNeighborsClassifier(unlabeled=TextPool(["a"], lang="ko")).fit(np.eye(3), [0, 1, 1])
