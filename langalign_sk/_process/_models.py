"""Models, which a process loads only once."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Hashable
from typing import Any

from langalign_sk._process._fork import Lock

# Not bounded: a process uses few models, and dropping one that a live pipeline needs would cost
# a reload of seconds in every transform. `release_models` drops them when the user says so.
_models: dict[Hashable, Any] = {}
# Those that came out of an object, such as an encoder tuned here, go when the object does.
_owned: weakref.WeakKeyDictionary[Any, dict[Hashable, Any]] = weakref.WeakKeyDictionary()
# One lock for all loads: transformers changes torch's default dtype while it builds a model, so
# even two different models must not load at once.
_load_lock = Lock()


def load_once(key: Hashable, load: Callable[[], Any], *, owner: Any = None) -> Any:
    """Return the model under `key`, loaded by the first caller while the others wait.

    With an `owner`, it is kept as long as that lives.
    """
    models = _models if owner is None else _owned.get(owner, {})
    model = models.get(key)
    if model is None:
        with _load_lock:
            models = _models if owner is None else _owned.setdefault(owner, {})
            model = models.get(key)
            if model is None:
                model = models[key] = load()
    return model


def release_models() -> None:
    """Forget the loaded models, so that their memory can be freed.

    A process loads each model once and keeps it for all extractors, clones and folds. This drops
    them all, for instance between experiments with models that do not fit into a GPU together. An
    extractor that is used again loads its model again.

    See Also
    --------
    langalign_sk.clear_caches : Empty the caches of what was computed.

    Examples
    --------
    >>> from langalign_sk.encoders import release_models
    >>> release_models()
    """
    with _load_lock:
        _models.clear()
        _owned.clear()
