"""Whether an encoder object can be saved inside a pipeline, said before it is too late."""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Iterable
from typing import Any

from langalign_sk._process import note, noted
from langalign_sk.encoders._hub_encoder import is_sentence_transformer

_WAY_OUT = (
    "give the model's name or folder instead, or an object that pickles, such as one whose "
    "__reduce__ says how to load it again (docs/vectors.md)"
)
_SHOWN = 200  # characters of somebody else's error


class _Nowhere:
    """A file that keeps nothing."""

    def write(self, content: Any) -> int:
        """Take what is written."""
        return memoryview(content).nbytes


def why_not_saved(model: Any) -> str:
    """Return why an encoder object cannot be saved; empty where it can."""
    if is_sentence_transformer(model):
        return "its weights would be in every copy of the pipeline"
    if type(model).__module__.split(".")[0] == "langalign_sk":
        return ""
    try:
        known = noted(model)
    except TypeError:  # no notes beside what has no hash or no weak references
        known = None
    if isinstance(known, str):
        return known
    try:
        pickle.Pickler(_Nowhere(), protocol=pickle.HIGHEST_PROTOCOL).dump(model)
        found = ""
    except Exception as error:  # whatever a foreign object's pickling may raise
        found = f"{type(error).__name__}: {error}"[:_SHOWN]
    if known is None:
        try:
            note(model, found)
        except TypeError:
            return found
    return found


def cannot_be_saved(model: Any, owner: str) -> str:
    """Return what to tell of an object that cannot be saved; empty where it can."""
    reason = why_not_saved(model)
    if not reason:
        return ""
    kind = type(model).__name__
    return f"this {owner} holds a {kind} object, which is not saved with it ({reason}): {_WAY_OUT}"


def tell_of_saving(models: Iterable[Any], owner: str, stacklevel: int) -> None:
    """Warn of objects that work, but cannot be saved."""
    for model in models:
        found = cannot_be_saved(model, owner)
        if found:
            warnings.warn(f"fitted, but {found}", UserWarning, stacklevel=stacklevel + 1)
