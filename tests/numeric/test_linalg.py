import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from sklearn.covariance import OAS

from langalign_sk._numeric import Moments, PairMoments, oas_covariance
from langalign_sk._numeric._linalg import eigh_of, oas_shrinkage, rotation_of


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(2, 60), d=st.integers(2, 12))
def test_oas_is_scikit_learns(seed, n, d):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, d)) @ rng.standard_normal((d, d)) + 3.0
    reference = OAS().fit(X)
    m = Moments.from_rows(X)
    np.testing.assert_allclose(
        oas_covariance(m.covariance, m.n_effective), reference.covariance_, rtol=1e-9, atol=1e-12
    )
    assert oas_shrinkage(m.covariance, n) == pytest.approx(reference.shrinkage_)


def test_oas_leaves_its_input_alone_and_bears_zero():
    covariance = np.diag([1.0, 4.0])
    before = covariance.copy()
    shrunk = oas_covariance(covariance, 10)
    np.testing.assert_array_equal(covariance, before)
    assert np.trace(shrunk) == pytest.approx(5.0)
    np.testing.assert_array_equal(oas_covariance(np.zeros((2, 2)), 10), np.zeros((2, 2)))
    np.testing.assert_allclose(oas_covariance(3 * np.eye(2), 10), 3 * np.eye(2))


def test_eigendecomposition_once_and_only_of_what_varies():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((40, 3)) @ rng.standard_normal((3, 8)) + 100.0
    m = Moments.from_rows(X)
    values, vectors = eigh_of(m)
    assert values.shape == (3,)
    assert (np.diff(values) < 0).all()
    np.testing.assert_allclose((vectors * values) @ vectors.T, m.covariance, atol=1e-10)
    assert eigh_of(m)[0] is values
    nothing = eigh_of(Moments.from_rows(np.full((4, 2), 7.7)))
    assert nothing[0].shape == (0,)
    assert nothing[1].shape == (2, 0)


@pytest.mark.parametrize(("ds", "dt"), [(4, 4), (3, 6), (6, 3)])
@pytest.mark.parametrize("n", [2, 3, 50])
def test_rotation_is_semi_orthogonal_and_best(ds, dt, n):
    rng = np.random.default_rng(n)
    m = PairMoments.from_rows(rng.standard_normal((n, ds)), rng.standard_normal((n, dt)))
    Q = rotation_of(m)
    k = min(ds, dt)
    small = Q @ Q.T if ds <= dt else Q.T @ Q
    np.testing.assert_allclose(small, np.eye(k), atol=1e-12)
    # trace(Q' cross) can be no larger than the nuclear norm, and is that.
    assert np.sum(Q * m.cross) == pytest.approx(np.linalg.norm(m.cross, "nuc"))
    back = rotation_of(m.swapped())
    np.testing.assert_array_equal(back, Q.T)
    assert np.shares_memory(back, Q)


def test_rotation_is_nearest_to_the_identity_where_pairs_are_silent():
    # Pairs turn the first two axes and say nothing about the other three.
    S = np.zeros((30, 5))
    S[:, :2] = np.random.default_rng(0).standard_normal((30, 2))
    T = np.zeros((30, 5))
    T[:, 0], T[:, 1] = -S[:, 1], S[:, 0]
    Q = rotation_of(PairMoments.from_rows(S, T))
    wanted = np.eye(5)
    wanted[:2, :2] = [[0, 1], [-1, 0]]
    np.testing.assert_allclose(Q, wanted, atol=1e-12)
    nothing = rotation_of(PairMoments.from_rows(np.ones((3, 4)), np.ones((3, 4))))
    np.testing.assert_allclose(nothing, np.eye(4), atol=1e-12)
