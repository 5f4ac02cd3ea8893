"""What `benchmarks.rows` measures on: words, sentences and topics in one space or two."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from benchmarks import real_data
from benchmarks.real_data import Vectors, VectorStore, read_tsv
from langalign_sk import EmbeddingExtractor, LangAligner, NgramEncoder, ParallelCorpus

LANGUAGES = ("ko", "ja", "zh", "it", "tr")
WORDS = Path(__file__).with_name("words.tsv")
#: Encoder → languages it is asked to share a space for.
ONE_SPACE = {"USE": LANGUAGES, "MiniLM": ("it", "tr"), "n-gram": ("it", "tr")}


class Pairs(NamedTuple):
    """Vectors of English and of their translations, row by row."""

    S: Vectors
    T: Vectors

    def rows(self, which: Any) -> Pairs:
        """Some of the pairs."""
        return Pairs(self.S[which], self.T[which])


class Gain(NamedTuple):
    """A difference of two shares of right answers over the same rows, and its 95% interval."""

    before: float
    after: float
    low: float
    high: float


class Material:
    """Vectors by encoder, language and kind of text, each computed once."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.data: Path = args.data
        models = {"MiniLM": real_data.english_encoder(args.encoder)}
        models["USE"] = EmbeddingExtractor("use")
        self._encoders: dict[str, Callable[[Sequence[str]], Vectors]] = {
            name: VectorStore(model, args.cache) for name, model in models.items()
        }
        self.labels = real_data.sib200(self.data, "en").labels
        self.folds = list(
            StratifiedKFold(5, shuffle=True, random_state=0).split(self.labels, self.labels)
        )
        self.vectors = cache(self._vectors)
        self._known: list[tuple[Vectors, list[Any]]] = []

    def texts(self, kind: str, lang: str) -> tuple[list[str], list[str]]:
        """English and target texts: "topics", "words", "tatoeba" or "sts" (4,000 of them)."""
        if kind == "topics":
            sides = (real_data.sib200(self.data, name).texts for name in ("en", lang))
            return next(sides), next(sides)
        if kind == "words":
            table = read_tsv(WORDS)
            return table["en"], table[lang]
        if kind == "sts":
            table = read_tsv(self.data / "stsb" / f"{lang}-en.tsv.gz")
            return table["en1"][:4000], table["target1"][:4000]
        table = read_tsv(self.data / "tatoeba" / f"{lang}-en.tsv")
        return table["en"], table["target"]

    def pairs(self, kind: str, lang: str, english: str, target: str | None = None) -> Pairs:
        """Vectors of both sides; one encoder for both without a second one."""
        # Topics are the same English sentences for all languages: their heads are fitted once.
        own = LANGUAGES[0] if kind == "topics" else lang
        return Pairs(
            self.vectors(kind, own, english, 0), self.vectors(kind, lang, target or english, 1)
        )

    def general(self, lang: str, english: str, target: str | None = None) -> Pairs:
        """STS-B (not in Turkish) and Tatoeba, the pairs that maps are fitted to."""
        kinds = ("tatoeba",) if lang == "tr" else ("sts", "tatoeba")
        return stacked([self.pairs(kind, lang, english, target) for kind in kinds])

    def encode(self, texts: Sequence[str], encoder: str) -> Vectors:
        """Vectors of any texts."""
        if encoder not in self._encoders:
            self._encoders[encoder] = self._ngram()
        return self._encoders[encoder](list(texts))

    def _vectors(self, kind: str, lang: str, encoder: str, side: int) -> Vectors:
        return self.encode(self.texts(kind, lang)[side], encoder)

    def _ngram(self) -> Callable[[Sequence[str]], Vectors]:
        """Encode characters of English, Italian and Turkish at once: a weak common space."""
        texts: list[str] = []
        for lang in ONE_SPACE["n-gram"]:
            for kind in ("tatoeba", "topics", "words"):
                for side in self.texts(kind, lang):
                    texts += side
        encoder = NgramEncoder(384).fit(list(dict.fromkeys(texts)))
        return lambda found: np.asarray(encoder.transform(found))

    def task(self, encoders: str, lang: str) -> tuple[Vectors, Vectors, ParallelCorpus]:
        """Topics in both languages, general pairs; "MiniLM, USE" are two encoders, in blocks."""
        english, _, target = encoders.partition(", ")
        E, X = self.pairs("topics", lang, english, target or None)
        if target:
            E, X = np.pad(E, ((0, 0), (0, X.shape[1]))), np.pad(X, ((0, 0), (E.shape[1], 0)))
        pairs = ParallelCorpus(*self.general(lang, english, target or None), target_lang=lang)
        return E, X, pairs

    def right(
        self, E: Vectors, T: Vectors, *, more: Sequence[Vectors] = (), head: Any = None
    ) -> Any:
        """Right answers per topic sentence; the head learns from `E` and `more`, fold by fold."""
        own = bool(more) or head is not None
        heads = self._heads([E, *more], head or _head()) if own else self._known_heads(E)
        right = np.zeros(len(self.labels), dtype=bool)
        for (_, test), fitted in zip(self.folds, heads, strict=True):
            right[test] = fitted.predict(T[test]) == self.labels[test]
        return right

    def _known_heads(self, E: Vectors) -> list[Any]:
        """Heads on English rows; those on rows as the encoders give them are fitted once."""
        for place, (rows, heads) in enumerate(self._known):
            if rows.shape == E.shape and np.array_equal(rows, E):
                self._known.append(self._known.pop(place))
                return heads
        self._known = [*self._known[-9:], (E, self._heads([E], _head()))]
        return self._known[-1][1]

    def _heads(self, sides: Sequence[Vectors], head: Any) -> list[Any]:
        """Heads of the five folds."""
        return [
            clone(head).fit(
                np.vstack([side[learn] for side in sides]), np.tile(self.labels[learn], len(sides))
            )
            for learn, _ in self.folds
        ]


def _head() -> LogisticRegression:
    return LogisticRegression(C=10, max_iter=500)


class AsModel:
    """Vectors that are kept, as an encoder of texts."""

    def __init__(self, encode: Callable[[Sequence[str]], Vectors]) -> None:
        self._encode = encode

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row per text."""
        return self._encode(list(texts))


def carried(
    aligner: Any, E: Vectors, X: Vectors, pairs: ParallelCorpus, **settings: Any
) -> tuple[Vectors, Vectors]:
    """English rows and target rows where the aligner puts them; of one space, one side moves."""
    left, right = (len(side[0]) for side in (pairs.source, pairs.target))
    if E.shape[1] != left:
        blocks = {pairs.source_lang: left, pairs.target_lang: right}
        fitted = aligner(pairs, blocks=blocks, **settings).fit(E)
        return fitted.transform(E), fitted.transform(X)
    fitted = aligner(pairs, gate=None, **settings).fit(E)
    return (fitted.transform(E), X) if aligner is LangAligner else (E, fitted.transform(X))


def stacked(several: Sequence[Pairs]) -> Pairs:
    """All pairs, one below the other."""
    return Pairs(*(np.vstack(sides) for sides in zip(*several, strict=True)))


def gain(before: Any, after: Any) -> Gain:
    """Compare right answers row by row."""
    change = after.astype(float) - before
    half = 1.96 * change.std() / np.sqrt(len(change))
    mean = float(change.mean())
    return Gain(float(before.mean()), float(after.mean()), mean - half, mean + half)
