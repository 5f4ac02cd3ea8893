import pickle

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.linalg import sqrtm
from scipy.stats import ortho_group
from sklearn.base import clone
from sklearn.linear_model import LinearRegression

from langalign_sk._numeric import PairMoments
from langalign_sk.maps import CCAMap, MultiStepMap, ProcrustesMap, RidgeMap

seeds = st.integers(0, 2**32 - 1)


def make_pairs(seed, n=80, ds=5, dt=4, offset=3.0):
    rng = np.random.default_rng(seed)
    S = rng.standard_normal((n, ds)) * np.logspace(0, -1, ds) + offset
    T = S @ rng.standard_normal((ds, dt)) + 0.3 * rng.standard_normal((n, dt)) - offset
    return S, T


def shrunk(X, shrinkage):
    covariance = np.cov(X.T, bias=True)
    mean = np.trace(covariance) / len(covariance)
    return (1 - shrinkage) * covariance + shrinkage * mean * np.eye(len(covariance))


def by_the_steps(S, T, *, shrinkage, reweight, dewhiten, rank):
    """The framework row by row, as its paper tells it: each step moves the rows themselves."""
    roots = [np.real(sqrtm(shrunk(X, shrinkage))) for X in (S, T)]
    X, Z = S - S.mean(axis=0), T - T.mean(axis=0)
    X, Z = X @ np.linalg.inv(roots[0]), Z @ np.linalg.inv(roots[1])
    U, values, Vt = np.linalg.svd(X.T @ Z / len(S), full_matrices=False)
    X = (X @ U * values**reweight)[:, :rank]
    if dewhiten == "target":
        return X @ Vt[:rank] @ roots[1] + T.mean(axis=0)
    U, Vt = U[:, :rank], Vt[:rank]
    return X @ U.T @ roots[0] @ U @ Vt + T.mean(axis=0)


@pytest.mark.parametrize("shrinkage", [0.0, 0.2])
@pytest.mark.parametrize("reweight", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("dewhiten", ["target", "source"])
@pytest.mark.parametrize("rank", [3, 4])
def test_is_the_framework_step_by_step(shrinkage, reweight, dewhiten, rank):
    S, T = make_pairs(0, ds=4)
    wanted = by_the_steps(
        S, T, shrinkage=shrinkage, reweight=reweight, dewhiten=dewhiten, rank=rank
    )
    fitted = MultiStepMap(
        whiten=True, shrinkage=shrinkage, reweight=reweight, dewhiten=dewhiten, rank=rank
    ).fit(S, T)
    np.testing.assert_allclose(fitted.transform(S), wanted, atol=1e-8)
    assert fitted.rank_ == rank
    if rank == 4:
        full = clone(fitted).set_params(rank=None).fit(S, T)
        np.testing.assert_allclose(full.coef_, fitted.coef_, atol=1e-8)


@pytest.mark.filterwarnings("ignore::langalign_sk.maps.FewPairsWarning")
@settings(max_examples=25, deadline=None)
@given(
    seed=seeds,
    n=st.integers(1, 30),
    ds=st.integers(1, 7),
    dt=st.integers(1, 7),
    scale=st.booleans(),
)
def test_without_steps_it_is_procrustes(seed, n, ds, dt, scale):
    S, T = make_pairs(seed, n, ds, dt)
    wanted = ProcrustesMap(scale=scale).fit(S, T)
    fitted = MultiStepMap(scale=scale).fit(S, T)
    np.testing.assert_allclose(fitted.coef_, wanted.coef_, atol=1e-8)
    np.testing.assert_allclose(fitted.intercept_, wanted.intercept_, atol=1e-7)


@pytest.mark.parametrize(("ds", "dt"), [(5, 4), (4, 6), (5, 5)])
@pytest.mark.parametrize("center", [True, False])
def test_whitened_and_reweighted_it_is_least_squares(ds, dt, center):
    S, T = make_pairs(1, 100, ds, dt)
    wanted = LinearRegression(fit_intercept=center).fit(S, T)
    fitted = MultiStepMap(center=center, whiten=True, shrinkage=0.0, reweight=1.0).fit(S, T)
    np.testing.assert_allclose(fitted.coef_, wanted.coef_.T, atol=1e-8)
    np.testing.assert_allclose(fitted.transform(S), wanted.predict(S), atol=1e-7)


@pytest.mark.filterwarnings("ignore::langalign_sk.maps.FewPairsWarning")
@pytest.mark.parametrize(("n", "ds", "dt"), [(100, 5, 4), (100, 4, 6), (12, 20, 20)])
def test_with_the_penalty_of_ridge_it_is_ridge(n, ds, dt):
    S, T = make_pairs(1, n, ds, dt)
    wanted = RidgeMap().fit(S, T)
    fitted = MultiStepMap(whiten=True, shrinkage="gcv", reweight=1.0).fit(S, T)
    np.testing.assert_allclose(fitted.coef_, wanted.coef_, atol=1e-8)


def test_not_reweighted_it_gives_the_outputs_the_covariance_of_the_target():
    S, T = make_pairs(2, 200, 4, 4)
    mapped = MultiStepMap(whiten=True, shrinkage=0.0).fit(S, T).transform(S)
    np.testing.assert_allclose(np.cov(mapped.T), np.cov(T.T), atol=1e-10)
    np.testing.assert_allclose(mapped.mean(axis=0), T.mean(axis=0), atol=1e-10)
    of_source = MultiStepMap(whiten=True, shrinkage=0.0, dewhiten="source").fit(S, T).transform(S)
    np.testing.assert_allclose(
        np.linalg.eigvalsh(np.cov(of_source.T)), np.linalg.eigvalsh(np.cov(S.T)), atol=1e-10
    )


def test_without_centring_rows_are_turned_about_the_origin():
    rng = np.random.default_rng(0)
    S = rng.standard_normal((60, 4)) + 5.0
    Q = ortho_group.rvs(4, random_state=rng)
    fitted = MultiStepMap(center=False).fit(S, S @ Q)
    np.testing.assert_allclose(fitted.coef_, Q, atol=1e-6)
    np.testing.assert_array_equal(fitted.intercept_, 0.0)


def test_planted_affine_map():
    rng = np.random.default_rng(1)
    S = rng.standard_normal((300, 6)) + 10.0
    A, b = rng.standard_normal((6, 8)), rng.standard_normal(8)
    fitted = MultiStepMap(whiten=True, shrinkage=0.0, reweight=1.0).fit(S, S @ A + b)
    np.testing.assert_allclose(fitted.transform(S), S @ A + b, atol=1e-6)


def test_singular_values_are_canonical_correlations():
    S, T = make_pairs(3, 200)
    fitted = MultiStepMap(whiten=True, shrinkage=0.0).fit(S, T)
    cca = CCAMap(alpha=0.0, shrinkage=0.0).fit(S, T)
    np.testing.assert_allclose(fitted.singular_values_, cca.singular_values_, atol=1e-10)


@pytest.mark.parametrize("whiten", [False, True])
@pytest.mark.parametrize(("ds", "dt"), [(4, 4), (3, 5)])
def test_way_back(whiten, ds, dt):
    S, T = make_pairs(4, 100, ds, dt)
    fitted = MultiStepMap(whiten=whiten, scale=True).fit(S, T)
    np.testing.assert_allclose(fitted.inverse_transform(fitted.transform(S)), S, atol=1e-8)
    with pytest.raises(ValueError, match=f"has {ds + 3} features"):
        fitted.inverse_transform(np.ones((2, ds + 3)))


@pytest.mark.filterwarnings("ignore::langalign_sk.maps.FewPairsWarning")
def test_no_way_back_from_what_was_dropped():
    S, T = make_pairs(4, 100, 5, 4)
    for params in ({"rank": 2}, {"reweight": 1.0}, {}):
        assert not hasattr(MultiStepMap(**params).fit(S, T), "inverse_transform")
    few = MultiStepMap(whiten=True, shrinkage=0.0).fit(S[:3], S[:3])
    assert not hasattr(few, "inverse_transform")


@settings(max_examples=20, deadline=None)
@given(
    seed=seeds, reweight=st.sampled_from([0.0, 1.0]), shrinkage=st.sampled_from([0.1, "oas", "gcv"])
)
def test_equivariant_under_rotation_shift_and_scale(seed, reweight, shrinkage):
    S, T = make_pairs(seed, 60, 4, 4)
    rng = np.random.default_rng(seed)
    turn, shift = ortho_group.rvs(4, random_state=rng), rng.standard_normal(4)
    steps = MultiStepMap(whiten=True, shrinkage=shrinkage, reweight=reweight)
    plain = clone(steps).fit(S, T)
    moved = clone(steps).fit(7.0 * S @ turn + shift, T)
    np.testing.assert_allclose(
        moved.transform(7.0 * S @ turn + shift), plain.transform(S), atol=1e-6
    )


@settings(max_examples=15, deadline=None)
@given(seed=seeds, center=st.booleans())
def test_weights_are_repetition_and_chunks_one_fit(seed, center):
    S, T = make_pairs(seed, 30)
    times = np.random.default_rng(seed).integers(0, 4, 30) + (np.arange(30) < 8)
    steps = MultiStepMap(center=center, whiten=True, shrinkage=0.1, reweight=0.5)
    repeated = np.repeat(S, times, axis=0), np.repeat(T, times, axis=0)
    wanted = clone(steps).fit(*repeated).coef_
    np.testing.assert_allclose(clone(steps).fit(S, T, times).coef_, wanted, atol=1e-7)
    parts = [
        PairMoments.from_rows(*(side[rows] for side in repeated))
        for rows in np.array_split(np.arange(len(repeated[0])), 3)
    ]
    merged = clone(steps).fit_moments(sum(parts[1:], start=parts[0]))
    np.testing.assert_allclose(merged.coef_, wanted, atol=1e-7)


def test_settings_share_their_decompositions(monkeypatch):
    m = PairMoments.from_rows(*make_pairs(5))
    MultiStepMap(whiten=True, reweight=1.0).fit_moments(m)
    for name in ("svd", "eigh"):
        monkeypatch.setattr(np.linalg, name, lambda *_, **__: pytest.fail("decomposed again"))
    for rank in (1, 2, 3):
        MultiStepMap(whiten=True, reweight=0.5, rank=rank, scale=True).fit_moments(m)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"dewhiten": None}, "'dewhiten' parameter of"),
        ({"rank": 0}, "'rank' parameter of .*Got 0"),
        ({"rank": 2.0}, "'rank' parameter of"),
        ({"rank": True}, "'rank' parameter of"),
        ({"reweight": -1.0}, "'reweight' parameter of .*Got -1.0"),
        ({"whiten": True, "shrinkage": 1.5}, "'shrinkage' parameter of"),
        ({"whiten": True, "shrinkage": "ledoit"}, "Got 'ledoit'"),
    ],
)
def test_bad_parameters(params, message):
    with pytest.raises(ValueError, match=message):
        MultiStepMap(**params).fit(*make_pairs(0))


def test_shrinkage_is_a_number():
    for shrinkage in (None, True):
        with pytest.raises(TypeError, match="'shrinkage' parameter of"):
            MultiStepMap(whiten=True, shrinkage=shrinkage).fit(*make_pairs(0))


@pytest.mark.filterwarnings("ignore::langalign_sk.maps.FewPairsWarning")
@pytest.mark.parametrize("params", [{}, {"whiten": True}, {"whiten": True, "reweight": 1.0}])
def test_degenerate_rows_stay_finite_and_dtypes_are_kept(params):
    for S, T in [
        (np.full((1, 3), 5.0), np.full((1, 3), 7.0)),
        (np.full((9, 3), 5.0), make_pairs(0, 9, 3, 3)[1]),
        (make_pairs(0, 9, 3, 3)[0], np.full((9, 3), 5.0)),
    ]:
        for scale in (False, True):
            fitted = MultiStepMap(**params, scale=scale).fit(S, T)
            assert np.isfinite(fitted.transform(S)).all()
    S, T = make_pairs(0)
    double = MultiStepMap(**params).fit(S, T)
    single = MultiStepMap(**params).fit(S.astype(np.float32), T.astype(np.float32))
    moved = single.transform(S.astype(np.float32))
    assert moved.dtype == np.float32
    np.testing.assert_allclose(moved, double.transform(S), rtol=1e-4, atol=1e-4)
    loaded = pickle.loads(pickle.dumps(double))
    np.testing.assert_array_equal(loaded.transform(S), double.transform(S))
