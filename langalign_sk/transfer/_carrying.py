"""Carrying rows of one language to where the head of another expects their translations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from langalign_sk._numeric import (
    Float64Array,
    FloatArray,
    Nystroem,
    PairMoments,
    oas_covariance,
    row_blocks,
)
from langalign_sk.align import ReverseAligner
from langalign_sk.corpus import ParallelCorpus
from langalign_sk.maps import RidgeMap


class KernelFeatures:
    """Rows next to their Gaussian kernel features: what a head in the target's own space sees."""

    def __init__(self, rows: FloatArray, n_landmarks: int, random_state: Any) -> None:
        rng = check_random_state(random_state)
        self.kernel_ = Nystroem(rows[np.sort(rng.permutation(len(rows))[:n_landmarks])])
        self.n_features_out_ = self.kernel_.n_features_out_ + rows.shape[1]

    def transform(self, X: FloatArray) -> Float64Array:
        """Return the kernel features of rows and, behind them, the rows."""
        rows: Float64Array = np.asarray(X, dtype=np.float64)
        return np.hstack([self.kernel_.transform(rows), rows])


@dataclass(frozen=True)
class Carrier:
    """A way for labelled rows to where their translations would be met in service."""

    #: Map of the row; None where it stays as it is.
    map: Any
    #: Covariance of real translations about the carried rows; None once the heads know it.
    noise: Float64Array | None = None
    #: Moments of the pairs it was learned from, where more pairs may come.
    moments: PairMoments | None = None

    def carry(self, rows: FloatArray) -> FloatArray:
        """Return rows as the head of the other language is to see them."""
        moved: FloatArray = rows if self.map is None else self.map.transform(rows)
        return moved


def carrier_to_images(pairs: ParallelCorpus, seen: Any) -> Carrier:
    """Learn the way of source rows to what `seen` makes of their translations: E[R(t) | s].

    One ridge regression from source rows to the images of their translations, instead of a way
    there and a way back: it is unbiased for a `seen` that is not linear as well.
    """
    moments = _moments_of_images(pairs.source, pairs.target, seen, pairs.weight)
    ridge = RidgeMap(towards="zero").fit_moments(moments)
    return Carrier(ridge, residual_covariance(moments, ridge.coef_), moments)


def carrier_through(pairs: ParallelCorpus, there: Any) -> Carrier:
    """Take source rows through the map `there`, to rows of the language that stays."""
    moments = _moments_of_images(pairs.target, pairs.source, there, pairs.weight)
    # Images and rows are in one space: the residual is their difference.
    apart = moments.source.mean - moments.target.mean
    noise = residual_covariance(moments, np.eye(moments.source.width)) + np.outer(apart, apart)
    return Carrier(there, noise)


def _moments_of_images(rows: Any, others: Any, seen: Any, weight: Any) -> PairMoments:
    """Return moments of `rows` with the images of `others`, block by block."""
    found: PairMoments | None = None
    for block in row_blocks(len(rows), rows.shape[1] + others.shape[1] + seen.n_features_out_):
        weights = None if weight is None else weight[block]
        if weights is not None and not np.any(weights):
            continue
        new = PairMoments.from_rows(rows[block], seen.transform(others[block]), weights)
        found = new if found is None else found + new
    assert found is not None  # a corpus has a pair that weighs something
    return found


def residual_covariance(moments: PairMoments, coef: Float64Array) -> Float64Array:
    """Return the covariance of what is left of the target rows behind ``coef``."""
    cross = coef.T @ np.asarray(moments.cross)
    scatter = moments.target.scatter - cross - cross.T + coef.T @ moments.source.scatter @ coef
    # Few pairs say little about directions: without the shrinkage, 300 of them cost ten points.
    return oas_covariance(scatter / moments.weight, moments.n_effective)


class Carriers:
    """Carriers between the languages of a fitted aligner, and what each language's head sees.

    With `native`, heads live in their language's own space, kernel features added, and not in the
    aligner's. Without corpora nothing is carried but by the aligner.
    """

    def __init__(
        self,
        aligner: Any,
        corpora: Sequence[ParallelCorpus],
        *,
        native: bool,
        n_landmarks: int,
        random_state: Any,
    ) -> None:
        self.aligner = aligner
        self.languages = [str(lang) for lang in aligner.languages_]
        stays = str(aligner.stays_)
        moved = [lang for lang in self.languages if lang != stays]
        self.backwards = isinstance(aligner, ReverseAligner)
        self.sources, self.targets = ([stays], moved) if self.backwards else (moved, [stays])
        #: Origin → language → carrier.
        self.carriers: dict[str, dict[str, Carrier]] = {}
        self.features: dict[str, KernelFeatures] = {}
        for corpus in corpora:
            origin = corpus.source_lang or self.languages[0]
            lang = corpus.target_lang or self.targets[0]
            if native:
                self.features[lang], carrier = _native(corpus, n_landmarks, random_state)
            elif self.backwards:
                carrier = carrier_to_images(corpus, aligner.maps_[lang])
            else:
                carrier = carrier_through(corpus, aligner.maps_[origin])
            self.carriers.setdefault(origin, {})[lang] = carrier

    def forget_noise(self) -> None:
        """Drop the covariances, which no row that is carried needs."""
        for carriers in self.carriers.values():
            for lang, carrier in carriers.items():
                carriers[lang] = replace(carrier, noise=None, moments=None)

    def codes(self, X: FloatArray, lang: Any = None) -> np.ndarray:
        """Return the index into `languages` of each row, in `lang` where that is known."""
        codes: np.ndarray = self.aligner._codes(X, lang)
        return codes

    def own_columns(self, X: FloatArray, lang: str) -> FloatArray:
        """Return rows of one language without the columns of the others."""
        layout = self.aligner.layout_
        return X if layout is None else X[:, layout.columns(lang)]

    def seen(self, rows: FloatArray, lang: str) -> FloatArray:
        """Return rows of one language, in their own columns, as that language's head sees them."""
        if lang in self.features:
            return self.features[lang].transform(rows)
        # Source rows of a round trip count as they are: their own head has no trip to survive.
        return rows if lang in self.sources and self.backwards else self._aligned(rows, lang)

    def carry(
        self, X: FloatArray, origin: str, lang: str
    ) -> tuple[FloatArray, Float64Array | None]:
        """Return rows of `origin` as the head of `lang` sees them, and how real ones scatter."""
        rows = self.own_columns(X, origin)
        if origin == lang:
            return self.seen(rows, lang), None
        carrier = self.carriers.get(origin, {}).get(lang)
        if carrier is None:
            if origin not in self.sources or not self.backwards:
                rows = self._aligned(rows, origin)
            if lang not in self.features:
                return rows, None
            carrier = self.carriers[self.sources[0]][lang]  # from a third language, via the source
        return carrier.carry(rows), carrier.noise

    def _aligned(self, rows: FloatArray, lang: str) -> FloatArray:
        """Return rows of one language in the aligner's space."""
        fitted = self.aligner._map_of(lang)
        moved: FloatArray = rows if fitted is None else fitted.transform(rows)
        return moved


def _native(
    corpus: ParallelCorpus, n_landmarks: int, random_state: Any
) -> tuple[KernelFeatures, Carrier]:
    """Learn features of the target side and the carrier to them.

    Neither depends on labels: where the draw is fixed, all folds of a cross-validation share the
    newest of them.
    """

    def compute() -> tuple[KernelFeatures, Carrier]:
        features = KernelFeatures(corpus.target, n_landmarks, random_state)
        return features, carrier_to_images(corpus, features)

    if not isinstance(random_state, int | np.integer):
        return compute()
    return corpus.moments.memo((n_landmarks, int(random_state)), compute, slot="carrier")
