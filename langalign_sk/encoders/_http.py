"""An encoder behind the ``/v1/embeddings`` protocol that hosted and self-hosted servers speak."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, Self
from urllib.parse import urlsplit

import numpy as np

from langalign_sk._numeric import Float32Array
from langalign_sk._process import Lock
from langalign_sk.encoders._http_request import Endpoint, request_vectors


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
    batch_size : int, default=64
        Texts per request.
    concurrency : int, default=4
        Requests under way at once, per call.
    timeout : float, default=60.0
        Seconds without an answer after which a request counts as failed.
    max_retries : int, default=5
        How often a request is sent again after an answer of 408, 409, 425, 429 or 5xx, a timeout, a
        connection that was cut or a body that is no JSON. The pauses grow from half a second to 30
        seconds; the server's ``Retry-After`` is followed up to two minutes. A server that has
        never answered gets one more try.

    See Also
    --------
    EmbeddingExtractor : Embeds texts with encoders, and remembers.

    Notes
    -----
    The fingerprint, by which vectors are cached, is made of `url` and `model`: a server that
    changes the model behind a name can't be noticed. Servers refuse empty texts, so that one is
    sent as a blank; halves of characters (lone surrogates) are sent as U+FFFD. Redirects are not
    followed: they would carry the key to another address.

    Examples
    --------
    >>> from langalign_sk.encoders import HttpEncoder
    >>> HttpEncoder("https://api.example.org/v1", "embed-small", api_key_env="EXAMPLE_KEY")
    HttpEncoder('https://api.example.org/v1', 'embed-small', api_key_env='EXAMPLE_KEY')
    """

    def __init__(
        self,
        url: str,
        model: str,
        *,
        api_key_env: str | None = None,
        batch_size: int = 64,
        concurrency: int = 4,
        timeout: float = 60.0,
        max_retries: int = 5,
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
            ("batch_size", batch_size, 1),
            ("concurrency", concurrency, 1),
            ("max_retries", max_retries, 0),
        ):
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise ValueError(f"{name} must be a whole number >= {least}, got {value!r}")
        if not timeout > 0:
            raise ValueError(f"timeout must be a number of seconds > 0, got {timeout!r}")
        self.url = url
        self.model = model
        self.api_key_env = api_key_env
        self.batch_size = batch_size
        self.concurrency = concurrency
        self.timeout = timeout
        self.max_retries = max_retries
        self._kept: dict[str, Float32Array] = {}
        self._lock = Lock()

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
        with self._lock:
            vectors = {text: self._kept.pop(text) for text in set(texts) & self._kept.keys()}
        missing = [text for text in dict.fromkeys(texts) if text not in vectors]
        batches = [
            missing[start : start + self.batch_size]
            for start in range(0, len(missing), self.batch_size)
        ]
        try:
            self._request_all(batches, vectors)
        except BaseException:  # an interrupt too: what was paid for is not thrown away
            with self._lock:
                self._kept.update(vectors)
            raise
        if not texts:
            return np.zeros((0, 0), dtype=np.float32)
        widths = {vector.size for vector in vectors.values()}
        if len(widths) > 1:
            raise ValueError(f"{self!r}: the server gave vectors of widths {sorted(widths)}")
        return np.stack([vectors[text] for text in texts])

    def fingerprint(self) -> str:
        """Digest-like name of what the vectors depend on."""
        return f"http:{self.url.rstrip('/')}:{self.model}"

    def _request_all(self, batches: list[list[str]], vectors: dict[str, Float32Array]) -> None:
        """Send the requests, several at once, and put what comes back into `vectors`."""
        if not batches:
            return
        endpoint = Endpoint(
            url=self.url,
            model=self.model,
            key=self._key(),
            key_name=self.api_key_env,
            timeout=self.timeout,
            max_retries=self.max_retries,
        )
        given_up = threading.Event()
        pool = ThreadPoolExecutor(min(self.concurrency, len(batches)), "langalign-http")
        futures: dict[Future[Float32Array], list[str]] = {}
        try:
            for batch in batches:
                futures[pool.submit(request_vectors, endpoint, batch, given_up)] = batch
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
        return key

    def __repr__(self) -> str:
        key = "" if self.api_key_env is None else f", api_key_env={self.api_key_env!r}"
        return f"HttpEncoder({self.url!r}, {self.model!r}{key})"

    def __getstate__(self) -> dict[str, Any]:
        state = self.__dict__.copy()
        del state["_lock"], state["_kept"]  # texts stay out of pickles
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._kept, self._lock = {}, Lock()

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Stay one object through scikit-learn's cloning: it never changes."""
        return self


def _check_url(url: Any) -> None:
    """Refuse what is no address, or holds a secret."""
    parts = urlsplit(url) if isinstance(url, str) else None
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(
            f"url must be the address of a server, such as 'http://localhost:8000/v1'; got {url!r}"
            if parts is None or not (parts.username or parts.password)
            else "url must be the address of a server, such as 'http://localhost:8000/v1'"
        )
    if parts.username or parts.password or parts.query:
        raise ValueError(
            "url must hold no password, key or query, for it is shown and saved; put the key "
            "in an environment variable and name it in api_key_env"
        )


def _is_name(text: str) -> bool:
    """Whether a text looks like the name of an environment variable, not like a key."""
    return text.isidentifier() and text.isascii() and len(text) <= 64 and text.upper() == text
