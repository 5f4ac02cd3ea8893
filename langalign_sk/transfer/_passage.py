"""How rows of one language would look had they been written in another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from langalign_sk._numeric import Float64Array, FloatArray, PairMoments, oas_covariance, row_blocks
from langalign_sk.corpus import ParallelCorpus
from langalign_sk.maps import RidgeMap


@dataclass(frozen=True)
class Passage:
    """The way of a labelled row into the place where its translation would be met in service."""

    #: Carries the row; None where it stays as it is.
    through: Any
    #: Covariance of real translations about the carried rows; None once the heads know it.
    noise: Float64Array | None
    #: Moments of the pairs it was learned from, where more pairs may come.
    moments: PairMoments | None = None

    def carry(self, rows: FloatArray) -> FloatArray:
        """Rows as the head of the other language is to see them."""
        moved: FloatArray = rows if self.through is None else self.through.transform(rows)
        return moved


def passage_to_moved(corpus: ParallelCorpus, back: Any) -> Passage:
    """Source rows to where the map `back` takes their translations: E[R(t) | s], by ridge.

    One regression from source rows to the images of their translations, instead of a way there
    and a way back: it is unbiased for a `back` that is not linear as well.
    """
    moments = _moments_of_images(corpus.source, corpus.target, back, corpus.weight)
    ridge = RidgeMap().fit_moments(moments)
    noise = residual_covariance(moments, ridge.coef_)
    return Passage(ridge, noise, moments)


def passage_to_staying(corpus: ParallelCorpus, there: Any) -> Passage:
    """Source rows through the map `there`, to rows of the language that stays."""
    moments = _moments_of_images(corpus.target, corpus.source, there, corpus.weight)
    # Images and rows are in one space: the residual is their difference.
    apart = moments.source.mean - moments.target.mean
    noise = residual_covariance(moments, np.eye(moments.source.width)) + np.outer(apart, apart)
    return Passage(there, noise)


def _moments_of_images(
    rows: FloatArray, others: FloatArray, fitted: Any, weight: Any
) -> PairMoments:
    """Moments of `rows` with the images of `others`, block by block."""
    width = rows.shape[1] + others.shape[1] + int(fitted.n_features_out_)
    found: PairMoments | None = None
    for block in row_blocks(len(rows), width):
        weights = None if weight is None else weight[block]
        if weights is not None and not np.any(weights):
            continue
        new = PairMoments.from_rows(rows[block], fitted.transform(others[block]), weights)
        found = new if found is None else found + new
    assert found is not None  # a corpus has a pair that weighs something
    return found


def residual_covariance(moments: PairMoments, coef: Float64Array) -> Float64Array:
    """Covariance of what is left of the target rows behind ``coef``."""
    cross = coef.T @ np.asarray(moments.cross)
    scatter = moments.target.scatter - cross - cross.T + coef.T @ moments.source.scatter @ coef
    # Few pairs say little about directions: without the shrinkage, 300 of them cost ten points.
    return oas_covariance(scatter / moments.weight, moments.n_effective)
