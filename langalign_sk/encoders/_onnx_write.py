"""A checkpoint as an ONNX graph: once with torch, so that nobody needs it later."""

from __future__ import annotations

import json
import logging
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from langalign_sk._io import atomic_folder
from langalign_sk._numeric import Float32Array
from langalign_sk.encoders._base import base_model
from langalign_sk.encoders._checkpoint import Checkpoint
from langalign_sk.encoders._hub_encoder import checkpoint_of, named_encoder
from langalign_sk.encoders._hub_model import HubModel, check_only, is_name, replaced, unwrapped
from langalign_sk.encoders._losses import modules
from langalign_sk.encoders._onnx import OnnxEncoder, digest_of
from langalign_sk.encoders._onnx_run import ABOUT, GRAPH, TOKENIZER
from langalign_sk.encoders._packaged import USE
from langalign_sk.encoders._run import Run
from langalign_sk.encoders._sentence_transformer import POOLINGS, SentenceModel
from langalign_sk.encoders._trained import TrainedEncoder

_FOLLOWED = ("revision", "pooling", "prompt", "max_length", "long_texts", "truncate_dim")
_WHEREVER = ("batch_size", "device", "token_env")
_TEXTS = [
    "a",
    "Two words",
    "환불이 되나요?",
    "a sentence that is longer than the others " * 5,
    "one that no model reads to its end " * 100,
]


def write_graph(settings: HubModel, folder: Path, *, normalize: bool = False) -> None:
    """Write what `OnnxEncoder` reads: the vectors of a model with its settings.

    `normalize` scales the vectors, as an extractor does.
    """
    held = unwrapped(settings)
    if isinstance(held, TrainedEncoder):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
            held.save(Path(place) / "model")
            named = replaced(settings)
            named.model = str(Path(place) / "model")
            write_graph(named, folder, normalize=normalize)
        return
    checkpoint = _checkpoint(settings)
    with atomic_folder(folder, marker=ABOUT) as made:
        original = _loaded(checkpoint, settings)
        tokenizer = getattr(original.tokenizer, "backend_tokenizer", None)
        if tokenizer is None:
            raise ValueError(
                f"{settings.model}: its tokeniser has no fast version, without which no text is "
                "read without transformers"
            )
        tokenizer.save(str(made / TOKENIZER))
        module = _graph_of(original, settings.truncate_dim, normalize)
        _export(module, original.tokenizer, made / GRAPH)
        pad = original.tokenizer.pad_token_id
        about = {
            "width": _width(module, original.tokenizer),
            "max_length": int(original.max_seq_length),
            "pad_id": 0 if pad is None else int(pad),
            "digest": digest_of(made, {}),
        }
        prompt = SentenceModel(original).prompt(settings)
        if prompt:
            about["prompt"] = prompt
        (made / ABOUT).write_text(json.dumps(about), encoding="utf-8")
        _compare(OnnxEncoder(made), _wanted(settings, normalize))


def _checkpoint(settings: HubModel) -> Checkpoint:
    """Return the checkpoint, if there is one and its settings can be followed."""
    if not is_name(settings.model):
        raise TypeError(
            f"the encoder is a {type(settings.model).__name__} object: a graph is made of a "
            "checkpoint, by its name or folder"
        )
    check_only(settings, *_FOLLOWED, *_WHEREVER, what="an encoder that becomes an ONNX graph")
    if settings.long_texts == "mean":
        raise ValueError('long_texts="mean" goes over windows of a text; a graph cuts: "cut"')
    checkpoint = checkpoint_of(settings)
    if checkpoint is None or checkpoint.name == USE:
        raise ValueError(
            f"{settings.model!r} is no checkpoint of torch, of which a graph could be made"
        )
    return checkpoint


def _loaded(checkpoint: Checkpoint, settings: HubModel) -> Any:
    """Load a checkpoint as a SentenceTransformer that can become a graph."""
    from sentence_transformers import SentenceTransformer

    # Other kinds of attention branch on the content of the mask.
    model = base_model(checkpoint, "cpu", settings.max_length, attn_implementation="eager")
    if settings.pooling is None:
        return model
    mode = {ours: theirs for theirs, ours in POOLINGS.items()}[settings.pooling]
    width = model[0].auto_model.config.hidden_size
    return SentenceTransformer(modules=[model[0], modules().Pooling(width, mode)], device="cpu")


def _graph_of(original: Any, columns: int | None, normalize: bool) -> Any:
    """Module from token ids and mask to sentence vectors."""
    import torch

    class Graph(torch.nn.Module):
        """All modules of the encoder in a row, and what an extractor does behind them."""

        def __init__(self) -> None:
            super().__init__()
            self.encoder = original.eval()

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            """Vectors of a batch."""
            batch = {"input_ids": input_ids, "attention_mask": attention_mask}
            vectors = self.encoder(batch)["sentence_embedding"]
            if columns is not None:
                vectors = vectors[:, :columns]
            return torch.nn.functional.normalize(vectors, dim=1) if normalize else vectors

    return Graph().eval()


def _export(module: Any, tokenizer: Any, graph: Path) -> None:
    """Write a module as a graph over any number of texts and tokens."""
    import torch

    dynamic = {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}
    with torch.inference_mode(False), torch.no_grad(), warnings.catch_warnings(), _silent():
        warnings.simplefilter("ignore")  # of the exporter, about itself
        program: Any = torch.onnx.export(
            module,
            _tokens(tokenizer),
            input_names=["input_ids", "attention_mask"],
            output_names=["sentence_embedding"],
            dynamic_shapes=(dynamic, dynamic),
            dynamo=True,
            verbose=False,
        )
        program.save(str(graph))


@contextmanager
def _silent() -> Iterator[None]:
    """Keep the exporter from telling of packages that nobody needs."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def _tokens(tokenizer: Any) -> tuple[Any, Any]:
    """Return some tokens, with their mask."""
    import torch

    sample = tokenizer(["a few words", "and some more of them"], padding=True)
    ids, mask = (torch.tensor(sample[name]) for name in ("input_ids", "attention_mask"))
    return ids, mask


def _width(module: Any, tokenizer: Any) -> int:
    import torch

    with torch.inference_mode():
        return int(module(*_tokens(tokenizer)).shape[1])


def _wanted(settings: HubModel, normalize: bool) -> Float32Array:
    """Return the vectors of some texts as the package itself makes them."""
    encoder = named_encoder(replaced(settings, device="cpu", truncate_dim=None))
    vectors = np.asarray(encoder.encode(encoder.prepare(_TEXTS).items, Run()), dtype=np.float64)
    vectors = vectors[:, : settings.truncate_dim]
    if normalize:
        vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32)


def _compare(exported: OnnxEncoder, wanted: Float32Array) -> None:
    """Raise for an export that gives other vectors."""
    found = exported.encode(_TEXTS)
    apart = np.linalg.norm(found - wanted, axis=1) / np.linalg.norm(wanted, axis=1)
    if not (apart < 1e-3).all():  # for the cosine of it, 1e-6
        row = int(np.argmax(np.nan_to_num(apart, nan=np.inf)))
        raise ValueError(
            f"the exported graph is not the encoder: its vector of {_TEXTS[row][:40]!r} is "
            f"{apart[row]:.1%} off. Checkpoints with steps of their own ahead of the tokens, or "
            "with a prompt that is not pooled, can't be exported"
        )
