"""An encoder behind the ``/v1/embeddings`` protocol that hosted and self-hosted servers speak."""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, Self
from urllib.parse import urlsplit

import numpy as np

from langalign_sk._numeric import Float32Array
from langalign_sk._process import Lock, renew_in_children
from langalign_sk._version import __version__
from langalign_sk.encoders._http_request import Connections, Server, request_vectors

_KEPT_CALLS = 16  # that failed, whose vectors are kept for the next one
#: What the protocol itself sets.
_OWN_FIELDS = {"input", "model"}
_OWN_HEADERS = {"connection", "content-length", "content-type", "transfer-encoding"}
_SECRET_HEADER = re.compile(r"authorization|cookie|token|secret|key", re.IGNORECASE)
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\x20-\x7e\xa0-\xff]*")


class HttpEncoder:
    """Vectors from a server that speaks the ``/v1/embeddings`` protocol.

    Hosted services and self-hosted servers (vLLM, text-embeddings-inference, llama.cpp, Ollama and
    others) speak it. Goes in as `EmbeddingExtractor`'s `model`, whose cache keeps every text from
    being paid for twice. Requests that fail for the moment are tried again with growing pauses;
    when one fails for good, the vectors that others brought are kept for the next call.

    Parameters
    ----------
    url : str
        Address up to and with ``/v1``, as in ``"http://localhost:8000/v1"``.
    model : str
        Name of the model, as the server knows it.
    api_key_env : str, optional
        Name of the environment variable that holds the key. The key itself is read when a request
        is sent; it is in no log, error, representation or pickle. None sends no key.
    dimensions : int, optional
        Width of the vectors to ask for, where the model has several.
    batch_size : int, default=64
        Texts per request.
    concurrency : int, default=4
        Requests under way at once, those of all threads together.
    timeout : float, default=60.0
        Seconds after which a request without a complete answer counts as failed, however much of
        it has come.
    max_retries : int, default=5
        How often a request is sent again after an answer of 408, 409, 425, 429 or 5xx, a timeout, a
        connection that was cut or a body that is no JSON. The pauses grow from half a second to 30
        seconds; the server's ``Retry-After`` is followed up to two minutes. A server that has
        never answered gets one more try.
    max_bytes : int, default=67108864
        Bytes of an answer, 64 MiB unless given, beyond which it is refused.
    extra_body : mapping, optional
        Further fields of the request, such as ``{"input_type": "query"}``.
    extra_headers : mapping of str to str, optional
        Further headers. In a value, ``{key}`` stands for the key, which then goes there instead of
        into ``Authorization``: ``{"api-key": "{key}"}``.

    See Also
    --------
    EmbeddingExtractor : Embeds texts with encoders, and remembers.

    Notes
    -----
    The fingerprint, by which vectors are cached, is made of `url`, `model`, `dimensions`,
    `extra_body` and `extra_headers`: a server that changes the model behind a name can't be
    noticed. All of these are saved with a pipeline, so put no secret there. Servers refuse empty
    texts, so that one is sent as a blank; halves of characters (lone surrogates) are sent as
    U+FFFD. Redirects are not followed: they would carry the key to another address. Connections
    stay open for the next request, and go through the proxies that ``HTTPS_PROXY`` and its kin
    name.

    Examples
    --------
    >>> from langalign_sk.encoders import HttpEncoder
    >>> HttpEncoder("https://api.example.org/v1", "embed-small", api_key_env="EXAMPLE_KEY")
    HttpEncoder('https://api.example.org/v1', 'embed-small', api_key_env='EXAMPLE_KEY')
    """

    #: Threads may call `encode` at once; how many requests that makes is `concurrency`'s business.
    takes_threads = True

    def __init__(
        self,
        url: str,
        model: str,
        *,
        api_key_env: str | None = None,
        dimensions: int | None = None,
        batch_size: int = 64,
        concurrency: int = 4,
        timeout: float = 60.0,
        max_retries: int = 5,
        max_bytes: int = 2**26,
        extra_body: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
    ) -> None:
        _check_url(url)
        if not isinstance(model, str) or not model:
            raise ValueError(f"model must be the name of a model, got {model!r}")
        if api_key_env is not None and not (isinstance(api_key_env, str) and _is_name(api_key_env)):
            # Not shown: it may be the key itself.
            raise ValueError(
                "api_key_env must be the NAME of an environment variable, such as "
                "'OPENAI_API_KEY', not the key"
            )
        for name, value, least in (
            ("dimensions", 1 if dimensions is None else dimensions, 1),
            ("batch_size", batch_size, 1),
            ("concurrency", concurrency, 1),
            ("max_retries", max_retries, 0),
            ("max_bytes", max_bytes, 1),
        ):
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise ValueError(f"{name} must be a whole number >= {least}, got {value!r}")
        if not 0 < timeout <= threading.TIMEOUT_MAX:
            raise ValueError(f"timeout must be a number of seconds > 0, got {timeout!r}")
        self.url = url
        self.model = model
        self.api_key_env = api_key_env
        self.dimensions = dimensions
        self.batch_size = batch_size
        self.concurrency = concurrency
        self.timeout = timeout
        self.max_retries = max_retries
        self.max_bytes = max_bytes
        self.extra_body = _checked_fields(extra_body, dimensions)
        self.extra_headers = _checked_headers(extra_headers, api_key_env)
        self._open = _Open(self)

    @property
    def texts_at_once(self) -> int:
        """Texts of a call that keep all requests busy."""
        return 2 * self.batch_size * self.concurrency

    def encode(self, texts: Sequence[str]) -> Float32Array:
        """Vectors of the texts.

        Parameters
        ----------
        texts : sequence of str

        Returns
        -------
        ndarray of shape (n_texts, width), float32

        Raises
        ------
        ConnectionError
            Where no server answers, or the last of the tries failed.
        ValueError
            Where the server refuses the request, or its answer does not fit it.
        """
        texts = list(texts)
        here, wanted = self._open, set(texts)
        with here.lock:
            found = [(kept, text) for kept in here.kept for text in wanted & kept.keys()]
            vectors = {text: kept.pop(text) for kept, text in found}
        missing = [text for text in dict.fromkeys(texts) if text not in vectors]
        batches = [
            missing[start : start + self.batch_size]
            for start in range(0, len(missing), self.batch_size)
        ]
        try:
            self._request_all(here.connections, batches, vectors)
        except BaseException:  # an interrupt too: what was paid for is not thrown away
            if vectors:
                with here.lock:
                    here.kept.append(vectors)
            raise
        if not texts:
            return np.zeros((0, 0), dtype=np.float32)
        widths = {vector.size for vector in vectors.values()}
        if len(widths) > 1:
            raise ValueError(f"{self!r}: the server gave vectors of widths {sorted(widths)}")
        return np.stack([vectors[text] for text in texts])

    def fingerprint(self) -> str:
        """Digest-like name of what the vectors depend on.

        Returns
        -------
        str
        """
        name = f"http:{self.url.rstrip('/')}:{self.model}"
        more = [self.dimensions, self.extra_body, self.extra_headers]
        if not any(more):
            return name
        data = json.dumps(more, sort_keys=True).encode()
        return f"{name}:{hashlib.blake2b(data, digest_size=16).hexdigest()}"

    def _request_all(
        self,
        connections: Connections,
        batches: list[list[str]],
        vectors: dict[str, Float32Array],
    ) -> None:
        """Send the requests, several at once, and put what comes back into `vectors`."""
        if not batches:
            return
        server, given_up = self._server(), threading.Event()
        if len(batches) == 1:
            found = request_vectors(connections, server, batches[0], given_up)
            vectors.update(zip(batches[0], found, strict=True))
            return
        pool = ThreadPoolExecutor(min(self.concurrency, len(batches)), "langalign-http")
        futures: dict[Future[Float32Array], list[str]] = {}
        try:
            for batch in batches:
                futures[pool.submit(request_vectors, connections, server, batch, given_up)] = batch
            pending = set(futures)
            while pending:
                done, pending = wait(pending, return_when="FIRST_EXCEPTION")
                failed = [future.exception() for future in done if future.exception()]
                if failed and failed[0] is not None:
                    raise failed[0]
        finally:
            given_up.set()  # ends the pauses of the other requests
            # Requests under way are let finish after an error, for they are paid for.
            pool.shutdown(wait=True, cancel_futures=True)
            for future, batch in futures.items():
                if future.done() and not future.cancelled() and future.exception() is None:
                    vectors.update(zip(batch, future.result(), strict=True))

    def _server(self) -> Server:
        """Return what goes into the requests of one call."""
        key, fields = self._key(), dict(self.extra_body)
        if self.dimensions is not None:
            fields["dimensions"] = self.dimensions
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"langalign-sk/{__version__}",
            **{name: text.replace("{key}", key or "") for name, text in self.extra_headers.items()},
        }
        if key is not None and not any("{key}" in text for text in self.extra_headers.values()):
            headers["Authorization"] = f"Bearer {key}"
        return Server(
            address=_address(self.url),
            model=self.model,
            fields=fields,
            headers=headers,
            key=key,
            key_name=self.api_key_env,
            timeout=self.timeout,
            max_retries=self.max_retries,
            max_bytes=self.max_bytes,
        )

    def _key(self) -> str | None:
        """The key, read anew for each call."""
        if self.api_key_env is None:
            return None
        key = os.environ.get(self.api_key_env, "").strip()
        if not key:
            raise ValueError(
                f"the environment variable {self.api_key_env}, which api_key_env names, is not "
                "set: put the server's key there"
            )
        if not _HEADER_VALUE.fullmatch(key):
            raise ValueError(
                f"the key in the environment variable {self.api_key_env} holds characters that "
                "cannot be sent (line ends, control characters, letters beyond Latin-1): set it "
                "anew, perhaps it was copied with its surroundings"
            )
        return key

    def __repr__(self) -> str:
        key = "" if self.api_key_env is None else f", api_key_env={self.api_key_env!r}"
        width = "" if self.dimensions is None else f", dimensions={self.dimensions}"
        return f"HttpEncoder({self.url!r}, {self.model!r}{key}{width})"

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_open"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._open = _Open(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Stay one object through scikit-learn's cloning: it never changes."""
        return self


class _Open:
    """What belongs to one process: connections, and vectors of calls that failed."""

    def __init__(self, encoder: HttpEncoder) -> None:
        self._opened = _address(encoder.url), encoder.concurrency
        self.after_fork()
        renew_in_children(self)

    def after_fork(self) -> None:
        """Begin with nothing: a child must not talk over the connections of its parent."""
        self.connections = Connections(*self._opened)
        self.kept: deque[dict[str, Float32Array]] = deque(maxlen=_KEPT_CALLS)
        self.lock = Lock()


def _address(url: str) -> str:
    """Full address of the protocol's one verb."""
    url = url.rstrip("/")
    return url if url.endswith("/embeddings") else f"{url}/embeddings"


def _check_url(url: Any) -> None:
    """Refuse an address that cannot be used, or holds a secret."""
    hint = "url must be the address of a server, such as 'http://localhost:8000/v1'"
    try:
        parts = urlsplit(url if isinstance(url, str) else "")
        secret = bool(parts.username or parts.password)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # a port that is none, a bracket too many; not shown: it may be a password
        raise ValueError(hint) from None
    if not usable or not re.fullmatch(r"[\x21-\x7e]*", parts.path):
        raise ValueError(hint if secret else f"{hint}; got {url!r}")
    if secret or parts.query or parts.fragment:
        raise ValueError(
            "url must hold no password, key or query, for it is shown and saved; put the key "
            "in an environment variable and name it in api_key_env"
        )


def _is_name(text: str) -> bool:
    """Tell whether a text looks like the name of an environment variable, not like a key."""
    return text.isidentifier() and text.isascii() and len(text) <= 64 and text.upper() == text


def _checked_fields(fields: Mapping[str, Any] | None, dimensions: int | None) -> dict[str, Any]:
    """Return the further fields of a request."""
    found = dict(fields or {})
    own = _OWN_FIELDS | ({"dimensions"} if dimensions is not None else set())
    if own & found.keys():
        raise ValueError(f"extra_body has {sorted(own & found.keys())}, which are set already")
    try:
        json.dumps(found, sort_keys=True, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ValueError(f"extra_body must be made of what JSON can hold: {error}") from None
    return found


def _checked_headers(headers: Mapping[str, str] | None, key_name: str | None) -> dict[str, str]:
    """Return the further headers of a request; errors show no value, which may be a secret."""
    found = dict(headers or {})
    for name, text in found.items():
        if not (isinstance(name, str) and _HEADER_NAME.fullmatch(name)):
            raise ValueError("extra_headers has a name that HTTP does not allow")
        if not (isinstance(text, str) and _HEADER_VALUE.fullmatch(text)):
            raise ValueError(f"extra_headers[{name!r}] must be text without line ends, in Latin-1")
        if name.lower() in _OWN_HEADERS:
            raise ValueError(f"extra_headers[{name!r}] is set already")
        if "{key}" in text and key_name is None:
            raise ValueError(f"extra_headers[{name!r}] has {{key}}, but api_key_env names none")
        if _SECRET_HEADER.search(name) and "{key}" not in text:
            raise ValueError(
                f"extra_headers[{name!r}] looks like a key, which would be saved with the "
                "encoder: put it in an environment variable, name that in api_key_env, and write "
                "{key} here"
            )
    return found
