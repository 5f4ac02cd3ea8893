"""Retrieval figures against full matrices and sorting."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings, strategies as st
from sklearn.metrics import label_ranking_average_precision_score
from sklearn.neighbors import NearestNeighbors

from langalign_sk.measures import cosine_gap, retrieval, strong_alignment

METHODS = ["cosine", "csls", "margin", "inverted_softmax"]


def noisy_pairs(seed, n=120, d=8, noise=0.8):
    rng = np.random.default_rng(seed)
    S = rng.standard_normal((n, d))
    return S, S + noise * rng.standard_normal((n, d))


def cosines(A, B):
    A, B = (X / np.linalg.norm(X, axis=1, keepdims=True) for X in (A, B))
    return A @ B.T


def csls_matrix(S, T, k=10):
    """CSLS with neighbours from scikit-learn: the straightforward way."""
    r_s = 1 - NearestNeighbors(n_neighbors=k, metric="cosine").fit(T).kneighbors(S)[0].mean(axis=1)
    r_t = 1 - NearestNeighbors(n_neighbors=k, metric="cosine").fit(S).kneighbors(T)[0].mean(axis=1)
    return 2 * cosines(S, T) - r_s[:, None] - r_t


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**31), n=st.integers(11, 150))
def test_csls_equals_brute_force(seed, n):
    S, T = noisy_pairs(seed, n)
    found = retrieval(S, T, method="csls")
    scores = csls_matrix(S, T)
    for side, matrix in ((found.forward, scores), (found.backward, scores.T)):
        gaps = np.abs(matrix - np.diag(matrix)[:, None]) + np.eye(n)
        assume(gaps.min() > 5e-6)  # nearer ones are a tie in float32
        place = (matrix > np.diag(matrix)[:, None]).sum(axis=1)
        for k in (1, 5, 10):
            assert getattr(side, f"p_at_{k}") == pytest.approx(np.mean(place < k))
        # With one right answer, scikit-learn's average precision of a ranking is 1 / rank.
        mrr = label_ranking_average_precision_score(np.eye(n), matrix)
        assert side.mrr == pytest.approx(mrr)
        assert side.error == pytest.approx(1 - np.mean(place == 0))


def test_csls_undoes_a_hub():
    rng = np.random.default_rng(0)
    S = rng.standard_normal((200, 20))
    T = S + 0.9 * rng.standard_normal((200, 20))
    T[0] = S.mean(axis=0) * 50  # near everything, translation of nothing
    T[:40] += 2 * S.mean(axis=0) / np.linalg.norm(S.mean(axis=0))
    assert retrieval(S, T).mean.p_at_1 > retrieval(S, T, method="cosine").mean.p_at_1


@pytest.mark.parametrize("method", METHODS)
def test_torch_gives_the_same_figures(method):
    pytest.importorskip("torch")
    S, T = noisy_pairs(3)
    ours = retrieval(S, T, method=method)
    theirs = retrieval(S, T, method=method, device="cpu")
    for side in ("forward", "backward"):
        there, here = vars(getattr(theirs, side)), vars(getattr(ours, side))
        assert here == pytest.approx(there)


@pytest.mark.parametrize("method", METHODS)
def test_a_device_with_little_memory_gives_the_same(method, monkeypatch):
    torch = pytest.importorskip("torch")
    S, T = noisy_pairs(3)
    wanted = retrieval(S, T, method=method, device="cpu")
    real, sizes = torch.Tensor.__matmul__, []

    def little_room(a, b):
        sizes.append(len(a))
        if sizes[-1] > 40:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return real(a, b)

    monkeypatch.setattr(torch.Tensor, "__matmul__", little_room)
    assert retrieval(S, T, method=method, device="cpu") == wanted
    assert sizes[:3] == [120, 60, 30]


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**31), scale=st.floats(0.01, 100), method=st.sampled_from(METHODS))
def test_rotation_scale_and_order_change_nothing(seed, scale, method):
    rng = np.random.default_rng(seed)
    S, T = noisy_pairs(seed, 40)
    Q, _ = np.linalg.qr(rng.standard_normal((8, 8)))
    order = rng.permutation(40)
    before, after = retrieval(S, T, method=method), None
    after = retrieval(scale * (S @ Q)[order], (T @ Q)[order], method=method)
    # A rotation changes the last digits; a score on the edge of a tie may cross it.
    assert after.mean.p_at_1 == pytest.approx(before.mean.p_at_1, abs=0.03)
    assert after.mean.mrr == pytest.approx(before.mean.mrr, abs=0.03)


def test_a_collapsed_space_scores_by_chance_only():
    same = np.ones((20, 3))
    found = retrieval(same, same)
    assert found.forward.p_at_1 == pytest.approx(1 / 20)
    assert found.backward.p_at_10 == pytest.approx(10 / 20)
    assert strong_alignment(same, same).strong.p_at_1 == pytest.approx(1 / 39)
    assert strong_alignment(same, same).language_bias == pytest.approx(0.5)


def test_the_sides_are_not_mixed_up():
    S = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    T = np.array([[1.0, 0.1], [1.0, 0.2], [1.0, 0.9]])
    found = retrieval(S, T, method="cosine")
    assert found.forward.p_at_1 == pytest.approx(2 / 3)  # the second goes to the third
    assert found.backward.p_at_1 == pytest.approx(2 / 3)
    swapped = retrieval(T, S, method="cosine")
    assert vars(swapped.forward) == pytest.approx(vars(found.backward))


def brute_strong(S, T, k):
    """P@1, MRR and bias from one full matrix of the pool."""
    n, pool = len(S), np.vstack([S, T])
    cos = cosines(pool, pool)
    np.fill_diagonal(cos, -np.inf)
    partner = np.r_[np.arange(n, 2 * n), np.arange(n)]
    own = np.arange(2 * n) < n
    own = own[:, None] == own
    rank = 1 + (cos > cos[np.arange(2 * n), partner][:, None]).sum(axis=1)
    cos[np.arange(2 * n), partner] = -np.inf
    order = np.argsort(-cos, axis=1)[:, :k]
    return np.mean(rank == 1), np.mean(1 / rank), np.take_along_axis(own, order, axis=1).mean()


@pytest.mark.parametrize("shift", [0.0, 1.0])
def test_strong_alignment_equals_the_full_pool(shift):
    S, T = noisy_pairs(7, 90)
    T[:, 0] += shift
    got = strong_alignment(S, T, n_neighbors=7)
    p_at_1, mrr, bias = brute_strong(S, T, 7)
    assert got.strong.p_at_1 == pytest.approx(p_at_1)
    assert got.strong.mrr == pytest.approx(mrr)
    assert got.language_bias == pytest.approx(bias)
    assert vars(got.weak) == pytest.approx(vars(retrieval(S, T, method="cosine").mean))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**31), shift=st.floats(0, 5))
def test_strong_is_never_above_weak(seed, shift):
    S, T = noisy_pairs(seed, 40)
    got = strong_alignment(S, T + shift)
    for name, value in vars(got.strong).items():
        assert value <= getattr(got.weak, name) + 1e-12


def test_centring_each_language_narrows_the_gap_between_strong_and_weak():
    S, T = noisy_pairs(1, 150, noise=0.5)
    T = T + 3.0
    shifted, centred = (
        strong_alignment(S, T),
        strong_alignment(S - S.mean(axis=0), T - T.mean(axis=0)),
    )
    gaps = [got.weak.p_at_1 - got.strong.p_at_1 for got in (shifted, centred)]
    assert gaps[1] < gaps[0]
    assert centred.language_bias < shifted.language_bias
    assert centred.language_bias == pytest.approx(0.5, abs=0.05)
    assert cosine_gap(S - S.mean(axis=0), T - T.mean(axis=0)).gap > cosine_gap(S, T).gap


@pytest.mark.parametrize("function", [retrieval, strong_alignment, cosine_gap])
def test_rows_that_do_not_match_are_refused(function):
    with pytest.raises(ValueError, match="source has 3 rows and target has 2"):
        function(np.eye(3), np.eye(3)[:2])
    with pytest.raises(ValueError, match="map one side onto the other first"):
        function(np.eye(3), np.eye(3)[:, :2])
    with pytest.raises(ValueError, match="target: row 1 holds NaN"):
        function(np.eye(2), np.array([[1, 1], [1, np.nan]]))


def test_an_unknown_method_is_refused_on_every_path():
    for device in (None, "cpu"):
        with pytest.raises(ValueError, match="'method' parameter of retrieval must be a str among"):
            retrieval(np.eye(3), np.eye(3), method="cslz", device=device)


def test_centred_rows_lose_what_a_language_has_in_common():
    S = np.random.default_rng(0).normal(size=(60, 8)).astype(np.float32)
    T = S + 0.1 * np.random.default_rng(1).normal(size=S.shape)
    away = T + np.array([30.0] + [0.0] * 7)
    assert retrieval(S + 9, away).mean.p_at_1 < 0.9
    assert retrieval(S + 9, away, center=True) == retrieval(S, T, center=True)
    assert retrieval(S - S.mean(axis=0), T - T.mean(axis=0)) == retrieval(S, T, center=True)
