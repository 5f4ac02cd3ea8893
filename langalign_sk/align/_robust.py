"""Wrong pairs: how well each pair fits the others, and fits that pass over those that do not."""

from __future__ import annotations

from typing import Any

import numpy as np

from langalign_sk._numeric import Float64Array
from langalign_sk._process import caches
from langalign_sk.align._arrays import as_corpus
from langalign_sk.align._pairs import as_corpora
from langalign_sk.corpus import ParallelCorpus
from langalign_sk.maps import PairFit, judge_pairs


def pair_scores(pairs: Any) -> Float64Array:
    """Score each pair by how well it fits the others; wrong translations come out lowest.

    Parameters
    ----------
    pairs : ParallelCorpus or tuple
        At least 30 pairs of vectors; a tuple is (source vectors, target vectors).

    Returns
    -------
    scores : ndarray of shape (n_pairs,)
        Log-odds (natural logarithm) of the two rows as translations against rows met at random:
        high is good, and below 0 the pair looks like a random one. Each pair is scored by what
        pairs of other folds say.

    See Also
    --------
    langalign_sk.LangAligner : Its parameter `robust` fits without the pairs that look wrong.

    Notes
    -----
    Both sides are put into canonical coordinates, in which a true pair agrees coordinate by
    coordinate, and compared under a Gaussian model, two passes over the pairs; the second learns
    from those that looked right in the first. The same pairs give the same scores.

    Wrong means random here. Near misses, such as rows moved on by one line in a text whose lines
    resemble each other, agree more than random rows do: fewer of them are found, and their share
    comes out too low, at a third of what it is in the worst case measured.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.align import pair_scores
    >>> rng = np.random.default_rng(0)
    >>> source = rng.standard_normal((500, 8))
    >>> target = source @ rng.standard_normal((8, 6)) + 0.1 * rng.standard_normal((500, 6))
    >>> target[[3, 70]] = target[[70, 3]]
    >>> sorted(pair_scores((source, target)).argsort()[:2].tolist())
    [3, 70]
    """
    if isinstance(pairs, list | tuple):
        pairs = as_corpus(pairs)
    if not isinstance(pairs, ParallelCorpus):
        raise TypeError(
            "pair_scores needs a ParallelCorpus or a tuple (source vectors, target vectors), got "
            f"{type(pairs).__name__}"
        )
    as_corpora(pairs, "pair_scores", texts=False)  # refuses texts and stubs
    return _fit_of(pairs).scores.copy()


def judged(corpus: ParallelCorpus, robust: str) -> tuple[ParallelCorpus, float]:
    """Return the pairs, each weighing what it has earned, and the share of wrong ones."""
    fit = _fit_of(corpus)
    weight = (fit.good >= 0.5).astype(np.float64) if robust == "trim" else fit.good
    if corpus.weight is not None:
        weight = weight * corpus.weight
    if not weight.any():
        raise ValueError(
            f"robust={robust!r}: no pair of {corpus!r} fits the others better than random pairs "
            "do; check that the rows of both sides are in the same order"
        )
    return corpus.with_weight(weight), fit.bad_share


def _fit_of(corpus: ParallelCorpus) -> PairFit:
    """Judge a corpus, once per process and content: folds and clones share it."""
    fit: PairFit = caches.judgements.get(
        corpus.fingerprint,
        lambda: judge_pairs(corpus.source, corpus.target, corpus.weight),
    )
    return fit
