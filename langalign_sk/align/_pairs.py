"""The pairs of an estimator: what it was given, which way they lead, what it leaves behind."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Self, TypeVar

import numpy as np
from sklearn.base import BaseEstimator

from langalign_sk._numeric import FloatArray, PairMoments
from langalign_sk._process import marked
from langalign_sk._stamp import VersionStamped
from langalign_sk.align._arrays import UNNAMED, as_corpus, in_their_blocks, paired_y
from langalign_sk.corpus import ParallelCorpus, TextPool, live, pairs_are_left_out
from langalign_sk.text import BlockLayout, match_code, normal_code, same_code

Estimator = TypeVar("Estimator", bound="PairedEstimator")

#: What to pass instead of a short name or None, where a grid is to reach nested parameters.
_OBJECTS = {
    "aligner": "ReverseAligner()",
    "embedder": "EmbeddingExtractor(...)",
    "head": "GaussianHead()",
    "method": "RidgeMap()",
    "round_trip": "RidgeMap()",
}


# ------------------------------------------------------------------ the estimator that has pairs


class PairedEstimator(VersionStamped, BaseEstimator):
    """Base of estimators with `pairs`, and maybe `unlabeled`: fitted, they pickle stubs of these.

    In the process that holds the rows, loading finds them again by fingerprint, so that copies made
    through pickling (parallel cross-validation, joblib.Memory) can be refitted.
    """

    pairs: Any
    unlabeled: Any

    def set_params(self, **params: Any) -> Self:
        """Set parameters; nested ones need an object to be set in.

        Parameters
        ----------
        **params : dict
            Parameters by name, nested ones as ``method__alpha``.

        Returns
        -------
        self : object
            The estimator.
        """
        for key in params:
            outer, _, inner = key.partition("__")
            value = params.get(outer, getattr(self, outer, None))
            if inner and outer in _OBJECTS and not hasattr(value, "set_params"):
                raise ValueError(
                    f"{key}: {outer}={value!r} has no parameters of its own; pass an object, for "
                    f"example {outer}={_OBJECTS[outer]}, and then set {key}"
                )
        super().set_params(**params)
        return self

    def _given_pairs(self, pairs: Any) -> Any:
        """Return the pairs given to `fit` or else the constructor's; arrays come as a corpus."""
        given = self.pairs if pairs is None else pairs
        if isinstance(given, list | tuple) and ParallelCorpus not in map(type, given):
            given = as_corpus(given)
            if pairs is None:  # it lives as long as the estimator, for copies to find it again
                self._arrays = (self.pairs, given)
        return given

    def __getstate__(self) -> dict[str, Any]:
        state = dict(super().__getstate__())
        fitted = self.__sklearn_is_fitted__()
        arrays, corpus = state.pop("_arrays", (None, None))
        with suppress(TypeError, ValueError):  # what is no pairs is refused by fit
            state["pairs"] = corpus if fitted and arrays is self.pairs else self._given_pairs(None)
        if fitted or pairs_are_left_out():
            given = [name for name in ("pairs", "unlabeled") if name in state]
            state.update({name: _each(state[name], _stub) for name in given})
        if not state.get("keep_moments", False):
            state.pop("_moments", None)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        given = [name for name in ("pairs", "unlabeled") if name in state]
        found: dict[str, Any] = {name: _each(state[name], live) for name in given}
        super().__setstate__({**state, **found})

    # Not through __getstate__: a copy inside the process keeps its pairs and its moments.
    def __copy__(self) -> Self:
        new = object.__new__(type(self))
        new.__dict__.update(self.__dict__)
        return new

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        new = object.__new__(type(self))
        memo[id(self)] = new
        new.__dict__.update({name: copy.deepcopy(v, memo) for name, v in self.__dict__.items()})
        return new

    def __sklearn_is_fitted__(self) -> bool:
        raise NotImplementedError


@contextmanager
def all_or_nothing(estimator: Estimator) -> Iterator[Estimator]:
    """Give a draft to fit, which takes the estimator's place when the block ends without an error.

    Until then the estimator is as it was, and the change is one assignment: whatever stops a refit,
    and wherever, leaves the old fit or the new one.
    """
    draft = copy.copy(estimator)
    yield draft
    estimator.__dict__ = draft.__dict__


def _each(value: Any, do: Callable[[Any], Any]) -> Any:
    """Return what `do` makes of one corpus or of each of several; anything else as it is."""
    several = isinstance(value, list | tuple)
    if not all(isinstance(c, ParallelCorpus | TextPool) for c in (value if several else [value])):
        return value
    return [do(corpus) for corpus in value] if several else do(value)


def _stub(corpus: Any) -> Any:
    """Return everything of a corpus but its rows."""
    return corpus.detach()


def refuse_nested(inner: Any, what: str, owner: str) -> None:
    """Refuse pairs inside an estimator that has pairs: two places would be one too many."""
    for name in ("pairs", "unlabeled"):
        if getattr(inner, name, None) is not None:
            raise ValueError(
                f"the {what} inside {owner} has {name} of its own; give {owner}({name}=...) them "
                f"and leave the {what}'s None"
            )


# ------------------------------------------------------------------ what was given


def resolve_corpora(
    pairs: Any,
    y: Any,
    X: FloatArray,
    *,
    blocks: BlockLayout | None,
    owner: str,
    names: tuple[str, str] = UNNAMED,
) -> list[ParallelCorpus] | None:
    """Return corpora of vectors, None for no pairs; arrays are in the languages `names`.

    "self" pairs the rows of `X` with themselves, "y" with those of `y`.
    """
    if pairs is None:
        return None
    if isinstance(pairs, str):
        if pairs not in ("self", "y"):
            raise ValueError(f"pairs={pairs!r} is no corpus; the strings known are 'self' and 'y'")
        return [as_corpus((X, X if pairs == "self" else paired_y(y, X, owner)), names)]
    corpora = as_corpora(pairs, owner, texts=False)
    if pairs is corpora[0] and came_as_arrays(pairs):
        if names != UNNAMED:
            pairs = as_corpus((pairs.source, pairs.target), names)
        return [in_their_blocks(pairs, X.shape[1], blocks, owner)]
    return corpora


def as_corpora(pairs: Any, owner: str, *, texts: bool) -> list[ParallelCorpus]:
    """Return the corpora given, one or several, of texts or else of vectors."""
    corpora = [pairs] if isinstance(pairs, ParallelCorpus) else pairs
    known = isinstance(corpora, list | tuple) and len(corpora) > 0
    if not known or not all(isinstance(corpus, ParallelCorpus) for corpus in corpora):
        got = f"{len(corpora)} entries" if isinstance(corpora, tuple) else type(pairs).__name__
        raise ValueError(
            f"{owner}: pairs must be a ParallelCorpus{' of texts' if texts else ''}, a list of "
            f"them or a tuple (source, target), got {got}; class labels are not pairs"
        )
    for corpus in corpora:
        _check_rows(corpus, owner, texts=texts)
    return list(corpora)


def as_pools(unlabeled: Any, owner: str, *, texts: bool) -> dict[str, TextPool]:
    """Return the pools given, one or several, by language and in their order."""
    pools = unlabeled if isinstance(unlabeled, list | tuple) else [unlabeled]
    by_lang: dict[str, TextPool] = {}
    for pool in [] if unlabeled is None else pools:
        if not isinstance(pool, TextPool):
            raise ValueError(
                f"{owner}: unlabeled must be a TextPool or a list of them, got a "
                f'{type(pool).__name__}: TextPool(rows, lang="ko") says which language they are in'
            )
        _check_rows(pool, owner, texts=texts)
        if any(same_code(pool.lang, lang) for lang in by_lang):
            raise ValueError(f"{owner}: two TextPools in {pool.lang!r}; add them with +")
        by_lang[pool.lang] = pool
    return by_lang


def _check_rows(rows: ParallelCorpus | TextPool, owner: str, *, texts: bool) -> None:
    """Refuse texts where vectors are needed and the other way round, and stubs without rows."""
    name = "pairs" if isinstance(rows, ParallelCorpus) else "unlabeled"
    if rows.is_text and not texts:
        raise ValueError(
            f"{owner} works on vectors, but the {name} are texts ({rows!r}): give them as "
            ".embed(extractor) with the extractor of the pipeline, or to TextAligner(extractor, "
            f"aligner, {name}=...), or, where metadata routing is on, Pipeline(..., "
            'transform_input=["pairs"]).fit(X, y, pairs=(source_texts, target_texts))'
        )
    if texts and not rows.is_text:
        raise ValueError(
            f"{owner} embeds the {name} itself and needs texts, but {rows!r} holds vectors, which "
            "would be stale once the embedder changes; they go into LangAligner or ReverseAligner"
        )
    langs = (rows.source_lang, rows.target_lang) if isinstance(rows, ParallelCorpus) else (None,)
    if langs[0] is not None and same_code(*langs):
        raise ValueError(
            f"{owner}: {rows!r} is of one language, so no row could be told to move; for two "
            "encoders of one language there is langalign_sk.migrate"
        )
    if rows.detached:
        raise ValueError(
            f"{owner}: {rows!r} was saved without its rows. Predicting works; to fit again, "
            f"set_params({name}=...) first, clone() before handing a fitted estimator to parallel "
            "jobs, or keep the rows in a folder (save) that both processes can reach"
        )


def came_as_arrays(corpus: ParallelCorpus) -> bool:
    """Tell whether a corpus says no more than two arrays, or two lists of texts, do."""
    unnamed = (corpus.source_lang, corpus.target_lang) == UNNAMED
    return unnamed and corpus.layout is None and corpus.weight is None


def check_embedder(X: Any, corpora: Sequence[ParallelCorpus] | None, owner: str) -> None:
    """Refuse pairs that were embedded with other settings than the rows; arrays do not say."""
    spec = marked(X) if isinstance(X, np.ndarray) else None
    for corpus in corpora or []:
        if spec is not None and corpus.spec is not None and corpus.spec != spec:
            raise ValueError(
                f"{owner}: the rows were embedded with other settings (pooling, layer, model ...) "
                f"than the pairs ({corpus!r}), whose map would not fit them: embed the pairs with "
                "the extractor of the pipeline. In a grid over the extractor's settings give the "
                "pairs as texts, to TextAligner(extractor, aligner, pairs=texts) or "
                "TransferClassifier(extractor, pairs=texts), which embed them anew each time"
            )


def no_pairs(owner: str, *, given_y: bool = False) -> ValueError:
    """Return the error for a fit without pairs."""
    hint = ', or pairs="y" where y is a 2-D float array, row by row the translations of X'
    hint += " (class labels are not pairs)"
    return ValueError(
        f"{owner} has no parallel pairs: give it pairs=ParallelCorpus(source, target, source_lang="
        f'"en", target_lang="ko"), or fit(X, y, pairs=(source, target)){hint if given_y else ""}'
    )


# ------------------------------------------------------------------ which way the pairs lead


@dataclass(frozen=True)
class Direction:
    """The way of one language into the space of the language that stays.

    `rows` and `moments` are in the order (moved, stays), whichever way the corpus runs.
    """

    moved: str
    stays: str
    widths: tuple[int, int]
    corpus: ParallelCorpus | None
    backwards: bool = False

    def rows(self) -> tuple[FloatArray | None, FloatArray | None, FloatArray | None]:
        """Return moved rows, staying rows and pair weights."""
        if self.corpus is None:
            return None, None, None
        source, target, weight = self.corpus.source, self.corpus.target, self.corpus.weight
        return (target, source, weight) if self.backwards else (source, target, weight)

    def moments(self) -> PairMoments | None:
        """Return the moments of the pairs, accumulated once per process."""
        if self.corpus is None:
            return None
        return self.corpus.moments.swapped() if self.backwards else self.corpus.moments

    def reversed(self) -> Direction:
        """Return the same pairs the other way round."""
        widths = self.widths[::-1]
        return Direction(self.stays, self.moved, widths, self.corpus, not self.backwards)


def directions(
    corpora: Sequence[ParallelCorpus] | None,
    pools: Mapping[str, TextPool],
    *,
    backwards: bool,
    owner: str,
) -> list[Direction]:
    """Return one direction per moved language, from the pairs or, without any, from the pools.

    Of the pools, the first is then the source language and the others are targets.
    """
    found = []
    for corpus in corpora or []:
        assert corpus.widths is not None, "texts were refused"
        source, target = corpus.source_lang or UNNAMED[0], corpus.target_lang or UNNAMED[1]
        found.append(Direction(source, target, corpus.widths, corpus))
    if corpora is None:
        first, *others = pools.values()
        if not others or (len(others) > 1 and not backwards):
            raise ValueError(
                f"{owner} has no pairs and unpaired text in {list(pools)}: give "
                "unlabeled=[source_pool, target_pool]"
            )
        for pool in others:
            widths = (first.width or 0, pool.width or 0)
            found.append(Direction(first.lang, pool.lang, widths, None))
    if backwards:
        found = [way.reversed() for way in found]
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


def one_spelling(
    corpora: Sequence[ParallelCorpus],
    first: str | None,
    moving: Sequence[str],
    *,
    backwards: bool,
) -> list[ParallelCorpus]:
    """Return corpora in which a language has one name, the one it had `first`, or among `moving`.

    Of the side that stays, "EN" and "en-US" are "en" where that came first; of the one that moves,
    "zh-CN" and "zh-TW" are two.
    """
    stay = 0 if backwards else 1
    moved = {normal_code(lang): lang for lang in moving}
    found = []
    for corpus in corpora:
        langs = [corpus.source_lang, corpus.target_lang]
        if langs[stay] is not None:
            first = first or langs[stay]
            langs[stay] = match_code(str(langs[stay]), [str(first)]) or langs[stay]
        other = langs[1 - stay]
        if other is not None:
            langs[1 - stay] = moved.setdefault(normal_code(other), other)
        found.append(corpus.renamed(*langs))
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


# ------------------------------------------------------------------ widths, and blocks of columns


def widths_of(
    ways: Sequence[Direction], languages: Sequence[str], earlier: Mapping[str, int]
) -> dict[str, int]:
    """Return the width of each language's vectors; the `earlier` ones stay as they are."""
    found = dict(earlier)
    for way in ways:
        for lang, width in zip((way.moved, way.stays), way.widths, strict=True):
            if found.setdefault(lang, width) != width:
                raise ValueError(
                    f"pairs are {width} wide in {lang!r}, and others, or those learned so far, "
                    f"{found[lang]}: embed all of them with the same encoder"
                )
    return {name: found[name] for name in languages}


def find_layout(ways: Sequence[Direction], blocks: BlockLayout | None) -> BlockLayout | None:
    """Return the one block layout of pairs and parameter, None for vectors without blocks."""
    known = [blocks, *(way.corpus.layout for way in ways if way.corpus is not None)]
    layouts = [layout for layout in known if layout is not None]
    if not layouts:
        return None
    layout = layouts[0]
    for other in layouts:
        if other != layout:
            raise ValueError(
                f"the pairs (or blocks=) disagree on the language blocks: {layout} and {other}; "
                "embed all of them with the same extractor"
            )
    for way in ways:
        for lang, width in zip((way.moved, way.stays), way.widths, strict=True):
            if lang in UNNAMED and lang not in layout:
                raise ValueError(
                    f"X is in language blocks ({layout}), but the pairs don't say which language "
                    f'their {lang} side is in: ParallelCorpus(..., {lang}_lang="ko")'
                )
            if layout.width_of(lang) != width:
                raise ValueError(
                    f"the pairs are {width} wide in {lang!r}, but its block has "
                    f"{layout.width_of(lang)} columns ({layout})"
                )
    return layout
