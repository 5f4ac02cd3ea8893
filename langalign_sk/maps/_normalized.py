"""Length normalisation and centring around any map, and the published combinations by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from langalign_sk._numeric import Float64Array, FloatArray, PairMoments, row_blocks, row_lengths
from langalign_sk.maps._base import BaseMap, Weights, fits_from_moments
from langalign_sk.maps._multistep import MultiStepMap
from langalign_sk.maps._resolve import resolve_map

STEPS = ("unit", "center")
_WHITENED = {"whiten": True, "shrinkage": 0.0}
_WEIGHTED = {**_WHITENED, "reweight": 1.0, "dewhiten": "source"}

#: Name → what is done to the rows, and the parameters of the `MultiStepMap`.
PUBLISHED: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "mikolov2013": ((), {**_WHITENED, "reweight": 1.0}),
    "faruqui2014": (("unit", "center"), _WHITENED),
    "xing2015": (("unit",), {}),
    "artetxe2016": (("unit", "center"), {}),
    "artetxe2018": (("unit", "center"), _WEIGHTED),
    "vecmap2018": (("unit", "center", "unit"), _WEIGHTED),
}


def published_map(name: str) -> BaseMap:
    """Return the unfitted map of a published combination of steps.

    Parameters
    ----------
    name : str
        ================ ============================================== ==========================
        name             steps                                          reference
        ================ ============================================== ==========================
        ``mikolov2013``  least squares without penalty or intercept     [1]_
        ``faruqui2014``  unit, center, whiten both sides (CCA)          [2]_
        ``xing2015``     unit, rotation                                 [3]_
        ``artetxe2016``  unit, center, rotation                         [4]_
        ``artetxe2018``  unit, center, whiten, re-weight, de-whiten     [5]_
        ``vecmap2018``   the same after unit, center, unit              [6]_
        ================ ============================================== ==========================

    Returns
    -------
    map
        A `MultiStepMap`, or a `NormalizedMap` around one; its parameters are there to be changed
        (``published_map("faruqui2014").set_params(method__rank=200)``).

    See Also
    --------
    MultiStepMap : The steps, and how they land in the raw target space.

    Notes
    -----
    The published systems move both sides into a third space and compare by cosine. Here one side
    stays, so what was done to it is undone on the side that moves: re-weighting by the root of
    the correlations on both sides becomes re-weighting by the correlations on one, and canonical
    variates are brought back by the roots of the target covariance.

    References
    ----------
    .. [1] T. Mikolov, Q. V. Le, I. Sutskever. Exploiting similarities among languages for machine
       translation. arXiv:1309.4168, 2013.
    .. [2] M. Faruqui, C. Dyer. Improving vector space word representations using multilingual
       correlation. EACL 2014.
    .. [3] C. Xing, D. Wang, C. Liu, Y. Lin. Normalized word embedding and orthogonal transform for
       bilingual word translation. NAACL 2015.
    .. [4] M. Artetxe, G. Labaka, E. Agirre. Learning principled bilingual mappings of word
       embeddings while preserving monolingual invariance. EMNLP 2016.
    .. [5] M. Artetxe, G. Labaka, E. Agirre. Generalizing and improving bilingual word embedding
       mappings with a multi-step framework of linear transformations. AAAI 2018.
    .. [6] M. Artetxe, G. Labaka, E. Agirre. A robust self-learning method for fully unsupervised
       cross-lingual mappings of word embeddings. ACL 2018.

    Examples
    --------
    >>> from langalign_sk.maps import published_map
    >>> published_map("xing2015")
    NormalizedMap(method=MultiStepMap(center=False))
    """
    if name not in PUBLISHED:
        raise ValueError(f"unknown combination {name!r}; the names are {sorted(PUBLISHED)}")
    steps, parameters = PUBLISHED[name]
    between = MultiStepMap(center=False, **parameters)
    return NormalizedMap(between, steps=steps) if steps else between


class NormalizedMap(BaseMap):
    r"""Normalise the rows of both sides, map between what is left, and return to the raw space.

    Vectors of a frozen encoder may differ in length for reasons that have nothing to do with
    meaning (sentence length, say). This map compares directions only, and gives its outputs the
    usual length of a target row.

    Parameters
    ----------
    method : str, map or regressor
        The map between the normalised rows: whatever the aligners take. Cloned, never changed.
    steps : sequence of {"unit", "center"}, default=("unit",)
        What is done to the rows of either side, in order: "unit" divides each row by its length,
        "center" takes the mean of the pairs off.

    Attributes
    ----------
    map_ : map
        The fitted map between normalised rows.
    source_means_ : list of ndarray
        What "center" takes off source rows, one for each "center" in `steps`.
    target_means_ : list of ndarray
        The same of target rows.
    target_lengths_ : list of float
        Mean length of target rows at each "unit" in `steps`.
    n_features_in_, n_features_out_ : int

    See Also
    --------
    published_map : Published combinations, most of which normalise.
    sklearn.preprocessing.Normalizer : Unit length as a step of its own, for all rows.

    Notes
    -----
    With ``steps=("unit",)`` and map M fitted on :math:`s_i / \lVert s_i \rVert` and
    :math:`t_i / \lVert t_i \rVert`, a row x becomes

    .. math:: \bar\ell_t \, M(x / \lVert x \rVert), \qquad
        \bar\ell_t = \tfrac1W \sum_i w_i \lVert t_i \rVert,

    which is exact where target rows have one length, as those of most sentence encoders do, and
    right on average elsewhere. "center" is undone exactly. Further steps nest the same way.

    Length is not a function of moments, so the rows are read, block by block, once per step and
    once more for the moments of the inner map; `partial_fit` of an aligner does not exist.

    References
    ----------
    .. [1] C. Xing, D. Wang, C. Liu, Y. Lin. Normalized word embedding and orthogonal transform for
       bilingual word translation. NAACL 2015.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.maps import NormalizedMap, ProcrustesMap
    >>> rng = np.random.default_rng(0)
    >>> T = rng.standard_normal((100, 4))
    >>> T /= np.linalg.norm(T, axis=1, keepdims=True)
    >>> S = T[:, ::-1] * rng.uniform(1.0, 9.0, (100, 1))
    >>> by_direction = NormalizedMap(ProcrustesMap()).fit(S, T)
    >>> np.allclose(by_direction.transform(S), T)
    True
    """

    names: ClassVar[tuple[str, ...]] = tuple(PUBLISHED)
    uses_unlabeled = False

    def __init__(self, method: Any, *, steps: Sequence[str] = ("unit",)) -> None:
        self.method = method
        self.steps = steps

    @classmethod
    def _named(cls, name: str) -> BaseMap:
        return published_map(name)

    def _pairs_needed(self, d_source: int, d_target: int) -> int:
        return 0  # the map between the normalised rows says so itself

    def _fit(self, S: FloatArray, T: FloatArray, weights: Weights, *unlabeled: Any) -> None:
        steps = self._checked_steps()
        source, target = _Side(steps, S, weights), _Side(steps, T, weights)
        inner = resolve_map(self.method)
        if fits_from_moments(inner):
            blocks = (
                (
                    source.forward(S[rows]),
                    target.forward(T[rows]),
                    None if weights is None else weights[rows],
                )
                for rows in row_blocks(len(S), S.shape[1] + T.shape[1])
            )
            self.map_ = inner.fit_moments(PairMoments.from_blocks(blocks))
        else:
            self.map_ = inner.fit(source.forward(S), target.forward(T), weights)
        self.source_means_, self.target_means_ = source.means, target.means
        self.target_lengths_ = target.lengths

    def _transform(self, X: FloatArray) -> FloatArray:
        steps = self._checked_steps()
        mapped: FloatArray = self.map_.transform(_forward(X, steps, self.source_means_))
        means, lengths = reversed(self.target_means_), reversed(self.target_lengths_)
        for step in reversed(steps):
            if step == "unit":
                mapped = mapped * mapped.dtype.type(next(lengths))
            else:
                mapped = mapped + next(means).astype(mapped.dtype)
        return mapped

    def _checked_steps(self) -> list[str]:
        """Return the steps, if they are steps."""
        steps = [self.steps] if isinstance(self.steps, str) else list(self.steps)
        unknown = [step for step in steps if step not in STEPS]
        if unknown:
            raise ValueError(f"steps must be of {list(STEPS)}, got {unknown[0]!r}")
        return steps


class _Side:
    """Statistics of one side of the pairs, one pass per step."""

    def __init__(self, steps: list[str], rows: FloatArray, weights: Weights) -> None:
        self.steps: list[str] = []
        self.means: list[Float64Array] = []
        self.lengths: list[float] = []
        total = float(len(rows)) if weights is None else float(weights.sum())
        for step in steps:
            mean, length = np.zeros(rows.shape[1]), 0.0
            for block in row_blocks(*rows.shape):
                part = self.forward(rows[block])
                w = np.ones(len(part)) if weights is None else weights[block]
                if step == "center":
                    mean += w @ part
                else:
                    length += float(w @ row_lengths(part))
            self.steps.append(step)
            if step == "center":
                self.means.append(mean / total)
            else:
                self.lengths.append(length / total)

    def forward(self, rows: FloatArray) -> FloatArray:
        """Apply the steps known so far."""
        return _forward(rows, self.steps, self.means)


def _forward(rows: FloatArray, steps: list[str], means: list[Float64Array]) -> FloatArray:
    """Normalise rows by `steps`, each "center" with the next of `means`."""
    left = iter(means)
    for step in steps:
        rows = _unit(rows) if step == "unit" else rows - next(left).astype(rows.dtype)
    return rows


def _unit(rows: FloatArray) -> FloatArray:
    """Return rows of length 1; rows of zeros stay what they are."""
    lengths = row_lengths(rows)[:, None]
    lengths[lengths == 0] = 1
    scaled: FloatArray = np.divide(rows, lengths, dtype=np.float64).astype(rows.dtype, copy=False)
    return scaled
