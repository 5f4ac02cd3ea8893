"""Pairs of single sentences as pairs of rows of two, and back."""

from __future__ import annotations

import numpy as np

from langalign_sk.corpus._content import single_texts
from langalign_sk.corpus._parallel import ParallelCorpus


def in_twos(pairs: ParallelCorpus) -> ParallelCorpus:
    """Take pairs of texts two at a time: rows as a task with two texts a row would have them.

    An odd one is left out; a row weighs the mean of its two.
    """
    n = pairs.n_pairs // 2
    if n == 0:
        raise ValueError(f"{pairs!r} has one row, too few to make rows of two texts of")
    sides = (pairs.source, pairs.target)
    rows = [list(zip(side[: 2 * n : 2], side[1 : 2 * n : 2], strict=True)) for side in sides]
    weight = pairs.weight
    if weight is not None:
        weight = weight[: 2 * n].reshape(n, 2).mean(axis=1)
    return ParallelCorpus(
        *rows, source_lang=pairs.source_lang, target_lang=pairs.target_lang, weight=weight
    )


def in_ones(pairs: ParallelCorpus) -> ParallelCorpus:
    """Take the texts of rows of two one by one: each is a pair with its translation."""
    if pairs.n_texts == 1:
        return pairs
    weight = pairs.weight
    return ParallelCorpus(
        single_texts(pairs.source),
        single_texts(pairs.target),
        source_lang=pairs.source_lang,
        target_lang=pairs.target_lang,
        weight=None if weight is None else np.repeat(weight, 2),
    )
