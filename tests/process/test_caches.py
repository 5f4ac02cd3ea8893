"""Caches hold what their bounds allow, count all of it, and forget the dead."""

import gc
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import langalign_sk
from langalign_sk import EmbeddingExtractor, LangAligner, ParallelCorpus, TransferClassifier
from langalign_sk._process import BoundedCache, Memo, caches, clear_caches, held_bytes
from langalign_sk._process._caches import MIB, computed_once
from langalign_sk.corpus import Moments
from langalign_sk.store import resolve_cache
from langalign_sk.transfer import GaussianHead
from tests.helpers import CountingEncoder


@pytest.fixture(autouse=True)
def empty():
    clear_caches()
    yield
    clear_caches()


# BoundedCache


def test_bounded_and_the_newest_stays():
    block, wide = (lambda: np.zeros(4)), (lambda: np.zeros(1000))
    cache = BoundedCache(2 * held_bytes(block()))
    for key in "abc":
        cache.get(key, block)
    assert [key in cache for key in "abc"] == [False, True, True]
    cache.get("b", pytest.fail)
    cache.get("d", block)
    assert [key in cache for key in "bcd"] == [True, False, True]
    assert cache.n_bytes == cache.max_bytes
    cache.get("wide", wide)
    assert [key in cache for key in ("b", "d", "wide")] == [False, False, True]
    cache.put("wide", block())  # again: it counts once
    assert cache.n_bytes == held_bytes(block())


def test_bounded_in_number_and_told_what_goes():
    gone = []
    cache = BoundedCache(max_items=2, on_drop=gone.append)
    for key in "abc":
        cache.put(key, key * 2)
    assert gone == ["aa"]
    assert (cache.known("b"), cache.known("a")) == ("bb", None)
    cache.drop("b")
    cache.drop("nothing")
    cache.put("c", "new")
    cache.put("c", cache.known("c"))  # used again, not replaced
    cache.clear()
    assert gone == ["aa", "bb", "cc", "new"]
    assert len(cache) == cache.n_bytes == 0


def test_an_error_is_not_kept_and_other_keys_go_ahead():
    cache = BoundedCache(100)
    with pytest.raises(ZeroDivisionError):
        cache.get("a", lambda: 1 / 0)
    assert cache.get("a", lambda: 1) == 1
    inside, go = threading.Event(), threading.Event()

    def slow():
        inside.set()
        assert go.wait(10)
        return 2

    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(cache.get, "slow", slow) for _ in range(2)]
        assert inside.wait(10)
        assert cache.get("quick", lambda: 3) == 3
        inside.clear()
        go.set()
        assert [future.result() for future in waiting] == [2, 2]
    assert not inside.is_set()  # computed once


def test_every_array_text_and_part_is_counted_once(tmp_path):
    array = np.zeros(1000)
    assert held_bytes(array) == 8000
    assert held_bytes(array[5:9]) == 8000  # what a view keeps alive
    assert held_bytes([array, array[3:], {"a": (array,)}]) - 8000 < 500
    assert held_bytes("x" * 5000) > 5000
    moments = Moments.from_rows(np.arange(12.0).reshape(4, 3))
    assert 8 * 12 < held_bytes(moments) < 2000
    estimator = LangAligner((array.reshape(-1, 4), np.ones((250, 4))))
    assert held_bytes(estimator) > 16_000
    np.save(tmp_path / "a.npy", array)
    assert held_bytes(np.asarray(np.load(tmp_path / "a.npy", mmap_mode="r"))[2:]) == 0
    assert held_bytes(None) == held_bytes(np) == held_bytes(BoundedCache) == 0


# Memo


def test_a_memo_goes_with_its_object_and_with_the_bound():
    cache = BoundedCache(100_000)
    first, second = Memo(cache), Memo(cache)
    assert first.get("a", lambda: np.zeros(1000)).shape == (1000,)
    assert first.get("a", pytest.fail).shape == (1000,)
    assert second.get("a", lambda: "other") == "other"
    del first
    assert len(cache) == 1
    for key in range(30):
        second.get(key, lambda: np.zeros(1000))
    assert cache.n_bytes <= 100_000
    assert len(cache) < 13
    assert len(cache._owned) == 1
    assert len(next(iter(cache._owned.values()))) == len(cache)
    del second
    assert len(cache) == len(cache._owned) == cache.n_bytes == 0


def test_a_slot_keeps_the_newest_key():
    cache = BoundedCache(100_000)
    memo = Memo(cache)
    assert [memo.get(key, lambda key=key: key * 2, slot="s") for key in "abca"] == [
        "aa", "bb", "cc", "aa"
    ]  # fmt: skip
    assert len(cache) == 1
    assert memo.get("a", pytest.fail, slot="s") == "aa"


def test_a_destructor_waits_for_nobody():
    cache = BoundedCache(10_000)
    memo = Memo(cache)
    memo.get("a", lambda: 1)
    locked, go = threading.Event(), threading.Event()

    def hold():
        with cache._lock:
            locked.set()
            assert go.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    assert locked.wait(10)
    del memo  # while another thread is at work in the cache
    assert len(cache) == 1
    go.set()
    thread.join()
    cache.put("b", 2)
    assert len(cache) == 1


def test_threads_share_memos_and_lose_none():
    cache = BoundedCache(3000)
    memos = [Memo(cache) for _ in range(4)]

    def work(seed):
        rng = np.random.default_rng(seed)
        for number in rng.integers(0, 40, size=400).tolist():
            own = Memo(cache)
            assert own.get(number, lambda: -1) == -1
            found = memos[number % 4].get(number, lambda n=number: n, slot=number % 8)
            assert found == number
        return True

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(8)))
    assert cache.n_bytes <= 3000
    memos.clear()
    cache.put("last", 1)
    assert len(cache) == 1


# The table


def test_tables_are_made_once():
    calls = []

    @computed_once
    def table(a, b):
        """Add up."""
        calls.append((a, b))
        return [a + b]

    assert table(1, 2) is table(1, 2)
    assert table(1, 3) == [4]
    assert calls == [(1, 2), (1, 3)]
    assert table.__doc__ == "Add up."
    clear_caches()
    assert table(1, 2) == [3]
    assert len(calls) == 3


def pairs(n=300, width=40, seed=0):
    rng = np.random.default_rng(seed)
    source = rng.normal(size=(n, width))
    target = source[:, ::-1] + 0.1 * rng.normal(size=(n, width)) + 3.0  # the gate tells them
    return ParallelCorpus(source, target, target_lang="ko")


def total():
    return sum(cache.n_bytes for cache in vars(caches).values())


def test_clearing_empties_every_cache_and_changes_no_result(tmp_path):
    corpus = pairs()
    extractor = EmbeddingExtractor(CountingEncoder(), cache=tmp_path / "cache")
    texts = ParallelCorpus(["a", "b"], ["가", "나"], target_lang="ko")

    def results():
        aligner = LangAligner(corpus, robust="trim").fit(corpus.source)
        in_memory = EmbeddingExtractor(CountingEncoder()).transform(["a", "b"])
        return [
            aligner.transform(corpus.source),
            in_memory,
            extractor.transform(["a"]),
            texts.embed(extractor).source,
        ]

    before = results()
    kept = resolve_cache("memory")
    filled = {name for name, cache in vars(caches).items() if len(cache)}
    assert filled >= {"moments", "derived", "judgements", "embedded", "vectors", "folders"}
    langalign_sk.clear_caches()
    assert not any(len(cache) for cache in vars(caches).values())
    assert total() == 0
    assert resolve_cache("memory") is not kept
    for old, new in zip(before, results(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_what_is_derived_from_moments_is_counted_as_it_grows():
    corpus = pairs()
    counted = []
    for alpha in (0.1, 1.0):
        LangAligner(corpus, method=langalign_sk.RidgeMap(alpha)).fit(corpus.source)
        counted.append(caches.derived.n_bytes)
    assert counted[0] >= 8 * 40 * 40  # the eigenvectors at least
    corpus.moments.memo("large", lambda: np.zeros(10**6))
    assert caches.derived.n_bytes >= counted[1] + 8 * 10**6
    clear_caches()
    del corpus
    assert total() == 0


@pytest.mark.parametrize("robust", [None, "weight"])
def test_rows_of_dead_corpora_are_not_held(robust):
    corpus = pairs()
    rows = [weakref.ref(side.base) for side in (corpus.source, corpus.target)]
    y = corpus.source[:, 0] > 0
    for seed in range(3):
        model = TransferClassifier(pairs=corpus, robust=robust, random_state=seed)
        model.fit(corpus.source, y)
        LangAligner(corpus, robust=robust).fit(corpus.source)
    del corpus, model
    gc.collect()
    assert all(row() is None for row in rows)


def test_embedded_corpora_go_with_their_texts():
    texts = ParallelCorpus(["a", "b"], ["가", "나"], target_lang="ko")
    vectors = texts.embed(EmbeddingExtractor(CountingEncoder()))
    assert texts.embed(EmbeddingExtractor(CountingEncoder())) is vectors
    assert len(caches.embedded) == 1
    assert caches.embedded.n_bytes >= vectors.source.nbytes + vectors.target.nbytes
    del texts
    assert len(caches.embedded) == 0


def resident():
    """Resident memory of this process, in MiB."""
    gc.collect()
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon:")) / 1024


class Nameless:
    """An encoder known by its identity alone."""

    def __init__(self, number):
        self.number = np.float32(number)

    def encode(self, texts):
        return np.full((len(texts), 384), self.number) + np.arange(len(texts))[:, None]


def test_dropped_extractors_leave_nothing_but_vectors():
    from langalign_sk._process import _objects, _turns

    texts = [f"text {number}" for number in range(200)]
    EmbeddingExtractor(Nameless(0)).transform(texts)
    clear_caches()
    start = resident()
    before = len(_objects._tokens), len(_objects._notes), len(_turns._by_key)
    for number in range(200):
        extractor = EmbeddingExtractor(Nameless(number))
        extractor.transform(texts)
        assert extractor.last_run().n_encoded == 200
    del extractor
    gc.collect()
    assert (len(_objects._tokens), len(_objects._notes), len(_turns._by_key)) == before
    assert len(resolve_cache("memory")) == 200 * 200
    assert len(caches.widths) <= caches.widths.max_items
    clear_caches()
    assert resident() - start < 30  # of 61 MiB


@pytest.mark.parametrize("robust", [None, "weight"])
def test_memory_stays_where_it_was(robust, monkeypatch):
    """Fits with many seeds hold what one does."""
    monkeypatch.setattr(caches.derived, "max_bytes", 20 * MIB)
    corpus = pairs(1200, 200)
    y = corpus.source[:, 0] > 0

    def fit(seed):
        model = TransferClassifier(
            head=GaussianHead(), pairs=corpus, robust=robust, random_state=seed
        )
        model.fit(corpus.source, y)

    fit(0)
    one = caches.derived.n_bytes
    clear_caches()
    start = resident()
    for seed in range(1, 31):
        fit(seed)
        assert caches.derived.n_bytes <= 20 * MIB
    assert MIB < caches.derived.n_bytes == one
    assert resident() - start < 20 + 80  # what the allocator keeps between blocks counts here
    clear_caches()
    assert total() == 0
    assert resident() - start < 30
