"""Several labels a row, told in one language and predicted in another."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neural_network import MLPClassifier

from langalign_sk import LangAligner, ReverseAligner, TextPool, TransferClassifier, without_pairs
from langalign_sk.transfer import GaussianHead, KernelHead, NoisyCopies
from langalign_sk.transfer._targets import Labels
from tests.transfer.world import two_languages

S, T, _, PAIRS = two_languages(n=700)
Y = (S[:, :4] > [-0.5, 0.0, 0.5, 1.0]).astype(int)
TRAIN, TEST = slice(300, 500), slice(500, 700)
HEADS = {"recipe": None, "linear": GaussianHead(), "kernel": KernelHead()}


def model(**params):
    return TransferClassifier(pairs=PAIRS, random_state=0, **params)


@pytest.mark.parametrize(
    "params",
    [
        *({"head": head} for head in HEADS.values()),
        {"head": LogisticRegression()},
        {"head": NoisyCopies(MLPClassifier((4,), max_iter=20), noise=0)},
        {"aligner": ReverseAligner(method="ridge")},
        {"aligner": LangAligner(method="ridge")},
        {"unlabeled": TextPool(T[TEST], lang="ko")},
    ],
    ids=[*HEADS, "logistic", "network", "reverse", "forward", "unlabelled"],
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_labels_are_told_in_the_other_language(params):
    fitted = model(**params).fit(S[TRAIN], Y[TRAIN])
    np.testing.assert_array_equal(fitted.classes_, np.arange(4))
    proba, found = fitted.predict_proba(T[TEST]), fitted.predict(T[TEST])
    assert proba.shape == (200, 4)
    assert ((proba >= 0) & (proba <= 1)).all()
    np.testing.assert_array_equal(found, proba > 0.5)
    native = OneVsRestClassifier(LogisticRegression()).fit(T[TRAIN], Y[TRAIN])
    if not isinstance(params.get("head"), NoisyCopies):  # that network has hardly begun
        right = f1_score(Y[TEST], found, average="micro")
        assert right > f1_score(Y[TEST], native.predict(T[TEST]), average="micro") - 0.1


def said(head, y):
    """What the heads of Korean say, fitted on English rows with these targets."""
    fitted = model(head=head).fit(S[TRAIN], y, lang="en")
    return fitted.heads_["ko"].say(T[TEST])


@pytest.mark.parametrize("name", HEADS)
def test_each_label_is_the_choice_between_it_and_none(name):
    if name == "kernel":  # a discriminant's covariance is that of all labels
        together = said(HEADS[name], Y[TRAIN])
        for j in range(4):
            np.testing.assert_allclose(
                together[:, j], said(HEADS[name], Y[TRAIN, j])[:, 1], atol=1e-9
            )
    both = np.column_stack([Y[TRAIN, 0], 1 - Y[TRAIN, 0]])
    alone = said(HEADS[name], Y[TRAIN, 0])
    np.testing.assert_allclose(said(HEADS[name], both), alone[:, ::-1], atol=1e-9)


def test_each_label_is_told_as_often_as_it_is_true():
    fitted = model().fit(S[TRAIN], Y[TRAIN], lang="en")
    often = fitted.predict(T[TEST], lang="ko").mean(axis=0)
    np.testing.assert_allclose(often, Y[TRAIN].mean(axis=0), atol=0.1)
    np.testing.assert_allclose(often, Y[TEST].mean(axis=0), atol=0.1)


@pytest.mark.parametrize("weight", [np.ones(8), np.array([1.0, 1, 1, 1, 5, 1, 1, 1])])
def test_even_odds_are_moved_to_where_the_label_begins(weight):
    labels, proba = Labels(1), np.linspace(0.05, 0.4, 8)[:, None]
    told = (np.arange(8) >= 6).astype(float)[:, None]
    middle = labels.middle(proba, told, weight)
    moved = labels.moved(proba, middle)[:, 0]
    np.testing.assert_array_equal(moved > 0.5, told[:, 0] == 1)
    assert (np.diff(moved) > 0).all()
    np.testing.assert_array_equal(labels.moved(np.array([[0.0], [1.0]]), middle), [[0], [1]])
    np.testing.assert_array_equal(labels.middle(proba, np.ones((8, 1)), weight), [0.5])


@pytest.mark.parametrize("head", [*HEADS.values(), LogisticRegression()])
def test_rare_labels_and_those_that_never_change(head):
    y = np.column_stack([Y[TRAIN, 0], np.zeros(200), np.ones(200), np.arange(200) == 7])
    proba = model(head=head).fit(S[TRAIN], y.astype(int)).predict_proba(T[TEST])
    np.testing.assert_array_equal(proba[:, 1], 0)
    np.testing.assert_array_equal(proba[:, 2], 1)
    assert np.mean(proba[:, 3] > 0.5) < 0.05
    assert proba[:, 0].max() > 0.5


@pytest.mark.parametrize("convert", [np.ndarray.tolist, sparse.csr_matrix, np.asarray])
@pytest.mark.parametrize("dtype", [bool, float, np.int8])
def test_tables_of_any_kind(convert, dtype):
    expected = model().fit(S[TRAIN], Y[TRAIN]).predict_proba(T[TEST])
    given = model().fit(S[TRAIN], convert(Y[TRAIN].astype(dtype)))
    np.testing.assert_array_equal(given.predict_proba(T[TEST]), expected)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([["a"], ["a", "b"]] * 100, r"by name.*MultiLabelBinarizer\(\)\.fit_transform"),
        ([["a", "b"], ["b", "c"]] * 100, "by name.*MultiLabelBinarizer"),
        ([{"a"}, {"b", "c"}] * 100, "by name.*MultiLabelBinarizer"),
        (np.array([["a"], ["a", "b"]] * 100, dtype=object), "by name.*MultiLabelBinarizer"),
        ([[1], [1, 3]] * 100, "by name.*MultiLabelBinarizer"),
        (2 * Y[TRAIN], "row 0, column 0 is"),
        (Y[TRAIN] + 0.5, "row 0, column 0 is .*TransferRegressor"),
        (np.where(Y[TRAIN] == 1, np.nan, 0), "y contains NaN"),
    ],
)
def test_what_is_no_table_of_zeros_and_ones(y, message):
    with pytest.raises(ValueError, match=message):
        model().fit(S[TRAIN], y)


def test_order_and_weight_of_rows():
    weight = np.random.default_rng(1).integers(0, 4, size=200)
    order = np.random.default_rng(0).permutation(np.repeat(np.arange(300, 500), weight))
    weighted = model().fit(S[TRAIN], Y[TRAIN], sample_weight=weight)
    repeated = model().fit(S[order], Y[order])
    np.testing.assert_allclose(
        weighted.predict_proba(T[TEST]), repeated.predict_proba(T[TEST]), atol=1e-9
    )


def test_one_column_is_classes_with_a_warning():
    with pytest.warns(UserWarning, match="column-vector y"):
        found = model().fit(S[TRAIN], Y[TRAIN, :1])
    assert found.predict(T[TEST]).shape == (200,)


def test_saved_and_fitted_again():
    fitted = model().fit(S[TRAIN], Y[TRAIN])
    with without_pairs():
        loaded = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(loaded.predict(T[TEST]), fitted.predict(T[TEST]))
    again = clone(fitted).fit(S[TRAIN], Y[TRAIN, 0])
    np.testing.assert_array_equal(again.classes_, [0, 1])
