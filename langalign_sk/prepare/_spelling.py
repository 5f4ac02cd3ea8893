"""How words of two varieties differ: edits, what each costs, and who belongs to whom."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence

from langalign_sk._io import as_texts
from langalign_sk.corpus import ParallelCorpus

WORDS = re.compile(r"\w+(?:['’]\w+)*['’]?|['’]\w+")
#: Cost of an edit: of a letter, "" where one is put in, by the letter it becomes.
Cost = Callable[[str, str], float]
#: How often each letter became which.
EditCounts = dict[str, dict[str, int]]


def words_in(text: str) -> list[str]:
    """Return the words of a text."""
    return WORDS.findall(text)


def unit(old: str, new: str) -> float:
    """Every edit costs 1."""
    return float(old != new)


def edits(old: str, new: str, cost: Cost = unit) -> tuple[float, list[tuple[str, str]]]:
    """Return the least cost of making one word of another, and the edits, letters kept included."""
    table = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) + 1):
        for j in range(len(new) + 1):
            if i or j:
                table[i][j] = min(
                    table[i - 1][j - 1] + cost(old[i - 1], new[j - 1]) if i and j else math.inf,
                    table[i - 1][j] + cost(old[i - 1], "") if i else math.inf,
                    table[i][j - 1] + cost("", new[j - 1]) if j else math.inf,
                )
    path: list[tuple[str, str]] = []
    i, j = len(old), len(new)
    while i or j:
        here = table[i][j] + 1e-9
        if i and j and table[i - 1][j - 1] + cost(old[i - 1], new[j - 1]) <= here:
            i, j = i - 1, j - 1
            path.append((old[i], new[j]))
        elif i and table[i - 1][j] + cost(old[i - 1], "") <= here:
            i -= 1
            path.append((old[i], ""))
        else:
            j -= 1
            path.append(("", new[j]))
    return table[-1][-1], path[::-1]


def distance(old: str, new: str) -> float:
    """Return the edits between two words as a share of the longer one."""
    return edits(old, new)[0] / max(len(old), len(new), 1)


def count_edits(pairs: Sequence[tuple[str, str]], *, rounds: int = 2) -> EditCounts:
    """Count the edits that pairs of words show, each round with the costs of the one before."""
    counts: EditCounts = {}
    for _ in range(rounds):
        cost, counts = (cost_of(counts) if counts else unit), {}
        for old, new in pairs:
            for before, after in edits(old, new, cost)[1]:
                own = counts.setdefault(before, {})
                own[after] = own.get(after, 0) + 1
    return counts


def cost_of(counts: EditCounts) -> Cost:
    """Return what an edit costs: -log p(new | old); letters never seen are likely kept."""
    letters = len({new for own in counts.values() for new in own}) + 1
    total = sum(sum(own.values()) for own in counts.values())
    totals = {old: sum(own.values()) for old, own in counts.items()}

    def cost(old: str, new: str) -> float:
        count = counts.get(old, {}).get(new, 0) + 0.1 / letters
        if old == "":  # of all places where a letter could have been put in
            return -math.log(count / (total + 0.1))
        return -math.log((count + (old == new)) / (totals.get(old, 0) + 1.1))

    return cost


def spelling_pairs(pairs: ParallelCorpus, *, most: float = 0.5) -> list[tuple[str, str]]:
    """Take the words that correspond out of sentences in two varieties of one language.

    Parameters
    ----------
    pairs : ParallelCorpus
        Texts: a variety as the source, the standard as the target, or the other way round.
    most : float, default=0.5
        Words that differ in more than this share of their letters do not correspond.

    Returns
    -------
    list of tuple of two str
        (word of the source, word of the target), once for each time the two meet.

    Examples
    --------
    >>> from langalign_sk import ParallelCorpus
    >>> from langalign_sk.prepare import spelling_pairs
    >>> bavarian = ParallelCorpus(
    ...     ["Zoag olle Erinnerungen"], ["Zeig alle Erinnerungen"],
    ...     source_lang="bar", target_lang="de")
    >>> spelling_pairs(bavarian)
    [('zoag', 'zeig'), ('olle', 'alle'), ('erinnerungen', 'erinnerungen')]
    """
    found: list[tuple[str, str]] = []
    for old, new in zip(_texts(pairs.source), _texts(pairs.target), strict=True):
        found += _matched(words_in(old.lower()), words_in(new.lower()), most)
    return found


def _texts(side: Iterable[str]) -> list[str]:
    return as_texts(list(side), what="pairs")


def _matched(old: list[str], new: list[str], most: float) -> list[tuple[str, str]]:
    """Match words of two sentences, the most alike first; of equals, those at like places."""
    ranked = sorted(
        (distance(a, b), abs(i / len(old) - j / len(new)), i, j)
        for i, a in enumerate(old)
        for j, b in enumerate(new)
    )
    taken: dict[int, int] = {}
    for far, _, i, j in ranked:
        if far <= most and i not in taken and j not in taken.values():
            taken[i] = j
    return [(old[i], new[j]) for i, j in sorted(taken.items())]
