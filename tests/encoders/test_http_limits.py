"""An HTTP encoder under bad servers, many threads, proxies and odd keys."""

import gc
import pickle
import socket
import subprocess
import sys
import threading
import time
import traceback
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from benchmarks.embedding_server import EmbeddingServer
from langalign_sk import EmbeddingExtractor
from langalign_sk.encoders import HttpEncoder, _http_request

RIGHT = b'{"data": [{"index": 0, "embedding": [1.0, 2.0]}]}'
SECRET = "sk-very-secret"


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr(_http_request, "_pause", lambda tried, asked: 0.01)


class RawServer:
    """Accepts connections; `serve` gets each one and the head of its first request."""

    def __init__(self, serve):
        self._serve = serve
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._stopped = threading.Event()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1"
        self.heads = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection):
        with connection:
            try:
                head = self.read_request(connection)
                if head:
                    self._serve(self, connection, head)
            except OSError:  # the client has had enough
                pass

    def read_request(self, connection):
        """Head of the next request, whose body is read as well."""
        data = b""
        while b"\r\n\r\n" not in data:
            part = connection.recv(65536)
            if not part:
                return b""
            data += part
        head, _, body = data.partition(b"\r\n\r\n")
        length = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-len")]
        while length and len(body) < int(length[0].split(b":")[1]):
            body += connection.recv(65536)
        self.heads.append(head)
        return head

    def drip(self, connection, data):
        """Send a byte at a time, which no timeout of a single read notices."""
        for byte in data:
            if self._stopped.wait(0.05):
                return
            connection.sendall(bytes([byte]))

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self._stopped.set()
        self._listener.close()


def answer(body=RIGHT, *, head=b""):
    length = b"Content-Length: %d\r\n" % len(body)
    return b"HTTP/1.1 200 OK\r\n" + head + length + b"\r\n" + body


def in_time(first, rest):
    """Serve a beginning at once and then a byte at a time."""

    def serve(server, connection, head):
        connection.sendall(first)
        server.drip(connection, rest)

    return serve


def continuing(server, connection, head):
    while not server._stopped.wait(0.01):
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")


def silent(server, connection, head):
    server._stopped.wait(60)


DRIPS = {
    "silence": silent,
    "status line": in_time(b"", answer()),
    "heads": in_time(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n" * 1000),
    "body": in_time(answer()[: -len(RIGHT)], RIGHT),
    "chunks": in_time(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n{\r\n" * 99),
    "body without an end": in_time(b"HTTP/1.1 200 OK\r\n\r\n", b"[" * 1000),
    "continue": continuing,
}


@pytest.mark.parametrize("kind", DRIPS)
def test_an_answer_that_drips_is_cut_at_the_deadline(kind):
    with RawServer(DRIPS[kind]) as server:
        encoder = HttpEncoder(server.url, "m", timeout=0.4)
        start = time.monotonic()
        with pytest.raises(
            ConnectionError, match=r"no complete answer within 0.4 s \(tried 2 times"
        ):
            encoder.encode(["a"])
        assert 0.8 <= time.monotonic() - start < 10


def test_a_refusal_that_drips_is_cut_and_told():
    with RawServer(in_time(b"HTTP/1.1 404 No\r\n\r\n", b"x" * 1000)) as server:
        start = time.monotonic()
        with pytest.raises(ValueError, match="does it end in /v1"):
            HttpEncoder(server.url, "m", timeout=0.4).encode(["a"])
        assert time.monotonic() - start < 10


def test_a_refusal_before_all_is_read_is_told():
    def serve(server, connection, head):
        connection.sendall(b"HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)
        time.sleep(0.2)

    def read_head(connection):
        return connection.recv(1000)

    with RawServer(serve) as server:
        server.read_request = read_head
        with pytest.raises(ValueError, match="make batch_size smaller"):
            HttpEncoder(server.url, "m").encode(["x" * 50_000_000])


def without_end(head):
    def serve(server, connection, _):
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n")
        piece = b"0" * 2**20
        if b"chunked" in head:
            piece = b"100000\r\n" + piece + b"\r\n"
        for _ in range(2048):
            connection.sendall(piece)

    return serve


@pytest.mark.parametrize(
    "head", [b"", b"Content-Length: 2147483648\r\n", b"Transfer-Encoding: chunked\r\n"]
)
def test_a_body_of_two_gigabytes_is_refused(head):
    with RawServer(without_end(head)) as server:
        encoder = HttpEncoder(server.url, "m")
        tracemalloc.start()
        with pytest.raises(ValueError, match=r"larger than 67,108,864 bytes.*max_bytes"):
            encoder.encode(["a"])
        assert tracemalloc.get_traced_memory()[1] < 100 * 2**20
        tracemalloc.stop()


def test_larger_answers_can_be_let_in():
    with RawServer(lambda server, connection, head: connection.sendall(answer())) as server:
        with pytest.raises(ValueError, match="larger than 20 bytes"):
            HttpEncoder(server.url, "m", max_bytes=20).encode(["a"])
        assert HttpEncoder(server.url, "m", max_bytes=len(RIGHT)).encode(["a"]).shape == (1, 2)


@pytest.mark.parametrize(
    ("body", "error", "message"),
    [
        (b"[" * 200_000, ConnectionError, "no JSON"),
        (RIGHT.replace(b"0,", b"1e999,"), ValueError, "read as numbers"),
        (RIGHT.replace(b"2.0", b"1e300"), ValueError, "NaN or infinity came back for 'a'"),
        (RIGHT.replace(b"2.0", b"1" * 400), ValueError, "read as numbers"),
        (RIGHT.replace(b'"index": 0', b'"index": 1'), ValueError, "one to one"),
    ],
)
def test_hostile_answers_are_clear_errors(body, error, message):
    with (
        RawServer(lambda server, connection, head: connection.sendall(answer(body))) as server,
        pytest.raises(error, match=message),
    ):
        HttpEncoder(server.url, "m").encode(["a"])


def test_as_many_requests_at_once_as_asked_for():
    everyone = threading.Barrier(32)

    def together(texts):
        everyone.wait(60)  # nobody is answered before all 32 have asked
        return [[1.0, 2.0]] * len(texts)

    with EmbeddingServer(together) as server:
        embed = EmbeddingExtractor(HttpEncoder(server.url, "m", concurrency=32))
        with ThreadPoolExecutor(32) as pool:
            shapes = list(pool.map(lambda i: embed.transform([f"text {i}"]).shape, range(32)))
    assert shapes == [(1, 2)] * 32


def test_one_call_keeps_all_requests_busy():
    everyone = threading.Barrier(16)

    def together(texts):
        everyone.wait(60)
        return [[1.0, 2.0]] * len(texts)

    with EmbeddingServer(together) as server:
        embed = EmbeddingExtractor(HttpEncoder(server.url, "m", concurrency=16))
        assert embed.transform([f"text {i}" for i in range(16 * 64)]).shape == (1024, 2)


def test_all_threads_together_keep_to_the_limit():
    under_way, most = [], []

    def slowly(texts):
        under_way.append(1)
        most.append(len(under_way))
        time.sleep(0.02)
        under_way.pop()
        return [[1.0]] * len(texts)

    with EmbeddingServer(slowly) as server:
        encoder = HttpEncoder(server.url, "m", concurrency=3, batch_size=1)
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda i: encoder.encode([f"{i}", f"other {i}"]), range(16)))
    assert max(most) == 3


def test_one_slow_request_stops_nobody():
    late, done = threading.Event(), []

    def serve(texts):
        if texts == ["slow"]:
            late.wait(60)
        return [[1.0]] * len(texts)

    with EmbeddingServer(serve) as server:
        embed = EmbeddingExtractor(HttpEncoder(server.url, "m"))
        slow = threading.Thread(target=lambda: done.append(embed.transform(["slow"])))
        slow.start()
        for i in range(5):
            embed.transform([f"{i}"])
        assert not done
        late.set()
        slow.join()
    assert done


def test_vectors_of_calls_that_failed_do_not_pile_up():
    faults = [fault for _ in range(40) for fault in (None, 400)]
    with EmbeddingServer(lambda texts: [[1.0]] * len(texts), faults) as server:
        encoder = HttpEncoder(server.url, "m", batch_size=1, concurrency=1)
        for i in range(40):
            with pytest.raises(ValueError, match="answered 400"):
                encoder.encode([f"{i}", f"bad {i}"])
        assert sum(map(len, encoder._open.kept)) == 16
        encoder.encode(["39", "bad 39"])
        assert server.asked[-1] == ["bad 39"]


def keeping(server, connection, head):
    """Answer one request after the other, as servers do that keep connections."""
    while head:
        connection.sendall(answer())
        head = server.read_request(connection)


def ending(server, connection, head):
    """Promise to keep the connection, then end it without a word."""
    connection.sendall(answer())


def test_connections_are_used_again():
    opened = []

    def serve(server, connection, head):
        opened.append(1)
        keeping(server, connection, head)

    with RawServer(serve) as server:
        encoder = HttpEncoder(server.url, "m", batch_size=1)
        for i in range(20):
            encoder.encode([f"{i}"])
        assert len(opened) == 1
        pickle.loads(pickle.dumps(encoder)).encode(["a"])
        assert len(opened) == 2
        del encoder
        gc.collect()  # an open socket would be a warning


def test_a_connection_that_the_server_ended_is_no_failure(caplog):
    with RawServer(ending) as server:
        encoder = HttpEncoder(server.url, "m", max_retries=0)
        for i in range(5):
            np.testing.assert_array_equal(encoder.encode([f"{i}"]), [[1.0, 2.0]])
    assert caplog.text == ""
    assert len(server.heads) == 5


FORKED = """
import os
from langalign_sk.encoders import HttpEncoder
from tests.encoders.test_http_limits import RawServer, keeping

opened = []

def serve(server, connection, head):
    opened.append(1)
    keeping(server, connection, head)

with RawServer(serve) as server:
    encoder = HttpEncoder(server.url, "m")
    encoder.encode(["a"])
    encoder._open.lock.acquire()  # as another thread might
    child = os.fork()
    if not child:
        encoder.encode(["b"])
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    encoder._open.lock.release()
    encoder.encode(["c"])
print(len(opened))
"""


def test_a_forked_child_does_not_talk_over_the_connections_of_its_parent():
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORKED], capture_output=True, check=True, timeout=120
    )
    assert done.stdout == b"2\n"


def test_proxies_of_the_environment(monkeypatch):
    with RawServer(keeping) as proxy:
        address = proxy.url.removeprefix("http://").removesuffix("/v1")
        monkeypatch.setenv("http_proxy", f"http://me:pass%20word@{address}")
        monkeypatch.setenv("no_proxy", "elsewhere")
        HttpEncoder("http://server.example:8000/v1", "m").encode(["a"])
        head = proxy.heads[0].decode()
        assert head.startswith("POST http://server.example:8000/v1/embeddings HTTP/1.1\r\n")
        assert "Host: server.example:8000\r\n" in head
        assert "Proxy-Authorization: Basic bWU6cGFzcyB3b3Jk" in head

        with RawServer(keeping) as server:
            monkeypatch.setenv("no_proxy", "127.0.0.1")
            HttpEncoder(server.url, "m").encode(["a"])
            assert server.heads[0].startswith(b"POST /v1/embeddings HTTP/1.1\r\n")
            assert len(proxy.heads) == 1


def test_tls_goes_through_a_proxy_as_a_tunnel(monkeypatch):
    def refuse(server, connection, head):
        connection.sendall(b"HTTP/1.1 403 Forbidden\r\n\r\n")

    with RawServer(refuse) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url.removesuffix("/v1"))
        with pytest.raises(ConnectionError, match="Tunnel connection failed: 403"):
            HttpEncoder("https://server.example/v1", "m").encode(["a"])
    assert proxy.heads[0].startswith(b"CONNECT server.example:443 HTTP/1.")
    with RawServer(in_time(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n" * 1000)) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url.removesuffix("/v1"))
        with pytest.raises(ConnectionError, match="no complete answer within 0.3 s"):
            HttpEncoder("https://server.example/v1", "m", timeout=0.3).encode(["a"])


def test_further_fields_and_headers_are_sent_and_tell_vectors_apart(monkeypatch):
    monkeypatch.setenv("TEST_KEY", SECRET)
    bodies = []

    def encode(texts):
        return [[1.0]] * len(texts)

    with EmbeddingServer(encode, bodies=bodies) as server:
        plain = HttpEncoder(server.url, "m")
        rich = HttpEncoder(
            server.url,
            "m",
            api_key_env="TEST_KEY",
            dimensions=256,
            extra_body={"input_type": "query"},
            extra_headers={"api-key": "{key}", "X-Team": "a"},
        )
        plain.encode(["a"])
        rich.encode(["a"])
    (_, first), (headers, second) = bodies
    assert first == {"model": "m", "input": ["a"]}
    assert second == {**first, "dimensions": 256, "input_type": "query"}
    assert (headers["api-key"], headers["X-Team"]) == (SECRET, "a")
    assert "Authorization" not in headers
    assert SECRET not in repr(rich) + str(vars(rich)) + str(pickle.dumps(rich))
    others = [
        HttpEncoder(server.url, "m", dimensions=512),
        HttpEncoder(server.url, "m", extra_body={"dimensions": 256}),
        HttpEncoder(server.url, "m", extra_headers={"X-Team": "a"}),
    ]
    assert len({encoder.fingerprint() for encoder in (plain, rich, *others)}) == 5
    assert plain.fingerprint() == f"http:{server.url}:m"


@pytest.mark.parametrize("odd", ["\n", "\r\nX-A: b", "비", "\x7f", "\udc80", "\u2028"])
def test_keys_that_no_header_can_hold_are_refused_unseen(monkeypatch, odd):
    monkeypatch.setenv("TEST_KEY", f"{SECRET}{odd}{SECRET}")
    with pytest.raises(ValueError, match="TEST_KEY holds characters that cannot be sent") as caught:
        HttpEncoder("http://127.0.0.1:9/v1", "m", api_key_env="TEST_KEY").encode(["a"])
    assert "secret" not in "".join(traceback.format_exception(caught.value))


def repeating(status, *, before=b"", after=b""):
    """Answer with the key, as a careless server would."""

    def serve(server, connection, head):
        key = next(line for line in head.split(b"\r\n") if line.startswith(b"Authorization"))
        connection.sendall(status.replace(b"KEY", key) + b"\r\n" + before + key + after)

    return serve


@pytest.mark.parametrize(
    "serve",
    [
        repeating(b"HTTP/1.1 400 Bad\r\n"),
        repeating(b"HTTP/1.1 400 KEY\r\nX-A: KEY\r\n"),
        repeating(b"KEY\r\n"),
        repeating(b"HTTP/1.1 KEY\r\n"),
        repeating(b"HTTP/1.1 307 Go\r\nLocation: http://127.0.0.1:9/KEY\r\n"),
        repeating(b"HTTP/1.1 400 Bad\r\n", before=b"Is this it?" + b" " * 4049, after=b"!"),
        repeating(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n"),
        repeating(b"HTTP/1.1 200 OK\r\n"),
    ],
)
def test_no_error_shows_the_key_that_a_server_repeats(monkeypatch, serve):
    monkeypatch.setenv("TEST_KEY", SECRET)
    with RawServer(serve) as server, pytest.raises((ValueError, ConnectionError)) as caught:
        HttpEncoder(server.url, "m", api_key_env="TEST_KEY").encode(["a"])
    shown = "".join(traceback.format_exception(caught.value))
    assert not any(part in shown for part in ("sk-very", "secret"))
