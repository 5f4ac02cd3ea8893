"""Encoders that are objects: fitted vectorisers, and whatever has ``encode(texts)``."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from types import MethodType
from typing import Any

import joblib.hashing
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from langalign_sk._io import TextRow
from langalign_sk._process import identity, note, noted
from langalign_sk.encoders._batches import in_halves
from langalign_sk.encoders._hub_encoder import (
    instance_encoder,
    is_sentence_transformer,
    named_encoder,
)
from langalign_sk.encoders._hub_model import (
    HubModel,
    check_only,
    is_name,
    specification,
    unwrapped,
)
from langalign_sk.encoders._protocol import (
    Encoder,
    Prepared,
    checked_rows,
    refuse_two,
    told_width,
)
from langalign_sk.encoders._run import Run
from langalign_sk.encoders._trained import TrainedEncoder, UnfittedEncoder
from langalign_sk.encoders._tuned import TunedEncoder

_ROWS_PER_CHUNK = 256
#: What an object may have to encode texts, the first that it has.
_WAYS = ("transform", "encode", "embed")
_IDENTITY = "identity:"
_ADDRESS = "_stop_words_id"  # a memory address that vectorisers keep after their first use


def make_encoder(settings: HubModel, *, ask_hub: bool = True) -> Encoder:
    """Return the encoder for one model; nothing is loaded yet."""
    if is_name(settings.model):
        return named_encoder(settings, ask_hub=ask_hub)
    model = unwrapped(settings)
    if is_sentence_transformer(model):
        return instance_encoder(settings)
    if isinstance(model, TunedEncoder) and not model.is_fitted():
        return UnfittedEncoder(model)
    if isinstance(model, TrainedEncoder):
        return model.encoder(settings)
    return ObjectEncoder(settings)


class ObjectEncoder:
    """An object with ``transform(texts)``, ``encode(texts)`` or ``embed(texts)``."""

    weights: tuple[str, str] | None = None

    def __init__(self, settings: HubModel) -> None:
        model = unwrapped(settings)
        _check_object(model)
        kind = type(model).__name__
        check_only(settings, "truncate_dim", "batch_size", what=f"the {kind} object given as model")
        if hasattr(model, "transform") and hasattr(model, "fit"):
            _check_fitted(model)
        self.name = f"the {kind} object"
        known_as = _fingerprint(model)
        self.spec = specification("object", kind, known_as)
        #: The same object has the same `spec` in another process.
        self.lasting = not known_as.startswith(_IDENTITY)
        self.takes_threads = bool(getattr(model, "takes_threads", False))
        self._model = model
        at_once = int(getattr(model, "texts_at_once", 0))
        self._rows = max(_ROWS_PER_CHUNK, 8 * int(settings.batch_size or 0), at_once)

    def width(self) -> int | None:
        """Width of the vectors where the object tells it."""
        width = told_width(self._model)
        if width is None:
            try:
                return len(self._model.get_feature_names_out())
            except Exception:  # many a pipeline cannot name its columns: then a text is tried out
                return None
        return width

    def chunk(self) -> tuple[int | None, int]:
        """Tokens (which nobody knows here) and rows of a chunk."""
        return None, self._rows

    def prepare(self, texts: Sequence[TextRow]) -> Prepared:
        """Texts as they are; two of a row go to objects that say they take them."""
        if not getattr(self._model, "takes_pairs", False):
            refuse_two(self.name, texts)
        return Prepared(texts, [len("".join(text)) for text in texts])

    def encode(self, items: Sequence[TextRow], run: Run) -> Any:
        """Vectors of the texts, in several goes if memory runs out."""
        encode = next(getattr(self._model, way) for way in _WAYS if hasattr(self._model, way))

        def compute(rows: Any) -> Any:
            texts = [items[row] for row in rows]
            found = encode(texts)
            # fastembed gives vectors one by one.
            return checked_rows(self.name, texts, list(found) if hasattr(found, "send") else found)

        return in_halves(len(items), compute, run, self.name)


def _check_object(model: Any) -> None:
    """Raise unless this can be used as an encoder."""
    usable = any(hasattr(model, way) for way in _WAYS)
    if usable and not isinstance(model, type | bytes):
        return
    hint = "; create an instance of it" if isinstance(model, type) else ""
    shown = model.__name__ if isinstance(model, type) else type(model).__name__
    raise TypeError(
        "model must be the name or folder of a sentence-transformers or transformers checkpoint, "
        "a HubModel, an object with encode(texts), transform(texts) or embed(texts), or a dict of "
        f"language to any of these; got {shown}{hint}"
    )


def _check_fitted(model: Any) -> None:
    """Raise for an unfitted estimator and say how fitted ones usually get lost."""
    try:
        check_is_fitted(model)
    except NotFittedError as error:
        raise NotFittedError(
            f"model is a {type(model).__name__} that is not fitted: fit it on text of its language "
            "first. In a parameter grid scikit-learn clones the values, which unfits them: wrap "
            "them, {'model': [FrozenEstimator(fitted_encoder)]}"
        ) from error


def _fingerprint(model: Any) -> str:
    """Digest of what an object computes, or its identity where that cannot be told.

    An object with nothing but ``encode`` is taken as unchanging while it lives. Without a
    ``fingerprint()`` of its own, a fitted transformer is pickled and hashed, once for as long as
    its attributes are the same objects: fitted again in place, old vectors under a new fit would
    be silently wrong.
    """
    if hasattr(model, "fingerprint"):
        return f"fingerprint:{model.fingerprint()}"
    if not hasattr(model, "transform"):
        return f"{_IDENTITY}{identity(model)}"
    try:
        known = noted(model)
    except TypeError:  # no notes beside what has no hash or weak references: hashed every time
        return _hashed(model)
    state = _state(model)
    # The note keeps what the state consists of alive, so that no address is used again.
    if not (isinstance(known, tuple) and _are_same(state, known[0])):
        known = (state, _hashed(model))
        note(model, known)
    return str(known[1])


def _hashed(model: Any) -> str:
    """Digest of a fitted transformer by its content; its identity where it cannot be pickled."""
    try:
        return f"content:{_StateHasher('md5').hash(model)}"
    except (pickle.PicklingError, AttributeError, TypeError):  # holds a lambda, a lock ...
        return f"{_IDENTITY}{identity(model)}"


def _are_same(state: list[Any], other: list[Any]) -> bool:
    """Tell whether two states hold the same objects."""
    return len(state) == len(other) and all(
        one is two or (isinstance(one, int | str) and one == two)
        for one, two in zip(state, other, strict=True)
    )


def _state(root: Any) -> list[Any]:
    """List the attributes of an object and of the estimators in it, to be compared by identity."""
    found: list[Any] = []
    seen: set[int] = set()
    todo = [root]
    while todo:
        item = todo.pop()
        if isinstance(item, MethodType):  # it would keep the object alive that it belongs to
            found.append(item.__func__)
            item = item.__self__
        if isinstance(item, list | tuple):
            parts = list(item)
        elif item is root or (hasattr(item, "get_params") and not isinstance(item, type)):
            # Without attributes there is nothing to compare: a new object is never the same.
            own = getattr(item, "__dict__", {"": object()})
            parts = [part for name in own if name != _ADDRESS for part in (name, own[name])]
        else:
            found += [item, len(item)] if isinstance(item, dict | set) else [item]
            continue
        found += [type(item), len(parts)]
        if id(item) not in seen:
            seen.add(id(item))
            todo += parts
    return found


class _StateHasher(joblib.hashing.NumpyHasher):
    """joblib's hash, without that address."""

    def reducer_override(self, obj: Any) -> Any:
        """Reduce a vectoriser without that attribute; leave the rest to joblib."""
        state = getattr(obj, "__dict__", None)
        if isinstance(obj, type) or not isinstance(state, dict) or _ADDRESS not in state:
            return NotImplemented
        bare = object.__new__(type(obj))
        bare.__dict__.update({name: v for name, v in state.items() if name != _ADDRESS})
        return bare.__reduce_ex__(2)
