"""The parts of a fitted estimator that pictures look at."""

from __future__ import annotations

from typing import Any

from sklearn.pipeline import Pipeline


def to_aligner(estimator: Any) -> list[Any]:
    """Return the fitted steps before an aligner, and the aligner itself at the end."""
    found = _path(estimator)
    if found is None:
        raise ValueError(
            f"there is no fitted aligner in {type(estimator).__name__}: give a LangAligner, a "
            "ReverseAligner, or a pipeline with one"
        )
    return found


def _path(estimator: Any) -> list[Any] | None:
    """Return the way to the aligner; None where there is none."""
    found = getattr(estimator, "best_estimator_", estimator)
    if hasattr(found, "maps_"):
        return [found]
    if isinstance(found, Pipeline):
        front: list[Any] = []
        for _, step in found.steps:
            if (inner := _path(step)) is not None:
                return [*front, *inner]
            front.append(step)
        return None
    aligner = getattr(found, "aligner_", None)  # of those that align by themselves
    if aligner is None:
        return None
    embedder = getattr(found, "embedder_", None)
    return [aligner] if embedder is None else [embedder, aligner]
