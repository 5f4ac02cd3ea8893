"""Texts to vectors, as a scikit-learn transformer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.exceptions import NotFittedError

from langalign_sk._io import as_texts
from langalign_sk._numeric import Float32Array
from langalign_sk.encoders import specification
from langalign_sk.text._embedding import Embedding
from langalign_sk.text._encode import told_width
from langalign_sk.text._layout import BlockLayout
from langalign_sk.text._parameters import build_encoders, declared_languages, setting
from langalign_sk.text._serving import ServingMixin
from langalign_sk.text._sharing import SharedModels
from langalign_sk.text._stream import StreamingMixin


class EmbeddingExtractor(
    StreamingMixin, ServingMixin, Embedding, SharedModels, TransformerMixin, BaseEstimator
):
    """Turn texts into vectors with a frozen language model.

    With one model, vectors have its width. With a model per language (or `languages`), every
    language has a block of columns of its own and a row is zero outside the block of its
    language, so that the steps behind know each row's language exactly.

    Parameters
    ----------
    model : str, path, object or dict
        - The name or folder of a sentence-transformers or of a plain transformers checkpoint.
        - An object with ``transform(texts)``: a fitted vectoriser, pipeline or `NgramEncoder`.
        - An object with ``encode(texts)``: a SentenceTransformer, or one of your own.
        - A dict of language to any of these.
    revision : str or dict, optional
        Branch, tag or commit of a model on the Hugging Face Hub.
    languages : sequence of str, optional
        Languages that one `model` serves, each with a block of its own. A dict of models declares
        its languages itself.
    detect : {"script", "lingua"}, callable or None, default="script"
        How to tell the language of a row, see `LanguageDetector`.
    default_language : str, optional
        Language of texts that show none, such as emoji and digits; without it they are an error.
    column : str, optional
        Column with the texts, where X is a frame with several.
    lang_column : str, optional
        Column with the language of each row; nothing is detected then.
    pooling : {"mean", "cls", "max", "last", "weighted-mean"} or dict, optional
        How token vectors become one vector; in a weighted mean the n-th token counts n times.
        None takes what a sentence-transformers checkpoint brings, "mean" for a plain one. With a
        value (or `layer`), what a sentence-transformers checkpoint does behind its transformer is
        left out.
    layer : int, float or dict, optional
        Hidden layer to pool: 0 is the output of the embeddings, -1 the last layer; a float is a
        fraction of the way, so that 0.5 is the middle of any model and 1.0 its end.
    normalize : bool, default=True
        Scale vectors to unit length.
    prompt : str or dict, optional
        Put in front of every text, such as ``"query: "``; or the name of a prompt that a
        sentence-transformers checkpoint brings.
    max_length : int or dict, optional
        Most tokens of a text; None takes the model's own limit.
    long_texts : {"warn", "cut", "mean"} or dict, default="warn"
        What becomes of longer texts: cut, with one warning that counts them; cut in silence; or
        the mean over windows of `max_length` tokens, weighted by their tokens.
    truncate_dim : int or dict, optional
        Keep the first columns only, before `normalize`; for models trained to allow it.
    batch_size : int, optional
        Size of a forward pass of a language model in texts of 32 tokens; shorter texts go more to
        a batch, longer ones fewer. None takes 32 on a processor, 512 on a GPU.
    dtype : {"float32", "float16", "bfloat16", "int8"}, default="float32"
        Type that a language model computes in; "int8" quantises linear layers, on a processor.
        The vectors are float32 always.
    device : str or list of str, optional
        Such as "cpu" or "cuda:1"; None takes the best there is. Several share the work, with a
        copy of the model each.
    backend : {"torch", "onnx", "openvino"}, default="torch"
        What runs a language model. The others come with ``sentence-transformers[onnx]`` and
        ``[openvino]``, and have neither `pooling` nor `layer`.
    trust_remote_code : bool, default=False
        Run the code that a checkpoint brings along.
    token_env : str, optional
        Environment variable with the token for private models of the Hub.
    cache : "memory", path, None or object, default="memory"
        Where vectors are remembered: in this process (256 MiB, shared by all extractors), in a
        folder (for all processes and later runs, see `DiskCache`), nowhere, or in an object with
        ``get_many`` and ``put_many``. ``LANGALIGN_CACHE=off`` keeps a run away from folders.
    missing : {"error", "empty"}, default="error"
        What None and NaN are: an error, or the empty text.
    progress : {"auto", True, False}, default="auto"
        Show a bar; "auto": on a terminal, for work longer than two seconds.

    See Also
    --------
    NgramEncoder : An encoder fitted on your own text, without a download.
    BlockLayout : Which columns belong to which language.
    LangAligner : Moves the vectors of one language into the space of another.

    Notes
    -----
    Nothing is learned in ``fit``; it checks the input and records which weights it saw. Models
    load when first needed, once per process, and are shared by clones and folds. A model of the
    Hub that is on this machine is used as it is, without asking for a newer one: give `revision`
    to choose. Each distinct text is encoded once per process while it is in the cache; the cache
    holds vectors and digests, never texts. A dict of ``revision``, ``pooling``, ``layer``,
    ``prompt``, ``max_length``, ``long_texts`` or ``truncate_dim`` gives values by language, for a
    dict of models.

    A row of blocks whose vector is zero throughout (a text without any known n-gram) gets the
    smallest normal float32 number, about 1e-38, in the first column of its block: its language is
    not lost, and no product notices.

    **Saving.** Models given by name are saved as name, revision and fingerprint, never as weights.
    If the weights found at the other end are not those it was fitted with, using it is an error.
    Objects with ``transform`` or ``fingerprint()`` are saved by value; others cannot be saved.
    Objects are taken as frozen: clones share them, and changing one in place is at your own risk.

    **Grids.** ``{"model": ["name-a", "name-b"], "pooling": ["mean", "cls"]}`` works on names.
    scikit-learn clones values of a grid, which unfits encoders: wrap those,
    ``{"model": [FrozenEstimator(fitted)]}``. An encoder's own parameters cannot be searched.

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

    def __init__(
        self,
        model: Any,
        *,
        revision: str | Mapping[str, str] | None = None,
        languages: Sequence[str] | None = None,
        detect: str | Callable[[str], str | None] | None = "script",
        default_language: str | None = None,
        column: Any = None,
        lang_column: Any = None,
        pooling: str | Mapping[str, str] | None = None,
        layer: float | Mapping[str, float] | None = None,
        normalize: bool = True,
        prompt: str | Mapping[str, str] | None = None,
        max_length: int | Mapping[str, int] | None = None,
        long_texts: str | Mapping[str, str] = "warn",
        truncate_dim: int | Mapping[str, int] | None = None,
        batch_size: int | None = None,
        dtype: str = "float32",
        device: str | Sequence[str] | None = None,
        backend: str = "torch",
        trust_remote_code: bool = False,
        token_env: str | None = None,
        cache: Any = "memory",
        missing: str = "error",
        progress: bool | str = "auto",
    ) -> None:
        self.model = model
        self.revision = revision
        self.languages = languages
        self.detect = detect
        self.default_language = default_language
        self.column = column
        self.lang_column = lang_column
        self.pooling = pooling
        self.layer = layer
        self.normalize = normalize
        self.prompt = prompt
        self.max_length = max_length
        self.long_texts = long_texts
        self.truncate_dim = truncate_dim
        self.batch_size = batch_size
        self.dtype = dtype
        self.device = device
        self.backend = backend
        self.trust_remote_code = trust_remote_code
        self.token_env = token_env
        self.cache = cache
        self.missing = missing
        self.progress = progress

    def fit(self, X: Any, y: Any = None) -> Self:
        """Check the input and the parameters; load nothing.

        Parameters
        ----------
        X : sequence of str, array, series or frame
            Texts.
        y : ignored
            Accepted for pipelines.

        Returns
        -------
        self
        """
        self._read(X, fitting=True)
        self._record(build_encoders(self))
        return self

    def fit_transform(self, X: Any, y: Any = None, **fit_params: Any) -> Float32Array:
        """Do what `fit` and `transform` do, reading X once.

        Parameters
        ----------
        X : sequence of str, array, series or frame
            Texts.
        y : ignored
            Accepted for pipelines.
        **fit_params
            Refused: nothing is fitted.

        Returns
        -------
        ndarray of shape (n_texts, width), float32
        """
        if fit_params:
            raise TypeError(f"fit takes no {sorted(fit_params)}: nothing is fitted")
        texts, langs = self._read(X, fitting=True)
        encoders = build_encoders(self)
        self._record(encoders)
        vectors = self._vectors(texts, langs, encoders)
        self._record(encoders)  # widths are known by now, and spare a loaded pipeline the models
        return vectors

    def transform(self, X: Any) -> Float32Array:
        """Encode texts.

        Parameters
        ----------
        X : sequence of str, array, series or frame
            Texts.

        Returns
        -------
        ndarray of shape (n_texts, width), float32
            In the order of X; an empty X gives no rows.
        """
        texts, langs = self._read(X)
        return self._vectors(texts, langs, build_encoders(self))

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
        rows = as_texts(texts, column=self.column, missing=self.missing, what="texts")
        encoders = build_encoders(self)
        declared = declared_languages(self)
        if declared is None:
            lang = None
        elif lang is None or lang not in declared:
            raise ValueError(
                f"no model for language {lang!r}; this extractor knows {list(declared)}"
            )
        with self._running() as run:
            return self._encode(encoders[lang], lang, rows, run)

    def get_layout(self) -> BlockLayout | None:
        """Tell which columns belong to which language.

        Returns
        -------
        BlockLayout or None
            None for one model without `languages`: every row uses every column.
        """
        if declared_languages(self) is None:
            return None
        return self._layout(build_encoders(self))

    def spec(self) -> str:
        """Digest of everything that defines the vectors, the same in every process.

        Two extractors with one specification give the same vectors for a text of a given language.
        Computing it loads no weights. Objects that cannot be saved count as different everywhere.

        Returns
        -------
        str
        """
        encoders = build_encoders(self)
        parts = [
            [lang, e.spec, setting(self, "truncate_dim", lang)] for lang, e in encoders.items()
        ]
        return specification("extractor", parts, bool(self.normalize))

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[np.object_]:
        """Name the columns: ``embedding0``, ``embedding1`` ..., or ``en_0`` ... with blocks.

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
        encoders = build_encoders(self, ask_hub=False)
        for encoder in encoders.values():
            if told_width(encoder) is None:
                raise NotFittedError(
                    f"the width of {encoder.name} is known once it was used: call fit_transform, "
                    "transform or get_layout first"
                )
        if None in encoders:
            width = self._width(encoders[None], None)
            return np.array([f"embedding{i}" for i in range(width)], dtype=object)
        layout = self._layout(encoders)
        names = [f"{la}_{i}" for la in layout.languages for i in range(layout.width_of(la))]
        return np.array(names, dtype=object)

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.transformer_tags.preserves_dtype = []
        return tags
