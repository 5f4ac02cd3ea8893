"""How an extractor is cloned, copied and pickled: its models are never among the luggage."""

from __future__ import annotations

import copy
import pickle
from typing import Any, Self

from langalign_sk._stamp import VersionStamped
from langalign_sk.encoders import is_name, pickles_by_value, unwrapped
from langalign_sk.text._encode import remember_width
from langalign_sk.text._parameters import found_weights, models_by_language

_SHARED = ("model", "cache", "detect")


class SharedModels(VersionStamped):
    """Mixin: clones and copies share the models, a pickle holds names and fingerprints."""

    model: Any

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Get the parameters; those of an encoder are not among them, since it is fitted.

        Parameters
        ----------
        deep : bool, default=True
            Makes no difference.

        Returns
        -------
        dict
        """
        params: dict[str, Any] = super().get_params(deep=False)  # type: ignore[misc]  # mixin
        return params

    def set_params(self, **params: Any) -> Self:
        """Set parameters, as everywhere in scikit-learn.

        Parameters
        ----------
        **params
            Names and values.

        Returns
        -------
        self
        """
        nested = [key for key in params if "__" in key]
        if nested:
            raise ValueError(
                f"{nested[0]!r}: an encoder is fitted before it gets here, and shared by clones; "
                "set `model` itself to another fitted encoder"
            )
        super().set_params(**params)  # type: ignore[misc]  # mixin
        return self

    def __getstate__(self) -> dict[str, Any]:
        for model in map(unwrapped, models_by_language(self).values()):
            if not (is_name(model) or pickles_by_value(model)):
                raise pickle.PicklingError(
                    f"this {type(self).__name__} holds a {type(model).__name__} object, which "
                    "is not saved with it: give the model's name or folder instead, or an object "
                    "with transform() or fingerprint(), which are saved by value"
                )
        state = super().__getstate__()
        # Without fit too: Pipeline(memory=) hashes this state and has to see changed weights.
        state["_weights"] = found_weights(self) | state.get("_weights", {})
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        for spec, width in state.get("_widths", {}).items():
            remember_width(spec, width)

    def __copy__(self) -> Self:
        return self._copied(lambda value: value)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self._copied(lambda value: copy.deepcopy(value, memo))

    def _copied(self, duplicate: Any) -> Self:
        """Copy with the models shared, everything else through `duplicate`."""
        new = object.__new__(type(self))
        for name, value in vars(self).items():
            new.__dict__[name] = _shared(value) if name in _SHARED else duplicate(value)
        return new

    def __sklearn_clone__(self) -> Self:
        # Models are shared: a clone of a fitted encoder would be unfitted, a copy of a
        # SentenceTransformer takes 90 MB. scikit-learn clones a shell without them, and with it
        # what it keeps beside the parameters (set_output, metadata requests).
        shell = object.__new__(type(self))
        shell.__dict__.update(vars(self), **dict.fromkeys(_SHARED))
        new: Self = super(SharedModels, shell).__sklearn_clone__()  # type: ignore[misc]  # mixin
        for name in _SHARED:
            setattr(new, name, _shared(getattr(self, name)))
        return new


def _shared(value: Any) -> Any:
    """Return the value itself; a dict of models as a new dict of the same models."""
    return dict(value) if isinstance(value, dict) else value
