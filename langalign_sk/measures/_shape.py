"""The shape of a space: the use of its directions, and what tells its languages apart."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
from scipy.special import logsumexp

from langalign_sk._numeric import Moments, as_float_matrix, eigh_of
from langalign_sk.maps import COUNT, Numbers
from langalign_sk.measures._rows import checked, unit, varying

#: Rows that the silhouette is computed on at most: it compares all with all.
_SILHOUETTE_ROWS = 2000


def iso_score(X: Any) -> float:
    r"""IsoScore: 1 where all directions have the same variance, 0 where one has it all.

    Parameters
    ----------
    X : array-like of shape (n, d)
        At least two rows and two columns.

    Returns
    -------
    float
        Between 0 and 1, about the share of dimensions in use; NaN for constant rows.

    See Also
    --------
    partition_ratio : Sensitive to the mean too.
    average_cosine : The cosine of two rows drawn at random.

    Notes
    -----
    With :math:`\hat\lambda = \sqrt d\, \lambda / \|\lambda\|` of the covariance's eigenvalues, the
    defect is :math:`\delta = \|\hat\lambda - 1\| / \sqrt{2 (d - \sqrt d)}`, the share of
    dimensions in use :math:`\phi = (d - \delta^2 (d - \sqrt d))^2 / d^2`, and the score
    :math:`(d \phi - 1) / (d - 1)`. Unchanged by shift, rotation and scale. n rows vary in n - 1
    directions at most: give many more rows than columns, or the score is low for any space.

    References
    ----------
    Rudman et al. (2022), IsoScore: Measuring the Uniformity of Embedding Space Utilization.

    Examples
    --------
    >>> from langalign_sk.measures import iso_score
    >>> round(iso_score([[1, 0], [-1, 0], [0, 1], [0, -1]]), 6)
    1.0
    """
    rows = _rows(X)
    d = rows.shape[1]
    moments = Moments.from_rows(rows)
    if not varying(moments).any():
        return float("nan")
    values = np.linalg.eigvalsh(moments.covariance).clip(min=0)
    scaled = np.sqrt(d) * values / np.linalg.norm(values)
    defect = np.sum((scaled - 1) ** 2) / (2 * (d - np.sqrt(d)))
    in_use = (d - defect * (d - np.sqrt(d))) ** 2 / d**2
    return float(np.clip((d * in_use - 1) / (d - 1), 0.0, 1.0))


def partition_ratio(X: Any) -> float:
    r"""Least over largest value of the partition function: near 1 for an isotropic space.

    Parameters
    ----------
    X : array-like of shape (n, d)
        At least two rows and two columns.

    Returns
    -------
    float
        Between 0 and 1.

    See Also
    --------
    iso_score : Of the covariance alone.

    Notes
    -----
    :math:`\min_c Z(c) / \max_c Z(c)` with :math:`Z(c) = \sum_i \exp(c \cdot x_i)`, c running over
    the eigenvectors of :math:`X^\top X` and, because the sign of an eigenvector is arbitrary, their
    opposites. Depends on the scale of the rows; give rows of one length to compare spaces.

    References
    ----------
    Mu and Viswanath (2018), All-but-the-Top; Arora et al. (2016).

    Examples
    --------
    >>> from langalign_sk.measures import partition_ratio
    >>> round(partition_ratio([[1, 0], [-1, 0], [0, 1], [0, -1]]), 6)
    1.0
    """
    rows = _rows(X).astype(float)
    _, vectors = np.linalg.eigh(rows.T @ rows)
    along = rows @ vectors
    logs = np.concatenate([logsumexp(along, axis=0), logsumexp(-along, axis=0)])
    return float(np.exp(logs.min() - logs.max()))


def average_cosine(X: Any) -> float:
    r"""Mean cosine of two different rows: near 0 for an isotropic space, 1 for a narrow cone.

    Parameters
    ----------
    X : array-like of shape (n, d)
        At least two rows and two columns.

    Returns
    -------
    float

    Notes
    -----
    Over all n (n - 1) pairs exactly: with unit rows it is
    :math:`(\|\sum_i x_i\|^2 - n) / (n (n - 1))`, rows of zeros counting as cosine 0.

    References
    ----------
    Ethayarajh (2019), How Contextual are Contextualized Word Representations?

    Examples
    --------
    >>> from langalign_sk.measures import average_cosine
    >>> average_cosine([[1, 0], [0, 2]])
    0.0
    """
    rows = unit(_rows(X))
    n, own = len(rows), float((rows**2).sum())
    return (float(np.sum(rows.sum(axis=0) ** 2)) - own) / (n * (n - 1))


@dataclass(frozen=True)
class Separability:
    """Figures of how well languages can be told apart.

    Attributes
    ----------
    probe : float
        Cross-validated balanced accuracy of a linear classifier of the language.
    chance : float
        What guessing gives: 1 / number of languages.
    silhouette : float
        Mean silhouette of the languages as clusters, by cosine: about 0 where they are mixed.
    """

    probe: float
    chance: float
    silhouette: float


@checked(cv=[Numbers(Integral, 2, None, closed="left")])
def language_separability(
    X: Any, languages: Any, *, cv: int = 5, random_state: int = 0
) -> Separability:
    """Ask a linear probe and the silhouette which language a row is of.

    Parameters
    ----------
    X : array-like of shape (n, d)
        Rows of two languages or more, in one space.
    languages : array-like of shape (n,)
        The language of each row.
    cv : int, default=5
        Folds of the probe. The rows of one sentence in several languages may fall into different
        folds: the probe asks for the language, which they do not share.
    random_state : int, default=0
        Of the folds and of the rows that the silhouette is computed on (2,000 at most, then as
        many of each language as there are).

    Returns
    -------
    Separability

    See Also
    --------
    subspace_distance : Whether languages vary in the same directions.

    Notes
    -----
    The probe is logistic regression on standardised columns. A space can be aligned well enough
    for retrieval and still give its languages away along one direction; the probe finds it, the
    silhouette says whether it dominates.

    References
    ----------
    Libovický, Rosa and Fraser (2020), On the Language Neutrality of Pre-trained Multilingual
    Representations; Rousseeuw (1987), Silhouettes.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.measures import language_separability
    >>> X = np.random.default_rng(0).normal(size=(100, 4))
    >>> X[50:] += [20, 0, 0, 0]
    >>> language_separability(X, ["en"] * 50 + ["ko"] * 50).probe
    1.0
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import silhouette_score
    from sklearn.model_selection import StratifiedKFold, cross_val_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    rows, names = as_float_matrix(X, name="X"), np.asarray(languages)
    if names.shape != (len(rows),):
        raise ValueError(
            f"languages: one per row is needed, got {names.shape} for {len(rows)} rows"
        )
    known, counts = np.unique(names, return_counts=True)
    if len(known) < 2:
        raise ValueError(f"languages: at least two are needed, got only {known[0]!r}")
    if counts.min() < cv:
        few = known[counts.argmin()]
        raise ValueError(
            f"languages: {cv} folds need {cv} rows of each, but {few!r} has {counts.min()}"
        )
    folds = StratifiedKFold(cv, shuffle=True, random_state=random_state)
    probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    scores = cross_val_score(probe, rows, names, cv=folds, scoring="balanced_accuracy")
    if len(rows) > _SILHOUETTE_ROWS:
        # As many of each language: drawn from all, a rare one may not come at all.
        drawn = np.random.default_rng(random_state).permutation(len(rows))
        each = _SILHOUETTE_ROWS // len(known)
        chosen = np.concatenate([drawn[names[drawn] == name][:each] for name in known])
        rows, names = rows[chosen], names[chosen]
    silhouette = silhouette_score(rows, names, metric="cosine")
    return Separability(float(scores.mean()), 1 / len(known), float(silhouette))


@checked(n_components=[COUNT])
def subspace_distance(X: Any, Y: Any, *, n_components: int = 32) -> float:
    r"""Distance of the principal subspaces of two languages: 0 for the same, 1 for orthogonal ones.

    Parameters
    ----------
    X : array-like of shape (n, d)
        Rows of one language.
    Y : array-like of shape (m, d)
        Rows of another, in the same space; they need not be translations.
    n_components : int, default=32
        Dimensions of the subspaces; as many as both sides have where that is fewer. Subspaces
        that fill the whole space are the same: ask for fewer dimensions than columns.

    Returns
    -------
    float
        NaN where a side is constant.

    See Also
    --------
    language_separability : Whether rows can be told apart.

    Notes
    -----
    With :math:`\theta_i` the principal angles of the two subspaces of k dimensions:
    :math:`\sqrt{\frac1k \sum_i \sin^2 \theta_i}` (the chordal distance over its maximum). Rows are
    centred first: a shift between languages does not count. Useful for choosing a layer.

    References
    ----------
    Chang, Tu and Bergen (2022), The Geometry of Multilingual Language Model Representations;
    ShifCon (2024).

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.measures import subspace_distance
    >>> X = np.random.default_rng(0).normal(size=(50, 4)) * [9, 5, 0, 0]
    >>> round(subspace_distance(X, X + 100, n_components=2), 6)
    0.0
    >>> round(subspace_distance(X, X[:, [2, 3, 0, 1]], n_components=2), 6)
    1.0
    """
    sides = as_float_matrix(X, name="X"), as_float_matrix(Y, name="Y")
    if sides[0].shape[1] != sides[1].shape[1]:
        raise ValueError(
            f"X has {sides[0].shape[1]} columns and Y has {sides[1].shape[1]}: "
            "directions can be compared within one space only"
        )
    moments = [Moments.from_rows(side) for side in sides]
    if not all(varying(side).any() for side in moments):
        return float("nan")
    bases = [eigh_of(side)[1] for side in moments]
    k = min(n_components, *(basis.shape[1] for basis in bases))
    cosines = np.linalg.svd(bases[0][:, :k].T @ bases[1][:, :k], compute_uv=False)
    return float(np.sqrt(np.clip(1 - np.mean(cosines**2), 0.0, 1.0)))


def _rows(X: Any) -> Any:
    """Return a matrix of which isotropy can be asked."""
    rows = as_float_matrix(X, name="X")
    if min(rows.shape) < 2:
        raise ValueError(f"X: at least two rows and two columns are needed, got shape {rows.shape}")
    return rows
