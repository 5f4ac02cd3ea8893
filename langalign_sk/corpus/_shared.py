"""Pairs without a translator: numbers and names that stand in the text of both languages."""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from langalign_sk.corpus._content import single_texts
from langalign_sk.corpus._inputs import as_rows
from langalign_sk.corpus._parallel import ParallelCorpus
from langalign_sk.text import column_table

#: A number, or a run of letters; a run is cut where the script changes ("NASA는").
_RUNS = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+")
#: About as many as a map between spaces of usual width needs to be of use.
ENOUGH = 400


@dataclass(frozen=True)
class SharedStrings:
    """Strings that stand in the text of both languages, as pairs, and how much they are.

    Attributes
    ----------
    corpus : ParallelCorpus
        Each string with itself.
    n_source, n_target : int
        Numbers and names found on either side.
    """

    corpus: ParallelCorpus
    n_source: int
    n_target: int

    @property
    def overlap(self) -> float:
        """Share of all numbers and names that stand in both."""
        both = self.corpus.n_pairs
        return both / (self.n_source + self.n_target - both)

    def summary(self) -> str:
        """Say in one line how much both sides have in common."""
        return (
            f"{self.corpus.n_pairs:,} strings stand in both, {self.overlap:.0%} of the numbers and "
            f"names ({self.n_source:,} in the source text, {self.n_target:,} in the target text)"
        )


def shared_strings(
    source: Any, target: Any, *, source_lang: str | None = "en", target_lang: str | None = None
) -> SharedStrings:
    """Take numbers and names that stand in both texts for pairs, where there are no translations.

    Such a string means the same in both languages, so what the two encoders make of it is a pair,
    as good as a translated word: far less than a sentence, but free. A thousand of them are worth
    some hundred pairs of sentences (docs/developer/literature.md).

    Parameters
    ----------
    source, target : sequence of str
        Text of either language, about like things; no translations.
    source_lang, target_lang : str, optional
        Language codes.

    Returns
    -------
    SharedStrings

    Warns
    -----
    UserWarning
        If there are fewer than a map needs to be of use.

    See Also
    --------
    SelfLearningMap : Pairs mined from unlabeled rows by their vectors.

    Notes
    -----
    Names are words that have a capital and are nowhere in lower case, which leaves the first words
    of sentences out; words of a script without case (Han, say) count as they are. A single letter
    or digit says nothing.

    References
    ----------
    Bianchi et al. (2020), Compass-aligned Distributional Embeddings (CADE).

    Examples
    --------
    >>> import warnings
    >>> from langalign_sk.corpus import shared_strings
    >>> english = ["NASA sent Armstrong to the moon in 1969.", "The GDP fell by 2.5 percent."]
    >>> korean = ["NASA는 1969년에 달에 사람을 보냈다.", "작년 GDP는 2.5% 감소했다."]
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")  # there are few, of course
    ...     found = shared_strings(english, korean, target_lang="ko")
    >>> found.corpus.source
    ('1969', '2.5', 'GDP', 'NASA')
    >>> found.n_source, found.n_target
    (5, 4)
    """
    sides = as_rows(source, "source"), as_rows(target, "target")
    if not all(isinstance(side, tuple) for side in sides):
        raise TypeError("shared_strings needs the texts of both languages; these are vectors")
    strings = [set(_strings(single_texts(side))) for side in sides]  # type: ignore[arg-type]
    # A common word of one language ("come") is no name in the other; nor is a sentence's first.
    common = {text for side in strings for text in side if text.islower()}
    # Words of a script that only one of the languages is written in can't be shared.
    written = {0}.union(set.intersection(*({_script(text) for text in side} for side in strings)))
    left, right = (
        {
            text
            for text in side
            if len(text) > 1 and _script(text) in written and text.lower() not in common
        }
        for side in strings
    )
    both = sorted(left & right)
    if not both:
        raise ValueError(
            f"no number or name stands in both: {len(left):,} in the source text, {len(right):,} "
            "in the target text; give more text of the same kind, or translations"
        )
    corpus = ParallelCorpus(both, both, source_lang=source_lang, target_lang=target_lang)
    found = SharedStrings(corpus, len(left), len(right))
    if len(both) < ENOUGH:
        warnings.warn(
            f"{found.summary()}; a map needs {ENOUGH} or more: give more text of the same kind, or "
            "translations",
            stacklevel=2,
        )
    return found


def _strings(texts: Iterable[str]) -> Iterable[str]:
    """Give the numbers and words of texts; a word ends where its script does."""
    scripts = column_table()
    for text in texts:
        for run in _RUNS.findall(unicodedata.normalize("NFKC", text)):
            start = 0
            for end in range(1, len(run) + 1):
                if end == len(run) or scripts[ord(run[end])] != scripts[ord(run[start])]:
                    yield run[start:end]
                    start = end


def _script(text: str) -> int:
    """Return the script of the first character; 0 for digits."""
    return int(column_table()[ord(text[0])])
