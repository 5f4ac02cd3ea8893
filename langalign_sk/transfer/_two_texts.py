"""Rows of two texts: where a head meets them, as one row each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.base import clone

from langalign_sk._numeric import FloatArray
from langalign_sk.align import PairFeatures, stacked, unstacked
from langalign_sk.corpus import TextPool
from langalign_sk.transfer._constants import OWN_SCATTER
from langalign_sk.transfer._head import CarriedRows, Scatter, scattered
from langalign_sk.transfer._looks import Look


def joined(
    look: Look, parts: Sequence[CarriedRows], features: Any, rng: np.random.RandomState
) -> tuple[Look, list[CarriedRows]]:
    """Return a look that joins the vectors of two texts, and the carried rows joined by it.

    A carried vector is a mean of what its translation may be, so that two of them differ less than
    two translations do. Each is moved by a draw from the scatter of translations before it is
    joined.
    """
    rows = [_scattered(part.rows, part.noise, rng) for part in parts]
    join = (PairFeatures() if features is None else clone(features)).fit(np.vstack(rows))
    made = [
        replace(part, rows=join.transform(own), noise=None)
        for part, own in zip(parts, rows, strict=True)
    ]
    return replace(look, joined=join), made


def _scattered(rows: FloatArray, noise: Scatter | None, rng: np.random.RandomState) -> FloatArray:
    """Return rows of two vectors, each with its own part of the scatter of translations."""
    if noise is None or not noise.covariance.any():
        return rows
    singles = stacked(rows, 2)
    draws = rng.standard_normal(singles.shape)
    return unstacked(scattered(singles, OWN_SCATTER * noise.covariance, draws), 2)


def rows_of(pool: TextPool, n_texts: int) -> FloatArray:
    """Return unlabelled vectors as rows of so many texts."""
    rows: FloatArray = pool.rows
    if len(rows) % n_texts:
        raise ValueError(
            f"unlabeled holds {len(rows)} vectors in {pool.lang!r}, an odd number: of rows of two "
            "texts it must hold both, one after the other, as TextPool.embed gives them"
        )
    return unstacked(rows, n_texts)


def check_pools(unlabeled: Any, n_texts: int, owner: str) -> None:
    """Refuse unlabelled texts that are no rows of the task."""
    pools = unlabeled if isinstance(unlabeled, list | tuple) else [unlabeled]
    for pool in pools:
        if pool is not None and pool.n_texts != n_texts:
            said = {1: "one text", 2: "two texts"}
            raise ValueError(
                f"{owner}: X holds {said[n_texts]} a row, but unlabeled holds "
                f"{said[pool.n_texts]} ({pool!r}): it learns from rows like those it is to predict"
            )
