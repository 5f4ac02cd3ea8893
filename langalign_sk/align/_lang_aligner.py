"""Source rows into the target space."""

from __future__ import annotations

from typing import Any, ClassVar

from langalign_sk.align._base import BaseAligner


class LangAligner(BaseAligner):
    r"""Move source-language vectors into the target language's space; target rows stay.

    A head trained on the moved source rows then works on native target-language vectors.

    Parameters
    ----------
    pairs : ParallelCorpus, list of ParallelCorpus, tuple or "self", default=None
        Vectors of translated sentences. Several corpora must lead into one target language. A
        tuple is (source vectors, target vectors). "self" pairs each fitted row with itself: the
        null alignment, on which scikit-learn's own checks run.
    method : str, map or scikit-learn regressor, default="ridge"
        A name ("procrustes", "kernel", ...) or an object such as ``RidgeMap(alpha=0.1)``, whose
        parameters a grid reaches as ``method__alpha``. "ridge" did best of the maps that fit in
        a moment and stream; with thousands of pairs "kernel" did better, in seconds of fitting
        and without `partial_fit` (``python -m benchmarks.quality``).
    gate : {"hard", "soft"} or None, default="hard"
        How rows of one shared space are told apart: by the most probable language, by a blend
        weighted with the probabilities, or not at all (every row moves). Language blocks are
        exact and need no gate.
    robust : {"trim", "weight"} or None, default=None
        What to do about wrong pairs, whose share is estimated: leave out those that are more
        likely random than translations, or weigh each by the probability that it is one. Pairs
        that are all right stay as they are. See `pair_scores`; needs at least 30 pairs, rules
        out `partial_fit`.
    unlabeled : TextPool or list of TextPool, default=None
        Unpaired vectors, for maps that use them. For maps that need no pairs:
        [source, target].
    blocks : dict of str to int, default=None
        Language → width, in column order, where `X` is in language blocks and the pairs are raw
        arrays; of two blocks of one width, the first is the source's. Corpora embedded by an
        extractor know their blocks.
    keep_moments : bool, default=False
        Save the moments with the fitted aligner, so that `partial_fit` can go on after loading.
        Costs three matrices of width x width.
    random_state : int, RandomState instance or None, default=None
        Passed to maps that draw random numbers and were given no seed of their own.

    Attributes
    ----------
    maps_ : dict of str to map
        The fitted map of each moved language.
    languages_ : ndarray of str
        All languages, in the order of the columns of :meth:`gate_proba`.
    stays_ : str
        The language whose rows stay as they are.
    layout_ : BlockLayout or None
        The language blocks of `X`, None for one shared space.
    gate_ : LanguageGate or None
        The fitted gate, None where none is needed.
    n_pairs_ : int
        Number of pairs learned from.
    bad_share_ : dict of str to float
        Estimated share of wrong pairs of each moved language; empty without `robust`.
    source_rate_ : float
        Share of the fitted rows that are in a source language.
    n_features_in_ : int
        Number of columns seen during fit.

    See Also
    --------
    ReverseAligner : Target rows into the source space.
    TextAligner : The same with texts, for grids over the encoder.

    Notes
    -----
    With pairs :math:`(s_i, t_i)` the map minimises, in the method's own sense,
    :math:`\sum_i \lVert A(s_i) - t_i \rVert^2`; centring is folded into :math:`A`, so that
    target rows are never touched.

    References
    ----------
    LANGALIGN, arXiv:2503.18603.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk import LangAligner, ParallelCorpus
    >>> rng = np.random.default_rng(0)
    >>> source = rng.normal(size=(200, 8))
    >>> rotation, _ = np.linalg.qr(rng.normal(size=(8, 8)))
    >>> target = source @ rotation + 3.0
    >>> aligner = LangAligner(ParallelCorpus(source, target), method="procrustes")
    >>> moved = aligner.fit_transform(source)
    >>> bool(np.allclose(moved, target))
    True
    >>> bool(np.array_equal(aligner.transform(target), target))
    True
    """

    _backwards: ClassVar[bool] = False

    def __init__(
        self,
        pairs: Any = None,
        *,
        method: Any = "ridge",
        gate: str | None = "hard",
        robust: str | None = None,
        unlabeled: Any = None,
        blocks: Any = None,
        keep_moments: bool = False,
        random_state: Any = None,
    ) -> None:
        self.pairs = pairs
        self.method = method
        self.gate = gate
        self.robust = robust
        self.unlabeled = unlabeled
        self.blocks = blocks
        self.keep_moments = keep_moments
        self.random_state = random_state
