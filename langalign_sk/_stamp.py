"""A version stamp in every pickled estimator, checked on load."""

from __future__ import annotations

import warnings
from typing import Any

from langalign_sk._version import __version__

_KEY = "_langalign_version"


class VersionStamped:
    """Mixin: the pickled state carries the package version; loading another version warns.

    scikit-learn stamps and checks only classes of its own modules, so without this a model saved
    by an older release would load silently. Put it before ``BaseEstimator`` in the bases; a class
    with a ``__getstate__`` or ``__setstate__`` of its own calls ``super()``.
    """

    def __getstate__(self) -> dict[str, Any]:
        state: Any = super().__getstate__()
        # A copy: both may hand out the live __dict__, which must not keep the stamp.
        return {**(state or {}), _KEY: __version__}

    def __setstate__(self, state: dict[str, Any]) -> None:
        state = dict(state)
        saved = state.pop(_KEY, None)
        if saved != __version__:
            warnings.warn(
                f"{type(self).__name__} was saved by langalign_sk {saved or '(unknown version)'} "
                f"and is loaded by {__version__}: results may differ. Fit it again with the "
                "installed version, or install the version that saved it.",
                UserWarning,
                stacklevel=2,
            )
        inherited = getattr(super(), "__setstate__", None)
        if inherited is None:
            self.__dict__.update(state)
        else:
            inherited(state)
