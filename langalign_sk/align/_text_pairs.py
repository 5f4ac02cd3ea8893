"""Pairs and pools of texts, embedded by the estimator that they belong to."""

from __future__ import annotations

from typing import Any

from langalign_sk.corpus import ParallelCorpus, TextPool


def refuse_nested(inner: Any, what: str, owner: str) -> None:
    """Pairs belong to the outer estimator: two places would be one too many."""
    for name in ("pairs", "unlabeled"):
        if getattr(inner, name, None) is not None:
            raise ValueError(
                f"the {what} inside {owner} has {name} of its own; give "
                f"{owner}({name}=...) the texts and leave the {what}'s None"
            )


def embedded_pairs(pairs: Any, embedder: Any, owner: str) -> list[ParallelCorpus] | ParallelCorpus:
    """Corpora of vectors from corpora of texts."""
    if pairs is None:
        raise ValueError(
            f"{owner} has no parallel pairs: give it pairs=ParallelCorpus("
            'source_texts, target_texts, source_lang="en", target_lang="ko")'
        )
    if isinstance(pairs, tuple) and not all(isinstance(p, ParallelCorpus) for p in pairs):
        return _corpus_of(pairs, embedder, owner).embed(embedder)
    corpora = [pairs] if isinstance(pairs, ParallelCorpus) else pairs
    if not isinstance(corpora, list | tuple) or not all(
        isinstance(corpus, ParallelCorpus) for corpus in corpora
    ):
        raise ValueError(
            f"{owner}: pairs must be a ParallelCorpus of texts, a list of them "
            f"or a tuple (source texts, target texts), got {type(pairs).__name__}"
        )
    for corpus in corpora:
        _check_texts(corpus, owner)
    return [corpus.embed(embedder) for corpus in corpora]


def embedded_pools(unlabeled: Any, embedder: Any, owner: str) -> list[TextPool] | None:
    """Pools of vectors from pools of texts."""
    if unlabeled is None:
        return None
    pools = [unlabeled] if isinstance(unlabeled, TextPool) else list(unlabeled)
    for pool in pools:
        _check_texts(pool, owner)
    return [pool.embed(embedder) for pool in pools]


def _corpus_of(pairs: tuple[Any, ...], embedder: Any, owner: str) -> ParallelCorpus:
    """A corpus from two lists of texts, in the two languages of the embedder."""
    layout = embedder.get_layout() if hasattr(embedder, "get_layout") else None
    langs = ("source", "target") if layout is None else layout.languages
    if len(pairs) != 2 or len(langs) != 2:
        raise ValueError(
            f"{owner}: a tuple of pairs is (source texts, target texts) in two "
            f"languages, got {len(pairs)} entries and the languages {list(langs)}; use "
            "ParallelCorpus(..., source_lang=, target_lang=)"
        )
    return ParallelCorpus(*pairs, source_lang=langs[0], target_lang=langs[1])


def _check_texts(rows: ParallelCorpus | TextPool, owner: str) -> None:
    """Vectors would be stale as soon as the embedder changes: only texts are taken."""
    if rows.detached:
        raise ValueError(
            f"{owner}: {rows!r} was saved without its texts. Predicting works; "
            "to fit again, set_params(pairs=...) first, or clone() before handing a fitted "
            "estimator to parallel jobs"
        )
    if not rows.is_text:
        raise ValueError(
            f"{owner} embeds the pairs itself and needs texts, but {rows!r} "
            "holds vectors; vectors go into LangAligner or ReverseAligner"
        )
