"""Looks at a language: where a head meets its rows, and how rows of other languages come there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from langalign_sk._numeric import Float64Array, FloatArray, PairMoments, row_blocks
from langalign_sk.align import ReverseAligner, stacked, stacked_langs, unstacked
from langalign_sk.corpus import ParallelCorpus
from langalign_sk.maps import RidgeMap, compose, one_space
from langalign_sk.transfer._constants import EVEN, MOST_EVEN
from langalign_sk.transfer._gaussian_head import GaussianHead
from langalign_sk.transfer._head import Head, Scatter
from langalign_sk.transfer._kernel_head import KernelHead
from langalign_sk.transfer._linear_head import LinearHead


@dataclass(frozen=True)
class Way:
    """A way for rows of one language to where their translations would be met in service."""

    #: Fitted map of the rows.
    map: Any
    #: How real translations lie about the carried rows; None where no head asks for it.
    noise: Scatter | None = None


@dataclass(frozen=True)
class Look:
    """A space in which a head meets the rows of one language."""

    #: Map of the language's own rows; None where they stay as they are.
    seen: Any
    #: The head to fit, or the fitted one.
    head: Head
    #: Origin → way into this space.
    ways: Mapping[str, Way] = field(default_factory=dict)
    #: True where rows of the source are in the language's own space as they are, or nearly.
    near: bool = False
    #: How many texts a row holds, each of which is moved on its own.
    n_texts: int = 1
    #: What makes one row of the vectors of two texts; None where a row is one vector.
    joined: Any = None

    def of(self, rows: FloatArray) -> FloatArray:
        """Return rows of the language itself as the head sees them."""
        moved = self.through(self.seen, rows)
        return moved if self.joined is None else self.joined.transform(moved)

    def through(self, fitted: Any, rows: FloatArray) -> FloatArray:
        """Return rows behind a map, each of their texts on its own; as they are for None."""
        if fitted is None:
            return rows
        return unstacked(fitted.transform(stacked(rows, self.n_texts)), self.n_texts)

    def with_head(self, head: Head) -> Look:
        """Return the look with its fitted head; nothing is carried any more, and no way kept."""
        return replace(self, head=head, ways={})


class Languages:
    """The languages of a fitted aligner: which one a row is in, and the looks at each.

    Parameters
    ----------
    aligner : ReverseAligner or LangAligner
        The fitted aligner.
    native : bool
        True where every target language keeps its own space, and the aligner serves the others.
    """

    def __init__(self, aligner: Any, *, native: bool) -> None:
        self.aligner, self.native, self.n_texts = aligner, native, int(aligner.n_texts)
        self.names = [str(lang) for lang in aligner.languages_]
        stays = str(aligner.stays_)
        moved = [lang for lang in self.names if lang != stays]
        self.backwards = isinstance(aligner, ReverseAligner)
        self.sources, self.targets = ([stays], moved) if self.backwards else (moved, [stays])

    def looks(self, corpora: Sequence[ParallelCorpus], head: Head | None) -> dict[str, list[Look]]:
        """Return the looks at each language, with heads that are not fitted.

        `corpora` are what the aligner was fitted on; without any, nothing is carried but by the
        aligner. `head` is that of every look; None for those of the recipe.
        """
        of: dict[str, list[ParallelCorpus]] = {}
        for corpus in corpora:
            of.setdefault(corpus.target_lang or self.targets[0], []).append(corpus)
        default = self._kernel() if self.native else self._discriminant()
        found = {}
        for lang in self.names:
            if lang in of:
                found[lang] = self._looks_at(lang, of[lang], head)
            else:
                # Source rows of a round trip count as they are: their head has no trip to survive.
                still = lang in self.sources and self.backwards
                seen = None if still else self.aligner._map_of(lang)
                found[lang] = [Look(seen, head or default)]
        return {
            lang: [replace(look, n_texts=self.n_texts) for look in looks]
            for lang, looks in found.items()
        }

    def _discriminant(self) -> Head:
        """Return the head for rows as they are; those made of two texts are no Gaussians."""
        return GaussianHead() if self.n_texts == 1 else LinearHead()

    def _kernel(self) -> Head:
        """Return the head for rows near each other; those made of two texts are far from all."""
        return KernelHead() if self.n_texts == 1 else LinearHead()

    def _looks_at(
        self, lang: str, corpora: Sequence[ParallelCorpus], head: Head | None
    ) -> list[Look]:
        """Return the looks at a target language with pairs."""
        seen = self.aligner._map_of(lang)
        origins = [corpus.source_lang or self.sources[0] for corpus in corpora]
        if not self.native:
            make = _way_to_images if self.backwards else _way_through
            ways = {
                origin: make(corpus, self.aligner.maps_[lang if self.backwards else origin])
                for origin, corpus in zip(origins, corpora, strict=True)
            }
            return [Look(seen, head or self._discriminant(), ways)]
        (origin,), (corpus,) = origins, corpora
        there = RidgeMap().fit_moments(corpus.moments)
        told = _scatter(corpus.moments, there)
        own = Way(there, told)
        if head is not None:
            return [Look(None, head, {origin: own})]
        near = one_space(corpus.moments)
        noise = None
        if self.n_texts == 1 or not near:
            behind = seen.coef_.T @ told.covariance @ seen.coef_
            noise = Scatter(behind, 0.0)
        back = Look(seen, self._kernel(), {origin: Way(compose(there, seen), noise)}, near)
        return [back] if near else [Look(None, self._discriminant(), {origin: own}), back]

    def codes(self, X: FloatArray, lang: Any = None) -> np.ndarray:
        """Return the index into `names` of each row, in `lang` where that is known."""
        n_texts = self.n_texts
        singles = stacked(X, n_texts)
        codes: np.ndarray = self.aligner._codes(singles, stacked_langs(lang, n_texts))
        codes = codes.reshape(len(X), n_texts)
        mixed = np.flatnonzero((codes != codes[:, :1]).any(axis=1))
        if len(mixed) and (self.aligner.layout_ is not None or lang is not None):
            row, both = mixed[0], [self.names[code] for code in codes[mixed[0]]]
            raise ValueError(
                f"row {row} of X holds one text in {both[0]!r} and one in {both[1]!r} "
                f"({len(mixed)} such rows); the texts of a row must be in one language here. "
                "TextAligner and PairFeatures in a Pipeline take each text in its own"
            )
        if len(mixed):  # a gate that is not sure: both texts together say more
            means = singles.reshape(len(X), n_texts, -1)[mixed].mean(axis=1)
            codes[mixed] = self.aligner._codes(means, None)[:, None]
        return codes[:, 0]

    def own_columns(self, X: FloatArray, lang: str) -> FloatArray:
        """Return rows of one language without the columns of the others."""
        layout = self.aligner.layout_
        if layout is None:
            return X
        return unstacked(stacked(X, self.n_texts)[:, layout.columns(lang)], self.n_texts)

    def carry(
        self, rows: FloatArray, origin: str, lang: str, look: Look
    ) -> tuple[FloatArray, Scatter | None]:
        """Return rows of `origin` where a head of `lang` meets them, and how real ones scatter."""
        if origin == lang:
            return look.through(look.seen, rows), None
        way = look.ways.get(origin)
        if way is None:
            if origin not in self.sources or not self.backwards:
                rows = look.through(self.aligner._map_of(origin), rows)
            way = look.ways.get(self.sources[0]) if origin not in self.sources else None
        if way is None:
            return rows, None
        return look.through(way.map, rows), way.noise


def _way_to_images(pairs: ParallelCorpus, seen: Any) -> Way:
    """Learn the way of source rows to what `seen` makes of their translations: E[R(t) | s].

    One ridge regression from source rows to the images of their translations, instead of a way
    there and a way back: it is unbiased for a `seen` that is not linear as well.
    """
    moments = _moments_of_images(pairs.source, pairs.target, seen, pairs.weight)
    # Images are in the source's space whatever the encoders: only the pairs tell if these are one.
    towards = "identity" if one_space(pairs.moments) else "zero"
    ridge = RidgeMap(towards=towards).fit_moments(moments)
    return Way(ridge, _scatter(moments, ridge))


def _way_through(pairs: ParallelCorpus, there: Any) -> Way:
    """Take source rows through the map `there`, to rows of the language that stays."""
    moments = _moments_of_images(pairs.target, pairs.source, there, pairs.weight)
    # Images and rows are in one space: the residual is their difference.
    apart = moments.source.mean - moments.target.mean
    residual = _residual(moments, np.eye(moments.source.width)) + np.outer(apart, apart)
    ridge = RidgeMap(towards="zero").fit_moments(pairs.moments)
    return Way(there, Scatter(residual, _even(pairs.moments, ridge)))


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


def _scatter(moments: PairMoments, ridge: RidgeMap) -> Scatter:
    """Return how target rows lie about what `ridge` makes of their source rows."""
    return Scatter(_residual(moments, ridge.coef_), _even(moments, ridge))


def _even(moments: PairMoments, ridge: RidgeMap) -> float:
    """Return the variance, in every direction, that rows of other texts have beyond the pairs'."""
    left_out = float(ridge.gcv_values_.min())
    told = float(np.trace(_residual(moments, ridge.coef_)))
    whole = float(moments.target.squares.sum()) / moments.weight
    most = MOST_EVEN * told
    if not np.isfinite(left_out) or whole == 0:
        return most / moments.target.width
    explained = max(1.0 - left_out / whole, 0.0)
    return min(EVEN * explained * (left_out - told), most) / moments.target.width


def _residual(moments: PairMoments, coef: Float64Array) -> Float64Array:
    """Return the covariance of what is left of the target rows behind ``coef``."""
    cross = coef.T @ np.asarray(moments.cross)
    scatter = moments.target.scatter - cross - cross.T + coef.T @ moments.source.scatter @ coef
    covariance: Float64Array = scatter / moments.weight
    return covariance
