"""Whole pipelines over texts in scikit-learn's tools, by both ways of bringing pairs."""

from __future__ import annotations

import warnings

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import StackingClassifier, VotingClassifier
from sklearn.exceptions import SkipTestWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.pipeline import Pipeline
from sklearn.utils import estimator_checks

from langalign_sk import EmbeddingExtractor, LangAligner, ReverseAligner, TextAligner
from tests.helpers import TEXT_CHECKS

from .test_text_aligner import ENGLISH, KOREAN, LABELS, PAIRS, encoder

EMBED = EmbeddingExtractor({"en": encoder(ENGLISH), "ko": encoder(KOREAN)})


def two_steps():
    aligner = ReverseAligner(PAIRS.embed(EMBED), round_trip=True)
    return Pipeline([("embed", EMBED), ("align", aligner), ("clf", LogisticRegression(C=10))])


def one_step():
    vec = TextAligner(EMBED, LangAligner(), PAIRS)
    return Pipeline([("vec", vec), ("clf", LogisticRegression(C=10))])


@pytest.fixture(params=[two_steps, one_step])
def pipe(request):
    return request.param()


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_search_and_cross_validation(pipe, n_jobs):
    search = GridSearchCV(pipe, {"clf__C": [1, 10]}, cv=3, n_jobs=n_jobs, error_score="raise")
    search.fit(ENGLISH, LABELS)
    direct = clone(pipe).set_params(**search.best_params_).fit(ENGLISH, LABELS)
    np.testing.assert_array_equal(search.predict(KOREAN), direct.predict(KOREAN))
    result = cross_validate(
        pipe, ENGLISH, LABELS, cv=3, n_jobs=n_jobs, return_estimator=True, error_score="raise"
    )
    for fitted in result["estimator"]:
        again = fitted.fit(ENGLISH, LABELS).predict(KOREAN)
        np.testing.assert_array_equal(again, clone(pipe).fit(ENGLISH, LABELS).predict(KOREAN))


def test_ensembles(pipe):
    for ensemble in (
        StackingClassifier([("one", pipe)], cv=2),
        VotingClassifier([("one", pipe), ("two", clone(pipe))], voting="soft"),
        CalibratedClassifierCV(pipe, cv=2),
    ):
        assert set(ensemble.fit(ENGLISH, LABELS).predict(KOREAN)) <= set(LABELS)


def test_memory(pipe, tmp_path, monkeypatch):
    pipe.set_params(memory=joblib.Memory(tmp_path, verbose=0))
    first = clone(pipe).fit(ENGLISH, LABELS).predict_proba(KOREAN)
    calls = []
    for kind in (LangAligner, ReverseAligner):
        monkeypatch.setattr(kind, "fit", lambda *args, **kwargs: calls.append(1))
    np.testing.assert_array_equal(clone(pipe).fit(ENGLISH, LABELS).predict_proba(KOREAN), first)
    assert not calls


@pytest.mark.parametrize("check", TEXT_CHECKS, ids=lambda check: check.__name__)
def test_checks_of_scikit_learn_for_the_text_step(check):
    check("TextAligner", TextAligner(EMBED, LangAligner()))


def test_the_whole_suite_skips_what_needs_numbers():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SkipTestWarning)  # as for every text vectoriser
        estimator_checks.check_estimator(TextAligner(EMBED, LangAligner()))
