"""Encoding on a GPU: texts per second, the share of the matrix rate, memory that runs out."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import real_data
from benchmarks.gpu_sizes import Sizes, seconds_of
from benchmarks.rows_data import WORDS
from langalign_sk import EmbeddingExtractor, HubModel
from langalign_sk.encoders import release_models

BATCH_SIZES = (32, 256)  # of the peer; 32 is its default
TYPES = ("float32", "bfloat16")


def encoding(
    device: Any, sizes: Sizes, rates: dict[str, float], folder: Path
) -> dict[str, dict[str, Any]]:
    """Encode with two models, each in two types, beside the peer."""
    small = real_data.minilm()
    if sizes.small_model is not None:
        small = checkpoint(folder / "small", sizes.small_model)
    large = checkpoint(folder / "large", sizes.large_model)
    models = {"MiniLM-L6": (small, sizes.texts_small), "BERT-base": (large, sizes.texts_large)}
    found = {}
    for name, (model, count) in models.items():
        texts = sentences(count)
        tokens, flops = work_of(model, texts)
        for dtype in TYPES:
            for way, figures in compare(model, texts, dtype, device, sizes.rounds).items():
                figures |= {
                    "tokens/s": figures["texts/s"] * tokens / count,
                    "share of the matrix rate": figures["texts/s"]
                    * (flops / count)
                    / (1e12 * rates[dtype]),
                }
                found[f"{name}, {dtype}, {way}"] = figures
        release_models()
    return found


def compare(
    model: str, texts: list[str], dtype: str, device: Any, rounds: int
) -> dict[str, dict[str, Any]]:
    """Texts per second of each way, the best of some rounds, and how far apart vectors are."""
    import torch
    from sentence_transformers import SentenceTransformer

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a plain checkpoint gets mean pooling
        peer = SentenceTransformer(model, device=str(device)).to(getattr(torch, dtype))
    settings = HubModel(model, device=str(device), dtype=dtype, long_texts="cut")
    extractor = EmbeddingExtractor(settings, cache=None)

    def theirs(size: int) -> Callable[[list[str]], Any]:
        def encode(some: list[str]) -> Any:
            return peer.encode(some, batch_size=size, show_progress_bar=False)

        return encode

    ways: dict[str, Callable[[list[str]], Any]] = {
        f"SentenceTransformer, batch_size={size}": theirs(size) for size in BATCH_SIZES
    }
    ways["EmbeddingExtractor"] = extractor.transform
    best: dict[str, float] = {}
    vectors: dict[str, Any] = {}
    for way, encode in ways.items():
        encode(texts[: max(len(texts) // 20, 8)])
        for _ in range(rounds):
            seconds, vectors[way] = seconds_of(partial(encode, texts), device)
            best[way] = min(seconds, best.get(way, np.inf))
    default = next(iter(ways))
    reference = unit(vectors[default])
    found: dict[str, dict[str, Any]] = {
        way: {
            "texts/s": len(texts) / seconds,
            "times the peer's default": best[default] / seconds,
            "1 - cosine, at most": float(1 - (unit(vectors[way]) * reference).sum(axis=1).min()),
        }
        for way, seconds in best.items()
    }
    report = extractor.last_run()
    if report is not None:
        found["EmbeddingExtractor"]["padding"] = report.padding
    return found


def memory_runs_out(
    device: Any, sizes: Sizes, rates: dict[str, float], folder: Path
) -> dict[str, dict[str, Any]]:
    """Encode with batches that don't fit: what is told, what it costs, whether vectors differ."""
    from sentence_transformers import SentenceTransformer

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        own = SentenceTransformer(
            checkpoint(folder / "large", sizes.large_model), device=str(device)
        )
    texts = sentences(sizes.texts_large // 4)
    own.encode(texts[:4])  # what the libraries below set up is there by now
    plenty = EmbeddingExtractor(own, cache=None)
    seconds, expected = seconds_of(lambda: plenty.transform(texts), device)
    hasty = EmbeddingExtractor(HubModel(own, batch_size=len(texts)), cache=None)
    with warnings.catch_warnings(record=True) as told, little_room(own, device, texts):
        warnings.simplefilter("always", RuntimeWarning)
        slower, found = seconds_of(lambda: hasty.transform(texts), device)
    told_of = sum("out of memory" in str(warning.message) for warning in told)
    apart = float(np.abs(found - expected).max())
    if told_of != 1 or apart > 1e-3:
        raise AssertionError(f"{told_of} warnings, vectors up to {apart:.1e} apart")
    return {
        "with room": {"texts/s": len(texts) / seconds},
        "with little": {
            "texts/s": len(texts) / slower,
            "warnings": told_of,
            "largest difference": apart,
        },
    }


@contextmanager
def little_room(model: Any, device: Any, texts: list[str]) -> Iterator[None]:
    """Let a GPU have 500 MB more than it uses; let a model on a processor say that it is full."""
    import torch

    if device.type == "cuda":
        torch.cuda.empty_cache()
        total = torch.cuda.get_device_properties(device).total_memory
        share = (torch.cuda.memory_reserved(device) + 500 * 2**20) / total
        torch.cuda.set_per_process_memory_fraction(share, device)
        try:
            yield
        finally:
            torch.cuda.set_per_process_memory_fraction(1.0, device)
        return

    def full(module: Any, args: Any, kwargs: dict[str, Any]) -> None:
        if kwargs["input_ids"].shape[0] > max(1, len(texts) // 3):
            raise torch.OutOfMemoryError("out of memory, for the sake of it")

    hook = model[0].auto_model.register_forward_pre_hook(full, with_kwargs=True)
    try:
        yield
    finally:
        hook.remove()


def checkpoint(folder: Path, config: dict[str, int]) -> str:
    """Make a BERT of random weights with MiniLM's tokeniser, once; nothing is downloaded."""
    import torch
    from transformers import AutoTokenizer, BertConfig, BertModel

    if not folder.exists():
        tokenizer = AutoTokenizer.from_pretrained(real_data.minilm())
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            BertModel(BertConfig(vocab_size=len(tokenizer), **config)).save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    return str(folder)


def sentences(count: int) -> list[str]:
    """Return distinct texts of random English words, about as long as sentences."""
    rng = np.random.default_rng(0)
    table = real_data.read_tsv(WORDS)
    words = np.array(sorted({word for name in table["en"] for word in name.split()}))
    lengths = np.clip(rng.lognormal(2.6, 0.6, count), 2, 100).astype(int)
    return [f"{' '.join(rng.choice(words, n))} {row}" for row, n in enumerate(lengths)]


def work_of(model: str, texts: list[str]) -> tuple[int, float]:
    """Tokens of the texts, and operations of a forward pass over them without padding."""
    from transformers import AutoConfig, AutoTokenizer

    config = AutoConfig.from_pretrained(model)
    tokenizer = AutoTokenizer.from_pretrained(model)
    limit = min(tokenizer.model_max_length, config.max_position_embeddings)
    lengths = np.array([len(ids) for ids in tokenizer(texts)["input_ids"]], dtype=float)
    lengths = np.minimum(lengths, limit)
    width, inner, layers = config.hidden_size, config.intermediate_size, config.num_hidden_layers
    weights = layers * (4 * width**2 + 2 * width * inner)  # of the layers: embeddings are looked up
    attention = 4.0 * layers * width * np.square(lengths).sum()
    return int(lengths.sum()), float(2.0 * weights * lengths.sum() + attention)


def unit(vectors: Any) -> Any:
    """Rows of length one, in float64."""
    rows = np.asarray(vectors).astype(np.float64)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)
