"""Checkpoints into memory: where, in which type, and without the talk of the libraries below."""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from langalign_sk._process import resolve_device
from langalign_sk.encoders._checkpoint import Checkpoint, hub_token
from langalign_sk.encoders._hub_model import HubModel
from langalign_sk.encoders._packaged import USE, PackagedModel
from langalign_sk.encoders._sentence_transformer import SentenceModel
from langalign_sk.encoders._transformers import Transformer

logger = logging.getLogger("langalign_sk")


def load(checkpoint: Checkpoint, settings: HubModel, device: str | None) -> Any:
    """Load a checkpoint onto a device."""
    if checkpoint.name == USE:
        return PackagedModel()
    place = resolve_device(device)
    logger.info("loading model %r", checkpoint.name)
    with _explained(checkpoint, settings), quiet(checkpoint.is_local):
        whole = checkpoint.is_sentence_transformer and not _is_cross_encoder(checkpoint, settings)
        if whole or settings.backend != "torch":
            return load_sentence_transformer(checkpoint, settings, place)
        return load_transformer(checkpoint, settings, place)


def load_sentence_transformer(
    checkpoint: Checkpoint, settings: HubModel, device: Any
) -> SentenceModel:
    """Load a sentence-transformers checkpoint, or any with another backend."""
    from sentence_transformers import SentenceTransformer

    own = settings.model_kwargs or {}
    chosen: dict[str, Any] = {"model_kwargs": {**own, **_dtype_keyword(settings.dtype)}}
    if settings.backend != "torch":
        if settings.dtype != "float32":
            raise ValueError(f"dtype={settings.dtype!r} goes with backend='torch'")
        chosen = {"backend": settings.backend, "model_kwargs": dict(own)}
    where = _hub_keywords(checkpoint, settings)
    model = SentenceTransformer(checkpoint.source, device=str(device), **where, **chosen).eval()
    if settings.dtype == "int8":
        _quantise(model)
    return SentenceModel(model, backend=settings.backend, name=f"model {checkpoint.name!r}")


def load_base(checkpoint: Checkpoint, device: Any, **model_kwargs: Any) -> Any:
    """Load a checkpoint as a SentenceTransformer that can be trained, in float32."""
    from sentence_transformers import SentenceTransformer

    settings = HubModel(checkpoint.name)
    with _explained(checkpoint, settings), quiet(checkpoint.is_local):
        where, dtype = _hub_keywords(checkpoint, settings), _dtype_keyword("float32")
        chosen = {**dtype, **model_kwargs}
        return SentenceTransformer(
            checkpoint.source, device=str(device), model_kwargs=chosen, **where
        )


def load_transformer(checkpoint: Checkpoint, settings: HubModel, device: Any) -> Transformer:
    """Load a plain checkpoint."""
    from transformers import AutoModel, AutoTokenizer

    where = _hub_keywords(checkpoint, settings)
    tokenizer = AutoTokenizer.from_pretrained(checkpoint.source, **where)
    chosen = {**(settings.model_kwargs or {}), **_dtype_keyword(settings.dtype)}
    model, info = AutoModel.from_pretrained(
        checkpoint.source, output_loading_info=True, **where, **chosen
    )
    # A pooler is missing in most checkpoints and not used here; a layer must not be made up.
    made_up = sorted(key for key in info["missing_keys"] if "pooler" not in key)
    if made_up:
        raise ValueError(
            f"its weights lack {len(made_up)} tensors of a {type(model).__name__}, such as "
            f"{made_up[0]!r}, which would be random numbers"
        )
    if model.config.is_encoder_decoder:
        model = model.get_encoder()
    if tokenizer.pad_token is None:  # most decoders: padding is masked, any token will do
        tokenizer.pad_token = tokenizer.eos_token
    model = model.eval()
    if not getattr(model, "is_quantized", False):  # one in 4 or 8 bits is where it was loaded
        model = model.to(device)
    if settings.dtype == "int8":
        _quantise(model)
    own = _before_the_classes(model, tokenizer, info)
    return Transformer(model, tokenizer, **own, name=f"model {checkpoint.name!r}")


def _is_cross_encoder(checkpoint: Checkpoint, settings: HubModel) -> bool:
    """Tell whether sentence-transformers saved a model that reads two texts and scores them."""
    from transformers.utils import cached_file

    where = {k: v for k, v in _hub_keywords(checkpoint, settings).items() if "code" not in k}
    file = cached_file(
        checkpoint.source,
        "config_sentence_transformers.json",
        _raise_exceptions_for_missing_entries=False,
        **where,
    )
    if file is None:
        return False
    kind = json.loads(Path(file).read_text(encoding="utf-8")).get("model_type")
    return bool(kind == "CrossEncoder")


def _before_the_classes(model: Any, tokenizer: Any, info: Any) -> dict[str, Any]:
    """Return what a classifier's or cross-encoder's last layer reads: its own pooling and pooler.

    For other checkpoints there is none: the mean, as always.
    """
    kinds = getattr(model.config, "architectures", None) or []
    if not any(kind.endswith("ForSequenceClassification") for kind in kinds):
        return {}
    if tokenizer.cls_token is None:
        return {"pooling": "last"}
    pooler = getattr(model, "pooler", None)
    if pooler is None or any("pooler" in key for key in info["missing_keys"]):
        return {"pooling": "cls"}
    return {"pooling": "cls", "head": lambda rows: pooler(rows[:, None].to(model.dtype))}


def _hub_keywords(checkpoint: Checkpoint, settings: HubModel) -> dict[str, Any]:
    """Say where a checkpoint is, who asks for it, and whether its own code may run."""
    keywords: dict[str, Any] = {
        "local_files_only": checkpoint.is_local,
        "trust_remote_code": bool(settings.trust_remote_code),
    }
    if checkpoint.revision is not None:
        keywords["revision"] = checkpoint.revision
    if settings.token_env is not None and not checkpoint.is_local:
        keywords["token"] = hub_token(settings.token_env)
    return keywords


def _dtype_keyword(dtype: str) -> dict[str, Any]:
    """Keyword for the type to load in, under its name in the installed transformers."""
    import torch
    import transformers

    major = int(transformers.__version__.split(".")[0])
    loaded = "float32" if dtype == "int8" else dtype
    return {"torch_dtype" if major < 5 else "dtype": getattr(torch, loaded)}


def _quantise(model: Any) -> None:
    """Turn linear layers into int8 ones, in place; activations are scaled batch by batch."""
    import torch

    if any(parameter.device.type != "cpu" for parameter in model.parameters()):
        raise ValueError('dtype="int8" is for processors: give device="cpu"')
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch announces that this will move to torchao
        quantize: Any = torch.ao.quantization.quantize_dynamic
        quantize(model, {torch.nn.Linear}, dtype=torch.qint8, inplace=True)


@contextmanager
def _explained(checkpoint: Checkpoint, settings: HubModel) -> Iterator[None]:
    """Say which model failed to load; the libraries below guess at reasons at length."""
    try:
        yield
    except Exception as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        if isinstance(error, ImportError) and settings.backend != "torch":
            package = f"sentence-transformers[{settings.backend}]"
            reason = f"backend={settings.backend!r} needs pip install '{package}' ({reason})"
        elif "trust_remote_code" in str(error):
            reason = (
                "it brings code of its own; if you trust it, give HubModel("
                f"{checkpoint.name!r}, trust_remote_code=True)"
            )
        raise ValueError(f"model={checkpoint.name!r} could not be loaded: {reason}") from error


@contextmanager
def quiet(is_local: bool) -> Iterator[None]:
    """Hide the bar over weights that are read from disk, and the report that is checked here."""
    from transformers.utils import logging as transformers_logging

    def keep(record: logging.LogRecord) -> bool:
        message = record.getMessage()
        return "LOAD REPORT" not in message and "checkpoint" not in message

    bars = is_local and transformers_logging.is_progress_bar_enabled()  # downloads keep theirs
    if bars:
        transformers_logging.disable_progress_bar()
    reports = logging.getLogger("transformers.modeling_utils")
    reports.addFilter(keep)
    try:
        yield
    finally:
        reports.removeFilter(keep)
        if bars:
            transformers_logging.enable_progress_bar()
