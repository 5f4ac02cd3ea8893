import pickle

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.linalg import subspace_angles
from sklearn.base import clone
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.preprocessing import StandardScaler

from langalign_sk import LangAligner, ParallelCorpus, ReverseAligner, TextPool
from langalign_sk._numeric import Moments, nearest
from langalign_sk.maps import (
    LanguageDirectionMap,
    LanguageMaskMap,
    MeanShiftMap,
    SubspaceShiftMap,
)

seeds = st.integers(0, 2**32 - 1)

MAPS = [
    MeanShiftMap(),
    MeanShiftMap(0.4, scale=True),
    LanguageDirectionMap(),
    LanguageDirectionMap(0.6),
    SubspaceShiftMap(3),
    SubspaceShiftMap(3, strength=0.5),
    LanguageMaskMap(0.4),
]


def make_clouds(seed=0, d=6):
    """Two languages that say different things, in one space."""
    rng = np.random.default_rng(seed)
    english = rng.standard_normal((80, d)) @ rng.standard_normal((d, d)) + rng.standard_normal(d)
    korean = rng.standard_normal((60, d)) @ rng.standard_normal((d, d)) + 3 * rng.standard_normal(d)
    return english, korean


def fit(unfitted, english, korean):
    return clone(unfitted).fit(unlabeled_source=english, unlabeled_target=korean)


@pytest.mark.parametrize("unfitted", MAPS, ids=repr)
def test_two_pools_moments_or_pairs_are_the_same_thing(unfitted):
    english, korean = make_clouds()
    from_rows = fit(unfitted, english, korean)
    from_moments = clone(unfitted).fit_moments(
        None,
        unlabeled_source=Moments.from_rows(english),
        unlabeled_target=Moments.from_rows(korean),
    )
    np.testing.assert_array_equal(from_moments.coef_, from_rows.coef_)
    pairs = clone(unfitted).fit(english[:60], korean)
    without_pairs = fit(unfitted, english[:60], korean)
    np.testing.assert_allclose(pairs.coef_, without_pairs.coef_, atol=1e-9)
    np.testing.assert_allclose(pairs.intercept_, without_pairs.intercept_, atol=1e-9)
    # One pool alone would be compared with another text in another language: the pairs decide.
    one = clone(unfitted).fit(english[:60], korean, unlabeled_source=5 * english)
    np.testing.assert_array_equal(one.coef_, pairs.coef_)
    # Both pools overrule the pairs.
    both = clone(unfitted).fit(
        -korean, 7 * korean, unlabeled_source=english, unlabeled_target=korean
    )
    np.testing.assert_array_equal(both.coef_, from_rows.coef_)


# The language direction is shrunk by Kish's number of rows, which repetition changes.
@pytest.mark.parametrize("unfitted", [*MAPS[:2], *MAPS[4:]], ids=repr)
def test_weights_are_repetition(unfitted):
    english, korean = make_clouds()
    english = english[:60]
    times = np.random.default_rng(0).integers(0, 3, 60)
    weighted = clone(unfitted).fit(english, korean, times)
    repeated = clone(unfitted).fit(np.repeat(english, times, axis=0), np.repeat(korean, times, 0))
    np.testing.assert_allclose(weighted.transform(english), repeated.transform(english), atol=1e-8)


@pytest.mark.parametrize("unfitted", MAPS, ids=repr)
def test_float32_follows_float64(unfitted):
    english, korean = make_clouds()
    double = fit(unfitted, english, korean).transform(english)
    single = fit(unfitted, np.float32(english), np.float32(korean)).transform(np.float32(english))
    assert single.dtype == np.float32
    assert np.abs(single - double).max() < 1e-4 * np.abs(double).max()


@pytest.mark.parametrize("unfitted", MAPS, ids=repr)
def test_exactly_back_or_not_at_all(unfitted):
    english, korean = make_clouds()
    fitted = fit(unfitted, english, korean)
    if isinstance(unfitted, LanguageMaskMap) or unfitted == MAPS[2]:
        # Of the other map nobody knows before it is fitted.
        assert hasattr(unfitted, "inverse_transform") == (unfitted == MAPS[2])
        assert not hasattr(fitted, "inverse_transform")
        return
    loaded = pickle.loads(pickle.dumps(fitted))
    for X in (english, korean):
        np.testing.assert_allclose(loaded.inverse_transform(fitted.transform(X)), X, atol=1e-9)
    with pytest.raises(ValueError, match="inverse_transform is expecting 6 features"):
        fitted.inverse_transform(np.ones((2, 5)))


@pytest.mark.parametrize("unfitted", MAPS, ids=repr)
def test_one_language_twice_stays_as_it_is(unfitted):
    english, _ = make_clouds()
    fitted = fit(unfitted, english, english.copy())
    masked = getattr(fitted, "masked_", [])
    rest = np.setdiff1d(np.arange(6), masked)
    np.testing.assert_allclose(fitted.transform(english)[:, rest], english[:, rest], atol=1e-9)
    flat = fit(unfitted, np.full((5, 3), 2.0), np.full((4, 3), 2.0))
    np.testing.assert_allclose(flat.transform([[2.0, 2.0, 2.0]]), [[2.0, 2.0, 2.0]])
    assert np.isfinite(fit(unfitted, np.full((5, 3), 2.0), np.full((4, 3), 9.0)).coef_).all()


@pytest.mark.parametrize("unfitted", MAPS, ids=repr)
def test_errors(unfitted):
    with pytest.raises(ValueError, match=f"{type(unfitted).__name__} shifts rows within one space"):
        fit(unfitted, np.ones((3, 2)), np.ones((3, 4)))
    with pytest.raises(ValueError, match="needs rows of both languages"):
        clone(unfitted).fit(unlabeled_source=np.ones((3, 2)))


@settings(max_examples=15, deadline=None)
@given(seed=seeds, strength=st.floats(0, 1.5))
def test_mean_shift_moves_the_mean(seed, strength):
    english, korean = make_clouds(seed)
    fitted = fit(MeanShiftMap(strength), english, korean)
    gap = korean.mean(axis=0) - english.mean(axis=0)
    np.testing.assert_allclose(fitted.transform(english), english + strength * gap, atol=1e-9)


@settings(max_examples=15, deadline=None)
@given(seed=seeds)
def test_full_shift_with_scale_is_standardising_one_way_and_back_the_other(seed):
    english, korean = make_clouds(seed)
    moved = fit(MeanShiftMap(scale=True), english, korean).transform(english)
    wanted = StandardScaler().fit(korean).inverse_transform(StandardScaler().fit_transform(english))
    np.testing.assert_allclose(moved, wanted, atol=1e-9)


@settings(max_examples=15, deadline=None)
@given(seed=seeds, strength=st.sampled_from([0.3, 1.0]))
def test_the_language_score_goes_to_that_of_the_target(seed, strength):
    english, korean = make_clouds(seed)
    fitted = fit(LanguageDirectionMap(strength), english, korean)
    w, before = fitted.direction_, english @ fitted.direction_
    goal = korean.mean(axis=0) @ w
    after = fitted.transform(english) @ w
    np.testing.assert_allclose(after, before + strength * (goal - before), atol=1e-7)
    # Each row moves along the difference of the means and nowhere else.
    step = fitted.transform(english) - english
    gap = korean.mean(axis=0) - english.mean(axis=0)
    np.testing.assert_allclose(step, np.outer(step @ gap / (gap @ gap), gap), atol=1e-7)


def test_the_language_direction_is_scikit_learns():
    rng = np.random.default_rng(0)
    english, korean = (
        rng.standard_normal((5000, 4)),
        rng.standard_normal((5000, 4)) + np.array([2, 1, 0, 0]),
    )
    mix = rng.standard_normal((4, 4))
    english, korean = english @ mix, korean @ mix
    w = fit(LanguageDirectionMap(), english, korean).direction_
    lda = LinearDiscriminantAnalysis(solver="lsqr")
    lda.fit(np.vstack([english, korean]), np.repeat([0, 1], 5000))
    assert lda.coef_[0] @ w / np.linalg.norm(lda.coef_[0]) > 0.999


@settings(max_examples=15, deadline=None)
@given(seed=seeds, k=st.integers(1, 5))
def test_subspace_meets_subspace(seed, k):
    english, korean = make_clouds(seed)
    fitted = fit(SubspaceShiftMap(k), english, korean)
    main = [np.linalg.svd(X - X.mean(axis=0))[2][:k].T for X in (english, korean)]
    np.testing.assert_allclose(np.sort(subspace_angles(*main)), fitted.angles_, atol=1e-7)
    moved = fitted.transform(english)
    np.testing.assert_allclose(moved.mean(axis=0), korean.mean(axis=0), atol=1e-9)
    turned = np.linalg.svd(moved - moved.mean(axis=0))[2][:k].T
    assert subspace_angles(turned, main[1]).max() < 1e-6
    np.testing.assert_allclose(fitted.coef_ @ fitted.coef_.T, np.eye(6), atol=1e-9)
    # The smallest rotation that does it turns by the principal angles, and half of it by halves.
    turns = np.abs(np.angle(np.linalg.eigvals(fitted.coef_)))
    np.testing.assert_allclose(np.sort(turns)[::-1][: 2 * min(k, 6 - k)],
                               np.repeat(fitted.angles_[::-1], 2)[: 2 * min(k, 6 - k)],
                               atol=1e-6)  # fmt: skip
    half = fit(SubspaceShiftMap(k, strength=0.5), english, korean)
    np.testing.assert_allclose(half.coef_ @ half.coef_, fitted.coef_, atol=1e-7)


@settings(max_examples=15, deadline=None)
@given(seed=seeds)
def test_rotating_the_space_rotates_the_result(seed):
    english, korean = make_clouds(seed)
    Q = np.linalg.qr(np.random.default_rng(seed).standard_normal((6, 6)))[0]
    for unfitted in (MeanShiftMap(), LanguageDirectionMap(), SubspaceShiftMap(3)):
        plain = fit(unfitted, english, korean).transform(english)
        turned = fit(unfitted, english @ Q, korean @ Q).transform(english @ Q)
        np.testing.assert_allclose(turned, plain @ Q, atol=1e-7)


def test_masks_the_columns_that_give_the_language_away():
    english, korean = make_clouds()
    korean[:, [1, 4]] += 50.0
    fitted = fit(LanguageMaskMap(1 / 3), english, korean)
    np.testing.assert_array_equal(fitted.masked_, [1, 4])
    moved = fitted.transform(english)
    np.testing.assert_allclose(moved[:, [1, 4]], np.tile(korean[:, [1, 4]].mean(axis=0), (80, 1)))
    np.testing.assert_array_equal(moved[:, [0, 2, 3, 5]], english[:, [0, 2, 3, 5]])
    assert fit(LanguageMaskMap(0.0), english, korean).masked_.size == 0
    assert fit(LanguageMaskMap(1.0), english, korean).masked_.size == 6


def test_columns_of_one_number_are_not_told_apart_by_rounding():
    """The mean of equal numbers is rounded, so that their variance is not quite zero."""
    english, korean = make_clouds()
    english, korean = np.tile(english, (20, 1)), np.tile(korean, (20, 1))
    for constant in ([english], [korean], [english, korean]):
        pair = english.copy(), korean.copy()
        for rows in (rows for side, rows in zip((english, korean), pair, strict=True)
                     if any(side is each for each in constant)):  # fmt: skip
            rows[:, 0] = 0.1
        assert fit(MeanShiftMap(scale=True), *pair).coef_[0, 0] == 1.0
    pair[1][:, 1] += 50.0  # the column that does tell them apart
    mask = fit(LanguageMaskMap(1 / 6), *pair)
    assert mask.separation_[0] == 0.0
    np.testing.assert_array_equal(mask.masked_, [1])


@pytest.mark.parametrize(
    ("unfitted", "message"),
    [
        (MeanShiftMap(np.nan), "'strength' parameter of"),
        (LanguageDirectionMap(np.inf), "'strength' parameter of"),
        (MeanShiftMap("half"), "'strength' parameter of .*Got 'half'"),
        (SubspaceShiftMap(2.5), "'n_components' parameter of .*Got 2.5"),
        (SubspaceShiftMap(0), "'n_components' parameter of"),
        (LanguageMaskMap(1.5), "'share' parameter of"),
    ],
)
def test_bad_parameters(unfitted, message):
    with pytest.raises(ValueError, match=message):
        fit(unfitted, *make_clouds())


def masked_clouds(n=300):
    """Translations in eight columns, and two more that hold the language and much else."""
    rng = np.random.default_rng(0)
    meaning = rng.standard_normal((n, 8))
    clouds = []
    for shift in (4.0, -4.0):
        rows = np.hstack([meaning + 0.3 * rng.standard_normal((n, 8)), np.zeros((n, 2))])
        rows[:, 8:] = shift + 1.5 * rng.standard_normal((n, 2))
        clouds.append(rows)
    return clouds


def test_both_languages_are_masked_alike_and_once_is_enough():
    english, korean = masked_clouds()
    mask = fit(LanguageMaskMap(0.2), english, korean)
    np.testing.assert_array_equal(mask.masked_, [8, 9])
    E, K = mask.transform(english), mask.transform(korean)
    np.testing.assert_array_equal(E[:, 8:], np.broadcast_to(E[0, 8:], (300, 2)))
    np.testing.assert_array_equal(K[:, 8:], E[:, 8:])
    np.testing.assert_array_equal(K[:, :8], korean[:, :8])
    np.testing.assert_array_equal(mask.transform(E), E)
    # About the target's mean one side is enough.
    m = korean.mean(axis=0)
    np.testing.assert_allclose((E - m) @ (korean - m).T, (E - m) @ (K - m).T, atol=1e-9)


def test_aligners_mask_one_language_or_both():
    english, korean = masked_clouds()
    pools = [TextPool(english, lang="en"), TextPool(korean, lang="ko")]
    pairs = ParallelCorpus(english, korean, target_lang="ko")

    def precision(E, K):
        return np.mean(nearest(E, K)[0][:, 0] == np.arange(len(E)))

    behind = LangAligner(method=LanguageMaskMap(0.2), unlabeled=pools).fit(english)
    np.testing.assert_array_equal(behind.transform(korean), korean)
    everywhere = LangAligner(method=LanguageMaskMap(0.2), unlabeled=pools, gate=None).fit(english)
    E, K = everywhere.transform(english), everywhere.transform(korean)
    np.testing.assert_array_equal(E[:, 8:], K[:, 8:])
    back = ReverseAligner(pairs, method=LanguageMaskMap(0.2), round_trip=True).fit(english)
    R = back.transform(np.vstack([english, korean]))
    np.testing.assert_allclose(R[:, 8:], np.broadcast_to(R[0, 8:], (600, 2)))
    raw, one, both = (
        precision(english, korean),
        precision(behind.transform(english), korean),
        precision(E, K),
    )
    assert raw < one < both
    assert both == precision(R[:300], R[300:])
