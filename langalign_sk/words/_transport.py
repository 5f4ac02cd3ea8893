"""How much of each word goes to which: optimal transport between two texts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]
KINDS = ("transport", "partial", "unbalanced")
_STEPS, _STILL = 300, 1e-7


def plan(S: Matrix, kind: str, *, reg: float, mass: float, penalty: float) -> Matrix:
    """Return the amounts moved, words of a text weighing alike; the cost is 1 - similarity.

    Texts weigh 1; for "unbalanced", where they need not weigh the same, their words do.
    """
    if kind == "partial" and not 0 < mass <= 1:
        raise ValueError(f"mass must be above 0 and at most 1, got {mass}")
    if kind == "unbalanced" and not penalty > 0:
        raise ValueError(f"penalty must be positive, got {penalty}")
    # Iterations end on one side: the mean of both ways round favours neither.
    return (_moved(S, kind, reg, mass, penalty) + _moved(S.T, kind, reg, mass, penalty).T) / 2


def _moved(S: Matrix, kind: str, reg: float, mass: float, penalty: float) -> Matrix:
    a, b = (np.full(n, 1.0 if kind == "unbalanced" else 1.0 / n) for n in S.shape)
    cost = 1.0 - S
    if kind == "partial" and mass < 1:
        # A place beside either text takes what stays, for nothing; the two exchange nothing.
        wide = np.zeros((len(a) + 1, len(b) + 1))
        wide[:-1, :-1] = cost
        wide[-1, -1] = np.inf
        a, b = np.append(a, 1.0 - mass), np.append(b, 1.0 - mass)
        return _sinkhorn(a, b, wide, reg, 1.0)[:-1, :-1]
    return _sinkhorn(a, b, cost, reg, penalty / (penalty + reg) if kind == "unbalanced" else 1.0)


def _sinkhorn(
    a: npt.NDArray[np.float64], b: npt.NDArray[np.float64], cost: Matrix, reg: float, damp: float
) -> Matrix:
    """Scale exp(-cost / reg) to the masses, in logarithms; below 1, `damp` lets masses differ."""
    logs = -cost / reg + np.log(a)[:, None] + np.log(b)
    f, g = np.zeros(len(a)), np.zeros(len(b))
    for _ in range(_STEPS):
        before = g
        f = damp * (np.log(a) - _log_sums(logs + g))
        g = damp * (np.log(b) - _log_sums((logs + f[:, None]).T))
        if np.abs(g - before).max() < _STILL:
            break
    return np.exp(logs + f[:, None] + g)


def _log_sums(rows: Matrix) -> npt.NDArray[np.float64]:
    """Return the logarithm of the sum of the exponentials of each row."""
    top = rows.max(axis=1)
    return np.asarray(top + np.log(np.exp(rows - top[:, None]).sum(axis=1)))
