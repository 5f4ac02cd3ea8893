"""The tasks of `benchmarks.real_encoders`, as texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedKFold

from benchmarks import real_data
from benchmarks.real_data import read_tsv

#: Genre in STS-B → class.
GENRES = {
    "main-captions": "captions",
    "main-news": "news",
    "main-forum": "forum",
    "main-forums": "forum",
}
LANGUAGES = ("ko", "ja", "zh", "it", "tr")
#: Rows of STS-B's train split that are read: captions, forums and news.
_STS_ROWS, _STS_PAIRS, _GENRE_ROWS = 4200, 4000, 1000
_LEAST_ROWS = 10
_ENGLISH_REVIEWS, _TARGET_REVIEWS, _TEST_REVIEWS = 6000, 12000, 4000

Rows = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Split:
    """Which rows are learned from and which are predicted.

    `train` and `half` are English rows, the others rows in the target language; no row of `rest`
    is a translation of one of `half`.
    """

    train: Rows
    native: Rows
    test: Rows
    half: Rows
    native_half: Rows
    rest: Rows


@dataclass(frozen=True)
class Task:
    """Labelled texts in English and in a target language, and pairs of other domains."""

    name: str
    lang: str
    english: list[str]
    y_english: npt.NDArray[Any]
    target: list[str]
    y: npt.NDArray[Any]
    splits: list[Split]
    pairs: tuple[list[str], list[str]]
    halves: bool = True


def tasks(
    data: Path, names: list[str], languages: list[str], *, n_folds: int = 5
) -> Iterator[Task]:
    """Yield the tasks that exist, of these names and languages."""
    for name in names:
        covered, build = TASKS[name]
        for lang in languages:
            if lang in covered:
                yield build(data, lang, n_folds)


def general_pairs(data: Path, lang: str) -> tuple[list[str], list[str]]:
    """The first 4,000 distinct pairs of STS-B's first column, if there is one, and Tatoeba."""
    pairs: list[tuple[str, str]] = []
    path = data / "stsb" / f"{lang}-en.tsv.gz"
    if path.exists():
        table = read_tsv(path)
        pairs += list(dict.fromkeys(zip(table["en1"], table["target1"], strict=True)))[:_STS_PAIRS]
    pairs += _tatoeba(data, lang)
    return _apart(pairs)


def _tatoeba(data: Path, lang: str) -> list[tuple[str, str]]:
    table = read_tsv(data / "tatoeba" / f"{lang}-en.tsv")
    return list(zip(table["en"], table["target"], strict=True))


def _apart(pairs: list[tuple[str, str]]) -> tuple[list[str], list[str]]:
    distinct = list(dict.fromkeys(pairs))
    return [source for source, _ in distinct], [target for _, target in distinct]


def _topics(data: Path, lang: str, n_folds: int) -> Task:
    """Seven topics, SIB-200; row i is the same sentence in every language."""
    source, target = real_data.sib200(data, "en"), real_data.sib200(data, lang)
    if not np.array_equal(source.labels, target.labels):
        raise ValueError(f"sib200/en.tsv and sib200/{lang}.tsv differ in their labels")
    sides = source.texts, target.texts, target.labels
    return _aligned("topics", lang, *sides, general_pairs(data, lang), n_folds)


def _intents(data: Path, lang: str, n_folds: int) -> Task:
    """Intents said to a voice assistant, those of ten rows at least."""
    table = read_tsv(data / "xsid" / f"{lang}-en.tsv")
    labels, counts = np.unique(table["label"], return_counts=True)
    rows = np.flatnonzero(np.isin(table["label"], labels[counts >= _LEAST_ROWS]))
    english, target = ([table[name][row] for row in rows] for name in ("en", "target"))
    y = np.array(table["label"])[rows]
    return _aligned("intents", lang, english, target, y, general_pairs(data, lang), n_folds)


def _genres(data: Path, lang: str, n_folds: int) -> Task:
    """Captions, forum or news: 1,000 sentences of STS-B. The pairs hold no STS-B."""
    table = read_tsv(data / "stsb" / f"{lang}-en.tsv.gz")
    genres = read_tsv(data / "stsb" / "sources.tsv")["genre"]
    found: dict[str, tuple[str, str]] = {}
    columns = table["en1"][:_STS_ROWS], table["target1"], genres
    for text, translation, genre in zip(*columns, strict=False):
        found.setdefault(text, (translation, GENRES[genre]))
    texts = list(found)
    rows = np.random.default_rng(0).permutation(len(texts))[:_GENRE_ROWS]
    english = [texts[row] for row in rows]
    target, y = [found[text][0] for text in english], np.array([found[t][1] for t in english])
    topics = (real_data.sib200(data, code).texts for code in ("en", lang))
    pairs = [*_tatoeba(data, lang), *zip(*topics, strict=True)]
    return _aligned("genres", lang, english, target, y, _apart(pairs), n_folds)


def _reviews(data: Path, lang: str, n_folds: int) -> Task:
    """Positive or negative: English film reviews, Korean ones of other films than native's."""
    source, target = read_tsv(data / "mr_en.tsv.gz"), read_tsv(data / "nsmc_ko_train.tsv.gz")
    drawn = np.random.default_rng(0).permutation(len(source["text"]))[:_ENGLISH_REVIEWS]
    texts, labels = target["text"][:_TARGET_REVIEWS], target["label"][:_TARGET_REVIEWS]
    films = np.array(target["movie_id"][:_TARGET_REVIEWS])
    names = np.unique(films)
    held = np.isin(films, np.random.default_rng(0).permutation(names)[: len(names) // 3])
    others = read_tsv(data / "nsmc_ko_unlabeled.tsv.gz")["text"][:_TEST_REVIEWS]
    every, native = np.arange(len(drawn)), np.flatnonzero(~held)
    rest = np.arange(len(texts), len(texts) + len(others))
    test = np.flatnonzero(held)[:_TEST_REVIEWS]
    return Task(
        "reviews",
        lang,
        [source["text"][row] for row in drawn],
        np.array(source["label"])[drawn],
        [*texts, *others],
        np.array([*labels, *[""] * len(others)]),
        [Split(every, native, test, every, native, rest)],
        general_pairs(data, lang),
        halves=False,
    )


def _aligned(
    name: str,
    lang: str,
    english: list[str],
    target: list[str],
    y: npt.NDArray[Any],
    pairs: tuple[list[str], list[str]],
    n_folds: int,
) -> Task:
    """Rows that are translations of each other: folds over all of them."""
    folds = StratifiedKFold(n_folds, shuffle=True, random_state=0).split(y, y)
    splits = []
    for train, test in folds:
        half = train[::2]
        labelled = {english[row] for row in half}
        rest = np.array([row for row in train[1::2] if english[row] not in labelled])
        splits.append(Split(train, train, test, half, half, rest))
    return Task(name, lang, english, y, target, y, splits, pairs)


#: Name → languages, and the task in one of them.
TASKS: dict[str, tuple[tuple[str, ...], Callable[[Path, str, int], Task]]] = {
    "topics": (LANGUAGES, _topics),
    "intents": (("it", "tr"), _intents),
    "genres": (("ko", "ja", "zh", "it"), _genres),
    "reviews": (("ko",), _reviews),
}
