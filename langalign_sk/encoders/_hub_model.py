"""A model by name with the settings that only language models know."""

from __future__ import annotations

import hashlib
import json
import operator
import os
from collections.abc import Mapping, Sequence
from inspect import signature
from numbers import Integral, Real
from typing import Any, ClassVar, Self

from sklearn.base import BaseEstimator
from sklearn.frozen import FrozenEstimator
from sklearn.utils._param_validation import Interval, StrOptions

from langalign_sk.encoders._checks import check_parameters

POOLINGS = ("mean", "cls", "max", "last", "weighted-mean")
#: Where weights come from, which is settled before they are loaded.
_SETTLED = ("local_files_only", "cache_dir", "config", "state_dict", "output_loading_info")
#: Constraints of the parameters that `EmbeddingExtractor` has as well.
SHORTHANDS: dict[str, list[Any]] = {
    "pooling": [StrOptions(set(POOLINGS)), None],
    "layer": [Integral, Interval(Real, 0, 1, closed="both"), None],
    "prompt": [str, None],
    "truncate_dim": [Interval(Integral, 1, None, closed="left"), None],
}


class HubModel(BaseEstimator):
    """A language model and how it computes, for `EmbeddingExtractor`'s `model`.

    A name alone is enough for the usual; this is for the rest, and for settings that differ
    between the models of a dict. All settings can be searched: ``embed__model__dtype``, or
    ``embed__ko__layer`` in a dict of models.

    Parameters
    ----------
    model : str, path or object
        Name on the Hugging Face Hub or folder of a sentence-transformers or plain transformers
        checkpoint; or a SentenceTransformer object, which is loaded already, so that `revision`,
        `dtype`, `device`, `backend`, `trust_remote_code`, `token_env` and `model_kwargs` come too
        late. Other
        objects follow `truncate_dim` alone.
    revision : str, default=None
        Branch, tag or commit on the Hub.
    pooling : {"mean", "cls", "max", "last", "weighted-mean"}, default=None
        How token vectors become one vector; in a weighted mean the n-th token counts n times.
        None takes what a sentence-transformers checkpoint brings, what the last layer of a
        cross-encoder or classifier reads, "mean" for other plain ones. With a value (or `layer`),
        what a sentence-transformers checkpoint does behind its transformer is left out.
    layer : int or float, default=None
        Hidden layer to pool: 0 is the output of the embeddings, -1 the last layer; a float is a
        fraction of the way, so that 0.5 is the middle of any model and 1.0 its end.
    prompt : str, default=None
        Put in front of every text, such as ``"query: "``; or the name of a prompt that a
        sentence-transformers checkpoint brings.
    max_length : int, default=None
        Most tokens of a text; None takes the model's own limit.
    long_texts : {"warn", "cut", "mean"}, default="warn"
        What becomes of longer texts: cut, with one warning that counts them; cut in silence; or
        the mean over windows of `max_length` tokens, weighted by their tokens.
    truncate_dim : int, default=None
        Keep the first columns only, before scaling; for models trained to allow it.
    batch_size : int, default=None
        Size of a forward pass in texts of 32 tokens; shorter texts go more to a batch, longer ones
        fewer. None takes 32 on a processor, 512 on a GPU.
    dtype : {"float32", "float16", "bfloat16", "int8"}, default="float32"
        Type to compute in; "int8" quantises linear layers, on a processor. The vectors are
        float32 always.
    device : str or list of str, default=None
        Such as "cpu" or "cuda:1"; None and "auto" take the best there is. Several share the work,
        with a copy of the model each.
    backend : {"torch", "onnx", "openvino"}, default="torch"
        What runs the model. The others come with ``sentence-transformers[onnx]`` and
        ``[openvino]``, and have neither `pooling` nor `layer`.
    trust_remote_code : bool, default=False
        Run the code that a checkpoint brings along.
    token_env : str, default=None
        Environment variable with the token for private models of the Hub.
    model_kwargs : dict, default=None
        Handed on to transformers where it loads the weights, such as
        ``{"attn_implementation": "eager"}``, or ``{"quantization_config": {"load_in_4bit": True,
        "quant_method": "bitsandbytes"}}`` on a GPU, with the package bitsandbytes. Plain values and
        dicts of them: they are part of what makes two vectors the same. `dtype`, `revision`,
        `trust_remote_code` and `token_env` have parameters of their own.

    See Also
    --------
    EmbeddingExtractor : Has `pooling`, `layer`, `prompt` and `truncate_dim` itself, for every
        model without a value of its own.

    Notes
    -----
    A value: clones and extractors have a copy each, which shares an object given as `model`.

    Examples
    --------
    >>> from langalign_sk.encoders import HubModel
    >>> from langalign_sk.text import EmbeddingExtractor
    >>> embed = EmbeddingExtractor({
    ...     "en": HubModel("intfloat/e5-small", prompt="query: "),
    ...     "ko": HubModel("klue/roberta-base", layer=-2, dtype="bfloat16")})
    >>> embed.set_params(ko__layer=0.5).model["ko"]
    HubModel(dtype='bfloat16', layer=0.5, model='klue/roberta-base')
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **SHORTHANDS,
        "revision": [str, None],
        "max_length": [Interval(Integral, 1, None, closed="left"), None],
        "long_texts": [StrOptions({"warn", "cut", "mean"})],
        "batch_size": [Interval(Integral, 1, None, closed="left"), None],
        "dtype": [StrOptions({"float32", "float16", "bfloat16", "int8"})],
        "device": [str, list, tuple, None],
        "backend": [StrOptions({"torch", "onnx", "openvino"})],
        "trust_remote_code": ["boolean"],
        "token_env": [str, None],
        "model_kwargs": [dict, None],
    }

    def __init__(
        self,
        model: Any,
        *,
        revision: str | None = None,
        pooling: str | None = None,
        layer: float | None = None,
        prompt: str | None = None,
        max_length: int | None = None,
        long_texts: str = "warn",
        truncate_dim: int | None = None,
        batch_size: int | None = None,
        dtype: str = "float32",
        device: str | Sequence[str] | None = None,
        backend: str = "torch",
        trust_remote_code: bool = False,
        token_env: str | None = None,
        model_kwargs: dict[str, Any] | None = None,
    ) -> None:
        self.model = model
        self.revision = revision
        self.pooling = pooling
        self.layer = layer
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
        self.model_kwargs = model_kwargs

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Get the settings; those of an object given as `model` are not among them.

        Parameters
        ----------
        deep : bool, default=True
            Makes no difference.

        Returns
        -------
        dict
        """
        params: dict[str, Any] = super().get_params(deep=False)
        return params

    def __sklearn_clone__(self) -> Self:
        return type(self)(**self.get_params())

    def __copy__(self) -> Self:
        return self.__sklearn_clone__()

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self.__sklearn_clone__()


_DEFAULTS = {
    name: parameter.default
    for name, parameter in signature(HubModel).parameters.items()
    if name != "model"
}


def with_settings(model: Any, **defaults: Any) -> HubModel:
    """Return a model with all of its settings, checked: its own before the defaults."""
    if not isinstance(model, HubModel):
        return HubModel(model, **defaults)
    if isinstance(model.model, HubModel | Mapping):
        raise TypeError(
            f"HubModel holds one model, got a {type(model.model).__name__}; several go into a dict "
            'of language to model: {"en": HubModel(...), "ko": ...}'
        )
    check_parameters(model)
    _check_model_kwargs(model.model_kwargs)
    places = devices(model)
    if not places or not all(isinstance(place, str | None) for place in places):
        raise ValueError(
            f"device must be a str, a list of one or more of them, or None, got {model.device!r}"
        )
    return replaced(model, **{k: v for k, v in defaults.items() if getattr(model, k) is None})


def _check_model_kwargs(given: Mapping[str, Any] | None) -> None:
    """Refuse settings of transformers that have a parameter here, or that are no plain values."""
    for name in given or ():
        own = {"torch_dtype": "dtype", "token": "token_env", "device_map": "device"}.get(name, name)
        if own in _DEFAULTS or name in _SETTLED:
            raise ValueError(
                f"model_kwargs: {name!r} is not taken there"
                + (f", give {own}= of HubModel" if own in _DEFAULTS else "")
            )
    try:
        json.dumps(given)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"model_kwargs must hold plain values, lists and dicts of them, got {given!r}: {error}"
        ) from None


def replaced(model: HubModel, **settings: Any) -> HubModel:
    """Copy a model with other settings."""
    # Without get_params, which reads the signature: this is done for every request.
    own = {name: getattr(model, name) for name in ("model", *_DEFAULTS)}
    return HubModel(**{**own, **settings})


def devices(model: HubModel) -> tuple[str | None, ...]:
    """Devices to compute on; None stands for the best there is."""
    device: Any = model.device
    places = tuple(device) if isinstance(device, list | tuple) else (device,)
    return tuple(None if place == "auto" else place for place in places)


def defining(model: HubModel) -> tuple[Any, ...]:
    """Settings that make a difference to vectors, beside the weights."""
    windows = "mean" if model.long_texts == "mean" else "cut"
    read = (model.pooling, model.layer, model.prompt, model.max_length, windows)
    # Vectors of before these were there keep their name.
    given = (dict(model.model_kwargs),) if model.model_kwargs else ()
    return (*read, model.dtype, model.backend, *given)


def check_only(model: HubModel, *allowed: str, what: str) -> None:
    """Raise where settings are given that `what` cannot follow."""
    given = [
        f"{name}={getattr(model, name)!r}"
        for name, default in _DEFAULTS.items()
        if name not in allowed and getattr(model, name) != default
    ]
    if given:
        raise ValueError(
            f"{', '.join(given)}: does not apply to {what}. Leave it at its default; where only "
            'some languages need it, give it with their models, such as {"en": HubModel("name", '
            'pooling="cls"), ...}'
        )


def is_name(model: Any) -> bool:
    """Tell whether a model is given by name or folder."""
    return isinstance(model, str | os.PathLike)


def unwrapped(model: Any) -> Any:
    """Return what stands inside a HubModel or FrozenEstimator, or the model itself."""
    if isinstance(model, HubModel):
        model = model.model
    while isinstance(model, FrozenEstimator):
        model = model.estimator
    return model


def specification(*parts: Any) -> str:
    """Digest of parts that define vectors."""
    text = json.dumps(parts, sort_keys=True, default=operator.index)  # NumPy integers of grids
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
