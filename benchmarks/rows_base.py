"""What a row of `benchmarks.rows` is: a system of the literature, its statement, what was found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from benchmarks.rows_data import ONE_SPACE, Gain, Material, Pairs
from langalign_sk.measures import retrieval

#: Rows of pairs held out from those that a map is fitted to.
HELD = 500
#: Chapters of the page.
GROUPS = {
    "C1": "Labels carried by a map",
    "C2": "Linear maps",
    "C3": "Consistency over languages",
    "C4": "How alignment is measured",
    "C5": "Shifts without pairs",
    "C6": "Numbers of pairs",
    "C7": "Shape of a space",
    "C8": "Layers and pooling",
    "C9": "Networks and their losses",
    "C11": "Mined pairs",
    "C12": "Wrong and diverging pairs",
    "C13": "Nearest rows",
    "C14": "Translators",
    "C15": "Language in a space",
    "C16": "What tuning and maps leave as it was",
    "C17": "Without pairs: transport, erasure, topics",
    "C18": "Which language to start from",
    "C19": "Dictionaries",
    "C20": "Languages without pairs",
    "C21": "Several encoders, entities, cost",
    "C22": "Word alignment",
    "C23": "Scripts",
    "C24": "Code-switching",
    "C25": "Dialects and noise",
}


class Found(NamedTuple):
    """Whether the statement holds, the figures of each case, and what they say in a sentence."""

    holds: bool
    figures: Mapping[str, Any]
    said: str


class Row(NamedTuple):
    """A system of the literature as a statement that a command can try.

    `shows` are the public names that it is tried with, from the room on.
    """

    group: str
    system: str
    claims: str
    holds_when: str
    data: str
    shows: tuple[str, ...]
    measure: Callable[[Material], Found]


#: All rows by their number or letter in the list of the literature, once their files are read.
ROWS: dict[str, Row] = {}


def row(
    name: str, group: str, system: str, *, claims: str, holds_when: str, data: str, shows: str
) -> Callable[[Callable[[Material], Found]], Callable[[Material], Found]]:
    """Enter a function as the one that tries a statement."""

    def entered(measure: Callable[[Material], Found]) -> Callable[[Material], Found]:
        if name in ROWS:
            raise ValueError(f"row {name} is there twice")
        ROWS[name] = Row(group, system, claims, holds_when, data, tuple(shows.split()), measure)
        return measure

    return entered


def found(S: Any, T: Any, *, center: bool = False) -> float:
    """P@1 by cosine, mean of both directions."""
    return retrieval(S, T, method="cosine", center=center).mean.p_at_1


def spaces() -> Iterator[tuple[str, str]]:
    """Encoder and language of every case in which one encoder serves both sides."""
    for encoder, languages in ONE_SPACE.items():
        for lang in languages:
            yield encoder, lang


def halves(of: Material, lang: str, english: str, target: str | None = None) -> tuple[Pairs, Pairs]:
    """STS-B and half of Tatoeba to fit on; the other half."""
    fit, test = of.general(lang, english, target), of.pairs("tatoeba", lang, english, target)
    return fit.rows(slice(-HELD)), test.rows(slice(-HELD, None))


def fewer(pairs: Pairs, n: int, seed: int = 0) -> Pairs:
    """Some of the pairs, drawn at random."""
    return pairs.rows(np.random.default_rng(seed).permutation(len(pairs.S))[:n])


def above(change: Gain) -> bool:
    """Whether the whole interval of a gain is above zero."""
    return change.low > 0


def level(change: Gain, least: float = -0.005) -> bool:
    """Whether nothing is lost: half a point at most, or an interval that holds zero."""
    return change.after - change.before >= least or change.high >= 0


def arrow(change: Gain) -> str:
    """Before and after, and the interval of the difference."""
    return f"{change.before:.3f} to {change.after:.3f} [{change.low:+.3f}, {change.high:+.3f}]"


def span(values: Any, form: str = ".3f") -> str:
    """From the least to the largest value, or the one that there is."""
    low, high = format(min(values), form), format(max(values), form)
    return low if low == high else f"{low} to {high}"


def count(holding: Mapping[str, bool]) -> str:
    """In how many of the cases something holds, and where it does not."""
    missing = [name for name, holds in holding.items() if not holds]
    said = f"in {len(holding) - len(missing)} of {len(holding)} cases"
    return said + (f" (not {', '.join(missing)})" if missing else "")
