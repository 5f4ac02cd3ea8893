"""One accumulation per content; sums add up; threads wait for each other."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from langalign_sk._process import caches
from langalign_sk.corpus import Moments, PairMoments, ParallelCorpus, TextPool, _base


@pytest.fixture
def accumulated(monkeypatch):
    """Row counts of all accumulations, starting with an empty cache."""
    caches.moments.clear()
    rows = []
    for kind in (PairMoments, Moments):
        original = kind.from_rows.__func__

        def counting(cls, *args, original=original, **kwargs):
            rows.append(len(args[0]))
            return original(cls, *args, **kwargs)

        monkeypatch.setattr(kind, "from_rows", classmethod(counting))
    return rows


@pytest.fixture
def hashed(monkeypatch):
    """Row counts of all hashing."""
    rows = []
    original = _base.extend_hash

    def counting(start, side):
        rows.append(len(side))
        return original(start, side)

    monkeypatch.setattr(_base, "extend_hash", counting)
    return rows


def pairs(n, seed=0, weighted=False, dtype=np.float64):
    rng = np.random.default_rng(seed)
    weight = rng.uniform(size=n) if weighted else None
    return ParallelCorpus(
        rng.normal(size=(n, 5)).astype(dtype), rng.normal(size=(n, 3)).astype(dtype), weight=weight
    )


def assert_equal_moments(found, expected):
    np.testing.assert_allclose(found.cross, expected.cross, rtol=1e-10, atol=1e-12)
    for side in ("source", "target"):
        ours, theirs = getattr(found, side), getattr(expected, side)
        assert (ours.n, ours.width) == (theirs.n, theirs.width)
        assert ours.weight == pytest.approx(theirs.weight, rel=1e-12)
        np.testing.assert_allclose(ours.mean, theirs.mean, rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(ours.scatter, theirs.scatter, rtol=1e-10, atol=1e-12)


def test_moments_are_those_of_numpy():
    corpus = pairs(50)
    centred = [side - side.mean(0) for side in (corpus.source, corpus.target)]
    np.testing.assert_allclose(corpus.moments.cross, centred[0].T @ centred[1])
    pool = TextPool(corpus.source, lang="en")
    np.testing.assert_allclose(pool.moments.covariance, np.cov(corpus.source.T, bias=True))


def test_accumulated_once_by_content(accumulated):
    corpus = pairs(40)
    assert not accumulated
    first = corpus.moments
    assert pairs(40).moments is first
    assert corpus.moments is first
    assert accumulated == [40]
    assert pairs(40, weighted=True).moments is not first


def test_texts_have_none():
    with pytest.raises(ValueError, match="embed first"):
        _ = ParallelCorpus(["a"], ["가"]).moments


def test_a_sum_adds(accumulated, hashed):
    a, b, c = pairs(40), pairs(30, 1), pairs(20, 2)
    total = a + b
    assert not accumulated
    assert total.n_pairs == 70
    assert total.moments.n == 70
    assert accumulated == [40, 30]
    more = total + c
    hashed.clear()
    moments = more.moments
    assert accumulated == [40, 30, 20]
    assert max(hashed) == 20  # the fingerprint goes on where that of a + b ended
    expected = PairMoments.from_rows(
        np.vstack([a.source, b.source, c.source]), np.vstack([a.target, b.target, c.target])
    )
    assert_equal_moments(moments, expected)


def test_rows_of_a_sum_are_held_once_and_its_parts_stay_known(accumulated):
    a, b, c = pairs(40), pairs(30, 1), pairs(20, 2)
    _ = a.moments, b.moments
    total = (a + b) + c
    np.testing.assert_array_equal(total.source, np.vstack([a.source, b.source, c.source]))
    assert np.shares_memory(total._parts[0]._parts[1].source, total.source)
    assert not np.shares_memory(total.source, a.source)
    del a, b, c
    assert total.moments.n == 90
    assert accumulated == [40, 30, 20]


@given(
    st.lists(st.tuples(st.integers(1, 9), st.booleans()), min_size=2, max_size=5),
    st.booleans(),
    st.booleans(),
)
@settings(max_examples=40, deadline=None)
def test_sums_equal_the_joined_corpus(parts, joined_first, right_to_left):
    chunks = [pairs(n, seed, weighted) for seed, (n, weighted) in enumerate(parts)]
    if right_to_left:
        total = chunks[-1]
        for chunk in reversed(chunks[:-1]):
            total = chunk + total
    else:
        total = chunks[0]
        for chunk in chunks[1:]:
            total = total + chunk
    weight = None
    if any(weighted for _, weighted in parts):
        weight = np.concatenate(
            [np.ones(c.n_pairs) if c.weight is None else c.weight for c in chunks]
        )
    expected = ParallelCorpus(
        np.vstack([c.source for c in chunks]), np.vstack([c.target for c in chunks]), weight=weight
    )
    if joined_first:
        np.testing.assert_array_equal(total.source, expected.source)
    assert total == expected
    caches.moments.clear()
    added = total.moments
    caches.moments.clear()
    assert_equal_moments(added, expected.moments)
    np.testing.assert_array_equal(total.weight, expected.weight)
    np.testing.assert_array_equal(total.target, expected.target)


def test_many_batches():
    total = pairs(2)
    for seed in range(1500):
        total = total + pairs(2, seed)
    assert total.moments.n == 3002
    assert len(total.source) == 3002


def test_sums_of_texts():
    total = ParallelCorpus(["a", "b"], ["가", "나"]) + ParallelCorpus(["c"], ["다"], weight=[2])
    assert total.source == ("a", "b", "c")
    assert total.weight.tolist() == [1, 1, 2]
    assert total == ParallelCorpus(["a", "b", "c"], ["가", "나", "다"], weight=[1, 1, 2])
    pool = TextPool(["a"], lang="en") + TextPool(["b"], lang="en")
    assert pool.rows == ("a", "b")


def test_what_cannot_be_added():
    text = ParallelCorpus(["a"], ["가"], target_lang="ko")
    vectors = ParallelCorpus(np.eye(2), np.eye(2))
    for a, b, message in [
        (text, ParallelCorpus(["a"], ["あ"], target_lang="ja"), "languages differ.*'ko'.*'ja'"),
        (ParallelCorpus(["a"], ["가"]), vectors, "kinds of rows differ, texts and texts and"),
        (vectors, ParallelCorpus(np.eye(2), np.ones((2, 3))), "width 2 and .*width 3"),
        (vectors, ParallelCorpus(np.eye(2, dtype="f4"), np.eye(2, dtype="f4")), "float64.*float32"),
    ]:
        with pytest.raises(ValueError, match=message):
            a + b
    with pytest.raises(TypeError, match="unsupported operand"):
        text + TextPool(["a"], lang="en")
    with pytest.raises(TypeError, match="unsupported operand"):
        text + 1


def test_threads_share_one_accumulation(accumulated):
    corpora = [pairs(20_000, 7) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda c: c.moments, corpora))
    assert accumulated == [20_000]
    assert all(moments is found[0] for moments in found)
