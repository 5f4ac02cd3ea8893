"""Each measure against an independent reference, and what it must not depend on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.linalg import subspace_angles
from scipy.stats import kstest, permutation_test
from sklearn.cross_decomposition import CCA
from sklearn.decomposition import PCA
from sklearn.metrics import r2_score, silhouette_score
from sklearn.metrics.pairwise import cosine_similarity

from langalign_sk import LangAligner, ParallelCorpus
from langalign_sk.maps import ProcrustesMap, RidgeMap
from langalign_sk.measures import (
    alignment_drift,
    alignment_tradeoff,
    angular_similarity,
    average_cosine,
    concept_overlap,
    cosine_gap,
    explained_variance,
    iso_score,
    language_separability,
    linear_cka,
    measure_alignment,
    neuron_correlation,
    neuron_overlap,
    orthogonality_deviation,
    paired_permutation_test,
    partition_ratio,
    pwcca,
    retrieval,
    strong_alignment,
    subspace_distance,
    svcca,
)

seeds = st.integers(0, 2**31)


def pairs(seed, n=80, d=5, noise=0.5):
    rng = np.random.default_rng(seed)
    S = rng.standard_normal((n, d)) * np.arange(1, d + 1)
    return S, S + noise * rng.standard_normal((n, d)) + 0.3


def rotation(seed, d=5):
    return np.linalg.qr(np.random.default_rng(seed).standard_normal((d, d)))[0]


# Cosines


def test_cosine_gap_equals_the_full_matrix():
    S, T = pairs(0)
    full = cosine_similarity(S, T)
    got = cosine_gap(S, T)
    assert got.matched == pytest.approx(np.diag(full).mean())
    assert got.random == pytest.approx(full[~np.eye(len(S), dtype=bool)].mean())
    assert got.gap == pytest.approx(got.matched - got.random)


def test_a_narrower_cone_raises_both_cosines_and_no_gap():
    S, T = pairs(1, noise=1.5)
    plain, narrow = cosine_gap(S, T), cosine_gap(S + 40, T + 40)
    assert narrow.matched > plain.matched
    assert narrow.random > plain.random
    assert narrow.gap < plain.gap


def test_angular_similarity_equals_the_arc_cosine():
    S, T = pairs(2)
    want = 1 - np.arccos(np.diag(cosine_similarity(S, T))) / np.pi
    np.testing.assert_allclose(angular_similarity(S, T), want, atol=1e-9)
    np.testing.assert_allclose(angular_similarity(S, -S), 0, atol=1e-9)


def test_permutation_test_equals_scipy():
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((2, 12))
    a += 0.4
    exact = permutation_test(
        (a, b),
        lambda x, y: np.mean(x - y),
        permutation_type="samples",
        alternative="greater",
        n_resamples=np.inf,
    ).pvalue
    assert paired_permutation_test(a, b, n_permutations=40_000) == pytest.approx(exact, abs=0.01)


def test_permutation_p_values_are_uniform_under_the_null():
    rng = np.random.default_rng(4)
    p = [
        paired_permutation_test(*rng.standard_normal((2, 25)), n_permutations=199, random_state=i)
        for i in range(500)
    ]
    assert kstest(p, "uniform").pvalue > 0.01
    assert min(p) >= 1 / 200


def test_permutation_test_finds_translations_and_not_equals():
    S, T = pairs(5)
    control = angular_similarity(S, np.roll(T, 1, axis=0))
    assert paired_permutation_test(angular_similarity(S, T), control) < 0.05
    assert paired_permutation_test(control, control) == 1.0


# Whole spaces


def gram_cka(S, T):
    """The definition: normalised HSIC of the two Gram matrices."""
    H = np.eye(len(S)) - 1 / len(S)
    K, L = H @ S @ S.T @ H, H @ T @ T.T @ H
    return np.trace(K @ L) / np.sqrt(np.trace(K @ K) * np.trace(L @ L))


def test_cka_equals_its_definition():
    S, T = pairs(6)
    assert linear_cka(S, T[:, :3]) == pytest.approx(gram_cka(S, T[:, :3]))


@settings(max_examples=25, deadline=None)
@given(seed=seeds, scale=st.floats(0.01, 100), shift=st.floats(-10, 10))
def test_cka_ignores_rotation_scale_and_shift(seed, scale, shift):
    S, T = pairs(seed)
    moved = scale * T @ rotation(seed + 1) + shift
    assert linear_cka(S, moved) == pytest.approx(linear_cka(S, T))
    assert linear_cka(S, T) == pytest.approx(linear_cka(T, S))
    assert linear_cka(S, scale * S @ rotation(seed)) == pytest.approx(1)


@settings(max_examples=25, deadline=None)
@given(seed=seeds)
def test_rotation_lowers_neuron_correlation_and_leaves_cka(seed):
    S, T = pairs(seed, d=12)
    turned = T @ rotation(seed + 1, 12)
    assert neuron_correlation(S, turned) < neuron_correlation(S, T) - 0.1
    assert linear_cka(S, turned) == pytest.approx(linear_cka(S, T))


def test_svcca_equals_cca_of_principal_components():
    S, T = pairs(7, n=200)
    kept = [PCA(0.95).fit_transform(side) for side in (S, T)]
    n = min(side.shape[1] for side in kept)
    a, b = CCA(n_components=n, max_iter=5000, tol=1e-12).fit_transform(*kept)
    want = np.mean([abs(np.corrcoef(a[:, i], b[:, i])[0, 1]) for i in range(n)])
    assert svcca(S, T, variance=0.95) == pytest.approx(want, abs=1e-4)


def test_pwcca_equals_its_definition():
    S, T = pairs(8, n=150)
    a, b = CCA(n_components=5, max_iter=5000, tol=1e-12).fit_transform(S, T)
    rho = [abs(np.corrcoef(a[:, i], b[:, i])[0, 1]) for i in range(5)]
    variates = a / a.std(axis=0)
    alpha = np.abs(variates.T @ (S - S.mean(axis=0))).sum(axis=1)
    assert pwcca(S, T) == pytest.approx(alpha @ rho / alpha.sum(), abs=1e-4)


@settings(max_examples=20, deadline=None)
@given(seed=seeds)
def test_canonical_correlations_ignore_invertible_maps_of_the_target(seed):
    S, T = pairs(seed)
    A = rotation(seed) @ np.diag([1, 2, 3, 4, 5]) @ rotation(seed + 1)
    assert svcca(S, T @ A, variance=1.0) == pytest.approx(svcca(S, T, variance=1.0))
    assert pwcca(S, T @ A + 3) == pytest.approx(pwcca(S, T))


def test_neuron_correlation_equals_numpy():
    S, T = pairs(9)
    T[:, 1] *= -1
    want = np.mean([abs(np.corrcoef(S[:, j], T[:, j])[0, 1]) for j in range(5)])
    assert neuron_correlation(S, T) == pytest.approx(want)
    assert neuron_correlation(S, S) == pytest.approx(1)
    assert neuron_correlation(S, -S) == pytest.approx(1)


def test_neuron_overlap_equals_counting():
    S, T = pairs(10, n=40, d=30)
    on_s, on_t = S > 0.1, T > 0.1
    common = (on_s[:, None] & on_t).sum(axis=2)
    overlap = common / np.sqrt(np.outer(on_s.sum(axis=1), on_t.sum(axis=1)))
    got = neuron_overlap(S, T, threshold=0.1)
    assert got.matched == pytest.approx(np.diag(overlap).mean(), abs=1e-6)
    off = overlap[~np.eye(40, dtype=bool)]
    assert got.random == pytest.approx(off.mean(), abs=1e-6)
    assert got.alignment == pytest.approx(1.0, abs=0.05)
    assert neuron_overlap(S, np.roll(T, 1, axis=0)).alignment < 0.1


def test_neuron_overlap_follows_how_well_100_pairs_are_aligned():
    # The figure has to order layers or languages as their usefulness does: here the usefulness is
    # planted, as the noise between the two sides.
    rng = np.random.default_rng(0)
    S, noise = rng.standard_normal((2, 100, 64))
    levels = [0.2, 0.5, 1, 2, 3, 5, 8, 12]
    alignment = [neuron_overlap(S, S + x * noise).alignment for x in levels]
    weak = [strong_alignment(S, S + x * noise).weak.p_at_1 for x in levels]
    assert np.corrcoef(alignment, weak)[0, 1] > 0.8


def test_concepts_of_one_space_agree_and_of_shuffled_rows_do_not():
    rng = np.random.default_rng(0)
    centres = 6 * rng.standard_normal((5, 8))
    S = centres[rng.integers(5, size=200)] + rng.standard_normal((200, 8))
    assert concept_overlap(S, S, n_clusters=5) == 1.0
    assert concept_overlap(S, S @ rotation(0, 8), n_clusters=5) > 0.95
    assert abs(concept_overlap(S, rng.permutation(S), n_clusters=5)) < 0.05


# Maps


def test_orthogonality_deviation_is_that_of_the_singular_values():
    W = np.random.default_rng(0).standard_normal((5, 3))
    values = np.linalg.svd(W, compute_uv=False)
    want = np.sqrt(np.mean((values**2 - 1) ** 2))
    assert orthogonality_deviation(W) == pytest.approx(want)
    assert orthogonality_deviation(W.T) == pytest.approx(want)


@settings(max_examples=20, deadline=None)
@given(seed=seeds)
def test_a_rotation_deviates_by_nothing_and_a_scaled_one_by_its_scale(seed):
    Q = rotation(seed)
    assert orthogonality_deviation(Q) == pytest.approx(0, abs=1e-9)
    assert orthogonality_deviation(2 * Q) == pytest.approx(3)
    assert orthogonality_deviation(Q[:, :3]) == pytest.approx(0, abs=1e-9)


def test_fitted_maps_are_measured_by_their_coefficients():
    S, T = pairs(11)
    assert orthogonality_deviation(ProcrustesMap().fit(S, T)) == pytest.approx(0, abs=1e-6)
    ridge = RidgeMap(alpha=1e-3).fit(S, 3 * T)
    assert orthogonality_deviation(ridge) == pytest.approx(orthogonality_deviation(ridge.coef_))
    assert orthogonality_deviation(ridge) > 1


def test_a_linear_map_brings_held_out_pairs_together():
    S, T = pairs(12, n=200)
    T = T @ rotation(1)
    moved = RidgeMap().fit(S[:100], T[:100]).transform(S[100:])
    S, T = S[100:], T[100:]
    assert np.linalg.norm(moved - T, axis=1).mean() < np.linalg.norm(S - T, axis=1).mean()
    assert cosine_gap(moved, T).matched > cosine_gap(S, T).matched
    assert explained_variance(moved, T) > 0.9 > explained_variance(S, T)


def test_explained_variance_equals_scikit_learn():
    S, T = pairs(13)
    want = r2_score(T, S, multioutput="variance_weighted")
    assert explained_variance(S, T) == pytest.approx(want)


# Isotropy


def test_iso_score_is_one_for_even_and_zero_for_one_direction():
    X = np.vstack([np.eye(6), -np.eye(6)])
    assert iso_score(X) == pytest.approx(1)
    assert iso_score(np.outer(np.arange(10.0), np.arange(1, 7))) == pytest.approx(0, abs=1e-9)


def test_iso_score_is_about_the_share_of_dimensions_in_use():
    # k of d directions in equal use score (k - 1) / (d - 1), by the authors' construction.
    X = np.zeros((8, 10))
    X[:4, :4], X[4:, :4] = np.eye(4), -np.eye(4)
    assert iso_score(X) == pytest.approx(3 / 9)


@settings(max_examples=20, deadline=None)
@given(seed=seeds, scale=st.floats(0.01, 100))
def test_iso_score_ignores_rotation_scale_and_shift(seed, scale):
    S, _ = pairs(seed)
    assert iso_score(scale * S @ rotation(seed) + 7) == pytest.approx(iso_score(S))


def test_partition_ratio_equals_its_definition():
    S, _ = pairs(14)
    S /= np.linalg.norm(S, axis=1, keepdims=True)
    _, vectors = np.linalg.eig(S.T @ S)
    Z = np.exp(S @ np.hstack([vectors, -vectors])).sum(axis=0)
    assert partition_ratio(S) == pytest.approx(Z.min() / Z.max())
    assert partition_ratio(S + 1) < partition_ratio(S)


def test_average_cosine_equals_the_full_matrix():
    S, _ = pairs(15)
    full = cosine_similarity(S)
    assert average_cosine(S) == pytest.approx(full[~np.eye(len(S), dtype=bool)].mean())
    assert average_cosine(S + 100) > 0.9


# Languages


def test_separability_falls_after_centring_and_is_chance_on_shuffled_labels():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((300, 6))
    X[150:] += 1.5
    names = np.repeat(["en", "ko"], 150)
    apart = language_separability(X, names)
    centred = X.copy()
    for name in ("en", "ko"):
        centred[names == name] -= centred[names == name].mean(axis=0)
    after = language_separability(centred, names)
    shuffled = language_separability(X, rng.permutation(names))
    assert apart.probe > 0.9
    assert after.probe < apart.probe - 0.2
    assert after.silhouette < apart.silhouette
    assert shuffled.probe == pytest.approx(shuffled.chance, abs=0.1)
    assert abs(shuffled.silhouette) < 0.05
    assert apart.chance == 0.5


def test_the_silhouette_of_many_rows_counts_a_rare_language():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((20_000, 3))
    X[:-5, 0] += 9
    X[-5:, 0] -= 9
    names = np.repeat(["en", "ko"], [19_995, 5])
    rows = np.r_[0:1000, 19_995:20_000]
    want = silhouette_score(X[rows], names[rows], metric="cosine")
    assert language_separability(X, names).silhouette == pytest.approx(want, abs=0.01)
    assert want > 0.9


def test_subspace_distance_equals_scipy():
    X, Y = pairs(16)[0], pairs(17)[0] @ rotation(0)
    for k in (1, 2, 3):
        bases = [PCA(k).fit(side).components_.T for side in (X, Y)]
        want = np.sqrt(np.mean(np.sin(subspace_angles(*bases)) ** 2))
        assert subspace_distance(X, Y, n_components=k) == pytest.approx(want)
    assert subspace_distance(X, Y, n_components=5) == pytest.approx(0, abs=1e-6)


@settings(max_examples=20, deadline=None)
@given(seed=seeds, scale=st.floats(0.01, 100))
def test_subspace_distance_ignores_scale_shift_and_a_common_rotation(seed, scale):
    X, Y = pairs(seed)[0], pairs(seed + 1)[0] @ rotation(seed)
    want = subspace_distance(X, Y, n_components=2)
    Q = rotation(seed + 2)
    got = subspace_distance(scale * X @ Q + 5, Y @ Q, n_components=2)
    assert got == pytest.approx(want, abs=1e-5)


# Drift


def test_drift_tells_turning_from_forgetting():
    S, _ = pairs(18, d=8)
    rng = np.random.default_rng(0)
    turned = alignment_drift(S, S @ rotation(3, 8))
    forgot = alignment_drift(S, S + 6 * rng.standard_normal(S.shape))
    assert turned.moved > 0.2
    assert turned.neighbours_kept > 0.99
    assert turned.cka == pytest.approx(1)
    assert forgot.neighbours_kept < 0.6
    assert forgot.cka < 0.8
    nothing = alignment_drift(S, S)
    assert (nothing.moved, nothing.neighbours_kept) == (0, 1)


def test_tradeoff_holds_both_figures():
    S, T = pairs(18, d=8)
    moved = S + 1.0
    both = alignment_tradeoff(S, moved, T, n_neighbors=5)
    found = retrieval(moved, T)
    assert both.found == (found.forward.p_at_1 + found.backward.p_at_1) / 2
    assert both.kept == alignment_drift(S, moved, n_neighbors=5).neighbours_kept
    assert both.kept < 1 == alignment_tradeoff(S, S, T).kept


def test_neighbours_kept_equals_sets():
    S, T = pairs(19, noise=3)
    kept = []
    orders = [np.argsort(-cosine_similarity(side) + 9 * np.eye(80), axis=1) for side in (S, T)]
    for a, b in zip(*orders, strict=True):
        kept.append(len(set(a[:10]) & set(b[:10])) / 10)
    assert alignment_drift(S, T).neighbours_kept == pytest.approx(np.mean(kept))


# All together


@pytest.mark.filterwarnings("ignore::langalign_sk.align.GateWarning")
def test_all_measures_of_an_aligner_in_one_call():
    S, T = pairs(20, n=300, d=8)
    T = T @ rotation(5, 8)
    aligner = LangAligner(ParallelCorpus(S[:200], T[:200])).fit(S[:200])
    raw, aligned = (
        measure_alignment(S[200:], T[200:]),
        measure_alignment(np.asarray(aligner.transform(S[200:])), T[200:]),
    )
    assert aligned["csls_p_at_1"] > raw["csls_p_at_1"]
    assert aligned["cosine_gap"] > raw["cosine_gap"]
    assert aligned["neuron_correlation"] > raw["neuron_correlation"]
    assert aligned.notna().all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: paired_permutation_test([1.0], [1.0, 2.0]), "one figure per item"),
        (lambda: paired_permutation_test([np.nan], [1.0]), "finite numbers"),
        (lambda: svcca(np.eye(3), np.eye(3), variance=0), "'variance' parameter of svcca must be"),
        (lambda: iso_score(np.ones((3, 1))), "at least two rows and two columns"),
        (lambda: subspace_distance(np.eye(3), np.eye(2)), "X has 3 columns and Y has 2"),
        (
            lambda: concept_overlap(np.eye(3), np.eye(3)),
            "n_clusters=10 clusters cannot be made of 3",
        ),
        (lambda: concept_overlap(np.eye(3), np.eye(3), n_clusters=True), "Got True instead"),
        (lambda: language_separability(np.eye(3), ["en"] * 3), "at least two are needed"),
        (lambda: language_separability(np.eye(3), ["en"] * 2), "one per row is needed"),
        (lambda: language_separability(np.eye(3), ["en", "en", "ko"]), "5 folds need 5 rows"),
        (
            lambda: alignment_drift(np.eye(3), np.eye(3), n_neighbors=0),
            "'n_neighbors' parameter of",
        ),
        (lambda: linear_cka(np.eye(1), np.eye(1)), "at least 2 rows are needed, got 1"),
    ],
)
def test_errors_say_what_is_wrong(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("value", [0.0, 1.0, 0.1])
def test_a_constant_side_has_no_figure(value):
    # The mean of many times 0.1 is 0.1 but for rounding, which must not pass for variance.
    varied = np.random.default_rng(0).standard_normal((50, 6))
    flat = np.full((50, 6), value)
    for measure in (linear_cka, svcca, pwcca):
        assert np.isnan(measure(flat, varied))
    assert np.isnan(explained_variance(varied, flat))
    assert np.isnan(iso_score(flat))
    assert np.isnan(subspace_distance(flat, varied))
    assert neuron_correlation(flat, varied) == 0
