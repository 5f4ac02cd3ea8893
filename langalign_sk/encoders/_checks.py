"""Parameters checked the way scikit-learn does."""

from __future__ import annotations

from typing import Any

from sklearn.utils._param_validation import validate_parameter_constraints


def check_parameters(estimator: Any) -> None:
    """Check parameters by their ``_parameter_constraints``; True and False are no numbers."""
    constraints, kind = estimator._parameter_constraints, type(estimator).__name__
    # get_params reads the signature each time, which takes as long as encoding a short text.
    values = {name: getattr(estimator, name) for name in constraints}
    validate_parameter_constraints(constraints, values, caller_name=kind)
    for name, allowed in constraints.items():
        value = values[name]
        if isinstance(value, bool) and isinstance(allowed, list) and "boolean" not in allowed:
            raise ValueError(
                f"The {name!r} parameter of {kind} must not be a bool. Got {value!r} instead."
            )
