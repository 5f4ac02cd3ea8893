"""Which rows to label next."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import FixedThresholdClassifier, GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from langalign_sk import EmbeddingExtractor, LangAligner, NgramEncoder, ParallelCorpus, TextPool
from langalign_sk.datasets import load_demo
from langalign_sk.selection import suggest_labels


@pytest.fixture(scope="module")
def model():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 5))
    return LogisticRegression(C=100).fit(X, (X[:, 0] > 0).astype(int) + (X[:, 0] > 1))


@pytest.fixture(scope="module")
def pool():
    return np.random.default_rng(1).normal(size=(800, 5))


def margin(model, rows):
    top = np.sort(model.predict_proba(rows), axis=1)
    return top[:, -1] - top[:, -2]


def test_rows_are_distinct_and_predictions_those_of_the_model(model, pool):
    found = suggest_labels(model, pool, 40)
    assert list(found.columns) == ["row", "score", "prediction"]
    assert len(found) == found["row"].nunique() == 40
    rows = found["row"].to_numpy()
    assert list(found["prediction"]) == list(model.predict(pool[rows]))
    assert found["score"].sum() == pytest.approx(1)
    assert found.equals(suggest_labels(model, pool, 40))


def test_predictions_are_those_of_a_classifier_with_a_threshold_of_its_own(pool):
    X = pool[:300]
    model = FixedThresholdClassifier(LogisticRegression(), threshold=0.9).fit(X, X[:, 0] > 0)
    found = suggest_labels(model, pool, 40)
    assert list(found["prediction"]) == list(model.predict(pool[found["row"]]))


def test_doubtful_rows_are_preferred(model, pool):
    rows = suggest_labels(model, pool, 40)["row"].to_numpy()
    assert margin(model, pool[rows]).mean() < 0.7 * margin(model, pool).mean()


def test_predicted_classes_take_turns(model, pool):
    found = suggest_labels(model, pool, 60)
    assert set(found["prediction"][:3]) == {0, 1, 2}
    first = found[found["prediction"] == 0]["score"].to_numpy()
    assert (np.diff(first) <= 0).all()


def test_no_near_duplicates(model):
    rng = np.random.default_rng(2)
    seeds = rng.normal(size=(30, 5))
    pool = np.repeat(seeds, 20, axis=0) * (1 + rng.random((600, 1)))
    found = suggest_labels(model, pool, 50)
    rows = found["row"].to_numpy()
    unit = pool[rows] / np.linalg.norm(pool[rows], axis=1, keepdims=True)
    cosines = unit @ unit.T - np.eye(len(unit))
    assert cosines.max() <= 0.95 + 1e-6
    assert 10 < len(found) <= 30
    assert len(suggest_labels(model, pool, 50, max_similarity=0.3)) < len(found)


def test_small_pools_come_back_whole_but_for_duplicates(model):
    pool = np.eye(5)
    assert sorted(suggest_labels(model, pool, 100)["row"]) == [0, 1, 2, 3, 4]
    assert len(suggest_labels(model, np.ones((7, 5)), 3)) == 1


def test_groups_follow_meaning():
    # Three tight groups, all equally doubtful: one row of each before a second of any.
    rng = np.random.default_rng(0)
    centres = np.eye(3) * 5
    pool = np.vstack([c + 0.8 * rng.normal(size=(50, 3)) for c in centres])
    flat = LogisticRegression(C=1e-9).fit(pool, np.arange(150) % 2)
    rows = suggest_labels(flat, pool, 3)["row"].to_numpy()
    assert sorted(rows // 50) == [0, 1, 2]


@pytest.fixture(scope="module")
def texts():
    data = load_demo("ko", n_train=160, n_test=8, n_pairs=300, n_unlabeled=200)
    english = NgramEncoder(24).fit(data.train_texts + list(data.pairs.source))
    korean = NgramEncoder(24).fit(list(data.pairs.target) + list(data.unlabeled_target.rows))
    embed = EmbeddingExtractor({"en": english, "ko": korean})
    align = LangAligner(data.pairs.embed(embed))
    pipe = make_pipeline(embed, align, LogisticRegression()).fit(
        data.train_texts, data.train_labels
    )
    return data, embed, pipe


def test_texts_come_with_their_rows(texts):
    data, embed, pipe = texts
    found = suggest_labels(pipe, data.unlabeled_target, 20)
    assert list(found.columns) == ["row", "text", "score", "prediction"]
    rows = data.unlabeled_target.rows
    assert list(found["text"]) == [rows[i] for i in found["row"]]
    assert found.equals(suggest_labels(pipe, list(rows), 20))
    assert found.equals(suggest_labels(pipe, np.array(rows), 20))
    vectors = suggest_labels(pipe[1:], data.unlabeled_target.embed(embed), 20)
    assert set(vectors["prediction"]) == set(found["prediction"])
    search = GridSearchCV(pipe, {}, cv=2).fit(data.train_texts, data.train_labels)
    assert found.equals(suggest_labels(search, data.unlabeled_target, 20))


def test_a_text_classifier_of_any_kind_will_do(texts):
    data, _, pipe = texts

    class Whole:
        classes_ = pipe.classes_

        def predict(self, X):
            return pipe.predict(X)

        def predict_proba(self, X):
            return pipe.predict_proba(X)

    found = suggest_labels(Whole(), data.unlabeled_target, 15)
    assert len(found) == 15


def test_what_cannot_be_suggested_from_is_said(model, pool):
    with pytest.raises(ValueError, match="LinearSVC has none"):
        suggest_labels(LinearSVC().fit(pool, pool[:, 0] > 0), pool)
    with pytest.raises(ValueError, match="'n' parameter of suggest_labels must be an int"):
        suggest_labels(model, pool, 0)
    detached = TextPool(pool, lang="ko").detach()
    with pytest.raises(ValueError, match="without its rows"):
        suggest_labels(model, detached)


def test_vectors_of_blocks_are_put_in_place():
    rng = np.random.default_rng(0)
    pairs = ParallelCorpus(rng.normal(size=(90, 3)), rng.normal(size=(90, 2)), target_lang="ko")
    blocks = {"en": 3, "ko": 2}
    X = np.pad(rng.normal(size=(40, 3)), ((0, 0), (0, 2)))
    pipe = make_pipeline(LangAligner(pairs, blocks=blocks), LogisticRegression())
    pipe.fit(X, X[:, 0] > 0)
    found = suggest_labels(pipe, TextPool(rng.normal(size=(60, 2)), lang="ko"), 5)
    assert len(found) == 5
