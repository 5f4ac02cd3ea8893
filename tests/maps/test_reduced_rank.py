import pickle

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.linalg import eigh
from scipy.stats import ortho_group
from sklearn.base import clone
from sklearn.cross_decomposition import CCA
from sklearn.linear_model import Ridge

from langalign_sk._numeric import PairMoments
from langalign_sk.maps import CCAMap, ReducedRankMap, RidgeMap
from langalign_sk.maps._reduced_rank import _degrees_of_freedom

seeds = st.integers(0, 2**32 - 1)


def make_pairs(seed, n=300, ds=8, dt=6, rank=3, noise=0.5, offset=3.0):
    rng = np.random.default_rng(seed)
    S = rng.standard_normal((n, ds)) * np.logspace(0, -0.5, ds) + offset
    low = rng.standard_normal((ds, rank)) @ rng.standard_normal((rank, dt))
    return S, S @ low + noise * rng.standard_normal((n, dt)) - offset


def penalised_loss(S, T, coef, alpha, root=None):
    Sc, Tc = S - S.mean(axis=0), T - T.mean(axis=0)
    penalty = alpha * np.mean(Sc.var(axis=0))
    root = np.eye(T.shape[1]) if root is None else root
    residual = (Tc - Sc @ coef) @ root
    return np.sum(residual**2) / len(S) + penalty * np.sum((coef @ root) ** 2)


@pytest.mark.parametrize(("ds", "dt"), [(8, 6), (4, 9), (6, 6)])
@pytest.mark.parametrize("alpha", [0.0, 0.1])
@pytest.mark.parametrize("rank", [1, 2, 4])
def test_is_the_direct_solution(ds, dt, alpha, rank):
    """Ridge, then the projection onto the leading directions of its fitted augmented rows."""
    S, T = make_pairs(0, 100, ds, dt)
    Sc = S - S.mean(axis=0)
    penalty = alpha * np.mean(Sc.var(axis=0)) * len(S)
    augmented = np.vstack([Sc, np.sqrt(penalty) * np.eye(ds)])
    ridge = Ridge(penalty, solver="svd").fit(S, T).coef_.T
    _, _, Vt = np.linalg.svd(augmented @ ridge, full_matrices=False)
    wanted = ridge @ Vt[:rank].T @ Vt[:rank]
    fitted = ReducedRankMap(rank, alpha=alpha).fit(S, T)
    np.testing.assert_allclose(fitted.coef_, wanted, atol=1e-8)
    assert np.linalg.matrix_rank(fitted.coef_, tol=1e-8) == rank == fitted.rank_
    # Nothing of that rank nearby is better.
    best = penalised_loss(S, T, fitted.coef_, alpha)
    rng = np.random.default_rng(1)
    for _ in range(20):
        U, D, Wt = np.linalg.svd(fitted.coef_ + 0.01 * rng.standard_normal((ds, dt)))
        other = (U[:, :rank] * D[:rank]) @ Wt[:rank]
        assert penalised_loss(S, T, other, alpha) > best


@pytest.mark.parametrize("kind", [ReducedRankMap, CCAMap])
def test_at_full_rank_it_is_ridge(kind):
    S, T = make_pairs(1)
    fitted = kind(6, alpha=0.3).fit(S, T)
    np.testing.assert_allclose(fitted.coef_, RidgeMap(alpha=0.3).fit(S, T).coef_, atol=1e-8)
    assert kind(1000, alpha=0.3).fit(S, T).rank_ == 6


@pytest.mark.parametrize("kind", [ReducedRankMap, CCAMap])
@pytest.mark.parametrize("offset", [0.0, 100.0])
@pytest.mark.parametrize(("ds", "dt"), [(10, 10), (6, 12), (12, 6)])
def test_planted_low_rank_map(kind, offset, ds, dt):
    rng = np.random.default_rng(0)
    S = rng.standard_normal((200, ds)) + offset
    low = rng.standard_normal((ds, 3)) @ rng.standard_normal((3, dt))
    exact = S @ low + rng.standard_normal(dt)
    fitted = kind(3, alpha=0.0, shrinkage=0.0) if kind is CCAMap else kind(3, alpha=0.0)
    np.testing.assert_allclose(fitted.fit(S, exact).transform(S), exact, rtol=1e-6, atol=1e-6)
    noisy = exact + 0.5 * rng.standard_normal(exact.shape)
    assert kind().fit(S, noisy).rank_ == 3


def test_canonical_correlations_are_those_of_the_eigenproblem_and_of_scikit_learn():
    S, T = make_pairs(2, 400, 5, 4)
    fitted = CCAMap(alpha=0.0, shrinkage=0.0).fit(S, T)
    C = np.cov(S.T, T.T)
    ss, st_, tt = C[:5, :5], C[:5, 5:], C[5:, 5:]
    squares = eigh(st_.T @ np.linalg.solve(ss, st_), tt, eigvals_only=True)[::-1]
    np.testing.assert_allclose(fitted.singular_values_, np.sqrt(squares), atol=1e-9)
    X, Y = CCA(4, tol=1e-12, max_iter=10_000).fit_transform(S, T)
    theirs = [np.corrcoef(X[:, i], Y[:, i])[0, 1] for i in range(4)]
    np.testing.assert_allclose(fitted.singular_values_, theirs, atol=1e-6)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_cca_is_best_in_the_metric_of_the_target(rank):
    S, T = make_pairs(3, 200, 6, 4)
    T[:, 0] *= 50.0
    values, vectors = np.linalg.eigh(np.cov(T.T, bias=True))
    root = (vectors / np.sqrt(values)) @ vectors.T
    fitted = CCAMap(rank, alpha=0.1, shrinkage=0.0).fit(S, T)
    best = penalised_loss(S, T, fitted.coef_, 0.1, root)
    rng = np.random.default_rng(1)
    for _ in range(20):
        turned = fitted.coef_ @ root + 0.01 * rng.standard_normal((6, 4))
        U, D, Wt = np.linalg.svd(turned, full_matrices=False)
        other = (U[:, :rank] * D[:rank]) @ Wt[:rank] @ np.linalg.inv(root)
        assert penalised_loss(S, T, other, 0.1, root) > best
    # What varies most is not what counts most.
    in_raw_units = ReducedRankMap(rank, alpha=0.1).fit(S, T)
    assert penalised_loss(S, T, in_raw_units.coef_, 0.1) < penalised_loss(S, T, fitted.coef_, 0.1)


def test_degrees_of_freedom_are_the_divergence_of_the_fit():
    rng = np.random.default_rng(0)
    n, p, q, rank = 12, 5, 4, 2
    X, Y = rng.standard_normal((n, p)), rng.standard_normal((n, q))
    Q = np.linalg.qr(X)[0]

    def fit(Y):
        U, D, Vt = np.linalg.svd(Q.T @ Y, full_matrices=False)
        return Q @ (U[:, :rank] * D[:rank]) @ Vt[:rank]

    step, divergence = 1e-6, 0.0
    for i in range(n):
        for j in range(q):
            bump = np.zeros((n, q))
            bump[i, j] = step
            divergence += (fit(Y + bump) - fit(Y - bump))[i, j] / (2 * step)
    D = np.linalg.svd(Q.T @ Y, compute_uv=False)
    assert _degrees_of_freedom(D**2, max(p, q))[rank - 1] == pytest.approx(divergence, rel=1e-5)


def test_criterion_is_generalised_cross_validation_of_its_definition():
    S, T = make_pairs(4, 60)
    fitted = ReducedRankMap(alpha=0.2).fit(S, T)
    ranks = range(1, 7)
    residuals = [
        np.mean(np.sum((T - ReducedRankMap(k, alpha=0.2).fit(S, T).transform(S)) ** 2, axis=1))
        for k in ranks
    ]
    values = np.linalg.eigvalsh(np.cov(S.T, bias=True))
    share = np.mean(values / (values + 0.2 * values.mean()))
    freedom = share * _degrees_of_freedom(fitted.singular_values_**2, 8) / 6
    wanted = np.array(residuals) / (1 - (1 + freedom) / 60) ** 2
    np.testing.assert_allclose(fitted.gcv_values_, wanted, rtol=1e-8)
    assert fitted.rank_ == 1 + wanted.argmin()


@settings(max_examples=15, deadline=None)
@given(seed=seeds, cca=st.booleans())
def test_equivariant_and_weights_are_repetition(seed, cca):
    one = CCAMap(2, alpha=0.1, shrinkage=0.1) if cca else ReducedRankMap(2, alpha=0.1)
    S, T = make_pairs(seed, 60, 5, 5)
    rng = np.random.default_rng(seed)
    turn_s, turn_t = (ortho_group.rvs(5, random_state=rng) for _ in range(2))
    plain = clone(one).fit(S, T)
    moved = clone(one).fit(5.0 * S @ turn_s + 1.0, T @ turn_t - 2.0)
    np.testing.assert_allclose(
        moved.transform(5.0 * S @ turn_s + 1.0), plain.transform(S) @ turn_t - 2.0, atol=1e-6
    )
    times = rng.integers(0, 4, 60) + (np.arange(60) < 9)
    repeated = np.repeat(S, times, axis=0), np.repeat(T, times, axis=0)
    wanted = clone(one).fit(*repeated).coef_
    np.testing.assert_allclose(clone(one).fit(S, T, times).coef_, wanted, atol=1e-6)
    half = len(repeated[0]) // 2
    merged = PairMoments.from_rows(*(side[:half] for side in repeated)) + PairMoments.from_rows(
        *(side[half:] for side in repeated)
    )
    np.testing.assert_allclose(clone(one).fit_moments(merged).coef_, wanted, atol=1e-6)


@pytest.mark.filterwarnings("ignore::langalign_sk.maps.FewPairsWarning")
@pytest.mark.parametrize("kind", [ReducedRankMap, CCAMap])
def test_few_and_degenerate_pairs_stay_finite(kind):
    rng = np.random.default_rng(0)
    for S, T in [
        (rng.standard_normal((6, 20)), rng.standard_normal((6, 15))),
        (np.full((1, 3), 5.0), np.full((1, 2), 7.0)),
        (np.full((9, 3), 5.0), rng.standard_normal((9, 2))),
        (rng.standard_normal((9, 3)), np.full((9, 2), 5.0)),
    ]:
        fitted = kind().fit(S, T)
        assert np.isfinite(fitted.coef_).all()
        np.testing.assert_allclose(fitted.transform(S).mean(axis=0), T.mean(axis=0), atol=1e-10)


@pytest.mark.parametrize("kind", [ReducedRankMap, CCAMap])
def test_dtypes_and_pickles(kind):
    S, T = make_pairs(5)
    double = kind().fit(S, T)
    single = kind().fit(S.astype(np.float32), T.astype(np.float32))
    moved = single.transform(S.astype(np.float32))
    assert moved.dtype == np.float32
    np.testing.assert_allclose(moved, double.transform(S), rtol=1e-4, atol=1e-4)
    loaded = pickle.loads(pickle.dumps(double))
    np.testing.assert_array_equal(loaded.transform(S), double.transform(S))


@pytest.mark.parametrize("rank", [0, -1, 1.5, True, "all", None])
def test_bad_rank(rank):
    with pytest.raises(ValueError, match="'rank' parameter of"):
        ReducedRankMap(rank).fit(*make_pairs(0))
