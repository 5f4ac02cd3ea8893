"""How many varieties of a language share a word."""

from __future__ import annotations

from collections.abc import Sequence

from langalign_sk.corpus import ParallelCorpus
from langalign_sk.prepare._spelling import distance, spelling_pairs


def word_generality(varieties: Sequence[ParallelCorpus]) -> dict[str, float]:
    """Score the words of a standard language by how its varieties write them.

    Parameters
    ----------
    varieties : sequence of ParallelCorpus
        Texts: a variety as the source, the standard as the target, one corpus for each variety.

    Returns
    -------
    dict of str to float
        Word of the standard → mean over the varieties of 1 - edits / letters, where its nearest
        counterparts in the translations are compared; 1: it is the same everywhere. A variety in
        which it has no counterpart counts 0. Labels for a regressor on vectors of the words.

    References
    ----------
    Keleg et al. (2025), The Arabic Generality Score: Another Dimension of Modeling Arabic
    Dialectness, arXiv:2508.17347.

    Examples
    --------
    >>> from langalign_sk import ParallelCorpus
    >>> from langalign_sk.prepare import word_generality
    >>> bavarian = ParallelCorpus(["olle Wegga"], ["alle Wecker"], target_lang="de")
    >>> swiss = ParallelCorpus(["alli Wecker"], ["alle Wecker"], target_lang="de")
    >>> found = word_generality([bavarian, swiss])
    >>> found["alle"], round(found["wecker"], 2)
    (0.75, 0.67)
    """
    scores: dict[str, list[float]] = {}
    for corpus in varieties:
        own: dict[str, list[float]] = {}
        for old, new in spelling_pairs(corpus, most=0.7):
            own.setdefault(new, []).append(1 - distance(old, new))
        for word, alike in own.items():
            scores.setdefault(word, []).append(sum(alike) / len(alike))
    return {word: sum(alike) / len(varieties) for word, alike in sorted(scores.items())}
