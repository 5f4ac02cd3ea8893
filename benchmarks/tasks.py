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
from langalign_sk import BlockLayout, NgramEncoder, ParallelCorpus

#: Genre in STS-B → class.
GENRES = {
    "main-captions": "captions",
    "main-news": "news",
    "main-forum": "forum",
    "main-forums": "forum",
}
CASES = [(task, lang) for lang in real_data.TARGETS for task in ("topics", "genre")]
CASES.append(("sentiment", "ko"))


@dataclass(frozen=True)
class Case:
    """One task in one language; vectors are in blocks, English first.

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
    """Embed, and set a fifth of the pairs aside, 1,000 at most."""
    texts = ParallelCorpus(*pairs, source_lang="en", target_lang=lang)
    n_fit = max(texts.n_pairs - 1000, int(0.8 * texts.n_pairs))
    fit, held_out = texts.split(n_fit, random_state=0)
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
