"""Wrong pairs among the pairs of an aligner."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import LinearRegression
from sklearn.neighbors import KNeighborsRegressor

from langalign_sk import LangAligner, ParallelCorpus, ReverseAligner, RidgeMap, TextPool
from langalign_sk.align import _robust as module, pair_scores
from langalign_sk.maps import KernelMap, MeanShiftMap

RNG = np.random.default_rng(0)
S = RNG.normal(size=(600, 8))
T = S @ np.linalg.qr(RNG.normal(size=(8, 8)))[0] + 4 + 0.3 * RNG.normal(size=(600, 8))
BAD = np.arange(600) % 3 == 0
MIXED = T.copy()
MIXED[BAD] = np.roll(T[BAD], 1, axis=0)
CLEAN = ParallelCorpus(S, T, target_lang="ko")
DIRTY = ParallelCorpus(S, MIXED, target_lang="ko")
GOOD = ParallelCorpus(S[~BAD], T[~BAD], target_lang="ko")


def test_wrong_pairs_score_lowest():
    scores = pair_scores(DIRTY)
    assert scores.shape == (600,)
    assert np.mean(scores[~BAD] > 0) > 0.97
    assert np.mean(scores[BAD] < 0) > 0.85
    np.testing.assert_array_equal(pair_scores((S, MIXED)), scores)
    scores[:] = 0  # the caller's own
    assert pair_scores(DIRTY).any()


@pytest.mark.parametrize("robust", ["trim", "weight"])
@pytest.mark.parametrize("aligner", [LangAligner, ReverseAligner])
@pytest.mark.parametrize(
    "method",
    ["ridge", "procrustes", KernelMap(50, random_state=0), LinearRegression()],
    ids=["ridge", "procrustes", "kernel", "regressor"],
)
def test_wrong_pairs_cost_little(aligner, method, robust):
    def error(pairs, robust):
        fitted = aligner(pairs, method=method, robust=robust, gate=None).fit(S)
        moved, still = (S, T) if aligner is LangAligner else (T, S)
        return np.square(fitted.transform(moved) - still).mean(), fitted

    clean, _ = error(CLEAN, None)
    dirty, _ = error(DIRTY, None)
    mended, fitted = error(DIRTY, robust)
    assert mended < clean + 0.1 * (dirty - clean)
    (share,) = fitted.bad_share_.values()
    assert share == pytest.approx(1 / 3, abs=0.05)
    assert fitted.n_pairs_ == 600


@pytest.mark.parametrize("robust", ["trim", "weight"])
def test_clean_pairs_are_left_alone(robust):
    fitted = LangAligner(CLEAN, robust=robust).fit(S)
    assert fitted.bad_share_["en"] < 0.02
    plain = LangAligner(CLEAN).fit(S)
    assert plain.bad_share_ == {}
    np.testing.assert_allclose(fitted.transform(S), plain.transform(S), atol=0.05)


def test_a_regressor_without_weights_can_be_trimmed():
    nearest = KNeighborsRegressor(1)
    fitted = LangAligner(DIRTY, method=nearest, robust="trim", gate=None).fit(S)
    good = pair_scores(DIRTY) > 3
    np.testing.assert_allclose(fitted.transform(S[good]), MIXED[good])
    with pytest.raises(ValueError, match="KNeighborsRegressor.fit does not take it"):
        LangAligner(DIRTY, method=nearest, robust="weight", gate=None).fit(S)


def test_the_users_weights_count_too():
    weight = np.where(np.arange(600) < 300, 1.0, 0.0)
    weighted = ParallelCorpus(S, MIXED, target_lang="ko", weight=weight)
    fitted = LangAligner(weighted, method=RidgeMap(alpha=1e-9), robust="trim", gate=None).fit(S)
    kept = (module._fit_of(weighted).good >= 0.5) & (weight > 0)
    wanted = RidgeMap(alpha=1e-9).fit(S[kept], MIXED[kept])
    np.testing.assert_allclose(fitted.transform(S), wanted.transform(S), atol=1e-7)


def test_one_judgement_for_a_whole_grid(monkeypatch):
    calls = []
    judge = module.judge_pairs
    monkeypatch.setattr(module, "judge_pairs", lambda *a: calls.append(1) or judge(*a))
    pairs = ParallelCorpus(S + 1, MIXED, target_lang="ko")
    for alpha in (0.1, 1.0):
        for robust in ("trim", "weight"):
            clone(
                ReverseAligner(pairs, method=RidgeMap(alpha), robust=robust, round_trip=True)
            ).fit(S)
    assert len(calls) == 1


def test_every_language_is_judged_by_itself():
    other = ParallelCorpus(S, -T, target_lang="ja")
    fitted = ReverseAligner([DIRTY, other], robust="trim").fit(S)
    assert fitted.bad_share_["ko"] > 0.25
    assert fitted.bad_share_["ja"] < 0.02


def test_maps_without_pairs_have_nothing_to_judge():
    pools = [TextPool(S, lang="en"), TextPool(T, lang="ko")]
    fitted = LangAligner(method=MeanShiftMap(), unlabeled=pools, robust="trim").fit(S)
    assert fitted.bad_share_ == {}


def test_says_what_is_wrong():
    with pytest.raises(ValueError, match="The 'robust' parameter of LangAligner must be"):
        LangAligner(CLEAN, robust="huber").fit(S)
    with pytest.raises(ValueError, match="20 pairs are too few to judge"):
        LangAligner(CLEAN.take(np.arange(20)), robust="trim").fit(S)
    assert not hasattr(LangAligner(CLEAN, robust="trim"), "partial_fit")
    assert hasattr(LangAligner(CLEAN), "partial_fit")
    with pytest.raises(ValueError, match="pair_scores works on vectors, but the pairs are texts"):
        pair_scores(ParallelCorpus(["a"], ["b"], target_lang="ko"))
    with pytest.raises(TypeError, match="needs a ParallelCorpus or a tuple"):
        pair_scores(S)
