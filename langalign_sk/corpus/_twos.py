"""Pairs of single sentences as pairs of rows of two."""

from __future__ import annotations

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
