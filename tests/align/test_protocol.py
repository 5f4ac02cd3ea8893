"""Maps nobody has written yet fit the protocol as it stands."""

from __future__ import annotations

import io
import pickle

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline

from langalign_sk import LangAligner, ParallelCorpus, ReverseAligner, TextPool
from tests.maps.throwaway import DuckMap, MeanShiftMap, ReducedRankMap, TorchMap, TransportMap

RNG = np.random.default_rng(0)
S = RNG.normal(size=(200, 5))
T = S @ np.linalg.qr(RNG.normal(size=(5, 5)))[0] + 8
PAIRS = ParallelCorpus(S, T, target_lang="ko")
POOLS = [TextPool(S, lang="en"), TextPool(T[::-1], lang="ko")]


def error(moved, expected):
    return np.square(moved - expected).sum() / np.square(expected - expected.mean(axis=0)).sum()


@pytest.mark.parametrize("round_trip", [False, True])
def test_a_torch_network_is_a_row_map(round_trip):
    method = TorchMap(hidden=32, steps=400)
    aligner = ReverseAligner(PAIRS, method=method, round_trip=round_trip, random_state=0).fit(S)
    assert error(aligner.transform(T), S) < 0.1
    again = clone(aligner).fit(S)
    np.testing.assert_array_equal(again.transform(T), aligner.transform(T))
    assert b"torch" not in pickle.dumps(aligner.maps_["ko"].__dict__)
    assert not hasattr(aligner, "partial_fit")


def test_a_reduced_rank_map_is_a_moment_map():
    flat = ParallelCorpus(S, S[:, :2] @ RNG.normal(size=(2, 5)) + 8, target_lang="ko")
    whole = LangAligner(flat, method=ReducedRankMap(rank=2)).fit(S)
    np.testing.assert_allclose(whole.transform(S), flat.target, atol=1e-8)
    parts = LangAligner("y", method=ReducedRankMap(rank=2))
    for rows in (slice(0, 90), slice(90, 200)):
        parts.partial_fit(flat.source[rows], flat.target[rows])
    np.testing.assert_allclose(parts.transform(S), whole.transform(S), atol=1e-8)
    pipe = Pipeline(
        [("align", LangAligner(flat, method=ReducedRankMap())), ("clf", LogisticRegression())]
    )
    search = GridSearchCV(pipe, {"align__method__rank": [1, 2]}, cv=2)
    assert search.fit(S, S[:, 0] > 0).best_estimator_["align"].method.rank in (1, 2)


@pytest.mark.parametrize("aligner", [LangAligner, ReverseAligner])
def test_a_shift_needs_no_pairs(aligner):
    fitted = aligner(method=MeanShiftMap(), unlabeled=POOLS).fit(S)
    source_moves = aligner is LangAligner
    before, stays = (S, T) if source_moves else (T, S)
    np.testing.assert_allclose(
        fitted.transform(before), before + stays.mean(axis=0) - before.mean(axis=0)
    )
    # The gate comes from the pools too.
    np.testing.assert_array_equal(fitted.transform(stays), stays)
    assert fitted.languages_.tolist() == ["en", "ko"]
    assert fitted.n_pairs_ == 0
    buffer = io.BytesIO()
    joblib.dump(fitted, buffer)
    assert buffer.tell() < 10_000
    np.testing.assert_allclose(fitted.fit(S, unlabeled=POOLS).transform(stays), stays)


def test_several_languages_without_pairs():
    pools = [*POOLS, TextPool(-T, lang="ja")]
    fitted = ReverseAligner(method=MeanShiftMap(), unlabeled=pools, round_trip=True).fit(S)
    assert fitted.languages_.tolist() == ["en", "ko", "ja"]
    np.testing.assert_allclose(fitted.transform(S), S, atol=1e-9)
    np.testing.assert_allclose(fitted.transform(-T).mean(axis=0), S.mean(axis=0), atol=1e-9)


def test_an_unpaired_transport_reads_the_rows():
    small = [TextPool(S[:60], lang="en"), TextPool(S[:60] + 0.3, lang="ko")]
    fitted = LangAligner(method=TransportMap(), unlabeled=small, gate=None).fit(S[:60])
    moved = fitted.transform(S[:60])
    assert error(moved, S[:60] + 0.3) < error(S[:60], S[:60] + 0.3)


def test_maps_that_need_pairs_say_so():
    with pytest.raises(ValueError, match="has no parallel pairs"):
        LangAligner(unlabeled=POOLS).fit(S)
    with pytest.raises(ValueError, match=r"unlabeled=\[source_pool, target_pool\]"):
        LangAligner(method=MeanShiftMap(), unlabeled=POOLS[:1]).fit(S)
    with pytest.raises(ValueError, match=r"unlabeled=\[source_pool, target_pool\]"):
        LangAligner(method=MeanShiftMap(), unlabeled=[*POOLS, TextPool(-T, lang="ja")]).fit(S)


def test_an_object_of_another_class_will_do():
    fitted = LangAligner(PAIRS, method=DuckMap()).fit(S)
    assert fitted.transform(S).shape == T.shape
