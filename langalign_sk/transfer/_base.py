"""What the recipe is for classes, labels and values alike: rows carried, one set of heads each."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np
from scipy import sparse
from sklearn.base import clone
from sklearn.utils import check_array, check_random_state
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from langalign_sk._numeric import Float64Array, FloatArray, as_float_matrix, as_numpy
from langalign_sk._process import mark, marked
from langalign_sk.align import (
    LangAligner,
    PairedEstimator,
    ReverseAligner,
    all_or_nothing,
    embed_rows,
    embedded,
    in_blocks,
    later_rows,
    refuse_nested,
    text_corpora,
)
from langalign_sk.text import EmbeddingExtractor
from langalign_sk.transfer._adapting import LanguageHeads
from langalign_sk.transfer._constants import HARD, HARD_IN_MEANS
from langalign_sk.transfer._gaussian_head import GaussianHead
from langalign_sk.transfer._head import CarriedRows, Head
from langalign_sk.transfer._left_out import LeftOut, left_out
from langalign_sk.transfer._looks import Languages, Look
from langalign_sk.transfer._noisy_copies import unfitted_head
from langalign_sk.transfer._reader import reader_of_source
from langalign_sk.transfer._targets import Targets
from langalign_sk.transfer._two_texts import check_pools, joined, rows_of

_FLOATS = [np.float64, np.float32]


class TransferEstimator(PairedEstimator):
    """Base of what learns from labels in one language and predicts in others.

    It turns all inputs into vectors, carries the labelled rows into the looks at each language,
    fits the heads there, and asks them. Which targets there are is for its children to say.
    """

    embedder: Any
    aligner: Any
    head: Any
    target_weight: float | str
    robust: str | None
    features: Any
    random_state: Any

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "embedder": [HasMethods(["fit_transform", "transform"]), None],
        "aligner": [LangAligner, ReverseAligner, None],
        "head": [Head, HasMethods(["fit"]), None],
        "target_weight": [Interval(Real, 0, np.inf, closed="left")],
        "robust": [StrOptions({"trim", "weight"}), None],
        "features": [HasMethods(["fit", "transform"]), None],
        "random_state": ["random_state"],
    }

    # ------------------------------------------------------------------ what the children say

    def _take_targets(self, y: np.ndarray) -> tuple[Targets, Float64Array]:
        """Return what targets these are, and those of each row as columns."""
        raise NotImplementedError

    def _adapt(
        self,
        heads: LanguageHeads,
        rows: FloatArray,
        prior: Float64Array,
        unseen: Callable[[], LeftOut],
    ) -> None:
        """Let the heads of a language learn from unlabelled rows of it."""

    def _calibrate(self, heads: LanguageHeads, unseen: Callable[[], LeftOut]) -> None:
        """Learn of the heads of a language what only rows that they have not seen can tell."""

    # ------------------------------------------------------------------ fit

    def _fit(
        self, X: Any, y: Any, sample_weight: Any, pairs: Any, unlabeled: Any, lang: Any
    ) -> Self:
        """Fit the aligner on the pairs and the heads of each language on the labelled rows."""
        with all_or_nothing(self) as draft:
            draft._validate_params()
            refuse_nested(self.aligner, "aligner", type(self).__name__)
            given = draft._given_pairs(pairs)
            X, y, pairs, unlabeled, lang = draft._vectors(X, y, given, unlabeled, lang)
            draft._targets, told = draft._take_targets(y)
            weight = _check_sample_weight(
                sample_weight, X, dtype=np.float64, ensure_non_negative=True
            )
            draft._learn(X, told, _scaled(weight, X), pairs, unlabeled, lang)
        return self

    def _vectors(
        self, X: Any, y: Any, pairs: Any, unlabeled: Any, lang: Any
    ) -> tuple[Any, Any, Any, Any, Any]:
        """Return all inputs as vectors, and the language of each row where that is told by text."""
        if self.embedder is None:
            _refuse_texts(X, type(self).__name__)
            spec = marked(X) if isinstance(X, np.ndarray) else None
            X, y = validate_data(
                self, as_numpy(X), y, dtype=_FLOATS, ensure_all_finite=False, multi_output=True
            )
            self._n_texts = 1 if self.features is None else 2
            X = as_float_matrix(X, name="X")
            if spec is not None:
                mark(X, spec)
            return X, _dense(y), pairs, unlabeled, lang
        y = _dense(check_array(y, accept_sparse="csr", ensure_2d=False, dtype=None, input_name="y"))
        embedder, owner = clone(self.embedder), type(self).__name__
        if pairs is not None:
            pairs = text_corpora(embedder, pairs, owner)
            if self.aligner is None:
                embedder = reader_of_source(embedder, pairs)
        gate = "hard" if self.aligner is None else self.aligner.gate
        found = embedded(
            embedder, X, y, pairs, unlabeled, owner, lang=lang, gate=gate, one_language=True
        )
        if isinstance(embedder, EmbeddingExtractor):
            check_pools(unlabeled, embedder.n_texts_, owner)
        X = as_float_matrix(found.vectors, name="X")
        if len(X) != len(y):
            raise ValueError(f"X has {len(X)} texts and y {len(y)} targets")
        self.embedder_, self.detector_, self._n_texts = embedder, found.detector, found.n_texts or 1
        if self.features is not None and self._n_texts == 1:
            raise ValueError(
                "features joins the vectors of two texts a row, but here a row is one vector: "
                "leave features=None, or give rows of two texts, read apart"
            )
        return X, y, found.corpora, found.pools, found.langs

    def _learn(
        self,
        X: FloatArray,
        told: Float64Array,
        weight: Float64Array,
        pairs: Any,
        unlabeled: Any,
        known: Any,
    ) -> None:
        """Fit the aligner, the heads of each language and what unlabelled rows add."""
        targets: Targets = self._targets
        head = None
        if self.head is not None:
            head = unfitted_head(self.head, targets, self.random_state)
        # Without one, a ridge tells languages apart, and takes rows into the source language.
        aligner = ReverseAligner(method="ridge") if self.aligner is None else clone(self.aligner)
        aligner.set_params(n_texts=self._n_texts)
        if aligner.random_state is None:
            aligner.set_params(random_state=self.random_state)
        null = isinstance(pairs, str) and pairs == "self"
        if null:  # nothing is to move: rows onto themselves
            aligner.set_params(method="procrustes")
        elif self.robust is not None:
            aligner.set_params(robust=self.robust)
        owner = type(self).__name__
        corpora, pools = aligner._learn(X, None, pairs, unlabeled, owner=owner, lang=known)
        self.aligner_ = aligner
        X = in_blocks(aligner, X, known)
        self.languages_ = Languages(aligner, native=self.aligner is None)
        found = self.languages_.codes(X, known)
        self.heads_ = {}
        rng = check_random_state(self.random_state)
        prior = weight @ told / weight.sum()
        looks_at = self.languages_.looks([] if null or corpora is None else corpora, head)
        for lang, looks in looks_at.items():
            carried, fitted = [], []
            for look in looks:
                parts = self._carried(X, told, weight, found, lang, look)
                if look.n_texts > 1:
                    look, parts = joined(look, parts, self.features, rng)
                carried.append((look, parts))
                fitted.append(look.with_head(clone(look.head)._fit_carried(parts, targets)))
            self.heads_[lang] = LanguageHeads(fitted)
            # Heads are fitted anew for it: where it is asked for, and once.
            unseen = cache(partial(left_out, X, carried, targets))
            self._calibrate(self.heads_[lang], unseen)
            if lang in pools and lang in self.languages_.targets:
                rows = rows_of(pools[lang], self._n_texts)
                self._adapt(self.heads_[lang], rows, prior, unseen)
            for look in fitted:
                look.head._forget()

    def _carried(
        self,
        X: FloatArray,
        told: Float64Array,
        weight: Float64Array,
        found: np.ndarray,
        lang: str,
        look: Look,
    ) -> list[CarriedRows]:
        """Return the labelled rows of every language where a head of `lang` is to meet them."""
        parts, languages = [], self.languages_
        for code in np.unique(found):
            here = found == code
            origin = languages.names[code]
            share = 1.0 if origin in languages.sources else self._target_share(look)
            if share > 0:
                rows = languages.own_columns(X[here], origin)
                # Each once: products of equal rows may differ in their last bits.
                rows, back = np.unique(rows, axis=0, return_inverse=True)
                carried, noise = languages.carry(rows, origin, lang, look)
                carried, own = carried[back.ravel()], weight[here]
                parts.append(
                    CarriedRows(
                        carried, told[here], share * own, own.sum(), noise, np.flatnonzero(here)
                    )
                )
        if not parts:
            raise ValueError("target_weight=0 leaves no labelled row: X has none in the source")
        return parts

    def _target_share(self, look: Look) -> float:
        """Return what a labelled target row weighs in a look, next to a source row."""
        if self.target_weight != "hard":
            return float(self.target_weight)
        return HARD_IN_MEANS if isinstance(look.head, GaussianHead) else HARD

    # ------------------------------------------------------------------ predict

    def _say(self, X: Any, lang: Any) -> Float64Array:
        """Return what the heads say of rows in any of the languages, as columns."""
        return self._ask(X, lang)[0]

    def _ask(self, X: Any, lang: Any) -> tuple[Float64Array, Float64Array]:
        """Return what the heads say of rows, and how much at home each must be at least."""
        X, lang = self._check_rows(X, lang)
        languages = self.languages_
        found = languages.codes(X, lang)
        said, least = np.zeros((len(X), self._targets.n_columns)), np.zeros(len(X))
        for code in np.unique(found):
            rows = np.flatnonzero(found == code)
            name = languages.names[code]
            said[rows] = self._said(self.heads_[name], languages.own_columns(X[rows], name))
            least[rows] = self.heads_[name].least
        return said, least

    def _said(self, heads: LanguageHeads, rows: FloatArray) -> Float64Array:
        """Return what the heads of a language say of rows of it."""
        return heads.say(rows)

    def _check_rows(self, X: Any, lang: Any = None) -> tuple[FloatArray, Any]:
        """Return rows to predict, as vectors, and the language of each where that is known."""
        check_is_fitted(self)
        if self.embedder is None:
            later = later_rows(self, X, self.aligner_, self._n_texts)
            if later is None:
                later = validate_data(
                    self, as_numpy(X), dtype=_FLOATS, ensure_all_finite=False, reset=False
                )
            X = in_blocks(self.aligner_, as_float_matrix(later, name="X"), lang)
        else:
            X, lang = embed_rows(self.embedder_, X, lang, self.detector_, one_language=True)
            if len(X) == 0:
                return np.empty((0, self.aligner_.n_features_in_)), None
        return as_float_matrix(X, name="X"), lang

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        texts = self.embedder is not None
        tags.input_tags.string, tags.input_tags.two_d_array = texts, not texts
        return tags

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "heads_")


def _scaled(weight: Float64Array, X: FloatArray) -> Float64Array:
    """Return weights that sum to the number of different rows that weigh something.

    So neither the scale of weights matters, nor whether a row stands twice or weighs double.
    """
    if not weight.any():  # older versions of scikit-learn let it through
        raise ValueError("sample_weight must have at least one non-zero value")
    n = len({hash(X[i].tobytes()) for i in np.flatnonzero(weight)})
    weight = weight / weight.max()
    return weight * (n / float(weight.sum()))


def _refuse_texts(X: Any, owner: str) -> None:
    """Refuse texts where nothing is there to embed them."""
    rows = as_numpy(X)
    if isinstance(rows, list | tuple | np.ndarray) and len(rows) and isinstance(rows[0], str):
        raise ValueError(
            f"X holds texts, but this {owner} has no embedder: give it one, {owner}(embedder=Embedd"
            "ingExtractor(...), pairs=...) with pairs of texts, or give X as vectors"
        )


def _dense(y: Any) -> Any:
    """Return targets as an array."""
    return y.toarray() if sparse.issparse(y) else y
