"""Pairs that come in parts give what they give at once."""

from __future__ import annotations

import io

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import LinearRegression

from langalign_sk import BlockLayout, LangAligner, ParallelCorpus, ReverseAligner, RidgeMap
from langalign_sk.maps import CCAMap, MultiStepMap, NormalizedMap

RNG = np.random.default_rng(0)
S = RNG.normal(size=(400, 6)) + 50
T = S @ RNG.normal(size=(6, 6)) + RNG.normal(size=(400, 6)) + 9
A = ParallelCorpus(S[:250], T[:250], target_lang="ko")
B = ParallelCorpus(S[250:], T[250:], target_lang="ko")
ALIGNERS = [
    LangAligner(method="procrustes"),
    LangAligner(method=RidgeMap(alpha=0.1)),
    LangAligner(method="reduced_rank"),
    LangAligner(method=CCAMap(3)),
    LangAligner(method=MultiStepMap(whiten=True, shrinkage="gcv", reweight=0.75)),
    ReverseAligner(round_trip=True),
    ReverseAligner(method="procrustes", gate="soft"),
]


def same(one, other):
    X = np.concatenate([S, T])
    np.testing.assert_allclose(one.transform(X), other.transform(X), rtol=1e-10, atol=1e-10)
    assert one.n_pairs_ == other.n_pairs_


@pytest.mark.filterwarnings("ignore::langalign_sk.maps.FewPairsWarning")
@pytest.mark.parametrize("aligner", ALIGNERS)
@pytest.mark.parametrize("size", [1, 7, 130])
def test_chunks_equal_one_fit(aligner, size):
    parts = clone(aligner)
    for start in range(0, 400, size):
        rows = slice(start, start + size)
        parts.partial_fit(S[rows], T[rows], pairs="y")
    same(parts, clone(aligner).fit(S, T, pairs="y"))


@pytest.mark.parametrize("aligner", ALIGNERS)
def test_goes_on_after_loading(aligner):
    kept = clone(aligner).set_params(pairs=A, keep_moments=True).fit(S)
    loaded = through_a_file(kept)
    same(loaded.partial_fit(S, pairs=B), clone(aligner).fit(S, pairs=A + B))


def test_without_kept_moments_loading_ends_it():
    loaded = through_a_file(LangAligner(A).fit(S))
    with pytest.raises(ValueError, match="saved without its moments.*keep_moments=True"):
        loaded.partial_fit(S, pairs=B)
    loaded.fit(S, pairs=A).partial_fit(S, pairs=B)


def test_fit_forgets_what_came_before():
    aligner = LangAligner().partial_fit(S, pairs=A).fit(S, pairs=B)
    same(aligner, LangAligner(B).fit(S))


def test_constructor_pairs_count_once():
    aligner = LangAligner(A).partial_fit(S)
    with pytest.raises(ValueError, match="no new pairs"):
        aligner.partial_fit(S)
    same(aligner.partial_fit(S, pairs=B), LangAligner(A + B).fit(S))


def test_a_language_may_come_later():
    later = ParallelCorpus(S, 20 - T, target_lang="ja")
    parts = ReverseAligner(round_trip=True).partial_fit(S, pairs=A).partial_fit(S, pairs=later)
    at_once = ReverseAligner([A, later], round_trip=True).fit(S)
    assert parts.languages_.tolist() == ["en", "ko", "ja"]
    X = np.concatenate([S, T, 20 - T])
    np.testing.assert_allclose(parts.transform(X), at_once.transform(X), rtol=1e-10, atol=1e-10)


def test_arrays_are_in_the_languages_learned_so_far():
    parts = ReverseAligner(A).fit(S).partial_fit(S[250:], T[250:], pairs="y")
    assert parts.languages_.tolist() == ["en", "ko"]
    same(parts, ReverseAligner(A + B).fit(S))
    same(LangAligner(A).fit(S).partial_fit(S, pairs=(S[250:], T[250:])), LangAligner(A + B).fit(S))


def test_another_end_is_refused():
    aligner = LangAligner().partial_fit(S, pairs=A)
    with pytest.raises(ValueError, match="into 'ko', but the new pairs lead into 'ja'"):
        aligner.partial_fit(S, pairs=ParallelCorpus(S, T, target_lang="ja"))


@pytest.mark.parametrize("aligner", [LangAligner, ReverseAligner])
def test_unequal_widths_stream(aligner):
    wide = np.hstack([T, T[:, :2] ** 2])
    parts = aligner("y").fit(S[:250], wide[:250]).partial_fit(S[250:], wide[250:])
    whole = aligner("y").fit(S, wide)
    rows = S if aligner is LangAligner else wide
    np.testing.assert_allclose(parts.transform(rows), whole.transform(rows), rtol=1e-8)


def test_blocks_stay_as_they_were():
    layout = BlockLayout({"en": 6, "ko": 6})
    X = np.hstack([S, np.zeros_like(S)])
    corpus = ParallelCorpus(A.source, A.target, target_lang="ko", layout=layout)
    for new in (B, (S[250:], T[250:])):
        parts = LangAligner(corpus).fit(X).partial_fit(X, pairs=new)
        assert parts.layout_ == layout
        whole = LangAligner(A + B, blocks={"en": 6, "ko": 6}).fit(X)
        np.testing.assert_allclose(parts.transform(X), whole.transform(X), rtol=1e-9)


@pytest.mark.parametrize("refit", ["fit", "partial_fit"])
def test_a_refused_refit_leaves_the_old_fit_whole(refit):
    aligner = LangAligner(A).fit(S)
    before, attributes = aligner.transform(S), set(vars(aligner))
    with pytest.raises(ValueError, match="9 columns|9 features"):
        getattr(aligner, refit)(np.ones((3, 9)), pairs=B)
    with pytest.raises(ValueError, match="wide"):
        getattr(aligner, refit)(S, pairs=(S[:, :4], T[:, :4]))
    np.testing.assert_array_equal(aligner.transform(S), before)
    assert set(vars(aligner)) == attributes


def test_row_maps_do_not_stream():
    assert not hasattr(LangAligner(method=LinearRegression()), "partial_fit")
    assert not hasattr(ReverseAligner(round_trip=LinearRegression()), "partial_fit")
    assert hasattr(LangAligner(), "partial_fit")
    for method in (RidgeMap("loo"), NormalizedMap(RidgeMap()), "xing2015"):
        assert not hasattr(LangAligner(method=method), "partial_fit")


def through_a_file(estimator):
    buffer = io.BytesIO()
    joblib.dump(estimator, buffer)
    buffer.seek(0)
    return joblib.load(buffer)
