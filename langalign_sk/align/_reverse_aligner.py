"""Target rows into the source space."""

from __future__ import annotations

from typing import Any, ClassVar

from langalign_sk.align._base import BaseAligner
from langalign_sk.align._fitting import FitTask
from langalign_sk.maps import BaseMap


class ReverseAligner(BaseAligner):
    r"""Move target-language vectors into the source language's space; source rows stay.

    One head trained on source rows then serves every target language that has pairs. With
    `round_trip` the source rows go there and back, so that the head is trained on what survives
    the trip.

    Parameters
    ----------
    pairs : ParallelCorpus, list of ParallelCorpus, tuple or "self", default=None
        Vectors of translated sentences, one corpus per target language, all with one source
        language. A tuple is (source vectors, target vectors). "self" pairs each fitted row with
        itself: the null alignment, on which scikit-learn's own checks run.
    method : str, map or scikit-learn regressor, default="ridge"
        A name ("procrustes", "kernel", ...) or an object such as ``RidgeMap(alpha=0.1)``, whose
        parameters a grid reaches as ``method__alpha``. "ridge" did best of the maps that fit in
        a moment and stream; with thousands of pairs "kernel" did better, in seconds of fitting
        and without `partial_fit` (``python -m benchmarks.quality``).
    round_trip : bool or map, default=False
        True sends source rows through the same kind of map into the target space and back; a
        map object is used for the way there instead. Round trips are averaged over languages.
        False leaves source rows alone, for a head that is trained already; where the head is
        trained behind the aligner, True did better on all real text measured.
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
        [source, target, ...].
    blocks : dict of str to int, default=None
        Language → width, in column order, where `X` is in language blocks and the pairs are raw
        arrays; of two blocks of one width, the first is the source's. Corpora embedded by an
        extractor know their blocks.
    keep_moments : bool, default=False
        Save the moments with the fitted aligner, so that `partial_fit` can go on after loading.
        Costs three matrices of width x width per language.
    random_state : int, RandomState instance or None, default=None
        Passed to maps that draw random numbers and were given no seed of their own.

    Attributes
    ----------
    maps_ : dict of str to map
        The fitted map of each target language.
    round_trip_map_ : map or None
        What source rows go through, None without a round trip.
    languages_ : ndarray of str
        All languages, the source language first; the columns of :meth:`gate_proba`.
    stays_ : str
        The source language.
    layout_ : BlockLayout or None
        The language blocks of `X`, None for one shared space.
    gate_ : LanguageGate or None
        The fitted gate, None where none is needed.
    n_pairs_ : int
        Number of pairs learned from, over all languages.
    bad_share_ : dict of str to float
        Estimated share of wrong pairs of each moved language; empty without `robust`.
    source_rate_ : float
        Share of the fitted rows that are in the source language.
    n_features_in_ : int
        Number of columns seen during fit.

    See Also
    --------
    LangAligner : Source rows into the target space.
    TextAligner : The same with texts, for grids over the encoder.

    Notes
    -----
    With pairs :math:`(s_i, t_i)` and maps :math:`R: t \to s` and :math:`A: s \to t`, target rows
    become :math:`R(t)` and, with a round trip, source rows :math:`R(A(s))`. The latter is close
    to the expectation of :math:`R(t)` given :math:`s`: the head sees in training what it will
    see in service (regression calibration). Two affine maps are multiplied once, at fit.

    References
    ----------
    LANGALIGN, arXiv:2503.18603.

    Examples
    --------
    >>> import numpy as np
    >>> from langalign_sk import ParallelCorpus, ReverseAligner
    >>> rng = np.random.default_rng(0)
    >>> source = rng.normal(size=(200, 8))
    >>> rotation, _ = np.linalg.qr(rng.normal(size=(8, 8)))
    >>> target = source @ rotation + 3.0
    >>> aligner = ReverseAligner(ParallelCorpus(source, target), method="procrustes").fit(source)
    >>> bool(np.allclose(aligner.transform(target), source))
    True
    """

    _backwards: ClassVar[bool] = True

    def __init__(
        self,
        pairs: Any = None,
        *,
        method: Any = "ridge",
        round_trip: Any = False,
        gate: str | None = "hard",
        robust: str | None = None,
        unlabeled: Any = None,
        blocks: Any = None,
        keep_moments: bool = False,
        random_state: Any = None,
    ) -> None:
        self.pairs = pairs
        self.method = method
        self.round_trip = round_trip
        self.gate = gate
        self.robust = robust
        self.unlabeled = unlabeled
        self.blocks = blocks
        self.keep_moments = keep_moments
        self.random_state = random_state

    def _methods(self) -> list[Any]:
        if self.round_trip is False or self.round_trip is None:
            return [self.method]
        return [self.method, self.method if self.round_trip is True else self.round_trip]

    def _fit_more(self, task: FitTask, methods: list[Any], maps: dict[str, Any]) -> dict[str, Any]:
        trip = task.fit_round_trip(methods[1], maps) if len(methods) > 1 else None
        return {"round_trip_map_": trip}

    def _map_of(self, lang: str) -> BaseMap | None:
        if lang == self.stays_:
            fitted: BaseMap | None = self.round_trip_map_
            return fitted
        return super()._map_of(lang)
