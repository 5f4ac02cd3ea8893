"""What every display needs from matplotlib, imported only when something is drawn."""

from __future__ import annotations

from typing import Any

#: One hue per language or series; told apart in grey and with the common colour weaknesses.
COLOURS = ("#1f6f8b", "#d1603d", "#6a8d3b", "#8a5fa8", "#b58b00", "#5c6b73")


def make_axes(ax: Any = None, *, columns: int = 1, size: tuple[float, float] = (6.4, 4.0)) -> Any:
    """The axes given, or new ones; an array of them for several columns."""
    try:
        from matplotlib import pyplot
    except ImportError as error:
        raise ImportError(
            "plots need matplotlib, which is not installed: pip install 'langalign-sk[plot]'"
        ) from error
    if ax is not None:
        return ax
    shape = (size[0] * columns, size[1])
    return pyplot.subplots(1, columns, figsize=shape, layout="constrained")[1]


def bare(ax: Any) -> None:
    """No frame but for the two axes."""
    ax.spines[["top", "right"]].set_visible(False)
