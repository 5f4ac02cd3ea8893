"""The report: tables, words, fitted models, and nothing that computes."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sklearn.pipeline import Pipeline

from langalign_sk.report._advice import Advice
from langalign_sk.report._page import write_page

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class TransferReport:
    """Labels of one language for texts of another, by every way that was compared.

    `transfer_report` makes it. All tables are tidy pandas frames.

    Attributes
    ----------
    setting : dict
        What was compared on what: languages, counts of texts, pairs and classes.
    scores : DataFrame
        A row per candidate: accuracy and macro F1 with 95% intervals, what it loses to the best
        (paired), agreement and kappa on held-out pairs, seconds per 1,000 texts (translator and
        encoder included), bytes when saved (no weights of named models). Without target labels,
        for accuracy and F1: the score of the advice, and the three figures it is the product of.
    per_class : DataFrame
        A row per candidate and class: recall with its interval, support. Empty without labels.
    references : DataFrame
        What target labels would be worth: native, and the advised candidate with a few target
        labels per class added. Empty without labels.
    pair_curve : DataFrame
        Accuracy (agreement without labels) of one candidate by the number of pairs.
    alignment : DataFrame
        Weak and strong alignment of each candidate on held-out pairs.
    disagreements : DataFrame
        Held-out pairs whose two sides get different classes: errors to read without labels.
    errors : DataFrame
        Misclassified target texts with the nearest training texts. Empty without labels.
    predictions : DataFrame
        The class of every target text by each candidate. Empty without target texts.
    advice : Advice
        Which candidate to take, and on what grounds.
    estimate : AccuracyEstimate or None
        Without target labels: what to expect of the advised candidate.
    coverage : Coverage or None
        With unlabelled target texts: how many lie outside what the pairs cover.
    sentences : list of str
        The answer in words, the most important first.
    notes : list of str
        What a reader should know about the figures.
    models : dict of str to tuple
        Candidate → extractor (None where it reads texts) and the fitted rest.

    See Also
    --------
    transfer_report : Makes it.
    langalign_sk.plots.AccuracyDisplay.from_report : Draws its accuracies.
    langalign_sk.plots.PairCurveDisplay.from_report : Draws its curve in pairs.
    """

    setting: dict[str, Any]
    scores: pd.DataFrame = field(repr=False)
    per_class: pd.DataFrame = field(repr=False)
    references: pd.DataFrame = field(repr=False)
    pair_curve: pd.DataFrame = field(repr=False)
    alignment: pd.DataFrame = field(repr=False)
    disagreements: pd.DataFrame = field(repr=False)
    errors: pd.DataFrame = field(repr=False)
    predictions: pd.DataFrame = field(repr=False)
    advice: Advice
    estimate: Any = field(repr=False)
    coverage: Any = field(repr=False)
    sentences: list[str] = field(repr=False)
    notes: list[str] = field(repr=False)
    models: dict[str, tuple[Any, Any]] = field(repr=False)

    def summary(self) -> str:
        """Return the answer in words.

        Returns
        -------
        str
            A few short paragraphs.
        """
        return "\n".join(self.sentences)

    def fitted(self, candidate: str | None = None) -> Any:
        """Return the fitted pipeline of a candidate, from texts to classes, ready to be saved.

        Parameters
        ----------
        candidate : str, default=None
            Its name; None takes the advised one.

        Returns
        -------
        estimator
        """
        name = self.advice.candidate if candidate is None else candidate
        if name not in self.models:
            raise ValueError(f"no candidate {name!r}; there are {list(self.models)}")
        extractor, model = self.models[name]
        if extractor is None:
            return model
        steps = model.steps if isinstance(model, Pipeline) else [("clf", model)]
        return Pipeline([("embed", extractor), *steps])

    def to_html(self, path: str | os.PathLike[str]) -> None:
        """Write the report as one page that needs nothing else.

        Parameters
        ----------
        path : path
            The file to write; it appears whole or not at all.
        """
        write_page(path, vars(self))
