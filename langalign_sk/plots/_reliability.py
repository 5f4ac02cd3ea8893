"""How often a model is right when it says how sure it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from langalign_sk.measures import wilson_interval
from langalign_sk.plots._base import COLOURS, Display, bare, by_name, legend_above

if TYPE_CHECKING:
    from langalign_sk.report import TransferReport


class ReliabilityDisplay(Display):
    """Share of right answers by how sure the model says it is.

    Parameters
    ----------
    sure : dict of str to array-like of shape (n_rows,)
        Name → the probability that each row's given class was given.
    right : dict of str to array-like of bool, shape (n_rows,)
        Name → whether it was the true one.
    n_bins : int, default=10
        Groups of about as many rows each.

    Attributes
    ----------
    error : dict of str to float
        Name → expected calibration error: the mean distance of the points from the diagonal,
        weighted by their rows.
    ax_, figure_ : matplotlib Axes and Figure
        Those of the last `plot`.

    See Also
    --------
    sklearn.calibration.CalibrationDisplay : The same for one class of two.

    References
    ----------
    C. Guo et al. On calibration of modern neural networks. ICML 2017.

    Examples
    --------
    >>> from langalign_sk.plots import ReliabilityDisplay
    >>> display = ReliabilityDisplay.from_predictions(
    ...     ["a", "b"], [[0.9, 0.1], [0.8, 0.2]], classes=["a", "b"], n_bins=1)
    >>> round(display.error["model"], 2)
    0.35
    """

    def __init__(self, sure: Any, right: Any, *, n_bins: int = 10) -> None:
        self.sure = {str(name): np.asarray(row, dtype=float) for name, row in dict(sure).items()}
        self.right = {str(name): np.asarray(row, dtype=bool) for name, row in dict(right).items()}
        self.n_bins = n_bins
        for name, row in self.sure.items():
            if row.ndim != 1 or not len(row) or self.right[name].shape != row.shape:
                raise ValueError(
                    f"{name!r}: sure has shape {row.shape}, right {self.right[name].shape}; both "
                    "need a number per row"
                )
        self.error = {
            name: float(
                sum(len(part) * abs(sure - share) for part, sure, share in self._bins(name))
                / len(self.sure[name])
            )
            for name in self.sure
        }

    @classmethod
    def from_estimator(
        cls, estimators: Any, X: Any, y: Any, *, n_bins: int = 10, ax: Any = None
    ) -> Self:
        """Ask fitted classifiers, and draw.

        Parameters
        ----------
        estimators : classifier or dict of str to classifier
            Fitted, with `predict_proba`; several by name.
        X, y : array-like or sequence
            Rows and their classes.
        n_bins : int, default=10
            Groups of about as many rows each.
        ax : matplotlib Axes, default=None
            Where to draw.

        Returns
        -------
        ReliabilityDisplay
        """
        named = by_name(estimators)
        for name, one in named.items():
            if not hasattr(one, "predict_proba"):
                raise ValueError(f"{name} does not say how sure it is: it has no predict_proba")
        found = {
            name: _judged(y, one.predict_proba(X), one.classes_) for name, one in named.items()
        }
        return cls._of(found, n_bins).plot(ax=ax)

    @classmethod
    def _of(cls, judged: Mapping[str, tuple[Any, Any]], n_bins: int) -> Self:
        """Make a display of how sure each model is of each row, and whether it is right."""
        sure = {name: both[0] for name, both in judged.items()}
        right = {name: both[1] for name, both in judged.items()}
        return cls(sure, right, n_bins=n_bins)

    @classmethod
    def from_predictions(
        cls, y_true: Any, proba: Any, *, classes: Any, n_bins: int = 10, ax: Any = None
    ) -> Self:
        """Hold probabilities against true classes, and draw.

        Parameters
        ----------
        y_true : array-like
            True classes.
        proba : array-like of shape (n_rows, n_classes), or dict of str to such
            Probabilities; several models' by name.
        classes : sequence
            Classes of the columns.
        n_bins : int, default=10
            Groups of about as many rows each.
        ax : matplotlib Axes, default=None
            Where to draw.

        Returns
        -------
        ReliabilityDisplay
        """
        named = proba if isinstance(proba, Mapping) else {"model": proba}
        found = {name: _judged(y_true, one, classes) for name, one in named.items()}
        return cls._of(found, n_bins).plot(ax=ax)

    @classmethod
    def from_report(cls, report: TransferReport, *, n_bins: int = 10, ax: Any = None) -> Self:
        """Draw how sure the advised way of a report is, and how often it is right.

        Parameters
        ----------
        report : TransferReport
            With target labels.
        n_bins : int, default=10
            Groups of about as many rows each.
        ax : matplotlib Axes, default=None
            Where to draw.

        Returns
        -------
        ReliabilityDisplay
        """
        table, name = report.named, report.advice.candidate
        if not {"sure", "true"} <= set(table):
            raise ValueError(
                "this report cannot tell: it needs target labels, no groups, and an advised way "
                "that says how sure it is"
            )
        right = table["given"] == table["true"]
        return cls({name: table["sure"]}, {name: right}, n_bins=n_bins).plot(ax=ax)

    def _bins(self, name: str) -> list[tuple[Any, float, float]]:
        """Return row numbers, mean certainty and share of right answers of each group."""
        order = np.argsort(self.sure[name], kind="stable")
        parts = [p for p in np.array_split(order, min(self.n_bins, len(order))) if len(p)]
        sure, right = self.sure[name], self.right[name]
        return [(part, float(sure[part].mean()), float(right[part].mean())) for part in parts]

    def _size(self) -> tuple[float, float]:
        return 5.0, 4.6

    def _draw(self, ax: Any) -> None:
        ax.plot([0, 1], [0, 1], ":", color="0.5", label="as sure as right")
        for number, name in enumerate(self.sure):
            points = self._bins(name)
            x, y = np.array([point[1:] for point in points]).T
            ends = [wilson_interval(int(self.right[name][p].sum()), len(p)) for p, *_ in points]
            low, high = np.array(ends).T
            ax.errorbar(
                x,
                y,
                yerr=np.maximum([y - low, high - y], 0),
                fmt="o-",
                color=COLOURS[number % len(COLOURS)],
                elinewidth=1,
                label=f"{name} (error {self.error[name]:.2f})",
            )
        ax.set(xlabel="how sure it is", ylabel="share that is right", xlim=(0, 1), ylim=(0, 1))
        legend_above(ax, 1)
        bare(ax)


def _judged(y_true: Any, proba: Any, classes: Any) -> tuple[Any, Any]:
    """Return how sure each row's class was given, and whether it is the true one."""
    rows, known = np.asarray(proba, dtype=float), np.asarray(classes)
    if rows.ndim != 2 or rows.shape != (len(y_true), len(known)):
        raise ValueError(
            f"probabilities have shape {rows.shape} for {len(y_true)} rows and {len(known)} classes"
        )
    return rows.max(axis=1), known[rows.argmax(axis=1)] == np.asarray(y_true)
