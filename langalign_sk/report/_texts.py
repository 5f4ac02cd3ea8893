"""The texts of a report, checked, and what each encoder makes of them."""

from __future__ import annotations

import pickle
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import clone

from langalign_sk._io import TextRow, as_text_rows, hold_two
from langalign_sk._numeric import FloatArray
from langalign_sk.align import learn_languages, stacked, unstacked
from langalign_sk.corpus import (
    ParallelCorpus,
    TextPool,
    choose_groups,
    in_twos,
    tied_rows,
    without_pairs,
)
from langalign_sk.maps import one_space, space_agreement
from langalign_sk.store import MemoryCache, resolve_cache
from langalign_sk.text import BlockLayout, match_code, placed, same_code

Index = npt.NDArray[np.intp]
Labels = npt.NDArray[Any]

#: Names of subsets of the pairs: every one, those left out of a second fit, and the others.
ALL, HELD_OUT, REST = "all", "held out", "rest"
#: Pairs left out to see whether both sides get one class: a fifth, and no more than this.
_MAX_HELD_OUT = 1000
#: Texts encoded once more to time an encoder that had every text in its cache already.
_TIMED = 64
#: Pairs, about, that an encoder is tried on before it is to read all texts of both languages.
_TRIED = 500
#: Correlation of the two sides of these from which on it does. Names and numbers give up to .2.
_AGREES = 0.2


@dataclass
class Texts:
    """All texts of a report by the part they play: "X", "X_target", "pairs_source", ..."""

    parts: dict[str, list[TextRow]]
    langs: dict[str, str]
    pairs: ParallelCorpus
    pools: list[TextPool]
    #: How many texts a row holds.
    n_texts: int = 1
    #: Rows of the pairs hold two sentences that came as two pairs.
    in_twos: bool = False
    #: Rows of the pairs that belong to each named subset.
    subsets: dict[str, Index] = field(default_factory=dict)
    #: Seconds per text that a translator took to write a part.
    written: dict[str, float] = field(default_factory=dict)
    #: Texts that play several parts are encoded once, whatever an extractor's own cache.
    cache: MemoryCache = field(default_factory=MemoryCache)
    #: What stands for an extractor where vectors were given; texts are then names of rows.
    vectors: Any = None

    @property
    def pools_hold_rows(self) -> bool:
        """True where the pools hold as many texts a row as the task."""
        return all(pool.n_texts == self.n_texts for pool in self.pools)

    def n_pairs(self, subset: str = ALL) -> int:
        """Return how many pairs, as they were given, are in a subset."""
        rows = self.pairs.n_pairs if subset == ALL else len(self.subsets[subset])
        return 2 * rows if self.in_twos else rows

    def leave_out_pairs(self, random_state: int) -> None:
        """Set pairs aside that share no text with the others."""
        size = min(_MAX_HELD_OUT, self.pairs.n_pairs // 5)
        tied = tied_rows([self.pairs.source, self.pairs.target])
        chosen = choose_groups(tied, size, np.random.RandomState(random_state))
        if chosen.sum() < 2:
            raise ValueError(
                f"{self.pairs!r} has too few independent pairs: a fifth of them is left out to see "
                "whether both sides get the same class, and these may share no text with the "
                "others; ten pairs that share no text are the least"
            )
        self.subsets |= {HELD_OUT: np.flatnonzero(chosen), REST: np.flatnonzero(~chosen)}


def single_texts(rows: Iterable[TextRow]) -> list[str]:
    """Return the texts of rows one by one."""
    return [text for row in rows for text in ([row] if isinstance(row, str) else row)]


class Space:
    """The texts as candidates read them: embedded once for all of one extractor, or as they are.

    Parameters
    ----------
    texts : Texts
        All texts of the report.
    extractor : EmbeddingExtractor, optional
        None: candidates read texts.
    reader : str, optional
        Language whose encoder reads both languages here, instead of each its own.
    """

    def __init__(self, texts: Texts, extractor: Any = None, reader: str | None = None) -> None:
        self.texts, self.original, self.reader = texts, extractor, reader
        self.extractor: Any = None
        self.layout: BlockLayout | None = None
        #: Vectors side by side in a row: of two texts that are read apart.
        self.n_vectors = 1
        if extractor is not None:
            if texts.n_texts == 2 and extractor.two_texts == "apart":
                self.n_vectors = 2
            elif texts.in_twos or not texts.pools_hold_rows:
                name = "pairs hold" if texts.in_twos else "unlabeled texts are"
                raise ValueError(
                    f'two_texts="together": the {name} one text a row; give rows of two, '
                    "ParallelCorpus([(first, second), ...], [...]) and TextPool([(first, second), "
                    "...], ...)"
                )
            self.original = extractor = clone(extractor)
            learn_languages(extractor, [texts.pairs])
            cache = resolve_cache(extractor.cache)
            cache = texts.cache if cache is None else cache
            self.extractor = clone(extractor).set_params(cache=cache)
            self.layout = self.extractor.get_layout()
        self._rows: dict[str, FloatArray] = {}
        self._pairs: dict[str, ParallelCorpus] = {}
        self._pools: list[TextPool] | None = None
        self._seconds: dict[str, float] = {}

    @property
    def shared(self) -> bool:
        """True where one encoder serves both languages in one space."""
        if self.extractor is None:
            return False
        models = encoders_of(self.extractor, self.texts.pairs)
        return models is None or same_model(*models)

    @property
    def reads_both(self) -> bool:
        """True where some of the pairs, read before all texts are, are near each other at all."""
        step = -(-self.texts.pairs.n_pairs // _TRIED)
        some = self.texts.pairs.take(np.arange(0, self.texts.pairs.n_pairs, step))
        return space_agreement(some.embed(self.extractor).moments) >= _AGREES

    @property
    def agreement(self) -> float:
        """Correlation of both sides of the pairs, column by column: 1 in one space, 0 apart."""
        return space_agreement(self.pairs().moments)

    @property
    def one_space(self) -> bool:
        """True where the pairs say that a text and its translation are near as they are."""
        return one_space(self.pairs().moments)

    @property
    def pools(self) -> list[TextPool]:
        """The unpaired rows."""
        if self.extractor is None:
            return self.texts.pools
        if self._pools is None:
            self._pools = [pool.embed(self.extractor) for pool in self.texts.pools]
        return self._pools

    def own_pool(self) -> TextPool | None:
        """Return the first pool of the target language."""
        target = self.texts.pairs.target_lang
        return next((pool for pool in self.pools if same_code(pool.lang, target)), None)

    def pairs(self, subset: str = ALL) -> ParallelCorpus:
        """Return the pairs of a subset; candidates share them, and with them their moments.

        Of single texts, as maps learn from them: those of a row one after the other.
        """
        if subset not in self._pairs:
            if subset != ALL:
                index = self.texts.subsets[subset]
                n = self.n_vectors
                each = (n * index[:, None] + np.arange(n)).ravel()
                self._pairs[subset] = self.pairs().take(each)
            elif self.extractor is None:
                self._pairs[ALL] = self.texts.pairs
            else:
                self._pairs[ALL] = self.texts.pairs.embed(self.extractor)
        return self._pairs[subset]

    def rows_of_pairs(self, subset: str) -> ParallelCorpus:
        """Return the pairs of a subset as an estimator takes their rows."""
        if self.n_vectors == 1:
            return self.pairs(subset)
        index = self.texts.subsets[subset]
        return ParallelCorpus(
            self.rows("pairs_source", index),
            self.rows("pairs_target", index),
            source_lang=self.texts.langs["pairs_source"],
            target_lang=self.texts.langs["pairs_target"],
            weight=self.texts.pairs.take(index).weight,
        )

    def rows_of_pool(self) -> Any:
        """Return the first pool of the target language as an estimator takes its rows.

        None where it holds single texts, but rows hold two.
        """
        pool = self.own_pool() if self.texts.pools_hold_rows else None
        if pool is None or self.n_vectors == 1:
            return pool
        rows = self._placed(unstacked(pool.rows, self.n_vectors), "pairs_target")
        return TextPool(rows, lang=pool.lang)

    def rows(self, part: str, index: Index | None = None) -> Any:
        """Return rows of one part, all or some, as an estimator takes them."""
        if self.extractor is None:
            texts = self.texts.parts[part]
            return list(texts) if index is None else [texts[row] for row in index]
        if part.startswith("pairs_"):  # many: placed into their blocks only as asked for
            vectors: FloatArray = getattr(self.pairs(), part.removeprefix("pairs_"))
            vectors = unstacked(vectors, self.n_vectors)
            return self._placed(vectors if index is None else vectors[index], part)
        if part not in self._rows:
            self._rows[part] = self._embedded(part)
        return self._rows[part] if index is None else self._rows[part][index]

    def join(self, first: Any, second: Any) -> Any:
        """Return the rows of two parts, one below the other."""
        return [*first, *second] if self.extractor is None else np.vstack([first, second])

    def seconds_per_text(self, part: str) -> float:
        """Return what it takes, per text of a part, to translate and to encode it."""
        written = self.texts.written.get(part, 0.0)
        if self.extractor is None:
            return written
        self.rows(part)
        if part not in self._seconds:  # the cache had them, or both sides of pairs came together
            texts = self.texts.parts[part][:_TIMED]
            fresh = clone(self.original).set_params(cache=None)
            start = time.perf_counter()
            fresh.embed_language(texts, self.texts.langs[part])
            self._seconds[part] = (time.perf_counter() - start) / len(texts)
        return written + self._seconds[part]

    def size_bytes(self) -> float:
        """Return the bytes of the saved extractor; weights of named models are not among them."""
        return 0.0 if self.extractor is None else pickled_bytes(self.original)

    def n_parameters(self) -> float:
        """Return the number of weights of the encoders; NaN where they are out of reach."""
        return float("nan") if self.extractor is None else float(self.extractor.n_parameters())

    def fitted_extractor(self) -> Any:
        """Return a copy of the extractor that knows, once saved, which weights it was fitted with.

        None where candidates read texts.
        """
        if self.extractor is None:
            return None
        fresh = clone(self.original)
        if fresh.lang_column is not None:
            return fresh
        return fresh.fit(self.texts.parts["X"], lang=self.texts.langs["X"])

    def _embedded(self, part: str) -> FloatArray:
        """Return vectors of a part, whose language is known."""
        texts = self.texts.parts[part]
        vectors = self.extractor.embed_language(texts, self.texts.langs[part])
        vectors = self._placed(vectors, part)
        run = self.extractor.last_run()
        if run is not None and run.n_encoded >= _TIMED:
            self._seconds[part] = self.n_vectors * run.seconds / run.n_encoded
        return vectors

    def _placed(self, vectors: FloatArray, part: str) -> FloatArray:
        """Return vectors of one language at their place among the blocks."""
        if self.layout is None:
            return vectors
        rows = placed(stacked(vectors, self.n_vectors), self.layout, self.texts.langs[part])
        return unstacked(rows, self.n_vectors)


def encoders_of(extractor: Any, pairs: ParallelCorpus) -> tuple[Any, Any] | None:
    """Return the encoders of both languages of the pairs; None where one serves all."""
    models = extractor.model
    if not isinstance(models, Mapping):
        return None
    known = list(models)
    found = [match_code(str(lang), known) for lang in (pairs.source_lang, pairs.target_lang)]
    if None in found:
        return None  # the extractor says which language is missing
    return models[found[0]], models[found[1]]


def same_model(one: Any, other: Any) -> bool:
    """Tell whether two encoders are one."""
    return one is other or (isinstance(one, str | Path) and one == other)


def read_texts(X: Any, X_target: Any, pairs: Any, unlabeled: Any, *, column: Any = None) -> Texts:
    """Return all texts of the report, by the part they play; `column` is where frames have them.

    Pairs of single sentences are taken two at a time where the rows hold two texts.
    """
    check_pairs(pairs)
    if not pairs.is_text:
        raise ValueError(f"pairs must hold texts, as X does, but {pairs!r} holds vectors")
    source, target = str(pairs.source_lang), str(pairs.target_lang)
    parts = {"X": as_text_rows(X, column=column, what="X")}
    n_texts = 2 if hold_two(parts["X"]) else 1
    joined = n_texts > pairs.n_texts
    if n_texts < pairs.n_texts:
        raise ValueError("pairs holds two texts a row, X one; both must hold as many")
    pairs = in_twos(pairs) if joined else pairs
    parts |= {"pairs_source": list(pairs.source), "pairs_target": list(pairs.target)}
    if X_target is not None:
        parts["X_target"] = as_text_rows(X_target, column=column, what="X_target")
        if not parts["X_target"]:
            raise ValueError("X_target is empty; leave it out where there are no target texts")
        if hold_two(parts["X_target"]) != (n_texts == 2):
            one, two = ("X_target", "X") if n_texts == 2 else ("X", "X_target")
            raise ValueError(f"{two} holds two texts a row, {one} one; both must hold as many")
    langs = {"X": source, "X_target": target, "pairs_source": source, "pairs_target": target}
    langs["X_more"] = target
    pools = [unlabeled] if isinstance(unlabeled, TextPool) else list(unlabeled or [])
    for pool in pools:
        if not isinstance(pool, TextPool) or pool.detached or not pool.is_text:
            raise ValueError(
                f'unlabeled must be a TextPool of texts, TextPool(texts, lang="ko"), or a list of '
                f"them, got {pool!r:.80}"
            )
    for pool in pools:
        if pool.n_texts > n_texts:
            raise ValueError("unlabeled holds two texts a row, X one; both must hold as many")
    return Texts(parts, langs, pairs, pools, n_texts, joined)


def check_pairs(pairs: Any) -> None:
    """Refuse pairs that are no corpus of two known languages, with its rows."""
    if not isinstance(pairs, ParallelCorpus):
        raise TypeError(
            f"pairs must be one ParallelCorpus of texts, got {type(pairs).__name__}; a report is "
            "about one target language: make one for each"
        )
    if pairs.detached:
        raise ValueError(f"transfer_report needs the pairs, but {pairs!r} was saved without them")
    if pairs.source_lang is None or pairs.target_lang is None:
        raise ValueError(
            'the pairs do not say their languages: ParallelCorpus(..., source_lang="en", '
            'target_lang="ko")'
        )


def read_labels(y: Any, texts: Sequence[TextRow], name: str, *, least: int) -> Labels:
    """Return one label per text, of two classes or more, two of them with `least` rows."""
    labels = np.asarray(y)
    if labels.ndim != 1 or len(labels) != len(texts):
        raise ValueError(f"{name} has shape {labels.shape} for {len(texts)} texts")
    missing = [row for row, label in enumerate(labels.tolist()) if label is None or label != label]
    if missing:
        raise ValueError(f"{name}: row {missing[0]} has no label ({len(missing)} such rows)")
    classes, counts = np.unique(labels, return_counts=True)
    if len(classes) < 2:
        raise ValueError(f"{name} holds the one class {classes.tolist()}; two are needed")
    if np.sort(counts)[-2] < least:
        raise ValueError(
            f"{name}: but for one, each class has {np.sort(counts)[-2]} row; what is learned is "
            f"tested on other rows, which takes two classes of {least} rows: label more, or join "
            "classes"
        )
    return labels


def read_more(texts: Texts, X: Any, y: Any, *, classes: Labels, column: Any = None) -> Labels:
    """Put labelled target rows that are learned from among the texts; return their labels."""
    rows = as_text_rows(X, column=column, what="target_labels")
    labels = np.asarray(y)
    if labels.shape != (len(rows),) or not rows:
        raise ValueError(f"target_labels: {len(rows)} texts and labels of shape {labels.shape}")
    if hold_two(rows) != (texts.n_texts == 2):
        raise ValueError("target_labels must hold as many texts a row as X")
    unknown = ~np.isin(labels, classes)
    if unknown.any():
        raise ValueError(
            f"target_labels: {labels[unknown].tolist()[0]!r} is no label of y "
            f"({int(unknown.sum())} such rows)"
        )
    texts.parts["X_more"] = rows
    return labels.astype(classes.dtype)


def read_groups(groups: Any, n_source: int, n_target: int) -> tuple[Labels, Labels] | None:
    """Return the group of each source and of each target row."""
    if groups is None:
        return None
    if not isinstance(groups, tuple) or len(groups) != 2:
        raise ValueError("groups must be a tuple (of the rows of X, of the rows of X_target)")
    source, target = (np.asarray(part) for part in groups)
    if source.shape != (n_source,) or target.shape != (n_target,):
        raise ValueError(
            f"groups have shapes {source.shape} and {target.shape} for {n_source} rows of X and "
            f"{n_target} of X_target"
        )
    return source, target


def pickled_bytes(thing: Any) -> float:
    """Return the bytes of `thing` saved without its pairs; NaN where it cannot be saved."""
    try:
        with without_pairs():
            return float(len(pickle.dumps(thing, protocol=pickle.HIGHEST_PROTOCOL)))
    except Exception:  # whatever a foreign object's pickling may raise
        return float("nan")
