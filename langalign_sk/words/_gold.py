"""Links that people drew, in Pharaoh's format, and how near others come to them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from langalign_sk._io import fail, read_lines

_LINK = re.compile(r"(\d+)([-p?])(\d+)(?:[:/][\d.eE+-]+)?")


class GoldLinks(NamedTuple):
    """The links of one pair of texts as people drew them.

    Parameters
    ----------
    sure : frozenset of (int, int)
        Links that must be found.
    possible : frozenset of (int, int)
        Links that may be found, the sure ones among them.
    """

    sure: frozenset[tuple[int, int]]
    possible: frozenset[tuple[int, int]]


class AlignmentScores(NamedTuple):
    r"""How near links come to those that people drew.

    Parameters
    ----------
    precision : float
        Share of the found links A that are possible, :math:`|A \cap P| / |A|`.
    recall : float
        Share of the sure links S that were found, :math:`|A \cap S| / |S|`.
    f1 : float
        Their harmonic mean.
    aer : float
        Alignment error rate, :math:`1 - (|A \cap S| + |A \cap P|) / (|A| + |S|)`.
    n_found, n_sure : int
        Links found, and sure ones.
    """

    precision: float
    recall: float
    f1: float
    aer: float
    n_found: int
    n_sure: int


def read_pharaoh(path: str | os.PathLike[str], *, first: int = 0) -> list[GoldLinks]:
    r"""Read links in Pharaoh's format: a line for each pair of texts, such as ``0-0 1-2 2p3``.

    Parameters
    ----------
    path : path
        The file. ``i-j`` is a sure link of source word i and target word j, ``ipj`` or ``i?j`` a
        possible one; a score behind a colon is ignored. An empty line is a pair without links.
    first : int, default=0
        The number of the first word of a text; 1 in some files.

    Returns
    -------
    list of GoldLinks

    See Also
    --------
    alignment_scores : Compares found links with them.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from langalign_sk.words import read_pharaoh
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "gold.txt")
    ...     _ = file.write_text("0-0 1p1\n", encoding="utf-8")
    ...     gold = read_pharaoh(file)
    >>> sorted(gold[0].possible), sorted(gold[0].sure)
    ([(0, 0), (1, 1)], [(0, 0)])
    """
    (lines,), numbers = read_lines(path, blank=True)
    found = []
    for number, line in zip(numbers, lines, strict=True):
        links: dict[str, set[tuple[int, int]]] = {"-": set(), "p": set()}
        for field in line.split():
            match = _LINK.fullmatch(field)
            if match is None:
                fail(Path(path), number, f"{field!r} is no link such as 0-0, 1p2 or 1?2")
            link = int(match[1]) - first, int(match[3]) - first
            if min(link) < 0:
                fail(Path(path), number, f"{field!r} lies before the first word, number {first}")
            links["-" if match[2] == "-" else "p"].add(link)
        found.append(GoldLinks(frozenset(links["-"]), frozenset(links["-"] | links["p"])))
    return found


def to_pharaoh(links: Any) -> str:
    """Write the links of one pair of texts as a line in Pharaoh's format.

    Parameters
    ----------
    links : GoldLinks, array-like of shape (n_links, 2) or iterable of (int, int)

    Returns
    -------
    str

    Examples
    --------
    >>> from langalign_sk.words import to_pharaoh
    >>> to_pharaoh([(0, 0), (1, 2)])
    '0-0 1-2'
    """
    gold = as_gold(links)
    marks = {link: "-" if link in gold.sure else "p" for link in sorted(gold.possible)}
    return " ".join(f"{i}{mark}{j}" for (i, j), mark in marks.items())


def alignment_scores(found: Sequence[Any], gold: Sequence[Any]) -> AlignmentScores:
    """Compare the links of pairs of texts with those that people drew.

    Parameters
    ----------
    found : sequence of array-like of shape (n_links, 2), or of iterables of (int, int)
        The links of each pair of texts, such as `WordAligner.predict` gives them.
    gold : sequence of GoldLinks, or of links that are all sure
        Those that people drew.

    Returns
    -------
    AlignmentScores
        Over all pairs of texts together. Without any link found, precision is 1.

    References
    ----------
    F. J. Och, H. Ney. A systematic comparison of various statistical alignment models.
    Computational Linguistics 29, 2003.

    Examples
    --------
    >>> from langalign_sk.words import GoldLinks, alignment_scores
    >>> gold = GoldLinks(frozenset({(0, 0)}), frozenset({(0, 0), (1, 1)}))
    >>> scores = alignment_scores([[(0, 0), (1, 1), (2, 0)]], [gold])
    >>> round(scores.precision, 2), scores.recall, scores.aer
    (0.67, 1.0, 0.25)
    """
    if len(found) != len(gold):
        raise ValueError(f"links of {len(found)} pairs were found, but gold has {len(gold)}")
    n_found = n_sure = hits = sure_hits = 0
    for own, line in zip(found, gold, strict=True):
        links, drawn = _as_links(own), as_gold(line)
        n_found += len(links)
        n_sure += len(drawn.sure)
        hits += len(links & drawn.possible)
        sure_hits += len(links & drawn.sure)
    precision = hits / n_found if n_found else 1.0
    recall = sure_hits / n_sure if n_sure else 1.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    total = n_found + n_sure
    aer = 1 - (sure_hits + hits) / total if total else 0.0
    return AlignmentScores(precision, recall, f1, aer, n_found, n_sure)


def as_gold(links: Any) -> GoldLinks:
    if isinstance(links, GoldLinks):
        return GoldLinks(links.sure, links.sure | links.possible)
    own = _as_links(links)
    return GoldLinks(own, own)


def links_within(
    links: Any, n: int, m: int, *, pair: int, name: str = "links"
) -> list[tuple[int, int]]:
    """Return the links of a pair of texts of n and m words, ascending; raise for words not there.

    Counted from the end, or on into the next text, other words would be meant than were drawn.
    """
    found = sorted(_as_links(links))
    wrong = next(((i, j) for i, j in found if not (0 <= i < n and 0 <= j < m)), None)
    if wrong is not None:
        raise ValueError(
            f"{name}: pair {pair} links word {wrong[0]} with word {wrong[1]}, but the texts have "
            f"{n} and {m} words, counted from 0: were they split as for these links?"
        )
    return found


def _as_links(links: Iterable[Any]) -> frozenset[tuple[int, int]]:
    if isinstance(links, GoldLinks):
        return links.possible
    if isinstance(links, str):
        raise TypeError("links must be pairs of numbers, not text: read_pharaoh reads files")
    if isinstance(links, np.ndarray):
        links = links.tolist()
    try:
        return frozenset((int(i), int(j)) for i, j in links)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"links must be pairs of numbers, (source word, target word), for each pair of texts: "
            f"got {links!r:.60}"
        ) from error
