"""A sentence encoder out of word vectors: the weighted mean of the words of a text."""

from __future__ import annotations

import hashlib
import os
import warnings
from collections import Counter
from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any, Self

import numpy as np
from scipy import sparse

from langalign_sk._numeric import Float32Array
from langalign_sk._stamp import VersionStamped
from langalign_sk.encoders._tokens import Blanks, known_words
from langalign_sk.encoders._word_file import read_words

_ALGORITHM = "langalign_sk words 1"  # changes whenever equal files give other vectors
_ENOUGH = 50  # words of a call from which on a large share of unknown ones is told


class WordVectors(VersionStamped):
    r"""Means of word vectors, frequent words weighing less; no model, no torch, a few MB or GB.

    Goes in as `EmbeddingExtractor`'s `model`. There are files for 157 languages and more, it
    encodes tens of thousands of texts a second, and reads no word in its context.

    Parameters
    ----------
    path : path
        A text file of fastText (``.vec``), GloVe (``.txt``) or word2vec, plain or gzip: a word and
        its numbers a line, frequent words first, a first line with two counts or none. It is read
        here, once.
    max_words : int or None, default=200000
        How many words to take from the top of the file. Saved models hold them by value: 240 MB at
        width 300.
    smoothing : float, default=0.001
        The weight of a word of frequency p is ``smoothing / (smoothing + p)``.

    Attributes
    ----------
    words : list of str
        The words, in the order of the file.

    See Also
    --------
    NgramEncoder : Fitted on your own text, without a file.
    EmbeddingExtractor : Takes it as a model.

    Notes
    -----
    A text is cut at blanks and punctuation. A word is looked up as it stands, then in lower case;
    inside Chinese, Japanese, Thai and the like, and in Korean words that are unknown, the longest
    known words are taken from left to right. Unknown words are left out (`unknown_words`); where
    they are more than half, a warning says so. A text without any known word is zero.

    Files tell no frequencies, but the order of words: that of rank r is taken as
    :math:`p_r = 1 / (r \sum_k 1/k)` (Zipf's law).

    References
    ----------
    S. Arora, Y. Liang, T. Ma. A simple but tough-to-beat baseline for sentence embeddings.
    ICLR 2017 (the weights).

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from langalign_sk import EmbeddingExtractor
    >>> from langalign_sk.encoders import WordVectors
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "tiny.vec")
    ...     _ = file.write_text("3 2\nthe 0.1 0.1\nred 1 0\nboat 0 1\n", encoding="utf-8")
    ...     words = WordVectors(file)
    >>> words
    WordVectors(3 words, 2 wide)
    >>> EmbeddingExtractor(words).transform(["the red boat", "Boat!"]).round(1)
    array([[0.6, 0.8],
           [0. , 1. ]], dtype=float32)
    >>> words.unknown_words(["a red boat", "a boat"])
    {'a': 2}
    """

    takes_threads = True

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        max_words: int | None = 200_000,
        smoothing: float = 1e-3,
    ) -> None:
        given: Any = max_words
        whole = isinstance(given, Integral) and not isinstance(given, bool)
        if given is not None and (not whole or given < 1):
            raise ValueError(f"max_words must be a positive int or None, got {max_words!r}")
        number: Any = smoothing
        whole = isinstance(number, Real) and not isinstance(number, bool)
        if not whole or not number > 0:
            raise ValueError(f"smoothing must be a positive number, got {smoothing!r}")
        self.words, self._vectors = read_words(path, max_words)
        self._smoothing = float(smoothing)
        self._digest = self._computed_digest()
        self._prepare()

    def encode(self, texts: Sequence[str]) -> Float32Array:
        """Vectors of the texts.

        Parameters
        ----------
        texts : sequence of str

        Returns
        -------
        ndarray of shape (n_texts, width), float32
            Weighted means; zeros for a text without any known word.
        """
        blanks = Blanks()
        columns: list[int] = []
        ends, n_unknown = [0], 0
        for text in texts:
            numbers = [number for _, number in known_words(text, self._index, blanks)]
            known = [number for number in numbers if number >= 0]
            n_unknown += len(numbers) - len(known)
            columns += known
            ends.append(len(columns))
        if n_unknown > len(columns) and n_unknown + len(columns) >= _ENOUGH:
            warnings.warn(
                f"{n_unknown} of {n_unknown + len(columns)} words are unknown to these word "
                "vectors: are they of this language? A larger max_words knows more; "
                "unknown_words(texts) says which they are",
                UserWarning,
                stacklevel=2,
            )
        chosen = np.asarray(columns, dtype=np.int32)
        weights = self._weights[chosen]
        counts = sparse.csr_array((weights, chosen, ends), shape=(len(texts), len(self.words)))
        sums: Float32Array = counts @ self._vectors
        total = np.asarray(counts.sum(axis=1), dtype=np.float32)[:, None]
        return np.divide(sums, total, out=np.zeros_like(sums), where=total > 0)

    def unknown_words(self, texts: Sequence[str]) -> dict[str, int]:
        """Count the words of texts that have no vector.

        Parameters
        ----------
        texts : sequence of str

        Returns
        -------
        dict of str to int
            Word → how often it occurs, the most frequent first.
        """
        blanks, found = Blanks(), Counter[str]()
        for text in texts:
            found.update(w for w, number in known_words(text, self._index, blanks) if number < 0)
        return dict(found.most_common())

    def get_embedding_dimension(self) -> int:
        """Width of the vectors.

        Returns
        -------
        int
        """
        return int(self._vectors.shape[1])

    def fingerprint(self) -> str:
        """Digest of words, vectors and weights, by which vectors are cached.

        Returns
        -------
        str
        """
        return f"words:{self._digest}"

    def _prepare(self) -> None:
        """Set up what follows from words and vectors."""
        self._index = {word: number for number, word in enumerate(self.words)}
        ranks = np.arange(1, len(self.words) + 1)
        frequency = 1 / (ranks * np.sum(1 / ranks))
        self._weights = (self._smoothing / (self._smoothing + frequency)).astype(np.float32)

    def _computed_digest(self) -> str:
        digest = hashlib.blake2b(f"{_ALGORITHM} {self._smoothing!r}".encode(), digest_size=16)
        digest.update(self._joined().data)
        digest.update(np.ascontiguousarray(self._vectors).data)
        return digest.hexdigest()

    def _joined(self) -> np.ndarray:
        """Return the words as one array of bytes, which any serialiser takes."""
        return np.frombuffer("\n".join(self.words).encode("utf-8", "surrogatepass"), dtype=np.uint8)

    def __repr__(self) -> str:
        return f"WordVectors({len(self.words)} words, {self.get_embedding_dimension()} wide)"

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__()
        for name in ("_index", "_weights"):
            del state[name]
        return {**state, "words": self._joined()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        joined = np.asarray(state["words"], dtype=np.uint8).tobytes()
        words = joined.decode("utf-8", "surrogatepass").split("\n")
        super().__setstate__({**state, "words": words})
        sound = len(words) == len(self._vectors) and self._computed_digest() == self._digest
        if not sound:
            raise ValueError(
                "these saved WordVectors are damaged: words and numbers are not those that were "
                "saved. Load another copy of the file, or save the model again"
            )
        self._prepare()

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Stay one object through scikit-learn's cloning: it never changes."""
        return self
