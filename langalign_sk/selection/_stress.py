"""What a classifier loses where texts are not as clean as those it was tried on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import clone

from langalign_sk._io import as_text_rows
from langalign_sk.measures import PairedBootstrap, interval


@dataclass(frozen=True)
class StressGap:
    """Accuracy on texts as they are, and on the same texts changed.

    Attributes
    ----------
    clean, stressed : float
        Accuracy on the texts, and on the changed ones.
    low, high : float
        95 % interval of the gap, by drawing texts again.
    n_texts : int
        Texts looked at.
    changed : float
        Share of them that the step changed at all.
    """

    clean: float
    stressed: float
    low: float
    high: float
    n_texts: int
    changed: float

    @property
    def gap(self) -> float:
        """Accuracy lost: clean - stressed."""
        return self.clean - self.stressed

    def summary(self) -> str:
        """Return the figures in words."""
        return (
            f"accuracy {self.clean:.3f}, and {self.stressed:.3f} on the changed texts: "
            f"{100 * self.gap:.1f} points lost [{100 * self.low:.1f}, {100 * self.high:.1f}] "
            f"({self.n_texts} texts, {self.changed:.0%} of them changed)"
        )


def stress_gap(model: Any, X: Any, y: Any, step: Any, *, random_state: Any = 0) -> StressGap:
    """Measure what changed texts cost a fitted classifier.

    Parameters
    ----------
    model : classifier
        Fitted; takes texts.
    X : sequence of str or of tuples of two, array, series or frame
        Texts that it was not fitted on.
    y : array-like of shape (n_texts,)
        Their labels.
    step : transformer of texts
        What changes them, such as a `TextPerturber`; fitted on them as a clone.
    random_state : int, RandomState instance or None, default=0
        Of a step that draws and has no seed of its own.

    Returns
    -------
    StressGap

    See Also
    --------
    langalign_sk.prepare.TextPerturber : Typing errors, registers, dialects, look-alike letters.
    langalign_sk.prepare.Augmented : Trains on changed copies too.

    References
    ----------
    Ziems et al. (2023), Multi-VALUE: A Framework for Cross-Dialectal English NLP, arXiv:2212.08011.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from langalign_sk import NgramEncoder
    >>> from langalign_sk.prepare import TextPerturber
    >>> from langalign_sk.selection import stress_gap
    >>> texts, labels = ["cancel my order", "where is my parcel"], ["order", "parcel"]
    >>> model = make_pipeline(NgramEncoder(2).fit(texts), LogisticRegression()).fit(texts, labels)
    >>> found = stress_gap(model, texts, labels, TextPerturber("typos", rate=1.0))
    >>> found.clean, found.changed
    (1.0, 1.0)
    """
    step = clone(step)
    if "random_state" in step.get_params() and step.random_state is None:
        step.set_params(random_state=random_state)
    new, y = step.fit(X).transform(X), np.asarray(y)
    column = getattr(step, "column", None)
    before, after = (as_text_rows(rows, column=column) for rows in (X, new))
    right = [np.asarray(model.predict(rows)) == y for rows in (X, new)]
    draws = PairedBootstrap(len(y)).mean([right[0].astype(float) - right[1]])
    low, high = interval(draws)
    changed = np.mean([a != b for a, b in zip(before, after, strict=True)])
    clean, stressed = (float(np.mean(hits)) for hits in right)
    return StressGap(clean, stressed, float(low[0]), float(high[0]), len(y), float(changed))
