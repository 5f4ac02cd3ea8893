"""Consistency over any number of languages and paraphrases, from predictions alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations, product
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from langalign_sk._numeric import Float64Array
from langalign_sk.selection._consistency import beyond_chance

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class LanguageConsistency:
    """Agreement of predictions over languages.

    Attributes
    ----------
    languages : tuple of str
    agreement, kappa : float
        Mean over all pairs of languages of the share of items with the same class in both, and of
        the same beyond chance (Cohen).
    all_agree : float
        Share of items with one class in all languages.
    by_language : dict of str to float
        Mean agreement of a language with the others.
    pairs : ndarray of shape (n_languages, n_languages)
        Agreement of each two languages; on the diagonal that of the paraphrases of a language,
        NaN where there is one text per item.
    accuracy : dict of str to float
        By language; empty where no truth is given.
    """

    languages: tuple[str, ...]
    agreement: float
    kappa: float
    all_agree: float
    by_language: dict[str, float]
    pairs: Float64Array = field(repr=False)
    accuracy: dict[str, float] = field(default_factory=dict)

    def table(self) -> pd.DataFrame:
        """Return a row per language: agreement with the others, between paraphrases, accuracy."""
        import pandas as pd

        columns: dict[str, Any] = {
            "language": self.languages,
            "agreement": list(self.by_language.values()),
            "paraphrases": np.diag(self.pairs),
        }
        if self.accuracy:
            columns["accuracy"] = list(self.accuracy.values())
        return pd.DataFrame(columns)


def consistency_by_language(
    predictions: Mapping[str, Any], *, truth: Any = None
) -> LanguageConsistency:
    r"""Count how often the same item gets the same class in every language.

    Needs predictions alone, of any model, on the same items in several languages.

    Parameters
    ----------
    predictions : mapping of str to array-like of shape (n,) or (n, n_paraphrases)
        Classes by language; item i is the same in all of them. With several columns, each is the
        class of another wording of the item.
    truth : array-like of shape (n,), optional
        The right classes, to see accuracy beside consistency.

    Returns
    -------
    LanguageConsistency

    See Also
    --------
    prediction_consistency : Of an estimator on pairs of two languages.

    Notes
    -----
    Agreement of two languages is the mean over all pairs of their wordings. Names of classes do
    not matter, nor does their order. Predictions that are all of one class agree with everything:
    `kappa` is then 0.

    References
    ----------
    Wang et al. (2024), SeaEval for Multilingual Foundation Models; Han et al. (2025), MuBench;
    Wang et al. (2025), Aligning large language models for multilingual consistency.

    Examples
    --------
    >>> from langalign_sk.selection import consistency_by_language
    >>> found = consistency_by_language(
    ...     {"en": [0, 1, 1, 0], "ko": [0, 1, 1, 1], "ja": [0, 1, 1, 0]}, truth=[0, 1, 1, 0])
    >>> found.by_language
    {'en': 0.875, 'ko': 0.75, 'ja': 0.875}
    >>> found.all_agree, found.accuracy["ko"]
    (0.75, 0.75)
    """
    sides = _codes(predictions)
    languages, n = tuple(sides), len(next(iter(sides.values())))
    agreement = np.full((len(languages),) * 2, np.nan)
    kappa = agreement.copy()
    even = np.full(n, 1 / n)
    for (i, one), (j, other) in product(enumerate(sides.values()), repeat=2):
        wordings = list(combinations(one.T, 2)) if i == j else list(product(one.T, other.T))
        if wordings:
            agreement[i, j] = np.mean([np.mean(a == b) for a, b in wordings])
            kappa[i, j] = np.mean([beyond_chance(a, b, even) for a, b in wordings])
    apart = ~np.eye(len(languages), dtype=bool)
    every = np.hstack(list(sides.values()))
    accuracy = {}
    if truth is not None:
        right = np.asarray(truth)
        if right.shape != (n,):
            raise ValueError(f"truth: a class for each of the {n} items is needed")
        accuracy = {
            lang: float(np.mean(_columns(predictions[lang]) == right[:, None]))
            for lang in languages
        }
    return LanguageConsistency(
        languages=languages,
        agreement=float(agreement[apart].mean()),
        kappa=float(kappa[apart].mean()),
        all_agree=float(np.mean((every == every[:, :1]).all(axis=1))),
        by_language={
            lang: float(agreement[i][apart[i]].mean()) for i, lang in enumerate(languages)
        },
        pairs=agreement,
        accuracy=accuracy,
    )


def _codes(predictions: Mapping[str, Any]) -> dict[str, npt.NDArray[np.intp]]:
    """Return predictions as numbers of classes, a column for each wording."""
    if len(predictions) < 2:
        raise ValueError(f"predictions in two languages or more are needed, got {len(predictions)}")
    sides = {lang: _columns(side) for lang, side in predictions.items()}
    lengths = {lang: len(side) for lang, side in sides.items()}
    if len(set(lengths.values())) > 1 or not min(lengths.values()):
        raise ValueError(f"item i is the same in all languages, but there are {lengths} items")
    _, codes = np.unique(
        np.concatenate([side.ravel() for side in sides.values()]), return_inverse=True
    )
    parts = np.split(codes.ravel(), np.cumsum([side.size for side in sides.values()])[:-1])
    return {
        lang: part.reshape(side.shape)
        for (lang, side), part in zip(sides.items(), parts, strict=True)
    }


def _columns(side: Any) -> npt.NDArray[Any]:
    """Return the predictions of one language, a column for each wording."""
    array = np.asarray(side)
    if array.ndim not in (1, 2):
        raise ValueError(
            f"predictions of a language: shape (n,) or (n, n_paraphrases), got {array.shape}"
        )
    return array.reshape(len(array), -1)
