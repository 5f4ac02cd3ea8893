"""From what a user passes as `method` to an unfitted map."""

from __future__ import annotations

import inspect
from typing import Any

from sklearn.base import clone

from langalign_sk.maps._base import BaseMap, classes_of_maps
from langalign_sk.maps._regressor import RegressorMap


def resolve_map(method: Any, *, random_state: Any = None) -> Any:
    """Return an unfitted map for `method`, which itself stays as it is.

    Parameters
    ----------
    method : str, map or regressor
        A short name ("procrustes", "ridge", or that of a class of yours), a map object (`BaseMap`,
        or any object with a ``transform`` and a ``fit`` that takes ``unlabeled_source``), or a
        scikit-learn regressor, which is wrapped by `RegressorMap`.
    random_state : int or RandomState, optional
        Given to each parameter ``random_state`` of the map, or nested in it, that is None.

    Returns
    -------
    map
        Unfitted: a new object, or a clone.

    Raises
    ------
    ValueError
        For an unknown name.
    TypeError
        For a class, a classifier, a transformer that is no map, and anything else.

    Examples
    --------
    >>> from langalign_sk.maps import RidgeMap, resolve_map
    >>> resolve_map("ridge")
    RidgeMap()
    >>> resolve_map(RidgeMap(alpha=0.1))
    RidgeMap(alpha=0.1)
    """
    found = _find(method)
    if random_state is not None and hasattr(found, "get_params"):
        seeds = {
            name: random_state
            for name, value in found.get_params(deep=True).items()
            if value is None and (name == "random_state" or name.endswith("__random_state"))
        }
        if seeds:
            found.set_params(**seeds)
    return found


def names_of_maps() -> list[str]:
    """Return the short names that `resolve_map` knows."""
    return sorted({name for cls in classes_of_maps() for name in vars(cls).get("names", ())})


def _find(method: Any) -> Any:
    """Do the work of `resolve_map` but the random state."""
    # The classes name themselves: no table to keep, and a class of the user's own is known too.
    named = {name: cls for cls in classes_of_maps() for name in vars(cls).get("names", ())}
    if isinstance(method, str):
        if method not in named:
            raise ValueError(
                f"unknown method {method!r}; the names are {sorted(named)}. A name has no "
                "parameters: to set some, pass the object, for example RidgeMap(alpha=0.1)"
            )
        return named[method]._named(method)
    if isinstance(method, type):
        raise TypeError(f"method must be an object: {method.__name__}(...), not the class")
    if isinstance(method, BaseMap) or _is_map(method):
        return clone(method, safe=False)
    kind = _estimator_type(method)
    if kind == "regressor":
        return RegressorMap(clone(method))
    advice = (
        f"pass one of the names {sorted(named)}, a map object such as RidgeMap(alpha=0.1), "
        "or a scikit-learn regressor"
    )
    name = type(method).__name__
    if kind is not None:
        raise TypeError(f"method {name} is a {kind}, which predicts no vectors; {advice}")
    if hasattr(method, "transform"):
        raise TypeError(
            f"method {name} is a transformer of one space: its fit takes no pairs of rows; {advice}"
        )
    raise TypeError(f"method {name} is neither a map nor a regressor; {advice}")


def _is_map(method: Any) -> bool:
    """Tell whether an object of another class keeps to the protocol of maps."""
    if not (hasattr(method, "transform") and callable(getattr(method, "fit", None))):
        return False
    return "unlabeled_source" in inspect.signature(method.fit).parameters


def _estimator_type(method: Any) -> str | None:
    """Return the kind of an estimator ("regressor", "classifier" ...); None where it has none."""
    if hasattr(method, "__sklearn_tags__"):
        kind = method.__sklearn_tags__().estimator_type
    else:  # estimators written for older versions of scikit-learn
        kind = getattr(method, "_estimator_type", None)
    return kind if kind is None else str(kind)
