"""What more pairs are worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import clone

from langalign_sk.corpus import ParallelCorpus
from langalign_sk.measures import compare_predictions
from langalign_sk.plots._axes import COLOURS, bare, make_axes

if TYPE_CHECKING:
    from langalign_sk.report import TransferReport


class PairCurveDisplay:
    """Accuracy by the number of pairs, with 95% bootstrap intervals.

    Parameters
    ----------
    n_pairs : sequence of int
        Numbers of pairs, ascending.
    accuracy, low, high : array-like of shape (n_points,)
        Accuracy and its interval.
    label : str, default="accuracy"
        What the curve shows.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes of the last `plot`.
    figure_ : matplotlib Figure
        Their figure.

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

    def __init__(
        self, n_pairs: Sequence[int], accuracy: Any, low: Any, high: Any, *, label: str = "accuracy"
    ) -> None:
        self.n_pairs, self.accuracy, self.low, self.high = (
            np.asarray(row) for row in (n_pairs, accuracy, low, high)
        )
        self.label = label

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
        X : sequence of str or array-like
            Source rows.
        y : array-like
            Their classes.
        pairs : ParallelCorpus
            As the aligner takes them.
        X_target : sequence of str or array-like
            Target rows.
        y_target : array-like
            Their classes.
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
        for size in sorted(sizes):
            part = pairs.take(np.sort(order[:size]))
            fitted = clone(estimator).set_params(**{parameter: part}).fit(X, y)
            predicted[size] = fitted.predict(X_target)
        return cls.from_predictions(y_target, predicted, random_state=random_state).plot(ax=ax)

    @classmethod
    def from_predictions(
        cls, y_true: Any, predicted: Mapping[int, Any], *, random_state: int = 0
    ) -> Self:
        """Measure predictions of the same rows.

        Parameters
        ----------
        y_true : array-like
            Classes.
        predicted : dict of int to array-like
            Number of pairs → predicted classes.
        random_state : int, default=0
            Of the bootstrap.

        Returns
        -------
        PairCurveDisplay
        """
        sizes = sorted(predicted)
        rows = [np.asarray(predicted[size]) for size in sizes]
        found = compare_predictions(rows, y_true, random_state=random_state)
        return cls(sizes, found["accuracy"], found["accuracy_low"], found["accuracy_high"])

    @classmethod
    def from_report(cls, report: TransferReport) -> Self:
        """The curve of a report.

        Parameters
        ----------
        report : TransferReport
            What `transfer_report` returned; at least one candidate must use pairs.

        Returns
        -------
        PairCurveDisplay
        """
        table = report.pair_curve
        if table.empty:
            raise ValueError("no candidate of this report uses pairs, so it has no curve in them")
        label = "accuracy" if "accuracy" in table else "agreement"
        bounds = [table[f"{label}_{end}"] for end in ("low", "high")]
        return cls(table["n_pairs"].tolist(), table[label], *bounds, label=label)

    def plot(self, ax: Any = None) -> Self:
        """Draw.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.

        Returns
        -------
        PairCurveDisplay
        """
        ax = make_axes(ax)
        ax.fill_between(self.n_pairs, self.low, self.high, color=COLOURS[0], alpha=0.2, lw=0)
        ax.plot(self.n_pairs, self.accuracy, "o-", color=COLOURS[0])
        ax.set_xscale("log", base=2)
        ax.set_xticks(self.n_pairs, [f"{n:,}" for n in self.n_pairs])
        ax.set_xlabel("pairs")
        ax.set_ylabel(f"{self.label} [95% interval]")
        bare(ax)
        self.ax_, self.figure_ = ax, ax.figure
        return self
