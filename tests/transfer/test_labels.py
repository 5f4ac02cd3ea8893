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


@pytest.mark.parametrize("name", HEADS)
def test_each_label_is_the_choice_between_it_and_none(name):
    together = model(head=HEADS[name]).fit(S[TRAIN], Y[TRAIN]).predict_proba(T[TEST])
    if name == "kernel":  # a discriminant's covariance is that of all labels
        for j in range(4):
            alone = model(head=HEADS[name]).fit(S[TRAIN], Y[TRAIN, j]).predict_proba(T[TEST])
            np.testing.assert_allclose(together[:, j], alone[:, 1], atol=1e-9)
    both = np.column_stack([Y[TRAIN, 0], 1 - Y[TRAIN, 0]])
    alone = model(head=HEADS[name]).fit(S[TRAIN], Y[TRAIN, 0]).predict_proba(T[TEST])
    labels = model(head=HEADS[name]).fit(S[TRAIN], both).predict_proba(T[TEST])
    np.testing.assert_allclose(labels, alone[:, ::-1], atol=1e-9)


@pytest.mark.parametrize("head", [*HEADS.values(), LogisticRegression()])
def test_rare_labels_and_those_that_never_change(head):
    y = np.column_stack([Y[TRAIN, 0], np.zeros(200), np.ones(200), np.arange(200) == 7])
    proba = model(head=head).fit(S[TRAIN], y.astype(int)).predict_proba(T[TEST])
    np.testing.assert_array_equal(proba[:, 1], 0)
    np.testing.assert_array_equal(proba[:, 2], 1)
    assert proba[:, 3].max() < 0.5 < proba[:, 0].max()


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
