"""One request for vectors: sent, tried again, checked."""

from __future__ import annotations

import email.utils
import http.client
import json
import logging
import random
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from langalign_sk._io import quoted
from langalign_sk._numeric import Float32Array
from langalign_sk._process import caches
from langalign_sk._version import __version__

logger = logging.getLogger("langalign_sk")

_WORTH_ANOTHER_TRY = {408, 409, 425, 429}
_LONGEST_PAUSE = 30.0
_LONGEST_ASKED_PAUSE = 120.0
_SHOWN = 200  # characters of a server's own words in an error


@dataclass(frozen=True)
class Endpoint:
    """Where to send requests, and how patiently."""

    url: str
    model: str
    key: str | None = field(repr=False)
    key_name: str | None
    timeout: float
    max_retries: int

    @property
    def address(self) -> str:
        """Full address of the protocol's one verb."""
        url = self.url.rstrip("/")
        return url if url.endswith("/embeddings") else f"{url}/embeddings"


class _TransientError(Exception):
    """A failure that may pass; `pause` is what the server asked for."""

    def __init__(self, why: str, pause: float | None = None) -> None:
        super().__init__(why)
        self.pause = pause


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is an error: it would take the key along."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """Follow nothing."""
        return None


def request_vectors(
    endpoint: Endpoint, texts: list[str], given_up: threading.Event
) -> Float32Array:
    """Vectors of one batch; `given_up` ends the waiting because another batch failed."""
    body = json.dumps(
        {"model": endpoint.model, "input": [_sendable(text) for text in texts]}
    ).encode()
    tried = 0
    while True:
        try:
            payload = _send(endpoint, body)
            vectors = _vectors_in(payload, texts, endpoint)
        except _TransientError as error:
            tried += 1
            # A wrong address is told at once, a restart waited out.
            patience = endpoint.max_retries if endpoint.address in caches.answered else 1
            if tried > min(patience, endpoint.max_retries) or given_up.is_set():
                raise ConnectionError(_gave_up(endpoint, error, tried)) from error.__cause__
            pause = _pause(tried, error.pause)
            logger.warning(
                "%s: %s; trying again in %.1f s (%d of %d)",
                endpoint.address,
                error,
                pause,
                tried,
                endpoint.max_retries,
            )
            given_up.wait(pause)
        else:
            caches.answered.put(endpoint.address, True)
            return vectors


def _gave_up(endpoint: Endpoint, error: _TransientError, tried: int) -> str:
    """What to tell the user in the end."""
    tries = "once" if tried == 1 else f"{tried} times"
    advice = (
        "what came back before is kept: run again to go on"
        if endpoint.address in caches.answered
        else "is the address right, and the server running?"
    )
    return f"{endpoint.address}: {error} (tried {tries}); {advice}"


def _send(endpoint: Endpoint, body: bytes) -> Any:
    """Send one request and return the parsed answer."""
    headers = {"Content-Type": "application/json", "User-Agent": f"langalign-sk/{__version__}"}
    request = urllib.request.Request(endpoint.address, data=body, headers=headers, method="POST")
    if endpoint.key is not None:
        request.add_unredirected_header("Authorization", f"Bearer {endpoint.key}")
    try:
        with urllib.request.build_opener(_NoRedirect).open(
            request, timeout=endpoint.timeout
        ) as answer:
            raw = answer.read()
    except urllib.error.HTTPError as error:
        with error:
            raise _refusal(endpoint, error) from None  # its headers may repeat the key
    except TimeoutError as error:
        raise _TransientError(f"no answer within {endpoint.timeout:g} s") from error
    except urllib.error.URLError as error:
        if isinstance(error.reason, TimeoutError):
            raise _TransientError(f"no answer within {endpoint.timeout:g} s") from error
        raise _TransientError(f"no connection ({error.reason})") from error
    except (http.client.HTTPException, OSError) as error:
        raise _TransientError(f"the connection was cut ({type(error).__name__})") from error
    try:
        return json.loads(raw)
    except ValueError as error:
        raise _TransientError("the answer is no JSON") from error


def _refusal(endpoint: Endpoint, error: urllib.error.HTTPError) -> Exception:
    """Turn an answer that is an error into one to wait for, or one to raise."""
    try:
        said = " ".join(error.read(4096).decode("utf-8", "replace").split())
    except (OSError, http.client.HTTPException):
        said = ""
    if endpoint.key:
        said = said.replace(endpoint.key, "***")
    said = f": {said[:_SHOWN]}" if said else ""
    code = error.code
    if code >= 500 or code in _WORTH_ANOTHER_TRY:
        caches.answered.put(endpoint.address, True)  # a server is there
        return _TransientError(f"the server answered {code}", _asked_pause(error.headers))
    hint = {
        301: "url must be the address after the redirect",
        302: "url must be the address after the redirect",
        307: "url must be the address after the redirect",
        308: "url must be the address after the redirect",
        400: "the model's name, or a text that is too long for it, may be why",
        401: _key_hint(endpoint),
        403: _key_hint(endpoint),
        404: "the address (does it end in /v1?) or the model's name is wrong",
        413: "make batch_size smaller",
    }.get(code, "the request is refused")
    return ValueError(f"{endpoint.address} answered {code} for {endpoint.model!r}: {hint}{said}")


def _key_hint(endpoint: Endpoint) -> str:
    """What to do when the key is refused."""
    if endpoint.key_name is None:
        return "the server wants a key; name its environment variable in api_key_env"
    return f"the key in {endpoint.key_name} is refused"


def _asked_pause(headers: Any) -> float | None:
    """Seconds that the server asks to wait, if it does."""
    value = headers.get("Retry-After") if headers else None
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(value).timestamp() - time.time()
        except (TypeError, ValueError):
            return None
    return min(max(seconds, 0.0), _LONGEST_ASKED_PAUSE) if seconds == seconds else None


def _pause(tried: int, asked: float | None) -> float:
    """Seconds to wait: what the server asked for, or half a second doubled, and not in step."""
    if asked is not None:
        return asked
    longest: float = min(_LONGEST_PAUSE, 0.5 * 2.0 ** (tried - 1))
    return longest * random.SystemRandom().uniform(0.5, 1.0)


def _vectors_in(payload: Any, texts: list[str], endpoint: Endpoint) -> Float32Array:
    """Vectors of an answer, in the order of the texts."""
    data = payload.get("data") if isinstance(payload, dict) else None
    where = f"{endpoint.address} ({endpoint.model!r})"
    if not isinstance(data, list):
        raise ValueError(f"{where}: the answer holds no list 'data'; is this an embeddings server?")
    if len(data) != len(texts):
        raise ValueError(
            f"{where}: {len(data)} vectors came back for {len(texts)} texts, beginning with "
            f"{quoted(texts[0])}; nothing of that answer is used"
        )
    try:
        order = [int(item.get("index", row)) for row, item in enumerate(data)]
        rows = np.array([item["embedding"] for item in data], dtype=np.float32)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"{where}: the answer's vectors can't be read as numbers of one width"
        ) from error
    if sorted(order) != list(range(len(texts))) or rows.ndim != 2 or not rows.shape[1]:
        raise ValueError(f"{where}: the answer's vectors don't match the texts one to one")
    if not np.isfinite(rows).all():
        bad = texts[order[int(np.flatnonzero(~np.isfinite(rows).all(axis=1))[0])]]
        raise ValueError(f"{where}: NaN or infinity came back for {quoted(bad)}")
    vectors = np.empty_like(rows)
    vectors[order] = rows
    return vectors


def _sendable(text: str) -> str:
    """The text as servers take it: not empty, and free of halves of characters."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") or " "
