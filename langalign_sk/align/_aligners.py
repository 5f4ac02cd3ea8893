"""Aligners: rows of one language into the space of another, by maps learned from pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import clone
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.metaestimators import available_if

from langalign_sk._numeric import FloatArray, PairMoments, as_float_matrix, as_numpy
from langalign_sk.align._arrays import UNNAMED
from langalign_sk.align._gate import fit_gate, moments_of_languages
from langalign_sk.align._gate_rate import held_out_rate
from langalign_sk.align._moving import MovesRows
from langalign_sk.align._own_width import check_width, come_apart, found_blocks
from langalign_sk.align._pairs import (
    Direction,
    PairedEstimator,
    all_or_nothing,
    as_pools,
    check_embedder,
    check_languages,
    directions,
    find_layout,
    no_pairs,
    one_spelling,
    resolve_corpora,
    widths_of,
)
from langalign_sk.align._robust import judged
from langalign_sk.align._stacked import stacked, stacked_langs
from langalign_sk.corpus import ParallelCorpus, TextPool
from langalign_sk.maps import (
    SHARE,
    BaseMap,
    average,
    blended,
    compose,
    fits_from_moments,
    resolve_map,
)
from langalign_sk.text import as_layout, match_code


def _streams(aligner: Any) -> bool:
    """Tell whether moments are enough for `partial_fit`: judging pairs takes all of them."""
    return aligner.robust is None and all(
        fits_from_moments(resolve_map(method)) for method in aligner._methods()
    )


class BaseAligner(PairedEstimator, MovesRows):
    """Fit maps from pairs, and what decides which rows move."""

    _moments: dict[str, PairMoments]

    __metadata_request__fit: ClassVar = {"pairs": True, "unlabeled": True, "lang": True}
    __metadata_request__partial_fit: ClassVar = {"pairs": True}
    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "gate": [StrOptions({"hard", "soft"}), None],
        "robust": [StrOptions({"trim", "weight"}), None],
        "blend": [SHARE],
        "n_texts": [Interval(Integral, 1, 2, closed="both")],
        "keep_moments": ["boolean"],
        "random_state": ["random_state"],
    }

    #: False: source rows move into the target space. True: target rows into the source space.
    _backwards: ClassVar[bool]

    def __init__(
        self,
        pairs: Any = None,
        *,
        method: Any = "ridge",
        gate: str | None = "hard",
        robust: str | None = None,
        blend: float = 1.0,
        unlabeled: Any = None,
        blocks: Any = None,
        n_texts: int = 1,
        keep_moments: bool = False,
        random_state: Any = None,
    ) -> None:
        self.pairs = pairs
        self.method = method
        self.gate = gate
        self.robust = robust
        self.blend = blend
        self.unlabeled = unlabeled
        self.blocks = blocks
        self.n_texts = n_texts
        self.keep_moments = keep_moments
        self.random_state = random_state

    def _methods(self) -> list[Any]:
        """Return the method of the map and, where there is one, of the way there and back."""
        return [self.method]

    def fit(
        self, X: Any, y: Any = None, *, pairs: Any = None, unlabeled: Any = None, lang: Any = None
    ) -> Self:
        """Fit the maps from the pairs, and the rule that decides which rows move.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows as the pipeline will see them: usually labelled source-language vectors, maybe
            some target-language ones among them. The maps come from the pairs, not from `X`.
        y : array-like, default=None
            Ignored, unless the pairs are "y": then the target vectors, row-aligned with `X`.
        pairs, unlabeled
            As in the constructor, whose own they replace.
        lang : str or array-like of str, default=None
            Language of each row of `X`, where it is known: see :meth:`transform`.

        Returns
        -------
        self : object
            The fitted aligner.
        """
        with all_or_nothing(self) as draft:
            draft._learn(X, y, draft._given_pairs(pairs), unlabeled, lang=lang)
        return self

    @available_if(_streams)
    def partial_fit(self, X: Any, y: Any = None, *, pairs: Any = None) -> Self:
        """Add pairs to those learned so far; the result is that of one fit on all of them.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows as the pipeline will see them or, where the pairs are "y", the source side.
        y : array-like, default=None
            Target vectors, row-aligned with `X`, where the pairs are "y".
        pairs : ParallelCorpus, list of ParallelCorpus, tuple, "self" or "y", default=None
            The pairs to add. Without any, the first call takes those of the constructor; its "self"
            and "y" serve every call.

        Returns
        -------
        self : object
            The fitted aligner.
        """
        go_on = self.__sklearn_is_fitted__()
        if go_on and not hasattr(self, "_moments"):
            raise ValueError(
                f"this {type(self).__name__} was saved without its moments, so partial_fit can't "
                "continue: set keep_moments=True before saving, or fit it again on all pairs"
            )
        if pairs is None and (self.pairs is None or (go_on and not isinstance(self.pairs, str))):
            raise ValueError(
                f"{type(self).__name__}.partial_fit has no new pairs: pass partial_fit(X, "
                'pairs=(source, target)), or pairs="y" where y holds the translations of X'
            )
        with all_or_nothing(self) as draft:
            draft._learn(X, y, draft._given_pairs(pairs), None, go_on=go_on)
        return self

    def fit_transform(
        self, X: Any, y: Any = None, *, pairs: Any = None, unlabeled: Any = None, lang: Any = None
    ) -> Any:
        """Fit, then transform the same rows.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows as the pipeline will see them.
        y, pairs, unlabeled
            See :meth:`fit`.
        lang : str or array-like of str, default=None
            See :meth:`transform`.

        Returns
        -------
        X_new : ndarray of shape (n_samples, n_features_out)
            The rows after the move.
        """
        fitted = self.fit(X, y, pairs=pairs, unlabeled=unlabeled, lang=lang)
        return fitted.transform(X, lang=lang)

    def _learn(
        self,
        X: Any,
        y: Any,
        pairs: Any,
        unlabeled: Any,
        *,
        go_on: bool = False,
        owner: str | None = None,
        lang: Any = None,
    ) -> tuple[list[ParallelCorpus] | None, dict[str, TextPool]]:
        """Fit from `pairs`, on top of what was learned or afresh; return what was learned from.

        Errors about pairs name the `owner`, who was given them.
        """
        self._validate_params()
        owner = owner or type(self).__name__
        earlier = self._moments if go_on else {}
        blocks, names = self.layout_ if go_on else None, UNNAMED
        if self.blocks is not None and not go_on:
            blocks = as_layout(self.blocks)
        if go_on and len(self.languages_) == 2:  # arrays are in the languages learned
            names = (str(self.languages_[0]), str(self.languages_[1]))
        from_y = isinstance(pairs, str) and pairs == "y"
        # As a side of pairs, X is as wide as the moments say, not as the rows to transform.
        side, given = from_y and go_on, X
        X = as_float_matrix(as_numpy(X), name="X") if side else self._check_X(X, reset=not go_on)
        X, lang = self._single(X, from_y), stacked_langs(lang, self.n_texts)
        corpora = resolve_corpora(pairs, y, X, blocks=blocks, owner=owner, names=names)
        check_embedder(given, corpora, owner)
        pools = as_pools(self.unlabeled if unlabeled is None else unlabeled, owner, texts=False)
        methods = [resolve_map(m, random_state=self.random_state) for m in self._methods()]
        if corpora is not None:
            known = (self.stays_, [*earlier]) if go_on else (None, [])
            corpora = one_spelling(corpora, *known, backwards=self._backwards)
        needed = any(getattr(method, "needs_pairs", True) for method in methods)
        if corpora is None and (needed or not pools):
            raise no_pairs(owner, given_y=y is not None)
        shares = []
        if self.robust is not None and corpora is not None:
            found = [judged(corpus, self.robust) for corpus in corpora]
            corpora, shares = [pair[0] for pair in found], [pair[1] for pair in found]
        ways = directions(corpora, pools, backwards=self._backwards, owner=owner)
        stays, moved = ways[0].stays, list(dict.fromkeys([*earlier, *(w.moved for w in ways)]))
        pools = {match_code(name, [stays, *moved]) or name: rows for name, rows in pools.items()}
        check_languages(stays, moved, pools, self.stays_ if go_on else stays, owner=owner)
        self.layout_ = find_layout(ways, blocks)
        languages = [stays, *moved] if self._backwards else [*moved, stays]
        self.widths_ = widths_of(ways, languages, self.widths_ if go_on else {})
        if self.layout_ is None:
            self.layout_ = found_blocks(X, self.widths_)
        check_width(X.shape[1], self.widths_, self.layout_, n_texts=self.n_texts)
        one_space = not come_apart(self.widths_, self.layout_)
        if one_space and self.gate is None and len(moved) > 1:
            raise ValueError(
                f"gate=None moves every row, but there are {len(moved)} languages to move: use "
                "gate='hard' or blocks"
            )
        self.languages_, self.stays_ = np.array(languages, dtype=object), stays
        self._n_features_out = self.n_texts * ways[0].widths[1]
        self.n_pairs_ = sum(part.n for part in earlier.values())
        self.n_pairs_ += sum(corpus.n_pairs for corpus in corpora or [])
        self.bad_share_ = {way.moved: share for way, share in zip(ways, shares, strict=False)}
        gated = one_space and self.gate is not None
        self._fit(methods, ways, moved, earlier, pools, gated=gated, measured=lang is None)
        self._look_at(X, lang)
        return corpora, pools

    def _single(self, X: FloatArray, from_y: bool) -> FloatArray:
        """Return the vectors of single texts, those of a row one under the other."""
        if self.n_texts > 1 and from_y:
            raise ValueError('pairs="y" pairs rows of one text; n_texts=2 needs pairs of their own')
        if X.shape[1] % self.n_texts:
            raise ValueError(
                f"X has {X.shape[1]} columns, an odd number; with n_texts=2 a row holds the "
                "vectors of two texts, [u | v]"
            )
        return stacked(X, self.n_texts)

    def _fit(
        self,
        methods: Sequence[Any],
        ways: Sequence[Direction],
        moved: Sequence[str],
        earlier: Mapping[str, PairMoments],
        pools: Mapping[str, TextPool],
        *,
        gated: bool,
        measured: bool,
    ) -> None:
        """Fit the maps of all moved languages, the round trip and the gate."""
        streams = [fits_from_moments(method) for method in methods]
        moments, of = dict(earlier), {way.moved: way for way in ways}
        # Row maps in blocks are the one case in which nobody asks for moments.
        for way in ways if gated or any(streams) else []:
            new, old = way.moments(), moments.get(way.moved)
            if new is not None:
                moments[way.moved] = new if old is None else old + new
        stay, trips = pools.get(self.stays_), []
        self.maps_ = {}
        for lang in moved:
            back, pair, pool = of.get(lang), moments.get(lang), pools.get(lang)
            whole = _fit_map(methods[0], back, pair, pool, stay)
            self.maps_[lang] = blended(whole, self.blend)
            if len(methods) > 1:
                there = None if back is None else back.reversed()
                turned = None if pair is None else pair.swapped()
                first = _fit_map(methods[1], there, turned, stay, pool)
                trips.append(compose(blended(first, self.blend), self.maps_[lang]))
        if self._backwards:  # x → R(A(x)), averaged over the languages that the trip visits
            self.round_trip_map_ = average(trips) if len(trips) > 1 else next(iter(trips), None)
        self.gate_, self.gate_rate_ = None, float("nan")
        if gated:
            each = moments_of_languages(list(self.languages_), self.stays_, moments, pools)
            one = next(iter(moments.values())) if len(moments) == 1 else None
            self.gate_ = fit_gate(each, one)
            if measured:
                self.gate_rate_ = held_out_rate(each, ways, pools, one)
        self.__dict__.pop("_moments", None)
        if all(streams):
            self._moments = moments

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "maps_")


def _fit_map(
    method: Any,
    way: Direction | None,
    moments: PairMoments | None,
    moved: TextPool | None,
    stays: TextPool | None,
) -> Any:
    """Fit one map from pairs and, where it uses them, from unpaired rows of both languages."""
    unfitted = clone(method, safe=False)
    # Moments of a large pool cost a pass over it: none is made for maps that would ignore it.
    if not getattr(unfitted, "uses_unlabeled", True):
        moved = stays = None
    if fits_from_moments(unfitted):
        return unfitted.fit_moments(
            moments,
            unlabeled_source=None if moved is None else moved.moments,
            unlabeled_target=None if stays is None else stays.moments,
        )
    assert way is not None  # row maps do not stream: every language has its direction
    return unfitted.fit(
        *way.rows(),
        unlabeled_source=None if moved is None else moved.rows,
        unlabeled_target=None if stays is None else stays.rows,
    )


class LangAligner(BaseAligner):
    r"""Move source-language vectors into the target language's space; target rows stay.

    A head trained on the moved source rows then works on native target-language vectors.

    Parameters
    ----------
    pairs : ParallelCorpus, list of ParallelCorpus, tuple, "self" or "y", default=None
        Vectors of translated sentences. Several corpora must lead into one target language. A
        tuple is (source vectors, target vectors). "y": the `y` of `fit` are the target vectors of
        its `X`. "self" pairs each fitted row with itself: the null alignment, on which
        scikit-learn's own checks run.
    method : str, map or scikit-learn regressor, default="ridge"
        A name ("procrustes", "kernel", ...) or an object such as ``RidgeMap(alpha=0.1)``, whose
        parameters a grid reaches as ``method__alpha``. Where both sides have one encoder, "ridge"
        finds out from the pairs and leaves rows nearly as they are.
    gate : {"hard", "soft"} or None, default="hard"
        How rows of one shared space are told apart: by the most probable language, by a blend
        weighted with the probabilities, or not at all (every row moves). Blocks need no gate.
    robust : {"trim", "weight"} or None, default=None
        Leave out pairs that are more likely random than translations, or weigh each by the
        probability that it is one (`pair_scores`); right pairs stay as they are. Needs 30 pairs,
        rules out `partial_fit`.
    blend : float, default=1.0
        How far rows move: 1 wholly, 0 not at all, between them the weighted mean of a row and what
        the map makes of it. For spaces of one width; `BlendDisplay` shows what it trades for what.
    unlabeled : TextPool or list of TextPool, default=None
        Unpaired vectors, for maps that use them. For maps that need no pairs:
        [source, target].
    blocks : dict of str to int, default=None
        Language → width, in column order, where `X` is in language blocks and the pairs are raw
        arrays; of two blocks of one width, the first is the source's.
    n_texts : {1, 2}, default=1
        How many texts a row of `X` holds. With 2, a row is ``[u | v]``, the vectors of two texts
        side by side, each of which is moved on its own; pairs hold single sentences all the same.
    keep_moments : bool, default=False
        Save the moments too, three matrices, so that `partial_fit` can go on after loading.
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
        The language blocks that `X` may come in, None where there are none.
    widths_ : dict of str to int
        Width of the vectors of each language. Where they differ, or come in blocks, rows of one
        language may come at its own width.
    gate_ : LanguageGate or None
        The fitted gate, None where none is needed.
    gate_rate_ : float
        How often the gate is right: on held-out pairs, or on the fitted rows where it seems to be
        less often right on these. Below .99 a `GateWarning` says what to do. NaN where the gate is
        not asked, because blocks or `lang` tell the language, or there are fewer than 30 rows.
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


class ReverseAligner(BaseAligner):
    r"""Move target-language vectors into the source language's space; source rows stay.

    One head trained on source rows then serves every target language that has pairs. With
    `round_trip` the source rows go there and back, so that the head is trained on what survives
    the trip.

    Parameters
    ----------
    pairs : ParallelCorpus, list of ParallelCorpus, tuple, "self" or "y", default=None
        Vectors of translated sentences, one corpus per target language, all with one source
        language; for a tuple and the strings see `LangAligner`.
    method : str, map or scikit-learn regressor, default="ridge"
        A name ("procrustes", "kernel", ...) or an object such as ``RidgeMap(alpha=0.1)``, whose
        parameters a grid reaches as ``method__alpha``. Where both sides have one encoder, "ridge"
        finds out from the pairs and leaves rows nearly as they are.
    round_trip : bool or map, default=False
        True sends source rows through the same kind of map into the target space and back; a
        map object is used for the way there instead. Round trips are averaged over languages.
        False leaves source rows alone, for a head that is trained already; for one that is
        trained behind the aligner, True did better with most encoders measured. With a strong
        encoder of the target language `LangAligner` did better still.
    gate, robust, blend, unlabeled, blocks, n_texts, keep_moments, random_state
        As in `LangAligner`; without pairs, `unlabeled` is [source, target, ...].

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
    layout_, widths_, gate_, gate_rate_, n_pairs_, bad_share_, source_rate_, n_features_in_
        As in `LangAligner`; pairs are counted over all languages.

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
        blend: float = 1.0,
        unlabeled: Any = None,
        blocks: Any = None,
        n_texts: int = 1,
        keep_moments: bool = False,
        random_state: Any = None,
    ) -> None:
        super().__init__(
            pairs,
            method=method,
            gate=gate,
            robust=robust,
            blend=blend,
            unlabeled=unlabeled,
            blocks=blocks,
            n_texts=n_texts,
            keep_moments=keep_moments,
            random_state=random_state,
        )
        self.round_trip = round_trip

    def _methods(self) -> list[Any]:
        if self.round_trip is False or self.round_trip is None:
            return [self.method]
        return [self.method, self.method if self.round_trip is True else self.round_trip]

    def _map_of(self, lang: str) -> BaseMap | None:
        return self.round_trip_map_ if lang == self.stays_ else super()._map_of(lang)
