"""What `benchmarks.literature` measures on: words, sentences and topics in one space or two."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from benchmarks import real_data
from benchmarks.real_data import Vectors, VectorStore, read_tsv
from langalign_sk import EmbeddingExtractor, NgramEncoder

LANGUAGES = ("ko", "ja", "zh", "it", "tr")
WORDS = Path(__file__).with_name("words.tsv")
#: Encoder → languages it is asked to share a space for.
ONE_SPACE = {"USE": LANGUAGES, "MiniLM": ("it", "tr"), "n-gram": ("it", "tr")}


class Pairs(NamedTuple):
    """Vectors of English and of their translations, row by row."""

    S: Vectors
    T: Vectors


class Gain(NamedTuple):
    """A difference of two shares of right answers over the same rows, and its 95% interval."""

    before: float
    after: float
    low: float
    high: float


class Material:
    """Vectors by encoder, language and kind of text, each computed once."""

    def __init__(self, args: argparse.Namespace) -> None:
        self._data: Path = args.data
        models = {"MiniLM": real_data.english_encoder(args.encoder)}
        models["USE"] = EmbeddingExtractor("use")
        self._encoders: dict[str, Callable[[Sequence[str]], Vectors]] = {
            name: VectorStore(model, args.cache) for name, model in models.items()
        }
        self.labels = real_data.sib200(self._data, "en").labels
        self.folds = list(
            StratifiedKFold(5, shuffle=True, random_state=0).split(self.labels, self.labels)
        )
        self.vectors = cache(self._vectors)
        self._frozen: tuple[Any, list[Any]] = None, []

    def texts(self, kind: str, lang: str) -> tuple[list[str], list[str]]:
        """English and target texts: "topics", "words", "tatoeba" or "sts" (4,000 of them)."""
        if kind == "topics":
            sides = (real_data.sib200(self._data, name).texts for name in ("en", lang))
            return next(sides), next(sides)
        if kind == "words":
            table = read_tsv(WORDS)
            return table["en"], table[lang]
        if kind == "sts":
            table = read_tsv(self._data / "stsb" / f"{lang}-en.tsv.gz")
            return table["en1"][:4000], table["target1"][:4000]
        table = read_tsv(self._data / "tatoeba" / f"{lang}-en.tsv")
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

    def right(self, E: Vectors, T: Vectors, *, frozen: Vectors | None = None) -> Any:
        """Right answers per topic sentence; the head learns from `E`, or from `frozen`."""
        if frozen is None:
            heads = self.heads(E)
        else:  # those of the rows asked for last are kept
            if self._frozen[0] is not frozen:
                self._frozen = frozen, self.heads(frozen)
            heads = self._frozen[1]
        right = np.zeros(len(self.labels), dtype=bool)
        for (_, test), head in zip(self.folds, heads, strict=True):
            right[test] = head.predict(T[test]) == self.labels[test]
        return right

    def heads(self, E: Vectors) -> list[Any]:
        """Heads of the five folds."""
        return [
            LogisticRegression(C=10, max_iter=500).fit(E[learn], self.labels[learn])
            for learn, _ in self.folds
        ]


def stacked(several: Sequence[Pairs]) -> Pairs:
    """All pairs, one below the other."""
    return Pairs(*(np.vstack(sides) for sides in zip(*several, strict=True)))


def gain(before: Any, after: Any) -> Gain:
    """Compare right answers row by row."""
    change = after.astype(float) - before
    half = 1.96 * change.std() / np.sqrt(len(change))
    mean = float(change.mean())
    return Gain(float(before.mean()), float(after.mean()), mean - half, mean + half)
