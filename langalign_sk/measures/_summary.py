"""Figures of a map, of a tuned encoder, and of a pair of languages in one call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from langalign_sk._numeric import as_float_matrix, nearest_others
from langalign_sk.maps import COUNT
from langalign_sk.measures._cosines import angular_similarity, cosine_gap
from langalign_sk.measures._retrieval import retrieval, strong_alignment
from langalign_sk.measures._rows import ROUNDING, checked, matched_rows
from langalign_sk.measures._shape import average_cosine, iso_score, subspace_distance
from langalign_sk.measures._similarity import linear_cka, neuron_correlation

if TYPE_CHECKING:
    import pandas as pd


def orthogonality_deviation(linear_map: Any) -> float:
    r"""Distance of a linear map from a rotation: 0 for one that keeps all lengths and angles.

    Parameters
    ----------
    linear_map : array-like of shape (d_source, d_target) or map with ``coef_``
        Of different widths, the map is compared with the ones that keep lengths on the narrower
        side.

    Returns
    -------
    float
        Not negative.

    Notes
    -----
    :math:`\|W^\top W - I\|_F / \sqrt d` with d the smaller width (of :math:`W W^\top` where that
    is the smaller product): the root mean square of :math:`\sigma_i^2 - 1` over singular values.

    References
    ----------
    Linear Cross-Lingual Mapping of Sentence Embeddings (2024).

    Examples
    --------
    >>> from langalign_sk.measures import orthogonality_deviation
    >>> orthogonality_deviation([[0, 1], [-1, 0]])
    0.0
    >>> round(orthogonality_deviation([[2, 0], [0, 2]]), 6)
    3.0
    """
    W = as_float_matrix(getattr(linear_map, "coef_", linear_map), name="linear_map").astype(float)
    product = W.T @ W if W.shape[1] <= W.shape[0] else W @ W.T
    product.flat[:: len(product) + 1] -= 1
    return float(np.linalg.norm(product) / np.sqrt(len(product)))


def explained_variance(moved: Any, target: Any) -> float:
    r"""Share of the variance of the target side that the moved source side accounts for.

    Parameters
    ----------
    moved : array-like of shape (n, d)
        Source rows after the map; of held-out pairs, or the figure is too good.
    target : array-like of shape (n, d)
        Row i is what row i of `moved` should be.

    Returns
    -------
    float
        1 for a perfect map, 0 for one that returns the mean, negative for a worse one; NaN where
        the target is constant.

    Notes
    -----
    :math:`1 - \sum_i \|m_i - t_i\|^2 / \sum_i \|t_i - \bar t\|^2`, which is scikit-learn's
    ``r2_score(..., multioutput="variance_weighted")``.

    Examples
    --------
    >>> from langalign_sk.measures import explained_variance
    >>> explained_variance([[1, 0], [0, 1]], [[1, 0], [0, 1]])
    1.0
    """
    M, T = matched_rows(moved, target, same_width=True)
    mean = T.mean(axis=0, dtype=float)
    total = float(((T - mean) ** 2).sum())
    if total <= len(T) * float(((ROUNDING * mean) ** 2).sum()):
        return float("nan")
    return 1 - float((np.subtract(M, T, dtype=float) ** 2).sum()) / total


@dataclass(frozen=True)
class Drift:
    """Distance that vectors have moved, and what is left of what they say of each other.

    Attributes
    ----------
    moved : float
        Mean angle between a row before and after, in half turns; NaN where the widths differ.
    neighbours_kept : float
        Share of the nearest rows of a row that are still among its nearest.
    cka : float
        `linear_cka` of before and after.
    """

    moved: float
    neighbours_kept: float
    cka: float


@dataclass(frozen=True)
class Tradeoff:
    """What a map gains between the languages, and what is left of the language it moves.

    Attributes
    ----------
    found : float
        Share of rows whose nearest row of the other language is their translation, the mean of
        both directions.
    kept : float
        Share of the nearest rows of a row that are still among its nearest.
    """

    found: float
    kept: float


@checked(n_neighbors=[COUNT])
def alignment_tradeoff(before: Any, after: Any, other: Any, *, n_neighbors: int = 10) -> Tradeoff:
    """Measure both sides of an alignment: translations found, and neighbours kept.

    Parameters
    ----------
    before : array-like of shape (n, d_before)
        Rows of the language that moves, as they were.
    after : array-like of shape (n, d)
        The same rows as they are compared with the other language; `before` without a map.
    other : array-like of shape (n, d)
        Rows of the language that stays. Row i is the translation of row i; best of pairs that the
        map was not fitted on.
    n_neighbors : int, default=10
        Nearest rows that are looked up for `kept`.

    Returns
    -------
    Tradeoff

    See Also
    --------
    retrieval : More figures of the first kind.
    alignment_drift : More figures of the second kind.

    References
    ----------
    Haemmerl, Libovicky, Fraser (2024), Understanding Cross-Lingual Alignment: A Survey.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.measures import alignment_tradeoff
    >>> X = np.random.default_rng(0).normal(size=(50, 8))
    >>> alignment_tradeoff(X, X, X)
    Tradeoff(found=1.0, kept=1.0)
    """
    found = retrieval(after, other)
    return Tradeoff(
        (found.forward.p_at_1 + found.backward.p_at_1) / 2,
        alignment_drift(before, after, n_neighbors=n_neighbors).neighbours_kept,
    )


@checked(n_neighbors=[COUNT])
def alignment_drift(before: Any, after: Any, *, n_neighbors: int = 10) -> Drift:
    """Compare vectors of the same texts before and after a change, such as tuning the encoder.

    Parameters
    ----------
    before : array-like of shape (n, d_before)
    after : array-like of shape (n, d_after)
        Row i is the same text as row i of `before`. For what happened to alignment, give both
        languages, one below the other: neighbours across languages are lost first.
    n_neighbors : int, default=10
        Nearest rows that are looked up for each row; all others where there are fewer.

    Returns
    -------
    Drift

    See Also
    --------
    measure_alignment : Compare its figures before and after as well.

    Notes
    -----
    A map that is fitted to the old vectors is off by what `moved` says. If `neighbours_kept` and
    `cka` are high all the same, the space has only turned: fit the map again and nothing is lost.
    If they are low, the encoder has forgotten.

    References
    ----------
    Efimov et al. (2023), The Impact of Cross-Lingual Adjustment of Contextual Word Representations
    on Zero-Shot Transfer.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.measures import alignment_drift
    >>> X = np.random.default_rng(0).normal(size=(50, 3))
    >>> turned = alignment_drift(X, -X)
    >>> turned.moved, turned.neighbours_kept
    (1.0, 1.0)
    """
    old, new = matched_rows(before, after, same_width=False)
    same_width = old.shape[1] == new.shape[1]
    moved = float(1 - angular_similarity(old, new).mean()) if same_width else float("nan")
    n, k = len(old), min(n_neighbors, len(old) - 1)
    found = np.sort(np.hstack([nearest_others(side, k)[0] for side in (old, new)]), axis=1)
    kept = np.count_nonzero(found[:, 1:] == found[:, :-1]) / (n * k)
    return Drift(moved, float(kept), linear_cka(old, new))


def measure_alignment(source: Any, target: Any) -> pd.Series[float]:
    """Every measure of matched rows in one space, each at its defaults.

    Parameters
    ----------
    source : array-like of shape (n, d)
        For an aligner: held-out source rows after ``transform``. Pairs that the map was fitted on
        give figures that are too good.
    target : array-like of shape (n, d)
        Row i is the translation of row i of `source`.

    Returns
    -------
    pandas.Series
        One figure per measure, by name.

    See Also
    --------
    retrieval, strong_alignment, cosine_gap, linear_cka, neuron_correlation : One measure alone.
    prediction_consistency : Alignment as a classifier sees it.

    Examples
    --------
    Put two spaces side by side with ``pandas.DataFrame({"raw": ..., "aligned": ...})``.

    >>> import numpy as np
    >>> from langalign_sk.measures import measure_alignment
    >>> S = np.random.default_rng(0).normal(size=(40, 5))
    >>> measure_alignment(S, S)["csls_p_at_1"].item()
    1.0
    """
    import pandas as pd

    S, T = matched_rows(source, target, same_width=True)
    cosines, found, pool = cosine_gap(S, T), retrieval(S, T).mean, strong_alignment(S, T)
    wide = S.shape[1] > 1
    return pd.Series(
        {
            "matched_cosine": cosines.matched,
            "random_cosine": cosines.random,
            "cosine_gap": cosines.gap,
            "cosine_p_at_1": pool.weak.p_at_1,
            "csls_p_at_1": found.p_at_1,
            "csls_mrr": found.mrr,
            "mixed_pool_p_at_1": pool.strong.p_at_1,
            "language_bias": pool.language_bias,
            "explained_variance": explained_variance(S, T),
            "linear_cka": linear_cka(S, T),
            "neuron_correlation": neuron_correlation(S, T),
            "subspace_distance": subspace_distance(S, T),
            "source_iso_score": iso_score(S) if wide else float("nan"),
            "target_iso_score": iso_score(T) if wide else float("nan"),
            "source_average_cosine": average_cosine(S) if wide else float("nan"),
            "target_average_cosine": average_cosine(T) if wide else float("nan"),
        },
        dtype=float,
    )
