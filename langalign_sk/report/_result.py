"""The report: tables, words, fitted models, and nothing that computes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sklearn.pipeline import Pipeline

from langalign_sk.report._advice import Advice
from langalign_sk.report._markup import framed, write_page
from langalign_sk.report._page import render

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
        A row per candidate: what it does (`words`), accuracy and macro F1 with 95% intervals, what
        it loses to the best (paired), agreement and kappa on held-out pairs, seconds per 1,000
        texts (translator and encoder included), bytes when saved (no weights of named models), and
        how many weights the encoders have.
        Without target labels, for accuracy and F1: the score of the advice, and the three figures
        it is the product of.
    per_class : DataFrame
        A row per candidate and class: recall with its interval, support. Empty without labels.
    references : DataFrame
        What target labels would be worth: native, and the advised candidate with a few target
        labels per class added. Empty without labels.
    pair_curve : DataFrame
        Accuracy (agreement without labels) of one candidate by the number of pairs.
    classes : DataFrame
        A row per class: how many labels it has, how many test texts, and how many texts got it.
    named : DataFrame
        Target texts (of unlabelled ones, 1,000 at most) with the class that the advised candidate
        gives, the true one where it is known, and how sure the candidate is.
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
    sentences : dict of str to str
        The answer in words: "verdict", "number", "risk", "next", and what each section found.
    warnings : list of str
        What to know before believing a figure; often empty.
    notes : list of str
        What stands behind the figures.
    provenance : dict
        Where it comes from: date, encoders with fingerprints, settings, versions.
    models : dict of str to tuple
        Candidate → extractor (None where it reads texts) and the fitted rest.
    checked : dict of str to object
        The fitted rest of each candidate once more, without the held-out pairs.
    held_out : ParallelCorpus
        The pairs, as texts, that `checked` has not seen.
    stress : DataFrame or None
        Where it was asked for: a row per candidate with its accuracy on the target texts as they
        are (`clean`) and changed (`stressed`), the gap and its interval.

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
    classes: pd.DataFrame = field(repr=False)
    named: pd.DataFrame = field(repr=False)
    alignment: pd.DataFrame = field(repr=False)
    disagreements: pd.DataFrame = field(repr=False)
    errors: pd.DataFrame = field(repr=False)
    predictions: pd.DataFrame = field(repr=False)
    advice: Advice
    estimate: Any = field(repr=False)
    coverage: Any = field(repr=False)
    sentences: dict[str, str] = field(repr=False)
    warnings: list[str] = field(repr=False)
    notes: list[str] = field(repr=False)
    provenance: dict[str, Any] = field(repr=False)
    models: dict[str, tuple[Any, Any]] = field(repr=False)
    checked: dict[str, Any] = field(repr=False)
    held_out: Any = field(repr=False)
    stress: pd.DataFrame | None = field(default=None, repr=False)

    def summary(self) -> str:
        """Return the answer in words, warnings first.

        Returns
        -------
        str
            A few short paragraphs.
        """
        warnings = [f"Warning: {one}" for one in self.warnings]
        return "\n".join([*warnings, *self.sentences.values()])

    def fitted(self, candidate: str | None = None, *, without_held_out: bool = False) -> Any:
        """Return the fitted pipeline of a candidate, from texts to classes, ready to be saved.

        Parameters
        ----------
        candidate : str, default=None
            Its name; None takes the advised one.
        without_held_out : bool, default=False
            Whether it is the one that has not seen the pairs `held_out`, on which it may then be
            compared with another.

        Returns
        -------
        estimator
        """
        name = self.advice.candidate if candidate is None else candidate
        if name not in self.models:
            raise ValueError(f"no candidate {name!r}; there are {list(self.models)}")
        extractor, model = self.models[name]
        if without_held_out:
            model = self.checked[name]
        if extractor is None:
            return model
        steps = model.steps if isinstance(model, Pipeline) else [("clf", model)]
        return Pipeline([("embed", extractor), *steps])

    def to_html(
        self, path: str | os.PathLike[str], *, provenance: Mapping[str, Any] | None = None
    ) -> None:
        """Write the report as one page that needs nothing else.

        Parameters
        ----------
        path : path
            The file to write; it appears whole or not at all.
        provenance : dict, default=None
            Where its texts come from, shown beside what the report knows itself: ``"files"``, a
            list of dicts with ``"what"``, ``"name"``, ``"rows"`` and ``"note"`` (what was cleaned);
            ``"settings"``, a dict; ``"command"``; ``"warnings"``, a list of sentences to put with
            its own; or whatever else, a name and a value.
        """
        write_page(path, render(vars(self), provenance))

    def _repr_html_(self) -> str:
        """Return the page for a notebook."""
        return framed(render(vars(self)), "Transfer report")
