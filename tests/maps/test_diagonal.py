"""A rotation and one factor for each column; rows of length 1."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.linalg import orthogonal_procrustes
from scipy.stats import ortho_group

from langalign_sk.maps import DiagonalProcrustesMap, ProcrustesMap, UnitLengthMap, resolve_map

seeds = st.integers(0, 2**32 - 1)


def noisy_pairs(seed, n, ds, dt):
    rng = np.random.default_rng(seed)
    S = rng.standard_normal((n, ds)) + 2.0
    return S, S @ rng.standard_normal((ds, dt)) + 0.3 * rng.standard_normal((n, dt)) - 1.0


def test_it_is_a_regression_of_each_column_on_the_rotated_one():
    S, T = noisy_pairs(0, 300, 6, 6)
    Sc, Tc = S - S.mean(0), T - T.mean(0)
    rotated = Sc @ orthogonal_procrustes(Sc, Tc)[0]
    wanted = [np.polyfit(rotated[:, j], Tc[:, j], 1)[0] for j in range(6)]
    fitted = resolve_map("diagonal_procrustes").fit(S, T)
    np.testing.assert_allclose(fitted.scale_, wanted, rtol=1e-8)
    np.testing.assert_allclose(fitted.transform(S), rotated * wanted + T.mean(0), atol=1e-8)


@settings(max_examples=25, deadline=None)
@given(seed=seeds, ds=st.integers(1, 6), dt=st.integers(1, 6))
def test_never_worse_than_the_rotation_on_its_own_pairs(seed, ds, dt):
    S, T = noisy_pairs(seed, 80, ds, dt)
    errors = [
        np.sum((fitted.fit(S, T).transform(S) - T) ** 2)
        for fitted in (DiagonalProcrustesMap(), ProcrustesMap(), ProcrustesMap(scale=True))
    ]
    assert errors[0] <= min(errors[1:]) * (1 + 1e-9)


@pytest.mark.parametrize(("ds", "dt"), [(5, 5), (4, 7)])
def test_planted_factors_are_found_and_undone(ds, dt):
    rng = np.random.default_rng(0)
    S = rng.standard_normal((4000, ds))
    rotation, factors = np.eye(dt)[:ds][:, ::-1], rng.uniform(0.5, 3.0, dt)
    T = S @ rotation * factors + 1.0
    fitted = DiagonalProcrustesMap().fit(S, T)
    there = fitted.transform(S)
    assert np.abs(there - T).max() < 0.2
    np.testing.assert_allclose(fitted.inverse_transform(there), S, atol=1e-6)


def test_what_is_lost_has_no_way_back():
    S, T = noisy_pairs(0, 100, 4, 3)
    assert not hasattr(DiagonalProcrustesMap().fit(S, T), "inverse_transform")
    T = np.zeros((100, 4))
    assert not hasattr(DiagonalProcrustesMap().fit(S, T), "inverse_transform")


@settings(max_examples=20, deadline=None)
@given(seed=seeds)
def test_turning_the_source_changes_nothing(seed):
    S, T = noisy_pairs(seed, 60, 4, 4)
    turn = ortho_group.rvs(4, random_state=np.random.default_rng(seed))
    plain = DiagonalProcrustesMap(towards="zero").fit(S, T)
    turned = DiagonalProcrustesMap(towards="zero").fit(S @ turn, T)
    np.testing.assert_allclose(turned.transform(S @ turn), plain.transform(S), atol=1e-7)


def test_rows_of_length_one():
    rows = np.float32([[3, 4], [0, 0], [0, 2]])
    unit = UnitLengthMap().fit(rows, rows)
    np.testing.assert_allclose(unit.transform(rows), [[0.6, 0.8], [0, 0], [0, 1]], atol=1e-7)
    assert unit.transform(rows).dtype == np.float32
    with pytest.raises(ValueError, match="2 and 3 columns"):
        UnitLengthMap().fit(rows, np.ones((3, 3)))
