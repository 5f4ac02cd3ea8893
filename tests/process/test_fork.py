"""A child forked while other threads are at work finds every lock free and every store sound."""

import itertools
import os
import threading
import time

import numpy as np
import pytest

from langalign_sk import EmbeddingExtractor, LangAligner, ParallelCorpus
from langalign_sk._io import locked
from langalign_sk._process import Lock, Memo, Turns, caches, load_once, turns_at
from langalign_sk.corpus import PairMoments
from langalign_sk.store import DiskCache, MemoryCache, text_key
from tests.helpers import CountingEncoder
from tests.process.forks import Gate, held, in_child

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks on this system"),
    pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning"),
]


def vectors(n=90, seed=0):
    rng = np.random.default_rng(seed)
    source = rng.normal(size=(n, 4))
    return ParallelCorpus(source, source + 0.1 * rng.normal(size=(n, 4)), target_lang="ko")


class Stopping(CountingEncoder):
    """An encoder whose first call stops at a gate."""

    def __init__(self, gate):
        super().__init__()
        self.gate = gate

    def encode(self, texts):
        gate, self.gate = self.gate, None
        if gate is not None and threading.current_thread() is not threading.main_thread():
            gate.pass_through()
        return super().encode(texts)

    def fingerprint(self):
        return "stopping"


def encoding(gate, tmp_path, cache):
    extractor = EmbeddingExtractor(Stopping(gate), cache=cache)
    expected = EmbeddingExtractor(CountingEncoder(), cache=None).transform(["c", "d"])

    def child():
        extractor.model.gate = None
        np.testing.assert_array_equal(extractor.transform(["c", "d"]), expected)

    return lambda: extractor.transform(["a", "b"]), child


def encoding_in_memory(gate, tmp_path, monkeypatch):
    return encoding(gate, tmp_path, MemoryCache())


def encoding_on_disk(gate, tmp_path, monkeypatch):
    return encoding(gate, tmp_path, str(tmp_path / "cache"))


def accumulating(gate, tmp_path, monkeypatch):
    corpus, original = vectors(seed=int(time.time_ns() % 2**32)), PairMoments.from_rows

    def stopping(*args, **kwargs):
        gate.pass_through()
        return original(*args, **kwargs)

    monkeypatch.setattr(PairMoments, "from_rows", stopping)

    def child():
        monkeypatch.undo()
        assert LangAligner(corpus, gate=None).fit(corpus.source).n_pairs_ == 90

    return lambda: corpus.moments, child


def deriving(gate, tmp_path, monkeypatch):
    moments = vectors().moments

    def child():
        assert moments.memo("slow", lambda: 7) == 7
        assert moments.memo("other", lambda: 8) == 8

    return lambda: moments.memo("slow", gate.pass_through), child


def embedding(gate, tmp_path, monkeypatch):
    corpus = ParallelCorpus(["a", "b"], ["가", "나"], target_lang="ko")
    extractor = EmbeddingExtractor(Stopping(gate), cache=None)

    def child():
        extractor.model.gate = None
        assert corpus.embed(extractor).widths == (8, 8)

    return lambda: corpus.embed(extractor), child


def opening(gate, tmp_path, monkeypatch):
    folder = tmp_path / "pairs"
    ParallelCorpus(["a", "b"], ["가", "나"]).save(folder)
    corpus = ParallelCorpus(["c"], ["다"]) + ParallelCorpus(["d"], ["라"])
    monkeypatch.setattr("langalign_sk.corpus.ParallelCorpus._join", gate.pass_through)

    def use():
        with pytest.raises(AssertionError):  # not joined after all
            _ = corpus.source

    def child():
        monkeypatch.undo()
        assert ParallelCorpus.load(folder).source == ("a", "b")
        assert corpus.source == ("c", "d")

    return use, child


def loading(gate, tmp_path, monkeypatch):
    monkeypatch.setattr("langalign_sk._process._models._models", {})

    def child():
        assert load_once("slow", lambda: 1) == 1
        assert load_once("other", lambda: 2) == 2

    return lambda: load_once("slow", lambda: gate.pass_through() or 3), child


def looking_on_disk(gate, tmp_path, monkeypatch):
    cache = DiskCache(tmp_path / "cache")
    keys = [text_key(text) for text in "abc"]
    cache.put_many("s", keys[:2], np.ones((2, 3), np.float32))
    monkeypatch.setattr("langalign_sk.store._vectors.read_rows", gate.pass_through)

    def use():
        with pytest.raises(TypeError):  # nothing was read after all
            cache.get_many("s", keys)

    def child():
        monkeypatch.undo()
        assert [row is None for row in cache.get_many("s", keys)] == [False, False, True]
        cache.put_many("s", keys, np.ones((3, 3), np.float32))
        assert len(cache) == 3

    return use, child


def claiming(gate, tmp_path, monkeypatch):
    cache = DiskCache(tmp_path / "cache")
    keys = [text_key(text) for text in "ab"]

    def use():
        with cache.claim("s", keys[:1]) as mine:
            assert mine == [True]
            gate.pass_through()

    def child():
        with cache.claim("s", keys) as mine:
            assert mine == [False, True]  # the parent lives

    return use, child


def holding_a_lock(gate, tmp_path, monkeypatch):
    lock = Lock()

    def use():
        with lock, lock:
            gate.pass_through()

    def child():
        with lock, lock:
            pass
        assert lock.acquire(blocking=False)

    return use, child


def waiting_for_a_turn(gate, tmp_path, monkeypatch):
    lock = Turns()
    waiting = threading.Thread(target=lambda: lock.__enter__() or lock.__exit__())

    def use():
        with lock:
            waiting.start()
            while not lock._waiting:
                time.sleep(0.001)
            gate.pass_through()
        waiting.join()

    def child():
        with lock, lock:
            assert lock._depth == 2
        with turns_at("any"):
            pass

    return use, child


def waiting_to_go_along(gate, tmp_path, monkeypatch):
    turns, served = Turns(), []
    waiting = threading.Thread(target=turns.take, args=("waiting", served.extend))

    def serve(calls):
        waiting.start()
        while not turns._waiting:
            time.sleep(0.001)
        gate.pass_through()
        served.extend(calls)

    def use():
        turns.take("first", serve)
        waiting.join()

    def child():
        turns.take("of the child", served.extend, most=9)
        assert served == ["of the child"]

    return use, child


SITUATIONS = [
    encoding_in_memory,
    encoding_on_disk,
    accumulating,
    deriving,
    embedding,
    opening,
    loading,
    looking_on_disk,
    claiming,
    holding_a_lock,
    waiting_for_a_turn,
    waiting_to_go_along,
]


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda f: f.__name__)
def test_a_fork_in_the_middle(situation, tmp_path, monkeypatch):
    gate = Gate()
    use, child = situation(gate, tmp_path, monkeypatch)
    with held(use, gate):
        assert in_child(child) == 0


def test_locks_on_files_end_with_the_thread_that_held_them(tmp_path):
    """A child has copies of its parent's open files; a lock must not live on in them."""
    gate = Gate()

    def use():
        with locked(tmp_path / "lock"):
            gate.pass_through()

    def child():
        with locked(tmp_path / "lock"):
            pass

    with held(use, gate):
        assert in_child(child, meanwhile=gate.open.set) == 0


class Numbers:
    def encode(self, texts):
        return np.array([[float(text), 1.0] for text in texts], np.float32)

    def fingerprint(self):
        return "numbers"


def test_forks_at_any_moment(tmp_path):
    """Twenty children beside threads that encode, fit and fill caches without a pause."""
    in_memory = EmbeddingExtractor(Numbers(), cache=MemoryCache(20_000), normalize=False)
    on_disk = EmbeddingExtractor(Numbers(), cache=str(tmp_path / "cache"), normalize=False)
    done, failed = threading.Event(), []

    def encode(extractor, number):
        texts = [str(number), str(number + 1), "7"]
        np.testing.assert_array_equal(extractor.transform(texts)[:, 0], np.float32(texts))

    def fit(number):
        pairs = vectors(seed=number)
        LangAligner(pairs, robust="weight", gate=None).fit(pairs.source)

    works = [lambda n: encode(in_memory, n), lambda n: encode(on_disk, n), fit]

    def repeat(work):
        try:
            for number in itertools.count():
                if done.is_set():
                    break
                work(number)
        except BaseException as error:
            failed.append(error)

    def child():
        for work in works:
            for number in range(3):
                work(100_000 + number)

    for work in works:
        work(50_000)  # a child that is forked in the middle of an import can never end it
    threads = [threading.Thread(target=repeat, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    try:
        assert [in_child(child) for _ in range(20)] == [0] * 20
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert not failed


def test_a_child_keeps_what_was_known():
    corpus, memory = vectors(seed=5), MemoryCache()
    moments, memo = corpus.moments, Memo()
    memo.get("a", lambda: 1)
    memory.put_many("s", [b"a"], np.ones((1, 3), np.float32))

    def child():
        assert vectors(seed=5).moments is moments
        assert memo.get("a", lambda: 2) == 1
        assert caches.moments.n_bytes > 0
        memory.put_many("s", [b"b"], np.ones((1, 3), np.float32))
        assert memory._bytes == 2 * 312

    assert in_child(child) == 0


def test_a_fork_inside_an_encoder_leaves_the_lock_with_the_child():
    """A pool of processes started by an encoder: its children go on from there."""

    class Forking(CountingEncoder):
        def encode(self, texts):
            self.code = in_child(lambda: CountingEncoder.encode(self, texts))
            return super().encode(texts)

    encoder = Forking()
    EmbeddingExtractor(encoder, cache=None).transform(["a"])
    assert encoder.code == 0
    lock = Turns()
    with lock:
        pid = os.fork()
        if pid == 0:  # in the child, which comes out of the block
            try:
                assert lock._owner == threading.get_ident()
            except BaseException:
                os._exit(1)
    if pid == 0:
        os._exit(0 if lock._owner is None else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
