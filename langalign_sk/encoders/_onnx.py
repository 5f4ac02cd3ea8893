"""Sentence encoders as ONNX graphs, run without torch."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np

from langalign_sk._numeric import Float32Array
from langalign_sk._process import Lock
from langalign_sk.encoders._checkpoint import CODE_FREE, content_digest
from langalign_sk.encoders._hub_model import specification
from langalign_sk.encoders._onnx_folder import describe, files_of
from langalign_sk.encoders._onnx_run import ABOUT, GRAPH, POOLINGS, TOKENIZER, SentenceGraph


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
    langalign_sk.saved.export_onnx : Writes the folder; of a whole pipeline, too.
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
        self._ready: SentenceGraph | None = None
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
        return ready.encode(texts)

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
        prompt = self._about.get("prompt")
        said += f":{specification(prompt)}" if prompt else ""
        return f"onnx:{self._about['digest']}{said}"

    def copy_to(self, folder: str | os.PathLike[str], *, normalize: bool = False) -> None:
        """Copy the encoder to a new folder.

        Parameters
        ----------
        folder : path
            The folder; it is made.
        normalize : bool, default=False
            Whether the copy scales its vectors to unit length, if this one does not.
        """
        place = Path(folder)
        place.mkdir(parents=True)
        for path in sorted(self.folder.rglob("*")):
            if path.is_file() and path.name.endswith(CODE_FREE):
                target = place / path.relative_to(self.folder)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
        if "graph" in self._about or normalize:  # with the pooling that the user told
            scaled = normalize or bool(self._about.get("normalize"))
            about = {**self._about, "normalize": scaled}
            (place / ABOUT).write_text(json.dumps(about), encoding="utf-8")

    def _loaded(self) -> SentenceGraph:
        """Session and tokeniser, loaded by the first thread that asks."""
        with self._lock:
            if self._ready is None:
                if digest_of(self.folder, self._about) != self._about["digest"]:
                    raise ValueError(
                        f"{self.folder}: the graph or {TOKENIZER} is not the one that was "
                        "exported, or that this encoder was made with; export it again, or make "
                        "the encoder, and what was fitted on its vectors, anew"
                    )
                try:
                    self._ready = SentenceGraph(self.folder, self._about, self.n_threads)
                except ImportError as error:
                    raise ImportError(
                        f"OnnxEncoder needs the package {error.name}: "
                        "pip install langalign-sk[onnx]"
                    ) from error
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


def _read_about(folder: Path, pooling: str | None) -> dict[str, Any]:
    """Read the account that the export gave of the encoder; make one where others exported."""
    try:
        about: dict[str, Any] = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    except FileNotFoundError:
        found = describe(folder, pooling)
        return {**found, "digest": digest_of(folder, found)}
    except ValueError as error:
        raise ValueError(f"{folder / ABOUT} is damaged: {error}") from error
    if pooling is not None:
        raise ValueError(f"{folder}: {ABOUT} says how this encoder pools")
    graph = Path(str(about.get("graph", GRAPH)))
    if graph.is_absolute() or ".." in graph.parts:
        raise ValueError(f"{folder / ABOUT} is damaged: the graph is not in this folder")
    return about


def digest_of(folder: Path, about: dict[str, Any]) -> str:
    """Digest of graph and tokeniser."""
    if "graph" in about:
        return content_digest(folder, files_of(folder, about))
    return content_digest(folder, [path for path in folder.iterdir() if path.name != ABOUT])
