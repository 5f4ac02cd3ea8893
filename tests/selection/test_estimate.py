"""Accuracy in the target language, estimated without its labels."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import VotingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    FixedThresholdClassifier,
    GridSearchCV,
    StratifiedKFold,
    cross_val_score,
)
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.svm import LinearSVC

from langalign_sk import (
    EmbeddingExtractor,
    LangAligner,
    NgramEncoder,
    ParallelCorpus,
    ReverseAligner,
    TextPool,
)
from langalign_sk.datasets import load_demo
from langalign_sk.selection import coverage, estimate_target_accuracy, prediction_consistency
from langalign_sk.selection._doubts import trained_before, unlike


def world(seed, *, noise, n=1500):
    """Pairs, labelled rows and labelled target rows of one kind, with noise in translation."""
    rng = np.random.default_rng(seed)
    mix = np.linalg.qr(rng.normal(size=(6, 6)))[0]

    def translated(source):
        return source @ mix + noise * rng.normal(size=source.shape) + 9

    def label(source):
        return (source[:, 0] > 0).astype(int) + (source[:, 1] > 0.5)

    rows = [rng.normal(size=(k, 6)) for k in (n, 600, 4000)]
    pairs = ParallelCorpus(rows[0], translated(rows[0]), target_lang="ko")
    y = label(rows[1])
    flip = rng.random(600) < 0.1  # labels are never clean
    y[flip] = rng.integers(3, size=flip.sum())
    fit, held_out = pairs.split(0.5, random_state=0)
    return fit, held_out, rows[1], y, translated(rows[2]), label(rows[2])


def pipe_of(fit, aligner=LangAligner):
    return make_pipeline(aligner(fit), LogisticRegression(max_iter=5000))


@pytest.mark.parametrize("noise", [0.1, 0.5, 0.8])
@pytest.mark.parametrize("given", [True, False])
def test_the_truth_lies_inside_where_the_model_holds(noise, given):
    fit, held_out, X, y, target, labels = world(0, noise=noise)
    pipe = pipe_of(fit).fit(X, y)
    pool = TextPool(target[:1500], lang="ko") if given else None
    found = estimate_target_accuracy(pipe, X, y, held_out, pool)
    truth = pipe.score(target, labels)
    # Labels of the source rows are wrong by design in a fifteenth of cases, which no one can see.
    assert found.low - 0.07 < truth < found.high + 0.07
    assert found.estimate == pytest.approx(truth, abs=0.12)
    assert found.low < found.estimate < found.high
    assert found.reliable
    assert found.reason == ""
    assert f"{found.estimate:.2f}" in found.summary()


def test_it_follows_the_quality_of_the_map():
    found = []
    for noise in (0.1, 0.5, 0.9):
        fit, held_out, X, y, _, _ = world(0, noise=noise, n=600)
        found.append(estimate_target_accuracy(pipe_of(fit), X, y, held_out).estimate)
    assert found[0] > found[1] > found[2]


def test_its_parts_are_those_of_their_own_functions():
    fit, held_out, X, y, target, _ = world(1, noise=0.5)
    found = estimate_target_accuracy(pipe_of(fit), X, y, held_out, TextPool(target, lang="ko"))
    own = prediction_consistency(pipe_of(fit).fit(X, y), held_out)
    assert found.agreement == pytest.approx(own.agreement)
    assert found.kappa == pytest.approx(own.kappa)
    assert found.n_pairs == held_out.n_pairs
    loss = found.source_accuracy - found.floor
    assert 0 < loss < 0.25
    assert found.estimate == pytest.approx(found.source_accuracy - loss**2 / 0.25)
    again = estimate_target_accuracy(pipe_of(fit), X, y, held_out, TextPool(target, lang="ko"))
    assert again == found


def test_the_estimator_is_left_alone_and_needs_no_probabilities():
    fit, held_out, X, y, target, labels = world(2, noise=0.4)
    pipe = make_pipeline(LangAligner(fit), LinearSVC())
    found = estimate_target_accuracy(pipe, X, y, held_out, TextPool(target, lang="ko"))
    assert not hasattr(pipe[-1], "coef_")
    assert found.estimate == pytest.approx(pipe.fit(X, y).score(target, labels), abs=0.15)


def test_decision_values_stand_for_probabilities():
    fit, held_out, X, y, target, _ = world(2, noise=0.4)
    pool = TextPool(target, lang="ko")
    guesses = [
        estimate_target_accuracy(make_pipeline(LangAligner(fit), head), X, y > 0, held_out, pool)
        for head in (LinearSVC(), LogisticRegression())
    ]
    assert guesses[0].floor == pytest.approx(guesses[1].floor, abs=0.03)
    silent = make_pipeline(LangAligner(fit), VotingClassifier([("a", LinearSVC())]))
    found = estimate_target_accuracy(silent, X, y, held_out, pool)
    assert "only classes" in found.reason


def test_a_classifier_with_a_threshold_of_its_own_is_estimated_as_it_predicts():
    fit, held_out, X, y, _, _ = world(5, noise=0.5, n=600)
    y = (y > 0).astype(int)
    head = FixedThresholdClassifier(LogisticRegression(), threshold=0.95)
    pipe = make_pipeline(LangAligner(fit), head)
    found = estimate_target_accuracy(pipe, X, y, held_out)
    own = prediction_consistency(pipe.fit(X, y), held_out)
    assert found.agreement == pytest.approx(own.agreement)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    truth = cross_val_score(pipe, X, y, cv=folds).mean()
    assert found.source_accuracy == pytest.approx(truth, abs=0.02)


def test_what_breaks_it_is_said():
    fit, held_out, X, y, _, _ = world(3, noise=0.5, n=500)
    rng = np.random.default_rng(0)
    cases = {
        "60 pairs are too few": (fit, X, y, held_out.take(n=60, random_state=0), None),
        "no better than always": (fit, X, rng.permutation(y), held_out, None),
        "lie outside": (fit, X, y, held_out, TextPool(np.tile([[-9.0, 9]], (50, 3)), lang="ko")),
    }
    jumbled = ParallelCorpus(fit.source, rng.permutation(fit.target), target_lang="ko")
    found = estimate_target_accuracy(pipe_of(jumbled, ReverseAligner), X, y, held_out)
    assert "hardly agree beyond chance" in found.reason
    for reason, (own, rows, labels, pairs, pool) in cases.items():
        found = estimate_target_accuracy(pipe_of(own), rows, labels, pairs, pool)
        assert not found.reliable
        assert reason in found.reason
        assert found.summary().startswith("unreliable here: ")


class Deaf(ClassifierMixin, BaseEstimator):
    """Answers by a function that is nothing to cloning; `fit` does nothing."""

    def __init__(self, answer=None):
        self.answer = answer

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return self.answer(X)


@pytest.mark.parametrize(
    ("wrapped", "reason"),
    [
        (FrozenEstimator, "is frozen"),
        (lambda head: CalibratedClassifierCV(FrozenEstimator(head)), "is frozen"),
        (
            lambda head: Deaf(lambda rows: head.predict(rows)),
            "does not learn from the rows it is given",
        ),
    ],
)
def test_a_head_that_was_trained_before_is_not_believed(wrapped, reason):
    fit, held_out, X, y, _, _ = world(4, noise=0.5, n=400)
    aligner = LangAligner(fit)
    head = LogisticRegression(max_iter=1000).fit(aligner.fit_transform(X), y)
    found = estimate_target_accuracy(make_pipeline(aligner, wrapped(head)), X, y, held_out)
    assert not found.reliable
    assert reason in found.reason


@pytest.mark.parametrize(
    "head",
    [
        LogisticRegression(max_iter=1000, class_weight={"a": 9, "b": 1}),
        FixedThresholdClassifier(LogisticRegression(), threshold=0.95, pos_label="b"),
        CalibratedClassifierCV(LinearSVC(), cv=3),
        KNeighborsClassifier(1),
        GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}, cv=3),
    ],
)
def test_a_head_that_learns_is_no_suspect(head):
    _, _, X, y, _, _ = world(4, noise=0.5, n=400)
    assert trained_before(head, X, np.where(y > 0, "b", "a")) == ""


def test_without_unlabelled_rows_the_pairs_must_be_like_the_labelled_ones():
    fit, held_out, X, _, target, _ = world(6, noise=0.3, n=800)
    y = X[:, 0] > 0
    near_the_middle = ParallelCorpus(
        held_out.source * 0.05, (held_out.target - 9) * 0.05 + 9, target_lang="ko"
    )
    found = estimate_target_accuracy(pipe_of(fit), X, y, near_the_middle)
    assert "give unlabelled target rows" in found.reason
    given = TextPool(target[:500], lang="ko")
    found = estimate_target_accuracy(pipe_of(fit), X, y, near_the_middle, given)
    assert "give unlabelled" not in found.reason
    assert unlike(0.5, 0.1) == ""
    assert "kappa 0.40" in unlike(0.4, 0.1)
    assert "0.20 lower" in unlike(0.5, 0.2)


def test_the_interval_follows_its_confidence():
    fit, held_out, X, y, _, _ = world(7, noise=0.5, n=400)
    wide, narrow = (
        estimate_target_accuracy(pipe_of(fit), X, y, held_out, confidence=c) for c in (0.95, 0.5)
    )
    assert wide.estimate == narrow.estimate
    ratio = (wide.estimate - wide.low) / (narrow.estimate - narrow.low)
    assert ratio == pytest.approx(1.96 / 0.6745, rel=1e-3)


def test_figures_that_make_no_sense_are_refused():
    fit, held_out, X, y, _, _ = world(4, noise=0.5, n=400)
    with pytest.raises(ValueError, match="'confidence' parameter of .* must be a float"):
        estimate_target_accuracy(pipe_of(fit), X, y, held_out, confidence=95)
    with pytest.raises(ValueError, match="'max_pairs' parameter of .* must be an int"):
        estimate_target_accuracy(pipe_of(fit), X, y, held_out, max_pairs=0)


def test_pairs_the_map_has_seen_are_warned_of():
    fit, _, X, y, _, _ = world(4, noise=0.5, n=400)
    with pytest.warns(UserWarning, match="fitted on"):
        estimate_target_accuracy(pipe_of(fit), X, y, fit)


def test_texts():
    data = load_demo("ko", n_train=240, n_test=240, n_pairs=700, n_unlabeled=300)
    english = NgramEncoder(32).fit(data.train_texts + list(data.pairs.source))
    korean = NgramEncoder(32).fit(list(data.pairs.target) + list(data.unlabeled_target.rows))
    embed = EmbeddingExtractor({"en": english, "ko": korean})
    fit, held_out = data.pairs.split(0.6, random_state=0)
    aligner = ReverseAligner(fit.embed(embed), round_trip=True)
    head = LogisticRegression(max_iter=1000)
    pipe = Pipeline([("embed", embed), ("align", aligner), ("clf", head)])
    texts = data.train_texts, data.train_labels
    found = estimate_target_accuracy(pipe, *texts, held_out, data.unlabeled_target)
    truth = pipe.fit(*texts).score(data.test_texts, data.test_labels)
    assert found.estimate == pytest.approx(truth, abs=0.15)
    assert found.estimate <= found.source_accuracy
    # Text of a kind that no pair has is found through the pipeline's own encoder.
    far = TextPool(["뷁쀍쒧", "꿹뚊"], lang="ko")
    assert coverage(held_out.embed(embed), far.embed(embed)).outside > 0.5
    assert "lie outside" in estimate_target_accuracy(pipe, *texts, held_out, far).reason
