"""Optimal transport between rows that are no pairs."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from langalign_sk._numeric import Float64Array, FloatArray, centred_units
from langalign_sk.maps._parameters import COUNT, COUNT_OR_ZERO, NOT_NEGATIVE, POSITIVE, Constraints
from langalign_sk.maps._seeded import Clouds, Pairs, SeededMap


class TransportMap(SeededMap):
    r"""Match unlabeled rows of two languages by optimal transport, and learn a map from the match.

    Useful with a seed: a few pairs, or one multilingual encoder, in whose space translations are
    near each other from the start. Unreliable without: the clouds of two languages can be laid
    over each other in many ways, and transport finds one. Needs POT
    (``pip install langalign-sk[transport]``).

    Parameters
    ----------
    method : str or map, default="procrustes"
        The map that is learned, from the seed and from the match.
    reg : float, default=0.02
        Entropic regularisation, relative to the mean cost; 0 solves the linear program itself.
    unbalanced : float, optional
        How dearly mass may be lost or made, relative to the mean cost: for clouds that talk only
        in part about the same. None transports all of it.
    n_rows : int, default=2000
        Rows of either cloud, drawn at random; the plan has the square of it.
    n_steps : int, default=5
        Rounds of matching and learning; each matches from where the one before has come.
    random_state : int, Generator, RandomState or None, default=None
        Draws the rows.

    Attributes
    ----------
    map_ : map
        The learned map.
    costs_ : list of float
        Mean cost of the match in each round.
    n_features_in_, n_features_out_ : int

    See Also
    --------
    SelfLearningMap : Matches only rows that choose each other, and stops when it does not help.

    Notes
    -----
    The first map is that of the pairs or, without any, the shift of the means (of one space).
    Each round centres the mapped source rows and the target rows and brings them to unit
    length; with C their squared distances, a and b uniform, it solves [1]_

    .. math::
        \min_{P \ge 0} \langle P, C \rangle + \varepsilon \sum_{ij} P_{ij} (\log P_{ij} - 1)
        \quad\text{subject to } P 1 = a,\; P^\top 1 = b,

    or, unbalanced, with penalties :math:`\tau \operatorname{KL}(P 1 | a)` and the same for b in
    place of the constraints. Row i is paired with its barycentre
    :math:`\sum_j P_{ij} t_j / \sum_j P_{ij}`, weighted by its mass, and the map is learned
    from these and from the pairs. A round costs O(m^2) for each of the Sinkhorn iterations.

    References
    ----------
    .. [1] M. Cuturi. Sinkhorn distances: lightspeed computation of optimal transport. NIPS 2013.
    .. [2] E. Grave, A. Joulin, Q. Berthet. Unsupervised alignment of embeddings with Wasserstein
       Procrustes. AISTATS 2019.
    .. [3] L. Chizat, G. Peyre, B. Schmitzer, F.-X. Vialard. Scaling algorithms for unbalanced
       optimal transport problems. Mathematics of Computation 87, 2018.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.maps import TransportMap
    >>> rng = np.random.default_rng(0)
    >>> english = rng.standard_normal((30, 4))
    >>> korean = rng.permutation(english + [1.0, 2.0, 3.0, 4.0])
    >>> transport = TransportMap(reg=0.0).fit(unlabeled_source=english, unlabeled_target=korean)
    >>> np.allclose(transport.transform(english), english + [1.0, 2.0, 3.0, 4.0])
    True
    """

    _parameter_constraints: ClassVar[Constraints] = {
        "reg": [NOT_NEGATIVE],
        "unbalanced": [POSITIVE, None],
        "n_rows": [COUNT],
        "n_steps": [COUNT_OR_ZERO],
    }

    def __init__(
        self,
        method: Any = "procrustes",
        *,
        reg: float = 0.02,
        unbalanced: float | None = None,
        n_rows: int = 2000,
        n_steps: int = 5,
        random_state: Any = None,
    ) -> None:
        self.method = method
        self.reg = reg
        self.unbalanced = unbalanced
        self.n_rows = n_rows
        self.n_steps = n_steps
        self.random_state = random_state

    def _learn(self, pairs: Pairs | None, clouds: Clouds, rng: np.random.Generator) -> Any:
        if self.unbalanced is not None and self.reg == 0:
            raise ValueError("unbalanced transport needs reg > 0")
        source, target = clouds
        fitted, self.costs_ = self._first_map(pairs, clouds), []
        for _ in range(self.n_steps):
            cost = _costs(fitted.transform(source), target)
            plan = transport_plan(cost, self.reg, self.unbalanced)
            self.costs_.append(float(np.sum(plan * cost) / plan.sum()))
            mass = plan.sum(axis=1)
            kept = mass > 0
            barycentres = (plan[kept] @ target) / mass[kept, None]
            match = source[kept], barycentres, mass[kept] / mass[kept].mean()
            fitted = self._fit_map(match) if pairs is None else self._fit_map(pairs, match)
        return fitted


def _costs(mapped: FloatArray, target: FloatArray) -> Float64Array:
    """Return squared distances of rows that are centred and of unit length."""
    A, B = (centred_units(rows, rows.mean(axis=0, dtype=np.float64)) for rows in (mapped, target))
    cost: Float64Array = np.maximum(2.0 - 2.0 * A @ B.T, 0.0)
    return cost


def transport_plan(cost: Float64Array, reg: float, unbalanced: float | None) -> Float64Array:
    """Return the plan between uniform masses; `reg` and `unbalanced` relative to the mean cost."""
    try:
        import ot
    except ImportError as error:
        raise ImportError(
            "TransportMap needs POT (Python Optimal Transport): pip install langalign-sk[transport]"
        ) from error
    a, b = (np.full(n, 1.0 / n) for n in cost.shape)
    relative = cost / (cost.mean() or 1.0)
    if unbalanced is not None:
        plan = ot.unbalanced.sinkhorn_unbalanced(
            a, b, relative, reg, unbalanced, method="sinkhorn_stabilized"
        )
    elif reg == 0:
        plan = ot.emd(a, b, relative)
    else:
        plan = ot.sinkhorn(a, b, relative, reg, method="sinkhorn_log", warn=False)
    return np.asarray(plan, dtype=np.float64)
