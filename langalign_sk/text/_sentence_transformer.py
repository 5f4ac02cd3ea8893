"""Models of sentence-transformers, loaded here or brought by the user."""

from __future__ import annotations

from typing import Any

from langalign_sk.text._checkpoint import Checkpoint
from langalign_sk.text._registry import encode_lock, identity
from langalign_sk.text._settings import Settings, specification
from langalign_sk.text._transformers import Transformer, check_max_length, encodable, torch_dtype

# Pooling of sentence-transformers → ours; others (weighted means ...) have no name here.
_POOLINGS = {"mean": "mean", "cls": "cls", "max": "max", "lasttoken": "last"}


class SentenceModel:
    """A SentenceTransformer that follows `Settings`."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def width(self, settings: Settings) -> int | None:
        """Width of the vectors, None where the model does not tell."""
        if settings.pooling is not None or settings.layer is not None:
            return self._transformer().width(settings)
        # Renamed in sentence-transformers 5.x; the old name warns there.
        for name in ("get_embedding_dimension", "get_sentence_embedding_dimension"):
            if hasattr(self._model, name):
                width = getattr(self._model, name)()
                return None if width is None else int(width)
        return None

    def encode(self, texts: list[str], settings: Settings, batch_size: int) -> Any:
        """Vectors of the texts; the caller holds the model's lock."""
        if settings.pooling is not None or settings.layer is not None:
            pooling = settings.pooling or self._own_pooling()
            return self._transformer().encode(texts, settings, batch_size, pooling=pooling)
        model = self._model
        before = model.max_seq_length if settings.max_length is not None else None
        if settings.max_length is not None:
            if before is None:
                raise ValueError("max_length: this model has no maximum length")
            transformer = getattr(model[0], "auto_model", None)
            check_max_length(settings.max_length, model.tokenizer, transformer)
            model.max_seq_length = settings.max_length
        try:
            return model.encode(
                encodable(texts),
                prompt=settings.prompt,
                batch_size=batch_size,
                show_progress_bar=False,
                convert_to_numpy=True,
            )
        finally:
            if before is not None:
                model.max_seq_length = before

    def _transformer(self) -> Transformer:
        """Language model below the modules."""
        transformer = getattr(self._model[0], "auto_model", None)
        if transformer is None:
            raise ValueError(
                "pooling and layer need a transformer, but the first module of this "
                f"sentence-transformers model is a {type(self._model[0]).__name__}"
            )
        return Transformer(transformer, self._model.tokenizer)

    def _own_pooling(self) -> str:
        """Pooling that the checkpoint brings, for another layer."""
        for module in self._model:
            mode = getattr(module, "pooling_mode", None)
            if mode is None and hasattr(module, "get_pooling_mode_str"):
                mode = module.get_pooling_mode_str()
            if isinstance(mode, str) and mode in _POOLINGS:
                return _POOLINGS[mode]
        raise ValueError(f"layer: say with which pooling, one of {tuple(_POOLINGS.values())}")


class InstanceEncoder:
    """A SentenceTransformer object of the user's: known by its identity, not by its content."""

    weights: tuple[str, str] | None = None

    def __init__(self, model: Any, settings: Settings) -> None:
        what = "a SentenceTransformer object (load it so, or pass its name instead)"
        settings.only("pooling", "layer", "prompt", "max_length", what=what)
        self.name = "the SentenceTransformer object"
        self._object = identity(model)
        self.spec = specification(
            self._object, settings.pooling, settings.layer, settings.prompt, settings.max_length
        )
        self._model = SentenceModel(model)
        self._settings = settings

    def width(self) -> int | None:
        """Width of the vectors."""
        return self._model.width(self._settings)

    def encode(self, texts: list[str], batch_size: int) -> Any:
        """Vectors of the texts."""
        with encode_lock(self._object):
            return self._model.encode(texts, self._settings, batch_size)


def load_sentence_transformer(checkpoint: Checkpoint, settings: Settings) -> SentenceModel:
    """Load a sentence-transformers checkpoint."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(
        checkpoint.source,
        revision=checkpoint.revision,
        device=settings.device,
        local_files_only=checkpoint.is_local,
        model_kwargs=torch_dtype(settings.dtype),
    )
    return SentenceModel(model.eval())
