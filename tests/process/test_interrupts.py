"""Ctrl-C at any line leaves no lock taken: another thread would wait for ever."""

import itertools
import threading

from langalign_sk._process import BoundedCache, Lock
from tests.helpers import interrupted_at


def is_free(lock):
    """Whether another thread can take a lock."""
    found = []

    def take():
        found.append(lock.acquire(blocking=False))
        if found[0]:
            lock.release()

    thread = threading.Thread(target=take)
    thread.start()
    thread.join()
    return found[0]


def test_a_lock_is_free_after_an_interrupt():
    lock = Lock()
    for number in range(1, 10):
        with interrupted_at(number), lock:
            assert not is_free(lock)
        assert is_free(lock)


def test_a_cache_is_usable_after_an_interrupt():
    for number in itertools.count(1):
        cache = BoundedCache(max_items=2)
        with interrupted_at(number) as state:
            cache.put("a", 1)
            cache.get("b", lambda: 2)
            cache.known("a")
            cache.clear()
        assert is_free(cache._lock)
        assert cache.get("c", lambda: 3) == 3
        if not state["came"]:
            break
    assert number > 10
