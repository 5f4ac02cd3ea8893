"""What is taken for what, language by language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.metrics import confusion_matrix

from langalign_sk.plots._base import Display

if TYPE_CHECKING:
    from langalign_sk.report import TransferReport

#: Classes up to which counts are written into the cells, and characters of a class's name.
_WRITTEN, _LONGEST = 20, 24


class ConfusionDisplay(Display):
    """Counts of given classes by true class, one matrix per language.

    Parameters
    ----------
    matrices : dict of str to array-like of shape (n_classes, n_classes)
        Language → counts, a row per true class.
    classes : sequence
        The classes, in the order of rows and columns.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes (an array of them for several languages) and Figure
        Those of the last `plot`.

    See Also
    --------
    transfer_report : Its page shows the matrix of the advised way.

    Notes
    -----
    Cells are as dark as their share of the true class, so that rare classes are seen as well.

    Examples
    --------
    >>> from langalign_sk.plots import ConfusionDisplay
    >>> display = ConfusionDisplay.from_predictions(
    ...     ["a", "b", "a", "b"], ["a", "b", "b", "b"], lang=["en", "en", "ko", "ko"])
    >>> {lang: counts.tolist() for lang, counts in display.matrices.items()}
    {'en': [[1, 0], [0, 1]], 'ko': [[0, 1], [0, 1]]}
    """

    def __init__(self, matrices: Any, classes: Sequence[Any]) -> None:
        self.matrices = {str(lang): np.asarray(counts) for lang, counts in dict(matrices).items()}
        self.classes = list(classes)
        for lang, counts in self.matrices.items():
            if counts.shape != (len(self.classes),) * 2:
                raise ValueError(
                    f"the matrix of {lang!r} has shape {counts.shape} for {len(self.classes)} "
                    "classes"
                )
        self.n_axes = len(self.matrices)

    @classmethod
    def from_estimator(
        cls, estimator: Any, X: Any, y: Any, *, lang: Sequence[str] | None = None, ax: Any = None
    ) -> Self:
        """Let a fitted classifier predict, and draw.

        Parameters
        ----------
        estimator : classifier
            Fitted.
        X, y : array-like or sequence
            Rows to predict and their classes.
        lang : sequence of str, default=None
            Language of each row; None draws one matrix of all.
        ax : matplotlib Axes, or an array with one per language, default=None
            Where to draw.

        Returns
        -------
        ConfusionDisplay
        """
        return cls.from_predictions(y, estimator.predict(X), lang=lang, ax=ax)

    @classmethod
    def from_predictions(
        cls, y_true: Any, y_pred: Any, *, lang: Sequence[str] | None = None, ax: Any = None
    ) -> Self:
        """Count predictions, and draw.

        Parameters
        ----------
        y_true, y_pred : array-like
            True and given classes.
        lang : sequence of str, default=None
            Language of each row; None draws one matrix of all.
        ax : matplotlib Axes, or an array with one per language, default=None
            Where to draw.

        Returns
        -------
        ConfusionDisplay
        """
        true, given = np.asarray(y_true), np.asarray(y_pred)
        langs = np.full(len(true), "") if lang is None else np.asarray(lang, dtype=str)
        if not len(true) == len(given) == len(langs):
            raise ValueError(
                f"rows differ: {len(true)} true classes, {len(given)} given ones and "
                f"{len(langs)} languages"
            )
        classes = np.unique(np.concatenate([true, given]))
        matrices = {
            one: confusion_matrix(true[langs == one], given[langs == one], labels=classes)
            for one in dict.fromkeys(langs.tolist())
        }
        return cls(matrices, classes.tolist()).plot(ax=ax)

    @classmethod
    def from_report(
        cls, report: TransferReport, *, candidate: str | None = None, ax: Any = None
    ) -> Self:
        """Draw what one way of a report takes for what.

        Parameters
        ----------
        report : TransferReport
            With target labels.
        candidate : str, default=None
            Its name; None takes the advised one.
        ax : matplotlib Axes, default=None
            Where to draw.

        Returns
        -------
        ConfusionDisplay
        """
        if "true" not in report.predictions:
            raise ValueError("this report had no target labels, so nothing tells what is right")
        name = report.advice.candidate if candidate is None else candidate
        found = report.predictions
        lang = [report.setting["target_lang"]] * len(found)
        return cls.from_predictions(found["true"], found[name], lang=lang, ax=ax)

    def _size(self) -> tuple[float, float]:
        names = 0.09 * max(min(len(str(one)), _LONGEST) for one in self.classes)
        side = 0.5 * len(self.classes) + names
        return 1.0 + side, 1.2 + side

    def _draw(self, *axes: Any) -> None:
        names = [str(one)[:_LONGEST] for one in self.classes]
        places = range(len(names))
        for ax, (lang, counts) in zip(axes, self.matrices.items(), strict=True):
            shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
            ax.imshow(shares, cmap="Blues", vmin=0, vmax=1)
            if len(names) <= _WRITTEN:
                for (row, column), n in np.ndenumerate(counts):
                    if n:
                        colour = "white" if shares[row, column] > 0.55 else "black"
                        ax.text(
                            column, row, f"{n:,}", ha="center", va="center", color=colour, size=8
                        )
            ax.set_xticks(places, names, rotation=90)
            ax.set_yticks(places, names if ax is axes[0] else [""] * len(names))
            ax.set(xlabel="given class", title=lang)
        axes[0].set_ylabel("true class")
