"""The measures of one pair of languages, of one call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langalign_sk.measures._cka import linear_cka
from langalign_sk.measures._cosine import cosine_gap
from langalign_sk.measures._fit_of_map import explained_variance
from langalign_sk.measures._isotropy import average_cosine, iso_score
from langalign_sk.measures._matched import matched_rows
from langalign_sk.measures._neurons import neuron_correlation
from langalign_sk.measures._retrieval import retrieval
from langalign_sk.measures._strong import strong_alignment
from langalign_sk.measures._subspaces import subspace_distance

if TYPE_CHECKING:
    import pandas as pd


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
