"""Sentence encoders as ONNX graphs: exported once with torch, run without it."""

from __future__ import annotations

import json
import os
import shutil
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np

from langalign_sk._io import atomic_folder
from langalign_sk._numeric import Float32Array
from langalign_sk._process import Lock
from langalign_sk.encoders._batches import padded
from langalign_sk.encoders._checkpoint import CODE_FREE, content_digest

_GRAPH = "model.onnx"
_TOKENIZER = "tokenizer.json"
_ABOUT = "onnx_encoder.json"
_BATCH = 32


class OnnxEncoder:
    """A sentence encoder that runs without torch, from a folder that `export_onnx` wrote.

    Goes in as `EmbeddingExtractor`'s `model`. A process that serves such a pipeline starts faster
    and needs less memory, for it never imports torch. Needs the packages onnxruntime and
    tokenizers (``pip install langalign-sk[onnx]``).

    Parameters
    ----------
    folder : path
        The folder. A pickled encoder is its path: the folder must be there when it is used again.
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
    """

    takes_threads = True

    def __init__(self, folder: str | os.PathLike[str], *, n_threads: int | None = None) -> None:
        self.folder = Path(folder)
        self.n_threads = n_threads
        self._about = _read_about(self.folder)
        self._ready: tuple[Any, Any] | None = None
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
        session, tokenizer = self._loaded()
        vectors = np.empty((len(texts), self.get_embedding_dimension()), dtype=np.float32)
        clean = [text.encode("utf-8", "replace").decode() for text in texts]  # lone surrogates
        tokens = [encoding.ids for encoding in tokenizer.encode_batch(clean)]
        order = sorted(range(len(texts)), key=lambda row: len(tokens[row]))
        for start in range(0, len(order), _BATCH):
            rows = order[start : start + _BATCH]
            ids, mask = padded([tokens[row] for row in rows], self._about["pad_id"])
            inputs = {"input_ids": ids, "attention_mask": mask.astype(np.int64)}
            (vectors[rows],) = session.run(None, inputs)
        return vectors

    def get_embedding_dimension(self) -> int:
        """Width of the vectors.

        Returns
        -------
        int
        """
        return int(self._about["width"])

    def fingerprint(self) -> str:
        """Digest of graph and tokeniser, by which vectors are cached.

        Returns
        -------
        str
        """
        return f"onnx:{self._about['digest']}"

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

    def _loaded(self) -> tuple[Any, Any]:
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
                if _digest(self.folder) != self._about["digest"]:
                    raise ValueError(
                        f"{self.folder}: {_GRAPH} or {_TOKENIZER} is not the one that was "
                        "exported; export it again"
                    )
                options = onnxruntime.SessionOptions()
                if self.n_threads is not None:
                    options.intra_op_num_threads = self.n_threads
                session = onnxruntime.InferenceSession(
                    str(self.folder / _GRAPH), options, providers=["CPUExecutionProvider"]
                )
                tokenizer = tokenizers.Tokenizer.from_file(str(self.folder / _TOKENIZER))
                tokenizer.no_padding()
                tokenizer.enable_truncation(self._about["max_length"])
                self._ready = session, tokenizer
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
        tokenizer.save(str(made / _TOKENIZER))
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
            "digest": _digest(made),
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


def _read_about(folder: Path) -> dict[str, Any]:
    """Read the account that the export gave of the encoder."""
    try:
        about: dict[str, Any] = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ValueError(f"{folder} was not written by export_onnx: no {_ABOUT}") from None
    except ValueError as error:
        raise ValueError(f"{folder / _ABOUT} is damaged: {error}") from error
    return about


def _digest(folder: Path) -> str:
    """Digest of graph and tokeniser."""
    return content_digest(folder, [path for path in folder.iterdir() if path.name != _ABOUT])
