"""One flipped bit in what was saved: the next result is right, refused, or silently wrong."""

from __future__ import annotations

import contextlib
import pickle
import shutil
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import joblib
import numpy as np

from benchmarks.faults_things import CHUNK, Command, Things, broken_off, content
from benchmarks.trials import (
    CRASHED,
    FAILED,
    REFUSED,
    RIGHT,
    WRONG,
    Outcome,
    counts,
    flip_a_bit,
    in_child,
    judged,
    tree,
)
from langalign_sk import ParallelCorpus

Use = Callable[[Path], Any]


class Saved(NamedTuple):
    """Something in a folder, and what is done with it after the damage.

    Every use has a process of its own, and must give what it gives with a sound folder. `named` is
    what an error must say to be a clear one; None where the file is not of our writing.
    """

    name: str
    make: Use
    uses: Sequence[Use]
    allowed: tuple[str, ...] = (RIGHT, REFUSED)
    named: str | None = "thing"
    damaged: str = "*"


def measure(n: int, scratch: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """Return the counts of every thing, and what must not have been."""
    things = Things()
    rows, unwanted = {}, []
    for seed, saved in enumerate(all_saved(things, scratch)):
        say(f"one flipped bit, {n} times: {saved.name}")
        outcomes = trials(saved, n, scratch / f"damage{seed}", seed)
        rows[saved.name] = counts(outcomes)
        bad = [outcome for outcome in outcomes if outcome.name not in saved.allowed]
        unwanted += [f"{saved.name}: {outcome.name}, {outcome.said}" for outcome in bad]
    return {"rows": rows, "unwanted": unwanted}


def trials(saved: Saved, n: int, scratch: Path, seed: int) -> list[Outcome]:
    """Damage a copy of what was saved, use it, say what came of it; n times."""
    rng = np.random.default_rng(seed)
    place, sound = scratch / "trial", scratch / "sound"
    folder = place / "thing"
    folder.mkdir(parents=True)
    made = in_child(partial(saved.make, folder), value=False)
    shutil.copytree(place, sound)

    def start_afresh() -> None:
        shutil.rmtree(place)
        shutil.copytree(sound, place)

    start_afresh()
    wanted = [in_child(partial(use, folder)) for use in saved.uses]
    for ended in (made, *wanted):
        if ended.how:
            raise RuntimeError(f"{saved.name}, undamaged: {ended.how}")
    found = []
    for _ in range(n):
        start_afresh()
        flipped = flip_a_bit(folder, rng, saved.damaged)
        outcome = Outcome(RIGHT)
        for use, ended in zip(saved.uses, wanted, strict=True):
            outcome = judged(partial(use, folder), ended.value, named=saved.named)
            if outcome.name != RIGHT:
                break
        found.append(Outcome(outcome.name, f"{flipped}: {outcome.said}"))
    return found


def all_saved(things: Things, scratch: Path) -> list[Saved]:
    """Return everything that is damaged."""
    command = Command(things, scratch / "files")
    return [
        Saved(
            "cache on disk",
            lambda folder: _fill(things, folder),
            [lambda folder: _through_cache(things, folder)] * 2,
            allowed=(RIGHT,),
        ),
        _corpus(things, "saved corpus of vectors", vectors=True),
        _corpus(things, "saved corpus of texts", vectors=False),
        Saved(
            "model folder of the command",
            lambda folder: command.write(folder, 0),
            [command.predictions],
            damaged="m*",
        ),
        Saved(
            "NgramEncoder in a joblib file",
            lambda folder: joblib.dump(things.encoders["ko"], folder / "encoder.joblib"),
            [lambda folder: joblib.load(folder / "encoder.joblib").transform(things.texts)],
            allowed=(RIGHT, REFUSED),
            named=None,
        ),
        Saved(
            "sound encoder, cache shared with the damaged one",
            lambda folder: joblib.dump(things.encoders, folder / "encoders.joblib"),
            [partial(_write_damaged, things), partial(_read_beside, things)],
            allowed=(RIGHT,),
            named=None,
        ),
        Saved(
            "pipeline in a joblib file, which has no digest",
            lambda folder: joblib.dump(things.pipeline(), folder / "pipeline.joblib"),
            [lambda folder: joblib.load(folder / "pipeline.joblib").predict_proba(things.texts)],
            allowed=(RIGHT, REFUSED, FAILED, WRONG, CRASHED),
            named=None,
        ),
        Saved(
            "journal and part of transform_to",
            lambda folder: _break_off(things, folder),
            [lambda folder: _go_on(things, folder)],
            allowed=(RIGHT,),
        ),
    ]


def _fill(things: Things, folder: Path) -> None:
    """Fill a cache from two processes, so that it has several files per encoder."""
    half = len(things.old_texts) // 4
    for start in range(0, len(things.old_texts), half):
        part = things.old_texts[start : start + half]
        in_child(partial(things.extractor(folder).transform, part), value=False)


def _through_cache(things: Things, folder: Path) -> list[Any]:
    """Return vectors of old texts, then of new ones, through a cache."""
    embed = things.extractor(folder)
    return [embed.transform(things.old_texts), embed.transform(things.new_texts)]


def _corpus(things: Things, name: str, *, vectors: bool) -> Saved:
    """Return a corpus in a folder, read by its name and through a pickle that holds its path."""

    def make(folder: Path) -> None:
        pairs = things.text_pairs()
        pairs = pairs.embed(things.extractor()) if vectors else pairs
        pairs.save(folder)
        data = pickle.dumps(ParallelCorpus.load(folder))
        (folder.parent / "corpus.pickle").write_bytes(data)

    def unpickled(folder: Path) -> Any:
        return content(pickle.loads((folder.parent / "corpus.pickle").read_bytes()))

    return Saved(name, make, [lambda folder: content(ParallelCorpus.load(folder)), unpickled])


def _write_damaged(things: Things, folder: Path) -> None:
    """Let encoders out of a damaged file write to a cache; that it fails is no matter here."""
    with contextlib.suppress(Exception):
        encoders = joblib.load(folder / "encoders.joblib")
        embed = things.extractor(folder.parent / "cache").set_params(model=encoders)
        embed.transform(things.texts)


def _read_beside(things: Things, folder: Path) -> Any:
    """Return what the sound encoders give through that cache."""
    return things.extractor(folder.parent / "cache").transform(things.texts)


def _break_off(things: Things, folder: Path) -> None:
    """Begin a file of vectors."""
    with contextlib.suppress(KeyboardInterrupt):
        texts = broken_off(things.texts, 5 * CHUNK)
        things.extractor().transform_to(folder / "vectors.npy", texts, chunk=CHUNK)


def _go_on(things: Things, folder: Path) -> list[Any]:
    """Finish the file; return its bytes, and what else lies there."""
    path = folder / "vectors.npy"
    things.extractor().transform_to(path, things.texts, chunk=CHUNK)
    return [path.read_bytes(), tree(folder)]
