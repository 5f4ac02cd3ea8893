"""Splits by language, over pairs, and with a few target labels."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from sklearn import config_context
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline

from langalign_sk import LangAligner, NgramEncoder, ReverseAligner, RidgeMap
from langalign_sk.corpus._content import tied_rows
from langalign_sk.datasets import load_demo
from langalign_sk.selection import LanguageSplit, PairKFold, PairScorer, target_validation


def test_languages_of_texts_are_told():
    texts = np.array(["thank you", "고마워요", "please", "주세요", "ありがとう"])
    (split,) = LanguageSplit("en", "ko").split(texts[:4])
    assert [rows.tolist() for rows in split] == [[0, 2], [1, 3]]
    found = list(LanguageSplit("en", ["ko", "ja"]).split(texts))
    assert [test.tolist() for _, test in found] == [[1, 3], [4]]
    assert LanguageSplit("en", ["ko", "ja"]).get_n_splits() == 2


@pytest.mark.parametrize("how", ["groups", "languages"])
def test_languages_of_vectors_are_given(how):
    codes = ["ko", "en", "xx", "en", "ko"]
    cv = LanguageSplit(languages=codes if how == "languages" else None)
    groups = codes if how == "groups" else None
    ((train, test),) = cv.split(np.zeros((5, 2)), groups=groups)
    assert train.tolist() == [1, 3]
    assert test.tolist() == [0, 4]


def test_what_is_missing_is_said():
    with pytest.raises(ValueError, match="no row of X is in 'ko'; the languages are .'en'."):
        list(LanguageSplit("en", "ko").split([1, 2], groups=["en", "en"]))
    with pytest.raises(ValueError, match="no row of X is in 'en'"):
        list(LanguageSplit("en", "ko").split(["고마워요"]))
    with pytest.raises(ValueError, match="1 languages are given for 2 rows"):
        list(LanguageSplit("en", "ko").split([1, 2], groups=["en"]))


@pytest.mark.parametrize("target", ["en", ["ko", "en"], []])
def test_rows_to_train_on_are_never_tested_on(target):
    with pytest.raises(ValueError, match="target must name languages other than source='en'"):
        list(LanguageSplit("en", target).split([1, 2], groups=["en", "ko"]))


def test_vectors_do_not_tell_their_language():
    with pytest.raises(TypeError, match="groups=languages"):
        list(LanguageSplit("en", "ko").split(np.ones((2, 3))))


def test_language_split_of_texts_in_scikit_learn():
    data = load_demo("ko", n_train=60, n_test=40, n_pairs=100, n_unlabeled=8)
    model = make_pipeline(NgramEncoder(16), LogisticRegression())
    texts, labels = data.train_texts + data.test_texts, [*data.train_labels, *data.test_labels]
    (score,) = cross_val_score(model, texts, labels, cv=LanguageSplit("en", "ko"))
    fitted = model.fit(data.train_texts, data.train_labels)
    assert score == fitted.score(data.test_texts, data.test_labels)


def test_language_split_in_scikit_learn():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 3))
    y = X[:, 0] > 0
    codes = np.array(["en", "ko"])[np.arange(60) % 2]
    (score,) = cross_val_score(LogisticRegression(), X, y, cv=LanguageSplit(), groups=codes)
    model = LogisticRegression().fit(X[::2], y[::2])
    assert score == model.score(X[1::2], y[1::2])
    with config_context(enable_metadata_routing=True):
        params = {"groups": codes}
        routed = cross_val_score(LogisticRegression(), X, y, cv=LanguageSplit(), params=params)
    assert routed.tolist() == [score]
    assert repr(LanguageSplit()) == "LanguageSplit(languages=None, source='en', target='ko')"


rows = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=4, max_size=40)


@settings(max_examples=50, deadline=None)
@given(rows, st.integers(2, 4))
def test_folds_of_pairs_share_no_row(pairs, n_splits):
    S, T = np.array(pairs, dtype=float).T[:, :, None]
    if len(np.unique(tied_rows([S, T]))) < n_splits:
        with pytest.raises(ValueError, match="hang together"):
            list(PairKFold(n_splits).split(S, T))
        return
    folds = list(PairKFold(n_splits).split(S, T))
    assert len(folds) == n_splits
    assert sorted(np.concatenate([test for _, test in folds])) == list(range(len(pairs)))
    for train, test in folds:
        assert len(test)
        assert sorted([*train, *test]) == list(range(len(pairs)))
        for side in (S, T):
            assert not set(side[train, 0]) & set(side[test, 0])


def test_folds_of_distinct_pairs_are_equal_and_drawn():
    texts = [f"text {i}" for i in range(20)], [f"글 {i}" for i in range(20)]
    folds = [test.tolist() for _, test in PairKFold(4).split(*texts)]
    assert [len(test) for test in folds] == [5, 5, 5, 5]
    assert folds == [test.tolist() for _, test in PairKFold(4).split(*texts)]
    assert folds != [test.tolist() for _, test in PairKFold(4, random_state=1).split(*texts)]
    with pytest.raises(ValueError, match="'n_splits' parameter of PairKFold must be an int"):
        PairKFold(1)


def test_a_search_over_pairs_takes_the_right_penalty():
    rng = np.random.default_rng(0)
    S = rng.normal(size=(200, 6))
    T = S @ rng.normal(size=(6, 6)) + 9  # languages lie apart, as a gate needs
    search = GridSearchCV(
        LangAligner("y", method=RidgeMap()),
        {"method__alpha": [1e-3, 1e3]},
        scoring=PairScorer(measure="r2"),
        cv=PairKFold(3),
    ).fit(S, T)
    assert search.best_params_ == {"method__alpha": 1e-3}
    assert search.best_score_ > 0.99
    assert search.cv_results_["mean_test_score"][1] < 0.1


@pytest.mark.parametrize("aligner", [LangAligner, ReverseAligner])
def test_a_search_over_pairs_of_different_widths(aligner):
    rng = np.random.default_rng(0)
    S = rng.normal(size=(200, 6))
    T = S @ rng.normal(size=(6, 4)) + 9
    if aligner is ReverseAligner:
        S, T = T, S
    for measure, least in (("r2", 0.99), ("csls", 0.9)):
        scores = cross_val_score(
            aligner("y", method=RidgeMap(1e-3)),
            S,
            T,
            cv=PairKFold(3),
            scoring=PairScorer(measure=measure),
            error_score="raise",
        )
        assert scores.min() > least


def test_target_rows_stand_behind_source_rows():
    ((train, test),) = target_validation(4, ["a", "b", "a"]).split()
    assert train.tolist() == [0, 1, 2, 3]
    assert test.tolist() == [4, 5, 6]
    with pytest.raises(ValueError, match="'n_source' parameter of target_validation must be"):
        target_validation(0, ["a"])
    with pytest.raises(ValueError, match="y_target is empty"):
        target_validation(3, [])
    y = np.array(["a", "b"] * 6)
    folds = list(target_validation(4, y, n_splits=3).split())
    assert len(folds) == 3
    for train, test in folds:
        assert set(range(4)) <= set(train)
        assert sorted(y[test - 4]) == ["a", "a", "b", "b"]
