"""The texts of a report as the candidates read them: as they are, or embedded once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from sklearn.base import clone

from langalign_sk._numeric import FloatArray
from langalign_sk.corpus import ParallelCorpus, TextPool
from langalign_sk.report._cache import TimedCache, pickled_bytes
from langalign_sk.store import resolve_cache
from langalign_sk.text import BlockLayout

Index = npt.NDArray[np.intp]

#: The name of the subset that holds every pair.
ALL = "all"
#: Texts encoded once more to time an encoder that had every text in its cache already.
_TIMED = 64


class Reader(Protocol):
    """Rows of the parts of a report in the form that an estimator takes."""

    @property
    def texts(self) -> Texts:
        """The texts behind the rows."""

    @property
    def pools(self) -> list[TextPool]:
        """The unpaired rows."""

    def rows(self, part: str, index: Index | None = None) -> Any:
        """Rows of a part, all or some."""

    def join(self, first: Any, second: Any) -> Any:
        """Rows of two parts, one below the other."""

    def fit_pairs(self, subset: str = ALL) -> ParallelCorpus:
        """The pairs of a named subset."""

    def seconds_per_text(self) -> float:
        """What comes before the estimator costs, per target text."""

    def size_bytes(self) -> float:
        """What comes before the estimator takes when saved."""

    def fitted_extractor(self) -> Any:
        """What comes before the estimator, ready to be saved with it; None where nothing does."""


@dataclass
class Texts:
    """All texts of a report by the part they play: "X", "X_target", "pairs_source", ..."""

    parts: dict[str, list[str]]
    langs: dict[str, str | None]
    pairs: ParallelCorpus
    pools: list[TextPool]
    #: Rows of the pairs that belong to each named subset.
    subsets: dict[str, Index] = field(default_factory=dict)

    @property
    def texts(self) -> Texts:
        """These themselves: so that estimators of texts and of vectors are run alike."""
        return self

    def add(self, part: str, texts: list[str], lang: str | None) -> None:
        """Bring in texts that were not there from the beginning, such as translations."""
        self.parts[part], self.langs[part] = texts, lang

    def rows(self, part: str, index: Index | None = None) -> list[str]:
        """Rows of one part, as a list of texts."""
        texts = self.parts[part]
        return list(texts) if index is None else [texts[row] for row in index]

    def join(self, first: Sequence[str], second: Sequence[str]) -> list[str]:
        """Rows of two parts, one below the other."""
        return [*first, *second]

    def fit_pairs(self, subset: str = ALL) -> ParallelCorpus:
        """The pairs of a named subset."""
        return self.pairs if subset == ALL else self.pairs.take(self.subsets[subset])

    def seconds_per_text(self) -> float:
        """Nothing comes before an estimator that reads texts."""
        return 0.0

    def size_bytes(self) -> float:
        """Nothing comes before an estimator that reads texts."""
        return 0.0

    def fitted_extractor(self) -> None:
        """Nothing comes before an estimator that reads texts."""
        return None


class Space:
    """What one extractor makes of the texts of a report; every text is embedded once.

    Parameters
    ----------
    extractor : EmbeddingExtractor
        Shared by all candidates that start with it.
    texts : Texts
        What there is to embed.
    """

    def __init__(self, extractor: Any, texts: Texts) -> None:
        self.texts = texts
        self.original = extractor
        self._cache = TimedCache(resolve_cache(extractor.cache))
        self.extractor = clone(extractor).set_params(cache=self._cache)
        self.layout: BlockLayout | None = self.extractor.get_layout()
        self._rows: dict[str, FloatArray] = {}
        self._pairs: ParallelCorpus | None = None
        self._pools: list[TextPool] | None = None
        self._taken: dict[str, ParallelCorpus] = {}
        self._seconds: float | None = None

    @property
    def shared(self) -> bool:
        """Whether one encoder serves both languages in one space."""
        return self.layout is None

    @property
    def pairs(self) -> ParallelCorpus:
        """The pairs as vectors, each side at the width of its language."""
        if self._pairs is None:
            with self._cache.timing("pairs"):
                self._pairs = self.texts.pairs.embed(self.extractor)
        return self._pairs

    @property
    def pools(self) -> list[TextPool]:
        """The unpaired texts as vectors."""
        if self._pools is None:
            self._pools = [pool.embed(self.extractor) for pool in self.texts.pools]
        return self._pools

    def rows(self, part: str, index: Index | None = None) -> FloatArray:
        """Rows of one part as the step behind the extractor sees them."""
        if part.startswith("pairs_"):  # many: placed into their blocks only as asked for
            side = part.removeprefix("pairs_")
            vectors: FloatArray = getattr(self.pairs, side)
            return self._placed(vectors if index is None else vectors[index], part)
        if part not in self._rows:
            with self._cache.timing(part):
                self._rows[part] = self._embedded(part)
        vectors = self._rows[part]
        return vectors if index is None else vectors[index]

    def join(self, first: Any, second: Any) -> FloatArray:
        """Rows of two parts, one below the other."""
        return np.vstack([first, second])

    def fit_pairs(self, subset: str = ALL) -> ParallelCorpus:
        """The pairs of a named subset; candidates share them, and with them their moments."""
        if subset == ALL:
            return self.pairs
        if subset not in self._taken:
            self._taken[subset] = self.pairs.take(self.texts.subsets[subset])
        return self._taken[subset]

    def seconds_per_text(self) -> float:
        """Seconds of the encoder per target text."""
        if self._seconds is None:
            part = "X_target" if "X_target" in self.texts.parts else "pairs_target"
            self.rows(part)
            # Pairs are encoded both sides together: their time says nothing of one language.
            count, seconds = self._cache.timed.get(part, (0, 0.0))
            if count < _TIMED:  # or the extractor's own cache had them
                texts = self.texts.rows(part)[:_TIMED]
                fresh = clone(self.original).set_params(cache=None)
                start = time.perf_counter()
                fresh.embed_language(texts, self.texts.langs[part])
                count, seconds = len(texts), time.perf_counter() - start
            self._seconds = seconds / count
        return self._seconds

    def size_bytes(self) -> float:
        """Bytes of the saved extractor; the weights of named models are never among them."""
        return pickled_bytes(self.original)

    def fitted_extractor(self) -> Any:
        """A copy of the extractor that knows, once saved, which weights it was fitted with."""
        fresh = clone(self.original)
        return fresh if fresh.lang_column is not None else fresh.fit(self.texts.parts["X"])

    def _embedded(self, part: str) -> FloatArray:
        """Vectors of one part, as `transform` gives them where the texts may hold any language."""
        texts = self.texts.parts[part]
        if part in ("X", "X_target") and self.extractor.lang_column is None:
            vectors: FloatArray = self.extractor.transform(texts)
            return vectors
        return self._placed(self.extractor.embed_language(texts, self.texts.langs[part]), part)

    def _placed(self, vectors: FloatArray, part: str) -> FloatArray:
        """Vectors of one language at their place among the blocks."""
        if self.layout is None:
            return vectors
        block = self.layout.columns(self.texts.langs[part] or "")
        rows = np.zeros((len(vectors), self.layout.width), dtype=vectors.dtype)
        rows[:, block] = vectors
        # As in the extractor: a row of zeros would look like no language at all.
        rows[~vectors.any(axis=1), block.start] = np.finfo(vectors.dtype).tiny
        return rows
