"""Agreement of a classifier with itself over translations."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import cohen_kappa_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.svm import LinearSVC

from langalign_sk import (
    BlockLayout,
    EmbeddingExtractor,
    LangAligner,
    NgramEncoder,
    ParallelCorpus,
    ReverseAligner,
    TextAligner,
    TextPool,
)
from langalign_sk.datasets import load_demo
from langalign_sk.selection import TargetScorer, prediction_consistency
from langalign_sk.selection._consistency import beyond_chance, seen_share


class Told:
    """A classifier that reads its class off the first column and its probability off the next."""

    classes_ = np.array(["a", "b", "c"])

    def predict(self, X):
        return self.classes_[np.asarray(X)[:, 0].astype(int)]

    def predict_proba(self, X):
        return np.asarray(X)[:, 1:]


def told(classes, proba):
    return np.column_stack([classes, proba])


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(0)
    a, b = rng.integers(3, size=(2, 60))
    p, q = rng.dirichlet(np.ones(3), size=(2, 60))
    return a, b, p, q


@pytest.mark.parametrize("weighted", [False, True])
def test_figures_are_those_of_their_formulas(rows, weighted):
    a, b, p, q = rows
    weight = np.random.default_rng(1).uniform(0, 2, 60) if weighted else None
    pairs = ParallelCorpus(told(a, p), told(b, q), weight=weight)
    found = prediction_consistency(Told(), pairs)
    assert found.agreement == pytest.approx(np.average(a == b, weights=weight))
    assert found.kappa == pytest.approx(cohen_kappa_score(a, b, sample_weight=weight))
    w = np.full(60, 1 / 60) if weight is None else weight / weight.sum()
    chance = sum((w @ p)[k] * (w @ q)[k] for k in range(3))
    same = sum(w[i] * p[i, k] * q[i, k] for i in range(60) for k in range(3))
    assert found.soft == pytest.approx((same - chance) / (1 - chance))
    assert list(found.differing) == list(np.flatnonzero(a != b))
    assert found.n_pairs == 60
    assert "60 sentence pairs" in found.summary()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=40))
def test_kappa_is_that_of_scikit_learn_and_knows_no_names(pairs):
    a, b = np.array(pairs).T
    weights = np.full(len(a), 1 / len(a))
    found = beyond_chance(a, b, weights)
    if len(set(a) | set(b)) == 1:
        assert found == 0  # scikit-learn has NaN
    else:
        assert found == pytest.approx(cohen_kappa_score(a, b), abs=1e-9)
        names = np.array(["w", "x", "y", "z"])[::-1]
        assert beyond_chance(names[a], names[b], weights) == pytest.approx(found)
    assert beyond_chance(b, a, weights) == pytest.approx(found)
    assert found <= 1 + 1e-12


def test_soft_is_kappa_where_nothing_is_in_doubt(rows):
    a, b, _, _ = rows
    found = prediction_consistency(
        Told(), ParallelCorpus(told(a, np.eye(3)[a]), told(b, np.eye(3)[b]))
    )
    assert found.soft == pytest.approx(found.kappa)


def test_one_class_for_all_agrees_but_shows_nothing():
    rows = told(np.zeros(10), np.eye(3)[np.zeros(10, int)])
    found = prediction_consistency(Told(), ParallelCorpus(rows, rows))
    assert (found.agreement, found.kappa) == (1.0, 0.0)


def test_pairs_are_drawn_and_keep_their_numbers(rows):
    a, b, p, q = rows
    pairs = ParallelCorpus(told(a, p), told(b, q))
    found = prediction_consistency(Told(), pairs, max_pairs=20)
    assert found.n_pairs == len(found.rows) == 20
    assert list(found.source_classes) == list(Told.classes_[a[found.rows]])
    again = prediction_consistency(Told(), pairs, max_pairs=20)
    assert list(again.rows) == list(found.rows)
    other = prediction_consistency(Told(), pairs, max_pairs=20, random_state=1)
    assert list(other.rows) != list(found.rows)


@pytest.fixture(scope="module")
def demo():
    data = load_demo("ko", n_train=120, n_test=8, n_pairs=400, n_unlabeled=8)
    english = NgramEncoder(24).fit(data.train_texts + list(data.pairs.source))
    korean = NgramEncoder(16).fit(list(data.pairs.target))
    return data, EmbeddingExtractor({"en": english, "ko": korean})


def test_texts_and_vectors_give_the_same(demo):
    data, embed = demo
    fit, held_out = data.pairs.split(0.7, random_state=0)
    pipe = Pipeline(
        [
            ("embed", embed),
            ("align", ReverseAligner(fit.embed(embed))),
            ("clf", LogisticRegression()),
        ]
    ).fit(data.train_texts, data.train_labels)
    texts = prediction_consistency(pipe, held_out)
    vectors = prediction_consistency(pipe[1:], held_out.embed(embed))
    assert texts.agreement == vectors.agreement
    assert texts.soft == pytest.approx(vectors.soft)
    bare = held_out.embed(embed)
    bare = ParallelCorpus(bare.source, bare.target, target_lang="ko")
    assert prediction_consistency(pipe[1:], bare).agreement == texts.agreement
    assert 0 < texts.agreement < 1
    # The same figure by hand.
    same = pipe.predict(list(held_out.source)) == pipe.predict(list(held_out.target))
    assert texts.agreement == pytest.approx(same.mean())


def test_pairs_the_map_has_seen_are_told(demo):
    data, embed = demo
    fit, held_out = data.pairs.split(0.7, random_state=0)
    pipe = make_pipeline(TextAligner(embed, LangAligner(), pairs=fit), LogisticRegression())
    pipe.fit(data.train_texts, data.train_labels)
    assert prediction_consistency(pipe, held_out).seen == 0
    with pytest.warns(UserWarning, match="100% of the .* pairs are pairs that the map was fitted"):
        assert prediction_consistency(pipe, fit).seen == 1
    with pytest.warns(UserWarning, match="100%") as caught:
        prediction_consistency(pipe, fit)
    assert caught[0].filename == __file__
    mixed = fit.take(range(10)) + held_out.take(range(30))
    with pytest.warns(UserWarning, match="25%"):
        assert prediction_consistency(pipe, mixed).seen == pytest.approx(0.25)


def test_pairs_are_known_inside_a_search_and_after_saving(demo):
    data, embed = demo
    pairs = data.pairs.embed(embed)
    X = embed.transform(data.train_texts)
    pipe = make_pipeline(LangAligner(pairs), LogisticRegression())
    search = GridSearchCV(pipe, {"logisticregression__C": [1.0]}, cv=2).fit(X, data.train_labels)
    assert seen_share(search, pairs) == 1
    assert seen_share(pickle.loads(pickle.dumps(search)), pairs) == 1


def test_without_probabilities_there_is_no_soft_figure(demo):
    data, embed = demo
    X = embed.transform(data.train_texts)
    fit, held_out = data.pairs.embed(embed).split(0.7, random_state=0)
    pipe = make_pipeline(LangAligner(fit), LinearSVC()).fit(X, data.train_labels)
    found = prediction_consistency(pipe, held_out)
    assert np.isnan(found.soft)
    assert found.agreement > 0


def test_what_does_not_fit_is_refused():
    rng = np.random.default_rng(0)
    model = LogisticRegression().fit(rng.normal(size=(20, 5)), np.arange(20) % 2)
    with pytest.raises(TypeError, match="must be a ParallelCorpus, got tuple"):
        prediction_consistency(model, (np.ones((2, 5)), np.ones((2, 5))))
    wrong = ParallelCorpus(rng.normal(size=(9, 4)), rng.normal(size=(9, 4)), target_lang="ko")
    with pytest.raises(ValueError, match="source pairs .en. are 4 wide, but .* 5 columns"):
        prediction_consistency(model, wrong)
    words = ParallelCorpus(["a private text"], ["글"], target_lang="ko")
    message = r"pairs holds texts, but the LogisticRegression was fitted on vectors of 5 columns"
    with pytest.raises(ValueError, match=message):
        prediction_consistency(model, words)
    with pytest.raises(ValueError, match=r"unlabeled holds texts.*unlabeled.embed\(extractor\)"):
        TargetScorer(TextPool(["글"], lang="ko"))(model)
    with pytest.raises(ValueError, match="saved without its rows"):
        prediction_consistency(model, wrong.detach())


def test_blocks_come_from_the_pairs_too():
    rng = np.random.default_rng(0)
    layout = BlockLayout({"en": 3, "ko": 2})
    rows = rng.normal(size=(40, 3)), rng.normal(size=(40, 2))
    pairs = ParallelCorpus(*rows, target_lang="ko", layout=layout)
    model = LogisticRegression().fit(rng.normal(size=(30, 5)), np.arange(30) % 2)
    found = prediction_consistency(model, pairs)
    left = model.predict(np.pad(rows[0], ((0, 0), (0, 2))))
    right = model.predict(np.pad(rows[1], ((0, 0), (3, 0))))
    assert found.agreement == pytest.approx((left == right).mean())
