"""Folders with an ONNX graph that others exported: what they say of the encoder in them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from langalign_sk.encoders._onnx_run import TOKENIZER

_KNOWN = ("Pooling", "Normalize")
_GRAPHS = ("model.onnx", "onnx/model.onnx")
_MANY = 10**6  # tokenisers without a limit name a number beyond it
_LENGTH = 512


def describe(folder: Path, pooling: str | None) -> dict[str, Any]:
    """Return what `OnnxEncoder` needs to know of a folder with a graph and a tokeniser."""
    graph = _graph_in(folder)
    if not (folder / TOKENIZER).exists():
        raise ValueError(
            f"{folder} has no {TOKENIZER}, which goes with the graph: add that of the original "
            "model (of tokenisers, only the fast ones have it)"
        )
    tokenizer = _read(folder / TOKENIZER)
    modules = [str(entry.get("type", "")).rsplit(".")[-1] for entry in _modules(folder)]
    own = _read(folder / "tokenizer_config.json")
    model = _read(folder / "config.json")
    lengths = (
        _read(folder / "sentence_bert_config.json").get("max_seq_length"),
        own.get("model_max_length"),
        (tokenizer.get("truncation") or {}).get("max_length"),
        model.get("max_position_embeddings"),
        _LENGTH,
    )
    pad = own.get("pad_token")
    return {
        "graph": graph,
        "pooling": _pooling(folder) if pooling is None else pooling,
        "told": pooling is not None,
        "normalize": "Normalize" in modules,
        "behind": [name for name in modules if name not in ("", "Transformer", *_KNOWN)],
        "width": None,
        "max_length": int(next(n for n in lengths if isinstance(n, int | float) and 0 < n < _MANY)),
        "pad_id": (tokenizer.get("padding") or {}).get("pad_id", model.get("pad_token_id")),
        "pad_token": pad.get("content") if isinstance(pad, dict) else pad,
    }


def files_of(folder: Path, about: dict[str, Any]) -> list[Path]:
    """Return the files that define the vectors: the graph, its weights beside it, the tokeniser."""
    graph = folder / about["graph"]
    beside = sorted(graph.parent.glob(f"{graph.name}[._]data*"))
    return [graph, *beside, folder / TOKENIZER]


def _graph_in(folder: Path) -> str:
    """Return the one graph of a folder."""
    for name in _GRAPHS:
        if (folder / name).exists():
            return name
    found = sorted([*folder.glob("*.onnx"), *folder.glob("onnx/*.onnx")])
    if len(found) == 1:
        return found[0].relative_to(folder).as_posix()
    names = [path.relative_to(folder).as_posix() for path in found]
    raise ValueError(
        f"{folder} was not written by export_onnx, and has "
        + (f"several graphs, {names}: rename the one to use {_GRAPHS[0]}" if found else "no graph")
        + f"; wanted are {_GRAPHS[0]} and {TOKENIZER}"
    )


def _pooling(folder: Path) -> str | None:
    """Return the pooling that sentence-transformers has written down."""
    told = _read(folder / "1_Pooling" / "config.json")
    if isinstance(told.get("pooling_mode"), str):
        return str(told["pooling_mode"])
    names = {"mean_tokens": "mean", "cls_token": "cls", "max_tokens": "max"}
    used = [key.removeprefix("pooling_mode_") for key, value in told.items() if value is True]
    used = [key for key in used if key != "include_prompt"]
    return names.get(used[0], used[0]) if len(used) == 1 else None


def _modules(folder: Path) -> Sequence[dict[str, Any]]:
    found = _read(folder / "modules.json")
    return found if isinstance(found, list) else []


def _read(path: Path) -> Any:
    """Return what a JSON file holds; nothing where there is none."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise ValueError(f"{path} is damaged: {error}") from error
