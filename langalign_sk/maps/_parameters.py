"""Parameters of maps: what they may be, in scikit-learn's terms, and what `random_state` names."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any, TypeAlias

import numpy as np
from sklearn.utils._param_validation import Interval, Options, StrOptions

#: Type of ``_parameter_constraints``.
Constraints: TypeAlias = dict[str, list[Any]]


class Numbers(Interval):
    """The numbers of an interval; True and False are none."""

    def is_satisfied_by(self, val: Any) -> bool:
        """Tell whether a value is one of them."""
        return not isinstance(val, bool) and bool(super().is_satisfied_by(val))


COUNT = Numbers(Integral, 1, None, closed="left")
COUNT_OR_ZERO = Numbers(Integral, 0, None, closed="left")
FINITE = Numbers(Real, None, None, closed="neither")
NOT_NEGATIVE = Numbers(Real, 0, None, closed="left")
POSITIVE = Numbers(Real, 0, None, closed="neither")
SHARE = Numbers(Real, 0, 1, closed="both")
PART = Numbers(Real, 0, 1, closed="neither")
LESS_THAN_ALL = Numbers(Real, 0, 1, closed="left")


def one_of(*names: str) -> Options:
    """Return the constraint of a parameter that is one of some names."""
    return StrOptions(set(names))


#: Of maps that fit a ridge regression.
PENALTY: Constraints = {"alpha": [NOT_NEGATIVE, one_of("gcv")], "alphas": ["array-like", None]}
#: Of maps that may be shrunk to leaving rows as they are.
TOWARDS: Constraints = {"towards": [one_of("auto", "zero", "identity")]}


def generator(random_state: Any) -> np.random.Generator:
    """Return a generator for a seed, a RandomState, a Generator or None (fresh entropy).

    A RandomState gives a seed and moves on, as in scikit-learn; a Generator is used as it is. The
    global state of numpy is never touched.
    """
    if isinstance(random_state, np.random.RandomState):
        random_state = int(random_state.randint(2**31 - 1))
    return np.random.default_rng(random_state)
