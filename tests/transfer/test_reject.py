"""Rows that belong to no class."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import FixedThresholdClassifier, TunedThresholdClassifierCV
from sklearn.utils.class_weight import compute_sample_weight

from langalign_sk import LangAligner, ParallelCorpus, ReverseAligner, TransferClassifier
from langalign_sk.transfer import GaussianHead, KernelHead

RNG = np.random.default_rng(0)
CENTRES = 5 * np.eye(4, 12)
MEANING = CENTRES[np.arange(1200) % 4] + RNG.normal(size=(1200, 12))
KOREAN = MEANING @ np.linalg.qr(RNG.normal(size=(12, 12)))[0] + 2.0
KOREAN += 0.5 * RNG.normal(size=KOREAN.shape)
Y = np.array(["a", "b", "c", "unseen"])[np.arange(1200) % 4]
PAIRS = ParallelCorpus(MEANING[:300], KOREAN[:300], target_lang="ko")
SEEN = Y != "unseen"
TRAIN, TEST = np.flatnonzero(SEEN)[225:525], np.arange(700, 1200)


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"head": GaussianHead()},
        {"head": KernelHead()},
        {"head": LogisticRegression()},
        {"aligner": ReverseAligner(method="ridge")},
        {"aligner": LangAligner(method="ridge")},
    ],
    ids=["recipe", "gaussian", "kernel", "logistic", "reverse", "forward"],
)
def test_rows_of_an_unseen_class_are_told_and_the_share_is_kept(params):
    model = TransferClassifier(pairs=PAIRS, reject=0.1, random_state=0, **params)
    model.fit(MEANING[TRAIN], Y[TRAIN], lang="en")
    score = model.score_samples(KOREAN[TEST], lang="ko")
    assert (score <= 0).all()
    assert roc_auc_score(SEEN[TEST], score) > 0.8
    kept = model.predict(KOREAN[TEST], lang="ko") != "none"
    assert 0.82 < kept[SEEN[TEST]].mean() < 0.97
    assert kept[~SEEN[TEST]].mean() < 0.75
    right = model.predict(KOREAN[TEST], lang="ko") == Y[TEST]
    plain = clone(model).set_params(reject=None).fit(MEANING[TRAIN], Y[TRAIN], lang="en")
    all_right = plain.predict(KOREAN[TEST], lang="ko") == Y[TEST]
    assert right[SEEN[TEST] & kept].mean() >= all_right[SEEN[TEST]].mean()
    np.testing.assert_array_equal(
        plain.predict_proba(KOREAN[TEST], lang="ko"), model.predict_proba(KOREAN[TEST], lang="ko")
    )


def test_rows_of_the_source_language_have_a_threshold_of_their_own():
    model = TransferClassifier(pairs=PAIRS, reject=0.1).fit(MEANING[TRAIN], Y[TRAIN], lang="en")
    kept = model.predict(MEANING[TEST], lang="en") != "none"
    assert 0.82 < kept[SEEN[TEST]].mean() < 0.97
    assert model.heads_["en"].least != model.heads_["ko"].least


def test_more_is_rejected_where_more_may_be():
    kept = []
    for share in (0.01, 0.1, 0.4):
        model = TransferClassifier(pairs=PAIRS, reject=share)
        model.fit(MEANING[TRAIN], Y[TRAIN], lang="en")
        kept.append(np.mean(model.predict(KOREAN[TEST], lang="ko") != "none"))
    assert kept == sorted(kept, reverse=True)
    assert kept[0] > kept[2]


def test_neither_order_nor_repetition_of_rows_moves_the_threshold():
    model = TransferClassifier(pairs=PAIRS, reject=0.1)
    weight = RNG.integers(1, 3, len(TRAIN))
    weighed = clone(model).fit(MEANING[TRAIN], Y[TRAIN], sample_weight=weight, lang="en")
    rows = RNG.permutation(np.repeat(TRAIN, weight))
    repeated = clone(model).fit(MEANING[rows], Y[rows], lang="en")
    for lang in ("en", "ko"):
        found = repeated.heads_[lang].least
        assert found == pytest.approx(weighed.heads_[lang].least, rel=1e-6)


@pytest.mark.parametrize(
    ("classes", "given", "expected"),
    [
        (["a", "b", "c"], None, "none"),
        (["a", "b", "c"], "something else, rather long", "something else, rather long"),
        ([0, 1, 2], None, -1),
        ([0, 1, 2], 99, 99),
        ([0.0, 1.0, 2.0], None, -1.0),
        (np.array([0, 1, 2], dtype=np.uint8), None, -1),
        (np.array(["a", "b", "c"], dtype=object), None, "none"),
    ],
)
def test_what_rows_of_no_class_are_called(classes, given, expected):
    y = np.asarray(classes)[np.unique(Y[TRAIN], return_inverse=True)[1]]
    model = TransferClassifier(pairs=PAIRS, reject=0.3, reject_label=given)
    found = model.fit(MEANING[TRAIN], y, lang="en").predict(KOREAN[TEST], lang="ko")
    assert set(found.tolist()) == {*np.asarray(classes).tolist(), expected}


@pytest.mark.parametrize(
    ("y", "params", "message"),
    [
        (Y[TRAIN], {"reject_label": "a"}, "'a' is one of the classes"),
        (np.where(Y[TRAIN] == "a", "none", "b"), {}, "'none' is one of the classes"),
        (Y[TRAIN], {"reject_label": -1}, "reject_label=-1 does not fit among classes such as"),
        ((Y[TRAIN] == "a") - 1, {}, "-1 is one of the classes"),
        (Y[TRAIN] == "a", {}, "classes are of type bool: say reject_label="),
        (Y[TRAIN], {"reject": 1.0}, "The 'reject' parameter of TransferClassifier must be"),
        (np.eye(3, dtype=int)[np.arange(300) % 3], {}, "of several labels a row may have none"),
    ],
)
def test_what_cannot_be_rejected_is_said(y, params, message):
    model = TransferClassifier(pairs=PAIRS, **{"reject": 0.1, **params})
    with pytest.raises(ValueError, match=message):
        model.fit(MEANING[TRAIN], y, lang="en")


def test_hardly_a_row():
    model = TransferClassifier(pairs=PAIRS, reject=0.1)
    for rows in ([300, 301], [300] * 4):
        y = ["a", "b"] * (len(rows) // 2)
        assert len(model.fit(MEANING[rows], y, lang="en").predict(KOREAN[:3], lang="ko")) == 3


def test_thresholds_and_costs_are_those_of_scikit_learn():
    y = (Y[TRAIN] == "a").astype(int)
    X, true = MEANING[np.flatnonzero(SEEN)[525:]], (Y[SEEN][525:] == "a").astype(int)
    model = TransferClassifier(pairs=PAIRS, random_state=0)
    proba = clone(model).fit(MEANING[TRAIN], y).predict_proba(X)
    fixed = FixedThresholdClassifier(model, threshold=0.9).fit(MEANING[TRAIN], y)
    np.testing.assert_array_equal(fixed.predict(X), proba[:, 1] >= 0.9)
    tuned = TunedThresholdClassifierCV(model, scoring="balanced_accuracy", cv=3, thresholds=20)
    assert np.mean(tuned.fit(MEANING[TRAIN], y).predict(X) == true) > 0.9
    costs = np.array([[0.0, 1.0], [50.0, 0.0]])  # to miss a row of "a" is worse
    cheap = np.array([0, 1])[np.argmin(proba @ costs, axis=1)]
    assert cheap.sum() > (proba[:, 1] > 0.5).sum()


def test_balanced_weights_are_those_of_scikit_learn():
    rows = np.r_[TRAIN[Y[TRAIN] == "a"][:10], TRAIN[Y[TRAIN] != "a"]]
    weight = compute_sample_weight("balanced", Y[rows])
    model = TransferClassifier(pairs=PAIRS, random_state=0)
    plain, even = (
        clone(model).fit(MEANING[rows], Y[rows], w, lang="en").predict_proba(KOREAN, lang="ko")
        for w in (None, weight)
    )
    assert even[:, 0].sum() > 1.05 * plain[:, 0].sum()
