import pickle
import time

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from sklearn.base import clone
from sklearn.linear_model import LinearRegression, Ridge, RidgeCV
from threadpoolctl import threadpool_limits

from langalign_sk._numeric import PairMoments
from langalign_sk.maps import ProcrustesMap, RidgeMap

seeds = st.integers(0, 2**32 - 1)


def make_pairs(seed, n, ds=5, dt=4, noise=0.5, offset=3.0):
    rng = np.random.default_rng(seed)
    S = rng.standard_normal((n, ds)) * np.logspace(0, -1, ds) + offset
    T = S @ rng.standard_normal((ds, dt)) + noise * rng.standard_normal((n, dt)) - offset
    return S, T


def absolute(alpha, S, w=None):
    """Penalty of scikit-learn's Ridge for our relative one."""
    w = np.ones(len(S)) if w is None else np.asarray(w)
    centred = S - np.average(S, axis=0, weights=w)
    return alpha * np.average((centred**2).sum(axis=1), weights=w) / S.shape[1] * w.sum()


@pytest.mark.filterwarnings("ignore::langalign_sk.maps.FewPairsWarning")
@settings(max_examples=30, deadline=None)
@given(
    seed=seeds,
    n=st.integers(2, 60),
    alpha=st.sampled_from([1e-4, 0.01, 1.0, 30.0]),
    weighted=st.booleans(),
)
def test_is_scikit_learns(seed, n, alpha, weighted):
    S, T = make_pairs(seed, n)
    w = np.random.default_rng(seed).random(n) + 0.05 if weighted else None
    reference = Ridge(alpha=absolute(alpha, S, w), solver="svd").fit(S, T, w)
    fitted = RidgeMap(alpha=alpha).fit(S, T, w)
    np.testing.assert_allclose(fitted.coef_, reference.coef_.T, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(fitted.intercept_, reference.intercept_, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(fitted.transform(S), reference.predict(S), atol=1e-7)
    assert fitted.alpha_ == alpha


def gcv_by_hat_matrix(S, T, alpha, w=None):
    """The criterion from its definition: rows, hat matrix, trace."""
    n = len(S)
    w = np.ones(n) if w is None else np.asarray(w, dtype=float)
    root = np.sqrt(w)[:, None]
    Sc = root * (S - np.average(S, axis=0, weights=w))
    Tc = root * (T - np.average(T, axis=0, weights=w))
    gram = Sc.T @ Sc + absolute(alpha, S, w) * np.eye(S.shape[1])
    hat = Sc @ np.linalg.solve(gram, Sc.T)
    n_effective = w.sum() ** 2 / (w**2).sum()
    freedom = n_effective - 1 - np.trace(hat)
    residual = np.sum((Tc - hat @ Tc) ** 2) / w.sum()
    return residual / (freedom / n_effective) ** 2 if freedom > 0 else np.inf


@pytest.mark.parametrize(("n", "ds"), [(200, 6), (30, 6), (8, 20), (12, 11), (12, 12)])
@pytest.mark.parametrize("weighted", [False, True])
def test_gcv_path_is_the_hat_matrixs(n, ds, weighted):
    S, T = make_pairs(1, n, ds)
    w = np.random.default_rng(2).random(n) + 0.2 if weighted else None
    fitted = RidgeMap().fit(S, T, w)
    wanted = np.array([gcv_by_hat_matrix(S, T, alpha, w) for alpha in fitted.alphas_])
    np.testing.assert_array_equal(np.isinf(fitted.gcv_values_), np.isinf(wanted))
    finite = np.isfinite(wanted)
    assert finite.any()
    np.testing.assert_allclose(fitted.gcv_values_[finite], wanted[finite], rtol=1e-5)
    assert fitted.alpha_ == fitted.alphas_[wanted.argmin()]
    assert fitted.alphas_.shape == (29,)
    # The map is the one of the chosen penalty.
    np.testing.assert_array_equal(fitted.coef_, RidgeMap(alpha=fitted.alpha_).fit(S, T, w).coef_)


def test_gcv_follows_leave_one_out():
    S, T = make_pairs(3, 80, 10, noise=3.0)
    alphas = np.logspace(-3, 2, 21)
    loo = RidgeCV([absolute(alpha, S) for alpha in alphas]).fit(S, T).alpha_
    chosen = absolute(RidgeMap(alphas=alphas).fit(S, T).alpha_, S)
    assert abs(np.log10(chosen / loo)) < 0.6


def test_gcv_shrinks_more_with_fewer_and_noisier_pairs():
    alphas = [RidgeMap().fit(*make_pairs(0, n, 30, noise=3.0)).alpha_ for n in (20, 100, 10_000)]
    assert alphas[0] > alphas[1] > alphas[2]
    clean = RidgeMap().fit(*make_pairs(0, 100, 30, noise=0.01)).alpha_
    assert clean < alphas[1]


def test_own_grid_in_any_order():
    S, T = make_pairs(0, 100)
    fitted = RidgeMap(alphas=[1.0, 0.01, 0.1]).fit(S, T)
    np.testing.assert_array_equal(fitted.alphas_, [0.01, 0.1, 1.0])
    assert fitted.alpha_ in (0.01, 0.1, 1.0)
    given = RidgeMap(alpha=0.1, alphas=[5.0]).fit(S, T)
    np.testing.assert_array_equal(given.alphas_, [0.1])
    assert given.gcv_values_[0] == fitted.gcv_values_[1]


@settings(max_examples=20, deadline=None)
@given(seed=seeds)
def test_limits(seed):
    S, T = make_pairs(seed, 50)
    least_squares = LinearRegression().fit(S, T)
    for alpha in (0.0, 1e-12):
        fitted = RidgeMap(alpha=alpha).fit(S, T)
        np.testing.assert_allclose(fitted.coef_, least_squares.coef_.T, atol=1e-7)
    nothing = RidgeMap(alpha=1e12).fit(S, T)
    np.testing.assert_allclose(nothing.transform(S), np.tile(T.mean(axis=0), (50, 1)), atol=1e-6)


@settings(max_examples=20, deadline=None)
@given(seed=seeds, alpha=st.sampled_from([0.0, 0.1, "gcv"]), size=st.sampled_from([1e-3, 50.0]))
def test_equivariant_under_shift_and_scale(seed, alpha, size):
    S, T = make_pairs(seed, 40)
    rng = np.random.default_rng(seed)
    shift_s, shift_t = rng.standard_normal(5), rng.standard_normal(4)
    plain = RidgeMap(alpha=alpha).fit(S, T)
    moved = RidgeMap(alpha=alpha).fit(size * S + shift_s, T + shift_t)
    np.testing.assert_allclose(moved.coef_ * size, plain.coef_, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(
        moved.transform(size * S + shift_s), plain.transform(S) + shift_t, atol=1e-5
    )


@settings(max_examples=20, deadline=None)
@given(seed=seeds, alpha=st.sampled_from([0.0, 0.1]))
def test_weights_are_repetition(seed, alpha):
    S, T = make_pairs(seed, 30)
    times = np.random.default_rng(seed).integers(0, 4, 30) + (np.arange(30) < 8)
    weighted = RidgeMap(alpha=alpha).fit(S, T, times)
    repeated = RidgeMap(alpha=alpha).fit(np.repeat(S, times, axis=0), np.repeat(T, times, axis=0))
    np.testing.assert_allclose(weighted.coef_, repeated.coef_, atol=1e-8)


def test_doubling_every_weight_changes_no_choice():
    S, T = make_pairs(4, 40, 20, noise=2.0)
    plain, doubled = RidgeMap().fit(S, T), RidgeMap().fit(S, T, np.full(40, 2.0))
    assert plain.alpha_ == doubled.alpha_
    np.testing.assert_allclose(doubled.coef_, plain.coef_, rtol=1e-10)


@pytest.mark.parametrize("offset", [0.0, 100.0])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_planted_affine_map(offset, dtype):
    rng = np.random.default_rng(0)
    S = (rng.standard_normal((60, 8)) + offset).astype(dtype)
    A, b = rng.standard_normal((8, 5)), rng.standard_normal(5)
    T = S.astype(np.float64) @ A + b
    fitted = RidgeMap(alpha=1e-12).fit(S, T)
    np.testing.assert_allclose(fitted.coef_, A, atol=1e-8)
    np.testing.assert_allclose(fitted.transform(S.astype(np.float64)), T, atol=1e-6)
    assert fitted.transform(S).dtype == dtype


@pytest.mark.filterwarnings("ignore::langalign_sk.maps.FewPairsWarning")
def test_least_squares_of_minimum_norm_for_few_pairs():
    S, T = make_pairs(0, 10, 30)
    fitted = RidgeMap(alpha=0.0).fit(S, T)
    Sc, Tc = S - S.mean(axis=0), T - T.mean(axis=0)
    np.testing.assert_allclose(fitted.coef_, np.linalg.pinv(Sc) @ Tc, atol=1e-9)
    np.testing.assert_allclose(fitted.transform(S), T, atol=1e-9)


@pytest.mark.filterwarnings("ignore::langalign_sk.maps.FewPairsWarning")
def test_degenerate_rows_stay_finite():
    rng = np.random.default_rng(0)
    constant_column = rng.standard_normal((40, 3))
    constant_column[:, 1] = 100.1
    twice = np.hstack([constant_column, constant_column])
    flat = np.full((40, 3), 7.7)
    for S in (constant_column, twice, flat):
        for T in (rng.standard_normal((40, 2)), np.full((40, 2), 1.3), S):
            for alpha in ("gcv", 0.0, 1.0):
                fitted = RidgeMap(alpha=alpha).fit(S, T)
                assert np.isfinite(fitted.coef_).all()
                np.testing.assert_allclose(fitted.transform(S).mean(axis=0), T.mean(axis=0))
    one = RidgeMap().fit([[1.0, 2.0]], [[3.0]])
    np.testing.assert_array_equal(one.coef_, 0.0)
    np.testing.assert_array_equal(one.transform([[8.0, 9.0]]), [[3.0]])
    assert one.alpha_ == 100.0
    two = RidgeMap().fit([[1.0, 2.0], [2.0, 2.0]], [[3.0], [4.0]])
    assert np.isfinite(two.coef_).all()


def test_repeated_pairs_do_not_look_like_a_perfect_fit():
    S, T = make_pairs(0, 12, 10, noise=3.0)
    w = np.r_[np.full(6, 1.0), np.full(6, 1e-3)]  # about six pairs that count, ten columns
    fitted = RidgeMap().fit(S, T, w)
    assert np.isinf(fitted.gcv_values_[0])
    assert fitted.alpha_ > 1e-3


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ({"alpha": "cv"}, TypeError, "float in the range .* or a str among .*Got 'cv'"),
        ({"alpha": None}, TypeError, "Got None"),
        ({"alpha": True}, TypeError, "Got True"),
        ({"alpha": -1.0}, ValueError, "Got -1.0"),
        ({"alpha": np.nan}, ValueError, "Got nan"),
        ({"alphas": []}, ValueError, "alphas must be a list of positive finite numbers"),
        ({"alphas": [0.0, 1.0]}, ValueError, "alphas must be a list of positive"),
        ({"alphas": [1.0, np.inf]}, ValueError, "alphas must be a list of positive"),
        ({"towards": "one"}, TypeError, "str among .*Got 'one'"),
        ({"towards": "identity"}, ValueError, "5 columns and the target 4: use towards='auto'"),
        ({"alphas": 1.0}, ValueError, "'alphas' parameter of RidgeMap must be an array-like"),
    ],
)
def test_bad_parameters(params, error, message):
    with pytest.raises(error, match=message):
        RidgeMap(**params).fit(*make_pairs(0, 10))


def test_numbers_of_every_kind_are_penalties():
    S, T = make_pairs(0, 10)
    wanted = RidgeMap(alpha=1.0).fit(S, T).coef_
    for alpha in (1, np.float32(1), np.int64(1)):
        np.testing.assert_array_equal(RidgeMap(alpha=alpha).fit(S, T).coef_, wanted)


def test_clones_pickles_and_refits():
    S, T = make_pairs(0, 30)
    fitted = RidgeMap(alpha=0.5).fit(S, T)
    assert clone(fitted).get_params() == {"alpha": 0.5, "alphas": None, "towards": "auto"}
    loaded = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(loaded.transform(S), fitted.transform(S))
    fitted.set_params(alpha="gcv").fit(S, T)
    assert len(fitted.alphas_) == 29


def test_skops_needs_only_the_map_itself():
    skops_io = pytest.importorskip("skops.io")
    S, T = make_pairs(0, 30)
    fitted = RidgeMap().fit(S, T)
    data = skops_io.dumps(fitted)
    trusted = skops_io.get_untrusted_types(data=data)
    assert trusted == ["langalign_sk.maps._ridge.RidgeMap"]
    np.testing.assert_array_equal(
        skops_io.loads(data, trusted=trusted).transform(S), fitted.transform(S)
    )


def test_many_fits_share_one_accumulation():
    rng = np.random.default_rng(0)
    S, T = (rng.standard_normal((20_000, 384), dtype=np.float32) for _ in range(2))
    # Processor time on one thread: no matter what else runs on the machine.
    with threadpool_limits(1):
        start = time.process_time()
        moments = PairMoments.from_rows(S, T)
        accumulated = time.process_time()
        for i in range(12):
            RidgeMap(alpha=10.0 ** (-i / 3)).fit_moments(moments)
            ProcrustesMap(scale=bool(i % 2)).fit_moments(moments)
        done = time.process_time()
    # Accumulation and fits together, in units of one accumulation: well under two.
    assert done - start < 3 * (accumulated - start)


def errors_left_out(S, T, w, alpha):
    """Fit without each pair in turn, at one absolute penalty."""
    penalty = absolute(alpha, S, w)
    errors = np.zeros(len(S))
    for i in np.flatnonzero(w):
        rest = np.arange(len(S)) != i
        model = Ridge(penalty, solver="cholesky").fit(S[rest], T[rest], w[rest])
        errors[i] = np.sum((model.predict(S[i : i + 1]) - T[i]) ** 2)
    return w @ errors / w.sum()


@pytest.mark.parametrize("weighted", [False, True])
def test_leave_one_out_is_brute_force_on_200_pairs(weighted):
    S, T = make_pairs(7, 200, 12, noise=2.0)
    w = np.random.default_rng(1).integers(0, 3, 200) * 0.7 if weighted else np.ones(200)
    alphas = [0.001, 0.03, 0.3, 3.0]
    fitted = RidgeMap("loo", alphas=alphas).fit(S, T, w if weighted else None)
    wanted = [errors_left_out(S, T, w, alpha) for alpha in alphas]
    np.testing.assert_allclose(fitted.loo_values_, wanted, rtol=1e-8)
    assert fitted.alpha_ == alphas[int(np.argmin(wanted))]
    same = RidgeMap(fitted.alpha_).fit(S, T, w)
    np.testing.assert_allclose(fitted.coef_, same.coef_, atol=1e-12)
    assert not hasattr(fitted.set_params(alpha="gcv").fit(S, T), "loo_values_")


def test_leave_one_out_sees_uneven_leverage_where_gcv_does_not():
    """One pair far out and wrong: left out, it must count as an error of its full size."""
    S, T = make_pairs(8, 60, 5, noise=0.1, offset=0.0)
    S[0], T[0] = 50.0, -50.0
    gcv, loo = RidgeMap().fit(S, T), RidgeMap("loo").fit(S, T)
    assert loo.loo_values_.min() > 2 * gcv.gcv_values_.min()


@pytest.mark.filterwarnings("ignore::langalign_sk.maps.FewPairsWarning")
def test_leave_one_out_of_pairs_that_decide_alone():
    S, T = make_pairs(9, 2, 5)
    fitted = RidgeMap("loo", alphas=[1e-14, 1.0]).fit(S, T)
    assert np.isfinite(fitted.coef_).all()
    assert fitted.alpha_ == 1.0
    with pytest.raises(ValueError, match='"loo" reads the pairs row by row'):
        RidgeMap("loo").fit_moments(PairMoments.from_rows(S, T))
