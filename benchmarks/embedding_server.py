"""A real HTTP server of the ``/v1/embeddings`` protocol on loopback, with faults to order."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

Encode = Callable[[list[str]], Any]


class EmbeddingServer:
    """Serves `encode`; each request first takes the next fault of the list, if one is left.

    A fault is a number (the status of an answer), ``(status, {header: value})`` or one of "slow",
    "cut" (the connection ends before the answer), "half" (it ends amid the body), "rows" (one
    vector too few), "html" (no JSON), "nan", "order" (a right answer in another order), "width".
    `bodies` gets the headers and the parsed body of every request.
    """

    def __init__(
        self,
        encode: Encode,
        faults: Sequence[Any] = (),
        *,
        key: str | None = None,
        slow: float = 1.0,
        bodies: list[Any] | None = None,
    ) -> None:
        self.encode = encode
        self.faults = list(faults)
        self.key = key
        self.slow = slow
        self.bodies = bodies
        self.asked: list[list[str]] = []
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.01,), daemon=True
        )

    @property
    def url(self) -> str:
        """Address up to and with ``/v1``."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def next_fault(self) -> Any:
        """Fault of the next request, None for none."""
        with self._lock:
            return self.faults.pop(0) if self.faults else None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    """Threads that end with the process, and room for many who connect at once."""

    daemon_threads = True
    request_queue_size = 128


def _handler(server: EmbeddingServer) -> type[BaseHTTPRequestHandler]:
    """Handler class bound to one server."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            try:
                self.answer(server.next_fault())
            except (BrokenPipeError, ConnectionResetError):  # the client gave up waiting
                self.close_connection = True

        def answer(self, fault: Any) -> None:
            """Read the request and answer it, or not."""
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if server.bodies is not None:
                server.bodies.append((self.headers, body))
            if self.path != "/v1/embeddings":
                return self.send(404, b"no such page")
            if server.key and self.headers["Authorization"] != f"Bearer {server.key}":
                said = f"bad key: {self.headers['Authorization']}"  # as a careless server would
                return self.send(401, said.encode())
            if isinstance(fault, (int, tuple)):
                status, headers = fault if isinstance(fault, tuple) else (fault, {})
                return self.send(status, b'{"error": "injected"}', headers)
            if fault == "cut":
                self.close_connection = True
                return None
            if fault == "slow":
                time.sleep(server.slow)
            return self.send_vectors(body["input"], fault)

        def send_vectors(self, texts: list[str], fault: Any) -> None:
            """Answer with the vectors, spoiled if asked."""
            server.asked.append(texts)
            rows = [[float(x) for x in row] for row in server.encode(texts)]
            data = [{"index": i, "embedding": row} for i, row in enumerate(rows)]
            if fault == "rows":
                data.pop()
            elif fault == "order":
                data.reverse()
            elif fault == "nan":
                data[0]["embedding"] = [float("nan")] * len(rows[0])
            elif fault == "width":
                data[0]["embedding"] = rows[0][:-1]
            answer = json.dumps({"object": "list", "data": data, "model": "m"}).encode()
            self.send(200, b"<html>" if fault == "html" else answer, half=fault == "half")

        def send(
            self, status: int, body: bytes, headers: Any = None, *, half: bool = False
        ) -> None:
            """Write an answer."""
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if half else body)
            self.close_connection = self.close_connection or half

        def log_message(self, format: str, *args: Any) -> None:
            """Keep quiet."""

    return Handler
