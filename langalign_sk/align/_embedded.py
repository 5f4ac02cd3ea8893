"""Texts as vectors, with the language of each: for what takes texts and learns from pairs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from langalign_sk.align._arrays import UNNAMED, as_corpus
from langalign_sk.align._pairs import as_corpora, as_pools, came_as_arrays, no_pairs
from langalign_sk.corpus import ParallelCorpus, TextPool
from langalign_sk.text import (
    EmbeddingExtractor,
    LanguageDetector,
    embed_told,
    learned_from,
    shares_scripts,
)


class Embedded(NamedTuple):
    """Rows as vectors, and what was learned about their languages."""

    vectors: Any
    corpora: list[ParallelCorpus]
    pools: list[TextPool] | None
    #: Language of each row; None where blocks or the gate tell it.
    langs: Any
    #: What told the languages, where nothing else would.
    detector: LanguageDetector | None


def embedded(
    embedder: Any,
    X: Any,
    y: Any,
    pairs: Any,
    unlabeled: Any,
    owner: str,
    *,
    lang: Any = None,
    gate: str | None = "hard",
) -> Embedded:
    """Fit an embedder on texts; return these, pairs of texts and unpaired texts as vectors.

    The embedder, which is the caller's own, learns from the pairs to tell languages of one script.
    """
    corpora = text_corpora(embedder, pairs, owner)
    layout = embedder.get_layout() if hasattr(embedder, "get_layout") else None
    detector = None
    if layout is not None:
        learn_languages(embedder, corpora)
    elif gate == "hard" and isinstance(embedder, EmbeddingExtractor):
        detector = _detector(embedder, corpora)
    vectors, langs = embed_rows(embedder, X, lang, detector, y=y, fitting=True)
    pools = as_pools(unlabeled, owner, texts=True).values()
    return Embedded(
        vectors,
        [corpus.embed(embedder) for corpus in corpora],
        [pool.embed(embedder) for pool in pools] or None,
        langs,
        detector,
    )


def text_corpora(embedder: Any, pairs: Any, owner: str) -> list[ParallelCorpus]:
    """Return pairs of texts as corpora; a tuple is in the two languages of the embedder."""
    if pairs is None:
        raise no_pairs(owner)
    corpora = as_corpora(pairs, owner, texts=True)
    layout = embedder.get_layout() if hasattr(embedder, "get_layout") else None
    if pairs is not corpora[0] or not came_as_arrays(pairs) or layout is None:
        return corpora
    if len(layout.languages) != 2:
        raise ValueError(
            f"{owner}: a tuple of pairs is (source texts, target texts) in two languages, but "
            f"the embedder knows {list(layout.languages)}; use ParallelCorpus(..., "
            "source_lang=, target_lang=)"
        )
    return [as_corpus((pairs.source, pairs.target), layout.languages)]


def embed_rows(
    embedder: Any,
    X: Any,
    lang: Any,
    detector: LanguageDetector | None,
    *,
    y: Any = None,
    fitting: bool = False,
) -> tuple[Any, Any]:
    """Return texts as vectors, and their languages where vectors and blocks do not tell them."""
    if isinstance(embedder, EmbeddingExtractor):
        vectors, langs = embed_told(embedder, X, lang, detector, fitting=fitting)
        if detector is not None:
            return vectors, langs
        return vectors, lang if langs is None else None  # blocks tell it themselves
    return (embedder.fit_transform(X, y) if fitting else embedder.transform(X)), lang


def learn_languages(embedder: Any, corpora: Sequence[ParallelCorpus]) -> None:
    """Let an extractor tell languages of one script by what the pairs show."""
    if isinstance(embedder, EmbeddingExtractor) and embedder.detect == "script":
        layout = embedder.get_layout()
        if layout is not None and shares_scripts(layout.languages):
            embedder.set_params(detect=list(corpora))


def _detector(embedder: Any, corpora: Sequence[ParallelCorpus]) -> LanguageDetector | None:
    """Return what tells the languages of the pairs apart, where the embedder declares none."""
    sides = [(corpus.source_lang, corpus.target_lang) for corpus in corpora]
    langs = dict.fromkeys(
        lang or unnamed for side in sides for lang, unnamed in zip(side, UNNAMED, strict=True)
    )
    detect = embedder.detect
    if detect is None:
        return None
    if detect == "script" and shares_scripts(list(langs)):
        learned = learned_from(corpora)
        if not all(learned.scripts.values()):  # no letters at all
            return None
        detect = learned
    return LanguageDetector(list(langs), detect=detect, default_language=embedder.default_language)
