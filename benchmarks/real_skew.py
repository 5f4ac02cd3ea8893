"""Traffic whose classes are not as frequent as among the labels, for `benchmarks.real_encoders`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from benchmarks.real_data import Vectors, say
from benchmarks.real_settings import Encoders
from benchmarks.real_tasks import LANGUAGES, tasks
from langalign_sk import EmbeddingExtractor, ParallelCorpus, TextPool, TransferClassifier
from langalign_sk._demo._experiment import fit_encoders
from langalign_sk.datasets import load_demo

Skew = float | str | None

#: Traffic whose classes are as frequent as among the labels.
LIKE = "as the labels"
#: Share of the largest class in the traffic; None: all alike.
SHARES: tuple[Skew, ...] = (None, 0.3, 0.6, 0.9)
#: The same where the labels are unequal: of all classes but one so many are left.
UNEQUAL_SHARES: tuple[Skew, ...] = (LIKE, None, 0.6)
LEFT = 0.15
UNEQUAL_LANGUAGES = ("ko", "it")
DEMO_DRAWS, TOPIC_DRAWS, UNEQUAL_DRAWS = 8, 3, 8
N_ROWS, TOPIC_ROWS, TOPIC_PAIRS = 400, 200, 1000
UNEQUAL = ", unequal labels"
WITHOUT, WITH = "without the traffic", "with the traffic as unlabelled text"
#: What any correction of the frequencies alone could reach.
KNOWN = "without the traffic, were its frequencies known"
WAYS = (WITHOUT, WITH, KNOWN)


@dataclass(frozen=True)
class Traffic:
    """Labelled English rows, pairs, and target rows to draw traffic from."""

    lang: str
    X_english: Vectors
    y_english: npt.NDArray[Any]
    X: Vectors
    y: npt.NDArray[Any]
    pairs: ParallelCorpus
    n_rows: int
    draws: int
    #: Whether one class, another one for each draw, has far more labels than the others.
    unequal: bool = False


def measure(encoders: Encoders, path: Path, tag: str) -> dict[str, Any]:
    """Accuracy on traffic of every skew, mean of the draws, of what the file does not have."""
    kept: dict[str, Any] = {}
    if path.exists():
        for line in path.read_text("utf-8").splitlines():
            found = json.loads(line)
            kept[found["key"]] = found["accuracy"]
    result: dict[str, Any] = {}
    for name, make in _traffics(encoders):
        traffic = None
        for skew in UNEQUAL_SHARES if name.endswith(UNEQUAL) else SHARES:
            key = f"{tag}: {name}: {_named(skew)}"
            missing = [way for way in WAYS if way not in kept.get(key, {})]
            if missing:
                traffic = traffic or make()
                kept[key] = kept.get(key, {}) | judged(traffic, skew, missing)
                with path.open("a", encoding="utf-8") as file:
                    file.write(json.dumps({"key": key, "accuracy": kept[key]}) + "\n")
                say(f"{key}: { ({m: round(float(np.mean(a)), 3) for m, a in kept[key].items()}) }")
            result.setdefault(name, {})[_named(skew)] = kept[key]
    return result


def judged(traffic: Traffic, skew: Skew, ways: Sequence[str]) -> dict[str, list[float]]:
    """Accuracy of each draw, in each of `WAYS` that is asked for."""
    found: dict[str, list[float]] = {way: [] for way in ways}
    layout = traffic.pairs.layout
    width = traffic.X_english.shape[1], traffic.X.shape[1]
    before, after = (0, 0) if layout is None else width
    for draw in range(traffic.draws):
        labelled = _labelled(traffic, draw)
        english, told = traffic.X_english[labelled], traffic.y_english[labelled]
        english = np.pad(english, ((0, 0), (0, after)))
        classes, counts = np.unique(told, return_counts=True)
        frequencies = counts / counts.sum()
        if skew == LIKE:
            shares = dict(zip(classes, frequencies, strict=True))
            rows = mixed(traffic.y, shares, traffic.n_rows, draw)
        else:
            rows = drawn(traffic.y, _share(skew), traffic.n_rows, draw)
        own, y = traffic.X[rows], traffic.y[rows]
        pool = TextPool(own, lang=traffic.lang, layout=layout)
        target = np.pad(own, ((0, 0), (before, 0)))
        with threadpool_limits(1):
            for given, names in ((None, (WITHOUT, KNOWN)), (pool, (WITH,))):
                if not found.keys() & set(names):
                    continue
                model = TransferClassifier(pairs=traffic.pairs, unlabeled=given, random_state=0)
                proba = model.fit(english, told).predict_proba(target)
                for way in found.keys() & set(names):
                    ratio = (classes == y[:, None]).mean(axis=0) / frequencies
                    scores = proba * ratio if way == KNOWN else proba
                    right = classes[scores.argmax(axis=1)] == y
                    found[way].append(float(np.mean(right)))
    return found


def _labelled(traffic: Traffic, draw: int) -> npt.NDArray[np.intp]:
    """Labelled rows: all, or one class whole, which skewed traffic has little of."""
    y = traffic.y_english
    if not traffic.unequal:
        return np.arange(len(y))
    classes = np.unique(y)
    large = _large(traffic.y, draw)
    whole = classes[(int(np.flatnonzero(classes == large)[0]) + 1) % len(classes)]
    random, kept = np.random.default_rng(draw), []
    for label in classes:
        rows = random.permutation(np.flatnonzero(y == label))
        kept.append(rows if label == whole else rows[: max(2, round(LEFT * len(rows)))])
    return np.sort(np.concatenate(kept))


def drawn(y: npt.NDArray[Any], skew: float | None, n_rows: int, draw: int) -> npt.NDArray[np.intp]:
    """Rows with a share of one class, another one for each draw, the others being balanced."""
    classes = np.unique(y)
    share = 1 / len(classes) if skew is None else skew
    shares = dict.fromkeys(classes, (1 - share) / (len(classes) - 1))
    return mixed(y, shares | {_large(y, draw): share}, n_rows, draw)


def mixed(
    y: npt.NDArray[Any], shares: Mapping[Any, float], n_rows: int, draw: int
) -> npt.NDArray[np.intp]:
    """Rows with a share of each class.

    Where a class has fewer rows than asked for, the whole gets smaller.
    """
    random = np.random.default_rng(draw)
    rows = {label: random.permutation(np.flatnonzero(y == label)) for label in shares}
    n = min(n_rows, *(len(rows[label]) / share for label, share in shares.items()))
    kept = [rows[label][: max(1, round(n * share))] for label, share in shares.items()]
    return np.sort(np.concatenate(kept))


def _large(y: npt.NDArray[Any], draw: int) -> Any:
    """The class that skewed traffic is of: by turns, the most frequent one first."""
    classes, counts = np.unique(y, return_counts=True)
    return classes[np.argsort(-counts, kind="stable")[draw % len(classes)]]


def _share(skew: Skew) -> float | None:
    return None if skew is None else float(skew)


def _named(skew: Skew) -> str:
    if isinstance(skew, str):
        return skew
    return "balanced" if skew is None else f"{skew:.0%} in one class"


def _traffics(encoders: Encoders) -> Iterator[tuple[str, Any]]:
    """Names, and what makes the traffic."""
    for kind in ("n-gram", "apart", "shared"):
        yield f"demo text, ko, {kind}", lambda kind=kind: _demo(kind, encoders)
    for kind in ("apart", "shared"):
        for lang in LANGUAGES:
            yield (
                f"topics, {lang}, {kind}",
                lambda kind=kind, lang=lang: _topics(kind, lang, encoders),
            )
    yield f"demo text, ko, n-gram{UNEQUAL}", lambda: _unequal(_demo("n-gram", encoders))
    for kind in ("apart", "shared"):
        for lang in UNEQUAL_LANGUAGES:
            yield (
                f"topics, {lang}, {kind}{UNEQUAL}",
                lambda kind=kind, lang=lang: _unequal(_topics(kind, lang, encoders)),
            )


def _unequal(traffic: Traffic) -> Traffic:
    return replace(traffic, unequal=True, draws=UNEQUAL_DRAWS)


def _demo(kind: str, encoders: Encoders) -> Traffic:
    """The package's own text, with its n-gram encoders or those of a setting."""
    demo = load_demo("ko", n_test=3200)
    models: Any = fit_encoders([demo]) if kind == "n-gram" else _models(kind, "ko", encoders)
    embed = EmbeddingExtractor(models, cache=encoders.cache / "texts")
    pairs = demo.pairs.embed(embed)
    sides = embed.transform(demo.train_texts), embed.transform(demo.test_texts)
    if pairs.layout is not None:
        sides = sides[0][:, pairs.layout.columns("en")], sides[1][:, pairs.layout.columns("ko")]
    return Traffic(
        "ko",
        sides[0],
        demo.train_labels,
        sides[1],
        demo.test_labels,
        pairs,
        N_ROWS,
        DEMO_DRAWS,
    )


def _models(kind: str, lang: str, encoders: Encoders) -> Any:
    english, use = encoders.models["minilm"], encoders.models["use"]
    return use if kind == "shared" else {"en": english, lang: use}


def _topics(kind: str, lang: str, encoders: Encoders) -> Traffic:
    """SIB-200: half of the English sentences, balanced, and the target side of the others."""
    (task,) = tasks(encoders.data, ["topics"], [lang])
    case = encoders.case(kind, task)
    half = np.random.default_rng(0).permutation(len(task.y)) % 2 == 0
    labelled, rest = np.flatnonzero(half), np.flatnonzero(~half)
    labelled = labelled[drawn(task.y[labelled], None, len(labelled), 0)]
    return Traffic(
        lang,
        case.X_english[labelled],
        task.y[labelled],
        case.X[rest],
        task.y[rest],
        case.pairs(TOPIC_PAIRS),
        TOPIC_ROWS,
        TOPIC_DRAWS,
    )


def gains(result: Mapping[str, Any]) -> dict[str, dict[str, list[float]]]:
    """What the pool adds, of every draw, by group ("demo text", "topics") and skew."""
    found: dict[str, dict[str, list[float]]] = {}
    for name, skews in result.items():
        task, _, *kind = name.split(", ")
        group = ", ".join([task, *kind])
        for skew, accuracy in skews.items():
            diff = np.subtract(accuracy[WITH], accuracy[WITHOUT])
            found.setdefault(group, {}).setdefault(skew, []).extend(diff.tolist())
    return found


def answered(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What is asked of the pool, and what was reached."""
    lines = []
    for group, skews in gains(result).items():
        for skew, found in skews.items():
            least = 0.05 if skew.startswith("60%") else -0.005
            if group.endswith(UNEQUAL) and skew == "balanced":
                least = 0.02
            reached = float(np.mean(found))
            name = f"traffic {skew}, {group}: what the traffic as unlabelled text adds"
            line = {"asked": name, "least": least, "reached": reached}
            met = reached >= least
            lines.append(line | {"met": met, "cells": len(found), "enough": None})
    return lines
