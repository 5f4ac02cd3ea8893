"""Sentence encoders as ONNX graphs: exported once with torch, run without it."""

from __future__ import annotations

import json
import os
import shutil
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np

from langalign_sk._io import atomic_folder
from langalign_sk._numeric import Float32Array
from langalign_sk._process import Lock
from langalign_sk.encoders._batches import padded
from langalign_sk.encoders._checkpoint import CODE_FREE, content_digest
from langalign_sk.encoders._onnx_folder import (
    POOLINGS,
    TOKENIZER,
    describe,
    files_of,
    inputs_of,
    output_of,
    pooled,
)

_GRAPH = "model.onnx"
_ABOUT = "onnx_encoder.json"
_BATCH = 32


class _Ready(NamedTuple):
    """What encodes, loaded."""

    session: Any
    tokenizer: Any
    output: str
    #: Of the vectors of tokens; None where the graph gives one vector per text.
    pooling: str | None
    pad_id: int


class OnnxEncoder:
    """A sentence encoder that runs without torch, from a folder with an ONNX graph.

    Goes in as `EmbeddingExtractor`'s `model`. A process that serves such a pipeline starts faster
    and needs less memory, for it never imports torch. Needs the packages onnxruntime and
    tokenizers (``pip install langalign-sk[onnx]``).

    Parameters
    ----------
    folder : path
        What `export_onnx` wrote, or another folder with ``model.onnx`` (or ``onnx/model.onnx``) and
        ``tokenizer.json``, as many models of the Hub have it. A pickled encoder is its path: the
        folder must be there when it is used again.
    pooling : {"mean", "cls", "max"}, optional
        How vectors of tokens become one of a text, where a graph gives those. None: as the folder
        says (``1_Pooling/config.json``).
    n_threads : int, optional
        Threads per call; None lets onnxruntime choose. One is right where requests come in
        parallel.

    See Also
    --------
    export_onnx : Writes the folder.
    HttpEncoder : Leaves the encoder to another process altogether.

    Notes
    -----
    Texts go through in batches of 32, sorted by tokens. Texts beyond the model's length are cut, as
    the original encoder does.

    Of a folder that others wrote, an output "sentence_embedding" goes first, then the pooling of
    the vectors of tokens. Its digest is taken when the encoder is made, and compared when it is
    loaded.
    """

    takes_threads = True

    def __init__(
        self,
        folder: str | os.PathLike[str],
        *,
        pooling: str | None = None,
        n_threads: int | None = None,
    ) -> None:
        if pooling not in (None, *POOLINGS):
            raise ValueError(f"pooling must be one of {POOLINGS} or None, got {pooling!r}")
        self.folder = Path(folder)
        self.n_threads = n_threads
        self._about = _read_about(self.folder, pooling)
        self._ready: _Ready | None = None
        self._lock = Lock()

    def encode(self, texts: Sequence[str]) -> Float32Array:
        """Vectors of the texts.

        Parameters
        ----------
        texts : sequence of str

        Returns
        -------
        ndarray of shape (n_texts, width), float32
        """
        ready = self._loaded()
        if not texts:
            return np.empty((0, self.get_embedding_dimension()), dtype=np.float32)
        clean = [text.encode("utf-8", "replace").decode() for text in texts]  # lone surrogates
        tokens = ready.tokenizer.encode_batch(clean)
        order = sorted(range(len(texts)), key=lambda row: len(tokens[row].ids))
        parts = []
        for start in range(0, len(order), _BATCH):
            batch = [tokens[row] for row in order[start : start + _BATCH]]
            ids, mask = padded([one.ids or [ready.pad_id] for one in batch], ready.pad_id)
            types, _ = padded([one.type_ids or [0] for one in batch], 0)
            given = inputs_of(self.folder, ready.session, ids, mask.astype(np.int64), types)
            (found,) = ready.session.run([ready.output], given)
            parts.append(pooled(found, mask, ready.pooling, bool(self._about.get("normalize"))))
        vectors = np.empty((len(texts), parts[0].shape[1]), dtype=np.float32)
        vectors[order] = np.vstack(parts)
        return vectors

    def get_embedding_dimension(self) -> int:
        """Width of the vectors.

        Returns
        -------
        int
        """
        if self._about["width"] is None:
            self._about = {**self._about, "width": self.encode(["a"]).shape[1]}
        return int(self._about["width"])

    def fingerprint(self) -> str:
        """Digest of graph and tokeniser, by which vectors are cached.

        Returns
        -------
        str
        """
        how = ("pooling", "normalize", "max_length") if "graph" in self._about else ()
        said = "".join(f":{self._about[name]}" for name in how)
        return f"onnx:{self._about['digest']}{said}"

    def copy_to(self, folder: str | os.PathLike[str]) -> None:
        """Copy the encoder to a new folder.

        Parameters
        ----------
        folder : path
            The folder; it is made.
        """
        place = Path(folder)
        place.mkdir(parents=True)
        for path in sorted(self.folder.rglob("*")):
            if path.is_file() and path.name.endswith(CODE_FREE):
                target = place / path.relative_to(self.folder)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
        if "graph" in self._about:  # with the pooling that the user told
            (place / _ABOUT).write_text(json.dumps(self._about), encoding="utf-8")

    def _loaded(self) -> _Ready:
        """Session and tokeniser, loaded by the first thread that asks."""
        with self._lock:
            if self._ready is None:
                try:
                    import onnxruntime
                    import tokenizers
                except ImportError as error:
                    raise ImportError(
                        f"OnnxEncoder needs the package {error.name}: "
                        "pip install langalign-sk[onnx]"
                    ) from error
                if _digest(self.folder, self._about) != self._about["digest"]:
                    raise ValueError(
                        f"{self.folder}: the graph or {TOKENIZER} is not the one that was "
                        "exported, or that this encoder was made with; export it again, or make "
                        "the encoder, and what was fitted on its vectors, anew"
                    )
                options = onnxruntime.SessionOptions()
                if self.n_threads is not None:
                    options.intra_op_num_threads = self.n_threads
                session = onnxruntime.InferenceSession(
                    str(self.folder / self._about.get("graph", _GRAPH)),
                    options,
                    providers=["CPUExecutionProvider"],
                )
                tokenizer = tokenizers.Tokenizer.from_file(str(self.folder / TOKENIZER))
                tokenizer.no_padding()
                tokenizer.enable_truncation(self._about["max_length"])
                output, pooling = session.get_outputs()[0].name, None
                if "graph" in self._about:
                    output, pooling = output_of(self.folder, session, self._about)
                pad = self._about["pad_id"]
                if pad is None:
                    pad = tokenizer.token_to_id(self._about["pad_token"] or "[PAD]") or 0
                self._ready = _Ready(session, tokenizer, output, pooling, int(pad))
            return self._ready

    def __repr__(self) -> str:
        return f"OnnxEncoder({str(self.folder)!r})"

    def __getstate__(self) -> dict[str, Any]:
        return {"folder": self.folder, "n_threads": self.n_threads, "about": self._about}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.folder, self.n_threads = state["folder"], state["n_threads"]
        self._about, self._ready, self._lock = state["about"], None, Lock()

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Stay one object through scikit-learn's cloning: it never changes."""
        return self


def export_onnx(
    model: str | os.PathLike[str], folder: str | os.PathLike[str], *, revision: str | None = None
) -> Path:
    """Write a sentence encoder as an ONNX graph, pooling and all, for `OnnxEncoder`.

    Parameters
    ----------
    model : str or path
        Name or folder of a sentence-transformers or transformers checkpoint with a fast tokeniser.
    folder : path
        The folder to write; it appears whole or not at all.
    revision : str, optional
        Branch, tag or commit of a checkpoint on the hub.

    Returns
    -------
    Path
        The folder.

    See Also
    --------
    OnnxEncoder : Reads it.

    Notes
    -----
    Needs torch, onnx and onnxscript (``pip install langalign-sk[onnx-export]``), and takes about a
    minute. The graph is run on a few texts before it is kept: a folder whose vectors are further
    than 1e-4 (cosine distance) from the original's is not written.
    """
    import sentence_transformers
    import torch

    original = sentence_transformers.SentenceTransformer(
        os.fspath(model),
        revision=revision,
        device="cpu",
        model_kwargs={"attn_implementation": "eager"},  # others branch on the mask's content
    )
    tokenizer = getattr(original.tokenizer, "backend_tokenizer", None)
    if tokenizer is None:
        raise ValueError(f"{model}: its tokeniser has no fast version, which OnnxEncoder needs")
    with atomic_folder(folder, marker=_ABOUT) as made:
        tokenizer.save(str(made / TOKENIZER))
        with torch.inference_mode(False), torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the exporter, about itself
            sample = original.tokenizer(["a few words", "and some more of them"], padding=True)
            inputs = tuple(torch.tensor(sample[name]) for name in ("input_ids", "attention_mask"))
            dynamic = {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}
            program: Any = torch.onnx.export(
                _graph_of(original),
                inputs,
                input_names=["input_ids", "attention_mask"],
                output_names=["sentence_embedding"],
                dynamic_shapes=(dynamic, dynamic),
                dynamo=True,
                verbose=False,
            )
            program.save(str(made / _GRAPH))
        pad = original.tokenizer.pad_token_id
        about = {
            "width": len(original.encode("a", show_progress_bar=False)),
            "max_length": int(original.max_seq_length),
            "pad_id": 0 if pad is None else int(pad),
            "digest": _digest(made, {}),
        }
        (made / _ABOUT).write_text(json.dumps(about), encoding="utf-8")
        _compare(OnnxEncoder(made), original)
    return Path(folder)


def _graph_of(original: Any) -> Any:
    """Module from token ids and mask to sentence vectors."""
    import torch

    class Graph(torch.nn.Module):
        """All modules of the encoder in a row."""

        def __init__(self) -> None:
            super().__init__()
            self.encoder = original.eval()

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            """Vectors of a batch."""
            batch = {"input_ids": input_ids, "attention_mask": attention_mask}
            return self.encoder(batch)["sentence_embedding"]

    return Graph().eval()


def _compare(exported: OnnxEncoder, original: Any) -> None:
    """Raise for an export that gives other vectors."""
    texts = ["a", "two words", "환불이 되나요?", "a sentence that is longer than the others " * 5]
    ours = exported.encode(texts).astype(np.float64)
    theirs = np.asarray(original.encode(texts, show_progress_bar=False), dtype=np.float64)
    cosines = (ours * theirs).sum(axis=1) / (
        np.linalg.norm(ours, axis=1) * np.linalg.norm(theirs, axis=1)
    )
    if not (cosines > 1 - 1e-4).all():
        raise ValueError(
            f"the exported graph is not the encoder: cosine {cosines.min():.4f} to its vectors"
        )


def _read_about(folder: Path, pooling: str | None) -> dict[str, Any]:
    """Read the account that the export gave of the encoder; make one where others exported."""
    try:
        about: dict[str, Any] = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
    except FileNotFoundError:
        found = describe(folder, pooling)
        return {**found, "digest": _digest(folder, found)}
    except ValueError as error:
        raise ValueError(f"{folder / _ABOUT} is damaged: {error}") from error
    if pooling is not None:
        raise ValueError(f"{folder}: {_ABOUT} says how this encoder pools")
    graph = Path(str(about.get("graph", _GRAPH)))
    if graph.is_absolute() or ".." in graph.parts:
        raise ValueError(f"{folder / _ABOUT} is damaged: the graph is not in this folder")
    return about


def _digest(folder: Path, about: dict[str, Any]) -> str:
    """Digest of graph and tokeniser."""
    if "graph" in about:
        return content_digest(folder, files_of(folder, about))
    return content_digest(folder, [path for path in folder.iterdir() if path.name != _ABOUT])
