"""A sentence encoder's graph and tokeniser, run: all that an exported model needs of an encoder.

onnxruntime, tokenizers and NumPy are all that it needs: `export_onnx` copies it into what it
writes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

#: What an export says of the encoder.
ABOUT = "onnx_encoder.json"
TOKENIZER = "tokenizer.json"
GRAPH = "model.onnx"
POOLINGS = ("mean", "cls", "max")
_VECTORS = "sentence_embedding"
_BATCH = 32


class SentenceGraph:
    """Session and tokeniser of a folder, loaded.

    Parameters
    ----------
    folder : Path
        With the graph and ``tokenizer.json``.
    about : mapping
        What is known of the encoder: ``max_length``, ``pad_id``, and for graphs that others
        exported ``graph``, ``pooling``, ``told``, ``normalize`` and ``behind``.
    n_threads : int or None
        Threads per call; None lets onnxruntime choose.
    """

    def __init__(self, folder: Path, about: Mapping[str, Any], n_threads: int | None) -> None:
        self._folder, self._about = folder, about
        self._session = session_of(folder / about.get("graph", GRAPH), n_threads)
        import tokenizers

        self._tokenizer = tokenizers.Tokenizer.from_file(str(folder / TOKENIZER))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(about["max_length"])
        self._output, self._pooling = self._session.get_outputs()[0].name, None
        if "graph" in about:
            self._output, self._pooling = output_of(folder, self._session, about)
        pad = about["pad_id"]
        if pad is None:
            pad = self._tokenizer.token_to_id(about["pad_token"] or "[PAD]") or 0
        self._pad = int(pad)

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return the vectors of texts, of which there is one at least."""
        prompt = self._about.get("prompt") or ""
        # Lone surrogates are no text to the tokeniser.
        clean = [(prompt + text).encode("utf-8", "replace").decode() for text in texts]
        tokens = self._tokenizer.encode_batch(clean)
        order = sorted(range(len(texts)), key=lambda row: len(tokens[row].ids))
        parts = []
        for start in range(0, len(order), _BATCH):
            batch = [tokens[row] for row in order[start : start + _BATCH]]
            ids, mask = padded([one.ids or [self._pad] for one in batch], self._pad)
            types, _ = padded([one.type_ids or [0] for one in batch], 0)
            given = inputs_of(self._folder, self._session, ids, mask.astype(np.int64), types)
            (found,) = self._session.run([self._output], given)
            parts.append(pooled(found, mask, self._pooling, bool(self._about.get("normalize"))))
        vectors = np.empty((len(texts), parts[0].shape[1]), dtype=np.float32)
        vectors[order] = np.vstack(parts)
        return vectors


def graph_in(folder: Path, n_threads: int | None) -> SentenceGraph:
    """Return the encoder in a folder that says itself what is known of it."""
    about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    return SentenceGraph(folder, about, n_threads)


def session_of(graph: Path, n_threads: int | None) -> Any:
    """Open a graph."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    if n_threads is not None:
        options.intra_op_num_threads = n_threads
    return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])


def output_of(folder: Path, session: Any, about: Mapping[str, Any]) -> tuple[str, str | None]:
    """Return the output of the graph to ask for, and how its tokens are pooled, if at all."""
    outputs = {node.name: len(node.shape) for node in session.get_outputs()}
    tokens = [name for name, rank in outputs.items() if rank == 3]
    whole = [name for name, rank in outputs.items() if rank == 2]
    if not about["told"] and whole and (_VECTORS in whole or not tokens):
        return _VECTORS if _VECTORS in whole else whole[0], None
    if not tokens:
        wanted = "token: leave pooling out" if whole else "text or per token"
        raise ValueError(
            f"{folder}: the graph gives {list(outputs)}, none of which is a vector per {wanted}"
        )
    if about["pooling"] not in POOLINGS:
        ways = " or ".join(f"pooling={how!r}" for how in POOLINGS)
        raise ValueError(
            f"{folder}: the graph gives a vector per token, and nothing in the folder says how "
            f"they become one per text: say {ways}, as the model's own page does"
        )
    if about["behind"]:
        raise ValueError(
            f"{folder}: behind the pooling of this encoder comes {' and '.join(about['behind'])}, "
            "which is not in the graph; write the folder with export_onnx"
        )
    return tokens[0], str(about["pooling"])


def inputs_of(
    folder: Path,
    session: Any,
    ids: npt.NDArray[Any],
    mask: npt.NDArray[Any],
    types: npt.NDArray[Any],
) -> dict[str, npt.NDArray[Any]]:
    """Return what the graph asks for."""
    known = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
    names = [node.name for node in session.get_inputs()]
    strange = [name for name in names if name not in known]
    if strange:
        raise ValueError(
            f"{folder}: the graph asks for {strange}, and is no sentence encoder of the usual kind "
            f"(whose inputs are {list(known)})"
        )
    return {name: known[name] for name in names}


def pooled(
    tokens: Any, mask: npt.NDArray[Any], how: str | None, normalize: bool
) -> npt.NDArray[np.float32]:
    """Return one vector per text out of those of its tokens."""
    vectors: Any = np.asarray(tokens, dtype=np.float32)
    if how == "cls":
        vectors = vectors[:, 0]
    elif how is not None:
        here = mask.astype(bool)[:, :, None]
        if how == "mean":
            total = np.where(here, vectors, 0).sum(axis=1)
            vectors = total / np.maximum(here.sum(axis=1), 1)
        else:
            vectors = np.where(here, vectors, -np.inf).max(axis=1)
    if normalize:
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors = vectors / np.where(lengths > 0, lengths, 1)
    return np.ascontiguousarray(vectors, dtype=np.float32)


def padded(sequences: Sequence[Any], filler: int) -> tuple[Any, Any]:
    """Sequences as one matrix filled up on the right, and the mask of what is theirs."""
    lengths = np.array([len(sequence) for sequence in sequences])
    mask = np.arange(lengths.max()) < lengths[:, None]
    matrix = np.full(mask.shape, filler, dtype=np.int64)
    matrix[mask] = np.concatenate(sequences)
    return matrix, mask
