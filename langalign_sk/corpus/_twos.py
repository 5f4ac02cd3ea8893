"""Single sentences as rows of two."""

from __future__ import annotations

import numpy as np

from langalign_sk.corpus._base import AnyCorpus
from langalign_sk.corpus._parallel import ParallelCorpus
from langalign_sk.corpus._pool import TextPool


def in_twos(corpus: AnyCorpus) -> AnyCorpus:
    """Take texts two at a time: rows of two, for what reads such rows and is to be looked at.

    An odd one is left out; a row weighs the mean of its two.
    """
    sides = corpus._rows()
    n = len(sides[0]) // 2
    if n == 0:
        raise ValueError(f"{corpus!r} has one row, too few to make rows of two texts of")
    rows = [list(zip(side[: 2 * n : 2], side[1 : 2 * n : 2], strict=True)) for side in sides]
    if isinstance(corpus, TextPool):
        return TextPool(rows[0], lang=corpus.lang)  # type: ignore[return-value]
    weight = corpus._weights()
    if weight is not None:
        weight = np.asarray(weight[: 2 * n]).reshape(n, 2).mean(axis=1)
    source, target = corpus._langs
    return ParallelCorpus(  # type: ignore[return-value]
        *rows, source_lang=source, target_lang=target, weight=weight
    )
