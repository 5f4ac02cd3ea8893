"""A sentence encoder that needs no download: character n-grams and a truncated SVD."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import check_is_fitted

from langalign_sk._io import as_texts
from langalign_sk._numeric import Float32Array
from langalign_sk._stamp import VersionStamped
from langalign_sk.encoders._checks import check_parameters
from langalign_sk.encoders._grams import MAX_N, Counts, Keys, gram_blocks
from langalign_sk.encoders._ngram_run import TINY, gram_entries, unit_rows

_ALGORITHM = "langalign_sk ngram 1"  # changes whenever equal parameters give other vectors
_MERGE_AT = 1 << 22  # n-grams collected before equal ones are merged
_FITTED = ("grams_", "idf_", "projection_", "fallback_")


class NgramEncoder(
    ClassNamePrefixFeaturesOutMixin, TransformerMixin, VersionStamped, BaseEstimator
):
    r"""Character n-gram TF-IDF, truncated SVD, rows of unit length.

    Fitted on unlabelled texts of one language; no download, no tokeniser, no network. It works for
    languages written without blanks as for others. A real baseline, and an encoder for tests and
    demonstrations; it knows spellings, not meanings.

    scikit-learn's ``TfidfVectorizer(analyzer="char")``, `TruncatedSVD` and `Normalizer` in a
    pipeline take as long to fit and give vectors as good. This class is worth having where texts
    come one by one, which those three encode with far more work beside the arithmetic, and for its
    fingerprint: vectors are cached by it, and a damaged file is noticed when it is loaded.

    Parameters
    ----------
    n_components : int, default=384
        Width of the vectors, at most the number of texts and of n-grams it is fitted on.
    ngram_range : (int, int), default=(1, 3)
        Shortest and longest n-gram, in characters, 3 at most.
    max_features : int, default=16384
        How many n-grams are kept: those in the most texts. Bounds the memory and the pickle, about
        ``4 * max_features * n_components`` bytes.
    random_state : int, RandomState instance or None, default=0
        Seed of the randomised SVD; None draws a new one. NumPy's global state is not touched.

    Attributes
    ----------
    grams_ : ndarray of shape (n_features,), uint64
        The n-grams, 21 bits per character, in ascending order.
    idf_ : ndarray of shape (n_features,), float32
        Inverse document frequency of each n-gram.
    projection_ : ndarray of shape (n_features, n_components), float32
        Right singular vectors, one per column.
    fallback_ : ndarray of shape (n_components,), float32
        Direction of the mean of the fitted vectors: the vector of a text without a known n-gram.
    ngram_range_ : (int, int)
        The range it was fitted with.
    n_features_out_ : int
        Width of the vectors.

    See Also
    --------
    EmbeddingExtractor : Takes a fitted NgramEncoder as a model.
    sklearn.decomposition.TruncatedSVD : The same decomposition, for any sparse matrix.

    Notes
    -----
    An n-gram found :math:`c` times in a text has the weight
    :math:`(1 + \ln c)\,(1 + \ln\frac{1 + n}{1 + df})`, with :math:`n` texts of which :math:`df`
    hold the n-gram. Rows are scaled to unit length, projected on the leading right singular
    vectors and scaled to unit length again. Before all that, texts are normalised (NFKC, lower
    case, white space collapsed) and a blank is put at either end; a blank alone is no n-gram.

    References
    ----------
    Deerwester, S. et al. (1990). Indexing by latent semantic analysis. JASIS 41(6), 391-407.

    Halko, N., Martinsson, P. G. and Tropp, J. A. (2011). Finding structure with randomness.
    SIAM Review 53(2), 217-288.

    Examples
    --------
    >>> from langalign_sk.encoders import NgramEncoder
    >>> texts = ["환불해 주세요", "환불 부탁드려요", "배송이 늦어요", "배송 언제 오나요"]
    >>> encoder = NgramEncoder(n_components=2).fit(texts)
    >>> vectors = encoder.transform(["환불 되나요?", "배송 문의"])
    >>> vectors.shape, vectors.dtype
    ((2, 2), dtype('float32'))
    """

    takes_threads = True

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "n_components": [Interval(Integral, 1, None, closed="left")],
        "ngram_range": [tuple, list],
        "max_features": [Interval(Integral, 1, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        n_components: int = 384,
        *,
        ngram_range: tuple[int, int] = (1, 3),
        max_features: int = 16384,
        random_state: Any = 0,
    ) -> None:
        self.n_components = n_components
        self.ngram_range = ngram_range
        self.max_features = max_features
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn n-grams, their weights and the projection.

        Parameters
        ----------
        X : list, array, series or one-column frame of str
            Unlabelled texts, at least as many as `n_components`.
        y : ignored
            Present for the scikit-learn convention.

        Returns
        -------
        NgramEncoder
            The fitted encoder itself.
        """
        check_parameters(self)
        ngram_range = self._checked_range()
        texts = as_texts(X)
        if not texts:
            raise ValueError("NgramEncoder.fit got no texts: at least one is needed")
        grams, frequency = _most_frequent(texts, ngram_range, self.max_features)
        if not len(grams):
            raise ValueError(f"NgramEncoder.fit got {len(texts)} texts without any n-gram")
        possible = min(len(texts), len(grams))
        if self.n_components > possible:
            raise ValueError(
                f"n_components={self.n_components} is too many for {len(texts)} texts with "
                f"{len(grams)} n-grams: fit on more texts, or set n_components to {possible} "
                "or less"
            )
        idf = (1.0 + np.log((1.0 + len(texts)) / (1.0 + frequency))).astype(np.float32)
        weighed = _weigh(texts, ngram_range, grams, idf)
        projection, fallback = _decompose(weighed, int(self.n_components), self.random_state)
        fitted = {
            "ngram_range_": ngram_range,
            "grams_": grams,
            "idf_": idf,
            "projection_": projection,
            "fallback_": fallback,
        }
        # At once: a fit that is interrupted leaves the one before it whole.
        self.__dict__.update(fitted, n_features_out_=len(fallback), _digest=_digest_of(fitted))
        return self

    def transform(self, X: Any) -> Float32Array:
        """Encode texts.

        Parameters
        ----------
        X : list, array, series or one-column frame of str
            Texts, possibly none.

        Returns
        -------
        ndarray of shape (n_texts, n_components), float32
            Rows of unit length. A row depends on its own text only, to the last bit.
        """
        check_is_fitted(self, "projection_")
        texts = as_texts(X)
        if not texts:
            return np.empty((0, self.n_features_out_), dtype=np.float32)
        weighed = _weigh(texts, self.ngram_range_, self.grams_, self.idf_)
        vectors: Float32Array = weighed @ self.projection_
        return unit_rows(vectors, self.fallback_)

    def encode(self, texts: Any) -> Float32Array:
        """Encode texts: `transform` under the name that sentence encoders use.

        Parameters
        ----------
        texts : list, array, series or one-column frame of str
            Texts, possibly none.

        Returns
        -------
        ndarray of shape (n_texts, n_components), float32
            Rows of unit length.
        """
        return self.transform(texts)

    def fingerprint(self) -> str:
        """Digest of everything that defines the vectors.

        Returns
        -------
        str
            Equal for encoders that give equal vectors; another after another fit.
        """
        check_is_fitted(self, "projection_")
        return str(self._digest)

    @property
    def _n_features_out(self) -> int:
        """Width, where scikit-learn's mixin looks for it."""
        return int(self.n_features_out_)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.transformer_tags.preserves_dtype = []
        return tags

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take in a saved encoder, unless its arrays are not those that were fitted."""
        super().__setstate__(state)
        if vars(self).keys() & {*_FITTED, "_digest"}:
            try:
                sound = _digest_of(self.__dict__) == self._digest
            except (AttributeError, KeyError, TypeError, ValueError):
                sound = False
            if not sound or self.n_features_out_ != len(self.fallback_):
                raise ValueError(
                    "this saved NgramEncoder is damaged: what was fitted is not what is in it now. "
                    "Load another copy of the file, or fit and save it again"
                )

    def _checked_range(self) -> tuple[int, int]:
        """Return the n-gram range as a tuple, or say what is wrong with it."""
        ends = self.ngram_range
        pair = isinstance(ends, tuple | list) and len(ends) == 2
        if not pair or not 1 <= ends[0] <= ends[1] <= MAX_N:
            raise ValueError(
                f"ngram_range must be (low, high) with 1 <= low <= high <= {MAX_N}, got {ends!r}"
            )
        return int(ends[0]), int(ends[1])


def ngram_arrays(encoder: NgramEncoder) -> dict[str, Any]:
    """Return what an encoder has fitted, as `ngram_vectors` takes it."""
    check_is_fitted(encoder, "projection_")
    names = ("ngram_range", "grams", "idf", "projection", "fallback")
    return {name: np.asarray(getattr(encoder, f"{name}_")) for name in names}


def _weigh(
    texts: Sequence[str], ngram_range: tuple[int, int], grams: Keys, idf: Float32Array
) -> Any:
    """TF-IDF of texts as a sparse matrix of float32, rows of unit length."""
    values, columns, per_row = gram_entries(texts, ngram_range, grams, idf)
    entries = (values, columns, np.r_[0, np.cumsum(per_row)])
    return sparse.csr_array(entries, shape=(len(texts), len(grams)))


def _decompose(weighed: Any, width: int, seed: Any) -> tuple[Float32Array, Float32Array]:
    """Leading right singular vectors, and the direction of the mean of the projected rows."""
    from sklearn.utils.extmath import randomized_svd

    if seed is None:
        seed = int(np.random.default_rng().integers(2**31))
    left, size, right = randomized_svd(weighed, width, n_iter=2, random_state=seed)
    # Equal texts leave directions without data; noise there would only blur new texts.
    right = np.where(size[:, None] > TINY * size[0], right, 0)
    projection = np.ascontiguousarray(right.T, dtype=np.float32)
    vectors = unit_rows((left * size).astype(np.float32), np.zeros(len(size), np.float32))
    mean = vectors.mean(axis=0, dtype=np.float64)
    return projection, (mean / np.linalg.norm(mean)).astype(np.float32)


def _digest_of(fitted: dict[str, Any]) -> str:
    """Digest over what was fitted."""
    digest = sha256(f"{_ALGORITHM} {tuple(fitted['ngram_range_'])}".encode())
    for name in _FITTED:
        array = fitted[name]
        digest.update(f"{array.shape}{array.dtype.str}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def _most_frequent(
    texts: Sequence[str], ngram_range: tuple[int, int], max_features: int
) -> tuple[Keys, Counts]:
    """N-grams found in the most texts, ascending, with the number of texts; ties by n-gram."""
    parts: list[tuple[Keys, Counts]] = []
    waiting = 0
    for _, _, gram, _ in gram_blocks(texts, ngram_range):
        parts.append(np.unique(gram, return_counts=True))
        waiting += len(parts[-1][0])
        if waiting > _MERGE_AT:
            parts, waiting = [_merged(parts)], 0
    grams, frequency = _merged(parts)
    if len(grams) > max_features:
        kept = np.sort(np.argsort(-frequency, kind="stable")[:max_features])
        grams, frequency = grams[kept], frequency[kept]
    return grams, frequency


def _merged(parts: list[tuple[Keys, Counts]]) -> tuple[Keys, Counts]:
    """Add up the counts of equal n-grams."""
    grams, where = np.unique(np.concatenate([part[0] for part in parts]), return_inverse=True)
    counts = np.concatenate([part[1] for part in parts])
    return grams, np.bincount(where, weights=counts, minlength=len(grams)).astype(np.int64)
