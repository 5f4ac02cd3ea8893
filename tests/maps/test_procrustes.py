import copy
import pickle

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.linalg import orthogonal_procrustes
from scipy.optimize import minimize_scalar
from scipy.stats import ortho_group
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from langalign_sk._numeric import PairMoments
from langalign_sk.maps import ProcrustesMap

seeds = st.integers(0, 2**32 - 1)


def noisy_pairs(seed, n, ds, dt, offset=3.0):
    rng = np.random.default_rng(seed)
    S = rng.standard_normal((n, ds)) + offset
    T = S @ rng.standard_normal((ds, dt)) + 0.3 * rng.standard_normal((n, dt)) - offset
    return S, T


@pytest.mark.parametrize("weighted", [False, True])
def test_is_scipys(weighted):
    S, T = noisy_pairs(0, 200, 6, 6)
    w = np.random.default_rng(1).random(200) if weighted else None
    Sc, Tc = S - np.average(S, axis=0, weights=w), T - np.average(T, axis=0, weights=w)
    root = np.ones((200, 1)) if w is None else np.sqrt(w)[:, None]
    wanted, _ = orthogonal_procrustes(root * Sc, root * Tc)
    fitted = ProcrustesMap().fit(S, T, w)
    np.testing.assert_allclose(fitted.coef_, wanted, atol=1e-10)
    np.testing.assert_allclose(
        fitted.transform(S), Sc @ wanted + np.average(T, axis=0, weights=w), atol=1e-9
    )
    assert fitted.scale_ == 1.0
    assert fitted.coef_.dtype == fitted.intercept_.dtype == np.float64


@pytest.mark.filterwarnings("ignore::langalign_sk.maps.FewPairsWarning")
@settings(max_examples=30, deadline=None)
@given(seed=seeds, n=st.integers(1, 30), ds=st.integers(1, 8), dt=st.integers(1, 8))
def test_orthonormal_for_any_shape_and_rank(seed, n, ds, dt):
    fitted = ProcrustesMap().fit(*noisy_pairs(seed, n, ds, dt))
    Q = fitted.coef_
    assert Q.shape == (ds, dt)
    small = Q @ Q.T if ds <= dt else Q.T @ Q
    np.testing.assert_allclose(small, np.eye(min(ds, dt)), atol=1e-10)


@settings(max_examples=30, deadline=None)
@given(seed=seeds, scale=st.booleans(), ds=st.integers(1, 5), dt=st.integers(1, 5))
def test_equivariant_under_rotation_and_shift_of_either_side(seed, scale, ds, dt):
    S, T = noisy_pairs(seed, 60, ds, dt)
    rng = np.random.default_rng(seed)
    turn_s = ortho_group.rvs(ds, random_state=rng) if ds > 1 else -np.eye(1)
    turn_t = ortho_group.rvs(dt, random_state=rng) if dt > 1 else -np.eye(1)
    shift_s, shift_t = rng.standard_normal(ds), rng.standard_normal(dt)
    plain = ProcrustesMap(scale=scale).fit(S, T)
    moved = ProcrustesMap(scale=scale).fit(S @ turn_s + shift_s, T @ turn_t + shift_t)
    np.testing.assert_allclose(moved.coef_, turn_s.T @ plain.coef_ @ turn_t, atol=1e-7)
    np.testing.assert_allclose(
        moved.transform(S @ turn_s + shift_s), plain.transform(S) @ turn_t + shift_t, atol=1e-6
    )


@pytest.mark.parametrize("offset", [0.0, 100.0])
@pytest.mark.parametrize(("ds", "dt"), [(6, 6), (4, 7)])
def test_planted_rotation_and_scale(ds, dt, offset):
    rng = np.random.default_rng(0)
    S = rng.standard_normal((50, ds)) + offset
    Q = ortho_group.rvs(dt, random_state=rng)[:ds]
    b = rng.standard_normal(dt)
    rotated = ProcrustesMap().fit(S, S @ Q + b)
    np.testing.assert_allclose(rotated.coef_, Q, atol=1e-10)
    np.testing.assert_allclose(rotated.transform(S), S @ Q + b, atol=1e-9)
    np.testing.assert_allclose(rotated.inverse_transform(S @ Q + b), S, atol=1e-9)
    scaled = ProcrustesMap(scale=True).fit(S, 2.5 * S @ Q + b)
    assert scaled.scale_ == pytest.approx(2.5)
    np.testing.assert_allclose(scaled.transform(S), 2.5 * S @ Q + b, atol=1e-9)
    np.testing.assert_allclose(scaled.inverse_transform(2.5 * S @ Q + b), S, atol=1e-9)


@pytest.mark.parametrize(("ds", "dt"), [(4, 4), (3, 5), (5, 3)])
def test_scale_is_least_squares(ds, dt):
    S, T = noisy_pairs(5, 80, ds, dt)
    turned = (S - S.mean(axis=0)) @ ProcrustesMap().fit(S, T).coef_
    Tc = T - T.mean(axis=0)
    best = minimize_scalar(lambda c: np.sum((Tc - c * turned) ** 2)).x
    assert ProcrustesMap(scale=True).fit(S, T).scale_ == pytest.approx(best, rel=1e-6)


def test_inverse_exists_just_where_it_can():
    S, T = noisy_pairs(0, 50, 3, 5)
    wider = ProcrustesMap().fit(S, T)
    np.testing.assert_allclose(wider.inverse_transform(wider.transform(S)), S, atol=1e-10)
    # Of rows that are no image it gives the nearest: the residual is orthogonal to the images.
    residual = T - wider.transform(wider.inverse_transform(T))
    np.testing.assert_allclose(residual @ wider.coef_.T, 0.0, atol=1e-10)
    narrower = ProcrustesMap().fit(T, S)
    assert not hasattr(narrower, "inverse_transform")
    with pytest.raises(AttributeError, match="inverse_transform") as caught:
        _ = narrower.inverse_transform
    assert "5 columns mapped to 3 cannot be recovered" in str(caught.value.__cause__)
    flat = ProcrustesMap(scale=True).fit(S, np.ones((50, 3)))
    assert flat.scale_ == 0.0
    assert not hasattr(flat, "inverse_transform")
    unfitted = ProcrustesMap()
    assert hasattr(unfitted, "inverse_transform")
    with pytest.raises(NotFittedError):
        unfitted.inverse_transform(T)
    with pytest.raises(ValueError, match=r"has 3 features, but ProcrustesMap\.inverse_transform"):
        wider.inverse_transform(S)


def test_reverse_map_is_the_transpose():
    m = PairMoments.from_rows(*noisy_pairs(2, 40, 4, 6))
    there = ProcrustesMap().fit_moments(m)
    back = ProcrustesMap().fit_moments(m.swapped())
    np.testing.assert_array_equal(back.coef_, there.coef_.T)


@pytest.mark.filterwarnings("ignore::langalign_sk.maps.FewPairsWarning")
def test_few_pairs_give_the_same_map_again():
    rng = np.random.default_rng(0)
    S, T = rng.standard_normal((10, 30)), rng.standard_normal((10, 30))
    one = ProcrustesMap().fit(S, T).coef_
    order = rng.permutation(10)
    # Other rounding, the same map: the silent directions do not hang on noise.
    np.testing.assert_allclose(ProcrustesMap().fit(S[order], T[order]).coef_, one, atol=1e-8)
    np.testing.assert_allclose(ProcrustesMap().fit(S, S).coef_, np.eye(30), atol=1e-10)


@pytest.mark.filterwarnings("ignore::langalign_sk.maps.FewPairsWarning")
@pytest.mark.parametrize("scale", [False, True])
def test_degenerate_rows_stay_finite(scale):
    for S, T in [
        (np.full((1, 3), 5.0), np.full((1, 3), 7.0)),
        (np.full((9, 3), 5.0), np.random.default_rng(0).standard_normal((9, 3))),
        (np.random.default_rng(0).standard_normal((9, 3)), np.full((9, 3), 5.0)),
    ]:
        fitted = ProcrustesMap(scale=scale).fit(S, T)
        assert np.isfinite(fitted.coef_).all()
        np.testing.assert_allclose(fitted.transform(S).mean(axis=0), T.mean(axis=0), atol=1e-12)


def test_dtype_widths_and_fitting_state():
    S, T = noisy_pairs(0, 30, 3, 4)
    fitted = ProcrustesMap().fit(S.astype(np.float32), T.astype(np.float32))
    assert fitted.transform(S.astype(np.float32)).dtype == np.float32
    assert fitted.inverse_transform(T.astype(np.float32)).dtype == np.float32
    assert fitted.transform(S).dtype == np.float64
    with pytest.raises(ValueError, match="X has 4 features, but ProcrustesMap is expecting 3"):
        fitted.transform(T)
    with pytest.raises(ValueError, match="X: row 1 holds NaN"):
        fitted.transform([[0.0, 0.0, 0.0], [0.0, np.nan, 0.0]])
    with pytest.raises(NotFittedError):
        clone(fitted).transform(S)
    with pytest.raises(ValueError, match="ProcrustesMap needs pairs"):
        ProcrustesMap().fit_moments(None)


def test_transform_does_not_touch_its_input():
    S, T = noisy_pairs(0, 30, 3, 3)
    S.flags.writeable = False
    before = S.copy()
    ProcrustesMap().fit(S, T).transform(S)
    np.testing.assert_array_equal(S, before)


def test_clones_and_pickles():
    S, T = noisy_pairs(0, 30, 3, 4)
    fitted = ProcrustesMap(scale=True).fit(S, T)
    assert clone(fitted).get_params() == {"scale": True, "towards": "auto"}
    for again in (pickle.loads(pickle.dumps(fitted)), copy.deepcopy(fitted)):
        np.testing.assert_array_equal(again.transform(S), fitted.transform(S))
