"""What unlabelled rows of a language add to its heads."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone

from langalign_sk import LangAligner, ParallelCorpus, ReverseAligner, TextPool, TransferClassifier
from langalign_sk.transfer import GaussianHead, KernelHead, _base
from langalign_sk.transfer._adapting import LanguageHeads
from langalign_sk.transfer._frequencies import frequencies_of, leaning, normed, unexplained
from langalign_sk.transfer._head import Head
from langalign_sk.transfer._left_out import LeftOut
from langalign_sk.transfer._looks import Look
from langalign_sk.transfer._targets import Classes
from tests.align.planted import rotation
from tests.transfer.world import two_languages

S, T, Y, PAIRS = two_languages()
LABELLED, UNLABELLED, TEST = slice(0, 300), slice(300, 600), slice(600, 900)

TWO = Classes(np.array(["a", "b"]))
NONE = LeftOut(np.zeros((0, 2)), np.zeros((0, 2)), np.zeros(0))


def fitted(rows=None, *, model=None, **params):
    """The classifier with these unlabelled rows of the target language."""
    pool = None if rows is None else TextPool(rows, lang="ko")
    model = TransferClassifier() if model is None else clone(model)
    model.set_params(pairs=PAIRS, unlabeled=pool, random_state=0, **params)
    return model.fit(S[LABELLED], Y[LABELLED])


def test_a_shift_of_the_language_is_undone():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 900)
    source = 1.2 * rng.normal(size=(3, 16))[y] + rng.normal(size=(900, 16))
    target = source @ rotation(rng, 16) + 0.6 * rng.normal(size=(900, 16)) + 2.0
    # The texts of the task lie elsewhere than those of the pairs.
    shifted = target + 1.5 * rng.normal(size=16)
    pairs = ParallelCorpus(source[:300], target[:300], target_lang="ko")

    def accuracy(rows, pool=None):
        model = TransferClassifier(pairs=pairs, unlabeled=pool, random_state=0)
        model.fit(source[:300], y[:300], lang="en")
        return model.score(rows[TEST], y[TEST], lang="ko")

    as_ever, unaware = accuracy(target), accuracy(shifted)
    aware = accuracy(shifted, TextPool(shifted[UNLABELLED], lang="ko"))
    assert unaware < as_ever - 0.05
    assert aware > as_ever - 0.02


@pytest.mark.parametrize(
    ("model", "least"), [(None, 1.5), (TransferClassifier(head=GaussianHead()), 1.2)]
)
def test_frequencies_are_moved_by_a_skewed_pool_alone(model, least):
    rows, y = T[UNLABELLED], Y[UNLABELLED]
    balanced = fitted(rows, model=model)
    assert balanced.heads_["ko"].ratio == 1.0
    kept = (y == 1) | (np.arange(len(y)) % 10 == 0)
    skewed = fitted(rows[kept], model=model)
    ratio = skewed.heads_["ko"].ratio[0]
    assert ratio[1] > least
    assert ratio[[0, 2]].max() < 1
    # They come nearer to those of the pool, which is then of use.
    true = np.bincount(y[kept]) / kept.sum()
    prior = np.bincount(Y[LABELLED]) / 300
    assert np.abs(ratio * prior - true).sum() < np.abs(prior - true).sum()
    assert skewed.heads_["en"].ratio == 1.0
    test = (Y[TEST] == 1) | (np.arange(300) % 10 == 0)
    there = T[TEST][test], Y[TEST][test]
    assert skewed.score(*there) > balanced.score(*there)


class Says(Head):
    """A head that has made up its mind."""

    def __init__(self, proba):
        self.proba = proba

    def say(self, X):
        return np.tile(self.proba, (len(X), 1)).astype(float)

    def _hear(self, rows, proba):
        self.heard = proba


@pytest.mark.parametrize(
    ("prior", "expected"),
    [
        ([0.5, 0.5], 1.9),  # rows that are all told to be of one class
        ([0.85, 0.15], 1.0),  # hardly more of it than among the labels
        ([1.0, 0.0], 1.0),
    ],
)
def test_the_ratio_is_that_of_frequencies(prior, expected):
    heads = LanguageHeads([Look(None, Says([0.9, 0.1]))])
    rows = np.random.default_rng(0).normal(size=(300, 3))
    heads.learn(rows, TWO, np.array(prior), 1, NONE)
    assert np.ravel(heads.ratio)[0] == pytest.approx(expected, abs=0.1)
    assert np.isfinite(heads.ratio).all()
    assert heads.say(rows).argmax(axis=1).tolist() == [0] * 300


def test_frequencies_are_those_of_the_labels_and_of_the_rows():
    rng = np.random.default_rng(0)
    truth = rng.random(2000) < 0.2
    said = np.where(truth[:, None], [0.1, 0.9], [0.9, 0.1])
    found = frequencies_of(said, np.array([0.5, 0.5]))
    assert 0.15 < found[1] < 0.3
    few = frequencies_of(said[:2], np.array([0.5, 0.5]))
    np.testing.assert_allclose(few, 0.5, atol=0.1)
    assert found.sum() == pytest.approx(1)
    gone = frequencies_of(normed(said * [1, 0]), np.array([1.0, 0.0]))
    np.testing.assert_array_equal(gone, [1, 0])


def test_heads_that_lean_to_a_class_are_set_right():
    told = np.repeat(np.eye(2), [300, 300], axis=0)
    said = np.where(told == 1, 0.6, 0.4) * [3, 1]
    found = LeftOut(normed(said), told, np.ones(600))
    prior = np.array([0.5, 0.5])
    factor = leaning(found, prior)
    assert factor[1] / factor[0] == pytest.approx(3, rel=0.1)
    right = normed(found.said * factor).mean(axis=0)
    np.testing.assert_allclose(right, prior, atol=0.01)
    # A class that the others had no row of says nothing of how much heads lean.
    lost = LeftOut(np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]]), np.ones(1))
    np.testing.assert_allclose(leaning(lost, prior), 1)
    np.testing.assert_allclose(leaning(NONE, prior), 1)


def test_frequencies_explain_how_often_each_class_is_named():
    told = np.repeat(np.eye(2), 50, axis=0)
    said = told.copy()
    said[:10] = [0, 1]  # a fifth of one class is taken for the other
    found = LeftOut(said, told, np.ones(100))
    prior, rows = np.array([0.5, 0.5]), np.eye(2)[np.arange(100) % 2]
    assert unexplained(rows, np.array([0.625, 0.375]), found, prior) == pytest.approx(0)
    assert unexplained(rows, np.array([0.25, 0.75]), found, prior) == pytest.approx(0.3)
    assert unexplained(rows, prior, NONE, prior) == pytest.approx(0)


def test_heads_that_err_otherwise_than_on_rows_left_out_learn_nothing():
    rows = np.random.default_rng(0).normal(size=(300, 3))
    told = np.repeat(np.eye(2), 50, axis=0)
    # On rows left out they are right, of unlabelled ones they say the same always, unsure of it.
    found = LeftOut(told, told, np.ones(100))
    for said, n_dims in (([0.9, 0.1], 2), ([0.52, 0.48], 0)):
        heads = LanguageHeads([Look(None, Says(said))])
        heads.learn(rows, TWO, np.array([0.4, 0.6]), 1, found)
        assert np.ndim(heads.ratio) == n_dims
        assert (heads.student is None) == (n_dims == 0)


def test_a_head_that_has_heard_is_moved_from_what_it_learned():
    head = KernelHead()._fit_soft(S[:90], np.ones(90), np.eye(2)[Y[:90] % 2], TWO)
    prior = np.array([0.5, 0.5])
    before = head._frequencies(prior)
    head._hear(S[90:180], np.tile([0.0, 1.0], (90, 1)))
    assert head._frequencies(prior)[1] > before[1] + 0.05
    np.testing.assert_array_equal(GaussianHead()._frequencies(prior), prior)


def test_traffic_unlike_unequal_labels():
    kept = np.flatnonzero((Y[LABELLED] == 0) | (np.arange(300) % 7 == 0))

    def model(pool=None):
        return TransferClassifier(pairs=PAIRS, unlabeled=pool, random_state=0).fit(S[kept], Y[kept])

    alone, aware = model(), model(TextPool(T[UNLABELLED], lang="ko"))
    assert aware.score(T[TEST], Y[TEST]) > alone.score(T[TEST], Y[TEST]) + 0.02
    large = np.bincount(Y[kept]) / len(kept) / (np.bincount(Y[TEST]) / 300)
    like = np.random.default_rng(0).random(300) < (large / large.max())[Y[UNLABELLED]]
    as_labels = model(TextPool(T[UNLABELLED][like], lang="ko"))
    assert as_labels.heads_["ko"].ratio == 1.0


@pytest.mark.parametrize(("settings", "times"), [({"reject": 0.95}, 1), ({"self_training": 0}, 0)])
def test_rows_are_left_out_where_it_is_asked_for_and_once(monkeypatch, settings, times):
    asked, own = [], _base.left_out
    monkeypatch.setattr(_base, "left_out", lambda *args: asked.append(args) or own(*args))
    heads = fitted(T[UNLABELLED], **settings).heads_
    assert len(asked) == times * len(heads)  # for Korean not once more because of the pool


def test_two_heads_and_a_student_are_averaged():
    looks = [Look(None, Says([0.9, 0.1])), Look(None, Says([0.5, 0.5]))]
    heads, rows = LanguageHeads(looks), np.random.default_rng(0).normal(size=(30, 3))
    np.testing.assert_allclose(heads.say(rows), np.tile([0.7, 0.3], (30, 1)))
    heads.learn(rows, TWO, np.array([0.8, 0.2]), 1, NONE)
    student = heads.student.say(rows)
    np.testing.assert_allclose(heads.say(rows), (student + np.array([1.4, 0.6])) / 3)


@pytest.mark.parametrize("n", [1, 2, 5])
def test_a_pool_of_hardly_a_row_does_little_harm(n):
    few = fitted(T[UNLABELLED][:n])
    assert few.score(T[TEST], Y[TEST]) > fitted().score(T[TEST], Y[TEST]) - 0.06


def test_a_pool_of_one_class():
    rows = T[UNLABELLED][Y[UNLABELLED] == 2]
    model = fitted(rows)
    there = T[TEST][Y[TEST] == 2]
    found = model.predict_proba(there)
    assert np.isfinite(found).all()
    assert np.mean(found.argmax(axis=1) == 2) >= np.mean(fitted().predict(there) == 2)
    assert model.heads_["ko"].ratio[0][2] > 1


def test_equal_rows_are_a_pool_too():
    model = fitted(np.repeat(T[UNLABELLED][:1], 20, axis=0))
    assert np.isfinite(model.predict_proba(T[TEST])).all()


@pytest.mark.parametrize(
    "model",
    [
        TransferClassifier(),
        TransferClassifier(aligner=ReverseAligner(method="ridge")),
        TransferClassifier(aligner=LangAligner(method="ridge")),
    ],
    ids=["recipe", "reverse", "forward"],
)
def test_without_rounds_the_pool_is_left_alone(model):
    alone = fitted(model=model).predict_proba(T[TEST])
    left = fitted(T[UNLABELLED], model=model, self_training=0)
    assert left.heads_["ko"].student is None
    np.testing.assert_array_equal(left.predict_proba(T[TEST]), alone)
    used = fitted(T[UNLABELLED], model=model, self_training=1)
    assert np.abs(used.predict_proba(T[TEST]) - alone).max() > 0.01


def test_a_class_that_is_not_among_the_labels_of_any_weight_stays_away():
    weight = (Y[LABELLED] < 2).astype(float)
    model = TransferClassifier(pairs=PAIRS, unlabeled=TextPool(T[UNLABELLED], lang="ko"))
    proba = model.fit(S[LABELLED], Y[LABELLED], sample_weight=weight).predict_proba(T[TEST])
    assert proba.shape == (300, 3)
    assert (proba[:, 2] == 0).all()
    np.testing.assert_allclose(proba.sum(axis=1), 1)


def test_the_order_of_the_pool_does_not_count():
    order = np.random.default_rng(0).permutation(300)
    np.testing.assert_allclose(
        fitted(T[UNLABELLED][order]).predict_proba(T[TEST]),
        fitted(T[UNLABELLED]).predict_proba(T[TEST]),
        atol=1e-7,
    )


class Turncoat(Head):
    """Says class 0 of positive rows, and the opposite once it has heard anything."""

    turned = False

    def _hear(self, rows, proba):
        self.turned = True

    def say(self, X):
        first = (X[:, 0] > 0) != self.turned
        return np.column_stack([np.where(first, 0.9, 0.1), np.where(first, 0.1, 0.9)])


def test_a_round_that_turns_round_what_the_labels_taught_is_taken_back():
    rows = np.random.default_rng(0).normal(size=(40, 2))
    head = Turncoat()
    heads = LanguageHeads([Look(None, head, near=True)])
    before = heads.say(rows)
    heads.learn(rows, TWO, np.array([0.5, 0.5]), 3, NONE)
    assert not head.turned
    np.testing.assert_array_equal(heads.say(rows), before)
