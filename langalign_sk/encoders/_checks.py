"""Parameters checked the way scikit-learn does."""

from __future__ import annotations

from typing import Any


def check_parameters(estimator: Any) -> None:
    """Check parameters by their ``_parameter_constraints``; True and False are no numbers."""
    estimator._validate_params()
    for name, allowed in estimator._parameter_constraints.items():
        value = getattr(estimator, name)
        if isinstance(value, bool) and isinstance(allowed, list) and "boolean" not in allowed:
            raise ValueError(
                f"The {name!r} parameter of {type(estimator).__name__} must not be a bool. "
                f"Got {value!r} instead."
            )
