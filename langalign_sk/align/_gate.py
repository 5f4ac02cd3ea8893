"""What tells languages of one shared vector space apart, by the vectors alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from langalign_sk._numeric import FloatArray, Moments, PairMoments, oas_covariance
from langalign_sk.corpus import TextPool


class LanguageGate:
    r"""Linear discriminant between languages that share one vector space.

    Every language is a Gaussian with its own mean and one pooled covariance, shrunk by the
    oracle-approximating rule (OAS), so that it is sound with fewer pairs than dimensions.

    Parameters
    ----------
    languages : sequence of str
        The languages, in the order of the columns of :meth:`proba`.
    coef : ndarray of shape (n_features, n_languages)
        Direction of each language.
    intercept : ndarray of shape (n_languages,)
        Offset of each language.

    Notes
    -----
    With means :math:`m_k`, their mean :math:`\bar m`, precision :math:`P` and
    :math:`d_k = m_k - \bar m`, the score of language :math:`k` is
    :math:`x^\top P d_k - \bar m^\top P d_k - \tfrac12 d_k^\top P d_k`,
    and the probabilities are its softmax (equal priors: how often a language occurs among the
    pairs says nothing about how often it will be asked for).

    References
    ----------
    Chen, Wiesel, Eldar and Hero (2010), Shrinkage algorithms for MMSE covariance estimation.
    """

    def __init__(self, languages: Sequence[str], coef: FloatArray, intercept: FloatArray) -> None:
        self.languages = list(languages)
        self.coef = coef
        self.intercept = intercept

    def __repr__(self) -> str:
        return f"LanguageGate({', '.join(self.languages)})"

    @classmethod
    def from_moments(cls, moments: Mapping[str, Moments]) -> LanguageGate:
        """Fit the discriminant from the moments of each language's rows.

        Parameters
        ----------
        moments : mapping of str to Moments
            Language → moments; the order is that of the columns of :meth:`proba`.

        Returns
        -------
        LanguageGate
        """
        parts = list(moments.values())
        weight = sum(part.weight for part in parts)
        pooled = np.sum([part.scatter for part in parts], axis=0) / weight
        n_effective = weight**2 / sum(part.weight_sq for part in parts)
        means = np.column_stack([part.mean for part in parts])
        centre = means.mean(axis=1)
        deviation = means - centre[:, None]
        covariance = oas_covariance(pooled, n_effective)
        # Identical rows have no covariance at all; a unit one keeps the rule defined: nearest mean.
        if not np.any(covariance):
            covariance = np.eye(len(covariance))
        coef = cho_solve(cho_factor(covariance, lower=True), deviation)
        intercept = -centre @ coef - 0.5 * np.einsum("ij,ij->j", deviation, coef)
        return cls(list(moments), coef, intercept)

    def proba(self, X: FloatArray) -> FloatArray:
        """Return the probability of each language for each row.

        Parameters
        ----------
        X : ndarray of shape (n_samples, n_features)
            Finite vectors.

        Returns
        -------
        ndarray of shape (n_samples, n_languages)
        """
        scores = self._scores(X)
        scores -= scores.max(axis=1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=1, keepdims=True)
        return scores

    def _scores(self, X: FloatArray) -> FloatArray:
        """Return the discriminant score of each row for each language."""
        scores: FloatArray = X @ self.coef.astype(X.dtype, copy=False)
        scores += self.intercept.astype(X.dtype, copy=False)
        return scores

    def _codes(self, X: FloatArray, stays: int) -> np.ndarray:
        """Return the index of each row's language; one that stays loses a tie."""
        scores = self._scores(X)
        still = scores[:, stays].copy()
        scores[:, stays] = -np.inf
        codes = scores.argmax(axis=1)
        return np.where(scores.max(axis=1) < still, stays, codes)


def fit_gate(moments: Mapping[str, Moments], pair: PairMoments | None) -> LanguageGate:
    """Fit the gate between all languages; once for all who share the moments of one corpus."""
    if pair is None:
        return LanguageGate.from_moments(moments)
    return pair.memo(("gate", *moments), lambda: LanguageGate.from_moments(moments))


def moments_of_languages(
    languages: Sequence[str],
    stays: str,
    moments: Mapping[str, PairMoments],
    pools: Mapping[str, TextPool],
) -> dict[str, Moments]:
    """Return the moments of each language's rows in the pairs or, without any, unpaired ones."""

    def rows_of(lang: str) -> Moments:
        if not moments:
            return pools[lang].moments
        if lang != stays:
            return moments[lang].source
        first, *others = (pair.target for pair in moments.values())
        return sum(others, start=first)

    return {lang: rows_of(lang) for lang in languages}
