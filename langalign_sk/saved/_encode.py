"""A model as words: JSON for what it is set to, arrays by name for what it has learned."""

from __future__ import annotations

import math
from collections import UserList
from collections.abc import Collection
from typing import Any

import numpy as np
import scipy.sparse
from sklearn.base import BaseEstimator
from sklearn.utils import Bunch

from langalign_sk._process import without_pairs
from langalign_sk.saved._encoders import Weights, encoder_node
from langalign_sk.saved._registry import function_name, name_of
from langalign_sk.saved._rules import models_in, must_be_finite, without_what_is_local
from langalign_sk.saved._tensors import Array, dtype_name

_PLAIN = (type(None), bool, int, str)
_SEQUENCES: dict[Any, str] = {list: "list", tuple: "tuple", set: "set", frozenset: "frozenset"}
#: What pickles are stamped with; a folder says it once.
STAMPS = ("_sklearn_version", "_langalign_version")


class Encoder:
    """Turns a model into a tree of JSON and a table of arrays.

    Parameters
    ----------
    leave_out : collection of str
        Places, such as ``steps[0][1].detect``, whose values are left out.
    weights : Weights
        What is done about encoders by name.
    """

    def __init__(self, leave_out: Collection[str], weights: Weights) -> None:
        self.arrays: dict[str, Array] = {}
        self.left_out: list[str] = []
        self._leave_out = set(leave_out)
        self._weights = weights
        self._seen: dict[int, tuple[Any, Any]] = {}  # the object too: its number is its own then

    def encode(self, model: Any) -> Any:
        """Return the tree of a model."""
        with without_pairs():
            tree = self._node(model, "")
        unknown = self._leave_out - set(self.left_out)
        if unknown:
            raise ValueError(f"leave_out: this model has no {sorted(unknown)[0]!r}")
        return tree

    def _node(self, value: Any, where: str) -> Any:
        """Return the tree of one value, which stands at a place in the model."""
        if where in self._leave_out:
            self.left_out.append(where)
            return {"$": "given", "at": where}
        kind = type(value)
        if kind in _PLAIN:
            return value
        if kind is float:
            return value if math.isfinite(value) else {"$": "float", "value": str(value)}
        if kind in _SEQUENCES:
            return self._sequence(value, where)
        if kind is dict:
            return {"$": "dict", **self._items(value, where)}
        if kind in (bytes, slice, complex):
            return self._small(value, where)
        if isinstance(value, np.generic):
            return self._scalar(value, where)
        if isinstance(value, np.dtype | type):
            return self._type(value, where)
        return self._shared(value, where)

    def _sequence(self, value: Any, where: str) -> Any:
        name = _SEQUENCES[type(value)]
        rows = sorted(value, key=repr) if name.endswith("set") else value
        nodes = [self._node(item, f"{where}[{i}]") for i, item in enumerate(rows)]
        return nodes if name == "list" else {"$": name, "items": nodes}

    def _items(self, value: dict[Any, Any], where: str) -> dict[str, Any]:
        """Return the items of a dict, those with names as such."""
        nodes = [
            (self._node(key, f"{where}.keys()"), self._node(item, f"{where}[{key!r}]"))
            for key, item in value.items()
        ]
        if all(type(key) is str for key in value):
            return {"of": dict(nodes)}
        return {"items": [list(pair) for pair in nodes]}

    def _small(self, value: Any, where: str) -> Any:
        if isinstance(value, bytes):
            return {"$": "bytes", "hex": value.hex()}
        if isinstance(value, slice):
            ends = [self._node(end, where) for end in (value.start, value.stop, value.step)]
            return {"$": "slice", "items": ends}
        raise self._refusal(value, where)

    def _scalar(self, value: Any, where: str) -> Any:
        """Return a NumPy scalar, which is not the same as Python's."""
        if isinstance(value, np.str_):
            return {"$": "numpy", "type": "str", "value": str(value)}
        name = dtype_name(value.dtype)
        if name is None:
            raise self._refusal(value, where)
        return {"$": "numpy", "type": name, "value": self._node(value.item(), where)}

    def _type(self, value: Any, where: str) -> Any:
        """Return a type of numbers, as ``dtype=`` has it."""
        if any(value is kind for kind in (str, int, float, bool, object)):
            return {"$": "type", "name": f"python {value.__name__}"}
        if isinstance(value, np.dtype) or issubclass(value, np.generic):
            name = dtype_name(np.dtype(value))
            if name is not None:
                kind = "dtype" if isinstance(value, np.dtype) else "type"
                return {"$": kind, "name": name}
        raise self._refusal(value, where)

    def _shared(self, value: Any, where: str) -> Any:
        """Return what may stand in several places: once, and then by its first place."""
        known = self._seen.get(id(value))
        if known is not None:
            if known[1] is None:
                raise ValueError(f"{where} holds itself, which cannot be saved")
            return known[1]
        self._seen[id(value)] = (value, None)
        node, again = self._object(value, where)
        self._seen[id(value)] = (value, again)
        return node

    def _object(self, value: Any, where: str) -> tuple[Any, Any]:
        """Return the node of an object, and that of its other places."""
        if isinstance(value, np.ndarray):
            node = self._array(value, where)
            return node, node
        if scipy.sparse.issparse(value):
            node = self._sparse(value, where)
            return {"id": where, **node}, {"$": "ref", "id": where}
        if isinstance(value, np.random.RandomState | np.random.Generator):
            return {"id": where, **self._random(value, where)}, {"$": "ref", "id": where}
        function = function_name(value)
        if function is not None:
            node = {"$": "function", "name": function}
            return node, node
        own = encoder_node(value, self._weights)
        if own is not None:
            return {"id": where, **own}, {"$": "ref", "id": where}
        name = name_of(type(value))
        if name is None:
            raise self._refusal(value, where)
        node = {"$": "object", "id": where, "class": name, **self._state(value, where)}
        return node, {"$": "ref", "id": where}

    def _state(self, value: Any, where: str) -> dict[str, Any]:
        """Return the node of an object's state."""
        if isinstance(value, Bunch):
            return self._items(dict(value), where)
        if isinstance(value, list | UserList):  # a list with more to it
            return {"of": {"data": self._node(list(value), where)}}
        state = value.__getstate__() if hasattr(value, "__getstate__") else vars(value)
        state = without_what_is_local(value, dict(state or {}))
        models = models_in(value, state)
        items = {}
        for name, item in state.items():
            if name in STAMPS:
                continue
            place = f"{where}.{name}" if where else name
            if name in models and place not in self._leave_out:
                items[name] = self._models(item, value, place)
            else:
                items[name] = self._node(item, place)
        return {"of": items}

    def _models(self, item: Any, owner: Any, where: str) -> Any:
        """Return encoders: those by name are told apart from other words."""
        if isinstance(item, dict):
            own = {
                lang: self._models(one, owner, f"{where}[{lang!r}]") for lang, one in item.items()
            }
            return {"$": "dict", "of": own}
        found = encoder_node(item, self._weights, owner)
        return self._node(item, where) if found is None else found

    def _array(self, value: Array, where: str) -> Any:
        """Return an array: numbers go into the table under the name of their place."""
        if value.dtype.kind == "U":
            words = value.reshape(-1).tolist()
            return {
                "$": "words",
                "length": value.dtype.itemsize // 4,
                "shape": list(value.shape),
                "items": words,
            }
        if value.dtype == object:
            items = [self._node(one, f"{where}[{i}]") for i, one in enumerate(value.reshape(-1))]
            return {"$": "objects", "shape": list(value.shape), "items": items}
        if dtype_name(value.dtype) is None:
            raise ValueError(f"{where} is an array of {value.dtype}, which cannot be saved")
        if not _is_finite(value) and must_be_finite(where):
            raise ValueError(
                f"{where} holds numbers that are not finite; they are not saved, for a model that "
                "holds them predicts nothing. Look for them in the rows it was fitted on"
            )
        name = where
        by_column = value.ndim > 1 and value.flags.f_contiguous and not value.flags.c_contiguous
        self.arrays[name] = np.asarray(value.T if by_column else value)
        return {"$": "array", "name": name, **({"order": "F"} if by_column else {})}

    def _sparse(self, value: Any, where: str) -> Any:
        if value.format not in ("csr", "csc") or value.ndim != 2:
            raise ValueError(f"{where} is a sparse matrix of format {value.format!r}; use csr")
        return {
            "$": value.format,
            "array": isinstance(value, scipy.sparse.sparray),
            "shape": [int(n) for n in value.shape],
            **{
                part: self._node(getattr(value, part), f"{where}.{part}")
                for part in ("data", "indices", "indptr")
            },
        }

    def _random(self, value: Any, where: str) -> Any:
        """Return the state of a generator of random numbers."""
        if isinstance(value, np.random.RandomState):
            kind, keys, *rest = value.get_state()
            if kind == "MT19937":
                return {
                    "$": "RandomState",
                    "keys": self._node(keys, f"{where}.keys"),
                    "rest": [self._node(part, where) for part in rest],
                }
        elif isinstance(value.bit_generator, np.random.PCG64):
            return {"$": "Generator", "state": self._node(value.bit_generator.state, where)}
        raise self._refusal(value, where)

    def _refusal(self, value: Any, where: str) -> ValueError:
        """Return the error for what cannot be saved, with what to do about it."""
        place = where or "the model"
        kind = f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("builtins.")
        shown = getattr(value, "__qualname__", None)
        what = (
            f"{place} is {shown} ({kind})" if callable(value) and shown else f"{place} is a {kind}"
        )
        if isinstance(value, BaseEstimator):
            hint = "use a head of the list in docs/saving.md, or skops, or joblib"
            inside = [own for own in ("best_estimator_", "model_") if hasattr(value, own)]
            if inside:
                hint = f"save its {inside[0]}"
        else:
            hint = (
                f"change it, or leave it out with save(..., leave_out=[{where!r}]) and give it to "
                f"load(..., given={{{where!r}: ...}})"
            )
        return ValueError(f"{what}, which needs code to be saved: {hint}")


def _is_finite(value: Array) -> bool:
    return value.dtype.kind != "f" or bool(np.isfinite(value).all())
