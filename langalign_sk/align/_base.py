"""What both aligners share when they fit: one way in for pairs, maps and gate out of them."""

from __future__ import annotations

import warnings
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.utils.metaestimators import available_if

from langalign_sk._numeric import FloatArray, PairMoments, as_float_matrix, as_numpy
from langalign_sk.align._fitting import FitTask, add_moments
from langalign_sk.align._layout import find_layout, width_of_rows
from langalign_sk.align._moving import MovesRows
from langalign_sk.align._pairs import (
    UNNAMED,
    check_languages,
    directions,
    is_paired,
    resolve_corpora,
    resolve_pools,
)
from langalign_sk.align._robust import bad_shares, judged
from langalign_sk.align._state import LeavesPairsBehind, all_or_nothing
from langalign_sk.corpus import ParallelCorpus
from langalign_sk.maps import fits_from_moments, resolve_map
from langalign_sk.text import BlockLayout

GATES = ("hard", "soft", None)


def _streams(aligner: Any) -> bool:
    """`partial_fit` exists only where moments are enough: judging pairs takes all of them."""
    return aligner.robust is None and all(
        fits_from_moments(resolve_map(method)) for method in aligner._methods()
    )


class BaseAligner(LeavesPairsBehind, MovesRows):
    """Fit maps from pairs, and what decides which rows move."""

    __metadata_request__fit: ClassVar = {"pairs": True, "unlabeled": True}
    __metadata_request__partial_fit: ClassVar = {"pairs": True}

    #: False: source rows move into the target space. True: target rows into the source space.
    _backwards: ClassVar[bool]

    pairs: Any
    method: Any
    robust: str | None
    unlabeled: Any
    blocks: Any
    keep_moments: bool
    random_state: Any

    def _methods(self) -> list[Any]:
        """The method of the map and, where there is one, of the way there and back."""
        return [self.method]

    def set_params(self, **params: Any) -> Self:
        """Set parameters; nested ones need a map object as `method`.

        Parameters
        ----------
        **params : dict
            Parameters by name, nested ones as ``method__alpha``.

        Returns
        -------
        self : object
            The estimator.
        """
        for key in params:
            outer, _, inner = key.partition("__")
            value = params.get(outer, getattr(self, outer, None))
            if inner and outer in ("method", "round_trip") and not hasattr(value, "set_params"):
                raise ValueError(
                    f"{key}: {outer}={value!r} has no parameters of its own; pass the map as an "
                    f"object, for example {outer}=RidgeMap(), and then set {key}"
                )
        super().set_params(**params)
        return self

    def fit(self, X: Any, y: Any = None, *, pairs: Any = None, unlabeled: Any = None) -> Self:
        """Fit the maps from the pairs, and the rule that decides which rows move.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows as the pipeline will see them: usually labelled source-language vectors, maybe
            some target-language ones among them. The maps come from the pairs, not from `X`.
        y : array-like, default=None
            Ignored where there are pairs. Without any, a 2-D float array of target vectors,
            row-aligned with `X`; class labels are never taken for pairs.
        pairs : ParallelCorpus, list of ParallelCorpus or tuple, default=None
            Pairs that come before those of the constructor. A tuple is (source, target) vectors.
        unlabeled : TextPool or list of TextPool, default=None
            Unpaired vectors that come before those of the constructor.

        Returns
        -------
        self : object
            The fitted aligner.
        """
        given = self.pairs if pairs is None else pairs
        blocks = None if self.blocks is None else BlockLayout(self.blocks)
        with all_or_nothing(self):
            X = self._check_X(X, reset=True)
            corpora = resolve_corpora(given, y, X, blocks=blocks, owner=type(self).__name__)
            self._learn(X, corpora, {}, unlabeled, blocks=blocks, from_y=given is None)
        return self

    @available_if(_streams)
    def partial_fit(self, X: Any, y: Any = None, *, pairs: Any = None) -> Self:
        """Add pairs to those learned so far; the result is that of one fit on all of them.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows as the pipeline will see them or, with a 2-D float `y`, the source side.
        y : array-like, default=None
            Target vectors, row-aligned with `X`.
        pairs : ParallelCorpus, list of ParallelCorpus or tuple, default=None
            The pairs to add; they come before `y`. The pairs of the constructor are used only
            by the first call, and only where neither is given.

        Returns
        -------
        self : object
            The fitted aligner.
        """
        first = not self.__sklearn_is_fitted__()
        if not first and not hasattr(self, "_moments"):
            raise ValueError(
                f"this {type(self).__name__} was saved without its moments, so partial_fit can't "
                "continue: set keep_moments=True before saving, or fit it again on all pairs"
            )
        from_y = pairs is None and is_paired(y)
        given = pairs
        if pairs is None and not from_y and (first or isinstance(self.pairs, str)):
            given = self.pairs
        if given is None and not from_y:
            raise ValueError(
                f"{type(self).__name__}.partial_fit has no new pairs: pass partial_fit(X, "
                "pairs=...) or partial_fit(source_vectors, target_vectors)"
            )
        blocks, earlier, names = None, {}, UNNAMED
        if not first:
            blocks, earlier = self.layout_, self._moments
            if len(self.languages_) == 2:  # arrays without a name are in the languages learned
                names = (str(self.languages_[0]), str(self.languages_[1]))
        elif self.blocks is not None:
            blocks = BlockLayout(self.blocks)
        with all_or_nothing(self):
            # As a side of pairs, X is as wide as the moments say, not as the rows to transform.
            side = from_y and not first
            X = as_float_matrix(as_numpy(X), name="X") if side else self._check_X(X, reset=first)
            corpora = resolve_corpora(
                given, y, X, blocks=blocks, owner=type(self).__name__, names=names
            )
            self._learn(X, corpora, earlier, None, blocks=blocks, from_y=from_y)
        return self

    def fit_transform(
        self, X: Any, y: Any = None, *, pairs: Any = None, unlabeled: Any = None, lang: Any = None
    ) -> Any:
        """Fit, then transform the same rows.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows as the pipeline will see them.
        y : array-like, default=None
            See :meth:`fit`.
        pairs : ParallelCorpus, list of ParallelCorpus or tuple, default=None
            See :meth:`fit`.
        unlabeled : TextPool or list of TextPool, default=None
            See :meth:`fit`.
        lang : str or array-like of str, default=None
            See :meth:`transform`.

        Returns
        -------
        X_new : ndarray of shape (n_samples, n_features_out)
            The rows after the move.
        """
        return self.fit(X, y, pairs=pairs, unlabeled=unlabeled).transform(X, lang=lang)

    def _learn(
        self,
        X: FloatArray,
        corpora: list[ParallelCorpus] | None,
        earlier: dict[str, PairMoments],
        unlabeled: Any,
        *,
        blocks: BlockLayout | None,
        from_y: bool,
    ) -> None:
        """Fit every map and the gate from `corpora` on top of the moments of `earlier` ones."""
        if self.gate not in GATES:
            raise ValueError(f"gate must be 'hard', 'soft' or None, got {self.gate!r}")
        methods = [resolve_map(m, random_state=self.random_state) for m in self._methods()]
        owner = type(self).__name__
        pools = resolve_pools(self.unlabeled if unlabeled is None else unlabeled, owner)
        ways = directions(
            corpora,
            pools,
            backwards=self._backwards,
            needs_pairs=any(getattr(method, "needs_pairs", True) for method in methods),
            owner=owner,
        )
        ways = judged(ways, self.robust)
        stays, moved = ways[0].stays, list(dict.fromkeys([*earlier, *(w.moved for w in ways)]))
        check_languages(stays, moved, pools, self.stays_ if earlier else stays, owner=owner)
        layout = find_layout(ways, blocks)
        width = width_of_rows(X.shape[1], ways, layout, from_y=from_y)
        # Without blocks, vectors of unequal width can't be mixed: only rows that move come in.
        one_space = layout is None and ways[0].widths == (width, width)
        if one_space and self.gate is None and len(moved) > 1:
            raise ValueError(
                f"gate=None moves every row, but there are {len(moved)} languages to move: use "
                "gate='hard' or blocks"
            )
        gated = one_space and self.gate is not None

        # Row maps in blocks are the one case in which nobody asks for moments.
        wanted = gated or any(fits_from_moments(method) for method in methods)
        moments = add_moments(earlier, ways) if wanted else {}
        languages = [stays, *moved] if self._backwards else [*moved, stays]
        task = FitTask(stays, moved, {way.moved: way for way in ways}, moments, pools)
        maps = task.fit_maps(methods[0])
        gate = task.fit_gate(languages) if gated else None
        more = self._fit_more(task, methods, maps)
        streams = all(fits_from_moments(method) for method in methods)
        self.__dict__.pop("_moments", None)
        self.__dict__.update(more, **({"_moments": moments} if streams else {}))
        self.maps_, self.gate_, self.layout_, self.stays_ = maps, gate, layout, stays
        self.languages_ = np.array(languages, dtype=object)
        self.n_features_in_, self._n_features_out = width, ways[0].widths[1]
        self.n_pairs_ = sum(part.n for part in earlier.values()) + sum(
            way.corpus.n_pairs for way in ways if way.corpus is not None
        )
        self.bad_share_ = bad_shares(ways)
        self._look_at(X)

    def _fit_more(self, task: FitTask, methods: list[Any], maps: dict[str, Any]) -> dict[str, Any]:
        """Fit what only a subclass has; attributes to set."""
        return {}

    def _look_at(self, X: FloatArray) -> None:
        """Record which share of `X` is in a source language; none at all deserves a word."""
        if X.shape[1] != self.n_features_in_:  # the source side of pairs of unequal width
            self.source_rate_ = 1.0
            return
        codes = self._codes(X, None)
        stays = self.languages_[codes] == self.stays_
        self.source_rate_ = float(np.mean(stays if self._backwards else ~stays))
        # Languages with one mean, as in the null alignment, have no rows that look like either.
        told_apart = self.gate_.coef.any() if self.gate_ is not None else self.layout_ is not None
        if self.source_rate_ == 0 and told_apart:
            warnings.warn(
                f"no row of X is in the source language of the pairs ({self.languages_[0]}): "
                "are source and target swapped, or do the pairs come from another encoder?",
                UserWarning,
                stacklevel=4,
            )

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "maps_")
