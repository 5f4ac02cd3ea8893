"""Saved models, and what they say about texts, as tab-separated lines."""

from __future__ import annotations

import io
import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

#: File by which an output folder is known as one of ours.
MODEL_FILE = "model.joblib"
#: What joblib raises for files that are no models, or models of other packages.
_UNREADABLE = (
    pickle.UnpicklingError,
    EOFError,
    KeyError,
    IndexError,
    AttributeError,
    ImportError,
    ValueError,
)


class Predictions(NamedTuple):
    """A class for each text, and how sure the model is (None where it can't tell)."""

    classes: list[str]
    confidence: list[float] | None


def load_model(path: Path) -> Any:
    """Load the model of an output folder, or a joblib file."""
    import joblib

    file = path / MODEL_FILE if path.is_dir() else path
    if not file.is_file():
        raise ValueError(f"{file} does not exist; MODEL is the folder that `transfer` wrote")
    try:
        model = joblib.load(file)
    except (
        pickle.UnpicklingError,
        EOFError,
        KeyError,
        IndexError,
        AttributeError,
        ImportError,
    ) as e:
        raise ValueError(f"{file} holds no model that can be loaded ({type(e).__name__})") from e
    if not hasattr(model, "predict"):
        raise ValueError(f"{file} holds a {type(model).__name__}, not a classifier")
    return model


def predict(model: Any, texts: Sequence[str]) -> Predictions:
    """Class and confidence of each text."""
    if not hasattr(model, "predict_proba"):
        return Predictions([str(label) for label in model.predict(texts)], None)
    proba = np.asarray(model.predict_proba(texts))
    best = proba.argmax(axis=1)
    return Predictions(
        [str(label) for label in np.asarray(model.classes_)[best]],
        [float(p) for p in proba.max(axis=1)],
    )


def write_predictions(
    path: Path, texts: Sequence[str], found: Predictions, labels: Sequence[str] | None = None
) -> None:
    """Write the table of `predictions` to a file."""
    path.write_text(predictions(texts, found, labels), encoding="utf-8", errors="surrogatepass")


def predictions(
    texts: Sequence[str], found: Predictions, labels: Sequence[str] | None = None
) -> str:
    """Lines of prediction, confidence, label (where known) and text."""
    columns: dict[str, Sequence[Any]] = {"prediction": found.classes}
    if found.confidence is not None:
        columns["confidence"] = [f"{p:.4f}" for p in found.confidence]
    if labels is not None:
        columns["label"] = labels
    columns["text"] = texts
    return tsv(columns)


def tsv(columns: dict[str, Sequence[Any]]) -> str:
    """Tab-separated lines with a head; tabs and line ends inside a field become blanks."""
    lines = io.StringIO()
    lines.write("\t".join(columns) + "\n")
    for row in zip(*columns.values(), strict=True):
        lines.write("\t".join(" ".join(str(field).split()) for field in row) + "\n")
    return lines.getvalue()
