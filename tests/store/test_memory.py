"""Vectors in memory: bounded, least recently used first, no texts, safe for threads."""

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor

import joblib
import numpy as np
import pytest

from langalign_sk.store import MemoryCache, VectorCache, resolve_cache
from langalign_sk.store._memory import text_key


def rows(n, width=4, start=0):
    return (np.arange(n * width, dtype=np.float32) + start).reshape(n, width)


def test_what_was_put_comes_back_by_encoder_and_text():
    cache = MemoryCache()
    keys = [text_key(text) for text in ("a", "b")]
    cache.put_many("one", keys, rows(2))
    cache.put_many("two", keys, rows(2, start=100))
    found = cache.get_many("one", [keys[1], text_key("c"), keys[0]])
    np.testing.assert_array_equal(found[0], rows(2)[1])
    assert found[1] is None
    np.testing.assert_array_equal(found[2], rows(2)[0])
    np.testing.assert_array_equal(cache.get_many("two", keys), rows(2, start=100))
    assert len(cache) == 4
    cache.clear()
    assert len(cache) == 0
    assert cache.get_many("one", keys) == [None, None]


def test_rows_are_copies_that_nobody_can_change():
    cache = MemoryCache()
    batch = rows(2)
    cache.put_many("one", [b"a", b"b"], batch)
    batch[:] = -1
    kept = cache.get_many("one", [b"a"])[0]
    np.testing.assert_array_equal(kept, rows(1)[0])
    assert kept.base is None  # the batch may go
    with pytest.raises(ValueError, match="read-only"):
        kept[0] = 5


def test_the_least_recently_used_go_first_and_the_bound_holds():
    one = np.zeros((1, 25), dtype=np.float32)
    cache = MemoryCache(max_bytes=3 * (100 + 300))
    for key in (b"a", b"b", b"c"):
        cache.put_many("s", [key], one)
    cache.get_many("s", [b"a"])
    cache.put_many("s", [b"d"], one)
    present = [row is not None for row in cache.get_many("s", [b"a", b"b", b"c", b"d"])]
    assert present == [True, False, True, True]
    cache.put_many("s", [b"d"], one)  # again: it counts once
    assert len(cache) == 3
    assert cache._bytes == 3 * 400
    cache.put_many("s", [b"huge"], np.zeros((1, 10_000), dtype=np.float32))
    assert cache._bytes <= cache.max_bytes


def test_it_pickles_and_hashes_without_content():
    cache = MemoryCache(max_bytes=12345)
    empty = joblib.hash(cache)
    cache.put_many("s", [b"a"], rows(1, width=5000))
    assert joblib.hash(cache) == empty
    data = pickle.dumps(cache)
    assert len(data) < 200
    loaded = pickle.loads(data)
    assert (loaded.max_bytes, len(loaded)) == (12345, 0)
    assert repr(copy.copy(loaded)) == "MemoryCache(max_bytes=12345)"


def test_threads_neither_lose_nor_corrupt():
    cache = MemoryCache(max_bytes=200 * (16 + 300))

    def work(seed):
        rng = np.random.default_rng(seed)
        for number in rng.integers(0, 500, size=400):
            key = int(number).to_bytes(4, "little")
            found = cache.get_many("s", [key])[0]
            if found is None:
                cache.put_many("s", [key], np.full((1, 4), number, dtype=np.float32))
            else:
                np.testing.assert_array_equal(found, np.full(4, number, dtype=np.float32))
        return True

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(8)))
    assert cache._bytes == len(cache) * 316 <= cache.max_bytes


def test_keys_tell_texts_apart_and_take_any_text():
    texts = ["", "a", "A", "\u00e1", "a\u0301", "\ud800", "🙂", "a\0", "x" * 10**6]
    keys = [text_key(text) for text in texts]
    assert len(set(keys)) == len(texts)
    assert all(len(key) == 16 for key in keys)


def test_resolve_cache():
    assert resolve_cache(None) is None
    assert resolve_cache("memory") is resolve_cache("memory")
    assert len(resolve_cache("memory")) == 0  # of this test, see conftest
    own = MemoryCache()
    assert resolve_cache(own) is own
    assert isinstance(own, VectorCache)
    for wrong in ("disk", 5, True, MemoryCache, {}):
        with pytest.raises(ValueError, match="None, a folder or an object"):
            resolve_cache(wrong)
    with pytest.raises(ValueError, match="max_bytes must be at least 1"):
        MemoryCache(max_bytes=0)
