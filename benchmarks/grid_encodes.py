"""What a grid search encodes, and how long it takes: ``python -m benchmarks.grid_encodes``.

Four candidates (the penalty of a logistic regression) in three folds over the 701 English training
sentences of SIB-200, all-MiniLM-L6-v2 in front: ours with a fresh cache on disk, in one process and
with two workers, then again over the cache that the first run left; ours with the default cache and
two workers, of joblib and of Dask; embetter and skrub's TextEncoder where they are installed. Each
runs in a process of its own; the seconds are those of making the pipeline and of the whole search,
loading the model included, imports not. For all alike OpenBLAS has one thread (torch has all):
NumPy and SciPy bring one OpenBLAS each, and in small regressions their waiting threads take the
cores from one another, several seconds of a search.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from benchmarks import real_data
from benchmarks.real_data import Vectors
from langalign_sk import EmbeddingExtractor
from langalign_sk._io import text_table
from langalign_sk._process import load_once
from langalign_sk.store import DiskCache

GRID = {"clf__C": [0.1, 1.0, 10.0, 100.0]}
FOLDS = 3
PEERS = {"embetter": "embetter SentenceEncoder", "skrub": "skrub TextEncoder"}


class LoggingCache(DiskCache):
    """A cache on disk that writes down, for all processes, how many vectors were put into it."""

    def put_many(self, spec: str, keys: Sequence[bytes], rows: Vectors) -> None:
        """Keep rows, and their count."""
        with Path(f"{self.path}.log").open("a", encoding="utf-8") as log:
            log.write(f"{len(keys)}\n")
        super().put_many(spec, keys, rows)

    def n_put(self) -> int:
        """Vectors put so far."""
        log = Path(f"{self.path}.log")
        return sum(map(int, log.read_text("utf-8").split())) if log.exists() else 0


class LoggedModel:
    """A SentenceTransformer that writes down, for all processes, how many texts it encoded."""

    def __init__(self, name: str, log: str) -> None:
        self.name, self.log = name, log

    def encode(self, texts: Sequence[str]) -> Any:
        """Vectors, and their count."""
        import sentence_transformers

        with Path(self.log).open("a", encoding="utf-8") as log:
            log.write(f"{len(texts)}\n")
        model = load_once(self.name, lambda: sentence_transformers.SentenceTransformer(self.name))
        return model.encode(list(texts), show_progress_bar=False)

    def fingerprint(self) -> str:
        """Return what is the same in every process."""
        return f"{self.name} {self.log}"


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.grid_encodes", description=__doc__)
    real_data.add_options(parser)
    parser.add_argument("--n", type=int, default=701, help="texts (default: %(default)s)")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.one is not None:
        print(json.dumps(measure(args)))
        return
    figures: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for name, kind, folder in (
            ("ours, one process", "ours 1", "single"),
            ("ours, the same again", "ours 1", "single"),
            ("ours, n_jobs=2", "ours 2", "double"),
            ("ours, n_jobs=2, the same again", "ours 2", "double"),
            ("ours, default cache, n_jobs=2", "default 2", "default"),
            ("ours, default cache, two workers of Dask", "dask 2", "dask"),
            *((label, peer, "none") for peer, label in PEERS.items()),
        ):
            if kind in PEERS and importlib.util.find_spec(kind) is None:
                real_data.say(f"{name}: not measured, {kind} is not installed")
                continue
            real_data.say(f"measuring {name}")
            figures[name] = in_new_process(args, kind, Path(scratch) / folder)
    first = figures["ours, one process"]["seconds"]
    print(
        text_table(
            [
                ("grid", "encoded", "encoded / texts", "seconds", "x ours", "best accuracy"),
                *(
                    (
                        name,
                        f"{f['encoded']:.0f}",
                        f"{f['encoded'] / f['texts']:.2f}",
                        f"{f['seconds']:.1f}",
                        f"{f['seconds'] / first:.1f}",
                        f"{f['score']:.3f}",
                    )
                    for name, f in figures.items()
                ),
            ]
        )
    )
    if args.n == 701:
        result = {
            "command": "python -m benchmarks.grid_encodes",
            "versions": real_data.versions(),
            "n": args.n,
        }
        real_data.write_result("grid_encodes", {**result, "figures": figures})


def in_new_process(args: argparse.Namespace, kind: str, folder: Path) -> dict[str, float]:
    """Run one search in a process that knows nothing of the others."""
    command = [sys.executable, "-m", "benchmarks.grid_encodes", "--one", kind]
    command += ["--folder", str(folder), "--data", str(args.data), "--n", str(args.n)]
    if args.encoder is not None:
        command += ["--encoder", args.encoder]
    env = {**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONWARNINGS": "ignore"}
    env["OPENBLAS_NUM_THREADS"] = "1"
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=env)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(args: argparse.Namespace) -> dict[str, float]:
    """Fit one grid search and tell what it encoded."""
    import pandas as pd
    import sentence_transformers  # imported before the clock starts, for all alike
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import Pipeline

    topics = real_data.sib200(args.data, "en")
    train = topics.split == "train"
    rows = train.nonzero()[0][: args.n]
    texts = pd.Series([topics.texts[row] for row in rows], name="text")
    labels = topics.labels[rows]
    model = args.encoder or real_data.minilm()
    kind, _, n_jobs = args.one.partition(" ")
    counted, embed = {
        "ours": ours,
        "default": default,
        "dask": default,
        "embetter": embetter,
        "skrub": skrub,
    }[kind](model, args.folder, sentence_transformers.SentenceTransformer)
    start = time.perf_counter()
    pipe = Pipeline([("embed", embed()), ("clf", LogisticRegression(max_iter=1000))])
    search = GridSearchCV(pipe, GRID, cv=FOLDS, n_jobs=int(n_jobs or 1), error_score="raise")
    with two_workers() if kind == "dask" else nullcontext():
        search.fit(texts, labels)
    seconds = time.perf_counter() - start
    return {
        "texts": float(texts.nunique()),
        "encoded": float(counted()),
        "seconds": seconds,
        "score": float(search.best_score_),
    }


Prepared = tuple[Callable[[], int], Callable[[], Any]]


def ours(model: str, folder: Path, _: Any) -> Prepared:
    """Prepare ours: how much was encoded since, and the encoder."""
    cache = LoggingCache(folder)
    before = cache.n_put()
    return lambda: cache.n_put() - before, lambda: EmbeddingExtractor(model, cache=cache)


def default(model: str, folder: Path, _: Any) -> Prepared:
    """Prepare ours with the cache that it has unless told otherwise."""
    logged = LoggedModel(model, f"{folder}.log")

    def counted() -> int:
        log = Path(logged.log)
        return sum(map(int, log.read_text("utf-8").split())) if log.exists() else 0

    return counted, lambda: EmbeddingExtractor(logged)


@contextmanager
def two_workers() -> Iterator[None]:
    """Have joblib give its work to two workers of Dask."""
    import joblib
    from distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0") as cluster,
        Client(cluster),
        joblib.parallel_config("dask"),
    ):
        yield


def embetter(model: str, _: Path, sentence_transformer: Any) -> Prepared:
    """Prepare embetter's encoder."""
    from embetter.text import SentenceEncoder

    return counting(sentence_transformer), lambda: SentenceEncoder(model)


def skrub(model: str, _: Path, sentence_transformer: Any) -> Prepared:
    """Prepare skrub's encoder, at the model's full width as the others are."""
    from skrub import TextEncoder

    return counting(sentence_transformer), lambda: TextEncoder(model, n_components=None)


def counting(sentence_transformer: Any) -> Callable[[], int]:
    """Count the texts that go through ``SentenceTransformer.encode``."""
    real = sentence_transformer.encode
    count = 0

    def encode(self: Any, sentences: Any, *args: Any, **kwargs: Any) -> Any:
        nonlocal count
        count += 1 if isinstance(sentences, str) else len(sentences)
        return real(self, sentences, *args, **kwargs)

    sentence_transformer.encode = encode
    return lambda: count


if __name__ == "__main__":
    main()
