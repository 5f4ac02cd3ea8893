"""Which layer of an encoder to take, and how to pool it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import clone

from langalign_sk.plots._axes import make_axes


class LayerPoolingDisplay:
    """A score for every layer and pooling, as a heat map.

    Parameters
    ----------
    scores : array-like of shape (n_layers, n_poolings)
        The scores.
    layers : sequence of int
        Hidden layers, 0 being the output of the embeddings.
    poolings : sequence of str
        Ways of pooling.
    label : str, default="accuracy"
        What the scores are.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes of the last `plot`.
    figure_ : matplotlib Figure
        Their figure.

    Examples
    --------
    >>> from langalign_sk.plots import LayerPoolingDisplay
    >>> display = LayerPoolingDisplay.from_predictions(
    ...     ["a", "b"], {(0, "mean"): ["a", "a"], (0, "cls"): ["a", "b"],
    ...                  (1, "mean"): ["a", "b"], (1, "cls"): ["b", "a"]})
    >>> display.scores.tolist()
    [[0.5, 1.0], [1.0, 0.0]]
    """

    def __init__(
        self,
        scores: Any,
        layers: Sequence[int],
        poolings: Sequence[str],
        *,
        label: str = "accuracy",
    ) -> None:
        self.scores = np.asarray(scores, dtype=float)
        self.layers, self.poolings, self.label = list(layers), list(poolings), label
        if self.scores.shape != (len(self.layers), len(self.poolings)):
            raise ValueError(
                f"scores have shape {self.scores.shape} for {len(self.layers)} layers and "
                f"{len(self.poolings)} poolings"
            )

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any,
        X_target: Any,
        y_target: Any,
        *,
        layers: Sequence[int],
        poolings: Sequence[str] = ("mean", "cls"),
        parameter: str = "embed",
        ax: Any = None,
    ) -> Self:
        """Fit with every layer and pooling, score on target rows, and draw.

        Parameters
        ----------
        estimator : pipeline
            Not fitted. Pairs must be texts where they are (`TextAligner`), so that they are
            embedded anew by every setting.
        X : sequence of str
            Source texts.
        y : array-like
            Their classes.
        X_target : sequence of str
            Target texts.
        y_target : array-like
            Their classes.
        layers : sequence of int
            Hidden layers to try.
        poolings : sequence of str, default=("mean", "cls")
            Ways of pooling to try.
        parameter : str, default="embed"
            Name of the extractor among the estimator's parameters, such as
            ``"align__embedder"``.
        ax : matplotlib Axes, default=None
            Where to draw.

        Returns
        -------
        LayerPoolingDisplay
        """
        scores = np.empty((len(layers), len(poolings)))
        for row, layer in enumerate(layers):
            for column, pooling in enumerate(poolings):
                setting = {f"{parameter}__layer": layer, f"{parameter}__pooling": pooling}
                fitted = clone(estimator).set_params(**setting).fit(X, y)
                scores[row, column] = fitted.score(X_target, y_target)
        return cls(scores, layers, poolings).plot(ax=ax)

    @classmethod
    def from_predictions(cls, y_true: Any, predicted: dict[tuple[int, str], Any]) -> Self:
        """Accuracy of predictions of the same rows.

        Parameters
        ----------
        y_true : array-like
            Classes.
        predicted : dict of (int, str) to array-like
            (layer, pooling) → predicted classes, for every combination.

        Returns
        -------
        LayerPoolingDisplay
        """
        layers = list(dict.fromkeys(layer for layer, _ in predicted))
        poolings = list(dict.fromkeys(pooling for _, pooling in predicted))
        truth = np.asarray(y_true)
        scores = [
            [np.mean(np.asarray(predicted[layer, pooling]) == truth) for pooling in poolings]
            for layer in layers
        ]
        return cls(scores, layers, poolings)

    def plot(self, ax: Any = None) -> Self:
        """Draw.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.

        Returns
        -------
        LayerPoolingDisplay
        """
        ax = make_axes(ax, size=(2.2 + 0.9 * len(self.poolings), 1.2 + 0.4 * len(self.layers)))
        image = ax.imshow(self.scores, cmap="cividis", aspect="auto")
        middle = (np.nanmin(self.scores) + np.nanmax(self.scores)) / 2
        for (row, column), score in np.ndenumerate(self.scores):
            colour = "black" if score > middle else "white"
            ax.text(column, row, f"{score:.2f}", ha="center", va="center", color=colour)
        ax.set_xticks(range(len(self.poolings)), self.poolings)
        ax.set_yticks(range(len(self.layers)), [str(layer) for layer in self.layers])
        ax.set(xlabel="pooling", ylabel="layer")
        ax.figure.colorbar(image, ax=ax, label=self.label)
        self.ax_, self.figure_ = ax, ax.figure
        return self
