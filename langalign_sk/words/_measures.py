"""How well the words of two languages lie together, and which word of a pair stands alone."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from langalign_sk._numeric import Float64Array, as_float_matrix, nearest
from langalign_sk.text import WordEmbeddings
from langalign_sk.words._gold import links_within
from langalign_sk.words._lexicon import Lexicon
from langalign_sk.words._matrix import cosines


class WordScores(NamedTuple):
    """Shares of words whose nearest word of the other language is a right one.

    Parameters
    ----------
    forward : float
        Of source words.
    backward : float
        Of target words.
    mean : float
        Of both.
    n_words : tuple of (int, int)
        Source and target words.
    """

    forward: float
    backward: float
    mean: float
    n_words: tuple[int, int]


def word_alignment_score(
    lexicon: Lexicon,
    source_vectors: Any,
    target_vectors: Any,
    *,
    method: Any = "cosine",
    n_neighbors: int = 10,
) -> WordScores:
    """Tell how well a space aligns the words of a dictionary.

    Over models, layers and maps, this goes with the accuracy of transfer in ALIGN-MLM; whether it
    does in yours, ``scipy.stats.spearmanr(scores, accuracies)`` tells, with its p-value.

    Parameters
    ----------
    lexicon : Lexicon
        The dictionary; any of several translations is right.
    source_vectors, target_vectors : array-like of shape (n_words, width)
        Vectors of ``lexicon.sources`` and ``lexicon.targets``, in one space.
    method : {"cosine", "csls", "margin", "inverted_softmax"}, default="cosine"
        What is nearest.
    n_neighbors : int, default=10
        Neighbours of "csls" and "margin".

    Returns
    -------
    WordScores

    References
    ----------
    H. Tang, A. Deshpande, K. Narasimhan. ALIGN-MLM: word embedding alignment is crucial for
    multilingual pre-training. 2022.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.words import Lexicon, word_alignment_score
    >>> lexicon = Lexicon({"dog": ["개", "강아지"], "cat": ["고양이"]})
    >>> word_alignment_score(lexicon, np.eye(2), [[1, 0], [0.9, 0.1], [0.5, 1]]).mean
    1.0
    """
    sources, targets = lexicon.sources, lexicon.targets
    A = as_float_matrix(source_vectors, name="source_vectors")
    B = as_float_matrix(target_vectors, name="target_vectors")
    for rows, words, name in ((A, sources, "source"), (B, targets, "target")):
        if len(rows) != len(words):
            raise ValueError(
                f"{name}_vectors has {len(rows)} rows, but lexicon.{name}s has {len(words)} words"
            )
    settings = {"method": method, "n_neighbors": n_neighbors}
    there, back = nearest(A, B, 1, **settings)[0][:, 0], nearest(B, A, 1, **settings)[0][:, 0]
    forward = [targets[j] in lexicon[word] for word, j in zip(sources, there, strict=True)]
    backward = [word in lexicon[sources[i]] for word, i in zip(targets, back, strict=True)]
    return _scores(forward, backward)


def contextual_word_retrieval(
    source: WordEmbeddings,
    target: WordEmbeddings,
    links: Any,
    *,
    method: Any = "csls",
    n_neighbors: int = 10,
) -> WordScores:
    """Tell how often a word in its text finds its translation among the words of all texts.

    Parameters
    ----------
    source, target : WordEmbeddings
        Words of texts and of their translations, text by text, in one space.
    links : sequence of GoldLinks, or of array-like of shape (n_links, 2)
        Which words belong together in each pair: of gold data, or of another aligner.
    method : {"csls", "cosine", "margin", "inverted_softmax"}, default="csls"
        What is nearest, among all linked words of the other language.
    n_neighbors : int, default=10
        Neighbours of "csls" and "margin".

    Returns
    -------
    WordScores
        A word that stands in several links finds any of its partners.

    References
    ----------
    S. Cao, N. Kitaev, D. Klein. Multilingual alignment of contextual word representations. ICLR
    2020.

    Examples
    --------
    >>> from langalign_sk import EmbeddingExtractor, NgramEncoder
    >>> from langalign_sk.words import contextual_word_retrieval
    >>> embed = EmbeddingExtractor(NgramEncoder(4).fit(["anna", "berta", "carla", "dora"]))
    >>> source = embed.embed_words(["Anna , Berta", "Carla"])
    >>> target = embed.embed_words(["Berta & Anna", "Carla"])
    >>> links = [[(0, 2), (2, 0)], [(0, 0)]]
    >>> contextual_word_retrieval(source, target, links, method="cosine").mean
    1.0
    """
    if not len(source) == len(target) == len(links):
        raise ValueError(
            f"{len(source)} source texts, {len(target)} target texts and links of {len(links)} "
            "pairs: one of each is needed for a pair"
        )
    pairs = []
    for pair, own in enumerate(links):
        (a, n), (b, m) = ((side.starts[pair], len(side[pair].words)) for side in (source, target))
        pairs += [(int(a) + i, int(b) + j) for i, j in links_within(own, n, m, pair=pair)]
    if not pairs:
        raise ValueError("links holds none: there is no word to ask for")
    left = {row: place for place, row in enumerate(dict.fromkeys(i for i, _ in pairs))}
    right = {row: place for place, row in enumerate(dict.fromkeys(j for _, j in pairs))}
    right_pairs = {(left[i], right[j]) for i, j in pairs}
    A, B = source.vectors[list(left)], target.vectors[list(right)]
    settings = {"method": method, "n_neighbors": n_neighbors}
    there, back = nearest(A, B, 1, **settings)[0][:, 0], nearest(B, A, 1, **settings)[0][:, 0]
    forward = [(i, j) in right_pairs for i, j in enumerate(there.tolist())]
    backward = [(i, j) in right_pairs for j, i in enumerate(back.tolist())]
    return _scores(forward, backward)


def token_divergence(source: Any, target: Any) -> tuple[Float64Array, Float64Array]:
    """Tell of each word of two texts how little the other text says it.

    Parameters
    ----------
    source, target : array-like of shape (n, width) and (m, width)
        Vectors of the words of either text, in one space.

    Returns
    -------
    source, target : ndarray of shape (n,) and (m,)
        1 - the cosine of the most similar word of the other text; 1 where that has none.

    Notes
    -----
    How well it finds what people marked as different, ``scipy.stats.spearmanr`` tells.

    References
    ----------
    J. Vamvas, R. Sennrich. Towards unsupervised recognition of token-level semantic differences in
    related documents. EMNLP 2023.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.words import token_divergence
    >>> token_divergence(np.eye(3)[:2], np.eye(3)[1:])
    (array([1., 0.]), array([0., 1.]))
    """
    S = cosines(source, target)
    if not S.size:
        return np.ones(S.shape[0]), np.ones(S.shape[1])
    return 1 - S.max(axis=1), 1 - S.max(axis=0)


def vectors_of_unknown(
    helper: Any, known_helper: Any, known: Any, *, k: int = 10, temperature: float = 0.1
) -> Float64Array:
    r"""Make up vectors of words that a space does not know, from those of their neighbours.

    Parameters
    ----------
    helper : array-like of shape (n_unknown, w)
        The unknown words in another space that knows them, such as n-grams, or the mapped vectors
        of another language.
    known_helper : array-like of shape (n_known, w)
        Words that both spaces know, in the other one.
    known : array-like of shape (n_known, width)
        The same words in the space itself.
    k : int, default=10
        Neighbours of each unknown word.
    temperature : float, default=0.1
        The lower, the more the nearest of them count.

    Returns
    -------
    ndarray of shape (n_unknown, width)
        Means of the vectors of the `k` neighbours by cosine c, weighing
        :math:`\exp(c / \text{temperature})`.

    References
    ----------
    T. Pham et al. UniBridge: a unified approach to cross-lingual transfer learning for
    low-resource languages. ACL 2024.

    Examples
    --------
    >>> from langalign_sk.words import vectors_of_unknown
    >>> vectors_of_unknown([[0.0, 2.0]], [[1.0, 0.0], [0.0, 1.0]], [[5.0], [7.0]], k=1)
    array([[7.]])
    """
    rows = as_float_matrix(known, name="known")
    keys = as_float_matrix(known_helper, name="known_helper")
    if len(rows) != len(keys):
        raise ValueError(f"known_helper has {len(keys)} words, but known has {len(rows)}")
    if not temperature > 0:
        raise ValueError(f"temperature must be positive, got {temperature}")
    best, scores = nearest(as_float_matrix(helper, name="helper"), keys, min(k, len(keys)))
    weights = np.exp((scores - scores[:, :1]) / temperature).astype(np.float64)
    weights /= weights.sum(axis=1, keepdims=True)
    made: npt.NDArray[np.float64] = np.einsum("nk,nkd->nd", weights, rows[best].astype(float))
    return made


def _scores(forward: list[bool], backward: list[bool]) -> WordScores:
    there, back = float(np.mean(forward)), float(np.mean(backward))
    return WordScores(there, back, (there + back) / 2, (len(forward), len(backward)))
