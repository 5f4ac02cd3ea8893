"""A service beside its bare encoder: ``python -m benchmarks.service``.

A pipeline (all-MiniLM-L6-v2, logistic regression on topics of SIB-200) is saved and served by
``langalign-sk serve``, in a process of its own. Clients send single texts, never seen before, one
after the other each; as many threads call ``SentenceTransformer.encode`` with single texts. Both
take turns, for several rounds; ratios are of their medians. Then come requests of all kinds: good
rows, empty ones, emoji, numbers, rows that are no texts, bodies that are no JSON. What is counted
is the status of each answer and the memory of the service.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import real_data
from benchmarks.encode_speed import mixed_texts
from langalign_sk import EmbeddingExtractor, HubModel, NgramEncoder
from langalign_sk._io import text_table

#: Bodies of which some are answered 422, and none 500.
MIXED: tuple[Any, ...] = (
    {"texts": ["{text}"]},
    {"texts": ["{text}", "", "👍", "4.7", "  "]},
    {"texts": ["{text}", None, 7]},
    {"texts": []},
    {"texts": "{text}"},
    {"texts": [["{text}", "b"]]},
    {"texts": ["{text}"], "language": "xx"},
    {"texts": ["\ud800{text}", "\x00", "a" * 30_000]},
    "{text",
    {"texts": ["{text}" * 40, "환불 {text}"]},
)


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.service", description=__doc__)
    real_data.add_options(parser)
    parser.add_argument("--clients", type=int, default=32, help="(default: %(default)s)")
    parser.add_argument("--texts", type=int, default=640, help="a round (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="(default: %(default)s)")
    parser.add_argument("--mixed", type=int, default=10_000, help="(default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help="n-grams, few requests: no result")
    parser.add_argument("--no-result", action="store_true", help="write no file: a quick look")
    args = parser.parse_args(argv)
    if args.quick:
        args.clients, args.texts, args.rounds, args.mixed = 4, 40, 1, 60
    with tempfile.TemporaryDirectory() as scratch:
        figures = measure(args, Path(scratch) / "out")
    speed = figures["speed"]
    head = ("single texts", "texts/s", "p50 ms", "p95 ms")
    rows = [
        (way, f"{f['rate']:.1f}", f"{f['p50']:.0f}", f"{f['p95']:.0f}") for way, f in speed.items()
    ]
    print(text_table([head, *rows]))
    bare, service = speed.values()
    print(f"texts/s over bare: {service['rate'] / bare['rate']:.2f}", end="; ")
    print(f"p95 over bare: {service['p95'] / bare['p95']:.2f}")
    print(
        text_table(
            [
                ("requests of all kinds", ""),
                *((name, str(count)) for name, count in figures["mixed"].items()),
            ]
        )
    )
    if not args.quick and not args.no_result:
        result = {"command": "python -m benchmarks.service", "versions": real_data.versions()}
        counts = {"clients": args.clients, "texts": args.texts, "rounds": args.rounds}
        real_data.write_result("service", {**result, **counts, **figures})


def measure(args: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Serve a model, and call it and its encoder in turns."""
    texts, encode = save_model(args, folder)
    took: dict[str, list[tuple[float, list[float]]]] = {"bare encoder": [], "service": []}
    with served(folder) as (port, process):
        at = 0
        for number in range(args.rounds + 1):  # the first one is to warm up
            real_data.say(f"round {number} of {args.rounds}")
            for way, rounds in took.items():
                own = texts[at : at + args.texts]
                at += args.texts
                call = encode if way == "bare encoder" else Client.predict
                seconds, waits = clients(args.clients, own, call, port)
                if number:
                    rounds.append((len(own) / seconds, waits))
        speed = {
            way: {
                "rate": float(np.median([rate for rate, _ in rounds])),
                **{
                    f"p{percent}": 1e3
                    * float(np.median([np.percentile(w, percent) for _, w in rounds]))
                    for percent in (50, 95)
                },
            }
            for way, rounds in took.items()
        }
        real_data.say("requests of all kinds")
        return {"speed": speed, "mixed": mixed(args, port, process.pid, texts[at:])}


def save_model(
    args: argparse.Namespace, folder: Path
) -> tuple[list[str], Callable[[Client, str], Any]]:
    """Write a folder as the commands do; return texts to send, and a call of the bare encoder."""
    import joblib
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    from langalign_sk._commands._saved import MODEL_FILE, model_folder
    from langalign_sk.datasets import load_demo

    if args.quick:
        demo = load_demo("ko", n_train=60, n_test=8, n_pairs=60, n_unlabeled=8, random_state=0)
        encoder = NgramEncoder(16).fit(demo.train_texts)
        embed = EmbeddingExtractor(encoder)
        train, labels = demo.train_texts, demo.train_labels
        texts = [f"{text} {number}" for number in range(20) for text in demo.train_texts]

        def encode(client: Client, text: str) -> Any:
            return encoder.transform([text])
    else:
        from sentence_transformers import SentenceTransformer

        name = args.encoder or real_data.minilm()
        embed = EmbeddingExtractor(HubModel(name, device="cpu", long_texts="cut"))
        topics = real_data.sib200(args.data, "en")
        rows = (topics.split == "train").nonzero()[0][:200]
        train, labels = [topics.texts[row] for row in rows], topics.labels[rows]
        texts = mixed_texts(args.data, 70_000)
        model = SentenceTransformer(name, device="cpu")

        def encode(client: Client, text: str) -> Any:
            return model.encode([text], show_progress_bar=False)

    pipe = make_pipeline(embed, LogisticRegression(max_iter=1000)).fit(train, labels)
    with model_folder(folder, labels=dict(Counter(map(str, labels)))) as made:
        joblib.dump(pipe, made / MODEL_FILE)
    return texts, encode


@contextmanager
def served(folder: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Start the service; gives its port and process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "langalign_sk", "serve", str(folder), "--port", str(port)]
    with open(os.devnull, "wb") as nowhere:
        process = subprocess.Popen(command, stdout=nowhere, stderr=nowhere)
    try:
        for _ in range(1200):
            if process.poll() is not None:
                raise RuntimeError(f"the service ended with code {process.returncode}")
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.1)
        yield port, process
    finally:
        process.terminate()
        process.wait()


class Client:
    """A connection that stays open while a round lasts."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *error: object) -> None:
        self._connection.close()

    def post(self, body: bytes) -> int:
        """Send a body; return the status of the answer."""
        head = {"Content-Type": "application/json"}
        self._connection.request("POST", "/predict", body, head)
        answer = self._connection.getresponse()
        answer.read()
        return answer.status

    def predict(self, text: str) -> None:
        """Ask for one text."""
        status = self.post(json.dumps({"texts": [text]}).encode())
        if status != 200:
            raise RuntimeError(f"status {status}")


def clients(
    count: int, items: Sequence[Any], call: Callable[[Client, Any], Any], port: int
) -> tuple[float, list[float]]:
    """Let as many threads call as there are clients; the seconds of all, and of each call."""
    left, waits, failed = iter(items), [], []
    lock, start = threading.Lock(), threading.Barrier(count + 1)

    def work() -> None:
        start.wait()
        try:
            with Client(port) as client:
                while True:
                    with lock:
                        item = next(left, None)
                    if item is None:
                        return
                    began = time.perf_counter()
                    call(client, item)
                    waits.append(time.perf_counter() - began)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return time.perf_counter() - began, waits


def mixed(args: argparse.Namespace, port: int, pid: int, texts: Sequence[str]) -> dict[str, Any]:
    """Send requests of all kinds; count statuses, and what the service keeps in memory."""
    statuses: Counter[int] = Counter()
    memory = []
    for part in range(4):
        numbers = range(part * args.mixed // 4, (part + 1) * args.mixed // 4)
        bodies = [body_of(number, texts[number % len(texts)]) for number in numbers]

        def send(client: Client, body: bytes) -> None:
            statuses.update([client.post(body)])

        clients(args.clients, bodies, send, port)
        memory.append(resident(pid))
    return {
        **{f"answered {status}": count for status, count in sorted(statuses.items())},
        "answered 500": statuses[500],
        "memory of the service after a quarter, MB": memory[0],
        "memory of the service at the end, MB": memory[-1],
    }


def body_of(number: int, text: str) -> bytes:
    """Return one of the bodies with a text in it."""
    body = json.dumps(MIXED[number % len(MIXED)])
    return body.replace("{text}", json.dumps(f"{text} {number}")[1:-1]).encode()


def resident(pid: int) -> int:
    """Megabytes that a process holds in memory."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return round(int(line.split()[1]) / 1000)


if __name__ == "__main__":
    main()
