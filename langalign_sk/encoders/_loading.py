"""Checkpoints into memory: where, in which type, and without the talk of the libraries below."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from langalign_sk.encoders._checkpoint import Checkpoint, hub_token
from langalign_sk.encoders._settings import Settings
from langalign_sk.encoders._transformers import PlainModel, Transformer


def load_transformer(checkpoint: Checkpoint, settings: Settings, device: str | None) -> PlainModel:
    """Load a plain checkpoint."""
    from transformers import AutoModel, AutoTokenizer

    where = hub_arguments(checkpoint, settings)
    tokenizer = AutoTokenizer.from_pretrained(checkpoint.source, **where)
    with _own_report():
        model, info = AutoModel.from_pretrained(
            checkpoint.source, output_loading_info=True, **where, **torch_dtype(settings.dtype)
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
    model = model.eval().to(_device(device))
    if settings.dtype == "int8":
        quantise(model)
    return PlainModel(Transformer(model, tokenizer, name=f"model {checkpoint.name!r}"))


def hub_arguments(checkpoint: Checkpoint, settings: Settings) -> dict[str, Any]:
    """Say where a checkpoint is, who asks for it, and whether its own code may run."""
    arguments: dict[str, Any] = {
        "local_files_only": checkpoint.is_local,
        "trust_remote_code": bool(settings.trust_remote_code),
    }
    if checkpoint.revision is not None:
        arguments["revision"] = checkpoint.revision
    if settings.token_env is not None and not checkpoint.is_local:
        arguments["token"] = hub_token(settings.token_env)
    return arguments


def torch_dtype(dtype: str) -> dict[str, Any]:
    """Keyword for the type to load in, under its name in the installed transformers."""
    import torch
    import transformers

    major = int(transformers.__version__.split(".")[0])
    loaded = "float32" if dtype == "int8" else dtype
    return {"torch_dtype" if major < 5 else "dtype": getattr(torch, loaded)}


def quantise(model: Any) -> None:
    """Turn linear layers into int8 ones, in place; activations are scaled batch by batch."""
    import torch

    if any(parameter.device.type != "cpu" for parameter in model.parameters()):
        raise ValueError('dtype="int8" is for processors: give device="cpu"')
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch announces that this will move to torchao
        quantize: Any = torch.ao.quantization.quantize_dynamic
        quantize(model, {torch.nn.Linear}, dtype=torch.qint8, inplace=True)


def _device(device: str | None) -> str:
    """Return the device asked for, else the best there is."""
    import torch

    if device is not None:
        return device
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


@contextmanager
def _own_report() -> Iterator[None]:
    """Without the report on tensors missing or unused, in place of which the caller checks."""

    def keep(record: logging.LogRecord) -> bool:
        message = record.getMessage()
        return "LOAD REPORT" not in message and "checkpoint" not in message

    logger = logging.getLogger("transformers.modeling_utils")
    logger.addFilter(keep)
    try:
        yield
    finally:
        logger.removeFilter(keep)
