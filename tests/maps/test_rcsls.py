import pickle

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from sklearn.base import clone

from langalign_sk._numeric import centred_units, nearest
from langalign_sk.maps import ProcrustesMap, RCSLSMap, _rcsls as module

seeds = st.integers(0, 2**32 - 1)


def make_pairs(seed=0, n=120, ds=6, dt=6, noise=0.4):
    """Rows in clumps, in which a translation is hard to tell from its neighbours."""
    rng = np.random.default_rng(seed)
    S = rng.standard_normal((8, ds))[rng.integers(0, 8, n)] + 0.4 * rng.standard_normal((n, ds))
    A = np.linalg.qr(rng.standard_normal((max(ds, dt), max(ds, dt))))[0][:ds, :dt]
    T = S @ A @ np.diag(rng.uniform(0.3, 2, dt)) + noise * rng.standard_normal((n, dt))
    return S + 1.0, T - 2.0


def loss(S, T, Q, k, w=None):
    """The formula, row by row."""
    w = np.full(len(S), 1 / len(S)) if w is None else w / w.sum()
    units = []
    for rows in (S, T):
        centred = rows - np.average(rows, axis=0, weights=w)
        units.append(centred / np.linalg.norm(centred, axis=1, keepdims=True))
    scores = units[0] @ Q @ units[1].T
    top = np.sort(scores, axis=1)[:, -k:].mean(axis=1), np.sort(scores, axis=0)[-k:].mean(axis=0)
    return float(w @ (top[0] + top[1] - 2 * np.diag(scores)))


@pytest.mark.parametrize(("ds", "dt"), [(6, 6), (6, 4), (4, 6)])
@pytest.mark.parametrize("weighted", [False, True])
def test_the_objective_is_the_formulas_and_never_rises(ds, dt, weighted):
    S, T = make_pairs(1, ds=ds, dt=dt)
    w = np.random.default_rng(0).random(120) + 0.2 if weighted else None
    fitted = RCSLSMap(n_neighbors=5).fit(S, T, w)
    curve = fitted.objective_curve_
    assert len(curve) == fitted.n_iter_ + 1 > 3
    assert (np.diff(curve) < 0).all()
    start = ProcrustesMap().fit(S, T, w).coef_
    assert curve[0] == pytest.approx(loss(S, T, start, 5, w), abs=1e-5)
    Q = fitted.coef_ / fitted.scale_
    assert curve[-1] == pytest.approx(loss(S, T, Q, 5, w), abs=1e-5)
    assert np.linalg.norm(Q, 2) < 1 + 1e-9


@settings(max_examples=10, deadline=None)
@given(seed=seeds)
def test_the_slope_is_that_of_the_objective(seed):
    S, T = make_pairs(seed)
    X, Y = centred_units(S, S.mean(axis=0)), centred_units(T, T.mean(axis=0))
    problem = module._Objective(attraction=X.T @ Y / 120, X=X, Y=Y, weights=np.ones(120), k=4)
    rng = np.random.default_rng(seed)
    Q = 0.5 * np.linalg.qr(rng.standard_normal((6, 6)))[0]
    direction = rng.standard_normal((6, 6))
    slope = problem.subgradient(problem.at(Q))
    # Convex: the tangent lies below the objective everywhere.
    for step in (0.01, -0.01, 0.08, -0.08):
        gap = problem.at(Q + step * direction).value - problem.at(Q).value
        assert gap > step * np.sum(slope * direction) - 1e-5
    far = problem.at(Q + 1e-2 * direction).value - problem.at(Q - 1e-2 * direction).value
    assert far / 2e-2 == pytest.approx(np.sum(slope * direction), abs=0.05)


@settings(max_examples=20, deadline=None)
@given(seed=seeds, ds=st.integers(1, 6), dt=st.integers(1, 6), size=st.floats(0.1, 5.0))
def test_the_ball_is_that_of_the_singular_values(seed, ds, dt, size):
    Q = size * np.random.default_rng(seed).standard_normal((ds, dt))
    U, values, Vt = np.linalg.svd(Q, full_matrices=False)
    np.testing.assert_allclose(module._into_ball(Q), (U * values.clip(max=1)) @ Vt, atol=1e-12)


def test_no_worse_than_a_blind_search_from_the_same_start():
    S, T = make_pairs(2)
    fitted = RCSLSMap(n_neighbors=5, tol=1e-5, max_iter=200).fit(S, T)
    Q, best = fitted.coef_ / fitted.scale_, fitted.objective_curve_[-1]
    rng = np.random.default_rng(0)
    for size in (1e-2, 0.1, 0.5):
        for _ in range(10):
            other = module._into_ball(Q + size * rng.standard_normal((6, 6)) / 6)
            assert loss(S, T, other, 5) > best - 2e-3


def test_retrieves_more_than_procrustes():
    def found(fitted, S, T):
        index, _ = nearest(fitted.transform(S[300:]) - T.mean(axis=0), T[300:] - T.mean(axis=0), 1)
        return np.mean(index[:, 0] == np.arange(200))

    gains = []
    for seed in range(3):  # two views of one meaning that no rotation relates
        rng = np.random.default_rng(seed)
        meaning = rng.standard_normal((500, 12)) * np.logspace(0, -0.7, 12)
        S, T = (np.tanh(meaning @ rng.standard_normal((12, 20))) for _ in range(2))
        T += 0.1 * rng.standard_normal(T.shape)
        maps = (RCSLSMap(tol=1e-4), ProcrustesMap())
        trained, start = (found(m.fit(S[:300], T[:300]), S, T) for m in maps)
        gains.append(trained - start)
    assert np.mean(gains) > 0.03


def test_lands_in_the_raw_space_of_the_target():
    S, T = make_pairs(noise=0.05)
    fitted = RCSLSMap().fit(S, 1000 * T + 50)
    moved = fitted.transform(S)
    np.testing.assert_allclose(moved.mean(axis=0), (1000 * T + 50).mean(axis=0), rtol=1e-6)
    assert np.std(moved) == pytest.approx(np.std(1000 * T), rel=0.35)


@settings(max_examples=5, deadline=None)
@given(seed=seeds)
def test_equivariant_under_rotation_shift_and_scale(seed):
    S, T = make_pairs(seed)
    rng = np.random.default_rng(seed)
    P, R = (np.linalg.qr(rng.standard_normal((6, 6)))[0] for _ in range(2))
    plain = RCSLSMap(max_iter=3).fit(S, T).transform(S)
    moved = RCSLSMap(max_iter=3).fit(3 * S @ P + 1, 2 * T @ R - 1).transform(3 * S @ P + 1)
    np.testing.assert_allclose(moved, 2 * plain @ R - 1, atol=1e-3)


def test_candidates_are_drawn_by_the_seed():
    S, T = make_pairs(0, 300)
    few = RCSLSMap(n_candidates=60, random_state=0)
    one, two = clone(few).fit(S, T), clone(few).fit(S, T)
    np.testing.assert_array_equal(one.coef_, two.coef_)
    other = clone(few).set_params(random_state=1).fit(S, T)
    assert not np.array_equal(one.coef_, other.coef_)
    whole = RCSLSMap().fit(S, T)
    assert np.corrcoef(one.coef_.ravel(), whole.coef_.ravel())[0, 1] > 0.8


def test_a_pair_of_no_weight_is_not_there():
    S, T = make_pairs()
    S[-1], T[-1] = 30.0, -30.0
    with_it = RCSLSMap().fit(S, T, np.r_[np.ones(119), 0.0])
    np.testing.assert_allclose(with_it.coef_, RCSLSMap().fit(S[:-1], T[:-1]).coef_, atol=1e-6)


def test_float32_follows_float64():
    S, T = make_pairs()
    double = RCSLSMap(max_iter=3).fit(S, T).transform(S)
    single = RCSLSMap(max_iter=3).fit(np.float32(S), np.float32(T)).transform(np.float32(S))
    assert single.dtype == np.float32
    assert np.abs(single - double).max() < 1e-4 * np.abs(double).max()


@pytest.mark.filterwarnings("ignore::langalign_sk.maps.FewPairsWarning")
def test_degenerate_rows_stay_finite():
    for S, T in ((np.ones((5, 2)), np.ones((5, 3))), (np.eye(3), np.eye(3)), ([[1.0]], [[2.0]])):
        fitted = RCSLSMap().fit(S, T)
        assert np.isfinite(fitted.coef_).all()
    assert pickle.loads(pickle.dumps(fitted)).transform([[1.0]]) == [[2.0]]


@pytest.mark.parametrize("name", ["n_neighbors", "n_candidates"])
@pytest.mark.parametrize("value", [0, 2.5, True, "ten"])
def test_bad_parameters(name, value):
    with pytest.raises(ValueError, match=f"'{name}' parameter of .*Got {value!r}"):
        RCSLSMap(**{name: value}).fit(*make_pairs())
