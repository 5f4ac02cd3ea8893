"""Rows of one space in two languages, and labels that either side tells."""

from __future__ import annotations

import numpy as np

from langalign_sk import ParallelCorpus


def two_languages(seed: int = 0, n: int = 900, width: int = 16, noise: float = 0.6):
    """Source rows, target rows and labels of three classes; the first 300 are to be the pairs."""
    rng = np.random.default_rng(seed)
    S = rng.normal(size=(n, width))
    T = S @ np.linalg.qr(rng.normal(size=(width, width)))[0] + 2.0
    T += noise * rng.normal(size=T.shape)
    y = (S @ rng.normal(size=(width, 3))).argmax(axis=1)
    return S, T, y, ParallelCorpus(S[:300], T[:300], target_lang="ko")
