"""Accuracy of several candidates on the same rows, with paired intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from langalign_sk.measures import compare_predictions
from langalign_sk.plots._axes import COLOURS, bare, make_axes

if TYPE_CHECKING:
    from langalign_sk.report import TransferReport


class AccuracyDisplay:
    """Bars of accuracy with 95% bootstrap intervals.

    Parameters
    ----------
    names : sequence of str
        Candidates, drawn from the top.
    accuracy, low, high : array-like of shape (n_candidates,)
        Accuracy and its interval.
    label : str, default="accuracy"
        What the bars show.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes of the last `plot`.
    figure_ : matplotlib Figure
        Their figure.

    See Also
    --------
    transfer_report : Compares candidates and draws this.

    Examples
    --------
    >>> from langalign_sk.plots import AccuracyDisplay
    >>> display = AccuracyDisplay.from_predictions(
    ...     ["a", "b", "a", "b"], {"no map": ["a", "a", "a", "a"], "ridge": ["a", "b", "a", "a"]})
    >>> display.accuracy.tolist()
    [0.5, 0.75]
    """

    def __init__(
        self,
        names: Sequence[str],
        accuracy: Any,
        low: Any,
        high: Any,
        *,
        label: str = "accuracy",
    ) -> None:
        self.names = list(names)
        self.accuracy, self.low, self.high = (np.asarray(row) for row in (accuracy, low, high))
        self.label = label

    @classmethod
    def from_estimator(
        cls,
        estimators: Mapping[str, Any],
        X: Any,
        y: Any,
        *,
        random_state: int = 0,
        ax: Any = None,
    ) -> Self:
        """Let fitted classifiers predict, and draw.

        Parameters
        ----------
        estimators : dict of str to classifier
            Fitted, by name.
        X : sequence of str or array-like
            Rows to predict.
        y : array-like
            Their classes.
        random_state : int, default=0
            Of the bootstrap.
        ax : matplotlib Axes, default=None
            Where to draw.

        Returns
        -------
        AccuracyDisplay
        """
        predicted = {name: one.predict(X) for name, one in estimators.items()}
        return cls.from_predictions(y, predicted, random_state=random_state).plot(ax=ax)

    @classmethod
    def from_predictions(
        cls, y_true: Any, predicted: Mapping[str, Any], *, random_state: int = 0
    ) -> Self:
        """Measure predictions of the same rows.

        Parameters
        ----------
        y_true : array-like
            Classes.
        predicted : dict of str to array-like
            Predicted classes by name.
        random_state : int, default=0
            Of the bootstrap.

        Returns
        -------
        AccuracyDisplay
        """
        rows = [np.asarray(row) for row in predicted.values()]
        found = compare_predictions(rows, y_true, random_state=random_state)
        return cls(
            list(predicted), found["accuracy"], found["accuracy_low"], found["accuracy_high"]
        )

    @classmethod
    def from_report(cls, report: TransferReport) -> Self:
        """Accuracy of a report or, where it had no target labels, agreement.

        Parameters
        ----------
        report : TransferReport
            What `transfer_report` returned.

        Returns
        -------
        AccuracyDisplay
        """
        table = report.scores
        label = "accuracy" if "accuracy" in table else "agreement"
        table = table.dropna(subset=[label])
        bounds = [table[f"{label}_{end}"] for end in ("low", "high")]
        return cls(table["candidate"].tolist(), table[label], *bounds, label=label)

    def plot(self, ax: Any = None) -> Self:
        """Draw.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.

        Returns
        -------
        AccuracyDisplay
        """
        ax = make_axes(ax, size=(6.4, 1 + 0.4 * len(self.names)))
        places = np.arange(len(self.names))[::-1]
        spread = np.abs(np.vstack([self.accuracy - self.low, self.high - self.accuracy]))
        ax.barh(places, self.accuracy, xerr=spread, color=COLOURS[0], ecolor="0.25", height=0.6)
        ax.set_yticks(places, self.names)
        ax.set_xlabel(f"{self.label} [95% interval]")
        ax.set_xlim(0, 1)
        bare(ax)
        self.ax_, self.figure_ = ax, ax.figure
        return self
