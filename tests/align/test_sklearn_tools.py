"""Everything in scikit-learn that clones, copies, caches or searches."""

from __future__ import annotations

import copy

import joblib
import numpy as np
import pytest
from scipy.stats import loguniform
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import StackingClassifier, VotingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import (
    GridSearchCV,
    PredefinedSplit,
    RandomizedSearchCV,
    cross_validate,
)
from sklearn.pipeline import Pipeline

from langalign_sk import LangAligner, ParallelCorpus, ProcrustesMap, ReverseAligner, RidgeMap

RNG = np.random.default_rng(0)
N = 150
S = RNG.normal(size=(N, 6)).astype(np.float32)
T = (S @ RNG.normal(size=(6, 6)) + 5).astype(np.float32)
Y = np.array(["a", "b", "c"])[S[:, :3].argmax(axis=1)]
#: As many pairs as samples: whatever scikit-learn slices by length would be sliced here.
SAME = ParallelCorpus(S, T, target_lang="ko")
MORE = ParallelCorpus(np.tile(S, (3, 1)), np.tile(T, (3, 1)), target_lang="ko")


@pytest.fixture(params=[SAME, MORE], ids=["n_pairs == n_samples", "more pairs"])
def corpus(request):
    return request.param


@pytest.fixture(params=[LangAligner, ReverseAligner], ids=["forward", "reverse"])
def pipe(request, corpus):
    return Pipeline([("align", request.param(corpus)), ("clf", LogisticRegression(max_iter=2000))])


def accuracy(fitted):
    return (fitted.predict(T) == Y).mean()


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_grid_over_method_objects_and_their_parameters(pipe, corpus, n_jobs):
    grid = [
        {"align__method": ["procrustes", "ridge", Ridge()], "align__gate": ["hard", "soft"]},
        {"align__method": [RidgeMap()], "align__method__alpha": [1e-3, 1e-1]},
        {"align__method": [ProcrustesMap()], "align__method__scale": [True, False]},
    ]
    search = GridSearchCV(pipe, grid, cv=2, n_jobs=n_jobs, error_score="raise").fit(S, Y)
    assert search.best_estimator_["align"].pairs is corpus
    assert search.best_estimator_["align"].n_pairs_ == corpus.n_pairs
    assert len(search.cv_results_["params"]) == 10
    best = GridSearchCV(pipe, {"align__method": ["ridge"]}, cv=2, n_jobs=n_jobs).fit(S, Y)
    assert accuracy(best) > 0.8


def test_randomized_search(pipe):
    pipe.set_params(align__method=RidgeMap())
    search = RandomizedSearchCV(
        pipe, {"align__method__alpha": loguniform(1e-4, 1)}, n_iter=4, cv=2, random_state=0,
        error_score="raise",
    ).fit(S, Y)  # fmt: skip
    assert 1e-4 <= search.best_params_["align__method__alpha"] <= 1


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_cross_validate_returns_estimators_that_can_be_refitted(pipe, corpus, n_jobs):
    result = cross_validate(
        pipe, S, Y, cv=3, n_jobs=n_jobs, return_estimator=True, error_score="raise"
    )
    for fitted in result["estimator"]:
        assert fitted["align"].n_pairs_ == corpus.n_pairs
        assert accuracy(fitted.fit(S, Y)) > 0.8


def test_scores_come_from_target_rows_with_a_predefined_split(pipe):
    X, y = np.concatenate([S, T]), np.concatenate([Y, Y])
    fold = np.repeat([-1, 0], N)
    search = GridSearchCV(
        pipe, {"align__method": ["procrustes", "ridge"]}, cv=PredefinedSplit(fold), refit=False,
        error_score="raise",
    ).fit(X, y)  # fmt: skip
    assert search.best_params_ == {"align__method": "ridge"}


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_ensembles(pipe, n_jobs):
    members = [("one", pipe), ("two", clone(pipe).set_params(align__gate="soft"))]
    for ensemble in (
        StackingClassifier(members, cv=2, n_jobs=n_jobs),
        VotingClassifier(members, voting="soft", n_jobs=n_jobs),
        CalibratedClassifierCV(pipe, cv=2, n_jobs=n_jobs),
    ):
        assert accuracy(ensemble.fit(S, Y)) > 0.7


def test_pipeline_memory_hits(pipe, corpus, tmp_path, monkeypatch):
    pipe.set_params(memory=joblib.Memory(tmp_path, verbose=0))
    fitted = clone(pipe).fit(S, Y)
    calls = []
    monkeypatch.setattr(type(pipe["align"]), "fit", lambda *a, **k: calls.append(1))
    again = clone(pipe).fit(S, Y)
    assert not calls
    np.testing.assert_array_equal(again.predict_proba(T), fitted.predict_proba(T))
    monkeypatch.undo()
    # What came out of the cache has found its pairs again and can be fitted anew.
    assert again.fit(S[:100], Y[:100])["align"].pairs is corpus


def test_set_output_and_names(pipe):
    pd = pytest.importorskip("pandas")
    pl = pytest.importorskip("polars")
    fitted = pipe.set_output(transform="pandas").fit(S, Y)
    frame = fitted[:-1].transform(pd.DataFrame(T, index=np.arange(N) + 7))
    prefix = type(pipe["align"]).__name__.lower()
    assert list(frame.columns) == [f"{prefix}{j}" for j in range(6)]
    assert frame.index[0] == 7
    assert fitted[:-1].get_feature_names_out().tolist() == list(frame.columns)
    assert isinstance(pipe.set_output(transform="polars")[:-1].transform(T), pl.DataFrame)


def test_frozen(corpus):
    aligner = LangAligner("y").fit(corpus.source, corpus.target)
    pipe = Pipeline(
        [("align", FrozenEstimator(aligner)), ("clf", LogisticRegression(max_iter=2000))]
    ).fit(S, Y)
    assert pipe["align"].estimator is aligner
    assert accuracy(pipe) > 0.8
    other = LangAligner("y", method="procrustes").fit(corpus.source, corpus.target)
    search = GridSearchCV(
        pipe, {"align": [FrozenEstimator(aligner), FrozenEstimator(other)]}, cv=2,
        error_score="raise",
    ).fit(S, Y)  # fmt: skip
    assert search.best_estimator_.predict(T).shape == (N,)


def test_clone_and_deepcopy_share_the_pairs(pipe, corpus):
    pipe.fit(S, Y)
    for other in (clone(pipe), copy.deepcopy(pipe), copy.copy(pipe)):
        assert other["align"].pairs is corpus
    assert not hasattr(clone(pipe)["align"], "maps_")
    np.testing.assert_array_equal(copy.deepcopy(pipe).predict_proba(T), pipe.predict_proba(T))


def test_cross_validation_over_pairs():
    def pair_cosine(estimator, X, y):
        moved = estimator.transform(X)
        norms = np.linalg.norm(moved, axis=1) * np.linalg.norm(y, axis=1)
        return float(((moved * y).sum(axis=1) / norms).mean())

    search = GridSearchCV(
        LangAligner("y", method=RidgeMap()), {"method__alpha": [1e-3, 1e3]}, cv=3,
        scoring=pair_cosine, error_score="raise",
    ).fit(S, T)  # fmt: skip
    assert search.best_params_ == {"method__alpha": 1e-3}


def test_torch_tensors_come_in():
    torch = pytest.importorskip("torch")
    rows = torch.tensor(S)
    aligner = LangAligner(SAME).fit(rows)
    moved = aligner.transform(rows)
    assert type(moved) is np.ndarray
    assert moved.dtype == np.float32
    half = aligner.transform(rows.bfloat16().requires_grad_(True))
    np.testing.assert_allclose(half, moved, atol=0.1)


def test_memory_mapped_pairs_in_parallel(tmp_path):
    corpus = SAME.save(tmp_path / "pairs")
    pipe = Pipeline([("align", LangAligner(corpus)), ("clf", LogisticRegression(max_iter=2000))])
    search = GridSearchCV(pipe, {"align__gate": ["hard", "soft"]}, cv=2, n_jobs=2).fit(S, Y)
    assert accuracy(search) > 0.8
