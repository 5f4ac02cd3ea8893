"""The work of an extractor: texts read, vectors encoded, cut, scaled and put into blocks."""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from langalign_sk._io import TextRow, as_text_rows, hold_two, language_column, two_columns
from langalign_sk._numeric import Float32Array
from langalign_sk._process import caches, mark, note
from langalign_sk.encoders import (
    SHORTHANDS,
    Encoder,
    HubModel,
    Run,
    check_parameters,
    checkpoint_of,
    is_name,
    make_encoder,
    specification,
    tell_of_saving,
    unwrapped,
    with_settings,
)
from langalign_sk.store import VectorCache, resolve_cache
from langalign_sk.text._codes import match_code
from langalign_sk.text._encode import encode_texts, encoder_width
from langalign_sk.text._language import (
    LanguageDetector,
    checked_languages,
    given_languages,
)
from langalign_sk.text._layout import BlockLayout
from langalign_sk.text._learned import LearnedDetector, is_corpus
from langalign_sk.text._tuning import as_tuned, tune

#: Where languages are told right less often than this on held-out pairs, the user hears of it.
LEAST_ACCURACY = 0.95

_TINY = np.finfo(np.float32).tiny
_OURS = {"langalign_sk", "sklearn", "contextlib", "joblib"}


class Read(NamedTuple):
    """What is to be encoded, the language of each (None where there is one), how many show none.

    Two texts of a row that are read apart stand one after the other.
    """

    texts: Sequence[TextRow]
    langs: list[str] | None
    n_no_language: int = 0
    #: Texts in a row.
    n_texts: int = 1
    #: Vectors side by side in a row.
    n_vectors: int = 1

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.texts) // self.n_vectors


class Told(NamedTuple):
    """Vectors of rows, and the language of each row, or of each of its texts."""

    vectors: Float32Array
    langs: list[Any] | None
    n_texts: int
    n_vectors: int


class Embedding:
    """The parameters of an extractor, checked, and ready for its texts; nothing is loaded.

    `encoders` and `models` are by language, under None where no languages are declared.
    """

    def __init__(self, extractor: Any, *, ask_hub: bool = True) -> None:
        check_parameters(extractor)
        self._extractor = extractor
        self.languages = declared_languages(extractor)
        self.models = models_of(extractor)
        self.encoders: dict[str | None, Encoder] = {
            lang: make_encoder(model, ask_hub=ask_hub) for lang, model in self.models.items()
        }
        if self.languages is not None and None in self.models:
            self.models = dict.fromkeys(self.languages, self.models[None])
            self.encoders = dict.fromkeys(self.languages, self.encoders[None])

    def read(
        self,
        X: Any,
        *,
        lang: Any = None,
        fitting: bool = False,
        known: LanguageDetector | None = None,
        one_language: bool = False,
    ) -> Read:
        """Return the texts, and the language of each where there are several.

        `known` tells the languages of an extractor that declares none. `one_language`: the two
        texts of a row are in one.
        """
        own = self._extractor
        rows = as_text_rows(X, column=own.column, missing=own.missing)
        if fitting and not rows:
            raise ValueError("X is empty: at least one text is needed to fit")
        n_texts = self._texts_of(rows, fitting)
        apart = n_texts == 2 and own.two_texts == "apart"
        texts = [text for row in rows for text in row] if apart else rows
        counts = (n_texts, 2 if apart else 1)
        languages = self.languages if known is None else known.languages
        if languages is None:
            for name in ("default_language", "lang_column"):
                if getattr(own, name) is not None:
                    raise ValueError(
                        f"{name}={getattr(own, name)!r} needs languages: declare them with "
                        'languages=("en", "ko") or give a dict of models'
                    )
            return Read(texts, None, 0, *counts)
        column, where = own.lang_column, "lang="
        if lang is None and column is not None:
            lang, where = language_column(X, column, len(rows)), f"column {column!r}"
        if lang is not None:
            codes = given_languages(lang, len(rows), languages, where)
            return Read(texts, [code for code in codes for _ in range(counts[1])], 0, *counts)
        detector = known or self.detector(languages)
        if fitting:
            tell_of_languages(detector)
        together = n_texts == 2 and not apart
        told, n_none = detector.tell(["\n".join(row) for row in rows] if together else rows)
        if apart and one_language:
            mixed = [row for row, (first, second) in enumerate(told) if first != second]
            whole, _ = detector.tell(["\n".join(rows[row]) for row in mixed])
            for row, code in zip(mixed, whole, strict=True):
                told[row] = (code, code)
        return Read(texts, [x for row in told for x in row] if apart else told, n_none, *counts)

    @property
    def n_texts(self) -> int | None:
        """Texts that a row held in fit, or that `column` names; None where neither says."""
        known: int | None = vars(self._extractor).get("n_texts_")
        return 2 if known is None and two_columns(self._extractor.column) else known

    def _texts_of(self, rows: Sequence[TextRow], fitting: bool) -> int:
        """Return how many texts a row holds; raise where fit saw another number."""
        if not rows:
            return self.n_texts or 1
        found = 2 if hold_two(rows) else 1
        fitted = vars(self._extractor).get("n_texts_")
        if fitting or fitted in (None, found):
            return found
        said = {1: "one text", 2: "two texts"}
        raise ValueError(
            f"X holds {said[found]} a row, but this extractor was fitted on rows of {said[fitted]}"
        )

    def detector(self, languages: Sequence[str]) -> LanguageDetector:
        """What tells the language of a text among some."""
        own = self._extractor
        return LanguageDetector(languages, detect=own.detect, default_language=own.default_language)

    @property
    def layout(self) -> BlockLayout:
        """Blocks of the declared languages."""
        return BlockLayout({lang or "": self.width(lang) for lang in self.encoders})

    def width(self, lang: str | None) -> int:
        """Width of one language's vectors."""
        encoder, wanted = self.encoders[lang], self.models[lang].truncate_dim
        width = encoder_width(encoder)
        if wanted is not None and wanted > width:
            raise ValueError(
                f"truncate_dim={wanted!r}: {encoder.name} has vectors of width {width}"
            )
        return width if wanted is None else int(wanted)

    def spec(self) -> str:
        """Digest of everything that defines the vectors."""
        parts = [
            [lang, encoder.spec, self.models[lang].truncate_dim]
            for lang, encoder in self.encoders.items()
        ]
        together = ["together"] if self._extractor.two_texts == "together" else []
        return specification("extractor", parts, bool(self._extractor.normalize), *together)

    def vectors(self, read: Read, run: Run | None = None) -> Float32Array:
        """Vectors of rows, in blocks where there are any; `run` counts all parts of a call."""
        with self.running(run) as run:
            run.n_no_language += read.n_no_language
            vectors = self._in_blocks(read.texts, read.langs, run)
            # Those of one row stand one after the other: side by side, without a copy.
            return vectors.reshape(-1, read.n_vectors * vectors.shape[1])

    def _in_blocks(
        self, texts: Sequence[TextRow], langs: list[str] | None, run: Run
    ) -> Float32Array:
        """Vectors of texts, in the block of their language where there are blocks."""
        if langs is None or self.languages is None:
            return self.encode(None, texts, run)
        layout = self.layout
        vectors = np.zeros((len(texts), layout.width), dtype=np.float32)
        for lang in layout.languages:
            rows = np.array([row for row, own in enumerate(langs) if own == lang], np.intp)
            if len(rows) == 0:
                continue
            block = self.encode(lang, [texts[row] for row in rows], run)
            # A zero vector would look like no language at all; the smallest normal number
            # keeps the block without being felt in any product, and Normalizer leaves it alone.
            block[~block.any(axis=1), 0] = _TINY
            vectors[rows, layout.columns(lang)] = block
        return vectors

    def known(self, lang: str | None) -> str | None:
        """Return a language as it was declared; None where none are."""
        if self.languages is None:
            return None
        known = None if lang is None else match_code(lang, self.languages)
        if known is None:
            raise ValueError(
                f"no model for language {lang!r}; this extractor knows {list(self.languages)}"
            )
        return known

    def encode(self, lang: str | None, texts: Sequence[TextRow], run: Run) -> Float32Array:
        """Vectors of one language, cut and scaled."""
        # Cut and scaled behind the cache: a grid over both encodes nothing twice.
        encoder, before = self.encoders[lang], run.n_cut
        vectors = self.raw(encoder, texts, resolve_cache(self._extractor.cache), run)
        if self.models[lang].long_texts == "warn":
            run.n_warned += run.n_cut - before
        if encoder.spec not in caches.widths:  # all came out of a cache: no need to try the encoder
            caches.widths.put(encoder.spec, vectors.shape[1])
        return self.finished(lang, vectors)

    def finished(self, lang: str | None, vectors: Float32Array) -> Float32Array:
        """Vectors of one language, as its encoder gives them, cut and scaled."""
        wanted = self.models[lang].truncate_dim
        vectors = vectors if wanted is None else vectors[:, : self.width(lang)]
        if self._extractor.normalize:
            # In float64: the square of a large float32 number is infinite, of a small one zero.
            squares = np.einsum("ij,ij->i", vectors, vectors, dtype=np.float64)
            norms = np.sqrt(squares)
            norms[norms == 0] = 1
            vectors = (vectors / norms[:, None]).astype(np.float32)
        return np.ascontiguousarray(vectors)

    def raw(
        self, encoder: Encoder, texts: Sequence[TextRow], cache: VectorCache | None, run: Run
    ) -> Float32Array:
        """Vectors as the encoder gives them."""
        progress = False if run.in_parts else self._extractor.progress
        return encode_texts(encoder, texts, cache=cache, progress=progress, run=run)

    @contextmanager
    def running(self, run: Run | None = None) -> Iterator[Run]:
        """Count what one call does, or one part of it; tell of texts that were cut, once."""
        run = Run() if run is None else run
        started = time.perf_counter()
        try:
            yield run
        finally:
            run.seconds += time.perf_counter() - started
            note(self._extractor, run.report())  # beside it: transform changes no attribute
        if not run.in_parts:
            tell_of_cuts(run)

    def tuned(self, read: Read, y: Any) -> dict[str, Any]:
        """Tune what is to be tuned on the rows of its language; the models as they were given."""
        own = self._extractor
        return tune(given_models(own), read, y, own.two_texts)

    def fitted(self, read: Read) -> dict[str, Any]:
        """Attributes that remember what fit read, with which weights, and the widths so far."""
        widths = {e.spec: caches.widths.known(e.spec) for e in self.encoders.values()}
        return {
            "_fitted_with": {lang: encoder.weights for lang, encoder in self.encoders.items()},
            "_widths": {spec: width for spec, width in widths.items() if width is not None},
            "language_accuracy_": self.language_accuracy(),
            "n_texts_": read.n_texts,
        }

    def language_accuracy(self) -> float | None:
        """How often languages learned from pairs are told right; None where none were."""
        detect = self._extractor.detect
        if self.languages is None or not (is_corpus(detect) or isinstance(detect, LearnedDetector)):
            return None
        return self.detector(self.languages).accuracy_

    def check_weights(self) -> None:
        """Raise for weights other than those that fit saw, here or before saving."""
        own = vars(self._extractor)
        fitted, saved = own.get("_fitted_with", {}), own.get("_saved_with", {})
        for lang, encoder in self.encoders.items():
            if encoder.weights is None:
                continue
            label, found = encoder.weights
            before = fitted.get(lang)
            if before is None:
                before = (label, saved.get(label, found))
            if found == before[1]:
                continue
            if found.partition(":")[0] != before[1].partition(":")[0]:
                warnings.warn(
                    f"this extractor was fitted with {before[0]!r} ({before[1]}); whether "
                    f"{encoder.name} ({found}) has the same weights cannot be told. Where it has "
                    "not, what was learned from the vectors does not fit: fit again",
                    UserWarning,
                    stacklevel=frames_inside(),
                )
                continue
            raise ValueError(
                f"{encoder.name} holds other weights ({found}) than when this extractor was fitted "
                f"with {before[0]!r} ({before[1]}), so that its vectors would not fit what was "
                "learned from them: bring back the old weights (for a model of the Hub, set "
                "`revision` to the old commit), or fit again"
            )


def fit_reading(
    extractor: Any,
    X: Any,
    y: Any,
    lang: Any,
    known: LanguageDetector | None = None,
    *,
    one_language: bool = False,
) -> tuple[Embedding, Read]:
    """Read rows to fit on, and tune what is to be tuned on them."""
    embedding = Embedding(extractor)
    resolve_cache(extractor.cache)
    objects = [m for m in map(unwrapped, given_models(extractor).values()) if not is_name(m)]
    tell_of_saving(objects, type(extractor).__name__, frames_inside())
    read = embedding.read(X, lang=lang, known=known, fitting=True, one_language=one_language)
    tuned = embedding.tuned(read, y)
    if tuned:
        extractor.tuned_ = tuned
        return Embedding(extractor), read
    vars(extractor).pop("tuned_", None)
    return embedding, read


def embed_told(
    extractor: Any,
    X: Any,
    lang: Any,
    known: LanguageDetector | None,
    *,
    y: Any = None,
    fitting: bool,
    one_language: bool = False,
) -> Told:
    """Vectors of rows and the language of each, which `known` tells where none are declared."""
    if fitting:
        embedding, read = fit_reading(extractor, X, y, lang, known, one_language=one_language)
    else:
        embedding = Embedding(extractor)
        embedding.check_weights()
        read = embedding.read(X, lang=lang, known=known, one_language=one_language)
    vectors = embedding.vectors(read)
    if fitting:
        extractor.__dict__.update(embedding.fitted(read))
        if all(getattr(encoder, "lasting", True) for encoder in embedding.encoders.values()):
            mark(vectors, embedding.spec())  # for what learns from them beside embedded pairs
    langs: list[Any] | None = read.langs
    if langs is not None and read.n_vectors == 2:
        langs = list(zip(langs[::2], langs[1::2], strict=True))
    return Told(vectors, langs, read.n_texts, read.n_vectors)


def declared_languages(extractor: Any) -> tuple[str, ...] | None:
    """Languages with a block each; None without blocks."""
    if isinstance(extractor.model, Mapping):
        if extractor.languages is not None:
            raise ValueError("languages goes with one model; a dict of models declares its own")
        if not extractor.model:
            raise ValueError("model is an empty dict: give at least one language and its model")
        return checked_languages(extractor.model)
    if extractor.languages is not None:
        return checked_languages(extractor.languages)
    return None


def given_models(extractor: Any, model: Any = None) -> dict[str | None, Any]:
    """Models as they were given, or another `model` for them, a single one under None."""
    model = extractor.model if model is None else model
    return dict(model) if isinstance(model, Mapping) else {None: model}


def models_of(extractor: Any) -> dict[str | None, HubModel]:
    """Models with all of their settings: their own, else those of the extractor."""
    given = as_tuned(given_models(extractor), vars(extractor).get("tuned_", {}))
    defaults = {name: getattr(extractor, name) for name in SHORTHANDS}
    for name, value in defaults.items():
        own = [
            getattr(model, name, None) for model in given.values() if isinstance(model, HubModel)
        ]
        if value is not None and len(own) == len(given) and None not in own:
            raise ValueError(
                f"{name}={value!r} has no effect, because HubModel({name}=...) goes before it: "
                "give it in one place"
            )
    return {lang: with_settings(model, **defaults) for lang, model in given.items()}


def found_weights(extractor: Any) -> dict[str, str]:
    """Fingerprints of the named models, as far as they can be told on this machine."""
    found = {}
    try:
        models = [model for model in models_of(extractor).values() if is_name(model.model)]
    except (TypeError, ValueError):  # reported when used; saving is no time for it
        return {}
    for model in models:
        try:
            checkpoint = checkpoint_of(model, ask_hub=False)
        except (TypeError, ValueError):
            continue
        if checkpoint is not None:
            found[checkpoint.label] = checkpoint.fingerprint
    return found


def tell_of_cuts(run: Run) -> None:
    """Warn of texts that lost their end, where nobody asked for silence."""
    if run.n_warned:
        warnings.warn(
            f"{run.n_warned} of {run.n_encoded} encoded texts are longer than the model takes "
            '(max_length) and were cut; HubModel(..., long_texts="mean") averages over all of a '
            'text, "cut" cuts without this warning',
            UserWarning,
            stacklevel=frames_inside(),
        )


def tell_of_languages(detector: LanguageDetector) -> None:
    """Warn where a language that was learned from pairs is often told wrong."""
    if detector.accuracy_ < LEAST_ACCURACY:
        warnings.warn(
            f"the languages {list(detector.languages)} are told apart by what the pairs show; that "
            f"is right on {detector.accuracy_:.1%} of those held out: where it is known, say the "
            "language with lang= or lang_column=, or keep the languages in two files; more pairs "
            "help as well",
            UserWarning,
            stacklevel=frames_inside(),
        )


def frames_inside() -> int:
    """Count the frames from the caller's own to the first outside: whom a warning is for."""
    frame, count = sys._getframe(1), 1
    while frame.f_back and str(frame.f_globals.get("__name__")).split(".")[0] in _OURS:
        frame, count = frame.f_back, count + 1
    return count
