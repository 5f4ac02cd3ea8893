"""Weights of labelled rows: their ratios count, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.ensemble import AdaBoostClassifier, BaggingClassifier
from sklearn.linear_model import LogisticRegression

from langalign_sk import LangAligner, ReverseAligner, TextPool, TransferClassifier
from langalign_sk.transfer import GaussianHead, KernelHead, NoisyCopies
from tests.transfer.world import two_languages

S, T, Y, PAIRS = two_languages()
X, LABELS, TEST = S[:300], Y[:300], T[300:]
POOL = TextPool(T[300:500], lang="ko")
MODELS = {
    "default": TransferClassifier(pairs=PAIRS, random_state=0),
    "discriminant": TransferClassifier(head=GaussianHead(), pairs=PAIRS, random_state=0),
    "kernel": TransferClassifier(head=KernelHead(), pairs=PAIRS, random_state=0),
    "reverse": TransferClassifier(aligner=ReverseAligner(), pairs=PAIRS, random_state=0),
    "forward": TransferClassifier(aligner=LangAligner(), pairs=PAIRS, random_state=0),
    "unlabelled": TransferClassifier(pairs=PAIRS, unlabeled=POOL, random_state=0),
    "own head": TransferClassifier(
        head=NoisyCopies(LogisticRegression(solver="newton-cholesky")),
        pairs=PAIRS,
        random_state=0,
    ),
}


@pytest.mark.parametrize("name", MODELS)
def test_the_scale_of_weights_changes_nothing(name):
    model, weight = MODELS[name], np.random.default_rng(1).uniform(0.1, 3.0, size=300)
    given = clone(model).fit(X, LABELS, sample_weight=weight).predict_proba(TEST)
    for scale in (1000.0, 1e-200):
        scaled = clone(model).fit(X, LABELS, sample_weight=scale * weight)
        np.testing.assert_allclose(scaled.predict_proba(TEST), given, rtol=0, atol=1e-12)
    plain = clone(model).fit(X, LABELS).predict_proba(TEST)
    equal = clone(model).fit(X, LABELS, sample_weight=np.full(300, 1 / 300))
    np.testing.assert_allclose(equal.predict_proba(TEST), plain, rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", ["default", "kernel", "unlabelled", "reverse", "forward"])
def test_a_row_of_twice_the_weight_is_a_row_that_stands_twice(name):
    weight = np.random.default_rng(1).integers(0, 4, size=300)
    twice = np.repeat(np.arange(300), weight)
    weighted = clone(MODELS[name]).fit(X, LABELS, sample_weight=weight)
    repeated = clone(MODELS[name]).fit(X[twice], LABELS[twice])
    np.testing.assert_allclose(
        weighted.predict_proba(TEST), repeated.predict_proba(TEST), atol=1e-10
    )


@pytest.mark.parametrize("ensemble", [AdaBoostClassifier, BaggingClassifier])
def test_ensembles_that_weigh_rows_do_as_well_as_one(ensemble):
    scores = []
    for seed in range(3):
        S, T, y, pairs = two_languages(seed, n=3000)
        one = TransferClassifier(pairs=pairs, random_state=0)
        many = ensemble(one, n_estimators=10, random_state=0)
        for model in (one, many):
            model.fit(S[:300], y[:300])
            scores.append(np.mean(model.predict(T[300:]) == y[300:]))
    assert np.mean(scores[1::2]) > np.mean(scores[::2]) - 0.01


def test_target_rows_count_as_rows_whatever_they_weigh():
    rows, labels = np.vstack([S[:150], T[300:450]]), np.r_[Y[:150], Y[300:450]]
    model = clone(MODELS["discriminant"]).set_params(target_weight=0.25).fit(rows, labels)
    (look,) = model.languages_.looks([PAIRS], model.head)["ko"]
    codes = model.languages_.codes(rows)
    parts = model._carried(rows, np.eye(3)[labels], np.ones(300), codes, "ko", look)
    assert sum(part.n for part in parts) == 300
    (target,) = (part for part in parts if part.weight.max() < 1)
    assert target.weight.sum() == pytest.approx(target.n / 4)
    np.testing.assert_array_equal(target.rows, rows[codes == codes[-1]])


@pytest.mark.parametrize(("name", "weight"), [("discriminant", 0.1), ("kernel", 1.0)])
def test_hard_rows_weigh_what_the_head_can_learn_from_them(name, weight):
    rows, labels = np.vstack([S[:150], T[300:450]]), np.r_[Y[:150], Y[300:450]]
    hard, plain = (
        clone(MODELS[name]).set_params(target_weight=one).fit(rows, labels).predict_proba(T)
        for one in ("hard", weight)
    )
    np.testing.assert_array_equal(hard, plain)
    with pytest.raises(ValueError, match="'target_weight' parameter of TransferClassifier"):
        clone(MODELS[name]).set_params(target_weight="easy").fit(rows, labels)


def test_weights_that_leave_nothing_are_refused():
    model = MODELS["default"]
    with pytest.raises(ValueError, match="at least one non-zero"):
        clone(model).fit(X, LABELS, sample_weight=np.zeros(300))
    with pytest.raises(ValueError, match=r"(?i)negative"):
        clone(model).fit(X, LABELS, sample_weight=-np.ones(300))
