"""Self-learning: pairs mined from unlabeled rows, for as long as they help."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from langalign_sk._numeric import Float64Array, FloatArray, centred_units, mutual_nearest
from langalign_sk.maps._parameters import COUNT, COUNT_OR_ZERO, PART, POSITIVE, Constraints
from langalign_sk.maps._seeded import Clouds, Pairs, SeededMap


class SelfLearningMap(SeededMap, name="self_learning"):
    r"""Add pairs mined from unlabeled rows to the few true ones, while that helps.

    Useful with a seed: some hundred pairs, or one multilingual encoder. Without a seed in two
    unrelated spaces it has nothing to start from and raises. Which mined pairs help is judged
    on true pairs held out, so a round that does harm is not kept.

    Parameters
    ----------
    method : str or map, default="ridge"
        The map that is learned.
    n_rounds : int, default=5
        Most rounds of mining and learning; 1 mines once.
    pseudo_weight : float, default=0.5
        Weight of a mined pair; that of a true one is 1.
    n_neighbors : int, default=10
        Neighbours in CSLS.
    n_rows : int, default=5000
        Rows of either cloud, drawn at random.
    holdout : float, default=0.2
        Share of the true pairs that judge the rounds; they join the others for the last fit.
    random_state : int, Generator, RandomState or None, default=None
        Draws the rows and the held-out pairs.

    Attributes
    ----------
    map_ : map
        The learned map.
    agreement_ : list of float
        Held-out agreement before the first round and after each.
    n_rounds_ : int
        Rounds that were kept; with 0 the map is that of the true pairs alone.
    n_mined_ : int
        Mined pairs that the map was learned from.
    n_features_in_, n_features_out_ : int

    See Also
    --------
    TransportMap : Matches all rows instead of those that choose each other.

    Notes
    -----
    The first map is that of the true pairs or, without any, the shift of the means. A round maps
    the source cloud, centres both clouds, takes as pairs the rows that are each other's nearest by
    CSLS [1]_, and fits ``method`` to true and mined pairs. Agreement is the mean cosine of mapped
    held-out source rows and their targets, both centred; without pairs, the mean cosine of the
    mutual nearest among held-out fifths of the clouds. Rounds end when it stops rising. A round
    costs O(m^2 d) for m rows and one fit.

    References
    ----------
    .. [1] A. Conneau, G. Lample, M. Ranzato, L. Denoyer, H. Jegou. Word translation without
       parallel data. ICLR 2018.
    .. [2] M. Artetxe, G. Labaka, E. Agirre. Learning bilingual word embeddings with (almost) no
       bilingual data. ACL 2017.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.maps import SelfLearningMap
    >>> rng = np.random.default_rng(0)
    >>> english = rng.standard_normal((400, 8))
    >>> korean = english @ np.linalg.qr(rng.standard_normal((8, 8)))[0]
    >>> korean += 0.3 * rng.standard_normal((400, 8))
    >>> learned = SelfLearningMap(random_state=0).fit(
    ...     english[:20], korean[:20],
    ...     unlabeled_source=english[20:], unlabeled_target=rng.permutation(korean[20:]))
    >>> learned.n_rounds_ > 0
    True
    """

    _parameter_constraints: ClassVar[Constraints] = {
        "n_rounds": [COUNT_OR_ZERO],
        "pseudo_weight": [POSITIVE],
        "n_neighbors": [COUNT],
        "n_rows": [COUNT],
        "holdout": [PART],
    }

    def __init__(
        self,
        method: Any = "ridge",
        *,
        n_rounds: int = 5,
        pseudo_weight: float = 0.5,
        n_neighbors: int = 10,
        n_rows: int = 5000,
        holdout: float = 0.2,
        random_state: Any = None,
    ) -> None:
        self.method = method
        self.n_rounds = n_rounds
        self.pseudo_weight = pseudo_weight
        self.n_neighbors = n_neighbors
        self.n_rows = n_rows
        self.holdout = holdout
        self.random_state = random_state

    def _learn(self, pairs: Pairs | None, clouds: Clouds, rng: np.random.Generator) -> Any:
        self.agreement_: list[float] = []
        self.n_rounds_ = 0
        if pairs is None:
            mined, first = self._without_pairs(clouds, rng)
        else:
            mined, first = self._with_pairs(pairs, clouds, rng)
        self.n_mined_ = 0 if mined is None else len(mined[0])
        parts = [part for part in (pairs, mined) if part is not None]
        return self._fit_map(*parts) if parts else first

    def _with_pairs(self, pairs: Pairs, clouds: Clouds, rng: Any) -> tuple[Pairs | None, Any]:
        """Return the mined pairs of the best round, judged on pairs held out."""
        S, T, weights = pairs
        order = rng.permutation(len(S))
        n_held = max(1, round(self.holdout * len(order)))
        held, kept = np.sort(order[:n_held]), np.sort(order[n_held:])
        if len(kept) < 2 or not (weights[kept].any() and weights[held].any()):
            return None, None  # too few to judge by: the true pairs alone
        train = S[kept], T[kept], weights[kept]
        mean = T.mean(axis=0)

        def agree(fitted: Any) -> float:
            mapped, wanted = fitted.transform(S[held]), T[held]
            return float(np.average(_cosines(mapped, wanted, mean), weights=weights[held]))

        return self._rounds(self._fit_map(train), clouds, agree, [train])

    def _without_pairs(self, clouds: Clouds, rng: Any) -> tuple[Pairs | None, Any]:
        """Return the mined pairs of the best round, judged on held-out rows, and the map."""
        first = self._first_map(None, clouds)
        parts = [
            np.array_split(rng.permutation(len(rows)), [max(1, round(self.holdout * len(rows)))])
            for rows in clouds
        ]
        if any(len(rest) == 0 for _, rest in parts):
            return None, first
        (held_s, held_t), rest = (
            [rows[split[k]] for rows, split in zip(clouds, parts, strict=True)] for k in (0, 1)
        )

        def agree(fitted: Any) -> float:
            mapped, wanted = _directions(fitted.transform(held_s)), _directions(held_t)
            i, j = mutual_nearest(mapped, wanted, n_neighbors=self.n_neighbors)
            return float(np.mean(np.sum(mapped[i] * wanted[j], axis=1))) if len(i) else 0.0

        return self._rounds(first, (rest[0], rest[1]), agree, [])

    def _rounds(
        self, fitted: Any, clouds: Clouds, agree: Callable[[Any], float], true: list[Pairs]
    ) -> tuple[Pairs | None, Any]:
        """Mine and fit until agreement stops rising; return pairs and map of the best round."""
        source, target = clouds
        self.agreement_ = [agree(fitted)]
        best: Pairs | None = None
        wanted = _directions(target)
        for _ in range(self.n_rounds):
            mapped = _directions(fitted.transform(source))
            i, j = mutual_nearest(mapped, wanted, n_neighbors=self.n_neighbors)
            if not len(i):
                break
            mined = source[i], target[j], np.full(len(i), float(self.pseudo_weight))
            candidate = self._fit_map(*true, mined)
            self.agreement_.append(agree(candidate))
            if self.agreement_[-1] <= self.agreement_[-2]:
                break
            fitted, best = candidate, mined
            self.n_rounds_ += 1
        return best, fitted


def _directions(rows: FloatArray) -> Float64Array:
    """Return rows less their mean, of unit length."""
    return centred_units(rows, rows.mean(axis=0, dtype=np.float64))


def _cosines(A: FloatArray, B: FloatArray, mean: Any) -> Float64Array:
    """Return the cosine of each row of A and its row of B, both less the mean."""
    cosines: Float64Array = np.sum(centred_units(A, mean) * centred_units(B, mean), axis=1)
    return cosines
