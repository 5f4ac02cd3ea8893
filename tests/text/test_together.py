"""Requests that arrive together are encoded together, and nobody gets what is another's."""

import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from langalign_sk._process import Turns, turns_at
from langalign_sk.store import DiskCache, MemoryCache
from langalign_sk.text import EmbeddingExtractor
from tests.helpers import BareEncoder, CountingEncoder, interrupted_at


class Gated(CountingEncoder):
    """An encoder whose first call stops at a gate; calls are written down."""

    def __init__(self, fail=None):
        super().__init__()
        self.fail = fail or (lambda texts: None)
        self.batches = []
        self.begun, self.open = threading.Event(), threading.Event()

    def encode(self, texts):
        self.batches.append(list(texts))
        if not self.begun.is_set():
            self.begun.set()
            assert self.open.wait(30)
        vectors = super().encode(texts)
        failed = self.fail(texts)
        return vectors if failed is None else failed


def spec_of(extractor):
    from langalign_sk.text import Embedding

    return Embedding(extractor).encoders[None].spec


def while_busy(encoder, requests, **settings):
    """Answers to requests that all wait while a first one is encoded; errors as they came."""
    extractor = EmbeddingExtractor(encoder, normalize=False, **settings)
    turns = turns_at(spec_of(extractor))

    def ask(texts):
        try:
            return extractor.transform(texts)
        except BaseException as error:
            return error

    with ThreadPoolExecutor(len(requests) + 1) as pool:
        first = pool.submit(ask, ["first"])
        assert encoder.begun.wait(30)
        others = []
        for number, texts in enumerate(requests, 1):
            others.append(pool.submit(ask, texts))
            deadline = time.monotonic() + 30
            while len(turns._waiting) < number and time.monotonic() < deadline:
                time.sleep(0.001)
        encoder.open.set()
        assert len(first.result(30)) == 1
        return [other.result(30) for other in others]


@pytest.mark.parametrize("cache", [None, "memory", "disk"])
def test_who_waits_goes_along_with_the_next(cache, tmp_path):
    encoder = Gated()
    cache = {"memory": MemoryCache(), "disk": DiskCache(tmp_path / "cache")}.get(cache)
    requests = [["a"], ["b", "c"], ["d"], ["e"], ["f", "a b"]]
    answers = while_busy(encoder, requests, cache=cache)
    assert encoder.batches == [["first"], ["a", "b", "c", "d", "e", "a b", "f"]]
    for texts, found in zip(requests, answers, strict=True):
        np.testing.assert_array_equal(found, [encoder.vector(text) for text in texts])
    if cache is not None:
        assert len(cache) == 8


@pytest.mark.parametrize("cache", ["memory", "disk"])
def test_a_text_that_several_ask_for_is_encoded_once(cache, tmp_path):
    encoder = Gated()
    cache = MemoryCache() if cache == "memory" else DiskCache(tmp_path / "cache")
    answers = while_busy(encoder, [["a"], ["a", "b"], ["first"], ["b"]], cache=cache)
    assert sorted(encoder.texts) == ["a", "b", "first"]
    np.testing.assert_array_equal(answers[1], [encoder.vector("a"), encoder.vector("b")])
    np.testing.assert_array_equal(answers[2], [encoder.vector("first")])


def raising(texts):
    if "bad" in texts:
        raise RuntimeError("this text is bad")


def spoiling(texts):
    return np.array([[np.nan if text == "bad" else 1.0] * 8 for text in texts])


@pytest.mark.parametrize("fail", [raising, spoiling])
@pytest.mark.parametrize("place", [0, 2])
def test_an_error_is_that_of_one_request(fail, place):
    encoder = Gated(fail)
    requests = [["secret 1"], ["secret 2", "fine"], ["secret 3"]]
    requests.insert(place, ["bad"])
    answers = while_busy(encoder, requests, cache=MemoryCache())
    bad = answers.pop(place)
    assert isinstance(bad, RuntimeError | ValueError)
    assert "bad" in str(bad)
    assert "secret" not in str(bad)
    assert [found.shape for found in answers] == [(1, 8), (2, 8), (1, 8)]


def test_ctrl_c_of_one_who_works_for_others_leaves_them_theirs():
    state = {"left": 1}

    def interrupt(texts):
        if len(texts) > 1 and state["left"]:
            state["left"] -= 1
            raise KeyboardInterrupt

    encoder = Gated(interrupt)
    answers = while_busy(encoder, [["a"], ["b"], ["c"]], cache=None)
    assert isinstance(answers[0], KeyboardInterrupt)
    np.testing.assert_array_equal(answers[1], [encoder.vector("b")])
    np.testing.assert_array_equal(answers[2], [encoder.vector("c")])
    assert encoder.batches[1:] == [["a", "b", "c"], ["b", "c"]]


def test_what_is_large_goes_alone():
    encoder = Gated()
    many = [f"text {number}" for number in range(100)]
    answers = while_busy(encoder, [["a"], many, ["b"], ["c"]], cache=None)
    assert [len(batch) for batch in encoder.batches] == [1, 3, 100]
    np.testing.assert_array_equal(answers[1], [encoder.vector(text) for text in many])


def test_a_language_model_gives_each_its_own(tiny_sentence_bert):
    texts = [f"{'long ' * (number % 7)}text number {number}" for number in range(120)]
    extractor = EmbeddingExtractor(tiny_sentence_bert, cache=None)
    wanted = extractor.transform(texts)
    start = threading.Barrier(8)

    def use(thread):
        start.wait()
        return [extractor.transform([text])[0] for text in texts[thread::8]]

    with ThreadPoolExecutor(8) as pool:
        for thread, found in enumerate(pool.map(use, range(8))):
            np.testing.assert_allclose(found, wanted[thread::8], atol=1e-5)


def test_rows_of_two_texts_do_not_go_with_those_of_one(tiny_bert):
    """Their tokens have types, which those of one text have not."""
    together = EmbeddingExtractor(tiny_bert, two_texts="together", cache=None)
    single = EmbeddingExtractor(tiny_bert, cache=None)
    rows = [("a b", f"c {number}") for number in range(20)]
    texts = [f"d e {number}" for number in range(20)]
    wanted = together.transform(rows), single.transform(texts)
    with ThreadPoolExecutor(8) as pool:
        found_rows = pool.map(lambda row: together.transform([row])[0], rows)
        found_texts = pool.map(lambda text: single.transform([text])[0], texts)
        np.testing.assert_allclose(list(found_rows), wanted[0], atol=1e-5)
        np.testing.assert_allclose(list(found_texts), wanted[1], atol=1e-5)


def test_an_encoder_that_encodes_within_its_own_turn():
    def encode(texts):
        inner = extractor.transform([texts[0][1:]]) if len(texts[0]) > 1 else np.ones((1, 2))
        return np.repeat(inner, len(texts), axis=0)

    extractor = EmbeddingExtractor(BareEncoder(encode), cache=None, normalize=False)
    assert extractor.transform(["abcd", "abc"]).shape == (2, 2)


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="no signals to a thread")
def test_ctrl_c_while_waiting_leaves_the_queue():
    turns, busy, leave, served = Turns(), threading.Event(), threading.Event(), []
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # it may be ignored

    def serve(calls):
        served.extend(calls)
        if calls == ["first"]:
            busy.set()
            assert leave.wait(30)

    first = threading.Thread(target=turns.take, args=("first", serve))
    first.start()
    assert busy.wait(30)

    def press():
        while not turns._waiting:
            time.sleep(0.001)
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    pressing = threading.Thread(target=press)
    pressing.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            turns.take("interrupted", serve)
    finally:
        signal.signal(signal.SIGINT, before)
    pressing.join()
    leave.set()
    first.join()
    turns.take("last", serve)
    assert served == ["first", "last"]


def test_turns_are_free_after_an_interrupt_before_the_work():
    for number in range(1, 100):
        turns, served = Turns(), []
        with interrupted_at(number) as state:
            turns.take("a", served.extend, most=2)
        if served:
            break
        assert state["came"]
        after = threading.Thread(target=turns.take, args=("b", served.extend), daemon=True)
        after.start()
        after.join(10)
        assert served == ["b"], number
    assert 10 < number < 99
