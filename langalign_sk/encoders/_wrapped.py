"""Encoders that are objects: fitted vectorisers, and whatever has ``encode(texts)``."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from typing import Any

import joblib.hashing
import numpy as np
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from langalign_sk._process import identity
from langalign_sk.encoders._batches import Prepared, within_memory
from langalign_sk.encoders._output import checked_rows
from langalign_sk.encoders._run import Run
from langalign_sk.encoders._settings import Settings, specification

_ROWS_PER_CHUNK = 256


class ObjectEncoder:
    """An object with ``transform(texts)`` or ``encode(texts)``."""

    weights: tuple[str, str] | None = None

    def __init__(self, model: Any, settings: Settings) -> None:
        check_object(model)
        kind = type(model).__name__
        settings.only(what=f"the {kind} object given as model")
        if hasattr(model, "transform"):
            _check_fitted(model)
        self.name = f"the {kind} object"
        self.spec = specification("object", kind, object_fingerprint(model))
        self._model = model

    def width(self) -> int | None:
        """Width of the vectors where the object tells it."""
        for name in ("get_embedding_dimension", "get_sentence_embedding_dimension"):
            if hasattr(self._model, name):
                width = getattr(self._model, name)()
                return None if width is None else int(width)
        try:
            return len(self._model.get_feature_names_out())
        except Exception:  # many a pipeline cannot name its columns: then a text is tried out
            return None

    def chunk(self, batch_size: int | None) -> tuple[int | None, int]:
        """Tokens (which nobody knows here) and rows of a chunk."""
        return None, max(_ROWS_PER_CHUNK, 8 * (batch_size or 0))

    def prepare(self, texts: list[str]) -> Prepared:
        """Texts as they are."""
        return Prepared(texts, [len(text) for text in texts])

    def encode(self, items: Sequence[str], batch_size: int | None, run: Run) -> Any:
        """Vectors of the texts, in several goes if memory runs out."""
        encode = getattr(self._model, "transform", None) or self._model.encode

        def compute(rows: Any) -> Any:
            texts = [items[row] for row in rows]
            return checked_rows(self.name, texts, encode(texts))

        whole = iter([np.arange(len(items))])
        parts = [part for _, part in within_memory(whole, len, compute, run, self.name)]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)


def check_object(model: Any) -> None:
    """Refuse what is no encoder."""
    usable = hasattr(model, "encode") or hasattr(model, "transform")
    if usable and not isinstance(model, type | bytes):
        return
    hint = "; create an instance of it" if isinstance(model, type) else ""
    shown = model.__name__ if isinstance(model, type) else type(model).__name__
    raise TypeError(
        "model must be the name or folder of a sentence-transformers or transformers checkpoint, "
        "an object with encode(texts) or transform(texts), or a dict of language to any of these; "
        f"got {shown}{hint}"
    )


def object_fingerprint(model: Any) -> str:
    """Digest of what an object computes, or its identity where that cannot be told.

    Without a ``fingerprint()`` of its own, a fitted transformer is hashed each time it is used:
    it may have been fitted again in place, and old vectors under a new fit would be silently
    wrong. An object with nothing but ``encode`` is taken as unchanging while it lives.
    """
    if hasattr(model, "fingerprint"):
        return f"fingerprint:{model.fingerprint()}"
    if hasattr(model, "transform"):
        try:
            return f"content:{_StateHasher('md5').hash(model)}"
        except (pickle.PicklingError, AttributeError, TypeError):  # holds a lambda, a lock ...
            pass
    return f"identity:{identity(model)}"


def pickles_by_value(model: Any) -> bool:
    """Whether an encoder object travels inside a pickle, and is the same on the other side."""
    return hasattr(model, "transform") or hasattr(model, "fingerprint")


class _StateHasher(joblib.hashing.NumpyHasher):
    """joblib's hash, without the memory address that vectorisers keep of their stop words."""

    def reducer_override(self, obj: Any) -> Any:
        """Reduce a vectoriser without that attribute; leave the rest to joblib."""
        state = getattr(obj, "__dict__", None)
        if isinstance(obj, type) or not isinstance(state, dict) or "_stop_words_id" not in state:
            return NotImplemented
        bare = object.__new__(type(obj))
        bare.__dict__.update({k: v for k, v in state.items() if k != "_stop_words_id"})
        return bare.__reduce_ex__(2)


def _check_fitted(model: Any) -> None:
    """Refuse an unfitted estimator and say how fitted ones usually get lost."""
    if not hasattr(model, "fit"):
        return
    try:
        check_is_fitted(model)
    except NotFittedError as error:
        raise NotFittedError(
            f"model is a {type(model).__name__} that is not fitted: fit it on text of its language "
            "first. In a parameter grid scikit-learn clones the values, which unfits them: wrap "
            "them, {'model': [FrozenEstimator(fitted_encoder)]}"
        ) from error
