"""Rows moved part of the way."""

import pickle

import numpy as np
import pytest

from langalign_sk import LangAligner, ParallelCorpus, ReverseAligner
from langalign_sk.maps import AffineMap


@pytest.fixture
def sides():
    rng = np.random.default_rng(0)
    S = rng.standard_normal((300, 40))
    return S, S + 0.5 * rng.standard_normal(S.shape) + 2.0


@pytest.mark.parametrize("method", ["ridge", "procrustes", "kernel"])
@pytest.mark.parametrize("kind", [LangAligner, ReverseAligner])
def test_moved_rows_go_a_share_of_the_way_and_the_others_stay(kind, method, sides):
    def fitted(blend):
        return kind(sides, method=method, blend=blend, random_state=0).fit(sides[0])

    moved, still = sides if kind is LangAligner else sides[::-1]
    whole = fitted(1.0).transform(moved, lang="source" if kind is LangAligner else "target")
    half = fitted(0.5)
    np.testing.assert_allclose(
        half.transform(moved, lang=next(iter(half.maps_))), (whole + moved) / 2, atol=1e-12
    )
    np.testing.assert_array_equal(half.transform(still, lang=half.stays_), still)
    np.testing.assert_allclose(
        fitted(0).transform(moved, lang=next(iter(half.maps_))), moved, atol=1e-12
    )


def test_a_round_trip_goes_part_of_both_ways(sides):
    S, _ = sides
    aligner = ReverseAligner(sides, round_trip=True, blend=0.5).fit(S)
    there = LangAligner(sides, blend=0.5).fit(S).transform(S, lang="source")
    assert isinstance(aligner.round_trip_map_, AffineMap)
    np.testing.assert_allclose(
        aligner.transform(S, lang="source"), aligner.transform(there, lang="target"), atol=1e-10
    )


def test_streams_inverts_and_pickles(sides):
    S, T = sides
    once = LangAligner(sides, blend=0.3, method="procrustes").fit(S)
    parts = LangAligner(blend=0.3, method="procrustes")
    for rows in (slice(0, 100), slice(100, 300)):
        parts.partial_fit(S, pairs=(S[rows], T[rows]))
    moved = once.transform(S, lang="source")
    np.testing.assert_allclose(parts.transform(S, lang="source"), moved, atol=1e-9)
    np.testing.assert_allclose(once.inverse_transform(moved), S, atol=1e-9)
    loaded = pickle.loads(pickle.dumps(once))
    np.testing.assert_array_equal(loaded.transform(S, lang="source"), moved)


def test_spaces_of_unequal_width_are_told(sides):
    S, T = sides
    pairs = ParallelCorpus(S, T[:, :30], source_lang="en", target_lang="ko")
    blocks = np.hstack([S, np.zeros((300, 30))])
    aligner = LangAligner(pairs, blend=0.5, blocks={"en": 40, "ko": 30})
    with pytest.raises(ValueError, match="from 40 to 30 columns: only blend=1"):
        aligner.fit(blocks)
    with pytest.raises(ValueError, match="'blend' parameter of LangAligner"):
        LangAligner(sides, blend=1.5).fit(S)
