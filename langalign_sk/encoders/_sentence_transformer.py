"""Models of sentence-transformers, loaded here or brought by the user."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langalign_sk.encoders._batches import in_halves
from langalign_sk.encoders._hub_model import HubModel, replaced
from langalign_sk.encoders._protocol import Prepared, refuse_two, told_width
from langalign_sk.encoders._run import Run
from langalign_sk.encoders._transformers import Transformer, check_max_length, encodable

# Pooling of sentence-transformers → ours; others (concatenations ...) have no name here.
POOLINGS = {
    "mean": "mean",
    "cls": "cls",
    "max": "max",
    "lasttoken": "last",
    "weightedmean": "weighted-mean",
}
_ROWS = 32  # texts in a batch of a model whose tokens are not known here


class SentenceModel:
    """A SentenceTransformer that follows the settings of a `HubModel`.

    Most are a transformer, a pooling, and what changes vectors alone (a dense layer, unit
    length). Their tokens go straight to the transformer, in batches by tokens; all others go
    through ``SentenceTransformer.encode``.
    """

    def __init__(self, model: Any, *, backend: str = "torch", name: str = "the model") -> None:
        self._model = model
        self._backend = backend
        self._name = name
        self._direct: tuple[Transformer, Transformer] | None = None

    def width(self, settings: HubModel) -> int | None:
        """Width of the vectors, None where the model does not tell."""
        if _is_bare(settings):
            return self._transformer().width(settings)
        return told_width(self._model)

    def chunk(self, settings: HubModel) -> int | None:
        """Tokens after which vectors are put away; None where tokens are not known."""
        return self._transformer().chunk(settings) if self._by_tokens(settings) else None

    def prepare(self, texts: list[Any], settings: HubModel) -> Prepared:
        """Tokenise texts where that is up to us; the caller holds the model's lock."""
        prompt = self.prompt(settings)
        if self._by_tokens(settings):
            return self._transformer().prepare(texts, replaced(settings, prompt=prompt))
        refuse_two(f"{self._name}, with its own modules or backend,", texts)
        if settings.long_texts == "mean":
            raise ValueError('long_texts="mean": not for the modules or backend of this model')
        return Prepared(texts, [len(text) for text in texts])

    def encode(self, items: Sequence[Any], settings: Sequence[HubModel], run: Run) -> list[Any]:
        """Vectors for each of the settings, which share prepared texts and the forward pass."""
        if not self._by_tokens(settings[0]):
            return [self._encode_whole(list(items), each, run) for each in settings]
        pooled = [replaced(each, pooling=each.pooling or self._own_pooling()) for each in settings]
        return self._transformer(settings[0]).encode(items, pooled, run)

    def _encode_whole(self, texts: list[str], settings: HubModel, run: Run) -> Any:
        """Vectors from the model's own ``encode``."""
        model = self._model
        before = model.max_seq_length if settings.max_length is not None else None
        if settings.max_length is not None:
            if before is None:
                raise ValueError("max_length: this model has no maximum length")
            transformer = getattr(model[0], "auto_model", None)
            check_max_length(settings.max_length, model.tokenizer, transformer)
            model.max_seq_length = settings.max_length

        def compute(rows: Any) -> Any:
            return model.encode(
                encodable([texts[row] for row in rows]),
                prompt=self.prompt(settings),
                batch_size=max(1, min(settings.batch_size or _ROWS, run.most or len(texts))),
                show_progress_bar=False,
                convert_to_numpy=True,
            )

        try:
            return in_halves(len(texts), compute, run, self._name)
        finally:
            if before is not None:
                model.max_seq_length = before

    def reader(self, settings: HubModel) -> tuple[Transformer, HubModel] | None:
        """Return what reads the words of texts, and its settings; None without a transformer."""
        known = self._backend == "torch" and getattr(self._model[0], "auto_model", None) is not None
        if not known or self._model.tokenizer is None:
            return None
        bare = replaced(settings, prompt=self.prompt(settings), pooling="mean")
        return self._transformer(bare), bare

    def prompt(self, settings: HubModel) -> str | None:
        """Return the text of a prompt: of the one known by that name, or as it is."""
        prompts: dict[str, str] = getattr(self._model, "prompts", None) or {}
        if settings.prompt is None:
            default = getattr(self._model, "default_prompt_name", None)
            return None if default is None else prompts.get(default)
        return prompts.get(settings.prompt, settings.prompt)

    def _by_tokens(self, settings: HubModel) -> bool:
        """Tell whether the tokens are ours to batch."""
        if _is_bare(settings):
            return True
        return self._backend == "torch" and _is_plain_stack(self._model, self.prompt(settings))

    def _transformer(self, settings: HubModel | None = None) -> Transformer:
        """Language model below the modules, with what follows its pooling unless left out."""
        transformer = getattr(self._model[0], "auto_model", None)
        if transformer is None or self._backend != "torch":
            raise ValueError(
                "pooling and layer need a transformer and backend='torch', but the first module "
                f"of this sentence-transformers model is a {type(self._model[0]).__name__} with "
                f"backend={self._backend!r}"
            )
        if self._direct is None:
            tokenizer, name = self._model.tokenizer, self._name
            self._direct = (
                Transformer(transformer, tokenizer, name=name),
                Transformer(transformer, tokenizer, finish=self._after_pooling, name=name),
            )
        return self._direct[0 if settings is None or _is_bare(settings) else 1]

    def _after_pooling(self, vectors: Any) -> Any:
        """Vectors through the modules behind the pooling."""
        for module in list(self._model)[2:]:
            weight = next(iter(module.parameters()), None)
            if weight is not None:
                vectors = vectors.to(weight.dtype)
            vectors = module({"sentence_embedding": vectors})["sentence_embedding"]
        return vectors

    def _own_pooling(self) -> str:
        """Pooling that the checkpoint brings, for another layer."""
        for module in self._model:
            mode = _pooling_mode(module)
            if mode is not None:
                return mode
        raise ValueError(f"layer: say with which pooling, one of {tuple(POOLINGS.values())}")


def _is_bare(settings: HubModel) -> bool:
    """Tell whether hidden states are asked for, without what the checkpoint does behind them."""
    return settings.pooling is not None or settings.layer is not None


def _is_plain_stack(model: Any, prompt: str | None) -> bool:
    """Recognise a text transformer, one pooling, and modules that see vectors alone."""
    modules = list(model)
    names = [type(module).__name__ for module in modules]
    if names[:2] != ["Transformer", "Pooling"] or set(names[2:]) - {"Dense", "Normalize"}:
        return False
    first, pooling = modules[:2]
    text = getattr(first, "modality_config", {"text": None}).get("text", {})
    usual = {"method": "forward", "method_output_name": "last_hidden_state"}
    return (
        getattr(first, "auto_model", None) is not None
        and model.tokenizer is not None
        and not getattr(first, "do_lower_case", False)
        and not getattr(first, "query_expansion", None)
        and (text is None or all(text.get(key) == value for key, value in usual.items()))
        and _pooling_mode(pooling) is not None
        and (not prompt or getattr(pooling, "include_prompt", True))
    )


def _pooling_mode(module: Any) -> str | None:
    """Our name of the pooling that a module does, if it is one."""
    mode = getattr(module, "pooling_mode", None)
    if mode is None and hasattr(module, "get_pooling_mode_str"):
        mode = module.get_pooling_mode_str()
    return POOLINGS.get(mode) if isinstance(mode, str) else None
