"""What grows and what waits: memory of many fits, threads at a server, servers without an end."""

from __future__ import annotations

import ctypes
import gc
import json
import re
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.trials import in_child
from langalign_sk import (
    EmbeddingExtractor,
    NgramEncoder,
    ParallelCorpus,
    TransferClassifier,
)
from langalign_sk._process import clear_caches
from langalign_sk.encoders import HttpEncoder
from langalign_sk.transfer import GaussianHead

Say = Callable[[str], None]
_MB = 1e6
_MOST = 50.0  # MB that a process may grow by once its caches are full, or when they are cleared
_GROWN = ("first half, MB", "second half, MB", "in all, after clear_caches(), MB")
_BODY = 2_000_000_000
_DRIP = 0.05  # seconds between two bytes
_DRIPS = 200


def memory(fits: int, dropped: int, scratch: Path, say: Say) -> dict[str, Any]:
    """Return what a process grows by over many fits and many dropped extractors."""
    works = {
        f"{fits} seeds": partial(_seeds, fits, None),
        f"{fits} seeds, wrong pairs weighed": partial(_seeds, fits, "weight"),
        f"{fits} corpora dropped, wrong pairs weighed": partial(_corpora, fits),
        f"{dropped} extractors dropped": partial(_extractors, dropped),
    }
    rows, unwanted = {}, []
    for name, work in works.items():
        say(f"memory: {name}")
        grown, how = in_child(work, seconds=300)
        if how:
            raise RuntimeError(f"memory, {name}: {how}")
        rows[name] = dict(zip(_GROWN, grown, strict=True))
        if grown[1] > _MOST or grown[2] > _MOST:
            unwanted.append(f"{name}: {rows[name]}")
    return {"rows": rows, "unwanted": unwanted}


def _growth(work: Callable[[int], Any], n: int) -> tuple[float, ...]:
    """Return the growth in MB by each half of so many calls, and over all when cleared."""
    warnings.simplefilter("ignore")
    work(0)
    sizes = [resident()]
    for half in (range(1, n // 2 + 1), range(n // 2 + 1, n + 1)):
        for number in half:
            work(number)
        sizes.append(resident())
    clear_caches()
    grown = [*np.diff(sizes), resident() - sizes[0]]
    return tuple(round(float(size), 1) for size in grown)


def _pairs(seed: int, n: int, width: int) -> ParallelCorpus:
    """Return pairs of random vectors."""
    rng = np.random.default_rng(seed)
    S = rng.standard_normal((n, width), np.float32)
    T = S + 0.5 * rng.standard_normal((n, width), np.float32)
    return ParallelCorpus(S, T, target_lang="ko")


def _seeds(n: int, robust: str | None) -> tuple[float, ...]:
    """Fit the recipe with one seed after the other."""
    pairs = _pairs(0, 1500, 128)
    X = np.asarray(pairs.source)
    y = X[:, 0] > 0
    made = TransferClassifier(pairs=pairs, robust=robust)
    return _growth(lambda seed: made.set_params(random_state=seed).fit(X, y), n)


def _corpora(n: int) -> tuple[float, ...]:
    """Fit on one corpus after the other, none of which is kept."""

    def fit(seed: int) -> None:
        pairs = _pairs(seed, 40_000, 64)
        X = np.asarray(pairs.source)[:200]
        made = TransferClassifier(head=GaussianHead(), pairs=pairs, robust="weight")
        made.fit(X, X[:, 0] > 0)

    return _growth(fit, n)


def _extractors(n: int) -> tuple[float, ...]:
    """Use one extractor after the other, each with an encoder of its own."""
    texts = [f"order {i} of {i % 7} parcels to street {i * 31 % 97}" for i in range(400)]

    def embed(seed: int) -> None:
        encoder = NgramEncoder(64, random_state=seed).fit(texts)
        EmbeddingExtractor(encoder, cache=None, progress=False).transform(texts)

    return _growth(embed, n)


def resident() -> float:
    """Return the megabytes of this process in memory, without what malloc holds in store."""
    gc.collect()
    with suppress(AttributeError):  # glibc's alone
        ctypes.CDLL(None).malloc_trim(0)
    return _status("VmRSS")


def _status(field: str) -> float:
    """Return one size out of the kernel's account of this process, in MB."""
    found = re.search(rf"{field}:\s+(\d+) kB", Path("/proc/self/status").read_text("ascii"))
    assert found is not None
    return int(found[1]) * 1024 / _MB


def http(threads: int, scratch: Path, say: Say) -> dict[str, Any]:
    """Return how long threads wait at a server, and what servers without an end cost."""
    rows, unwanted = {}, []
    for name, (measured, limit, unit) in {
        f"{threads} threads at once, by the time of one request": (
            # A few threads come with the tests, on machines that are busy.
            partial(_at_once, threads), 1.5 if threads >= 32 else 2.0, "",
        ),
        "a body that drips, deadline 1 s": (partial(_dripping, "drip"), 2.0, " s"),
        "a head that drips, deadline 1 s": (partial(_dripping, "head"), 2.0, " s"),
        "a body of 2 GB, its length told": (partial(_endless, "length"), 100.0, " MB"),
        "a body of 2 GB, its length not told": (partial(_endless, "chunks"), 100.0, " MB"),
    }.items():  # fmt: skip
        say(f"HTTP: {name}")
        value, said = measured()
        rows[name] = {"figure": f"{value:.2f}{unit}", "wanted": f"<= {limit:g}{unit}", "said": said}
        if value > limit or not said:
            unwanted.append(f"{name}: {value:.2f}{unit}, {said or 'no error'}")
    return {"rows": rows, "unwanted": unwanted}


def _at_once(threads: int) -> tuple[float, str]:
    """Embed one text in each of many threads, by the time that one alone takes."""
    with _serving("slow") as url:
        encoder = HttpEncoder(url, "m", concurrency=threads, timeout=20, max_retries=1)
        embed = EmbeddingExtractor(encoder, cache=None, progress=False)
        one = median(_seconds(partial(embed.transform, [f"alone {i}"])) for i in range(5))
        start = threading.Barrier(threads + 1)
        found: list[Any] = []

        def work(number: int) -> None:
            start.wait()
            found.append(embed.transform([f"text {number}"]).shape)

        workers = [threading.Thread(target=work, args=(i,)) for i in range(threads)]
        for worker in workers:
            worker.start()
        start.wait()
        began = time.perf_counter()
        for worker in workers:
            worker.join()
        seconds = time.perf_counter() - began
    assert len(found) == threads
    return seconds / one, "all answered"


def _dripping(how: str) -> tuple[float, str]:
    """Return the seconds until an answer that never ends is given up, and the error."""
    with _serving(how) as url:
        encoder = HttpEncoder(url, "m", timeout=1.0, max_retries=0)
        began = time.perf_counter()
        said = _error_of(lambda: encoder.encode(["a"]))
        return time.perf_counter() - began, said


def _endless(how: str) -> tuple[float, str]:
    """Return the most memory that an answer of two gigabytes takes, and the error."""

    def ask(url: str) -> tuple[float, str]:
        before = resident()
        Path("/proc/self/clear_refs").write_text("5", "ascii")  # the peak counts from here
        encoder = HttpEncoder(url, "m", timeout=30.0, max_retries=0)
        said = _error_of(lambda: encoder.encode(["a"]))
        return _status("VmHWM") - before, said

    with _serving(how) as url:
        value, ended = in_child(partial(ask, url))
    found: tuple[float, str] = value or (float("inf"), ended)
    return found


def _error_of(work: Callable[[], Any]) -> str:
    """Return the type of the error that some work ends in; nothing if it ends well."""
    try:
        work()
    except Exception as error:
        return type(error).__name__
    return ""


def _seconds(work: Callable[[], Any]) -> float:
    """Return how long some work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


@contextmanager
def _serving(how: str) -> Iterator[str]:
    """Serve answers of one kind on loopback; give the address."""
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"how": how}))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    block_on_close = False


class _Handler(BaseHTTPRequestHandler):
    """Answers after 100 ms, byte by byte, or without an end."""

    protocol_version = "HTTP/1.1"
    how = "slow"

    def do_POST(self) -> None:
        texts = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["input"]
        with suppress(OSError):  # the other side has had enough
            getattr(self, f"send_{self.how}")(texts)
        if self.how != "slow":
            self.close_connection = True

    def send_slow(self, texts: list[str]) -> None:
        """Answer right, after a while."""
        time.sleep(0.1)
        data = [{"index": i, "embedding": [1.0, len(text)]} for i, text in enumerate(texts)]
        body = json.dumps({"data": data}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def send_drip(self, texts: list[str]) -> None:
        """Send a byte now and then."""
        self.send_response(200)
        self.send_header("Content-Length", str(_DRIPS))
        self.end_headers()
        self._drip(b" " * _DRIPS)

    def send_head(self, texts: list[str]) -> None:
        """Send the head that way."""
        self._drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * _DRIPS)

    def send_length(self, texts: list[str]) -> None:
        """Send more than anybody wants, and say so."""
        self.send_response(200)
        self.send_header("Content-Length", str(_BODY))
        self.end_headers()
        self._pour()

    def send_chunks(self, texts: list[str]) -> None:
        """Send more than anybody wants."""
        self.send_response(200)
        self.end_headers()
        self._pour()

    def _drip(self, data: bytes) -> None:
        for byte in data:
            self.wfile.write(bytes([byte]))
            time.sleep(_DRIP)

    def _pour(self) -> None:
        block = b" " * 1_000_000
        for _ in range(_BODY // len(block)):
            self.wfile.write(block)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""
