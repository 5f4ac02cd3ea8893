"""What else the contract promises: the way back, weights, dtypes, input left alone, threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from sklearn.ensemble import BaggingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline

from langalign_sk import LangAligner, ParallelCorpus, ReverseAligner, RidgeMap

RNG = np.random.default_rng(0)
S = RNG.normal(size=(150, 5))
T = S @ np.linalg.qr(RNG.normal(size=(5, 5)))[0] + 6
BLOCKS = {"en": 5, "ko": 5}


def test_the_way_back():
    aligner = LangAligner(ParallelCorpus(S, T, target_lang="ko"), method="procrustes").fit(S)
    np.testing.assert_allclose(aligner.inverse_transform(aligner.transform(S)), S)
    blocks = aligner.set_params(blocks=BLOCKS)
    wide = np.hstack([S, np.zeros_like(S)])
    blocks.fit(wide)
    np.testing.assert_allclose(blocks.inverse_transform(blocks.transform(wide)), wide, atol=1e-12)


@pytest.mark.filterwarnings("ignore::langalign_sk.align.GateWarning")
def test_the_way_back_exists_only_where_it_is_one():
    assert not hasattr(LangAligner("y", method="ridge").fit(S, T), "inverse_transform")
    corpora = [ParallelCorpus(S, T + j, target_lang=lang) for j, lang in enumerate(("ko", "ja"))]
    assert not hasattr(ReverseAligner(corpora, method="procrustes").fit(S), "inverse_transform")


@given(st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_weights_equal_repetition(seed):
    rng = np.random.default_rng(seed)
    noisy = T + rng.normal(size=T.shape)
    weight = rng.integers(0, 4, size=len(S))
    weight[0] = 1
    weighted = ParallelCorpus(S, noisy, target_lang="ko", weight=weight)
    rows = np.repeat(np.arange(len(S)), weight)
    repeated = ParallelCorpus(S[rows], noisy[rows], target_lang="ko")
    for method in (RidgeMap(alpha=0.3), "procrustes", Ridge(alpha=2.0)):
        one, other = (LangAligner(c, method=method, gate=None).fit(S) for c in (weighted, repeated))
        np.testing.assert_allclose(one.transform(S), other.transform(S), atol=1e-9)


@pytest.mark.parametrize("aligner", [LangAligner, ReverseAligner])
@pytest.mark.parametrize("gate", ["hard", "soft", None])
def test_float32_stays_and_agrees_with_float64(aligner, gate):
    fitted = aligner(ParallelCorpus(S, T), gate=gate).fit(S)
    X = np.concatenate([S, T])
    single = fitted.transform(X.astype(np.float32))
    assert single.dtype == np.float32
    assert fitted.transform(X).dtype == np.float64
    np.testing.assert_allclose(single, fitted.transform(X), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("gate", ["hard", "soft", None])
def test_the_callers_rows_are_left_alone(gate):
    X = np.concatenate([S, T])
    before = X.copy()
    out = LangAligner(ParallelCorpus(S, T), gate=gate).fit(X).transform(X)
    out += 1
    np.testing.assert_array_equal(X, before)


def test_before_fitting():
    for call in (LangAligner().transform, LangAligner().gate_proba):
        with pytest.raises(NotFittedError):
            call(S)


def test_threads_get_what_one_caller_gets():
    fitted = ReverseAligner(ParallelCorpus(S, T), round_trip=True).fit(S)
    batches = [np.concatenate([S[i : i + 9], T[i : i + 9]]) for i in range(0, 140, 3)]
    with ThreadPoolExecutor(32) as pool:
        results = list(pool.map(fitted.transform, batches))
    for batch, result in zip(batches, results, strict=True):
        np.testing.assert_array_equal(result, fitted.transform(batch))


def test_the_round_trip_is_a_map_of_its_own_choice():
    corpus = ParallelCorpus(S, T, target_lang="ko")
    chosen = ReverseAligner(corpus, method="procrustes", round_trip=RidgeMap(alpha=5.0)).fit(S)
    there = RidgeMap(alpha=5.0).fit(S, T)
    np.testing.assert_allclose(
        chosen.transform(S), chosen.maps_["ko"].transform(there.transform(S))
    )
    assert ReverseAligner(corpus).fit(S).round_trip_map_ is None


def test_round_trips_are_averaged():
    corpora = [
        ParallelCorpus(S, T * k + RNG.normal(size=T.shape), target_lang=lang)
        for k, lang in enumerate(("ko", "ja"), start=1)
    ]
    both = ReverseAligner(corpora, round_trip=True).fit(S)
    alone = [ReverseAligner(corpus, round_trip=True).fit(S) for corpus in corpora]
    expected = np.mean([one.round_trip_map_.transform(S) for one in alone], axis=0)
    np.testing.assert_allclose(both.transform(S), expected)


def test_a_fitted_pipeline_in_worker_processes_needs_pairs_in_a_folder(tmp_path):
    y = RNG.integers(0, 2, 150)
    saved = ParallelCorpus(S, T).save(tmp_path / "pairs")
    pipe = Pipeline([("align", LangAligner(saved)), ("clf", LogisticRegression())]).fit(S, y)
    BaggingClassifier(pipe, n_estimators=2, n_jobs=2).fit(S, y)
