import pickle

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from sklearn.base import clone
from sklearn.kernel_ridge import KernelRidge
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.preprocessing import KernelCenterer

from langalign_sk.maps import KernelMap, RidgeMap

seeds = st.integers(0, 2**32 - 1)


def make_pairs(seed, n=60, ds=4, dt=3):
    rng = np.random.default_rng(seed)
    S = rng.standard_normal((n, ds)) + 1.0
    T = np.tanh(S @ rng.standard_normal((ds, dt))) + 0.1 * rng.standard_normal((n, dt))
    return S, T


@settings(max_examples=15, deadline=None)
@given(seed=seeds, alpha=st.sampled_from([1e-3, 0.1, 3.0]), linear=st.booleans())
def test_every_row_a_landmark_is_scikit_learns_kernel_ridge(seed, alpha, linear):
    S, T = make_pairs(seed)
    n = len(S)
    X = make_pairs(seed + 1, 20)[0]
    fitted = KernelMap(n, alpha=alpha, linear=linear, random_state=0).fit(S, T)
    squared = np.square(S[:, None] - S).sum(axis=-1)
    assert fitted.gamma_ == pytest.approx(0.5 / np.median(squared[np.triu_indices(n, 1)]))
    mean = S.mean(axis=0)
    spread = np.square(S - mean).sum(axis=1).mean()

    def kernel(A, B):
        line = (A - mean) @ (B - mean).T / spread if linear else 0.0
        return rbf_kernel(A, B, gamma=fitted.gamma_) + line

    # The intercept: a centred kernel and centred targets.
    centre = KernelCenterer().fit(kernel(S, S))
    centred = centre.transform(kernel(S, S))
    width = n + S.shape[1] * linear
    reference = KernelRidge(alpha=alpha * np.trace(centred) / width, kernel="precomputed")
    reference.fit(centred, T - T.mean(axis=0))
    wanted = reference.predict(centre.transform(kernel(X, S))) + T.mean(axis=0)
    np.testing.assert_allclose(fitted.transform(X), wanted, atol=1e-8)


@pytest.mark.parametrize("features", ["nystroem", "fourier"])
@pytest.mark.parametrize("linear", [False, True])
def test_more_components_come_nearer_to_the_exact_kernel(features, linear):
    S, T = make_pairs(0, 300)
    X = make_pairs(1, 50)[0]
    exact = KernelMap(300, alpha=0.02, linear=linear, random_state=0).fit(S, T)
    scale = exact.alpha_ / (300 + 4 * linear)  # the penalty is relative to the mean of the features
    gaps = []
    for size in (10, 80, 1200 if features == "fourier" else 250):
        used = size + 4 * linear
        fitted = KernelMap(
            size, alpha=scale * used, features=features, linear=linear, random_state=0
        ).fit(S, T)
        gaps.append(np.abs(fitted.transform(X) - exact.transform(X)).mean())
    assert gaps[0] > gaps[1] > gaps[2]
    assert gaps[2] < 0.05


def test_finds_what_no_matrix_can():
    rng = np.random.default_rng(0)
    S = rng.standard_normal((1500, 2))
    T = np.column_stack([S[:, 0] * S[:, 1], S[:, 0] ** 2])
    train, test = slice(0, 1000), slice(1000, None)
    kernel = KernelMap(200, random_state=0).fit(S[train], T[train])
    ridge = RidgeMap().fit(S[train], T[train])
    error = np.square(kernel.transform(S[test]) - T[test]).mean()
    assert error < 0.02 * np.square(ridge.transform(S[test]) - T[test]).mean()


def test_linear_features_recover_a_planted_affine_map():
    rng = np.random.default_rng(0)
    S = rng.standard_normal((200, 6)) + 5
    A, b = rng.standard_normal((6, 3)), rng.standard_normal(3)
    fitted = KernelMap(20, alpha=1e-12, random_state=0).fit(S, S @ A + b)
    far = 10 * rng.standard_normal((10, 6))
    np.testing.assert_allclose(fitted.transform(far), far @ A + b, atol=1e-6)


@settings(max_examples=10, deadline=None)
@given(seed=seeds, size=st.sampled_from([1e-2, 30.0]))
def test_equivariant_under_rotation_shift_and_scale(seed, size):
    S, T = make_pairs(seed)
    rng = np.random.default_rng(seed)
    rotation, shift = np.linalg.qr(rng.standard_normal((4, 4)))[0], rng.standard_normal(4)
    moved = size * S @ rotation + shift
    plain = KernelMap(20, random_state=3).fit(S, T)
    other = KernelMap(20, random_state=3).fit(moved, 2 * T - 1)
    assert other.alpha_ == plain.alpha_
    np.testing.assert_allclose(other.transform(moved), 2 * plain.transform(S) - 1, atol=1e-5)


@settings(max_examples=10, deadline=None)
@given(seed=seeds)
def test_weights_are_repetition(seed):
    # The features must be the same: draws depend on the number of rows, random waves do not.
    S, T = make_pairs(seed)
    times = np.random.default_rng(seed).integers(1, 4, len(S))
    kernel = KernelMap(30, gamma=0.5, alpha=0.1, features="fourier", random_state=0)
    weighted = clone(kernel).fit(S, T, times)
    repeated_rows = np.repeat(S, times, axis=0), np.repeat(T, times, axis=0)
    repeated = clone(kernel).fit(*repeated_rows)
    matched = kernel.set_params(gamma=0.5 * weighted.gamma_ / repeated.gamma_)
    repeated = matched.fit(*repeated_rows)
    np.testing.assert_allclose(weighted.transform(S), repeated.transform(S), atol=1e-7)


def test_a_pair_of_no_weight_is_not_there():
    S, T = make_pairs(0)
    S[-1], T[-1] = 1e3, 1e3
    w = np.r_[np.ones(59), 0.0]
    with_it = KernelMap(20, random_state=0).fit(S, T, w)
    without = KernelMap(20, random_state=0).fit(S[:-1], T[:-1])
    np.testing.assert_allclose(with_it.transform(S), without.transform(S), atol=1e-8)


@pytest.mark.parametrize("features", ["nystroem", "fourier"])
def test_blocks_are_one_pass(features, monkeypatch):
    S, T = make_pairs(0, 200)
    w = np.random.default_rng(0).random(200)
    w[40:90] = 0
    whole = KernelMap(30, features=features, random_state=0).fit(S, T, w)
    import langalign_sk.maps._kernel as module

    blocks = module.row_blocks
    monkeypatch.setattr(module, "row_blocks", lambda n, width, **_: blocks(n, 1, block_bytes=8 * 7))
    parts = KernelMap(30, features=features, random_state=0).fit(S, T, w)
    np.testing.assert_allclose(parts.transform(S), whole.transform(S), atol=1e-9)


@pytest.mark.parametrize("features", ["nystroem", "fourier"])
def test_float32_follows_float64(features):
    S, T = make_pairs(0, 200)
    kernel = KernelMap(50, features=features, random_state=0)
    double = clone(kernel).fit(S, T).transform(S)
    single = clone(kernel).fit(np.float32(S), np.float32(T)).transform(np.float32(S))
    assert single.dtype == np.float32
    assert np.abs(single - double).max() < 1e-4 * np.abs(double).max()


def test_one_seed_one_map_and_no_global_state():
    S, T = make_pairs(0)
    before = np.random.get_state()[1].copy()  # noqa: NPY002  # that it stays is the point
    outputs = [
        KernelMap(10, random_state=seed).fit(S, T).transform(S)
        for seed in (0, 0, 1, np.random.RandomState(0), np.random.default_rng(0))
    ]
    np.testing.assert_array_equal(outputs[0], outputs[1])
    np.testing.assert_array_equal(outputs[0], outputs[4])
    assert not np.array_equal(outputs[0], outputs[2])
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002  # must not move


@pytest.mark.filterwarnings("ignore::langalign_sk.maps.FewPairsWarning")
def test_degenerate_rows_stay_finite():
    one = KernelMap(random_state=0).fit([[1.0, 2.0]], [[3.0]])
    np.testing.assert_allclose(one.transform([[5.0, 6.0]]), [[3.0]])
    same = KernelMap(random_state=0).fit(np.ones((5, 2)), np.arange(5.0)[:, None])
    np.testing.assert_allclose(same.transform([[1.0, 1.0]]), [[2.0]])


def test_pickles_to_the_same_map():
    S, T = make_pairs(0)
    fitted = KernelMap(10, random_state=0).fit(S, T)
    loaded = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(loaded.transform(S), fitted.transform(S))


def test_the_sharpness_does_not_hang_on_the_number_of_landmarks():
    S, T = make_pairs(0)
    gammas = [KernelMap(n, random_state=0).fit(S, T).gamma_ for n in (1, 2, 1000)]
    np.testing.assert_array_equal(gammas, gammas[0])


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"features": "poly"}, "'features' parameter of"),
        ({"n_components": 0}, "'n_components' parameter of .*Got 0"),
        ({"n_components": 2.5}, "'n_components' parameter of .*Got 2.5"),
        ({"gamma": 0.0}, "'gamma' parameter of .*Got 0.0"),
        ({"alpha": -1.0}, "'alpha' parameter of"),
    ],
)
def test_bad_parameters(params, message):
    with pytest.raises(ValueError, match=message):
        KernelMap(**params).fit(*make_pairs(0))
