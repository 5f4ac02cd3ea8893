"""Pairs as files hold them, made fit to learn from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from langalign_sk._io import plain_text
from langalign_sk.corpus._parallel import ParallelCorpus
from langalign_sk.text import COLUMNS, HAN_JA, HAN_ZH, column_table, scripts_of


@dataclass(frozen=True)
class CleanPairs:
    """Pairs that `clean_pairs` kept, and how much it dropped.

    Attributes
    ----------
    corpus : ParallelCorpus
        The pairs that are left, with plain texts.
    dropped : dict of str to int
        Pairs left out, by reason: "empty" (a side without a word), "untranslated" (the target
        side is not in its language's script), "identical" (both sides are the same) and
        "duplicate" (the pair was there before).
    """

    corpus: ParallelCorpus
    dropped: dict[str, int]

    def summary(self) -> str:
        """Say in one line what was kept and what not."""
        total = self.corpus.n_pairs + sum(self.dropped.values())
        reasons = [f"{count:,} {reason}" for reason, count in self.dropped.items() if count]
        left_out = f"; left out: {', '.join(reasons)}" if reasons else ""
        return f"{self.corpus.n_pairs:,} of {total:,} pairs kept{left_out}"


def clean_pairs(corpus: ParallelCorpus) -> CleanPairs:
    """Take markup and placeholders out of pairs of texts, and drop pairs that teach nothing.

    Translation memories and catalogues hold tags, entities, placeholders such as ``{name}`` or
    ``%s``, and menu keys: all of them go. Of what is left, pairs are dropped that are empty,
    untranslated, identical on both sides, or a repetition.

    Parameters
    ----------
    corpus : ParallelCorpus
        Pairs of texts.

    Returns
    -------
    CleanPairs
        The corpus that is left, and the counts of what was dropped.

    Examples
    --------
    >>> from langalign_sk import ParallelCorpus
    >>> from langalign_sk.corpus import clean_pairs
    >>> pairs = ParallelCorpus(
    ...     ["Hello <b>{name}</b>!", "Save", "%d", "Close", "Hello!"],
    ...     ["{name}님 안녕하세요!", "Save", "%d", "닫기(&amp;C)", "안녕하세요!"],
    ...     target_lang="ko")
    >>> clean = clean_pairs(pairs)
    >>> clean.corpus.source, clean.corpus.target
    (('Hello!', 'Close', 'Hello!'), ('님 안녕하세요!', '닫기', '안녕하세요!'))
    >>> print(clean.summary())
    3 of 5 pairs kept; left out: 1 empty, 1 identical
    """
    if not corpus.is_text:
        raise TypeError("clean_pairs needs pairs of texts; these are vectors")
    if corpus.n_texts == 2:
        raise ValueError("clean_pairs takes pairs of one text each; these rows hold two")
    own_script = _ScriptTest(corpus.source_lang, corpus.target_lang)
    source, target = (
        [plain_text(text) for text in side] for side in (corpus.source, corpus.target)
    )
    dropped = dict.fromkeys(("empty", "untranslated", "identical", "duplicate"), 0)
    kept: dict[tuple[str, str], int] = {}
    for row, pair in enumerate(zip(source, target, strict=True)):
        reason = None
        if not all(any(map(str.isalpha, text)) for text in pair):
            reason = "empty"
        elif pair[0].casefold() == pair[1].casefold():
            reason = "identical"
        elif own_script.is_missing_in(pair[1]):
            reason = "untranslated"
        elif pair in kept:
            reason = "duplicate"
        if reason is None:
            kept[pair] = row
        else:
            dropped[reason] += 1
    if not kept:
        counts = ", ".join(f"{count:,} {reason}" for reason, count in dropped.items() if count)
        raise ValueError(f"no pair is left of {corpus.n_pairs:,}: {counts}")
    rows = list(kept.values())
    clean = ParallelCorpus(
        [source[row] for row in rows],
        [target[row] for row in rows],
        source_lang=corpus.source_lang,
        target_lang=corpus.target_lang,
        weight=None if corpus.weight is None else np.asarray(corpus.weight)[rows],
    )
    return CleanPairs(clean, dropped)


class _ScriptTest:
    """Letters of the scripts that the target language alone is written in."""

    def __init__(self, source_lang: str | None, target_lang: str | None) -> None:
        target = set(scripts_of(target_lang)) if target_lang else set()
        source = set(scripts_of(source_lang)) if source_lang else set()
        # With a script in common, or an unknown one, letters tell nothing.
        known = bool(source) and bool(target) and not source & target
        self._columns = [COLUMNS[script] for script in target] if known else []
        if known and "Hani" in target:
            self._columns += [HAN_JA, HAN_ZH]

    def is_missing_in(self, text: str) -> bool:
        """Tell whether none of the letters belongs to the target language's scripts."""
        if not self._columns:
            return False
        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        return not np.isin(column_table()[points], self._columns).any()
