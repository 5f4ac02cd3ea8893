"""Topics that all languages of a space share, as columns for a head, and their words."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from scipy.optimize import minimize
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import check_is_fitted

from langalign_sk._numeric import Float64Array, FloatArray
from langalign_sk.align._on_rows import OnRows

#: Steps of the optimiser at most.
STEPS = 50


class TopicFeatures(OnRows):
    r"""Shares of topics, found without labels in vectors of one or several languages.

    In a space that languages share, topics found in English are topics of Korean: few columns that
    can be read, by their words, and that a head can learn from.

    Parameters
    ----------
    n_topics : int, default=20
    mutual_information : float, default=0.0
        Weight of a term that keeps topics apart: the more a topic tells of a row, and the more
        evenly topics are used, the better. With 1 their words repeat less and rows belong to one
        topic each; a head that learns from the shares loses some points by it. 0 leaves the
        clusters of k-means as they are.
    sharpness : float, default=10.0
        Factor of the cosines ahead of the softmax.
    random_state : int, RandomState or None, default=None
        Of k-means, the start.

    Attributes
    ----------
    topics_ : ndarray of shape (n_topics, d)
        Directions of the topics.
    mean_ : ndarray of shape (d,)
    n_features_in_ : int

    Notes
    -----
    With unit rows x of centred vectors and :math:`p(k | x) = \operatorname{softmax}_k(c\,
    w_k^\top x)`, started at the centres of k-means, L-BFGS maximises

    .. math:: \lambda \left( H(\bar p) - \frac1n \sum_i H(p(\cdot | x_i)) \right) -
        \frac1n \sum_i \sum_k p_0(k | x_i) \log \frac{p_0(k | x_i)}{p(k | x_i)},

    the mutual information of topic and row, and the divergence from what k-means says. The mean
    is that of the rows of `fit`: centre other languages beforehand, or erase the language, where
    an encoder keeps them apart.

    References
    ----------
    Wu et al. (2023), InfoCTM: A Mutual Information Maximization Perspective of Cross-Lingual Topic
    Modeling; Gomes, Krause and Perona (2010), Discriminative Clustering by Regularized Information
    Maximization.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.align import TopicFeatures
    >>> X = np.repeat(np.eye(3, 8), 20, axis=0) + np.random.default_rng(0).normal(size=(60, 8)) / 9
    >>> shares = TopicFeatures(3, random_state=0).fit_transform(X)
    >>> shares.shape, sorted(np.bincount(shares.argmax(axis=1)).tolist())
    ((60, 3), [20, 20, 20])
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "n_topics": [Interval(Integral, 1, None, closed="left")],
        "mutual_information": [Interval(Real, 0, None, closed="left")],
        "sharpness": [Interval(Real, 0, None, closed="neither")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        n_topics: int = 20,
        *,
        mutual_information: float = 0.0,
        sharpness: float = 10.0,
        random_state: Any = None,
    ) -> None:
        self.n_topics = n_topics
        self.mutual_information = mutual_information
        self.sharpness = sharpness
        self.random_state = random_state

    def _learn(self, rows: FloatArray) -> None:
        from sklearn.cluster import KMeans

        rows = np.asarray(rows, dtype=np.float64)
        self.mean_: Float64Array = rows.mean(axis=0)
        unit = _unit(rows - self.mean_)
        n_topics = min(self.n_topics, len(np.unique(unit, axis=0)))
        found = KMeans(n_topics, n_init=1, random_state=self.random_state).fit(unit)
        topics: Any = _unit(found.cluster_centers_)
        if self.mutual_information > 0 and n_topics > 1:
            start = _softmax(self.sharpness * unit @ topics.T)
            topics = minimize(
                _objective,
                topics.ravel(),
                (unit, start, float(self.sharpness), float(self.mutual_information)),
                method="L-BFGS-B",
                jac=True,
                options={"maxiter": STEPS},
            ).x.reshape(topics.shape)
        self.topics_: Float64Array = topics

    def transform(self, X: Any) -> FloatArray:
        """Give the share of each topic in each row.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        shares : ndarray of shape (n_samples, n_topics)
            Rows add up to 1.
        """
        check_is_fitted(self)
        rows = self._rows(X)
        shares: FloatArray = _softmax(
            self.sharpness * _unit(rows - self.mean_) @ self.topics_.T
        ).astype(rows.dtype)
        return shares

    def topic_words(self, texts: Sequence[str], X: Any, *, n_words: int = 10) -> list[list[str]]:
        """Name the words that tell most of each topic, in any language.

        Parameters
        ----------
        texts : sequence of str
            Texts of one language.
        X : array-like of shape (n_texts, n_features)
            Their vectors.
        n_words : int, default=10
            Words per topic.

        Returns
        -------
        list of list of str
            Words of each topic, by the mutual information of being in a text and of the text being
            of the topic, those that speak for it alone.
        """
        from sklearn.feature_extraction.text import CountVectorizer

        vectoriser = CountVectorizer(binary=True, min_df=2)
        try:
            inside = vectoriser.fit_transform(texts)
        except ValueError as error:
            raise ValueError("no word stands in two of the texts, so none tells a topic") from error
        shares = np.asarray(self.transform(X), dtype=np.float64)
        if len(shares) != inside.shape[0]:
            raise ValueError(f"{inside.shape[0]} texts, but {len(shares)} rows of vectors")
        names = vectoriser.get_feature_names_out()
        joint = np.asarray(inside.T @ shares) / len(shares)
        told = _information(joint, np.ravel(inside.mean(axis=0)), shares.mean(axis=0))
        best = np.argsort(-told, axis=0, kind="stable")[:n_words]
        return [[str(names[word]) for word in column] for column in best.T]

    @property
    def _n_features_out(self) -> int:
        return len(self.topics_)


def _unit(rows: FloatArray) -> FloatArray:
    """Return rows of unit length; a zero row stays one."""
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: FloatArray = rows / np.where(norms > 0, norms, 1.0)
    return unit


def _softmax(scores: FloatArray) -> FloatArray:
    """Return shares of each row."""
    shares: FloatArray = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    return shares


def _objective(
    flat: Float64Array, rows: Float64Array, start: Float64Array, sharpness: float, weight: float
) -> tuple[float, Float64Array]:
    """Return what `fit` minimises, and its gradient."""
    p = _softmax(sharpness * rows @ flat.reshape(start.shape[1], -1).T)
    logs, mean = np.log(np.maximum(p, 1e-300)), np.maximum(p.mean(axis=0), 1e-300)
    doubt = -np.sum(p * logs, axis=1, keepdims=True)
    information = -float(mean @ np.log(mean)) - float(doubt.mean())
    apart = float(np.sum(start * (np.log(np.maximum(start, 1e-300)) - logs))) / len(rows)
    even = -np.log(mean)
    slope = p - start - weight * p * (logs + doubt + even - p @ even[:, None])
    gradient = sharpness / len(rows) * slope.T @ rows
    return apart - weight * information, gradient.ravel()


def _information(joint: Float64Array, word: Float64Array, topic: Float64Array) -> Float64Array:
    """Return the mutual information of each word and each topic, negative where they part."""
    word = word[:, None]
    told = np.zeros_like(joint)
    for both, one, other in (
        (joint, word, topic),
        (word - joint, word, 1 - topic),
        (topic - joint, 1 - word, topic),
        (1 - word - topic + joint, 1 - word, 1 - topic),
    ):
        both = np.maximum(both, 1e-300)
        told += both * np.log(both / np.maximum(one * other, 1e-300))
    signed: Float64Array = np.where(joint > word * topic, told, -told)
    return signed
