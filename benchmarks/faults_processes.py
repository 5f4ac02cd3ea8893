"""Processes that are killed while they write, and children forked while a thread is at work."""

from __future__ import annotations

import itertools
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.faults_things import CHUNK, Command, Ready, Things, content
from benchmarks.trials import in_child, same, tree
from langalign_sk import EmbeddingExtractor, LangAligner, ParallelCorpus
from langalign_sk.store import DiskCache, MemoryCache

Say = Callable[[str], None]


class Writer(NamedTuple):
    """Something that writes a version under a name, says when it begins to, and reads it again."""

    name: str
    write: Callable[[Path, int, Ready], Any]
    read: Callable[[Path], Any]


def kills(n: int, scratch: Path, say: Say) -> dict[str, Any]:
    """Kill writers at random moments: old or new must be there, and nothing else in the end."""
    rows, unwanted = {}, []
    for seed, writer in enumerate(_writers(Things(), scratch)):
        say(f"kill -9, {n} times: {writer.name}")
        folder = scratch / f"kills{seed}"
        folder.mkdir()
        rows[writer.name], bad = _killed(writer, n, folder, np.random.default_rng(seed))
        unwanted += [f"{writer.name}: {what}" for what in bad]
    return {"rows": rows, "unwanted": unwanted}


def _killed(
    writer: Writer, n: int, folder: Path, rng: np.random.Generator
) -> tuple[dict[str, int], list[str]]:
    """Write one version, then kill writers of the other; count what is there."""
    path = folder / "thing"

    def write(version: int) -> float:
        def timed() -> float:
            began: list[float] = []
            writer.write(path, version, lambda: began.append(time.monotonic()))
            return time.monotonic() - began[0]

        seconds, how = in_child(timed)
        if how:
            raise RuntimeError(f"{writer.name}, undisturbed: {how}")
        return float(seconds)

    write(1)
    new = in_child(lambda: writer.read(path)).value
    longest = 1.2 * write(0)
    old, clean = in_child(lambda: writer.read(path)).value, tree(folder)
    row = {"kills": n, "old": 0, "new": 0, "neither": 0, "in the middle": 0, "left behind": 0}
    bad = []
    for _ in range(n):
        kill_in(lambda ready: writer.write(path, 1, ready), rng.uniform(0, longest))
        row["in the middle"] += tree(folder) != clean
        found, how = in_child(lambda: writer.read(path))
        state = "neither" if how else "old" if same(found, old) else "new"
        if state == "new" and not same(found, new):
            state, how = "neither", "other content"
        row[state] += 1
        bad += [f"neither old nor new: {how}; {tree(folder)}"] * bool(how)
        write(1)
        left = tree(folder) != clean
        row["left behind"] += left
        bad += [f"left behind after the next call: {tree(folder)}"] * left
        if not same(in_child(lambda: writer.read(path)).value, new):
            bad.append("the next call does not write what it should")
        write(0)
    return row, bad


def kill_in(work: Callable[[Ready], Any], seconds: float) -> None:
    """Run `work` in a child and kill it so long after it says it is ready."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        with suppress(BaseException):
            work(lambda: _say_ready(writing))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        pipe.read(1)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def _say_ready(pipe: int) -> None:
    """Let the parent go on."""
    os.write(pipe, b"!")


def _writers(things: Things, scratch: Path) -> list[Writer]:
    """Return everything that is killed."""
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((2, 2, 4000, 48)).astype(np.float32)
    vectors = [ParallelCorpus(*sides, target_lang="ko") for sides in rows]
    texts = [[f"{text} {i} {v}" for i in range(60) for text in things.old_texts] for v in (0, 1)]
    pairs = [ParallelCorpus(side, side[::-1], target_lang="ko") for side in texts]
    embed = things.extractor()

    def save(corpora: list[ParallelCorpus], path: Path, version: int, ready: Ready) -> None:
        ready()
        corpora[version].save(path)

    def embed_to(path: Path, version: int, ready: Ready) -> None:
        ready()
        embed.transform_to(path, texts[version], chunk=CHUNK * 8)

    command = Command(things, scratch / "written")
    return [
        Writer("corpus of vectors", partial(save, vectors), _load),
        Writer("corpus of texts", partial(save, pairs), _load),
        Writer(
            "model folder of the command",
            command.write,
            command.predictions,
        ),
        Writer("transform_to", embed_to, lambda path: np.load(path)),
    ]


def _load(path: Path) -> Any:
    """Return what a corpus holds."""
    return content(ParallelCorpus.load(path))


class Busy(NamedTuple):
    """What a thread does over and over while children are forked, and what each child does."""

    name: str
    thread: Callable[[], Any]
    child: Callable[[], Any]


class Slow:
    """An encoder that sleeps, and counts the texts of this process."""

    def encode(self, texts: list[str]) -> Any:
        time.sleep(0.03)
        return np.array([[len(text), 1.0] for text in texts], np.float32)

    def fingerprint(self) -> str:
        return "slow"


def forks(n: int, scratch: Path, say: Say, *, seconds: float = 10.0) -> dict[str, Any]:
    """Fork children while a thread is at work; each must finish one call of the same kind."""
    rows, unwanted = {}, []
    for seed, busy in enumerate(_threads(scratch)):
        say(f"fork, {n} times: {busy.name}")
        ended = _forked(busy, n, np.random.default_rng(seed), seconds)
        hung = sum("hung" in how for how in ended)
        failed = [how for how in ended if how and "hung" not in how]
        rows[busy.name] = {"forks": len(ended), "hung": hung, "failed": len(failed)}
        unwanted += [f"{busy.name}: {how}" for how in ended if how]
    return {"rows": rows, "unwanted": unwanted}


def _forked(busy: Busy, n: int, rng: np.random.Generator, seconds: float) -> list[str]:
    """Return how each child ended; after three that hang, no more are forked."""
    stop, ended = threading.Event(), list[str]()

    def work() -> None:
        while not stop.is_set():
            busy.thread()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        for _ in range(n):
            time.sleep(rng.uniform(0.005, 0.05))
            ended.append(in_child(busy.child, value=False, seconds=seconds).how)
            if sum("hung" in how for how in ended) == 3:
                break
    finally:
        stop.set()
        thread.join()
    return ended


def _threads(scratch: Path) -> list[Busy]:
    """Return every kind of work that goes on while children are forked."""
    things, number = Things(), itertools.count()
    rng = np.random.default_rng(0)
    S, T = rng.standard_normal((2, 4000, 32))
    latest = [ParallelCorpus(S, T, target_lang="ko")]

    def encode(embed: EmbeddingExtractor, count: int) -> Any:
        return embed.transform([f"text {next(number)} 문장" for _ in range(count)])

    def fit_latest() -> None:
        LangAligner(latest[0], robust="weight", gate=None).fit(S[:9])

    def fit_new() -> None:
        latest[0] = ParallelCorpus(S + next(number), T, target_lang="ko")
        fit_latest()

    def join_new() -> Any:
        latest[0] = latest[0].take(range(2000)) + latest[0].take(range(2000))
        return latest[0].source

    memory, disk = MemoryCache(), DiskCache(scratch / "read")
    rows = rng.standard_normal((500, 256)).astype(np.float32)

    def use(cache: Any) -> None:
        keys = [next(number).to_bytes(16, "little") for _ in rows]
        cache.put_many("spec", keys, rows)
        cache.get_many("spec", keys)

    slow, ngram = Slow(), things.encoders["en"]
    embeds = {
        "encoding, no cache": EmbeddingExtractor(slow, cache=None),
        "encoding, cache in memory": EmbeddingExtractor(slow, cache=memory),
        "encoding, cache on disk": EmbeddingExtractor(slow, cache=scratch / "encode"),
        "encoding, n-grams": EmbeddingExtractor(ngram, cache=memory),
    }
    return [
        *(Busy(name, partial(encode, e, 20), partial(encode, e, 1)) for name, e in embeds.items()),
        Busy("fitting", fit_new, fit_latest),
        Busy("joining corpora", join_new, lambda: latest[0].source),
        Busy("a cache in memory", partial(use, memory), partial(use, memory)),
        Busy("a cache on disk", partial(use, disk), partial(use, disk)),
    ]
