"""The share of rows outside what the pairs cover."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from sklearn.neighbors import NearestNeighbors

from langalign_sk import NgramEncoder, ParallelCorpus, TextPool
from langalign_sk.datasets import load_demo
from langalign_sk.selection import coverage


def corpus(target, **more):
    return ParallelCorpus(target, target, target_lang="ko", **more)


@pytest.fixture(scope="module")
def cloud():
    rng = np.random.default_rng(0)
    return rng.normal(size=(700, 6)) @ rng.normal(size=(6, 20)) + rng.normal(size=20)


def test_scores_and_threshold_are_those_of_brute_force(cloud):
    own, rows = cloud[:300], cloud[300:]
    found = coverage(corpus(own), rows)
    own, rows = (a / np.linalg.norm(a, axis=1, keepdims=True) for a in (own, rows))
    own, rows = own - own.mean(axis=0), rows - own.mean(axis=0)
    index = NearestNeighbors(metric="cosine", algorithm="brute").fit(own)
    assert found.scores == pytest.approx(index.kneighbors(rows, 5)[0].mean(axis=1), abs=1e-5)
    others = index.kneighbors(n_neighbors=5)[0].mean(axis=1)  # each row without itself
    assert found.threshold == pytest.approx(np.quantile(others, 0.95), abs=1e-5)
    assert found.outside == np.mean(found.scores > found.threshold)
    assert list(found.rows_outside) == sorted(found.rows_outside, key=lambda i: -found.scores[i])
    assert len(found.rows_outside) == round(found.outside * len(rows))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([0.8, 0.9, 0.95]))
def test_rows_of_the_same_kind_are_outside_as_often_as_said(seed, quantile):
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(2500, 4)) @ rng.normal(size=(4, 9)) + 2 * rng.normal(size=9)
    found = coverage(corpus(rows[:1000]), rows[1000:], quantile=quantile)
    assert found.outside == pytest.approx(1 - quantile, abs=0.065)
    assert found.ok


def test_repeated_pairs_cover_no_more(cloud):
    once = coverage(corpus(cloud[:200]), cloud[200:])
    thrice = coverage(corpus(np.repeat(cloud[:200], 3, axis=0)), cloud[200:])
    assert thrice.n_pairs == 200
    assert thrice.outside == once.outside


def test_length_does_not_count(cloud):
    lengths = np.random.default_rng(0).uniform(0.1, 9, (len(cloud), 1))
    found = coverage(corpus((cloud * lengths)[:300]), cloud[300:])
    assert found.scores == pytest.approx(
        coverage(corpus(cloud[:300]), cloud[300:]).scores, abs=1e-5
    )


def test_the_threshold_of_many_pairs_is_that_of_a_sample(cloud, monkeypatch):
    whole = coverage(corpus(cloud[:500]), cloud[500:])
    monkeypatch.setattr("langalign_sk.selection._cover._N_OWN", 250)
    part = coverage(corpus(cloud[:500]), cloud[500:])
    assert part.threshold == pytest.approx(whole.threshold, rel=0.15)
    assert part.threshold != whole.threshold


def test_rows_without_length_are_outside(cloud):
    found = coverage(corpus(cloud[:300]), np.vstack([np.zeros((1, 20)), cloud[300:310]]))
    assert found.rows_outside[0] == 0
    assert np.isinf(found.scores[0])


def test_text_of_another_kind_is_warned_of():
    data = load_demo("ko", n_train=8, n_test=8, n_pairs=1500, n_unlabeled=800)
    encoder = NgramEncoder(64).fit(list(data.pairs.target) + list(data.unlabeled_target.rows))
    fit, held_out = data.pairs.split(0.7, random_state=0)
    same = coverage(fit.embed(encoder), held_out.embed(encoder).target)
    assert same.ok
    assert "Warning" not in same.summary()
    # Product strings: what a shop has translated, and not what its customers write.
    strings = [f"{colour} {thing}" for colour in ("빨간", "파란", "초록") for thing in GOODS]
    products = ParallelCorpus(strings, strings, target_lang="ko").embed(encoder)
    chat = coverage(products, data.unlabeled_target.embed(encoder))
    assert chat.outside > 0.6
    assert not chat.ok
    assert chat.summary().startswith("Warning: ")


GOODS = [
    "가방",
    "신발",
    "모자",
    "의자",
    "책상",
    "컵",
    "우산",
    "이불",
    "시계",
    "지갑",
    "담요",
    "토스터",
]


@pytest.mark.slow
def test_real_text_of_the_same_kind_and_of_another(data_dir):
    from benchmarks.real_data import read_tsv

    table = read_tsv(data_dir / "stsb" / "ko-en.tsv.gz")
    pairs = ParallelCorpus(table["en1"][:4000], table["target1"][:4000], target_lang="ko")
    reviews = read_tsv(data_dir / "nsmc_ko_unlabeled.tsv.gz")["text"][:1000]
    encoder = NgramEncoder(128).fit(list(pairs.target) + reviews)
    fit, held_out = pairs.split(3000, random_state=0)
    embedded = fit.embed(encoder)
    assert coverage(embedded, held_out.embed(encoder).target).outside < 0.12
    assert coverage(embedded, TextPool(reviews, lang="ko").embed(encoder)).outside > 0.5


def test_what_cannot_be_compared_is_said(cloud):
    pairs = corpus(cloud[:100])
    texts = ParallelCorpus(["a"], ["가"], target_lang="ko")
    with pytest.raises(ValueError, match=r"pairs holds texts: pairs.embed\(extractor\)"):
        coverage(texts, cloud)
    with pytest.raises(ValueError, match="unlabeled holds texts"):
        coverage(pairs, TextPool(["가"], lang="ko"))
    with pytest.raises(TypeError, match="ParallelCorpus of vectors, got ndarray"):
        coverage(cloud, cloud)
    with pytest.raises(ValueError, match="are 3 wide, the target side of the pairs 20"):
        coverage(pairs, cloud[:, :3])
    with pytest.raises(ValueError, match="5 distinct target rows, too few"):
        coverage(corpus(cloud[:5]), cloud)
    with pytest.raises(ValueError, match="quantile"):
        coverage(pairs, cloud, quantile=1.0)
    with pytest.raises(ValueError, match="without its rows"):
        coverage(pairs.detach(), cloud)
