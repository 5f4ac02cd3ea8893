"""What tuning the encoder is worth, at home and abroad: ``python -m benchmarks.tuning``.

SIB-200 topics, 200 English labels in each of 20 stratified draws. MiniLM frozen, and tuned on the
same 200 rows by `TunedEncoder`; behind either a logistic regression with C = 10. English is judged
on 300 of the other sentences. Korean, in the first draws, on the translations of all the others:
USE reads Korean, and 1,000 pairs of STS-B and Tatoeba are carried by `ReverseAligner` into the
English space, frozen or tuned, or by `TransferClassifier`. Intervals are over draws, paired: tuned
less frozen on the same rows; the draws share sentences. Settings were chosen on the first draw.

A run that was stopped goes on where it was: each draw is kept below `--cache`.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import t as student
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

from benchmarks import real_data
from benchmarks.real_data import Vectors, VectorStore, say
from benchmarks.real_tasks import general_pairs
from langalign_sk import (
    BlockLayout,
    EmbeddingExtractor,
    HubModel,
    ParallelCorpus,
    ReverseAligner,
    TransferClassifier,
    TunedEncoder,
)
from langalign_sk._io import text_table

N_LABELS, N_TEST, N_PAIRS = 200, 300, 1000
SETTINGS: dict[str, Any] = {"epochs": 2, "learning_rate": 1e-4, "freeze": 3, "max_length": 64}
ENGLISH, REVERSE, RECIPE = "English", "Korean, ReverseAligner", "Korean, TransferClassifier"
Rows = npt.NDArray[np.intp]


@dataclass(frozen=True)
class World:
    """Topics in both languages and pairs, as texts, and as vectors of the frozen encoders."""

    english: list[str]
    y: npt.NDArray[Any]
    frozen: Vectors
    korean: Vectors
    source: list[str]
    S: Vectors
    T: Vectors


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tuning", description=__doc__)
    real_data.add_options(parser)
    parser.add_argument("--draws", type=int, default=20, help="default: %(default)s")
    parser.add_argument("--korean", type=int, default=5, help="draws with Korean (%(default)s)")
    args = parser.parse_args(argv)
    world = read(args.data, args.cache, args.encoder)
    base = args.encoder or real_data.minilm()
    found = [
        kept(args.cache, draw, draw < args.korean, lambda d, k: measured(world, base, d, korean=k))
        for draw in range(args.draws)
    ]
    table = {way: summary(found, way) for way in (ENGLISH, REVERSE, RECIPE)}
    seconds = float(np.median([cell["seconds"] for cell in found]))
    lines: list[tuple[str, ...]] = [("", "draws", "frozen", "tuned", "gain", "95%")]
    for way, cell in table.items():
        gain = f"{cell['low']:+.3f} to {cell['high']:+.3f}"
        figures = (f"{cell[name]:.3f}" for name in ("frozen", "tuned"))
        lines.append((way, str(cell["draws"]), *figures, f"{cell['gain']:+.3f}", gain))
    print(text_table(lines))
    print(f"tuning takes {seconds:.0f} s (median)")
    if args.draws >= 20:
        result = {
            "command": "python -m benchmarks.tuning",
            "versions": real_data.versions(),
            "settings": ", ".join(f"{k.replace('_', ' ')} {v}" for k, v in SETTINGS.items()),
            "n_labels": N_LABELS,
            "n_pairs": N_PAIRS,
            "tuning": table,
        }
        real_data.write_result("tuning", result)


def read(data: Path, cache: Path, encoder: str | None) -> World:
    """Read topics and pairs, and encode them with the frozen encoders."""
    english = VectorStore(real_data.english_encoder(encoder), cache)
    use = VectorStore(EmbeddingExtractor("use"), cache)
    topics, korean = real_data.sib200(data, "en"), real_data.sib200(data, "ko")
    source, target = general_pairs(data, "ko")
    chosen = np.random.default_rng(0).permutation(len(source))[:N_PAIRS]
    source, target = ([side[row] for row in chosen] for side in (source, target))
    return World(
        topics.texts,
        topics.labels,
        english(topics.texts),
        use(korean.texts),
        source,
        english(source),
        use(target),
    )


def measured(world: World, base: str, draw: int, *, korean: bool) -> dict[str, Any]:
    """Accuracies of one draw, frozen and tuned."""
    train, rest = train_test_split(
        np.arange(len(world.y)), train_size=N_LABELS, stratify=world.y, random_state=draw
    )
    test = rest[:N_TEST]
    texts = np.array(world.english, dtype=object)
    started = time.perf_counter()
    tuned = TunedEncoder(base, random_state=draw, **SETTINGS)
    tuned.fit(list(texts[train]), world.y[train])
    found: dict[str, Any] = {"seconds": time.perf_counter() - started}
    embed = EmbeddingExtractor(HubModel(tuned, long_texts="cut"), cache=None)
    X, tests = embed.transform(texts[train]), embed.transform(texts[test])
    found[ENGLISH] = [
        judged(world.frozen[train], world.frozen[test], world.y, train, test),
        judged(X, tests, world.y, train, test),
    ]
    if korean:
        S = embed.transform(world.source)
        for way, make in ((REVERSE, _reverse), (RECIPE, _recipe)):
            found[way] = [
                carried(world, make, rows, sources, train, rest)
                for rows, sources in ((world.frozen[train], world.S), (X, S))
            ]
    say(f"draw {draw}: {found}")
    return found


def judged(X: Vectors, tests: Vectors, y: Any, train: Rows, test: Rows) -> float:
    """Accuracy in English."""
    return float(head().fit(X, y[train]).score(tests, y[test]))


def carried(world: World, make: Any, X: Vectors, S: Vectors, train: Rows, rest: Rows) -> float:
    """Accuracy in Korean of what learned from English vectors and pairs."""
    widths = X.shape[1], world.korean.shape[1]
    layout = BlockLayout({"en": widths[0], "ko": widths[1]})
    pairs = ParallelCorpus(S, world.T, source_lang="en", target_lang="ko", layout=layout)
    model = make(pairs).fit(np.pad(X, ((0, 0), (0, widths[1]))), world.y[train])
    tests = np.pad(world.korean[rest], ((0, 0), (widths[0], 0)))
    return float(model.score(tests, world.y[rest]))


def _reverse(pairs: ParallelCorpus) -> Any:
    return make_pipeline(ReverseAligner(pairs, random_state=0), head())


def _recipe(pairs: ParallelCorpus) -> Any:
    return TransferClassifier(pairs=pairs, random_state=0)


def head() -> LogisticRegression:
    """The classifier behind either encoder."""
    return LogisticRegression(C=10.0, max_iter=2000)


def kept(cache: Path, draw: int, korean: bool, measure: Any) -> dict[str, Any]:
    """A draw's figures, from the file that it was written to if there is one."""
    named = "-".join(f"{name}{value}" for name, value in SETTINGS.items())
    path = cache / f"tuning-{named}-{draw}{'-ko' if korean else ''}.json"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(measure(draw, korean)), encoding="utf-8")
    result: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return result


@dataclass(frozen=True)
class Gain:
    """Mean accuracies, and the mean gain with its interval over draws."""

    draws: int
    frozen: float
    tuned: float
    gain: float
    low: float
    high: float


def summary(found: list[dict[str, Any]], way: str) -> dict[str, Any]:
    """Frozen and tuned over the draws that have this way."""
    both = np.array([cell[way] for cell in found if way in cell])
    gains = both[:, 1] - both[:, 0]
    half = student.ppf(0.975, len(gains) - 1) * gains.std(ddof=1) / np.sqrt(len(gains))
    frozen, tuned = both.mean(axis=0)
    middle = gains.mean()
    figures = (frozen, tuned, middle, middle - half, middle + half)
    return asdict(Gain(len(gains), *(round(float(value), 4) for value in figures)))


if __name__ == "__main__":
    main()
