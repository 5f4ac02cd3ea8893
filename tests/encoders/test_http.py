import logging
import pickle
import re
import threading
import time

import numpy as np
import pytest
from sklearn.base import clone

from benchmarks.embedding_server import EmbeddingServer
from langalign_sk import EmbeddingExtractor
from langalign_sk._process import caches
from langalign_sk.encoders import HttpEncoder, _http_request
from langalign_sk.store import MemoryCache


def encode(texts):
    """Vectors that tell the text apart."""
    return [[len(text), sum(map(ord, text)) % 997, 1.0] for text in texts]


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr(_http_request, "_pause", lambda tried, asked: 0.01)
    caches.answered.clear()


TEXTS = [f"text number {i}" for i in range(20)]


def test_vectors_come_back_in_order():
    with EmbeddingServer(encode, ["order"]) as server:
        encoder = HttpEncoder(server.url, "m", batch_size=7, concurrency=1)
        np.testing.assert_array_equal(encoder.encode(TEXTS), np.float32(encode(TEXTS)))
        assert [len(batch) for batch in server.asked] == [7, 7, 6]


def test_each_distinct_text_is_sent_once():
    with EmbeddingServer(encode) as server:
        encoder = HttpEncoder(server.url, "m", batch_size=7)
        np.testing.assert_array_equal(
            encoder.encode([*TEXTS, *TEXTS[::-1]]), np.float32(encode([*TEXTS, *TEXTS[::-1]]))
        )
        assert sum(map(len, server.asked)) == len(TEXTS)


@pytest.mark.parametrize("fault", [408, 429, 500, 502, 503, "cut", "half", "html", "slow"])
def test_what_may_pass_is_tried_again(fault, caplog):
    with (
        EmbeddingServer(encode, [None, fault, fault], slow=0.6) as server,
        caplog.at_level(logging.WARNING, "langalign_sk"),
    ):
        encoder = HttpEncoder(server.url, "m", batch_size=8, concurrency=1, timeout=0.3)
        np.testing.assert_array_equal(encoder.encode(TEXTS), np.float32(encode(TEXTS)))
    assert "trying again" in caplog.text


def test_the_server_says_how_long_to_wait(monkeypatch):
    pauses = []
    monkeypatch.setattr(_http_request, "_pause", lambda tried, asked: pauses.append(asked) or 0.001)
    in_an_hour = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 3600))
    faults = [
        (429, {"Retry-After": "3"}),
        (503, {"Retry-After": in_an_hour}),
        (429, {"Retry-After": "soon"}),
        500,
    ]
    with EmbeddingServer(encode, faults) as server:
        HttpEncoder(server.url, "m").encode(TEXTS)
    assert pauses == [3.0, 120.0, None, None]


def test_pauses_grow_and_end(monkeypatch):
    monkeypatch.undo()
    pauses = [_http_request._pause(tried, None) for tried in range(1, 10)]
    assert all(0.25 * 2**i <= pause <= 0.5 * 2**i for i, pause in enumerate(pauses[:6]))
    assert max(pauses) <= 30.0
    assert _http_request._pause(1, 7.0) == 7.0


def test_a_failure_for_good_keeps_what_came_back():
    with EmbeddingServer(encode, [None, None, *[500] * 3]) as server:
        encoder = HttpEncoder(server.url, "m", batch_size=4, concurrency=1, max_retries=2)
        embed = EmbeddingExtractor(encoder, cache=MemoryCache(), normalize=False)
        with pytest.raises(ConnectionError, match=r"answered 500 \(tried 3 times\).*run again"):
            embed.transform(TEXTS)
        sent = sum(map(len, server.asked))
        assert sent >= 8
        vectors = embed.transform(TEXTS)
        np.testing.assert_array_equal(vectors, np.float32(encode(TEXTS)))
        assert sum(map(len, server.asked)) == len(TEXTS)


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (400, "answered 400 for 'm'.*too long"),
        (404, "does it end in /v1"),
        (413, "batch_size smaller"),
        (418, "request is refused"),
        ((307, {"Location": "http://127.0.0.1:9/v1/embeddings"}), "after the redirect"),
        ("rows", r"3 vectors came back for 4 texts.*'text number 0'"),
        ("width", "numbers of one width"),
        ("nan", "NaN or infinity came back for 'text number 0'"),
    ],
)
def test_what_will_not_pass_is_said_at_once(fault, message):
    with EmbeddingServer(encode, [fault]) as server:
        encoder = HttpEncoder(server.url, "m", concurrency=1)
        with pytest.raises(ValueError, match=message):
            encoder.encode(TEXTS[:4])
        assert not server.faults
        np.testing.assert_array_equal(encoder.encode(TEXTS[:4]), np.float32(encode(TEXTS[:4])))


def test_another_server_is_told_by_its_answer():
    with EmbeddingServer(encode) as server, pytest.raises(ValueError, match="does it end in /v1"):
        HttpEncoder(server.url + "/v2", "m").encode(["a"])


def test_no_server_is_told_within_seconds(monkeypatch):
    with EmbeddingServer(encode) as server:
        url = server.url
    start = time.perf_counter()
    with pytest.raises(ConnectionError, match="is the address right, and the server running"):
        HttpEncoder(url, "m").encode(TEXTS)
    monkeypatch.undo()
    with pytest.raises(ConnectionError, match="no connection"):
        HttpEncoder(url, "m").encode(TEXTS)
    assert time.perf_counter() - start < 5


def test_the_key_is_sent_and_never_shown(monkeypatch, caplog):
    monkeypatch.setenv("TEST_KEY", "sk-very-secret")
    with EmbeddingServer(encode, [429], key="sk-very-secret") as server:
        encoder = HttpEncoder(server.url, "m", api_key_env="TEST_KEY")
        with caplog.at_level(logging.DEBUG):
            encoder.encode(TEXTS)
        assert b"secret" not in pickle.dumps(encoder)
        assert "secret" not in repr(encoder) + caplog.text + str(vars(encoder))
        monkeypatch.setenv("TEST_KEY", "sk-wrong-secret")
        with pytest.raises(ValueError, match="the key in TEST_KEY is refused") as caught:
            encoder.encode(["other"])
        assert "secret" not in str(caught.value)
        monkeypatch.delenv("TEST_KEY")
        with pytest.raises(ValueError, match="TEST_KEY.*is not set"):
            encoder.encode(["other"])
        with pytest.raises(ValueError, match="name its environment variable in api_key_env"):
            HttpEncoder(server.url, "m").encode(["other"])


def test_requests_under_way_are_limited():
    under_way, most = set(), []

    def slowly(texts):
        under_way.add(texts[0])
        most.append(len(under_way))
        time.sleep(0.05)
        under_way.remove(texts[0])
        return encode(texts)

    with EmbeddingServer(slowly) as server:
        HttpEncoder(server.url, "m", batch_size=1, concurrency=3).encode(TEXTS)
    assert max(most) == 3


def test_an_interrupt_keeps_what_came_back(monkeypatch):
    with EmbeddingServer(encode) as server:
        encoder = HttpEncoder(server.url, "m", batch_size=4, concurrency=1)
        real = _http_request._send

        def interrupted(*request):
            if len(server.asked) == 3:
                raise KeyboardInterrupt
            return real(*request)

        monkeypatch.setattr(_http_request, "_send", interrupted)
        with pytest.raises(KeyboardInterrupt):
            encoder.encode(TEXTS)
        monkeypatch.setattr(_http_request, "_send", real)
        encoder.encode(TEXTS)
        assert sum(map(len, server.asked)) == len(TEXTS)


def test_strange_texts_are_sent_as_servers_take_them():
    texts = ["", "a\ud83d", "\udc00", "한국어 \U0001f600", "שלום", "x" * 100_000, " "]
    with EmbeddingServer(encode) as server:
        vectors = HttpEncoder(server.url, "m").encode(texts)
        assert server.asked == [[" ", "a\ufffd", "\ufffd", *texts[3:]]]
    assert vectors.shape == (7, 3)


def test_threads_share_an_encoder():
    with EmbeddingServer(encode) as server:
        embed = EmbeddingExtractor(
            HttpEncoder(server.url, "m", batch_size=3), cache=MemoryCache(), normalize=False
        )
        wanted = np.float32(encode(TEXTS))
        failures = []

        def work():
            if not np.array_equal(embed.transform(TEXTS), wanted):
                failures.append(1)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failures
        assert sum(map(len, server.asked)) == len(TEXTS)


def test_clones_and_pickles_share_the_cache():
    with EmbeddingServer(encode) as server:
        cache = MemoryCache()
        embed = EmbeddingExtractor(HttpEncoder(server.url, "m"), cache=cache, normalize=False)
        embed.transform(TEXTS)
        clone(embed).transform(TEXTS)
        again = pickle.loads(pickle.dumps(embed.model))
        assert again.fingerprint() == embed.model.fingerprint()
        EmbeddingExtractor(again, cache=cache, normalize=False).transform(TEXTS)
        assert sum(map(len, server.asked)) == len(TEXTS)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("localhost:8000", "m"), "url must be the address"),
        (("ftp://host/v1", "m"), "url must be the address"),
        (("http://host/v1?key=secret", "m"), "no password, key or query"),
        (("http://me:secret@host/v1", "m"), "no password, key or query"),
        (("http://me:secret/v1", "m"), "url must be the address"),
        (("http://host:99999/v1", "m"), "url must be the address"),
        (("http://[host/v1", "m"), "url must be the address"),
        (("http://host/v1 ", "m"), "url must be the address"),
        (("http://host/v1#secret", "m"), "no password, key or query"),
        (("http://host/v1", ""), "name of a model"),
    ],
)
def test_refuses_wrong_addresses_without_showing_secrets(arguments, message):
    with pytest.raises(ValueError, match=message) as caught:
        HttpEncoder(*arguments)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"api_key_env": "sk-abc123secret"}, "NAME of an environment variable"),
        ({"batch_size": 0}, "batch_size"),
        ({"concurrency": 1.5}, "concurrency"),
        ({"max_retries": -1}, "max_retries"),
        ({"timeout": 0}, "timeout"),
        ({"timeout": float("nan")}, "timeout"),
        ({"dimensions": 0}, "dimensions"),
        ({"max_bytes": 0}, "max_bytes"),
        ({"extra_body": {"input": 1}}, "extra_body has ['input']"),
        ({"extra_body": {"dimensions": 1}, "dimensions": 2}, "extra_body has ['dimensions']"),
        ({"extra_body": {"a": {1, 2}}}, "what JSON can hold"),
        ({"extra_headers": {"a b": "c"}}, "name that HTTP does not allow"),
        ({"extra_headers": {"X-A": "b\r\nX-C: secret"}}, "text without line ends"),
        ({"extra_headers": {"X-A": "비밀secret"}}, "in Latin-1"),
        ({"extra_headers": {"X-A": b"secret"}}, "in Latin-1"),
        ({"extra_headers": {"Content-Length": "3"}}, "is set already"),
        ({"extra_headers": {"api-key": "sk-secret"}}, "looks like a key"),
        ({"extra_headers": {"X-A": "{key}"}}, "api_key_env names none"),
    ],
)
def test_refuses_wrong_parameters(parameters, message):
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        HttpEncoder("http://host/v1", "m", **parameters)
    assert "secret" not in str(caught.value)
