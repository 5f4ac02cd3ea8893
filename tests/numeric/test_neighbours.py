"""Neighbours found tile by tile equal those of full matrices."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.special import logsumexp

from langalign_sk._numeric import (
    mean_similarity,
    mutual_nearest,
    nearest,
    nearest_others,
    unit_rows,
)
from langalign_sk._numeric._ranks import Ranks, partner_ranks
from langalign_sk._numeric._top import BestK, count_true

METHODS = ["cosine", "csls", "margin", "inverted_softmax"]
SMALL = 16 * 16 * 4  # the smallest tile: many of them even in a small test


def rows_of(seed, n, m, d=6, shift=1.0):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, d)) + shift, rng.standard_normal((m, d)) + shift


def full_scores(A, B, method, *, k=10, t=1 / 30):
    """Scores of each row of A for each row of B by the formulas, in float64."""
    A, B = (X / np.linalg.norm(X, axis=1, keepdims=True) for X in (A, B))
    cos = A @ B.T
    r_a = np.sort(cos, axis=1)[:, ::-1][:, :k].mean(axis=1)[:, None]
    r_b = np.sort(cos, axis=0)[::-1][:k].mean(axis=0)
    return {
        "cosine": cos,
        "csls": 2 * cos - r_a - r_b,
        "margin": cos / ((r_a + r_b) / 2),
        "inverted_softmax": cos / t - logsumexp(cos / t, axis=0),
    }[method]


sizes = st.integers(1, 70)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**31),
    n=sizes,
    m=sizes,
    method=st.sampled_from(METHODS),
    neighbours=st.integers(1, 12),
    block=st.sampled_from([SMALL, 4 * SMALL, 2**22]),
)
def test_nearest_equals_the_full_matrix(seed, n, m, method, neighbours, block):
    # A margin divides by mean cosines: it is defined where those are positive.
    A, B = rows_of(seed, n, m, shift=4.0 if method == "margin" else 1.0)
    k = min(3, m)
    want = full_scores(A, B, method, k=neighbours)
    index, score = nearest(
        A, B, k, method=method, n_neighbors=neighbours, block_bytes=block, temperature=1 / 30
    )
    np.testing.assert_allclose(score, -np.sort(-want, axis=1)[:, :k], rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(np.take_along_axis(want, index, 1), score, rtol=1e-3, atol=1e-4)
    assert all(len(set(row)) == k for row in index.tolist())


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**31), n=sizes, m=sizes, k=st.integers(1, 80))
def test_mean_similarity_equals_sorting(seed, n, m, k):
    A, B = rows_of(seed, n, m)
    cos = full_scores(A, B, "cosine")
    r_a, r_b = mean_similarity(A, B, k, block_bytes=SMALL)
    np.testing.assert_allclose(r_a, np.sort(cos, axis=1)[:, -k:].mean(axis=1), atol=1e-6)
    np.testing.assert_allclose(r_b, np.sort(cos, axis=0)[-k:].mean(axis=0), atol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_mutual_nearest_equals_two_searches(method):
    A, B = rows_of(5, 150, 130)
    i, j = mutual_nearest(A, B, method=method, block_bytes=SMALL)
    forward = full_scores(A, B, method).argmax(axis=1)
    backward = full_scores(B, A, method).argmax(axis=1)
    want = [(a, b) for a, b in enumerate(forward) if backward[b] == a]
    assert list(zip(i.tolist(), j.tolist(), strict=True)) == want
    assert 0 < len(want) < 130


@pytest.mark.parametrize("n_queries", [None, 40])
def test_nearest_others_equals_sorting_without_the_row_itself(n_queries):
    X, _ = rows_of(6, 90, 1)
    X[3] = X[7]  # a copy of a row is another row
    cos = full_scores(X, X, "cosine")
    np.fill_diagonal(cos, -np.inf)
    index, score = nearest_others(X, 4, n_queries=n_queries)
    assert len(index) == (n_queries or 90)
    np.testing.assert_allclose(score, -np.sort(-cos, axis=1)[:n_queries, :4], atol=1e-6)
    assert (index != np.arange(len(index))[:, None]).all()
    assert index[3, 0] == 7
    with pytest.raises(ValueError, match="number of other rows, 89"):
        nearest_others(X, 90)


@pytest.mark.parametrize("order", ["rising", "falling", "level"])
def test_scores_in_a_bad_order_are_found_all_the_same(order):
    angles = np.linspace(0.1, 1.5, 300)
    angles = {"rising": angles[::-1], "falling": angles, "level": np.full(300, 0.5)}[order]
    keys = np.column_stack([np.cos(angles), np.sin(angles)])
    index, score = nearest(np.array([[1.0, 0.0]] * 40), keys, 5, block_bytes=SMALL)
    want = np.argsort(angles, kind="stable")[:5]
    np.testing.assert_array_equal(index, np.tile(want, (40, 1)))
    np.testing.assert_allclose(score, np.tile(np.cos(angles[want]), (40, 1)), atol=1e-6)


def test_ties_go_to_the_lower_index_across_tiles():
    keys = np.tile(np.eye(3), (40, 1))
    index, _ = nearest(np.eye(3), keys, 4, block_bytes=SMALL)
    np.testing.assert_array_equal(index, np.arange(3)[:, None] + 3 * np.arange(4))


def test_inverted_softmax_stays_finite_when_it_is_very_sharp():
    A, B = rows_of(1, 40, 40, d=30, shift=0.0)
    index, score = nearest(A, B, method="inverted_softmax", temperature=1e-3)
    want = full_scores(A, B, "inverted_softmax", t=1e-3)
    assert np.isfinite(score).all()
    chosen = np.take_along_axis(want, index, axis=1)[:, 0]
    np.testing.assert_allclose(chosen, want.max(axis=1), atol=2e-3)


@pytest.mark.parametrize("method", METHODS)
def test_ranks_equal_sorting_in_both_directions(method):
    A, B = rows_of(3, 200, 200, d=4)
    B = A + 0.7 * B
    for ranks, want in zip(
        partner_ranks(A, B, method=method, block_bytes=SMALL),
        (full_scores(A, B, method), full_scores(B, A, method)),
        strict=True,
    ):
        np.testing.assert_array_equal(ranks.better, (want > np.diag(want)[:, None]).sum(axis=1))
        assert not ranks.ties.any()


def test_ranks_hold_at_a_temperature_so_high_that_penalties_dwarf_cosines():
    A, B = rows_of(3, 300, 300, d=16, shift=0.0)
    B = A + 2 * B
    want = full_scores(A, B, "inverted_softmax", t=100)
    place = (want > np.diag(want)[:, None]).sum(axis=1)
    found, _ = partner_ranks(A, B, method="inverted_softmax", temperature=100)
    np.testing.assert_array_equal(found.better, place)


def test_equal_candidates_count_as_ties():
    same = np.ones((5, 3))
    forward, backward = partner_ranks(same, same)
    for ranks in (forward, backward):
        assert ranks.better.tolist() == [0] * 5
        assert ranks.ties.tolist() == [4] * 5
        np.testing.assert_allclose(ranks.hits(1), 1 / 5)
        np.testing.assert_allclose(ranks.hits(10), 1.0)


def test_reciprocal_rank_is_the_mean_over_the_orders_of_ties():
    ranks = Ranks(better=np.array([0, 2]), ties=np.array([0, 1]))
    np.testing.assert_allclose(ranks.reciprocal(), [1, (1 / 3 + 1 / 4) / 2])
    np.testing.assert_allclose(ranks.hits(3), [1, 0.5])


@given(
    seed=st.integers(0, 100), n=st.integers(1, 700), words=st.integers(1, 300), axis=st.booleans()
)
@settings(max_examples=20, deadline=None)
def test_counting_equals_numpy(seed, n, words, axis):
    mask = np.random.default_rng(seed).random((n, 8 * words)) < 0.9
    np.testing.assert_array_equal(count_true(mask, int(axis)), mask.sum(axis=int(axis)))


def test_the_list_of_the_best_takes_any_number_of_better_scores():
    best = BestK(1, 3)
    tile = np.arange(64, dtype=np.float32)[None]
    best.offer(slice(0, 1), tile, tile.reshape(1, 16, 4).max(axis=1), 100)
    assert best.values.tolist() == [[63, 62, 61]]
    assert best.indices.tolist() == [[163, 162, 161]]


def test_unit_rows_copies_only_what_is_not_of_unit_length():
    X = np.array([[3.0, 4.0], [0.0, 0.0], [1e30, 0.0]])
    unit = unit_rows(X)
    assert unit.dtype == np.float32
    np.testing.assert_allclose(unit, [[0.6, 0.8], [0, 0], [1, 0]], rtol=1e-6)
    assert unit_rows(unit) is unit
    assert unit_rows(2 * unit) is not unit


def test_memory_does_not_grow_with_the_number_of_pairs_of_rows():
    A, B = (unit_rows(X) for X in rows_of(0, 3000, 3000))
    tracemalloc.start()
    nearest(A, B, method="csls", block_bytes=2**16)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3000 * 3000 * 4 / 8


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda A, B: nearest(A, B[:, :2]), "queries has 6 columns and keys has 2"),
        (lambda A, B: nearest(A, B, 8), "k: between 1 and the number of keys, 7"),
        (lambda A, B: nearest(A, B, method="near"), "method: 'near' is unknown; choose one of cos"),
        (lambda A, B: nearest(A, B, method="csls", n_neighbors=0), "at least 1 is needed, got 0"),
        (
            lambda A, B: nearest(A, B, method="inverted_softmax", temperature=0),
            "temperature: a positive number",
        ),
        (
            lambda A, B: nearest(A, B, method="inverted_softmax", temperature=np.inf),
            "temperature: a positive number",
        ),
        (lambda A, B: nearest(A * np.nan, B), "queries: row 0 holds NaN"),
        (lambda A, B: partner_ranks(A, B), "row i belongs to row i, but there are 9 and 7 rows"),
    ],
)
def test_errors_say_what_is_wrong(call, message):
    with pytest.raises(ValueError, match=message):
        call(*rows_of(0, 9, 7))
