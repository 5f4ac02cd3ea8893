"""The base of the displays; matplotlib is imported only when something is drawn."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from sklearn.pipeline import Pipeline

#: One hue per language or series; told apart in grey and with the common colour weaknesses.
COLOURS = ("#1f6f8b", "#d1603d", "#6a8d3b", "#8a5fa8", "#b58b00", "#5c6b73")
#: Characters after which a name goes on in the next line.
_WIDE = 34


class Display:
    """A picture that is drawn on axes of its own or on those given."""

    #: Axes side by side.
    n_axes = 1

    def plot(self, ax: Any = None) -> Self:
        """Draw.

        Parameters
        ----------
        ax : matplotlib Axes, or array of them, default=None
            Where to draw; None makes a figure.

        Returns
        -------
        display
            This, with `ax_` and `figure_`.
        """
        try:
            from matplotlib import pyplot
        except ImportError as error:
            raise ImportError(
                "plots need matplotlib, which is not installed: pip install 'langalign-sk[plot]'"
            ) from error
        if ax is None:
            width, height = self._size()
            shape = (width * self.n_axes, height)
            ax = pyplot.subplots(1, self.n_axes, figsize=shape, layout="constrained")[1]
        places = np.atleast_1d(np.asarray(ax, dtype=object)).ravel()
        if len(places) != self.n_axes:
            raise ValueError(f"axes: {self.n_axes} needed, got {len(places)}")
        self._draw(*places)
        self.ax_, self.figure_ = ax, places[0].figure
        return self

    def _size(self) -> tuple[float, float]:
        """Return the inches of one of the axes."""
        return 6.4, 4.0

    def _draw(self, *axes: Any) -> None:
        """Draw on these axes."""
        raise NotImplementedError


def bare(ax: Any) -> None:
    """Take the frame away but for the two axes."""
    ax.spines[["top", "right"]].set_visible(False)


def legend_above(ax: Any, columns: int = 2) -> None:
    """Name what is drawn above the picture, where nothing can lie under it."""
    ax.legend(
        frameon=False, loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0, ncols=columns
    )


def wrapped(names: Sequence[Any]) -> list[str]:
    """Return names in lines of a length that leaves room for the picture."""
    return ["\n".join(textwrap.wrap(str(name), _WIDE)) or " " for name in names]


def by_name(estimators: Any) -> dict[str, Any]:
    """Return estimators by name; one alone is called after the last of its steps."""
    if isinstance(estimators, Mapping):
        return {str(name): one for name, one in estimators.items()}
    last = estimators.steps[-1][1] if isinstance(estimators, Pipeline) else estimators
    return {type(last).__name__: estimators}


def apart(values: Sequence[float], least: float) -> list[int]:
    """Return the numbers of ascending values that are `least` apart, the last one among them."""
    kept: list[int] = []
    for at in range(len(values) - 1, -1, -1):
        if not kept or values[kept[-1]] - values[at] >= least:
            kept.append(at)
    return kept[::-1]
