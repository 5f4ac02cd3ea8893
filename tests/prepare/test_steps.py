"""What all steps before the encoder have in common: input, order, seeds, scikit-learn's habits."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings, strategies as st
from sklearn import config_context
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.utils import get_tags

from langalign_sk import EmbeddingExtractor, NgramEncoder, ParallelCorpus, TextPool, load, save
from langalign_sk.prepare import (
    Augmented,
    CodeSwitcher,
    DialectNormalizer,
    EntityFeatures,
    ProtectedTranslator,
    TextPerturber,
    Transliterator,
)
from tests.helpers import TEXT_CHECKS

WORDS = {"order": "주문", "parcel": ["택배", "소포"], "New York": "뉴욕"}
TEXTS = [
    "Please cancel my ordr",
    "where is the parcel from New York?",
    "コーヒーを飲む",
    "",
    "order",
]


def shouted(texts):
    return [text.upper() for text in texts]


STEPS = [
    CodeSwitcher(WORDS, rate=0.7, random_state=0),
    DialectNormalizer([("ordr", "order"), ("wher", "where")], vocabulary=["parcel"]),
    ProtectedTranslator(shouted),
    TextPerturber("typos", rate=0.6, random_state=0),
    TextPerturber("informal", rate=0.6, random_state=0),
    Transliterator("Hira"),
]
step_of = pytest.mark.parametrize("step", STEPS, ids=lambda step: repr(step)[:25])
ALL = [*STEPS, EntityFeatures({"New York": "ny"})]


@pytest.mark.parametrize("check", TEXT_CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("step", ALL, ids=lambda step: repr(step)[:25])
def test_scikit_learns_checks(step, check):
    check(type(step).__name__, clone(step))


@step_of
def test_order_batch_and_repetition_change_nothing(step):
    step = clone(step).fit(TEXTS)
    before = dict(vars(step))
    whole = step.transform(TEXTS)
    assert vars(step) == before
    assert whole.shape == (len(TEXTS),)
    assert [step.transform([text])[0] for text in TEXTS] == whole.tolist()
    assert step.transform(TEXTS[::-1]).tolist() == whole[::-1].tolist()
    assert clone(step).fit_transform(TEXTS).tolist() == whole.tolist()
    assert pickle.loads(pickle.dumps(step)).transform(TEXTS).tolist() == whole.tolist()
    assert whole.tolist() != TEXTS
    assert get_tags(step).input_tags.string


@step_of
def test_containers(step):
    step = clone(step).fit([])
    whole = step.transform(TEXTS).tolist()
    assert step.transform(np.array(TEXTS)).tolist() == whole
    assert step.transform(pd.Series(TEXTS)).tolist() == whole
    twos = list(zip(TEXTS, TEXTS[::-1], strict=True))
    assert step.transform(twos).tolist() == [[*two] for two in zip(whole, whole[::-1], strict=True)]
    for library in (pd, pl):
        frame = library.DataFrame({"text": TEXTS, "lang": ["en"] * 5})
        out = step.set_params(column="text").transform(frame)
        assert list(out["text"]) == whole
        assert list(out["lang"]) == ["en"] * 5
        assert list(frame["text"]) == TEXTS
        both = library.DataFrame({"one": TEXTS, "n": range(5), "two": TEXTS})
        out = step.set_params(column=("one", "two")).transform(both)
        assert list(out.columns) == ["one", "n", "two"]
        assert list(out["one"]) == list(out["two"]) == whole
    assert step.set_params(column=None).transform([]).shape == (0,)
    with pytest.raises(ValueError, match="wrap it in a list"):
        step.transform("order")


@step_of
def test_ahead_of_an_extractor_and_on_a_corpus(step):
    embed = EmbeddingExtractor(NgramEncoder(4).fit([*TEXTS, "주문 택배 뉴욕"]))
    pipe = make_pipeline(clone(step), embed, LogisticRegression())
    new = clone(step).fit_transform(TEXTS).tolist()
    fitted = pipe.fit(TEXTS, [0, 1, 0, 1, 0])
    np.testing.assert_array_equal(fitted[:-1].transform(TEXTS), embed.transform(new))
    assert fitted[:-1].set_output(transform="pandas").transform(TEXTS).shape == (5, 4)
    pairs = ParallelCorpus(TEXTS, TEXTS, target_lang="ko", weight=range(5))
    moved = pairs.map(target=clone(step))
    assert (list(moved.source), list(moved.target)) == (TEXTS, new)
    assert moved.weight.tolist() == [0, 1, 2, 3, 4]
    assert list(TextPool(TEXTS, lang="en").map(clone(step)).rows) == new


@step_of
def test_rows_keep_their_names_beside_other_steps(step):
    """A union puts rows together by their index: without it half of each row was missing."""
    embed = EmbeddingExtractor(NgramEncoder(4).fit([*TEXTS, "주문 택배 뉴욕"]))
    names = EntityFeatures({"New York": "ny"})
    both = FeatureUnion([("text", make_pipeline(clone(step), embed)), ("names", names)])
    plain = both.fit(TEXTS).transform(TEXTS)
    columns = [*(f"text__embedding{i}" for i in range(4)), "names__ny"]
    assert both.get_feature_names_out().tolist() == columns
    rows = pd.Series(TEXTS, index=[9, 7, 5, 3, 1])
    frame = both.set_output(transform="pandas").transform(rows)
    assert list(frame.index) == [9, 7, 5, 3, 1]
    np.testing.assert_array_equal(frame.to_numpy(), plain)


@step_of
def test_missing_texts_are_left_to_the_extractor(step):
    embed = EmbeddingExtractor(NgramEncoder(4).fit(TEXTS), missing="empty")
    pipe = make_pipeline(clone(step), embed)
    given, empty = (["order", gone, "parcel"] for gone in (None, ""))
    np.testing.assert_array_equal(pipe.fit_transform(given), pipe.fit_transform(empty))
    assert step.fit([]).transform([("order", None)])[0, 1] is None
    assert EntityFeatures({"order": "o"}).fit(given).transform(given).tolist() == [[1], [0], [0]]
    with pytest.raises(ValueError, match="X has missing values: row 1 is None"):
        pipe.set_params(embeddingextractor__missing="error").fit(given)


def test_map_of_functions_and_vectors():
    pairs = ParallelCorpus([("A", "B")], [("C", "D")], target_lang="ko")
    assert pairs.map(source=str.lower).source == (("a", "b"),)
    with pytest.raises(TypeError, match="these are vectors"):
        ParallelCorpus(np.eye(3), np.eye(3)).map(source=str.lower)


@pytest.mark.parametrize("step", [CodeSwitcher(WORDS), TextPerturber(), TextPerturber("indian")])
@settings(max_examples=25, deadline=None)
@given(texts=st.lists(st.text(), max_size=4), seed=st.integers(0, 2**31 - 1))
def test_rate_zero_changes_nothing_and_a_seed_decides(step, texts, seed):
    none = clone(step).set_params(rate=0.0, random_state=seed)
    assert none.fit_transform(texts).tolist() == texts
    one, two = (clone(step).set_params(rate=0.5, random_state=seed) for _ in range(2))
    assert one.fit_transform(texts).tolist() == two.fit_transform(texts).tolist()


def test_seeds_differ():
    text = ["where is the parcel that should have come from New York"]
    drawn = {TextPerturber(random_state=seed).fit_transform(text)[0] for seed in range(5)}
    assert len(drawn) > 2
    assert len({TextPerturber().fit_transform(text)[0] for _ in range(8)}) > 1


def test_the_model_is_trained_on_copies_and_sees_texts_as_they_are():
    texts, labels = ["order it", "my parcel"], np.array(["o", "p"])
    seen = []

    class Spy(LogisticRegression):
        def fit(self, X, y):
            seen.append((X.copy(), list(y)))
            return super().fit(np.arange(len(X))[:, None], y)

        def predict(self, X):
            seen.append((X, None))
            return np.array(["o"] * len(X))

    model = Augmented(Spy(), CodeSwitcher(WORDS, rate=1.0), n_copies=2, random_state=0)
    assert model.fit(texts, labels).predict(texts).tolist() == ["o", "o"]
    assert model.classes_.tolist() == ["o", "p"]
    (trained, trained_labels), (asked, _) = seen
    assert trained[:2] == asked == texts
    assert trained[2] == trained[4] == "주문 it"
    assert {trained[3], trained[5]} <= {"my 택배", "my 소포"}
    assert trained_labels == ["o", "p"] * 3
    clone(model).set_params(keep=False, n_copies=1).fit(texts, labels)
    assert seen[-1][0][0] == "주문 it"
    assert len(seen[-1][0]) == 2
    assert get_tags(model).estimator_type == "classifier"
    assert not hasattr(Augmented(Transliterator(), TextPerturber()), "predict")


def test_copies_need_texts_and_as_many_labels():
    pipe = make_pipeline(NgramEncoder(2).fit(TEXTS), LogisticRegression())
    model = Augmented(pipe, CodeSwitcher(WORDS))
    with pytest.raises(ValueError, match="X is empty"):
        model.fit([], [])
    with pytest.raises(ValueError, match=r"inconsistent numbers of samples: \[5, 2\]"):
        model.fit(TEXTS, [0, 1])


def test_a_text_and_its_copies_weigh_what_the_text_did():
    labels = [0, 1, 0, 1, 0]
    same = CodeSwitcher({"nowhere": "in these texts"}, rate=1.0)
    embed, head = EmbeddingExtractor(NgramEncoder(3).fit(TEXTS)), LogisticRegression(tol=1e-8)
    plain = make_pipeline(embed, head).fit(TEXTS, labels)
    wanted = plain.decision_function(TEXTS)
    for model in (plain, make_pipeline(embed, make_pipeline(head))):
        many = Augmented(model, same, n_copies=3).fit(TEXTS, labels)
        np.testing.assert_allclose(many.decision_function(TEXTS), wanted, atol=1e-3)
    with config_context(enable_metadata_routing=True):
        routed = make_pipeline(embed, clone(head).set_fit_request(sample_weight=True))
        many = Augmented(routed, same, n_copies=3).fit(TEXTS, labels)
        np.testing.assert_allclose(many.decision_function(TEXTS), wanted, atol=1e-3)
        counted = Augmented(plain, same).fit(TEXTS, labels)
        assert np.abs(counted.decision_function(TEXTS)).sum() > 1.1 * np.abs(wanted).sum()
    near = make_pipeline(embed, KNeighborsClassifier(1))  # takes no weights
    assert Augmented(near, same).fit(TEXTS, labels).score(TEXTS, labels) == 1


def test_what_serves_is_saved_without_code(tmp_path):
    names = FeatureUnion(
        [("text", NgramEncoder(3).fit(TEXTS)), ("names", EntityFeatures({"New York": "ny"}))]
    )
    steps = Transliterator("Hira", only=["コーヒー"]), DialectNormalizer({"ordr": "order"}), names
    pipe = make_pipeline(*steps, LogisticRegression()).fit(TEXTS, [0, 1, 0, 1, 0])
    save(pipe, tmp_path / "model")
    loaded = load(tmp_path / "model")
    np.testing.assert_array_equal(loaded.predict_proba(TEXTS), pipe.predict_proba(TEXTS))
    with pytest.raises(ValueError, match="needs code to be saved"):
        save(make_pipeline(TextPerturber(), names).fit(TEXTS), tmp_path / "other")
    copied = Augmented(make_pipeline(names, LogisticRegression()), TextPerturber())
    with pytest.raises(ValueError, match="save its model_"):
        save(copied.fit(TEXTS, [0, 1, 0, 1, 0]), tmp_path / "other")
