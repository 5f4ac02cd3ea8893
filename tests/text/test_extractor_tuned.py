"""Extractors that tune their encoders: on whose rows, for which folds, in which cache."""

import pickle

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.utils.validation import check_is_fitted

from langalign_sk import (
    EmbeddingExtractor,
    HubModel,
    LangAligner,
    NgramEncoder,
    ParallelCorpus,
    ReverseAligner,
    TextAligner,
    TransferClassifier,
    TunedEncoder,
)
from langalign_sk.store import MemoryCache

ENGLISH = ["a red car", "the blue boat", "one red tree", "a blue sky", "red rain", "blue snow"] * 4
COLOURS = ["red", "blue"] * 12
KOREAN = ["빨간 차", "파란 배", "빨간 나무", "파란 하늘", "빨간 비", "파란 눈"] * 4


def quick(model, **settings):
    return TunedEncoder(model, **{"batch_size": 8, "learning_rate": 1e-3, **settings})


@pytest.fixture
def korean():
    return NgramEncoder(4).fit(KOREAN)


def test_fit_tunes_a_clone_and_a_clone_is_not_tuned(tiny_sentence_bert):
    encoder = quick(tiny_sentence_bert)
    extractor = EmbeddingExtractor(encoder)
    with pytest.raises(NotFittedError, match="the width of the TunedEncoder object is known once"):
        extractor.get_feature_names_out()  # asked for pictures: nothing is loaded
    assert extractor.get_layout() is None
    with pytest.raises(NotFittedError):
        check_is_fitted(extractor)
    with pytest.raises(NotFittedError, match=r"call fit\(X, y\) with labelled texts"):
        extractor.transform(ENGLISH)
    with pytest.raises(ValueError, match="is tuned in fit and needs labels"):
        extractor.fit(ENGLISH)
    vectors = extractor.fit_transform(ENGLISH, COLOURS)
    assert not encoder.is_fitted()
    tuned = extractor.tuned_["model"]
    assert tuned.fingerprint() == quick(tiny_sentence_bert).fit(ENGLISH, COLOURS).fingerprint()
    assert np.array_equal(vectors, EmbeddingExtractor(tuned).transform(ENGLISH))
    assert np.array_equal(vectors, extractor.transform(ENGLISH))
    copy = clone(extractor)
    assert not hasattr(copy, "tuned_")
    with pytest.raises(NotFittedError):
        copy.transform(ENGLISH)


def test_one_that_is_fitted_is_used_as_it_is(tiny_sentence_bert):
    tuned = quick(tiny_sentence_bert).fit(ENGLISH, COLOURS)
    extractor = clone(EmbeddingExtractor(tuned)).fit(ENGLISH)
    assert extractor.model is tuned
    assert not hasattr(extractor, "tuned_")
    assert "model__epochs" not in extractor.get_params()
    with pytest.raises(ValueError, match="an encoder is fitted before it gets here"):
        extractor.set_params(model__epochs=2)


def test_each_language_learns_from_its_own_rows(tiny_sentence_bert, tiny_bert):
    extractor = EmbeddingExtractor({"en": quick(tiny_sentence_bert), "ko": quick(tiny_bert)})
    assert extractor.get_layout().languages == ("en", "ko")
    mixed = [text for both in zip(ENGLISH, KOREAN, strict=True) for text in both]
    labels = [label for label in COLOURS for _ in range(2)]
    extractor.fit(mixed, labels)
    alone = quick(tiny_bert).fit(KOREAN, COLOURS)
    assert extractor.tuned_["ko"].fingerprint() == alone.fingerprint()
    with pytest.raises(ValueError, match="'ko' has nothing to learn from: no row of X"):
        clone(extractor).fit(ENGLISH, COLOURS)


def test_one_encoder_of_two_languages_is_tuned_once(tiny_sentence_bert):
    both = quick(tiny_sentence_bert)
    one = EmbeddingExtractor({"en": both, "ko": both})
    other = EmbeddingExtractor(both, languages=("en", "ko"))
    X, y = [*ENGLISH[:8], *KOREAN[:8]], COLOURS[:16]
    fitted = clone(one).fit(X, y)
    assert fitted.tuned_["en"] is fitted.tuned_["ko"]
    assert np.array_equal(fitted.transform(X), other.fit_transform(X, y))


def test_no_fold_is_served_from_the_cache_of_another(tiny_sentence_bert):
    cache = MemoryCache()
    extractor = EmbeddingExtractor(quick(tiny_sentence_bert), cache=cache)
    model = make_pipeline(extractor, LogisticRegression())
    X, y = ENGLISH[:12], COLOURS[:12]
    found = cross_validate(model, X, y, cv=3, return_estimator=True, return_indices=True)
    embedders = [estimator[0] for estimator in found["estimator"]]
    assert len({embedder.spec() for embedder in embedders}) == 3
    for embedder, rows in zip(embedders, found["indices"]["train"], strict=True):
        own = quick(tiny_sentence_bert).fit([X[row] for row in rows], [y[row] for row in rows])
        without = EmbeddingExtractor(own, cache=None)
        assert embedder.tuned_["model"].fingerprint() == own.fingerprint()
        # Other batches may round otherwise; another fold's vectors are far from these.
        np.testing.assert_allclose(embedder.transform(X), without.transform(X), atol=1e-6)


def test_a_grid_tunes_with_each_setting(tiny_sentence_bert, korean):
    extractor = EmbeddingExtractor({"en": quick(tiny_sentence_bert), "ko": korean})
    model = Pipeline([("embed", extractor), ("clf", LogisticRegression())])
    grid = {"embed__en__learning_rate": [1e-6, 1e-3], "embed__normalize": [True]}
    search = GridSearchCV(model, grid, cv=2, error_score="raise").fit(ENGLISH[:12], COLOURS[:12])
    best = search.best_estimator_["embed"]
    assert best.tuned_["en"].learning_rate == search.best_params_["embed__en__learning_rate"]
    assert extractor.model["en"].learning_rate == 1e-3
    single = clone(EmbeddingExtractor(quick(tiny_sentence_bert))).set_params(model__epochs=2)
    assert single.get_params()["model__epochs"] == single.model.epochs == 2


def test_settings_of_a_hub_model_around_it_are_followed(tiny_sentence_bert):
    extractor = EmbeddingExtractor(HubModel(quick(tiny_sentence_bert), pooling="cls"))
    vectors = extractor.fit_transform(ENGLISH, COLOURS)
    tuned = extractor.tuned_["model"]
    expected = EmbeddingExtractor(tuned, pooling="cls").transform(ENGLISH)
    assert np.array_equal(vectors, expected)


def test_two_texts(tiny_sentence_bert):
    X = [(a, b) for a in ENGLISH[:6] for b in ENGLISH[:6]]
    y = [int(("red" in a) == ("red" in b)) for a, b in X]
    apart = EmbeddingExtractor(quick(tiny_sentence_bert, product=True))
    assert apart.fit_transform(X, y).shape == (36, 64)
    again = quick(tiny_sentence_bert, product=True).fit(X, y)
    assert apart.tuned_["model"].fingerprint() == again.fingerprint()
    together = quick(tiny_sentence_bert, two_texts="together")
    read = EmbeddingExtractor(together, two_texts="together")
    assert read.fit_transform(X, y).shape == (36, 32)
    with pytest.raises(ValueError, match="give both the same"):
        EmbeddingExtractor(together).fit(X, y)


@pytest.mark.parametrize("aligner", [LangAligner, ReverseAligner])
def test_a_pipeline_tunes_english_and_learns_the_way_to_it(tiny_sentence_bert, korean, aligner):
    extractor = EmbeddingExtractor({"en": quick(tiny_sentence_bert, epochs=3), "ko": korean})
    pairs = ParallelCorpus(ENGLISH, KOREAN, source_lang="en", target_lang="ko")
    model = Pipeline(
        [
            ("embed", TextAligner(extractor, aligner(method="ridge"), pairs=pairs)),
            ("clf", LogisticRegression(C=10)),
        ]
    ).fit(ENGLISH, COLOURS)
    assert model.score(KOREAN, COLOURS) > 0.8
    tuned = model["embed"].embedder_.tuned_["en"]
    again = quick(tiny_sentence_bert, epochs=3).fit(ENGLISH, COLOURS)
    assert tuned.fingerprint() == again.fingerprint()
    loaded = pickle.loads(pickle.dumps(model))
    assert np.array_equal(loaded.predict_proba(KOREAN), model.predict_proba(KOREAN))


def test_the_transfer_classifier_tunes_and_keeps_the_tuned_encoder(
    tiny_sentence_bert, korean, tmp_path
):
    extractor = EmbeddingExtractor({"en": quick(tiny_sentence_bert), "ko": korean})
    pairs = ParallelCorpus(ENGLISH, KOREAN, source_lang="en", target_lang="ko")
    model = TransferClassifier(extractor, pairs=pairs, random_state=0).fit(ENGLISH, COLOURS)
    assert list(model.embedder_.tuned_) == ["en"]
    assert model.embedder_.model["ko"] is korean
    assert model.score(KOREAN, COLOURS) > 0.8
    joblib.dump(model, tmp_path / "model.joblib")
    loaded = joblib.load(tmp_path / "model.joblib")
    assert np.array_equal(loaded.predict_proba(KOREAN), model.predict_proba(KOREAN))
