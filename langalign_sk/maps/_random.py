"""One kind of random generator from whatever names one."""

from __future__ import annotations

from typing import Any

import numpy as np


def generator(random_state: Any) -> np.random.Generator:
    """Return a generator for a seed, a RandomState, a Generator or None (fresh entropy).

    A RandomState gives a seed and moves on, as in scikit-learn; a Generator is used as it is. The
    global state of numpy is never touched.
    """
    if isinstance(random_state, np.random.RandomState):
        random_state = int(random_state.randint(2**31 - 1))
    return np.random.default_rng(random_state)
