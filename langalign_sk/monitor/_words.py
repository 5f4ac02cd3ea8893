"""What a comparison says, in words of whoever owns the service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from langalign_sk.monitor._reading import NO_WORDS, OTHER_SCRIPT
from langalign_sk.report import language

if TYPE_CHECKING:
    import pandas as pd

#: Checks in their order, and what they are called.
CHECKS = {
    "languages": "Languages",
    "coverage": "Outside what the pairs cover",
    "vectors": "What the texts are like",
    "classes": "Answers",
    "confidence": "Confidence",
}
#: What to do, the most telling first.
_NEXT = {
    "languages": "Find out who sends these texts. If they are to be answered, the model needs "
    "sentence pairs, and a reference, with texts of that kind.",
    "coverage": "Read the texts listed first. If they belong to the service, have some of them "
    "translated, add them to the pairs, and refit.",
    "vectors": "Read the texts listed first. If they belong to the service, label some of them and "
    "measure the accuracy (evaluate); refit if it has fallen.",
    "classes": "Something is asked more often, or the model errs in a new way: check some of these "
    "answers by hand.",
    "confidence": "Label some of these texts and measure the accuracy (evaluate).",
}


def sentence(
    name: str, was: float, now: float, *, drifted: bool, tables: Mapping[str, pd.DataFrame]
) -> str:
    """Say what a check found."""
    if name == "coverage":
        told = f"{share(now)} are outside what they cover (before {share(was)})"
        if drifted:
            return f"The texts are further from the sentence pairs: {told}."
        return f"The texts are as near to the sentence pairs as before: {told}."
    if name == "vectors":
        if not drifted:
            return "The texts are of the same kind as before."
        return (
            "The texts are about other things, or written in another way: by its vector alone, a "
            f"new text is told from an old one in {now:.0%} of cases (50% would be chance)."
        )
    if name == "confidence":
        if not drifted:
            return f"The model is as sure as before ({now:.2f} on average)."
        less = "less sure than before" if now < was else "surer than before"
        return f"The model is {less}: {now:.2f} on average (before {was:.2f})."
    table = tables["spoken" if name == "languages" else "classes"]
    label = str(table.iloc[most_changed(table, grown=name == "languages"), 0])
    if name == "classes":
        if not drifted:
            return "Each class is given about as often as before."
        return f"“{label}” is given to {share(now)} of the texts (before {share(was)})."
    if not drifted:
        return "The languages are mixed as before."
    what = {
        NO_WORDS: "hold no words",
        OTHER_SCRIPT: "are written in a script that none of the model's languages has",
    }.get(label, f"are in {language(label)}")
    return f"{share(now)} of the texts {what} (before {share(was)})."


def sentences(
    table: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    n_rows: int,
    n_reference: int,
    false_alarms: float,
) -> dict[str, str]:
    """Say the answer, how sure it is, and what to do."""
    drifted = table.loc[table["drifted"], "check"].tolist()
    n, of = f"{n_rows:,}", f"{n_reference:,}"
    if not n_reference:
        return {
            "verdict": "Many texts are unlike the sentence pairs."
            if drifted
            else "The texts are of the kind of the sentence pairs.",
            "sure": f"{n} texts. There are no earlier texts of the service to compare with, so "
            "that no change can be seen.",
            "next": "Make a reference of texts from a time when all is well.",
        }
    if not drifted:
        few = " So few texts show only large changes." if n_rows < 50 else ""
        verdict = f"Nothing has changed that {n} texts would show."
        after = "Nothing needs to be done." + few
    else:
        count = {1: "One thing has"}.get(len(drifted), f"{len(drifted)} things have")
        verdict, after = f"{count} changed.", _NEXT[drifted[0]]
    per_cent = f"{100 * false_alarms:.3g}"
    least = table["p_all"].min()
    odds = ""
    if drifted and np.isfinite(least):
        odds = f" A change like this comes by chance in {max(least, 0.001):.1%} of comparisons."
    return {
        "verdict": verdict,
        "sure": f"{n} texts were compared with {of} earlier ones. Where nothing has changed, "
        f"{per_cent} of 100 comparisons say that something has.{odds}",
        "next": after,
    }


def most_changed(table: pd.DataFrame, *, grown: bool = False) -> int:
    """Return the line whose share has changed most for its size, or has grown most."""
    shares = table[["reference", "now"]].fillna(0).to_numpy()
    middle = shares.mean(axis=1)
    change = (shares[:, 1] - shares[:, 0]) / np.sqrt(middle * (1.001 - middle) + 1e-12)
    return int((change if grown else np.abs(change)).argmax())


def share(value: float) -> str:
    """Write a share, with what matters of a small or a large one."""
    return f"{value:.1%}" if 0 < value < 0.095 or 0.905 < value < 1 else f"{value:.0%}"
