"""Whether both languages fall into the same groups of sentences."""

from __future__ import annotations

from typing import Any

from langalign_sk.measures._matched import matched_rows


def concept_overlap(
    source: Any, target: Any, *, n_clusters: int = 10, random_state: int = 0
) -> float:
    """Agreement of the clusters of the two sides, beyond chance.

    Parameters
    ----------
    source : array-like of shape (n, d_source)
    target : array-like of shape (n, d_target)
        Row i is the translation of row i of `source`; each side is clustered in its own space, so
        widths may differ.
    n_clusters : int, default=10
        Clusters of each side.
    random_state : int, default=0
        Of the clustering.

    Returns
    -------
    float
        1 where the sides have the same clusters, about 0 where they have nothing in common.

    See Also
    --------
    linear_cka : Agreement of all distances, not of groups.

    Notes
    -----
    The adjusted Rand index of two k-means clusterings.

    References
    ----------
    Exploring Alignment in Shared Cross-lingual Spaces (2024); Hubert and Arabie (1985).

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.measures import concept_overlap
    >>> X = np.random.default_rng(0).normal(size=(60, 4))
    >>> concept_overlap(X, X, n_clusters=3)
    1.0
    """
    from sklearn.cluster import KMeans
    from sklearn.metrics import adjusted_rand_score

    sides = matched_rows(source, target, same_width=False)
    if not 2 <= n_clusters <= len(sides[0]):
        raise ValueError(
            f"n_clusters: between 2 and the number of rows, {len(sides[0])}, is needed, "
            f"got {n_clusters}"
        )
    clusters = [
        KMeans(n_clusters, n_init=5, random_state=random_state).fit_predict(side) for side in sides
    ]
    return float(adjusted_rand_score(*clusters))
