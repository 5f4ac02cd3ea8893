"""Labelled English, labelled target text and pairs of other domains: what choices are judged on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks import real_data
from benchmarks.real_data import Vectors, VectorStore, read_tsv, say
from benchmarks.real_settings import Encoders, RealCase
from benchmarks.real_tasks import GENRES, LANGUAGES, TASKS, tasks
from langalign_sk import BlockLayout, NgramEncoder, ParallelCorpus

CASES = [(task, lang) for lang in real_data.TARGETS for task in ("topics", "genre")]
CASES.append(("sentiment", "ko"))
#: What the tasks of `benchmarks.real_tasks` are called here, where a task is left out as one.
NAMES = {"genres": "genre", "reviews": "sentiment"}
#: Settings of `benchmarks.real_settings` in which real encoders are judged too.
REAL = ("apart", "shared")


@dataclass(frozen=True)
class Case:
    """One task in one language; vectors are in blocks, English first, or in one space.

    `fit_pairs` and `held_out` are disjoint; no label of `y_test` may be used for a choice.
    """

    name: str
    X: Vectors
    y: npt.NDArray[Any]
    X_test: Vectors
    y_test: npt.NDArray[Any]
    fit_pairs: ParallelCorpus
    held_out: ParallelCorpus


def cases(
    data: Path, english: VectorStore, wanted: list[tuple[str, str]], *, n_test: int = 1000
) -> Iterator[Case]:
    """Yield the cases, with at most `n_test` test rows each.

    Topics come twice, with the halves of SIB-200 exchanged.
    """
    encoders: dict[str, NgramEncoder] = {}
    for task, lang in wanted:
        if lang not in encoders:
            say(f"{lang}: fitting the target encoder")
            encoders[lang] = real_data.target_encoder(data, lang, reviews=lang == "ko")
        yield from BUILDERS[task](data, lang, english, encoders[lang], n_test)


def real_cases(encoders: Encoders, setting: str, *, n_test: int = 1000) -> Iterator[Case]:
    """Yield the tasks of `benchmarks.real_encoders` in a setting of it."""
    for task in tasks(encoders.data, list(TASKS), list(LANGUAGES)):
        yield halved(encoders.case(setting, task), n_test=n_test)


def halved(case: RealCase, *, n_test: int) -> Case:
    """English rows of one half, target rows of the other, or those of the one split."""
    split = case.splits[0]
    train, test = split.train, split.test
    if case.task.halves:
        half = np.random.default_rng(0).permutation(len(case.task.y)) % 2 == 0
        train, test = np.flatnonzero(half), np.flatnonzero(~half)
    test = test[:n_test]
    return Case(
        f"{NAMES.get(case.task.name, case.task.name)}, {case.task.lang}, {case.setting}",
        case.english(train),
        case.task.y_english[train],
        case.target(test),
        case.task.y[test],
        *_set_aside(case.pairs(len(case.S))),
    )


def _topics(
    data: Path, lang: str, english: VectorStore, encoder: NgramEncoder, n_test: int
) -> Iterator[Case]:
    """Seven topics, SIB-200: English half and the other half of the target sentences."""
    source, target = real_data.sib200(data, "en"), real_data.sib200(data, lang)
    half = np.random.default_rng(0).permutation(len(source.texts)) % 2 == 0
    pairs = real_data.sentence_pairs(data, lang)
    for train, name in ((half, "a"), (~half, "b")):
        texts = [text for text, here in zip(source.texts, train, strict=True) if here]
        test = [text for text, here in zip(target.texts, train, strict=True) if not here]
        yield _case(
            f"topics, {lang} ({name})",
            lang,
            english,
            encoder,
            (texts, source.labels[train]),
            (test[:n_test], target.labels[~train][:n_test]),
            pairs,
        )


def _genre(
    data: Path, lang: str, english: VectorStore, encoder: NgramEncoder, n_test: int
) -> Iterator[Case]:
    """Captions, news or forum, STS-B; its own pairs are left out: Tatoeba and SIB-200 instead."""
    table = read_tsv(data / "stsb" / f"{lang}-en.tsv.gz")
    genres = [GENRES[genre] for genre in read_tsv(data / "stsb" / "sources.tsv")["genre"]]
    rows: dict[bool, dict[str, tuple[str, str]]] = {True: {}, False: {}}
    for k in ("1", "2"):
        columns = table[f"en{k}"], table[f"target{k}"], table["split"], genres
        for en, translation, split, genre in zip(*columns, strict=True):
            rows[split == "train"].setdefault(en, (translation, genre))
    train = {en: genre for en, (_, genre) in rows[True].items()}
    test = {t: genre for en, (t, genre) in rows[False].items() if en not in train}
    tatoeba = read_tsv(data / "tatoeba" / f"{lang}-en.tsv")
    pairs = (
        tatoeba["en"] + real_data.sib200(data, "en").texts,
        tatoeba["target"] + real_data.sib200(data, lang).texts,
    )
    yield _case(
        f"genre, {lang}", lang, english, encoder, _drawn(train, 1000), _drawn(test, n_test), pairs
    )


def _sentiment(
    data: Path, lang: str, english: VectorStore, encoder: NgramEncoder, n_test: int
) -> Iterator[Case]:
    """Positive or negative: English film reviews, Korean ones."""
    source, target = read_tsv(data / "mr_en.tsv.gz"), read_tsv(data / "nsmc_ko_train.tsv.gz")
    yield _case(
        f"sentiment, {lang}",
        lang,
        english,
        encoder,
        _drawn(dict(zip(source["text"], source["label"], strict=True)), 2000),
        _drawn(dict(zip(target["text"], target["label"], strict=True)), n_test),
        real_data.sentence_pairs(data, lang),
    )


BUILDERS = {"topics": _topics, "genre": _genre, "sentiment": _sentiment}


def _drawn(labels: dict[str, str], n: int) -> tuple[list[str], npt.NDArray[Any]]:
    """Texts and labels of `n` rows drawn at random."""
    texts = list(labels)
    chosen = np.random.default_rng(0).permutation(len(texts))[:n]
    return [texts[i] for i in chosen], np.array([labels[texts[i]] for i in chosen])


def _case(
    name: str,
    lang: str,
    english: VectorStore,
    encoder: NgramEncoder,
    train: tuple[list[str], npt.NDArray[Any]],
    test: tuple[list[str], npt.NDArray[Any]],
    pairs: tuple[list[str], list[str]],
) -> Case:
    """Embed."""
    fit, held_out = _set_aside(ParallelCorpus(*pairs, source_lang="en", target_lang=lang))
    X, X_test = english(train[0]), encoder.transform(test[0])
    layout = BlockLayout({"en": X.shape[1], lang: X_test.shape[1]})

    def embedded(corpus: ParallelCorpus) -> ParallelCorpus:
        return ParallelCorpus(
            english(list(corpus.source)),
            encoder.transform(list(corpus.target)),
            target_lang=lang,
            layout=layout,
        )

    return Case(
        name,
        np.pad(X, ((0, 0), (0, X_test.shape[1]))),
        train[1],
        np.pad(X_test, ((0, 0), (X.shape[1], 0))),
        test[1],
        embedded(fit),
        embedded(held_out),
    )


def _set_aside(pairs: ParallelCorpus) -> tuple[ParallelCorpus, ParallelCorpus]:
    """Pairs to fit on, and a fifth to judge on, 1,000 at most."""
    fit, held_out = pairs.split(max(pairs.n_pairs - 1000, int(0.8 * pairs.n_pairs)), random_state=0)
    return fit, held_out
