"""One request for vectors: over a connection that stays open, cut in time, tried again, checked."""

from __future__ import annotations

import base64
import contextlib
import email.utils
import http.client
import io
import json
import logging
import random
import socket
import threading
import time
import urllib.request
from collections import deque
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

import numpy as np

from langalign_sk._io import quoted
from langalign_sk._numeric import Float32Array
from langalign_sk._process import caches

logger = logging.getLogger("langalign_sk")

_WORTH_ANOTHER_TRY = {408, 409, 425, 429}
_LONGEST_PAUSE = 30.0
_LONGEST_ASKED_PAUSE = 120.0
_SHOWN = 200  # characters of a server's own words in an error
_REFUSAL_BYTES = 4096
_PIECE = 2**20  # bytes of an answer taken at a time


@dataclass(frozen=True)
class Server:
    """Where to send requests, what goes along, and how patiently."""

    address: str
    model: str
    fields: dict[str, Any]
    headers: dict[str, str] = field(repr=False)
    key: str | None = field(repr=False)
    key_name: str | None
    timeout: float
    max_retries: int
    max_bytes: int


class _TransientError(Exception):
    """A failure that may pass; `pause` is what the server asked for."""

    def __init__(self, why: str, pause: float | None = None) -> None:
        super().__init__(why)
        self.pause = pause


@dataclass(frozen=True)
class _Answer:
    """What came back."""

    status: int
    headers: Any
    body: bytes


class Connections:
    """Connections of one process to one server: so many requests at once, and open for the next.

    Proxies are those of the environment (``HTTPS_PROXY``, ``NO_PROXY``), as urllib finds them.
    """

    def __init__(self, address: str, at_once: int) -> None:
        self._parts = urlsplit(address)
        self._turn = threading.Semaphore(at_once)
        self._idle: deque[_Connection | _TlsConnection] = deque()

    def post(self, server: Server, body: bytes) -> _Answer:
        """Send a body and take in the answer, all of it within the server's timeout."""
        with self._turn:
            deadline = time.monotonic() + server.timeout
            while True:
                try:
                    connection = self._idle.pop()
                except IndexError:
                    break
                # Servers end idle connections without a word: then once more over another one.
                with contextlib.suppress(ConnectionError):
                    return self._exchange(connection, server, body, deadline)
            return self._exchange(self._connect(deadline), server, body, deadline)

    def _connect(self, deadline: float) -> _Connection | _TlsConnection:
        """Open a connection, through a proxy where there is one."""
        parts = self._parts
        kind = _TlsConnection if parts.scheme == "https" else _Connection
        host, port = str(parts.hostname), parts.port or (443 if parts.scheme == "https" else 80)
        proxy = urllib.request.getproxies().get(parts.scheme)
        if not proxy or urllib.request.proxy_bypass(parts.netloc):
            connection = kind(host, port)
            connection.target = parts.path
        else:
            via = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
            connection = kind(str(via.hostname), via.port or 80)
            login = _login(via.username, via.password)
            if parts.scheme == "https":
                connection.set_tunnel(host, port, login)
                connection.target = parts.path
            else:
                connection.target, connection.extra = parts.geturl(), login
        connection.until(deadline)
        try:
            connection.connect()
        except BaseException:
            connection.close()
            raise
        return connection

    def _exchange(
        self,
        connection: _Connection | _TlsConnection,
        server: Server,
        body: bytes,
        deadline: float,
    ) -> _Answer:
        """Send and receive; the connection is kept if the next request can have it."""
        try:
            connection.until(deadline)
            headers = server.headers | connection.extra
            # A server may answer, and stop reading, before it has all.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.request("POST", connection.target, body, headers)
            with connection.getresponse() as response:
                content = _content(response, server)
                answer = _Answer(response.status, response.headers, content)
                ended = response.isclosed() and not response.will_close
        except BaseException:
            connection.close()
            raise
        if ended:
            self._idle.append(connection)
        else:
            connection.close()
        return answer

    def __del__(self) -> None:
        for connection in getattr(self, "_idle", ()):
            connection.close()


class _Deadline:
    """Mixin of a connection: its requests end at a time, however slowly bytes drip in."""

    target = ""
    extra: dict[str, str] = {}  # noqa: RUF012  # replaced, never changed
    timeout: float | None
    sock: Any

    def until(self, deadline: float) -> None:
        """Set the time at which whatever is under way fails."""
        self._deadline = deadline
        self.timeout = max(deadline - time.monotonic(), 0.001)
        if self.sock is not None:
            self.sock.settimeout(self.timeout)

    def response_class(
        self, sock: socket.socket, *args: Any, **options: Any
    ) -> http.client.HTTPResponse:
        """Read an answer, of the server or of a proxy, until the deadline."""
        until: Any = _UntilDeadline(sock, self._deadline)
        return http.client.HTTPResponse(until, *args, **options)


class _Connection(_Deadline, http.client.HTTPConnection):  # type: ignore[misc]  # untyped hook
    """Connection in the clear."""


class _TlsConnection(_Deadline, http.client.HTTPSConnection):  # type: ignore[misc]  # untyped hook
    """Connection with TLS."""


class _UntilDeadline(io.RawIOBase):
    """What a socket receives, where all reads together have one timeout."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)
        self._deadline = deadline

    def makefile(self, mode: str) -> io.BufferedReader:
        """Return the buffered file that a response asks its socket for."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        """Tell that this can be read."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Read what there is."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)
        if hasattr(socket, "TCP_QUICKACK"):
            # Many servers send head and body apart, the body only once the head is acknowledged,
            # which Linux puts off by 40 ms.
            self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        """Let go of the socket, which the connection may keep open."""
        self._raw.close()
        super().close()


def _login(user: str | None, password: str | None) -> dict[str, str]:
    """Header by which a proxy knows who asks."""
    if user is None:
        return {}
    login = f"{unquote(user)}:{unquote(password or '')}".encode()
    return {"Proxy-Authorization": f"Basic {base64.b64encode(login).decode()}"}


def _content(response: http.client.HTTPResponse, server: Server) -> bytes:
    """Body of an answer, and no more than the server may send."""
    if not 200 <= response.status < 300:
        with contextlib.suppress(OSError, http.client.HTTPException):
            return response.read(_REFUSAL_BYTES)
        return b""
    too_large = ValueError(
        f"{server.address}: the answer is larger than {server.max_bytes:,} bytes; is this an "
        "embeddings server? A smaller batch_size makes answers smaller, max_bytes lets larger in"
    )
    if (response.length or 0) > server.max_bytes:
        raise too_large
    pieces, left = [], server.max_bytes + 1
    while piece := response.read(min(_PIECE, left)):
        pieces.append(piece)
        left -= len(piece)
        if not left:
            raise too_large
    if response.length:
        raise http.client.IncompleteRead(b"", response.length)
    return b"".join(pieces)


def request_vectors(
    connections: Connections, server: Server, texts: list[str], given_up: threading.Event
) -> Float32Array:
    """Vectors of one batch; `given_up` ends the waiting because another batch failed."""
    asked = {**server.fields, "model": server.model, "input": [_sendable(text) for text in texts]}
    body = json.dumps(asked).encode()
    tried = 0
    while True:
        try:
            payload = _send(connections, server, body)
            vectors = _vectors_in(payload, texts, server)
        except _TransientError as error:
            tried += 1
            # A wrong address is told at once, a restart waited out.
            patience = server.max_retries if server.address in caches.answered else 1
            if tried > min(patience, server.max_retries) or given_up.is_set():
                raise ConnectionError(_gave_up(server, error, tried)) from None
            pause = _pause(tried, error.pause)
            logger.warning(
                "%s: %s; trying again in %.1f s (%d of %d)",
                server.address,
                error,
                pause,
                tried,
                server.max_retries,
            )
            given_up.wait(pause)
        else:
            caches.answered.put(server.address, True)
            return vectors


def _gave_up(server: Server, error: _TransientError, tried: int) -> str:
    """Say what the user needs to know in the end."""
    tries = "once" if tried == 1 else f"{tried} times"
    advice = (
        "what came back before is kept: run again to go on"
        if server.address in caches.answered
        else "is the address right, and the server running?"
    )
    return f"{server.address}: {error} (tried {tries}); {advice}"


def _send(connections: Connections, server: Server, body: bytes) -> Any:
    """Send one request and return the parsed answer."""
    try:
        answer = connections.post(server, body)
    except TimeoutError:
        raise _TransientError(f"no complete answer within {server.timeout:g} s") from None
    except http.client.HTTPException as error:  # among them a cut before the first byte
        # Not shown: it may quote what a careless server repeats.
        raise _TransientError(f"the connection was cut ({type(error).__name__})") from None
    except ConnectionRefusedError as error:
        raise _TransientError(f"no connection ({error})") from None
    except ConnectionError as error:
        raise _TransientError(f"the connection was cut ({type(error).__name__})") from None
    except OSError as error:  # no such host, no trust in its certificate, no way through a proxy
        raise _TransientError(f"no connection ({error})") from None
    if not 200 <= answer.status < 300:
        raise _refusal(server, answer)
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        raise _TransientError("the answer is no JSON") from None


def _refusal(server: Server, answer: _Answer) -> Exception:
    """Turn an answer that is an error into one to wait for, or one to raise."""
    code = answer.status
    if code >= 500 or code in _WORTH_ANOTHER_TRY:
        caches.answered.put(server.address, True)  # a server is there
        return _TransientError(f"the server answered {code}", _asked_pause(answer.headers))
    said = answer.body.decode("utf-8", "replace")
    if server.key:
        said = said.replace(server.key, "***")
        if len(answer.body) >= _REFUSAL_BYTES:  # its end may be the beginning of the key
            said = said[: -len(server.key)]
    said = " ".join(said.split())
    said = f": {said[:_SHOWN]}" if said else ""
    hint = {
        301: "url must be the address after the redirect",
        302: "url must be the address after the redirect",
        307: "url must be the address after the redirect",
        308: "url must be the address after the redirect",
        400: "the model's name, or a text that is too long for it, may be why",
        401: _key_hint(server),
        403: _key_hint(server),
        404: "the address (does it end in /v1?) or the model's name is wrong",
        413: "make batch_size smaller",
    }.get(code, "the request is refused")
    return ValueError(f"{server.address} answered {code} for {server.model!r}: {hint}{said}")


def _key_hint(server: Server) -> str:
    """Say what to do when the key is refused."""
    if server.key_name is None:
        return "the server wants a key; name its environment variable in api_key_env"
    return f"the key in {server.key_name} is refused"


def _asked_pause(headers: Any) -> float | None:
    """Seconds that the server asks to wait, if it does."""
    value = headers.get("Retry-After")
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(value).timestamp() - time.time()
        except (TypeError, ValueError, OverflowError):
            return None
    return min(max(seconds, 0.0), _LONGEST_ASKED_PAUSE) if seconds == seconds else None


def _pause(tried: int, asked: float | None) -> float:
    """Seconds to wait: what the server asked for, or half a second doubled, and not in step."""
    if asked is not None:
        return asked
    longest: float = min(_LONGEST_PAUSE, 0.5 * 2.0 ** (tried - 1))
    return longest * random.SystemRandom().uniform(0.5, 1.0)


def _vectors_in(payload: Any, texts: list[str], server: Server) -> Float32Array:
    """Vectors of an answer, in the order of the texts."""
    data = payload.get("data") if isinstance(payload, dict) else None
    where = f"{server.address} ({server.model!r})"
    if not isinstance(data, list):
        raise ValueError(f"{where}: the answer holds no list 'data'; is this an embeddings server?")
    if len(data) != len(texts):
        raise ValueError(
            f"{where}: {len(data)} vectors came back for {len(texts)} texts, beginning with "
            f"{quoted(texts[0])}; nothing of that answer is used"
        )
    try:
        order = [int(item.get("index", row)) for row, item in enumerate(data)]
        with np.errstate(over="ignore"):  # too large for float32: infinity, reported below
            rows = np.array([item["embedding"] for item in data], dtype=np.float32)
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
        raise ValueError(
            f"{where}: the answer's vectors can't be read as numbers of one width"
        ) from None
    if sorted(order) != list(range(len(texts))) or rows.ndim != 2 or not rows.shape[1]:
        raise ValueError(f"{where}: the answer's vectors don't match the texts one to one")
    if not np.isfinite(rows).all():
        bad = texts[order[int(np.flatnonzero(~np.isfinite(rows).all(axis=1))[0])]]
        raise ValueError(f"{where}: NaN or infinity came back for {quoted(bad)}")
    vectors = np.empty_like(rows)
    vectors[order] = rows
    return vectors


def _sendable(text: str) -> str:
    """Return the text as servers take it: not empty, and free of halves of characters."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") or " "
