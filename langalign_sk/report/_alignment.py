"""The two notions of alignment beside each other, where the head of each candidate works."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from langalign_sk.measures import cosine_gap, strong_alignment
from langalign_sk.report._run import Outcome, before_the_head
from langalign_sk.report._spaces import Space

if TYPE_CHECKING:
    import pandas as pd


def alignment_table(outcomes: Sequence[Outcome], held_out: np.ndarray) -> pd.DataFrame:
    """One row per candidate that works on vectors, measured on held-out pairs.

    Weak alignment: a sentence is closer to its translation than to another sentence
    (`matched_cosine`, `random_cosine`, `gap`), or than to all other translations (`p_at_1`). Strong
    alignment: closer than to all others of both languages (`p_at_1_mixed`).
    """
    import pandas as pd

    rows = []
    for outcome in outcomes:
        sides = _sides(outcome, held_out)
        if sides is not None:
            rows.append({"candidate": outcome.candidate.name, **_measured(*sides)})
    names = ["matched_cosine", "random_cosine", "gap", "p_at_1", "p_at_1_mixed"]
    return pd.DataFrame(rows, columns=["candidate", *names])


def _sides(outcome: Outcome, held_out: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Both sides of the held-out pairs as the head sees them."""
    reader = outcome.candidate.reader
    if not isinstance(reader, Space) or outcome.consistency is None:
        return None
    source, target = (
        before_the_head(outcome.checked, reader.rows(part, held_out))
        for part in ("pairs_source", "pairs_target")
    )
    return None if source is None or target is None else (source, target)


def _measured(source: np.ndarray, target: np.ndarray) -> dict[str, float]:
    """Cosines and retrieval of two row-aligned sides."""
    cosines, found = cosine_gap(source, target), strong_alignment(source, target)
    return {
        "matched_cosine": cosines.matched,
        "random_cosine": cosines.random,
        "gap": cosines.matched - cosines.random,
        "p_at_1": found.weak.p_at_1,
        "p_at_1_mixed": found.strong.p_at_1,
    }
