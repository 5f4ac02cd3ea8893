"""Links out of similarities: by hand, against other programs, and the same from both sides."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from langalign_sk.words import align_matrix, align_words
from langalign_sk.words._matrix import THRESHOLDS, _entmax, softmax
from langalign_sk.words._transport import plan

SIMILARITY = np.array(
    [[0.9, 0.1, 0.2, 0.0], [0.3, 0.8, 0.7, 0.1], [0.2, 0.85, 0.1, 0.3]]
)  # fmt: skip


def pairs(found):
    return [tuple(link) for link in found.tolist()]


def test_methods_by_hand():
    assert pairs(align_matrix(SIMILARITY, "argmax")) == [(0, 0), (2, 1)]
    # Then words 1 and 2, which are free, and 3 with the second best of one that is taken.
    assert pairs(align_matrix(SIMILARITY, "itermax")) == [(0, 0), (1, 2), (2, 1), (2, 3)]
    assert pairs(align_matrix(SIMILARITY, "match")) == [(0, 0), (1, 2), (2, 1)]
    assert pairs(align_matrix(SIMILARITY, "argmax", threshold=0.87)) == [(0, 0)]


@pytest.mark.parametrize("method", THRESHOLDS)
@given(S=arrays(np.float64, array_shapes(min_dims=2, max_dims=2, max_side=6), unique=True,
                elements=st.floats(-1, 1, width=16)))  # fmt: skip
@settings(max_examples=15, deadline=None)
def test_swapping_the_sides_swaps_the_links(method, S):
    there, back = align_matrix(S, method), align_matrix(S.T, method)
    assert set(pairs(there)) == {(i, j) for j, i in pairs(back)}


@given(S=arrays(np.float64, (3, 4), elements=st.floats(-1, 1, width=16)))
@settings(max_examples=15, deadline=None)
def test_match_is_the_best_assignment(S):
    links = align_matrix(S, "match")
    best = max(sum(S[i, j] for i, j in enumerate(p)) for p in itertools.permutations(range(4), 3))
    assert S[tuple(links.T)].sum() == pytest.approx(best, abs=1e-6)


def test_an_intersection_is_more_precise_than_either_direction():
    rng = np.random.default_rng(0)
    hits = np.zeros(3)
    found = np.zeros(3)
    for _ in range(50):
        S = 0.5 * np.eye(6) + rng.uniform(size=(6, 6))
        rows, columns = S.argmax(axis=1), S.argmax(axis=0)
        both = align_matrix(S, "argmax")
        hits += [(rows == np.arange(6)).sum(), (columns == np.arange(6)).sum(),
                 (both[:, 0] == both[:, 1]).sum()]  # fmt: skip
        found += [6, 6, len(both)]
    precision = hits / found
    assert precision[2] > max(precision[:2])


def test_probabilities():
    shares = _entmax(SIMILARITY / 0.1)
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    assert (shares == 0).any()
    # Where it is positive, the gradient of its objective is the same: s - 2 sqrt(p) is constant.
    for row, own in zip(SIMILARITY / 0.1, shares, strict=True):
        level = (row - 2 * np.sqrt(own))[own > 0]
        np.testing.assert_allclose(level, level[0])
        assert (row[own == 0] <= level[0] + 1e-9).all()
    np.testing.assert_allclose(softmax(SIMILARITY * 1e4).sum(axis=1), 1)
    assert (0, 0) in pairs(align_matrix(SIMILARITY, "softmax"))
    strict = align_matrix(SIMILARITY, "softmax", threshold=0.6)
    assert pairs(strict) == pairs(align_matrix(SIMILARITY, "argmax"))


def test_transport_moves_what_it_should():
    import ot

    S = np.array([[0.9, 0.1], [0.1, 0.9], [0.05, 0.0]])
    full = plan(S, "transport", reg=0.05, mass=1, penalty=1)
    expected = ot.sinkhorn([1 / 3] * 3, [0.5, 0.5], 1 - S, 0.05)
    np.testing.assert_allclose(full, expected, atol=1e-6)
    partial = plan(S, "partial", reg=0.05, mass=0.6, penalty=1)
    assert partial.sum() == pytest.approx(0.6, abs=1e-4)
    reference = ot.partial.entropic_partial_wasserstein([1 / 3] * 3, [0.5, 0.5], 1 - S, 0.05, m=0.6)
    np.testing.assert_allclose(partial, reference, atol=0.03)
    loose = plan(S, "unbalanced", reg=0.05, mass=1, penalty=0.3)
    reference = ot.unbalanced.sinkhorn_unbalanced(
        [1.0] * 3, [1.0] * 2, 1 - S, 0.05, 0.3, reg_type="kl", stopThr=1e-10
    )
    np.testing.assert_allclose(loose, reference, atol=1e-5)
    # The word that nothing says has a link where all must move, and none where it may stay.
    assert len(align_matrix(S, "transport", threshold=0.2)) > 2
    assert pairs(align_matrix(S, "partial", mass=0.6)) == [(0, 0), (1, 1)]
    assert pairs(align_matrix(S, "unbalanced")) == [(0, 0), (1, 1)]


def test_a_sure_pair_does_not_hide_those_that_are_less_sure():
    S = np.full((3, 4), 0.1)
    S[0, 0], S[1, 1], S[2, 2] = 1.0, 0.5, 0.45
    for method in ("partial", "unbalanced"):
        assert pairs(align_matrix(S, method)) == [(0, 0), (1, 1), (2, 2)], method
    # Nothing is near enough: no word moves by a tenth, though each has a nearest one.
    assert not len(align_matrix(S - 3, "unbalanced"))


def test_places_far_apart_cost():
    S = np.array([[0.5, 0.0, 0.6], [0.0, 0.9, 0.0], [0.4, 0.0, 0.5]])
    assert pairs(align_matrix(S, "match")) == [(0, 0), (1, 1), (2, 2)]
    assert (0, 2) in pairs(align_matrix(S, "argmax"))
    assert pairs(align_matrix(S, "argmax", distortion=1.0)) == [(0, 0), (1, 1), (2, 2)]
    # Words that are said twice go with their neighbours.
    assert pairs(align_matrix(np.ones((2, 2)), "match")) == [(0, 0), (1, 1)]


def test_words_without_vectors_and_texts_without_words():
    assert align_words(np.zeros((0, 3)), np.ones((2, 3))).shape == (0, 2)
    assert pairs(align_words(np.eye(2), np.eye(2), "argmax")) == [(0, 0), (1, 1)]
    with pytest.raises(ValueError, match="map one side onto the other"):
        align_words(np.ones((1, 2)), np.ones((1, 3)))
    with pytest.raises(ValueError, match="choose one of argmax, itermax"):
        align_matrix(SIMILARITY, "eflomal")
    with pytest.raises(ValueError, match="NaN"):
        align_matrix([[np.nan]])
    with pytest.raises(ValueError, match="temperature must be positive"):
        align_matrix(SIMILARITY, "softmax", temperature=0)
    with pytest.raises(ValueError, match="mass must be"):
        align_matrix(SIMILARITY, "partial", mass=2)
    with pytest.raises(ValueError, match="a matrix"):
        align_matrix([1.0])
