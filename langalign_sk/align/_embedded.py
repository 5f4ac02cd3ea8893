"""Texts as vectors, with the language of each: for what takes texts and learns from pairs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from langalign_sk.align._arrays import UNNAMED, as_corpus
from langalign_sk.align._pairs import as_corpora, as_pools, came_as_arrays, no_pairs
from langalign_sk.align._stacked import stacked, stacked_langs
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
    #: Language of each row, or of each of its texts; None where blocks or the gate tell it.
    langs: Any
    #: What told the languages, where nothing else would.
    detector: LanguageDetector | None
    #: Vectors side by side in a row: 2 for rows of two texts that were read apart; None where the
    #: embedder does not tell.
    n_texts: int | None = None

    def singles(self) -> tuple[Any, Any]:
        """Return the vectors of single texts, those of a row one under the other, and languages."""
        n_texts = self.n_texts or 1
        return stacked(self.vectors, n_texts), stacked_langs(self.langs, n_texts)


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
    one_language: bool = False,
) -> Embedded:
    """Fit an embedder on texts; return these, pairs of texts and unpaired texts as vectors.

    The embedder, which is the caller's own, learns from the pairs to tell languages of one script.
    `one_language`: the two texts of a row are in one.
    """
    corpora = text_corpora(embedder, pairs, owner)
    layout = embedder.get_layout() if hasattr(embedder, "get_layout") else None
    detector = None
    if layout is not None:
        learn_languages(embedder, corpora)
    elif gate == "hard" and isinstance(embedder, EmbeddingExtractor):
        detector = _detector(embedder, corpora)
    vectors, langs, n_texts = _embed(
        embedder, X, lang, detector, y=y, fitting=True, one_language=one_language
    )
    pools = as_pools(unlabeled, owner, texts=True).values()
    if n_texts is not None:
        for name, given in (("pairs", corpora), ("unlabeled", pools)):
            _check_two(embedder, given, name, owner)
    return Embedded(
        vectors,
        [corpus.embed(embedder) for corpus in corpora],
        [pool.embed(embedder) for pool in pools] or None,
        langs,
        detector,
        n_texts,
    )


def _check_two(embedder: Any, corpora: Iterable[Any], name: str, owner: str) -> None:
    """Refuse pairs of one text a row where rows of two are read together, and the other way."""
    rows_hold, together = embedder.n_texts_, embedder.two_texts == "together"
    for corpus in corpora:
        if rows_hold == 2 and together and corpus.n_texts == 1:
            raise ValueError(
                f'{owner}: X holds two texts a row, read together (two_texts="together"), but the '
                f"{name} hold one ({corpus!r}): give rows of two on both sides, such as "
                'ParallelCorpus([(premise, hypothesis), ...], ...), or two_texts="apart", which '
                "learns from single sentences"
            )
        if rows_hold == 1 and together and corpus.n_texts == 2:
            raise ValueError(
                f"{owner}: the {name} hold two texts a row, read together, but X holds one "
                f"({corpus!r}): give X two texts a row as well"
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
    one_language: bool = False,
) -> tuple[Any, Any]:
    """Return texts as vectors, and their languages where vectors and blocks do not tell them."""
    found = _embed(embedder, X, lang, detector, y=y, fitting=fitting, one_language=one_language)
    return found[:2]


def _embed(
    embedder: Any,
    X: Any,
    lang: Any,
    detector: LanguageDetector | None,
    *,
    y: Any = None,
    fitting: bool = False,
    one_language: bool = False,
) -> tuple[Any, Any, int | None]:
    """Return vectors, languages, and how many vectors stand side by side in a row."""
    if isinstance(embedder, EmbeddingExtractor):
        vectors, langs, _, n_vectors = embed_told(
            embedder, X, lang, detector, y=y, fitting=fitting, one_language=one_language
        )
        if detector is not None:
            return vectors, langs, n_vectors
        return vectors, lang if langs is None else None, n_vectors  # blocks tell it themselves
    return (embedder.fit_transform(X, y) if fitting else embedder.transform(X)), lang, None


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
