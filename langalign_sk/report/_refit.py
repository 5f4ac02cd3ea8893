"""The old model against the new one, on the same rows."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from langalign_sk._io import as_text_rows
from langalign_sk.measures import PairedBootstrap, interval, wilson_interval
from langalign_sk.report._markup import filled, framed, write_page
from langalign_sk.report._plain import language
from langalign_sk.report._provenance import listed, merged, now, versions
from langalign_sk.report._refit_words import refit_sentences
from langalign_sk.report._tables import shown

if TYPE_CHECKING:
    import pandas as pd

#: Texts whose class has changed that the page shows at most.
_MOST_CHANGED = 200


@dataclass(frozen=True, eq=False)
class RefitReport:
    """An old model and a new one, held against each other on the same rows.

    `refit_report` makes it.

    Attributes
    ----------
    setting : dict
        Languages and counts.
    verdict : str
        "better", "worse" or "level" by the paired interval; "unknown" without labels.
    scores : DataFrame
        Two rows, old and new: accuracy with its interval. Empty without labels.
    gain, gain_low, gain_high : float
        Accuracy of the new less that of the old, with its 95% interval, paired. NaN without labels.
    per_class : DataFrame
        A row per class: how many rows each model gives it and, with labels, its recall by each.
    changed : DataFrame
        Rows that get another class: text, old and new class and, with labels, the true one.
    figures : dict of str to tuple
        What else was measured: name → (old, new).
    sentences : dict of str to str
        The answer in words: verdict, number, risk, next.

    See Also
    --------
    refit_report : Makes it.
    TransferReport : The report that a first model comes with.
    """

    setting: dict[str, Any]
    verdict: str
    scores: pd.DataFrame = field(repr=False)
    gain: float
    gain_low: float
    gain_high: float
    per_class: pd.DataFrame = field(repr=False)
    changed: pd.DataFrame = field(repr=False)
    figures: dict[str, tuple[Any, Any]] = field(repr=False)
    sentences: dict[str, str] = field(repr=False)

    def summary(self) -> str:
        """Return the answer in words.

        Returns
        -------
        str
            A few short paragraphs.
        """
        return "\n".join(self.sentences.values())

    def to_html(
        self,
        path: str | os.PathLike[str],
        *,
        decision: str = "",
        provenance: Mapping[str, Any] | None = None,
    ) -> None:
        """Write the comparison as one page that needs nothing else.

        Parameters
        ----------
        path : path
            The file to write; it appears whole or not at all.
        decision : str, default=""
            What was done, in a sentence: "The new model takes the place of the old one."
        provenance : dict, default=None
            Where both come from, as for `TransferReport.to_html`.
        """
        write_page(path, self._page(decision, provenance))

    def _repr_html_(self) -> str:
        """Return the page for a notebook."""
        return framed(self._page("", None), "Old model against new")

    def _page(self, decision: str, provenance: Mapping[str, Any] | None) -> str:
        known = merged({"date": now(), "versions": versions()}, provenance)
        changed = self.changed.head(_MOST_CHANGED).to_dict("records")
        context = {
            **vars(self),
            "decision": decision,
            "provenance": listed(known),
            "warnings": list(known.get("warnings") or []),
            "source": language(self.setting["source_lang"]),
            "target": language(self.setting["target_lang"]),
            "labelled": self.verdict != "unknown",
            "scores": self.scores.to_dict("records"),
            "per_class": self.per_class.to_dict("records"),
            "changed": changed,
            "n_changed": len(self.changed),
        }
        return filled("refit.html.j2", context)


def refit_report(
    texts: Any,
    old: Any,
    new: Any,
    true: Any = None,
    *,
    source_lang: str,
    target_lang: str,
    figures: Mapping[str, tuple[Any, Any]] | None = None,
    random_state: int = 0,
) -> RefitReport:
    """Hold a new model against the one it is to replace, on the same rows.

    Parameters
    ----------
    texts : sequence of str or of tuples of two
        Texts of the target language that neither model was trained on.
    old, new : array-like
        The class that each model gives to each of them.
    true : array-like, default=None
        Their labels. Without them it is said what has changed, not what is better.
    source_lang, target_lang : str
        Codes of the languages.
    figures : dict of str to tuple of two, default=None
        What else was measured or counted of both, by a name that a reader understands:
        ``{"sentence pairs": (1200, 1750), "translations that get one class": (0.71, 0.76)}``.
        Fractions (float) are shown as percentages, counts (int) as they are, None as unknown.
    random_state : int, default=0
        Of the bootstrap.

    Returns
    -------
    RefitReport

    See Also
    --------
    transfer_report : Compares ways, before there is a model.

    Examples
    --------
    >>> from langalign_sk.report import refit_report
    >>> report = refit_report(
    ...     ["환불", "배송", "환불", "배송"], ["a", "a", "a", "a"], ["a", "b", "a", "b"],
    ...     ["a", "b", "a", "b"], source_lang="en", target_lang="ko")
    >>> report.gain, len(report.changed)
    (0.5, 2)
    """
    import pandas as pd

    rows = as_text_rows(texts, what="texts")
    sides = [np.asarray(old), np.asarray(new)]
    truth = None if true is None else np.asarray(true)
    for name, one in (("old", sides[0]), ("new", sides[1]), ("true", truth)):
        if one is not None and one.shape != (len(rows),):
            raise ValueError(f"{name} has shape {one.shape} for {len(rows)} texts")
    if not rows:
        raise ValueError("no texts to compare the models on")
    verdict, gain, ends, scores = _compared(sides, truth, random_state)
    differs = np.flatnonzero(sides[0] != sides[1])
    if truth is not None:  # what has become wrong first, then what is right now
        order = np.where(sides[0] == truth, 0, np.where(sides[1] == truth, 1, 2))[differs]
        differs = differs[np.argsort(order, kind="stable")]
    changed: dict[str, Any] = {
        "text": [shown(rows[at]) for at in differs],
        "old": sides[0][differs],
        "new": sides[1][differs],
    }
    if truth is not None:
        changed["true"] = truth[differs]
    setting = {
        "source_lang": source_lang,
        "target_lang": target_lang,
        "n_target": len(rows),
        "n_changed": len(differs),
    }
    per_class = _per_class(sides, truth)
    found: dict[str, Any] = {
        "setting": setting,
        "verdict": verdict,
        "scores": scores,
        "gain": gain,
        "gain_low": ends[0],
        "gain_high": ends[1],
        "per_class": per_class,
        "changed": pd.DataFrame(changed),
    }
    return RefitReport(**found, figures=dict(figures or {}), sentences=refit_sentences(**found))


def _compared(
    sides: Sequence[Any], truth: Any, random_state: int
) -> tuple[str, float, tuple[float, float], pd.DataFrame]:
    """Return the verdict, the gain with its interval, and the accuracy of both."""
    import pandas as pd

    if truth is None:
        nan = float("nan")
        return "unknown", nan, (nan, nan), pd.DataFrame()
    right = np.array([one == truth for one in sides], dtype=float)
    draws = PairedBootstrap(len(truth), random_state=random_state).mean(right)
    lows, highs = interval(draws)
    low, high = (float(end) for end in interval(draws[1] - draws[0]))
    accuracy = right.mean(axis=1)
    verdict = "better" if low > 0 else "worse" if high < 0 else "level"
    columns = {"accuracy": accuracy, "accuracy_low": lows, "accuracy_high": highs}
    scores = pd.DataFrame({"model": ["old", "new"], **columns})
    return verdict, float(accuracy[1] - accuracy[0]), (low, high), scores


def _per_class(sides: Sequence[Any], truth: Any) -> pd.DataFrame:
    """Return a row per class: rows that get it and, with labels, recall by each model."""
    import pandas as pd

    every = [*sides, truth] if truth is not None else list(sides)
    rows = []
    for label in np.unique(np.concatenate(every)):
        row = {"class": label, "n_old": int((sides[0] == label).sum())}
        row["n_new"] = int((sides[1] == label).sum())
        if truth is not None:
            own = truth == label
            row["support"] = int(own.sum())
            for name, side in zip(("old", "new"), sides, strict=True):
                right = int((side[own] == label).sum())
                ends = wilson_interval(right, len(side[own])) if own.any() else (np.nan, np.nan)
                row[f"recall_{name}"] = right / own.sum() if own.any() else np.nan
                row[f"recall_{name}_low"], row[f"recall_{name}_high"] = ends
        rows.append(row)
    return pd.DataFrame(rows)
