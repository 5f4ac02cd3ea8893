"""Accuracy with intervals: of several candidates, and by the number of pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from sklearn.base import clone

from langalign_sk.corpus import ParallelCorpus
from langalign_sk.measures import compare_predictions
from langalign_sk.plots._base import COLOURS, Display, apart, bare, by_name, wrapped

if TYPE_CHECKING:
    from langalign_sk.report import TransferReport


class _Accuracies(Display):
    """Base of displays of accuracies with intervals, one per name or number."""

    #: The table of a report that is drawn, and the column that names its rows.
    _of_report: ClassVar[tuple[str, str]]

    def __init__(
        self, names: Sequence[Any], accuracy: Any, low: Any, high: Any, *, label: str = "accuracy"
    ) -> None:
        self.names, self.label = list(names), label
        self.accuracy, self.low, self.high = (np.asarray(row) for row in (accuracy, low, high))

    @classmethod
    def from_predictions(
        cls, y_true: Any, predicted: Mapping[Any, Any], *, random_state: int = 0, ax: Any = None
    ) -> Self:
        """Measure predictions of the same rows, and draw.

        Parameters
        ----------
        y_true : array-like
            Classes.
        predicted : dict of str (of int, for a curve) to array-like
            Candidate (number of pairs) → predicted classes.
        random_state : int, default=0
            Of the bootstrap.
        ax : matplotlib Axes, default=None
            Where to draw.

        Returns
        -------
        display
        """
        found = compare_predictions(list(predicted.values()), y_true, random_state=random_state)
        figures = (found[f"accuracy{end}"] for end in ("", "_low", "_high"))
        return cls(list(predicted), *figures).plot(ax=ax)

    @classmethod
    def from_report(cls, report: TransferReport, *, ax: Any = None) -> Self:
        """Draw the accuracies of a report, the best first, or its curve in pairs.

        Parameters
        ----------
        report : TransferReport
            What `transfer_report` returned. Without target labels, its agreement is drawn.
        ax : matplotlib Axes, default=None
            Where to draw.

        Returns
        -------
        display
        """
        name, column = cls._of_report
        table = getattr(report, name)
        if table.empty:
            raise ValueError("no candidate of this report uses pairs, so it has no curve in them")
        label = "accuracy" if "accuracy" in table else "agreement"
        table = table.dropna(subset=[label]).sort_values(label, ascending=False, kind="stable")
        ends = (table[f"{label}{end}"] for end in ("", "_low", "_high"))
        return cls(table[column].tolist(), *ends, label=label).plot(ax=ax)


class AccuracyDisplay(_Accuracies):
    """Bars of accuracy with 95% bootstrap intervals, the best on top.

    Parameters
    ----------
    names : sequence of str
        Candidates.
    accuracy, low, high : array-like of shape (n_candidates,)
        Accuracy and its interval.
    label : str, default="accuracy"
        What the bars show.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
        Those of the last `plot`.

    See Also
    --------
    transfer_report : Compares candidates.

    Examples
    --------
    >>> from langalign_sk.plots import AccuracyDisplay
    >>> display = AccuracyDisplay.from_predictions(
    ...     ["a", "b", "a", "b"], {"no map": ["a", "a", "a", "a"], "ridge": ["a", "b", "a", "a"]})
    >>> display.accuracy.tolist()
    [0.5, 0.75]
    """

    _of_report = ("scores", "candidate")

    @classmethod
    def from_estimator(
        cls, estimators: Any, X: Any, y: Any, *, random_state: int = 0, ax: Any = None
    ) -> Self:
        """Let fitted classifiers predict, and draw.

        Parameters
        ----------
        estimators : classifier or dict of str to classifier
            Fitted; several by name.
        X, y : array-like or sequence
            Rows to predict and their classes.
        random_state : int, default=0
            Of the bootstrap.
        ax : matplotlib Axes, default=None
            Where to draw.

        Returns
        -------
        AccuracyDisplay
        """
        predicted = {name: one.predict(X) for name, one in by_name(estimators).items()}
        return cls.from_predictions(y, predicted, random_state=random_state, ax=ax)

    def _size(self) -> tuple[float, float]:
        lines = sum(1 + name.count("\n") for name in wrapped(self.names))
        return 7.0, 1 + 0.3 * max(lines, 1.3 * len(self.names))

    def _draw(self, ax: Any) -> None:
        order = np.argsort(self.accuracy, kind="stable")
        values, low, high = (row[order] for row in (self.accuracy, self.low, self.high))
        spread = np.abs(np.vstack([values - low, high - values]))
        places = np.arange(len(order))
        ax.barh(places, values, xerr=spread, color=COLOURS[0], ecolor="0.25", height=0.6)
        for place, value, end in zip(places, values, high, strict=True):
            ax.annotate(
                f"{value:.2f}",
                (max(value, end), place),
                xytext=(5, 0),
                textcoords="offset points",
                va="center",
            )
        ax.set_yticks(places, wrapped([self.names[at] for at in order]))
        ax.set_xlabel(f"{self.label} [95% interval]")
        ax.set_xlim(0, 1.12)  # room for the figure behind a full bar
        ax.set_xticks(np.linspace(0, 1, 6))
        bare(ax)


class PairCurveDisplay(_Accuracies):
    """Accuracy by the number of pairs, with 95% bootstrap intervals.

    Parameters
    ----------
    n_pairs : sequence of int
        Numbers of pairs.
    accuracy, low, high : array-like of shape (n_points,)
        Accuracy and its interval.
    label : str, default="accuracy"
        What the curve shows.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
        Those of the last `plot`.

    See Also
    --------
    transfer_report : Its `pair_curve` holds such figures.

    Examples
    --------
    >>> from langalign_sk.plots import PairCurveDisplay
    >>> display = PairCurveDisplay.from_predictions(
    ...     ["a", "b"], {100: ["a", "a"], 200: ["a", "b"]})
    >>> display.n_pairs.tolist(), display.accuracy.tolist()
    ([100, 200], [0.5, 1.0])
    """

    _of_report = ("pair_curve", "n_pairs")

    def __init__(
        self, n_pairs: Sequence[int], accuracy: Any, low: Any, high: Any, *, label: str = "accuracy"
    ) -> None:
        order = np.argsort(n_pairs, kind="stable")
        figures = (np.asarray(row)[order] for row in (accuracy, low, high))
        self.n_pairs = np.asarray(n_pairs)[order]
        super().__init__(self.n_pairs.tolist(), *figures, label=label)

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any,
        pairs: ParallelCorpus,
        X_target: Any,
        y_target: Any,
        *,
        sizes: Sequence[int],
        parameter: str = "align__pairs",
        random_state: int = 0,
        ax: Any = None,
    ) -> Self:
        """Fit with more and more of the pairs, and draw.

        Parameters
        ----------
        estimator : pipeline
            Not fitted; cloned.
        X, y : array-like or sequence
            Source rows and their classes.
        pairs : ParallelCorpus
            As the aligner takes them.
        X_target, y_target : array-like or sequence
            Target rows and their classes.
        sizes : sequence of int
            Numbers of pairs; each part is inside the next.
        parameter : str, default="align__pairs"
            The parameter of `estimator` that takes the pairs.
        random_state : int, default=0
            Of the order in which pairs are added.
        ax : matplotlib Axes, default=None
            Where to draw.

        Returns
        -------
        PairCurveDisplay
        """
        order = np.random.default_rng(random_state).permutation(pairs.n_pairs)
        predicted = {}
        for size in sizes:
            part = pairs.take(np.sort(order[:size]))
            fitted = clone(estimator).set_params(**{parameter: part}).fit(X, y)
            predicted[size] = fitted.predict(X_target)
        return cls.from_predictions(y_target, predicted, random_state=random_state, ax=ax)

    def _draw(self, ax: Any) -> None:
        ax.fill_between(self.n_pairs, self.low, self.high, color=COLOURS[0], alpha=0.2, lw=0)
        ax.plot(self.n_pairs, self.accuracy, "o-", color=COLOURS[0])
        ax.set_xscale("log", base=2)
        shown = self.n_pairs[apart(np.log2(self.n_pairs).tolist(), 0.5)]
        ax.set_xticks(shown, [f"{n:,}" for n in shown])
        ax.minorticks_off()
        ax.set_xlabel("pairs")
        ax.set_ylabel(f"{self.label} [95% interval]")
        bare(ax)
