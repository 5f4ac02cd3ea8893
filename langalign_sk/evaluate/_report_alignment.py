"""The two notions of alignment beside each other, where the head of each candidate works."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from langalign_sk._numeric import nearest
from langalign_sk.evaluate._report_run import Outcome

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
    reader, steps = outcome.candidate.reader, getattr(outcome.checked, "steps", None)
    if not steps or not hasattr(reader, "layout") or outcome.consistency is None:
        return None
    front = outcome.checked[:-1]
    parts = [reader.rows(part, held_out) for part in ("pairs_source", "pairs_target")]
    moved = [front.transform(part) if front.steps else part for part in parts]
    return moved[0], moved[1]


def _measured(source: np.ndarray, target: np.ndarray) -> dict[str, float]:
    """Cosines and retrieval of two row-aligned sides."""
    S, T = (_unit(side) for side in (source, target))
    n = len(S)
    matched = float(np.einsum("ij,ij->i", S, T).mean())
    # The mean over all pairs of rows is the product of the means; the matched ones come off it.
    every = float(S.mean(axis=0) @ T.mean(axis=0))
    random = (every * n - matched) / (n - 1) if n > 1 else float("nan")
    own = np.arange(n)
    there, back = nearest(S, T)[0][:, 0] == own, nearest(T, S)[0][:, 0] == own
    return {
        "matched_cosine": matched,
        "random_cosine": random,
        "gap": matched - random,
        "p_at_1": float((there.mean() + back.mean()) / 2),
        "p_at_1_mixed": _mixed(S, T),
    }


def _mixed(S: np.ndarray, T: np.ndarray) -> float:
    """Share of rows whose nearest other row, of either language, is their translation."""
    both = np.vstack([S, T])
    n = len(S)
    found = nearest(both, both, min(2, len(both)))[0]
    itself = np.arange(2 * n)
    # A row is nearest to itself, unless an equal one comes before it.
    first = np.where(found[:, 0] == itself, found[:, -1], found[:, 0])
    return float(np.mean(first == np.r_[itself[n:], itself[:n]]))


def _unit(rows: Any) -> np.ndarray:
    """Rows of unit length; rows of zeros stay."""
    vectors = np.asarray(rows, dtype=np.float64)
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: np.ndarray = np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 0)
    return unit
