import pickle

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.linalg import orthogonal_procrustes
from sklearn.base import clone
from sklearn.linear_model import LinearRegression
from sklearn.neighbors import KNeighborsRegressor
from sklearn.preprocessing import normalize

from langalign_sk.maps import (
    MultiStepMap,
    NormalizedMap,
    ProcrustesMap,
    RegressorMap,
    RidgeMap,
    published_map,
    resolve_map,
)
from langalign_sk.maps._normalized import PUBLISHED

seeds = st.integers(0, 2**32 - 1)


def make_pairs(seed, n=80, ds=5, dt=5):
    rng = np.random.default_rng(seed)
    S = rng.standard_normal((n, ds)) + 1.0
    T = S @ rng.standard_normal((ds, dt)) + 0.3 * rng.standard_normal((n, dt))
    return S * rng.uniform(1, 5, (n, 1)), T


@pytest.mark.parametrize("weighted", [False, True])
def test_is_the_steps_by_hand(weighted):
    S, T = make_pairs(0)
    w = np.random.default_rng(1).random(80) if weighted else np.ones(80)
    us, ut = normalize(S), normalize(T)
    ms, mt = np.average(us, axis=0, weights=w), np.average(ut, axis=0, weights=w)
    xs, xt = normalize(us - ms), normalize(ut - mt)
    root = np.sqrt(w)[:, None]
    Q, _ = orthogonal_procrustes(root * xs, root * xt)
    inner = np.average(np.linalg.norm(ut - mt, axis=1), weights=w)
    outer = np.average(np.linalg.norm(T, axis=1), weights=w)
    wanted = (xs @ Q * inner + mt) * outer
    fitted = NormalizedMap(MultiStepMap(center=False), steps=("unit", "center", "unit"))
    fitted.fit(S, T, w if weighted else None)
    np.testing.assert_allclose(fitted.transform(S), wanted, atol=1e-10)


@settings(max_examples=20, deadline=None)
@given(seed=seeds)
def test_lengths_of_source_rows_do_not_matter(seed):
    S, T = make_pairs(seed)
    lengths = np.random.default_rng(seed).uniform(0.1, 10, (80, 1))
    plain = NormalizedMap(RidgeMap(alpha=0.1)).fit(S, T)
    other = NormalizedMap(RidgeMap(alpha=0.1)).fit(S * lengths, T)
    np.testing.assert_allclose(other.transform(S), plain.transform(S * lengths), atol=1e-8)


def test_row_maps_and_many_blocks(monkeypatch):
    S, T = make_pairs(1)
    w = np.r_[np.zeros(40), np.ones(40)]
    rows = NormalizedMap(RegressorMap(LinearRegression())).fit(S, T, w)
    moments = NormalizedMap(RidgeMap(alpha=0.0)).fit(S, T, w)
    np.testing.assert_allclose(rows.transform(S), moments.transform(S), atol=1e-8)
    module = "langalign_sk.maps._normalized.row_blocks"
    monkeypatch.setattr(module, lambda n, _: (slice(i, min(i + 7, n)) for i in range(0, n, 7)))
    again = NormalizedMap(RidgeMap(alpha=0.0)).fit(S, T, w)
    np.testing.assert_allclose(again.transform(S), moments.transform(S), atol=1e-10)
    near = NormalizedMap(RegressorMap(KNeighborsRegressor(1))).fit(S, normalize(T))
    np.testing.assert_allclose(near.transform(3 * S), normalize(T), atol=1e-12)


def test_rows_of_zeros_and_dtypes():
    S, T = make_pairs(2)
    S[3] = 0.0
    fitted = NormalizedMap(ProcrustesMap()).fit(S, T)
    assert np.isfinite(fitted.transform(S)).all()
    single = fitted.transform(S.astype(np.float32))
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, fitted.transform(S), rtol=1e-4, atol=1e-4)
    loaded = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(loaded.transform(S), fitted.transform(S))
    before = S.copy()
    fitted.transform(S)
    np.testing.assert_array_equal(S, before)


@pytest.mark.parametrize("size", [1e-30, 1e30])
def test_lengths_that_float32_cannot_square(size):
    S, T = (normalize(side) for side in make_pairs(2))
    wanted = NormalizedMap(RidgeMap()).fit(S, T).transform(S)
    large = (size * S * np.linspace(1, 9, len(S))[:, None]).astype(np.float32)
    fitted = NormalizedMap(RidgeMap()).fit(large, T)
    np.testing.assert_allclose(fitted.transform(large), wanted, atol=1e-5)


def test_the_inner_map_is_whatever_an_aligner_takes():
    S, T = make_pairs(2)
    by_name = NormalizedMap("ridge").fit(S, T)
    np.testing.assert_array_equal(
        by_name.transform(S), NormalizedMap(RidgeMap()).fit(S, T).transform(S)
    )
    nearest = NormalizedMap(KNeighborsRegressor(1)).fit(S, T)
    lengths = np.linalg.norm(T, axis=1, keepdims=True)
    np.testing.assert_allclose(nearest.transform(S), T / lengths * lengths.mean())
    with pytest.raises(ValueError, match="unknown method 'magic'"):
        NormalizedMap("magic").fit(S, T)


def test_the_inner_map_is_a_template():
    inner = RidgeMap()
    outer = NormalizedMap(inner).fit(*make_pairs(3))
    assert not hasattr(inner, "coef_")
    assert "method__alpha" in clone(outer).get_params()
    with pytest.raises(ValueError, match=r"steps must be of \['unit', 'center'\], got 'length'"):
        NormalizedMap(inner, steps=["length"]).fit(*make_pairs(3))


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_published_maps_land_in_the_raw_target_space(name):
    """Spaces that are rotations of each other, rows of unit length: every system finds it."""
    rng = np.random.default_rng(0)
    S = normalize(rng.standard_normal((400, 4)))
    Q = np.linalg.qr(rng.standard_normal((4, 4)))[0]
    fitted = resolve_map(name).fit(S, S @ Q)
    if name == "vecmap2018":  # its second normalisation is no part of a rotation
        cosine = np.sum(normalize(fitted.transform(S)) * (S @ Q), axis=1)
        assert cosine.min() > 0.99
    else:
        np.testing.assert_allclose(fitted.transform(S), S @ Q, atol=1e-6)


def test_published_names():
    S, T = make_pairs(4)
    wanted = LinearRegression(fit_intercept=False).fit(S, T)
    fitted = published_map("mikolov2013").fit(S, T)
    np.testing.assert_allclose(fitted.transform(S), wanted.predict(S), atol=1e-8)
    low = published_map("faruqui2014").set_params(method__rank=2).fit(S, T)
    assert low.map_.rank_ == 2
    with pytest.raises(ValueError, match=r"unknown combination 'xing'.*'xing2015'"):
        published_map("xing")
