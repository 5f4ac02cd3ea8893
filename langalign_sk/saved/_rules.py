"""What is not believed of a file: what would open a place, run code or tell a secret."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.base import is_classifier, is_regressor

from langalign_sk.encoders import HeldCheckpoint, check_files

#: Attributes that name a place on a machine, by class: neither written nor believed.
_PLACES = {
    "ColumnTransformer": ("memory",),
    "DistilledEncoder": ("folder",),
    "FeatureUnion": ("memory",),
    "Pipeline": ("memory",),
    "TunedEncoder": ("folder",),
    "ParallelCorpus": ("path", "rows", "weight"),
    "TextPool": ("path", "rows", "weight"),
}
#: Attributes that only another fit would read, and that are compiled.
_FORGOTTEN = {
    "Perceptron": ("_loss_function_",),
    "PassiveAggressiveClassifier": ("_loss_function_",),
    "PassiveAggressiveRegressor": ("_loss_function_",),
    "SGDClassifier": ("_loss_function_",),
    "SGDRegressor": ("_loss_function_",),
}
#: Attributes that tell how a fit went: those alone may hold numbers that are not finite.
_ACCOUNTS = re.compile(
    r"(^|\.)(cv_results_|cv_values_|gcv_values_|history_|loss_curve_|mse_path_|pvalues_|scores_"
    r"|validation_curve_|validation_scores_)(\[[^.]*)?$"
)
#: Columns of an estimator that holds no array.
_MOST_COLUMNS = 2**20
_VECTORISERS = ("CountVectorizer", "HashingVectorizer", "TfidfVectorizer")
#: Attributes that hold an encoder by name, or several by language.
_MODELS = {"EmbeddingExtractor": ("model",), "HubModel": ("model",)}


@dataclass
class Allowed:
    """What the caller of `load` allows, and what a file asked for without that."""

    trust_remote_code: bool = False
    cache: Any = "memory"
    token_env: str | None = None
    ignored: dict[str, None] = field(default_factory=dict)

    def believed(self, cls: type, state: dict[str, Any]) -> dict[str, Any]:
        """Return a state without what is not believed of it."""
        name = cls.__name__
        for own in _PLACES.get(name, ()):
            if state.get(own) is not None:
                self.ignored[f"{own}={_short(state[own])}"] = None
                state[own] = None
        if name == "EmbeddingExtractor":
            if state.get("cache") not in (None, "memory"):
                if self.cache == "memory":
                    self.ignored[f"cache={_short(state['cache'])}"] = None
                state["cache"] = "memory"
            if state.get("cache") is not None or self.cache != "memory":
                state["cache"] = self.cache
        if name == "HubModel":
            if state.get("trust_remote_code") and not self.trust_remote_code:
                self.ignored["trust_remote_code=True"] = None
            if state.get("token_env") not in (None, self.token_env):
                self.ignored[f"token_env={_short(state['token_env'])}"] = None
            # An attention implementation, for one, may be code on the Hub.
            if state.setdefault("model_kwargs", None) and not self.trust_remote_code:
                self.ignored[f"model_kwargs={_short(state['model_kwargs'])}"] = None
                state["model_kwargs"] = None
            state["trust_remote_code"] = self.trust_remote_code
            state["token_env"] = self.token_env
        return state


def without_what_is_local(owner: Any, state: dict[str, Any]) -> dict[str, Any]:
    """Return a state to be written, without what only this machine knows."""
    name = type(owner).__name__
    for own in _FORGOTTEN.get(name, ()):
        state.pop(own, None)
    for own in _PLACES.get(name, ()):
        if own in state:
            state[own] = None
    if name == "EmbeddingExtractor" and state.get("cache") is not None:
        state["cache"] = "memory"
    if "_tree" in state and hasattr(owner, "_fit_method"):  # made again from the rows
        state["_tree"] = None
    return state


def models_in(owner: Any, state: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the attributes of an object that hold encoders."""
    return tuple(name for name in _MODELS.get(type(owner).__name__, ()) if name in state)


def must_be_finite(where: str) -> bool:
    """Tell whether an array at a place of a model must hold finite numbers alone."""
    return _ACCOUNTS.search(where) is None


def check_made(made: Any, size: int) -> None:
    """Raise where the parts of a loaded estimator do not fit together.

    What can be tried is tried, on one row of zeros. `size` is how many numbers the file holds: no
    estimator has more columns than that.
    """
    name = type(made).__name__
    own = getattr(made, "__dict__", {})
    if isinstance(made, HeldCheckpoint):
        check_files(made.files, lambda file: made.files[file].tobytes())
    if name in _VECTORISERS:
        _check_vectoriser(made)
    if "_fit_method" in own:
        _grow_tree(made)
        _check_neighbours(made)
    width = own.get("n_features_in_")
    if width is None:
        return
    if type(width) is not int or not 0 <= width <= max(size, _MOST_COLUMNS):
        raise ValueError(f"its n_features_in_ is {_short(width)}")
    if _is_a_leaf(made):
        _try(made, width)


def _is_a_leaf(made: Any) -> bool:
    """Tell whether one row of numbers may be tried on it."""
    from langalign_sk.maps import BaseMap

    parts = [part for value in vars(made).values() for part in _parts(value)]
    if any(hasattr(part, "get_params") for part in parts):
        return False
    return isinstance(made, BaseMap) or (
        (is_classifier(made) or is_regressor(made))
        and not hasattr(made, "embedder")
        and type(made).__name__ != "IsotonicRegression"
    )


def _parts(value: Any) -> list[Any]:
    """Return the members of a value that may be estimators."""
    if isinstance(value, Mapping):
        return list(value.values())
    return list(value) if isinstance(value, list | tuple) else [value]


def _try(made: Any, width: int) -> None:
    """Compute one row."""
    row = np.zeros((1, width))
    for name in ("predict", "predict_proba", "decision_function", "transform"):
        method = getattr(made, name, None)
        if method is not None:
            method(row)


def _check_vectoriser(made: Any) -> None:
    """A vectoriser reads texts, not files that they name; columns are those it has."""
    if made.input != "content":
        raise ValueError(f"its input is {_short(made.input)}: texts are files' names to it")
    for own in ("vocabulary", "vocabulary_"):
        columns = getattr(made, own, None)
        if columns is None:
            continue
        if isinstance(columns, Mapping):
            numbers = sorted(int(number) for number in columns.values())
            if numbers != list(range(len(numbers))):
                raise ValueError(f"the columns of its {own} are not numbered from 0")


def _check_neighbours(made: Any) -> None:
    """Classes of neighbours are numbers of classes that are there."""
    if not hasattr(made, "classes_"):
        return
    y = made._y.reshape(len(made._y), -1)
    classes = made.classes_ if isinstance(made.classes_, list) else [made.classes_]
    sound = y.dtype.kind == "i" and y.shape[1] == len(classes) and len(y) == made.n_samples_fit_
    if not sound or any(
        column.min() < 0 or column.max() >= len(known)
        for column, known in zip(y.T, classes, strict=True)
    ):
        raise ValueError("its rows have classes that it does not list")


def _grow_tree(made: Any) -> None:
    """Make the tree of a neighbours' search again: it is compiled, and its rows say all."""
    if len(made._fit_X.shape) != 2 or made._fit_X.shape[0] != made.n_samples_fit_:
        raise ValueError("its rows are not as many as it says")
    if made._fit_method in ("kd_tree", "ball_tree"):
        from sklearn.neighbors import BallTree, KDTree

        kind = KDTree if made._fit_method == "kd_tree" else BallTree
        metric, more = made.effective_metric_, made.effective_metric_params_
        made._tree = kind(made._fit_X, made.leaf_size, metric=metric, **more)
    elif made._fit_method != "brute":
        raise ValueError(f"its search is {_short(made._fit_method)}")


def _short(value: Any) -> str:
    """Return a value in few characters."""
    shown = repr(value) if isinstance(value, str | int | float | bool) else type(value).__name__
    return shown if len(shown) <= 60 else f"{shown[:60]}..."
