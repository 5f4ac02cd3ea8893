"""Maps within one space: found out from the pairs, and shrunk to leaving rows as they are."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from sklearn.linear_model import Ridge

from langalign_sk._numeric import PairMoments
from langalign_sk.maps import (
    FewPairsWarning,
    KernelMap,
    ProcrustesMap,
    ReducedRankMap,
    RidgeMap,
    one_space,
    space_agreement,
)

seeds = st.integers(0, 2**32 - 1)


def near(seed, n, d=40, noise=1.0, offset=2.0):
    """Rows of one space, the translations with noise and a shift of the mean."""
    rng = np.random.default_rng(seed)
    S = rng.standard_normal((n, d)) * np.logspace(0, -1, d) + offset
    return S, S + noise * rng.standard_normal((n, d)) * np.logspace(0, -1, d) - 1.0


def unrelated(seed, n, d=40):
    """Rows of two encoders: the same content, each in axes of its own."""
    rng = np.random.default_rng(seed)
    content = rng.standard_normal((n, d))
    return content @ rng.standard_normal((d, d)), content @ rng.standard_normal((d, d))


def orthogonal(seed, d):
    return np.linalg.qr(np.random.default_rng(seed).standard_normal((d, d)))[0]


def weights_of(seed, n):
    return np.random.default_rng(seed).random(n) + 0.05


@settings(max_examples=25, deadline=None)
@given(
    seed=seeds,
    n=st.integers(6, 80),
    alpha=st.sampled_from([1e-3, 0.1, 3.0, 100.0]),
    weighted=st.booleans(),
)
def test_is_scikit_learns_ridge_on_the_differences_plus_the_rows(seed, n, alpha, weighted):
    S, T = near(seed, n, d=5)
    w = weights_of(seed, n) if weighted else np.ones(n)
    centred = S - np.average(S, axis=0, weights=w)
    penalty = alpha * (w @ (centred**2).sum(axis=1)) / 5
    reference = Ridge(alpha=penalty, solver="svd").fit(S, T - S, w)
    fitted = RidgeMap(alpha, towards="identity").fit(S, T, w if weighted else None)
    np.testing.assert_allclose(fitted.coef_, reference.coef_.T + np.eye(5), atol=1e-8)
    np.testing.assert_allclose(fitted.transform(S), S + reference.predict(S), atol=1e-7)
    assert (fitted.alpha_, fitted.towards_) == (alpha, "identity")


@pytest.mark.parametrize("alpha", ["gcv", "loo"])
@pytest.mark.parametrize("weighted", [False, True])
def test_criteria_are_those_of_the_differences(alpha, weighted):
    S, T = near(1, 70, d=8)
    w = weights_of(2, 70) if weighted else None
    alphas = [15.0, 100.0, 1000.0]
    fitted = RidgeMap(alpha, alphas=alphas, towards="identity").fit(S, T, w)
    other = RidgeMap(alpha, alphas=alphas, towards="zero").fit(S, T - S, w)
    np.testing.assert_array_equal(fitted.alphas_, alphas)
    np.testing.assert_allclose(fitted.gcv_values_, other.gcv_values_)
    if alpha == "loo":
        np.testing.assert_allclose(fitted.loo_values_, other.loo_values_)
    assert fitted.alpha_ == other.alpha_


def test_a_large_penalty_shifts_the_mean_and_nothing_else():
    S, T = near(0, 60)
    fitted = RidgeMap(1e12, towards="identity").fit(S, T)
    np.testing.assert_allclose(fitted.transform(S), S + (T - S).mean(axis=0), atol=1e-8)


@pytest.mark.filterwarnings("ignore::langalign_sk.maps.FewPairsWarning")
@pytest.mark.parametrize("alpha", ["gcv", "loo"])
def test_few_pairs_shift_the_mean_and_nothing_else(alpha):
    S, T = near(0, 29)
    fitted = RidgeMap(alpha).fit(S, T)
    assert fitted.towards_ == "identity"
    assert fitted.alpha_ == 1e4
    np.testing.assert_allclose(fitted.transform(S), S + (T - S).mean(axis=0), atol=0.01)


@pytest.mark.parametrize("n", [40, 400, 4000])
def test_a_chosen_penalty_has_a_floor(n):
    S, T = near(0, n, noise=0.01)
    T = T + 0.3 * S @ orthogonal(0, 40)  # which the pairs say very clearly
    fitted = RidgeMap(towards="identity").fit(S, T)
    assert fitted.alpha_ == pytest.approx(100 / np.sqrt(n))
    assert fitted.alphas_[-1] == 1e4
    assert RidgeMap(0.01, towards="identity").fit(S, T).alpha_ == 0.01
    own = RidgeMap(alphas=[1e-3, 0.01], towards="identity").fit(S, T)
    assert own.alpha_ == pytest.approx(100 / np.sqrt(n))


def test_many_clear_pairs_of_one_space_may_move_rows_far():
    rng = np.random.default_rng(0)
    S = rng.standard_normal((400, 40))
    T = S @ (np.eye(40) + 0.25 * rng.standard_normal((40, 40)))
    T += 0.1 * rng.standard_normal(T.shape)
    assert one_space(PairMoments.from_rows(S, T))
    assert RidgeMap().fit(S, T).towards_ == "zero"
    T += 3.0 * rng.standard_normal(T.shape)
    assert RidgeMap().fit(S, T).towards_ == "identity"


def test_weights_count_for_the_floor_as_pairs_do():
    S, T = near(0, 400, noise=0.01)
    w = np.r_[np.ones(100), np.zeros(300)]
    few = RidgeMap(towards="identity").fit(S, T, w)
    all_of_few = RidgeMap(towards="identity").fit(S[:100], T[:100])
    assert few.alpha_ == pytest.approx(all_of_few.alpha_)
    np.testing.assert_allclose(few.coef_, all_of_few.coef_, atol=1e-10)


@settings(max_examples=20, deadline=None)
@given(seed=seeds, size=st.sampled_from([1e-3, 50.0]), alpha=st.sampled_from([0.3, "gcv"]))
def test_turning_and_scaling_both_sides_commutes_with_the_fit(seed, size, alpha):
    S, T = near(seed, 60, d=8)
    turn = size * orthogonal(seed, 8)
    plain = RidgeMap(alpha, towards="identity").fit(S, T)
    turned = RidgeMap(alpha, towards="identity").fit(S @ turn, T @ turn)
    np.testing.assert_allclose(
        turned.transform(S @ turn), plain.transform(S) @ turn, rtol=1e-6, atol=1e-6 * size
    )


@settings(max_examples=25, deadline=None)
@given(seed=seeds, n=st.sampled_from([60, 300]), weighted=st.booleans())
def test_one_space_is_found_and_two_are_not(seed, n, weighted):
    w = weights_of(seed, n) if weighted else None
    S, T = near(seed, n, noise=1.5)
    moments = PairMoments.from_rows(S, T, w)
    assert one_space(moments)
    assert 0.3 < space_agreement(moments) < 0.9
    assert not one_space(PairMoments.from_rows(S, T @ orthogonal(seed, 40), w))
    A, B = unrelated(seed, n)
    both = PairMoments.from_rows(A, B, w)
    assert not one_space(both)
    # A length alone says nothing of the space, however much of the variance it is.
    A[:, 0] = B[:, 0] = 100 * A[:, 0]
    assert space_agreement(PairMoments.from_rows(A, B, w)) > 0.5
    assert not one_space(PairMoments.from_rows(A, B, w))


@settings(max_examples=20, deadline=None)
@given(seed=seeds, noise=st.sampled_from([0.1, 0.8, 3.0, 30.0]))
def test_both_directions_decide_alike(seed, noise):
    moments = PairMoments.from_rows(*near(seed, 50, noise=noise))
    back = moments.swapped()
    assert one_space(moments) == one_space(back)
    assert space_agreement(moments) == pytest.approx(space_agreement(back), abs=1e-12)
    if noise < 1:  # more: one side varies much more than the other, and only one way is clear
        assert RidgeMap().fit_moments(moments).towards_ == RidgeMap().fit_moments(back).towards_


def test_rows_and_moments_decide_alike():
    S, T = near(0, 200)
    rows, moments = RidgeMap().fit(S, T), RidgeMap().fit_moments(PairMoments.from_rows(S, T))
    assert rows.towards_ == moments.towards_ == "identity"
    np.testing.assert_allclose(rows.coef_, moments.coef_, atol=1e-10)


@pytest.mark.parametrize("alpha", [0.0, 0.1, "gcv", "loo"])
@pytest.mark.parametrize("n", [3, 100])
def test_rows_with_themselves_give_the_identity_exactly(alpha, n):
    S, _ = near(0, n, d=6)
    fitted = RidgeMap(alpha).fit(S, S)
    np.testing.assert_array_equal(fitted.coef_, np.eye(6))
    np.testing.assert_array_equal(fitted.intercept_, 0.0)


def test_unequal_widths_are_no_one_space():
    S, T = near(0, 100)
    moments = PairMoments.from_rows(S, T[:, :30])
    assert (one_space(moments), space_agreement(moments)) == (False, 0.0)
    assert RidgeMap().fit_moments(moments).towards_ == "zero"


def test_sides_that_do_not_vary_are_no_one_space():
    flat = np.full((40, 50), 3.0)
    moments = PairMoments.from_rows(flat, flat + 1.0)
    assert (one_space(moments), space_agreement(moments)) == (False, 0.0)


def test_a_rotation_in_a_narrow_space_is_not_taken_for_agreement():
    turned = [
        one_space(PairMoments.from_rows(S, S @ orthogonal(seed, 4)))
        for seed, S in enumerate(np.random.default_rng(0).standard_normal((50, 200, 4)))
    ]
    assert not any(turned)


OTHERS = [
    ProcrustesMap(),
    ReducedRankMap(),
    KernelMap(30, random_state=0),
    KernelMap(30, linear=False, random_state=0),
    KernelMap(30, features="fourier", random_state=0),
]


@pytest.mark.filterwarnings("ignore::langalign_sk.maps.FewPairsWarning")
@pytest.mark.parametrize("method", OTHERS, ids=str)
@pytest.mark.parametrize("n", [25, 60, 400])
def test_every_closed_form_leaves_rows_nearly_as_they_are(method, n):
    S, T = near(0, n, noise=1.5)
    fitted = method.fit(S, T)
    assert fitted.towards_ == "identity"
    shifted = S + (T - S).mean(axis=0)
    away = np.linalg.norm(fitted.transform(S) - shifted) / np.linalg.norm(shifted - T)
    assert away < (0.02 if n < 30 else 0.5)
    # What it learns besides is no worse than nothing on other pairs.
    X, Y = near(1, 1000, noise=1.5)
    still = np.square(X + (T - S).mean(axis=0) - Y).sum()
    assert np.square(fitted.transform(X) - Y).sum() < 1.05 * still


@pytest.mark.parametrize("method", OTHERS, ids=str)
def test_unrelated_spaces_are_mapped_as_before(method):
    S, T = unrelated(0, 200)
    fitted = method.fit(S, T)
    assert fitted.towards_ == "zero"
    forced = type(method)(**{**method.get_params(), "towards": "zero"}).fit(S, T)
    np.testing.assert_array_equal(fitted.transform(S), forced.transform(S))


def test_the_rotation_within_one_space_is_the_same_both_ways():
    moments = PairMoments.from_rows(*near(0, 200))
    there, back = (ProcrustesMap().fit_moments(each) for each in (moments, moments.swapped()))
    np.testing.assert_allclose(there.coef_, back.coef_.T, atol=1e-12)
    np.testing.assert_allclose(there.coef_ @ there.coef_.T, np.eye(40), atol=1e-12)
    free = ProcrustesMap(towards="zero").fit_moments(moments)
    assert np.trace(there.coef_) > np.trace(free.coef_)


def test_few_pairs_are_told_with_the_number_that_the_start_needs():
    S, T = near(0, 25)
    with pytest.warns(FewPairsWarning, match="shift the mean and no more; 30 or more"):
        RidgeMap().fit(S, T)
    S, T = near(0, 40, d=200)
    RidgeMap().fit(S, T)  # safe
    with pytest.warns(FewPairsWarning, match="40 pairs .* about 400 are needed, twice the width"):
        RidgeMap(towards="zero").fit(S, T)
    RidgeMap(towards="zero").fit(*near(0, 100, d=200))
