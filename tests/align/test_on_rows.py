"""Transformers of vectors that ask for no language: even spaces, no language, topics."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from langalign_sk import TextPool
from langalign_sk.align import (
    ClusterIsotropy,
    LanguageEraser,
    OutlierDimRemover,
    TopicFeatures,
    ZCAWhitening,
)
from langalign_sk.align._topics import _objective, _softmax
from langalign_sk.measures import iso_score, language_separability, retrieval
from langalign_sk.saved import load, save

ALL = [
    ClusterIsotropy(2, random_state=0),
    LanguageEraser("self"),
    OutlierDimRemover(),
    TopicFeatures(3, random_state=0),
    ZCAWhitening(),
]
seeds = st.integers(0, 2**32 - 1)


@parametrize_with_checks(ALL)
def test_scikit_learn_finds_no_fault(estimator, check):
    check(estimator)


@pytest.mark.parametrize("step", ALL, ids=lambda step: type(step).__name__)
def test_saved_as_files(step, tmp_path):
    X = uneven(5)
    pipe = make_pipeline(clone(step), LogisticRegression()).fit(X, X[:, 0] > X[:, 0].mean())
    save(pipe, tmp_path / "model")
    back = load(tmp_path / "model")
    np.testing.assert_array_equal(back[0].transform(X), pipe[0].transform(X))
    np.testing.assert_array_equal(back.predict(X), pipe.predict(X))


def uneven(seed, n=80, width=7):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, width)) @ rng.normal(size=(width, width)) * 3 + rng.normal(
        size=width
    )


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_the_whitened_covariance_is_the_identity(seed):
    X = uneven(seed)
    whitening = ZCAWhitening().fit(X)
    white = whitening.transform(X)
    np.testing.assert_allclose(white.mean(axis=0), 0, atol=1e-7)
    np.testing.assert_allclose(np.cov(white.T, bias=True), np.eye(7), atol=1e-6)
    np.testing.assert_allclose(whitening.inverse_transform(white), X, atol=1e-6)
    # Symmetric: no other whitening stays as near to the rows.
    np.testing.assert_allclose(whitening.whitening_, whitening.whitening_.T, atol=1e-9)


def test_whitening_shrinks_to_a_shift_and_leaves_flat_directions():
    X = uneven(1)
    ratio = ZCAWhitening(1.0).fit_transform(X) / (X - X.mean(axis=0))
    np.testing.assert_allclose(ratio, ratio[0, 0])
    flat = np.c_[X, np.full(len(X), 5.0)]
    white = ZCAWhitening().fit_transform(flat)
    np.testing.assert_allclose(white[:, -1], 0)
    assert iso_score(ZCAWhitening().fit_transform(X)) > iso_score(X)


def test_columns_that_stand_out_are_dropped():
    X = np.random.default_rng(0).normal(size=(200, 30)).astype(np.float32)
    X[:, [4, 17]] += [12, -11]
    remover = OutlierDimRemover().fit(X)
    assert remover.removed_.tolist() == [4, 17]
    assert remover.transform(X).shape == (200, 28)
    assert "x4" not in remover.get_feature_names_out()
    assert OutlierDimRemover(99.0).fit_transform(X).shape == X.shape
    assert OutlierDimRemover(1e-9).fit_transform(X).shape[1] >= 1


def test_clusters_are_centred_and_lose_their_main_directions():
    rng = np.random.default_rng(0)
    X = np.vstack([rng.normal(size=(60, 5)) * [9, 1, 1, 1, 1] + at for at in (-40, 40)])
    even = ClusterIsotropy(2, n_directions=1, random_state=0).fit_transform(X)
    for part in (even[:60], even[60:]):
        np.testing.assert_allclose(part.mean(axis=0), 0, atol=1e-9)
        assert np.linalg.matrix_rank(part, tol=1e-6) == 4
    assert iso_score(even) > iso_score(X)


def languages(seed, n=400, width=12):
    rng = np.random.default_rng(seed)
    mix, text = rng.normal(size=(width, width)), rng.normal(size=(n, width))
    return [
        (text + 0.1 * rng.normal(size=(n, width))) @ mix + 2 * rng.normal(size=width)
        for _ in range(3)
    ]


@given(seeds)
@settings(max_examples=5, deadline=None)
def test_no_linear_probe_beats_chance(seed):
    pools = languages(seed)
    X, y = np.vstack(pools), np.repeat(["en", "ko", "ja"], 400)
    erased = LanguageEraser(pools).fit_transform(X)
    probe = LogisticRegression(C=1e3, max_iter=500)
    assert probe.fit(X, y).score(X, y) > 0.9
    assert probe.fit(erased, y).score(erased, y) < 1 / 3 + 0.01
    # Of all maps that make the means equal, none changes rows less: the projection is orthogonal
    # where rows are white, so that no further shrinking towards them does it as well.
    eraser = LanguageEraser(pools).fit(X)
    assert eraser.n_erased_ == 2
    np.testing.assert_allclose(eraser.coef_ @ eraser.coef_, eraser.coef_, atol=1e-7)
    whole = np.cov(X.T, bias=True)
    np.testing.assert_allclose(
        eraser.coef_.T @ whole, whole @ eraser.coef_, atol=1e-6 * whole.max()
    )


def test_without_the_language_translations_are_found():
    pools = languages(0)
    before = retrieval(pools[0], pools[1], method="cosine").mean.p_at_1
    eraser = LanguageEraser(
        [TextPool(rows, lang=lang) for rows, lang in zip(pools, ("en", "ko", "ja"), strict=True)]
    )
    made = [eraser.fit(pools[0]).transform(rows) for rows in pools]
    assert retrieval(made[0], made[1], method="cosine").mean.p_at_1 > before
    told = language_separability(np.vstack(made), np.repeat([0, 1, 2], 400), cv=3)
    assert told.probe < 0.45


def test_an_eraser_says_what_it_needs():
    X = uneven(0)
    with pytest.raises(ValueError, match="the languages are not known"):
        LanguageEraser().fit(X)
    with pytest.raises(ValueError, match="give its vectors"):
        LanguageEraser([TextPool(["a"], lang="en"), X]).fit(X)
    with pytest.raises(ValueError, match="X has 7 columns, a pool in unlabeled 3"):
        LanguageEraser([X, X[:, :3]]).fit(X)
    same = LanguageEraser([X, X[::-1]]).fit(X)
    assert same.n_erased_ == 0
    np.testing.assert_allclose(same.transform(X), X)


def test_the_gradient_of_topics():
    rng = np.random.default_rng(0)
    rows, topics = rng.normal(size=(20, 4)), rng.normal(size=(3, 4))
    rest = rows, _softmax(rng.normal(size=(20, 3))), 2.0, 0.7
    value, gradient = _objective(topics.ravel(), *rest)
    for number in range(topics.size):
        step = np.zeros(topics.size)
        step[number] = 1e-6
        there, back = (_objective(topics.ravel() + sign * step, *rest)[0] for sign in (1, -1))
        assert gradient[number] == pytest.approx((there - back) / 2e-6, abs=1e-6)
    assert np.isfinite(value)


def test_topics_of_one_language_are_topics_of_another():
    rng = np.random.default_rng(0)
    centres, y = np.eye(4, 16), np.repeat(np.arange(4), 40)
    english, korean = (centres[y] + 0.2 * rng.normal(size=(160, 16)) for _ in range(2))
    pipe = make_pipeline(TopicFeatures(4, random_state=0), LogisticRegression(C=100))
    assert pipe.fit(english, y).score(korean, y) > 0.9
    shares = pipe[0].transform(korean)
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    words = np.array(["parcel", "refund", "login", "thanks"])
    korean_words = np.array(["택배", "환불", "로그인", "감사"])
    told = pipe[0].topic_words([f"the {words[k]} please" for k in y], english, n_words=1)
    assert sorted(word for (word,) in told) == sorted(words)
    other = pipe[0].topic_words([f"{korean_words[k]} please" for k in y], korean, n_words=1)
    match = dict(zip(words, korean_words, strict=True))
    assert [[match[word]] for (word,) in told] == other
    with pytest.raises(ValueError, match="no word stands in two"):
        pipe[0].topic_words(["a b", "c d"], english[:2])
    with pytest.raises(ValueError, match="2 texts, but 3 rows"):
        pipe[0].topic_words(["hello", "hello"], english[:3])


def test_mutual_information_keeps_topics_apart():
    # Most rows lie in one crowded place.
    rng = np.random.default_rng(1)
    crowd = np.eye(10)[0] * 3 + 0.3 * rng.normal(size=(300, 10))
    X = np.vstack([crowd, rng.normal(size=(60, 10))])
    told = []
    for weight in (0.0, 5.0):
        shares = TopicFeatures(6, mutual_information=weight, random_state=0).fit_transform(X)
        mean = shares.mean(axis=0)
        doubt = -np.sum(shares * np.log(shares + 1e-12), axis=1).mean()
        told.append(-(mean @ np.log(mean)) - doubt)
    assert told[1] > 1.2 * told[0]
