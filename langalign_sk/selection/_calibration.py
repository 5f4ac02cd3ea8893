"""Probabilities brought to what they ought to say, by one number."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from langalign_sk._numeric import Float64Array

#: Less than this no probability says: those of neighbours are often 0, and sometimes wrong.
_SMALLEST = 1e-3
#: Logarithms of the least and the greatest exponent.
_RANGE = (-5.0, 3.0)


def sharpness(proba: Float64Array, wanted: Float64Array, weights: Float64Array) -> float:
    """Return the exponent with which `proba` says best what is `wanted` (temperature scaling)."""
    logs = _logs(proba)

    def surprise(exponent: float) -> Any:
        told = log_softmax(np.exp(exponent) * logs, axis=1)
        return -(weights @ (wanted * told).sum(axis=1))

    return float(np.exp(minimize_scalar(surprise, bounds=_RANGE, method="bounded").x))


def sharpened(proba: Float64Array, exponent: float) -> Float64Array:
    """Return probabilities to a power, brought to sum 1 again."""
    made: Float64Array = softmax(exponent * _logs(proba), axis=1)
    return made


def _logs(proba: Float64Array) -> Float64Array:
    """Return logarithms, of zero too: rows without probabilities are ones and zeros."""
    logs: Float64Array = np.log(np.maximum(proba, _SMALLEST))
    return logs
