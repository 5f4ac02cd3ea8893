"""The gate against scikit-learn's discriminant analysis, and what it may not do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from sklearn.covariance import OAS
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from langalign_sk import LangAligner, ParallelCorpus, ReverseAligner
from langalign_sk.align import GateWarning, LanguageGate
from langalign_sk.align._gate_rate import _without
from langalign_sk.corpus import Moments


def clouds(rng, n=200, d=6, gap=2.0, k=3):
    return {f"l{j}": rng.normal(size=(n, d)) + gap * rng.normal(size=d) for j in range(k)}


@pytest.mark.parametrize("k", [2, 3, 4])
def test_equals_linear_discriminant_analysis(k):
    rng = np.random.default_rng(k)
    rows = clouds(rng, k=k)
    gate = LanguageGate.from_moments({lang: Moments.from_rows(X) for lang, X in rows.items()})
    X, y = np.concatenate(list(rows.values())), np.repeat(list(rows), 200)
    # Reference: the same discriminant with scikit-learn's own shrinkage of the pooled rows.
    residual = np.concatenate([part - part.mean(axis=0) for part in rows.values()])
    covariance = OAS(assume_centered=True).fit(residual).covariance_
    reference = LinearDiscriminantAnalysis(solver="lsqr", priors=np.full(k, 1 / k))
    reference.covariance_estimator = _Fixed(covariance)
    reference.fit(X, y)
    np.testing.assert_allclose(gate.proba(X), reference.predict_proba(X), atol=1e-8)


class _Fixed:
    """A covariance estimator that has already made up its mind."""

    def __init__(self, covariance):
        self.covariance_ = covariance

    def fit(self, X):
        return self

    def get_params(self, deep=False):
        return {"covariance": self.covariance_}


@given(st.integers(0, 10_000), st.floats(-1e3, 1e3))
@settings(max_examples=25, deadline=None)
def test_a_common_offset_changes_nothing(seed, offset):
    rng = np.random.default_rng(seed)
    rows = clouds(rng, n=60)
    plain = LanguageGate.from_moments({k: Moments.from_rows(X) for k, X in rows.items()})
    moved = LanguageGate.from_moments({k: Moments.from_rows(X + offset) for k, X in rows.items()})
    X = np.concatenate(list(rows.values()))
    np.testing.assert_allclose(moved.proba(X + offset), plain.proba(X), atol=1e-6)


def test_hard_gate_returns_rows_that_stay_bit_for_bit():
    rng = np.random.default_rng(0)
    S = rng.normal(size=(300, 5)).astype(np.float32)
    T = (S[:, ::-1] + 5).astype(np.float32)
    forward = LangAligner(ParallelCorpus(S, T)).fit(S)
    np.testing.assert_array_equal(forward.transform(T), T)
    backward = ReverseAligner(ParallelCorpus(S, T)).fit(S)
    np.testing.assert_array_equal(backward.transform(S), S)
    assert not np.array_equal(backward.transform(T), T)
    assert not np.shares_memory(forward.transform(T), T)


def test_soft_gate_blends_by_probability():
    rng = np.random.default_rng(1)
    S = rng.normal(size=(300, 4))
    T = S @ rng.normal(size=(4, 4)) + 0.5
    soft = LangAligner(ParallelCorpus(S, T, target_lang="ko"), gate="soft").fit(S)
    proba = soft.gate_proba(S)
    assert soft.languages_.tolist() == ["en", "ko"]
    expected = proba[:, :1] * soft.maps_["en"].transform(S) + proba[:, 1:] * S
    np.testing.assert_allclose(soft.transform(S), expected)
    assert ((proba > 0.01) & (proba < 0.99)).any()


def test_no_gate_moves_every_row():
    rng = np.random.default_rng(1)
    S = rng.normal(size=(50, 4))
    aligner = LangAligner(ParallelCorpus(S, S + 3), gate=None).fit(S)
    np.testing.assert_array_equal(aligner.gate_proba(S + 3), [[1.0, 0.0]] * 50)
    np.testing.assert_allclose(aligner.transform(S + 3), aligner.maps_["en"].transform(S + 3))


def test_four_languages_at_once():
    rng = np.random.default_rng(2)
    S = rng.normal(size=(400, 8))
    targets = {lang: S @ rng.normal(size=(8, 8)) + 9 * rng.normal(size=8) for lang in "abc"}
    aligner = ReverseAligner(
        [ParallelCorpus(S, T, target_lang=lang) for lang, T in targets.items()]
    ).fit(S)
    assert aligner.languages_.tolist() == ["en", "a", "b", "c"]
    for j, rows in enumerate([S, *targets.values()]):
        assert (aligner.gate_proba(rows).argmax(axis=1) == j).mean() > 0.98


def test_swapped_sides_are_reported():
    rng = np.random.default_rng(3)
    S = rng.normal(size=(80, 4))
    with pytest.warns(UserWarning, match="are source and target swapped") as caught:
        aligner = LangAligner(ParallelCorpus(S + 9, S)).fit(S)
    assert caught[0].filename == __file__
    assert aligner.source_rate_ == 0.0
    assert LangAligner(ParallelCorpus(S, S + 9)).fit(S).source_rate_ == 1.0


def test_declared_language_overrules_the_gate():
    rng = np.random.default_rng(4)
    S = rng.normal(size=(80, 4))
    aligner = LangAligner(ParallelCorpus(S, S + 9, target_lang="ko")).fit(S)
    np.testing.assert_array_equal(aligner.transform(S, lang="ko"), S)
    mixed = aligner.transform(S[:2], lang=["en", "ko"])
    np.testing.assert_array_equal(mixed[1], S[1])
    np.testing.assert_array_equal(mixed[0], aligner.transform(S[:1])[0])
    with pytest.raises(ValueError, match=r"lang= says 'fr' for row 1"):
        aligner.transform(S[:2], lang=["en", "fr"])
    with pytest.raises(ValueError, match=r"lang= names 1 languages for 2 rows"):
        aligner.transform(S[:2], lang=["en"])


def apart(rng, gap, n=300, d=8):
    S = rng.normal(size=(n, d))
    return S, S + gap * np.eye(d)[0] + 0.3 * rng.normal(size=(n, d))


def test_the_gate_says_how_often_it_is_right():
    rng = np.random.default_rng(5)
    S, T = apart(rng, 2.0)
    with pytest.warns(
        GateWarning, match=r"source, target apart .* at best.*languages=\["
    ) as caught:
        aligner = LangAligner((S[:200], T[:200])).fit(S[:200])
    assert caught[0].filename == __file__
    right = np.mean(
        [(aligner.gate_proba(X).argmax(axis=1) == k).mean() for k, X in ((0, S), (1, T))]
    )
    assert abs(aligner.gate_rate_ - right) < 0.06
    assert LangAligner(apart(rng, 9.0)).fit(S).gate_rate_ > 0.99


def test_held_out_rows_are_not_seen():
    """Pure noise, as many columns as pairs: a gate that had seen the rows would be always right."""
    rng = np.random.default_rng(6)
    S, T = rng.normal(size=(2, 60, 50))
    with pytest.warns(GateWarning):
        assert LangAligner((S, T), method="mean_shift").fit(S).gate_rate_ < 0.7


def test_rows_of_another_domain_stand_between_the_languages():
    rng = np.random.default_rng(7)
    S, T = apart(rng, 12.0)
    assert LangAligner((S, T)).fit(S).gate_rate_ > 0.99
    shifted = S + 6 * np.eye(8)[0]
    with pytest.warns(GateWarning):
        assert LangAligner((S, T)).fit(shifted).gate_rate_ < 0.97
    assert (
        LangAligner((S, T)).fit(np.vstack([S, T])).gate_rate_ > 0.99
    )  # two languages are no domain


def test_a_gate_that_is_not_asked_says_nothing():
    rng = np.random.default_rng(8)
    S, T = apart(rng, 0.5)
    for aligner in (
        LangAligner((S, T), gate=None).fit(S),
        LangAligner((S, T)).fit(S, lang="source"),
        LangAligner((S[:20], T[:20])).fit(S[:20], lang="source"),
    ):
        assert np.isnan(aligner.gate_rate_)


def test_the_moments_without_some_rows():
    rng = np.random.default_rng(9)
    X, weight = rng.normal(size=(40, 3)), rng.uniform(size=40)
    total, part = Moments.from_rows(X, weight), Moments.from_rows(X[:15], weight[:15])
    left, expected = _without(total, part), Moments.from_rows(X[15:], weight[15:])
    for name in ("n", "weight", "weight_sq", "mean", "scatter"):
        np.testing.assert_allclose(getattr(left, name), getattr(expected, name))
