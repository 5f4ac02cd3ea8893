"""A model made of words: only what the list of classes knows, and nothing that runs."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import scipy.sparse
import sklearn

from langalign_sk._stamp import VersionStamped
from langalign_sk._version import __version__
from langalign_sk.saved._encoders import Places
from langalign_sk.saved._registry import class_of, function_of
from langalign_sk.saved._rules import Allowed, check_made, must_be_finite
from langalign_sk.saved._tensors import DTYPES, Array

_PYTHON = {f"python {kind.__name__}": kind for kind in (str, int, float, bool, object)}
_LONGEST_WORD = 2**16
_MOST_LETTERS = 2**26  # of an array of words, whose letters take four bytes each


class Decoder:
    """Makes a model of its tree and its arrays.

    Parameters
    ----------
    arrays : dict
        Arrays by name, each of which must be used.
    allowed : Allowed
        What the caller allows.
    places : Places
        Where encoders are.
    given : mapping
        Values for places that were left out.
    """

    def __init__(
        self,
        arrays: dict[str, Array],
        allowed: Allowed,
        places: Places,
        given: Mapping[str, Any],
    ) -> None:
        self._arrays = arrays
        self._allowed = allowed
        self._places = places
        self._given = given
        self._made: dict[str, Any] = {}
        self._used: set[str] = set()
        self._asked: set[str] = set()
        self._size = sum(array.size for array in arrays.values())
        self._makers: dict[str, Callable[[Any, str], Any]] = {
            "Generator": self._generator,
            "RandomState": self._random_state,
            "array": self._array,
            "bytes": lambda node, where: bytes.fromhex(node["hex"]),
            "csc": self._sparse,
            "csr": self._sparse,
            "dict": self._dict,
            "dtype": lambda node, where: np.dtype(DTYPES[node["name"]]),
            "encoder": lambda node, where: self._places.encoder(node),
            "float": _float,
            "frozenset": lambda node, where: frozenset(self._items(node["items"], where)),
            "function": _function,
            "given": self._left_out,
            "numpy": self._scalar,
            "object": self._object,
            "objects": self._objects,
            "ref": self._ref,
            "set": lambda node, where: set(self._items(node["items"], where)),
            "slice": lambda node, where: slice(*self._items(node["items"], where)),
            "tuple": lambda node, where: tuple(self._items(node["items"], where)),
            "type": _type,
            "words": _words,
        }

    def decode(self, tree: Any) -> Any:
        """Return the model of a tree."""
        model = self._value(tree, "")
        left = set(self._arrays) - self._used
        if left:
            raise ValueError(f"the array {min(left)[:80]!r} belongs to nothing")
        unknown = set(self._given) - self._asked
        if unknown:
            raise ValueError(f"given: nothing was left out at {min(unknown)!r}")
        return model

    def _value(self, node: Any, where: str) -> Any:
        """Return the value of one node."""
        if node is None or isinstance(node, bool | int | float | str):
            return node
        if isinstance(node, list):
            return self._items(node, where)
        kind = node.get("$")
        make = self._makers.get(kind) if isinstance(kind, str) else None
        if make is None:
            raise ValueError(f"{_place(where)} is of the unknown kind {str(kind)[:40]!r}")
        try:
            made = make(node, where)
        except _RefusedError:
            raise
        except RecursionError:
            raise ValueError("it is nested too deep") from None
        except Exception as error:  # whatever a made-up state makes a class say
            what = str(node.get("class", kind))[:80]
            said = f"{type(error).__name__}: {str(error)[:300]}"
            if type(error) is ValueError:
                said = str(error)[:400]
            raise _RefusedError(f"{_place(where)} ({what}): {said}") from error
        if "id" in node and kind != "ref":
            own = node["id"]
            if not isinstance(own, str) or own in self._made:
                raise _RefusedError(
                    f"{_place(where)} has the name {str(own)[:80]!r} of another part"
                )
            self._made[own] = made
        return made

    def _items(self, nodes: Any, where: str) -> list[Any]:
        if not isinstance(nodes, list):
            raise ValueError("it has no items")
        return [self._value(node, f"{where}[{i}]") for i, node in enumerate(nodes)]

    def _dict(self, node: Any, where: str) -> dict[Any, Any]:
        if "of" in node:
            return {key: self._value(one, f"{where}[{key!r}]") for key, one in node["of"].items()}
        pairs = [self._items(pair, where) for pair in node["items"]]
        found = dict(pairs)
        if len(found) < len(pairs):
            raise ValueError("it has a key twice")
        return found

    def _ref(self, node: Any, where: str) -> Any:
        if node["id"] not in self._made:
            raise ValueError(f"it refers to {str(node['id'])[:80]!r}, which is not before it")
        return self._made[node["id"]]

    def _left_out(self, node: Any, where: str) -> Any:
        if where not in self._given:
            raise ValueError(
                f"it was left out when the model was saved: give it, load(..., "
                f"given={{{where!r}: ...}})"
            )
        self._asked.add(where)
        return self._given[where]

    def _array(self, node: Any, where: str) -> Array:
        name = node["name"]
        if name not in self._arrays:
            raise ValueError(f"its array {str(name)[:80]!r} is not there")
        order = node.get("order", "C")
        if order not in ("C", "F"):
            raise ValueError(f"its array has the order {str(order)[:20]!r}")
        if name not in self._used and order == "F":
            self._arrays[name] = self._arrays[name].T
        self._used.add(name)
        array = self._arrays[name]
        if array.dtype.kind == "f" and must_be_finite(where) and not np.isfinite(array).all():
            raise ValueError(f"its array {name[:80]!r} holds numbers that are not finite")
        return array

    def _sparse(self, node: Any, where: str) -> Any:
        parts = tuple(self._value(node[part], where) for part in ("data", "indices", "indptr"))
        shape = node["shape"]
        if not (isinstance(shape, list) and len(shape) == 2 and all(type(n) is int for n in shape)):
            raise ValueError("a sparse matrix without a shape")
        if not all(isinstance(part, np.ndarray) and part.ndim == 1 for part in parts):
            raise ValueError("a sparse matrix without its parts")
        if any(part.dtype.kind != "i" for part in parts[1:]) or min(shape) < 0:
            raise ValueError("a sparse matrix with impossible places")
        if len(parts[2]) != shape[0 if node["$"] == "csr" else 1] + 1:
            raise ValueError("a sparse matrix with impossible places")
        name = f"{node['$']}_{'array' if node.get('array') is True else 'matrix'}"
        made = getattr(scipy.sparse, name)(parts, shape=tuple(shape))
        made.check_format(full_check=True)
        return made

    def _objects(self, node: Any, where: str) -> Array:
        items = self._items(node["items"], where)
        made = np.empty(len(items), dtype=object)
        made[:] = items
        return made.reshape(_shape(node, len(items)))

    def _scalar(self, node: Any, where: str) -> Any:
        value = self._value(node["value"], where)
        if node["type"] == "str":
            return np.str_(_word(value))
        if type(value) not in (bool, int, float):
            raise ValueError("a number that is none")
        return np.dtype(DTYPES[node["type"]]).type(value)

    def _random_state(self, node: Any, where: str) -> Any:
        keys, rest = self._value(node["keys"], where), node["rest"]
        if keys.shape != (624,) or keys.dtype != np.uint32 or not 0 <= rest[0] <= 624:
            raise ValueError("a random state that is none")
        made = np.random.RandomState(0)
        made.set_state(("MT19937", keys, *rest))
        return made

    def _generator(self, node: Any, where: str) -> Any:
        bits = np.random.PCG64(0)
        bits.state = self._value(node["state"], where)
        return np.random.Generator(bits)

    def _object(self, node: Any, where: str) -> Any:
        """Return an object: made without its class being called, then given its state."""
        cls = class_of(str(node["class"]))
        if cls is None:
            raise ValueError(
                "no class that a saved model may hold, or one that the installed versions of "
                "langalign-sk and scikit-learn do not have"
            )
        if issubclass(cls, dict):  # scikit-learn's Bunch
            return cls(**self._dict(node, where))
        state = {
            name: self._value(one, f"{where}.{name}" if where else name)
            for name, one in node["of"].items()
        }
        if not issubclass(cls, sklearn.base.BaseEstimator) and "data" in state and len(state) == 1:
            rows: Any = cls
            return rows(list(state["data"]))  # a list with more to it
        _check_names(cls, state)
        state = self._allowed.believed(cls, state)
        self._redirect(cls, state)
        made = object.__new__(cls)
        set_state = getattr(made, "__setstate__", None)
        if set_state is None:
            made.__dict__.update(state)
        else:
            set_state({**_defaults(cls, state), **state, **_stamps(cls)})
        check_made(made, self._size)
        return made

    def _redirect(self, cls: type, state: dict[str, Any]) -> None:
        """Let an estimator know where the encoders went that it remembers by name."""
        moved = self._places.moved
        if cls.__name__ == "HubModel" and state.get("model") in [now for now, _ in moved.values()]:
            state["revision"] = None  # of the Hub; the files are here now
        if cls.__name__ != "EmbeddingExtractor" or not moved:
            return
        before = {label.split("@")[0]: label for label in state.get("_saved_with") or {}}
        for name, (now, content) in moved.items():
            for lang, known in (state.get("_fitted_with") or {}).items():
                if known is not None and known[0].split("@")[0] == name:
                    state["_fitted_with"][lang] = (now, content or known[1])
            if name in before:
                old = state["_saved_with"].pop(before[name])
                state["_saved_with"][now] = content or old


class _RefusedError(ValueError):
    """A refusal that names its place already."""


def _place(where: str) -> str:
    return where[:120] or "the model"


def _float(node: Any, where: str) -> float:
    value = float({"inf": "inf", "-inf": "-inf", "nan": "nan"}[node["value"]])
    return math.nan if math.isnan(value) else value


def _function(node: Any, where: str) -> Any:
    found = function_of(str(node["name"]))
    if found is None:
        raise ValueError(f"the function {str(node['name'])[:80]!r} may not be loaded")
    return found


def _type(node: Any, where: str) -> Any:
    name = node["name"]
    return _PYTHON[name] if name in _PYTHON else np.dtype(DTYPES[name]).type


def _words(node: Any, where: str) -> Array:
    items, length = node["items"], node["length"]
    if type(length) is not int or not 0 <= length <= _LONGEST_WORD or not isinstance(items, list):
        raise ValueError("words that are none")
    if len(items) * length > _MOST_LETTERS or any(len(_word(item)) > length for item in items):
        raise ValueError("words that are longer than it says")
    return np.array(items, dtype=f"<U{length}").reshape(_shape(node, len(items)))


def _word(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a word that is none")
    return value


def _shape(node: Any, count: int) -> tuple[int, ...]:
    """Return the shape of an array that is written out."""
    shape = node["shape"]
    counts = isinstance(shape, list) and all(type(n) is int and n >= 0 for n in shape)
    if not counts or len(shape) > 32 or math.prod(shape) != count:
        raise ValueError("an array whose shape is not that of its items")
    return tuple(shape)


def _check_names(cls: type, state: dict[str, Any]) -> None:
    """Raise for an attribute that would stand in the place of a method."""
    for name in state:
        if (
            not name.isidentifier()
            or name.startswith("__")
            or inspect.isroutine(getattr(cls, name, None))
        ):
            raise ValueError(f"it has the attribute {name[:80]!r}")


def _defaults(cls: type, state: dict[str, Any]) -> dict[str, Any]:
    """Return parameters that the class has got since the file was written."""
    if not issubclass(cls, sklearn.base.BaseEstimator):
        return {}
    parameters = inspect.signature(cls).parameters.values()
    empty = inspect.Parameter.empty
    return {p.name: p.default for p in parameters if p.name not in state and p.default is not empty}


def _stamps(cls: type) -> dict[str, str]:
    """Return the stamps that a class looks for; what the file says of versions is told once."""
    if cls.__module__.startswith("sklearn.") and issubclass(cls, sklearn.base.BaseEstimator):
        return {"_sklearn_version": sklearn.__version__}
    return {"_langalign_version": __version__} if issubclass(cls, VersionStamped) else {}
