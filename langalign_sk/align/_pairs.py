"""From what the user gave as pairs to one direction per moved language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from langalign_sk._numeric import FloatArray, PairMoments, as_numpy, row_blocks
from langalign_sk.align._rows import block_codes, layout_from_support
from langalign_sk.corpus import ParallelCorpus, TextPool
from langalign_sk.text import BlockLayout

#: Labels of the two sides when nobody has said which languages they are.
UNNAMED = ("source", "target")


@dataclass(frozen=True)
class Direction:
    """The way of one language into the space of the language that stays.

    `rows` and `moments` are in the order (moved, stays), whichever way the corpus runs.
    """

    moved: str
    stays: str
    widths: tuple[int, int]
    corpus: ParallelCorpus | None
    backwards: bool

    def rows(self) -> tuple[FloatArray | None, FloatArray | None, FloatArray | None]:
        """Moved rows, staying rows and pair weights."""
        if self.corpus is None:
            return None, None, None
        source, target, weight = self.corpus.source, self.corpus.target, self.corpus.weight
        return (target, source, weight) if self.backwards else (source, target, weight)

    def reversed(self) -> Direction:
        """The same pairs the other way round."""
        return replace(
            self,
            moved=self.stays,
            stays=self.moved,
            widths=self.widths[::-1],
            backwards=not self.backwards,
        )

    def moments(self) -> PairMoments | None:
        """Moments of the pairs, accumulated once per process."""
        if self.corpus is None:
            return None
        return self.corpus.moments.swapped() if self.backwards else self.corpus.moments


def resolve_corpora(
    pairs: Any,
    y: Any,
    X: FloatArray,
    *,
    blocks: BlockLayout | None,
    owner: str,
    names: tuple[str, str] = UNNAMED,
) -> list[ParallelCorpus] | None:
    """Corpora of vectors from pairs or, where there are none, from a 2-D float `y`.

    Arrays are in the languages `names`. None when nothing was given that could be pairs.
    """
    if pairs is None:
        return _corpora_from_y(y, X, names)
    if isinstance(pairs, str):
        if pairs != "self":
            raise ValueError(f"pairs={pairs!r} is not a corpus; the only string known is 'self'")
        return [corpus_of_arrays(X, X, names)]
    if isinstance(pairs, ParallelCorpus):
        return [checked_corpus(pairs, owner)]
    if not isinstance(pairs, tuple | list) or len(pairs) == 0:
        raise ValueError(
            f"{owner}: pairs must be a ParallelCorpus, a list of them or a tuple "
            f"(source, target), got {type(pairs).__name__}; class labels are not pairs"
        )
    if all(isinstance(part, ParallelCorpus) for part in pairs):
        return [checked_corpus(part, owner) for part in pairs]
    if len(pairs) != 2:
        raise ValueError(
            f"{owner}: a tuple of pairs must be (source, target), got {len(pairs)} entries"
        )
    arrays = checked_corpus(corpus_of_arrays(pairs[0], pairs[1], names), owner)
    return [_cut_to_blocks(arrays, X.shape[1], blocks, owner)]


def checked_corpus(corpus: ParallelCorpus, owner: str) -> ParallelCorpus:
    """Refuse texts where vectors are needed, and stubs without rows."""
    if corpus.is_text:
        raise ValueError(
            f"{owner} works on vectors, but the pairs are texts ({corpus!r}): use "
            "pairs.embed(extractor) with the extractor of the pipeline, or TextAligner(extractor, "
            "aligner, pairs=...), or, where metadata routing is on, Pipeline(..., "
            'transform_input=["pairs"]).fit(X, y, pairs=(source_texts, target_texts))'
        )
    if corpus.detached:
        raise ValueError(
            f"{owner}: {corpus!r} was saved without its pairs. Predicting works; to fit again, "
            "set_params(pairs=...) first, clone() before handing a fitted estimator to parallel "
            "jobs, or keep the pairs in a folder (corpus.save) that both processes can reach"
        )
    return corpus


def corpus_of_arrays(source: Any, target: Any, names: tuple[str, str] = UNNAMED) -> ParallelCorpus:
    """A corpus of arrays, in languages known from elsewhere or not at all."""
    return ParallelCorpus(source, target, source_lang=names[0], target_lang=names[1])


def is_paired(y: Any) -> bool:
    """Whether `y` can be target vectors: class labels, indicators and counts never are."""
    if y is None:
        return False
    target = np.asarray(as_numpy(y))
    if target.ndim != 2 or target.dtype.kind != "f":
        return False
    # Block by block: vectors show themselves in the first one.
    blocks = (target[rows] for rows in row_blocks(*target.shape))
    return any(((block != 0) & (block != 1)).any() for block in blocks)


def _corpora_from_y(y: Any, X: FloatArray, names: tuple[str, str]) -> list[ParallelCorpus] | None:
    """Pairs from a 2-D float `y`."""
    if not is_paired(y):
        return None
    target = np.asarray(as_numpy(y))
    if len(target) != len(X):
        raise ValueError(
            f"X and y must be row-aligned pairs, but have {len(X)} and {len(target)} rows"
        )
    return [corpus_of_arrays(X, target, names)]


def _cut_to_blocks(
    corpus: ParallelCorpus, width: int, blocks: BlockLayout | None, owner: str
) -> ParallelCorpus:
    """Arrays in the languages of their blocks, at native widths where they came in blocks."""
    S, T = corpus.source, corpus.target
    if blocks is None and S.shape[1] == T.shape[1] == width:
        blocks = layout_from_support(S, T, names=UNNAMED)
    if blocks is None:
        return corpus
    if S.shape[1] == T.shape[1] == blocks.width:
        langs = [_one_language(rows, blocks, side) for rows, side in ((S, 0), (T, 1))]
        sides = [rows[:, blocks.columns(lang)] for rows, lang in zip((S, T), langs, strict=True)]
        return ParallelCorpus(*sides, source_lang=langs[0], target_lang=langs[1], layout=blocks)
    if corpus.source_lang in blocks and corpus.target_lang in blocks:
        return corpus
    if len(blocks.languages) == 2:
        # Unequal widths say which block is whose; of equal ones the first is the source's.
        first, second = blocks.languages
        if S.shape[1] == blocks.width_of(second) != blocks.width_of(first):
            first, second = second, first
        return corpus_of_arrays(S, T, (first, second))
    raise ValueError(
        f"{owner}: with the blocks {blocks} it is unknown which two languages the arrays in pairs "
        'are in; give ParallelCorpus(source, target, source_lang="en", target_lang="ko")'
    )


def _one_language(rows: FloatArray, blocks: BlockLayout, side: int) -> str:
    """The one block that all rows of one side of the pairs use."""
    codes = np.unique(block_codes(rows, blocks, blocks.languages))
    if len(codes) != 1:
        mixed = [blocks.languages[code] for code in codes]
        raise ValueError(f"the {UNNAMED[side]} side of the pairs mixes the languages {mixed}")
    lang: str = blocks.languages[int(codes[0])]
    return lang


def resolve_pools(unlabeled: Any, owner: str) -> dict[str, TextPool]:
    """Pools of unpaired vectors by language, in the order given."""
    pools = [unlabeled] if isinstance(unlabeled, TextPool) else list(unlabeled or ())
    by_lang: dict[str, TextPool] = {}
    for pool in pools:
        if not isinstance(pool, TextPool):
            raise ValueError(
                f"{owner}: unlabeled must be a TextPool or a list of them, got a "
                f"{type(pool).__name__}"
            )
        if pool.is_text:
            raise ValueError(
                f"{owner} works on vectors, but {pool!r} holds texts: use pool.embed(extractor)"
            )
        if pool.detached:
            raise ValueError(f"{owner}: {pool!r} was saved without its rows; set it again to fit")
        if pool.lang in by_lang:
            raise ValueError(f"{owner}: two TextPools in {pool.lang!r}; add them with +")
        by_lang[pool.lang] = pool
    return by_lang


def directions(
    corpora: Sequence[ParallelCorpus] | None,
    pools: Mapping[str, TextPool],
    *,
    backwards: bool,
    needs_pairs: bool,
    owner: str,
) -> list[Direction]:
    """One direction per moved language: from the pairs or, for maps that need none, the pools."""
    if corpora is not None:
        return _paired(corpora, backwards=backwards, owner=owner)
    if pools and not needs_pairs:
        return _unpaired(pools, backwards=backwards, owner=owner)
    raise ValueError(
        f"{owner} has no parallel pairs. Give it pairs=ParallelCorpus(source_vectors, "
        "target_vectors), or fit(X, y, pairs=(source, target)), or fit(source_vectors, "
        "target_vectors) directly (y must then be a 2-D float array: class labels are not pairs)"
    )


def _paired(corpora: Sequence[ParallelCorpus], *, backwards: bool, owner: str) -> list[Direction]:
    """One direction per corpus; all must end in the same language."""
    found: list[Direction] = []
    for corpus in corpora:
        assert corpus.widths is not None  # texts were refused
        source, target = corpus.source_lang or UNNAMED[0], corpus.target_lang or UNNAMED[1]
        way = Direction(source, target, corpus.widths, corpus, False)
        found.append(way.reversed() if backwards else way)
    ends = list(dict.fromkeys(way.stays for way in found))
    if len(ends) > 1:
        other = "LangAligner" if backwards else "ReverseAligner"
        raise ValueError(
            f"{owner} moves rows into one language, but the corpora lead into {ends}; "
            f"{other} goes the other way"
        )
    moved = [way.moved for way in found]
    if len(set(moved)) != len(moved):
        raise ValueError(f"{owner}: two corpora for one language in {moved}; add them with +")
    return found


def _unpaired(pools: Mapping[str, TextPool], *, backwards: bool, owner: str) -> list[Direction]:
    """Without pairs, the first pool is the source language and the others are targets."""
    source, *targets = pools.values()
    if not targets or (len(targets) > 1 and not backwards):
        raise ValueError(
            f"{owner} has no pairs and unpaired text in {list(pools)}: give "
            "unlabeled=[source_pool, target_pool]"
        )
    ways = [(pool, source) for pool in targets] if backwards else [(source, targets[0])]
    found = []
    for moved, stays in ways:
        assert moved.width is not None, "texts were refused"
        assert stays.width is not None, "texts were refused"
        found.append(Direction(moved.lang, stays.lang, (moved.width, stays.width), None, backwards))
    return found


def check_languages(
    stays: str, moved: Sequence[str], pools: Mapping[str, TextPool], expected: str, *, owner: str
) -> None:
    """Refuse pairs that end elsewhere than earlier ones, and pools nobody would use."""
    if stays != expected:
        raise ValueError(
            f"{owner} moves rows into {expected!r}, but the new pairs lead into {stays!r}"
        )
    unknown = sorted(set(pools) - {*moved, stays})
    if unknown:
        raise ValueError(
            f"{owner}: unlabeled text in {unknown}, but the pairs cover {[stays, *moved]}"
        )
