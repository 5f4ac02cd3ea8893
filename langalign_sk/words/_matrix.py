"""Links out of a matrix of similarities: which word of one text is which of the other."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from langalign_sk._numeric import FloatArray, as_float_matrix, unit_rows
from langalign_sk.words._transport import KINDS, plan

Matrix = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
#: Links as (source word, target word), ascending.
Links = npt.NDArray[np.intp]

#: Below which a link is none: a cosine, a probability, a share of the largest amount moved.
THRESHOLDS = {
    "argmax": -np.inf,
    "itermax": -np.inf,
    "match": -np.inf,
    "softmax": 0.5,
    "entmax": 0.0,
    "transport": 0.5,
    "partial": 0.95,
    "unbalanced": 0.95,
}
#: What similarities are divided by before they become probabilities, or entropy weighs by.
TEMPERATURES = {"softmax": 0.05, "entmax": 0.1, **dict.fromkeys(KINDS, 0.1)}
_SHARE = 0.1  # of a word that must go where words may stay, so that it has a link
_ROUNDS = 3
_ONE_TAKEN = 0.9  # what a pair counts of which one word has a link already
_TIE = 1e-9  # of equal similarities, the one nearer to the diagonal


def align_words(source: Any, target: Any, method: str = "argmax", **settings: Any) -> Links:
    """Align the words of a text with those of its translation by their vectors.

    Parameters
    ----------
    source, target : array-like of shape (n, width) and (m, width)
        Vectors of the words of either text, in one space, such as those of
        ``EmbeddingExtractor.embed_words``.
    method : str, default="argmax"
        See `align_matrix`.
    **settings
        Of `align_matrix`.

    Returns
    -------
    ndarray of shape (n_links, 2)
        Numbers of source and target words that belong together, ascending. Words without a link
        are in no row.

    See Also
    --------
    WordAligner : Reads texts, and may learn from pairs.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.words import align_words
    >>> align_words(np.eye(3), np.eye(3)[[2, 0]], "argmax").tolist()
    [[0, 1], [2, 0]]
    """
    return align_matrix(cosines(source, target), method, **settings)


def align_matrix(
    similarity: Any,
    method: str = "argmax",
    *,
    threshold: float | None = None,
    temperature: float | None = None,
    distortion: float = 0.0,
    mass: float = 0.8,
    penalty: float = 0.5,
) -> Links:
    r"""Align words by a matrix of their similarities, such as cosines; both sides are alike.

    The links of the transposed matrix are the transposed links.

    Parameters
    ----------
    similarity : array-like of shape (n, m)
        Similarity of each source word to each target word, the cosine or a like of it.
    method : str, default="argmax"
        - "argmax": words that are each other's most similar one.
        - "itermax": these, then those of the words left, or with one word left, twice more [1]_.
        - "match": the one-to-one assignment with the largest sum.
        - "softmax": both probabilities, over the row and over the column, exceed the threshold
          [2]_.
        - "entmax": the same with probabilities that can be zero (1.5-entmax [3]_).
        - "transport", "partial", "unbalanced": optimal transport of the source words onto the
          target words, of all, of the share `mass`, or of as much as pays [4]_; the words that
          move too little have no link, and in "unbalanced" those that move less than a tenth.
    threshold : float, optional
        What a link must exceed: a similarity; for "softmax" and "entmax" a probability; for
        "transport" a share of the largest amount that is moved, for "partial" and "unbalanced" of
        the largest one of either word. None: nothing for the first three, then .5, 0, .5, .95
        and .95.
    temperature : float, optional
        What similarities are divided by, of "softmax", "entmax" and transport (its entropic
        regularisation). None: .05, .1 and .1.
    distortion : float, default=0
        How dearly places far apart cost: ``distortion * ((i + .5) / n - (j + .5) / m) ** 2`` is
        taken off the similarity.
    mass : float, default=0.8
        Share that "partial" moves.
    penalty : float, default=0.5
        How dearly "unbalanced" pays for words that are not moved.

    Returns
    -------
    ndarray of shape (n_links, 2)
        Numbers of source and target words, ascending.

    References
    ----------
    .. [1] M. Jalili Sabet et al. SimAlign: high quality word alignments without parallel training
       data using static and contextualized embeddings. Findings of EMNLP 2020.
    .. [2] Z.-Y. Dou, G. Neubig. Word alignment by fine-tuning embeddings on parallel corpora.
       EACL 2021.
    .. [3] B. Peters, V. Niculae, A. Martins. Sparse sequence-to-sequence models. ACL 2019.
    .. [4] Y. Arase, H. Bao, S. Yokoi. Unbalanced optimal transport for unbalanced word alignment.
       ACL 2023.

    Examples
    --------
    >>> from langalign_sk.words import align_matrix
    >>> similarity = [[0.9, 0.1, 0.2], [0.3, 0.8, 0.7]]
    >>> align_matrix(similarity, "argmax").tolist()
    [[0, 0], [1, 1]]
    >>> align_matrix(similarity, "itermax").tolist()
    [[0, 0], [1, 1], [1, 2]]
    """
    S = np.asarray(similarity, dtype=np.float64)
    if S.ndim != 2:
        raise ValueError(f"similarity must be a matrix, got an array of {S.ndim} dimensions")
    if method not in THRESHOLDS:
        raise ValueError(f"method: {method!r} is unknown; choose one of {', '.join(THRESHOLDS)}")
    if not np.isfinite(S).all():
        raise ValueError("similarity holds NaN or infinity")
    if not S.size:
        return np.zeros((0, 2), np.intp)
    least = THRESHOLDS[method] if threshold is None else float(threshold)
    heat = TEMPERATURES.get(method, 1.0) if temperature is None else float(temperature)
    if not heat > 0:
        raise ValueError(f"temperature must be positive, got {temperature}")
    S = S - (float(distortion) + _TIE) * _apart(S.shape)
    above = least < S
    if method == "argmax":
        mask = mutual(S) & above
    elif method == "itermax":
        mask = _itermax(S) & above
    elif method == "match":
        mask = np.zeros(S.shape, bool)
        mask[linear_sum_assignment(S, maximize=True)] = True
        mask &= above
    elif method in KINDS:
        amounts = plan(S, method, reg=heat, mass=mass, penalty=penalty)
        largest = amounts.max()
        if method != "transport":  # words send very uneven amounts: each is compared with its own
            largest = np.maximum(amounts.max(axis=1, keepdims=True), amounts.max(axis=0))
        mask = amounts > least * largest
        if method == "unbalanced":
            mask &= amounts > _SHARE
    else:
        shares = softmax if method == "softmax" else _entmax
        mask = np.minimum(shares(S / heat), shares(S.T / heat).T) > least
    return np.argwhere(mask)


def cosines(source: Any, target: Any) -> Matrix:
    """Return the cosine of each row of one side with each of the other; zeros for rows of zeros."""
    A, B = (_rows(side, name) for side, name in ((source, "source"), (target, "target")))
    if not len(A) or not len(B):
        return np.zeros((len(A), len(B)))
    if A.shape[1] != B.shape[1]:
        raise ValueError(
            f"source has {A.shape[1]} columns and target has {B.shape[1]}: words are compared in "
            "one space; map one side onto the other first"
        )
    # In float64: a rounding of float32 is more than what breaks ties, and differs when swapped.
    return np.asarray(unit_rows(A).astype(np.float64) @ unit_rows(B).T.astype(np.float64))


def mutual(S: Matrix) -> Mask:
    """Return which pairs are the most similar of their row and of their column."""
    rows, columns = np.arange(S.shape[0]), np.arange(S.shape[1])
    best = np.zeros(S.shape, bool)
    best[rows, S.argmax(axis=1)] = True
    other = np.zeros(S.shape, bool)
    other[S.argmax(axis=0), columns] = True
    return best & other


def softmax(S: Matrix) -> Matrix:
    """Return the probabilities of each row."""
    powers = np.exp(S - S.max(axis=1, keepdims=True))
    found: Matrix = powers / powers.sum(axis=1, keepdims=True)
    return found


def _rows(side: Any, name: str) -> FloatArray:
    side = np.asarray(side)
    return side if side.ndim == 2 and not len(side) else as_float_matrix(side, name=name)


def _apart(shape: tuple[int, ...]) -> Matrix:
    """Return how far apart two places are, as squares of shares of the texts."""
    first, second = ((np.arange(n) + 0.5) / n for n in shape)
    return np.asarray((first[:, None] - second) ** 2)


def _itermax(S: Matrix) -> Mask:
    """Add to mutual pairs those of words that have none, or of one such word."""
    links = mutual(S)
    positive = S - min(S.min(), -1.0)  # so that a smaller share is less
    for _ in range(_ROUNDS - 1):
        free = [1.0 - np.minimum(links.sum(axis=side, keepdims=True), 1) for side in (1, 0)]
        if not free[0].any() and not free[1].any():
            break
        weight = np.minimum(_ONE_TAKEN * (free[0] + free[1]), 1.0)
        new = mutual(positive * weight) & (weight > 0)
        if not (new & ~links).any():
            break
        links |= new
    return links


def _entmax(S: Matrix) -> Matrix:
    """Return the 1.5-entmax of each row: (S / 2 - tau) squared where positive, summing to 1."""
    half = S / 2
    half = half - half.max(axis=1, keepdims=True)
    ordered = -np.sort(-half, axis=1)
    count = np.arange(1, S.shape[1] + 1)
    mean = np.cumsum(ordered, axis=1) / count
    spread = count * (np.cumsum(ordered**2, axis=1) / count - mean**2)
    tau = mean - np.sqrt(np.maximum((1 - spread) / count, 0))
    size = (tau <= ordered).sum(axis=1)
    chosen = tau[np.arange(len(S)), size - 1]
    return np.asarray(np.maximum(half - chosen[:, None], 0) ** 2)
