"""Pairs out of two pools of text: rows that are each other's translation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from langalign_sk._numeric import (
    BLOCK_BYTES,
    Float32Array,
    Float64Array,
    FloatArray,
    IntArray,
    adjustment_for,
    best_both_ways,
    two_sides,
)
from langalign_sk.corpus._approximate import best_near
from langalign_sk.corpus._inputs import as_rows
from langalign_sk.corpus._parallel import ParallelCorpus
from langalign_sk.corpus._pool import TextPool

#: With more rows than this on a side, ``search="auto"`` goes through faiss.
EXACT_ROWS = 1_000_000
#: Known rows from which on they say how many there are.
FEWEST_KNOWN = 20
CHOICES = {
    "method": ("margin", "csls", "cosine"),
    "strategy": ("mutual", "max"),
    "search": ("auto", "exact", "faiss"),
}


@dataclass(frozen=True)
class MiningScores:
    """Mined pairs against gold pairs.

    Attributes
    ----------
    precision, recall, f1 : float
    n_mined, n_gold, n_right : int
        Pairs mined, gold pairs, and those in both.
    """

    precision: float
    recall: float
    f1: float
    n_mined: int
    n_gold: int
    n_right: int


@dataclass(frozen=True, eq=False)
class MinedPairs:
    """Pairs that `mine_pairs` found, best first.

    Attributes
    ----------
    corpus : ParallelCorpus
        The pairs, with their weights.
    source_rows, target_rows : ndarray of int
        Where the two sides of each pair stand in the pools.
    scores : ndarray of float32
        What they are ordered by, descending.
    """

    corpus: ParallelCorpus = field(repr=False)
    source_rows: IntArray = field(repr=False)
    target_rows: IntArray = field(repr=False)
    scores: Float32Array = field(repr=False)

    def __repr__(self) -> str:
        low, high = self.scores[-1], self.scores[0]
        return f"MinedPairs({self.corpus.n_pairs} pairs, scores {low:.3f} to {high:.3f})"

    def against(self, gold: Any, *, complete: bool = True) -> MiningScores:
        """Compare with gold pairs, as BUCC does.

        Parameters
        ----------
        gold : array-like of int of shape (m, 2)
            Rows of the two pools that are translations.
        complete : bool, default=True
            Whether these are all there are: then every other pair is wrong. False takes them for a
            random part of them, and precision is estimated; see the notes of `mine_pairs`.

        Returns
        -------
        MiningScores
        """
        right, share, n_gold = self._right(gold, complete)
        n_right = int(right.sum())
        precision, recall = float(share[-1]), n_right / n_gold
        f1 = 2 * precision * recall / (precision + recall) if n_right else 0.0
        return MiningScores(precision, recall, f1, len(right), n_gold, n_right)

    def threshold_for(
        self, gold: Any, *, precision: float | None = None, complete: bool = True
    ) -> float:
        """Score from which pairs are right often enough, learned from gold pairs.

        As in BUCC, it is learned on a part of the data whose pairs are known, and given to
        `mine_pairs` for the rest.

        Parameters
        ----------
        gold : array-like of int of shape (m, 2)
        precision : float, optional
            The lowest score from which at least this share of the pairs is right. None: the score
            of the best F1.
        complete : bool, default=True
            As in `against`.

        Returns
        -------
        float
        """
        right, share, n_gold = self._right(gold, complete)
        if not right.any():
            raise ValueError("none of the known pairs was mined, so that no score can be learned")
        recall = np.cumsum(right) / n_gold
        # A score that several pairs have is taken with all of them.
        ends = np.flatnonzero(np.append(self.scores[:-1] > self.scores[1:], True))
        if precision is None:
            f1 = 2 * share * recall / np.maximum(share + recall, 1e-12)
            end = ends[np.argmax(f1[ends])]
        else:
            enough = ends[share[ends] >= precision]
            if not len(enough):
                raise ValueError(
                    f"no score reaches a precision of {precision:g} on the known pairs; the best "
                    f"is {share[ends].max():.3f}"
                )
            end = enough[-1]
        # Between this score and the next one, as BUCC's own script does.
        following = self.scores[min(end + 1, len(self.scores) - 1)]
        return float((self.scores[end] + following) / 2)

    def _right(self, gold: Any, complete: bool) -> tuple[npt.NDArray[np.bool_], Float64Array, int]:
        """Tell which pairs are gold, the precision down to each, and how many gold pairs there are.

        Known rows that are mined, rightly or not, are the share of the known ones of all rows that
        have a partner, which are no more than what is mined: that bounds how many there are.
        """
        known = np.asarray(gold)
        if known.ndim != 2 or known.shape[1] != 2 or known.dtype.kind not in "iu" or not len(known):
            raise ValueError(
                "gold pairs: rows of both pools, as integers of shape (m, 2), are needed, got "
                f"{known.dtype} of shape {known.shape}"
            )
        known = np.unique(known, axis=0)
        base = int(max(known[:, 1].max(), self.target_rows.max(initial=0))) + 1
        right = np.isin(
            self.source_rows * base + self.target_rows, known[:, 0] * base + known[:, 1]
        )
        n_right, n_mined = np.cumsum(right), np.arange(1, len(right) + 1)
        if complete or not right.any():
            return right, n_right / n_mined, len(known)
        sides = ((self.source_rows, known[:, 0]), (self.target_rows, known[:, 1]))
        touched = np.maximum(*(np.cumsum(np.isin(rows, own)) for rows, own in sides))
        enough = touched >= min(FEWEST_KNOWN, touched[-1])
        # Of many bounds the least is too small by chance: one at each doubling does.
        ends = np.searchsorted(touched, touched[-1] * 0.5 ** np.arange(8))
        bounds = (n_mined / np.maximum(touched, 1))[ends[enough[ends]]]
        share = np.minimum(bounds.min() * n_right / n_mined, n_right / np.maximum(touched, 1))
        return right, np.minimum(1.0, share), len(known)

    def _share_right(self, known: Any) -> Float64Array:
        """Return how often pairs are right at each score, which never falls with the score."""
        from sklearn.isotonic import IsotonicRegression

        right, share, _ = self._right(known, complete=False)
        # As many of each known pair as make the whole as often right as is estimated.
        each = float(share[-1]) / max(float(right.mean()), 1e-12)
        curve, scores = IsotonicRegression(), self.scores.astype(float)
        return np.minimum(1.0, each * np.asarray(curve.fit_transform(scores, right * 1.0)))


def mine_pairs(
    source: Any,
    target: Any,
    *,
    embedder: Any = None,
    method: Literal["margin", "csls", "cosine"] = "margin",
    n_neighbors: int = 4,
    strategy: Literal["mutual", "max"] = "mutual",
    threshold: float | None = None,
    known: Any = None,
    precision: float = 0.95,
    center: bool = False,
    search: Literal["auto", "exact", "faiss"] = "auto",
) -> MinedPairs:
    r"""Find translations in two pools that are no pairs: bitext mining.

    Parameters
    ----------
    source, target : TextPool, sequence of str, or array-like of shape (n, d)
        Texts, with an `embedder`, or vectors of one space. The languages are those of the pools.
    embedder : EmbeddingExtractor, or object with ``transform(texts)``, optional
        Makes vectors of texts, in one space for both sides: one multilingual model, or a fitted
        pipeline of an extractor and an aligner.
    method : {"margin", "csls", "cosine"}, default="margin"
        The score of a pair, as in :func:`~langalign_sk.measures.retrieval`: the ratio margin,
        :math:`2 \cos / (r_s + r_t)`, :math:`2 \cos - r_s - r_t`, or the cosine itself.
    n_neighbors : int, default=4
        Nearest rows of the other side in :math:`r`.
    strategy : {"mutual", "max"}, default="mutual"
        "mutual" keeps pairs that are best for each other. "max" goes through the best of either
        side from the highest score on and takes each row once: more pairs, fewer of them right.
    threshold : float, optional
        Pairs below this score are left out; see `MinedPairs.threshold_for`.
    known : array-like of int of shape (m, 2), optional
        Rows of the pools that are known to be translations, a random part of those there are (such
        as known pairs that were mixed into the pools). For lack of a threshold, it becomes the
        lowest score from which `precision` holds, as estimated from these.
    precision : float, default=0.95
    center : bool, default=False
        Take the mean of its rows off each side first. It helps where languages lie apart.
    search : {"auto", "exact", "faiss"}, default="auto"
        "exact" compares all rows, tile by tile. "faiss" compares those that an index of cells
        proposes (extra ``faiss``). "auto" is exact up to a million rows a side.

    Returns
    -------
    MinedPairs
        ``.corpus`` is a `ParallelCorpus` of the rows as they were given, weighted: where `known`
        pairs are given by how often they are right at such a score, else by the rank of the score,
        from 1 down to 1 / n.

    See Also
    --------
    langalign_sk.measures.retrieval : How well a space finds known translations.

    Notes
    -----
    Where known pairs are a random part of those there are, their number N is at most :math:`M(t) /
    U(t)` for every score t, with M(t) the pairs mined from t on and U(t) the share of the known
    rows among them, rightly paired or not; the least of a few such bounds stands for N. Precision
    is :math:`N R(t) / M(t)` with R(t) the share rightly paired, and :math:`R(t) / U(t)` at most.
    Exact mining passes twice over all cosines, and holds one tile of them. Where rows have
    no partner, mutual neighbours remain: without a threshold, they are mined too.

    References
    ----------
    Artetxe and Schwenk (2019), Margin-based Parallel Corpus Mining with Multilingual Sentence
    Embeddings; Zweigenbaum et al. (2017), Overview of the second BUCC shared task.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk.corpus import mine_pairs
    >>> rows = np.random.default_rng(0).normal(size=(60, 32))
    >>> found = mine_pairs(rows[:40], rows[20:][::-1])  # row i here is row 59 - i there
    >>> gold = [(i, 59 - i) for i in range(20, 40)]
    >>> threshold = found.threshold_for(gold)
    >>> found = mine_pairs(rows[:40], rows[20:][::-1], threshold=threshold)
    >>> found.against(gold).f1, found.corpus.n_pairs
    (1.0, 20)
    """
    for name, value in (("method", method), ("strategy", strategy), ("search", search)):
        if value not in CHOICES[name]:
            raise ValueError(f"{name}: {value!r} is unknown; choose one of {CHOICES[name]}")
    if not isinstance(n_neighbors, int | np.integer) or n_neighbors < 1:
        raise ValueError(f"n_neighbors: a number of at least 1 is needed, got {n_neighbors!r}")
    rows, vectors, langs = zip(
        *(_side(side, embedder, name) for side, name in ((source, "source"), (target, "target"))),
        strict=True,
    )
    if center:
        vectors = tuple(
            side - side.mean(axis=0, dtype=np.float64).astype(side.dtype) for side in vectors
        )
    i, j, scores = _candidates(vectors[0], vectors[1], method, n_neighbors, strategy, search)
    weight = (len(scores) - np.arange(len(scores), dtype=float)) / len(scores)
    if known is not None:
        _check_rows(known, len(vectors[0]), len(vectors[1]))
        every = MinedPairs(None, i, j, scores)  # type: ignore[arg-type]
        if threshold is None:
            threshold = every.threshold_for(known, precision=precision, complete=False)
        weight = every._share_right(known)
    kept = slice(None) if threshold is None else slice(int(np.sum(scores >= threshold)))
    if not len(scores[kept]):
        best = f"{scores[0]:.4f}" if len(scores) else "none"
        raise ValueError(f"no pair has a score of {threshold:g} or more; the best is {best}")
    i, j, scores, weight = i[kept], j[kept], scores[kept], weight[kept]
    corpus = ParallelCorpus(
        _take(rows[0], i),
        _take(rows[1], j),
        source_lang=langs[0],
        target_lang=langs[1],
        weight=weight,
    )
    return MinedPairs(corpus, i, j, scores)


def _check_rows(known: Any, n: int, m: int) -> None:
    """Raise for known pairs of rows that the pools do not have, such as rows counted from 1."""
    rows = np.asarray(known)
    if rows.ndim != 2 or rows.shape[1] != 2 or rows.dtype.kind not in "iu":
        return  # what it should be is said where it is used
    wrong = np.flatnonzero(((rows < 0) | (rows >= [n, m])).any(axis=1))
    if len(wrong):
        i, j = rows[wrong[0]].tolist()
        raise ValueError(
            f"known: pair {wrong[0]} is of rows {i} and {j}, but the pools have {n} and {m} rows, "
            "counted from 0"
        )


def _side(pool: Any, embedder: Any, name: str) -> tuple[Any, FloatArray, str | None]:
    """Return the rows of a pool, their vectors and their language."""
    given, lang, layout = isinstance(pool, TextPool), None, None
    if given:
        lang, layout = pool.lang, pool.layout
    rows = pool.rows if given else as_rows(pool, name)
    if isinstance(rows, tuple):
        if embedder is None:
            raise ValueError(f"{name} holds texts; give the embedder that makes vectors of them")
        layout = embedder.get_layout() if hasattr(embedder, "get_layout") else None
    if layout is not None:
        raise ValueError(
            f"the vectors of {name} are those of an encoder of its own language, which share no "
            "space with others: give one encoder for both languages, or a fitted pipeline of the "
            "extractor and an aligner"
        )
    if not isinstance(rows, tuple):
        return rows, rows, lang
    vectors = pool.embed(embedder).rows if given else embedder.transform(list(rows))
    return rows, np.asarray(vectors), lang


def _candidates(
    source: FloatArray,
    target: FloatArray,
    method: Any,
    n_neighbors: int,
    strategy: str,
    search: str,
) -> tuple[IntArray, IntArray, Float32Array]:
    """Return rows of both sides and their scores, highest first."""
    A, B = two_sides(source, target, ("source", "target"))
    if search == "faiss" or (search == "auto" and max(len(A), len(B)) > EXACT_ROWS):
        forward, backward = best_near(A, B, method=method, n_neighbors=n_neighbors)
    else:
        adjustment = adjustment_for(
            A, B, method, n_neighbors=n_neighbors, temperature=1.0, block_bytes=BLOCK_BYTES
        )
        forward, backward = best_both_ways(A, B, adjustment)
    i, (j, scores) = np.arange(len(A)), forward
    if strategy == "mutual":
        i = np.flatnonzero(backward[0][j] == i)
        j, scores = j[i], scores[i]
    else:
        i, j = np.append(i, backward[0]), np.append(j, np.arange(len(B)))
        scores = np.append(scores, backward[1])
    order = np.lexsort((j, i, -scores))
    i, j, scores = i[order], j[order], scores[order]
    if strategy == "max":
        kept = _each_once(i, j)
        i, j, scores = i[kept], j[kept], scores[kept]
    return i, j, scores * np.float32(2 if method == "csls" else 1)


def _each_once(i: IntArray, j: IntArray) -> list[int]:
    """Return the pairs that are left when each row is in the first that it can be in."""
    taken_i, taken_j, kept = set(), set(), []
    for number, (one, other) in enumerate(zip(i.tolist(), j.tolist(), strict=True)):
        if one not in taken_i and other not in taken_j:
            taken_i.add(one)
            taken_j.add(other)
            kept.append(number)
    return kept


def _take(rows: Any, index: IntArray) -> Any:
    """Return some rows, of texts or of vectors."""
    return [rows[k] for k in index.tolist()] if isinstance(rows, tuple) else rows[index]
