"""Metadata routing: pairs that follow the pipeline, and a declared language."""

from __future__ import annotations

import numpy as np
import pytest
import sklearn
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import Normalizer, StandardScaler

from langalign_sk import EmbeddingExtractor, LangAligner, NgramEncoder, ParallelCorpus

from .test_text_aligner import ENGLISH, KOREAN, LABELS, PAIRS, encoder


@pytest.fixture
def routing():
    with sklearn.config_context(enable_metadata_routing=True):
        yield


@pytest.fixture
def embed():
    return EmbeddingExtractor({"en": encoder(ENGLISH), "ko": encoder(KOREAN)})


def pipeline(embed, *between):
    steps = [
        ("embed", embed),
        *between,
        ("align", LangAligner()),
        ("clf", LogisticRegression(max_iter=2000)),
    ]
    return Pipeline(steps, transform_input=["pairs"])


def test_requests_are_declared_without_the_flag(embed):
    requests = LangAligner().get_metadata_routing()
    assert requests.fit.requests == {"pairs": True, "unlabeled": True, "lang": True}
    assert requests.transform.requests == {"lang": True}


@pytest.mark.usefixtures("routing")
def test_pairs_take_the_way_of_the_texts(embed):
    pipe = pipeline(embed).fit(ENGLISH, LABELS, pairs=(ENGLISH, KOREAN))
    known = Pipeline([("embed", embed), ("align", LangAligner(PAIRS.embed(embed)))]).fit(ENGLISH)
    np.testing.assert_allclose(
        pipe[:-1].transform(ENGLISH + KOREAN), known.transform(ENGLISH + KOREAN), atol=1e-6
    )


@pytest.mark.usefixtures("routing")
def test_steps_in_between_apply_to_the_pairs_too():
    shared = EmbeddingExtractor(NgramEncoder(8, random_state=0).fit(ENGLISH + KOREAN))
    pipe = pipeline(shared, ("scale", StandardScaler()))
    pipe.set_params(clf=DummyClassifier())  # the map is what is looked at
    pipe.fit(ENGLISH, LABELS, pairs=(ENGLISH, KOREAN))
    scaler = StandardScaler().fit(shared.transform(ENGLISH))
    vectors = [scaler.transform(shared.transform(texts)) for texts in (ENGLISH, KOREAN)]
    by_hand = LangAligner(tuple(vectors)).fit(vectors[0])
    np.testing.assert_allclose(
        pipe["align"].maps_["source"].coef_, by_hand.maps_["source"].coef_, atol=1e-12
    )


@pytest.mark.usefixtures("routing")
def test_blocks_survive_a_row_normaliser(embed):
    pipe = pipeline(embed, ("unit", Normalizer()))
    pipe.fit(ENGLISH, LABELS, pairs=(ENGLISH, KOREAN))
    assert pipe["align"].layout_.width == 16


@pytest.mark.usefixtures("routing")
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_grid_over_everything(embed, n_jobs):
    search = GridSearchCV(
        pipeline(embed),
        {"embed__normalize": [True, False], "align__method": ["ridge", "procrustes"]},
        cv=2,
        n_jobs=n_jobs,
        error_score="raise",
    ).fit(ENGLISH, LABELS, pairs=(ENGLISH, KOREAN))
    assert search.best_estimator_["align"].n_pairs_ == 20


@pytest.mark.usefixtures("routing")
def test_pairs_are_never_sliced_with_the_folds(embed):
    # As many pairs as samples: a list of them would be cut to each fold's rows.
    result = cross_validate(
        pipeline(embed),
        ENGLISH,
        LABELS,
        cv=4,
        params={"pairs": (ENGLISH, KOREAN)},
        return_estimator=True,
        error_score="raise",
    )
    assert [pipe["align"].n_pairs_ for pipe in result["estimator"]] == [20] * 4


@pytest.mark.usefixtures("routing")
def test_declared_language_reaches_transform():
    rng = np.random.default_rng(0)
    S = rng.normal(size=(100, 5))
    T = S + 0.01
    pipe = Pipeline(
        [
            ("align", LangAligner(ParallelCorpus(S, T, target_lang="ko"))),
            ("clf", LogisticRegression(max_iter=2000)),
        ]
    )
    y = rng.integers(0, 2, 100)
    pipe.fit(S, y, lang=np.array(["en"] * 100))
    stay = pipe[:-1].transform(S, lang=np.array(["ko"] * 100))
    np.testing.assert_array_equal(stay, S)
    assert pipe.predict(S, lang=np.array(["en"] * 100)).shape == (100,)


def test_pairs_by_step_name_need_no_routing():
    rng = np.random.default_rng(0)
    S = rng.normal(size=(60, 5))
    corpus = ParallelCorpus(S, S + 3)
    pipe = Pipeline([("align", LangAligner()), ("clf", LogisticRegression(max_iter=2000))])
    result = cross_validate(
        pipe,
        S,
        rng.integers(0, 2, 60),
        cv=3,
        params={"align__pairs": corpus},
        return_estimator=True,
        error_score="raise",
    )
    assert [fit["align"].n_pairs_ for fit in result["estimator"]] == [60] * 3
