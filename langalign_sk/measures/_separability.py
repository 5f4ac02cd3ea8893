"""How well the languages of one space can be told apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from langalign_sk._numeric import as_float_matrix

#: Rows that the silhouette is computed on at most: it compares all with all.
_SILHOUETTE_ROWS = 2000


@dataclass(frozen=True)
class Separability:
    """How well languages can be told apart.

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
