"""Language models of transformers: tokens in batches, hidden states, one vector per text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from langalign_sk._io import hold_two, well_formed
from langalign_sk._process import to_device
from langalign_sk.encoders._batches import packed, within_memory
from langalign_sk.encoders._hub_model import HubModel
from langalign_sk.encoders._one_row import OneRow
from langalign_sk.encoders._onnx_run import padded
from langalign_sk.encoders._protocol import Prepared
from langalign_sk.encoders._run import Run

# A tokenizer without a limit of its own reports 10**30.
_NO_LIMIT = 10**6
_TOKENS_PER_TEXT = 32  # what `batch_size` takes a text for
# A batch of 1,024 tokens stays in a processor's cache; a GPU wants more work at once.
_BATCH_CPU, _BATCH_GPU = 32, 512
# What a forward pass costs beside its tokens, in tokens: reading the weights, and Python. On a GPU,
# where a pass takes as long for few as for many, batches are as large as they may be.
_PASS_CPU = 24
# A GPU stands still between two chunks.
_CHUNK_CPU, _CHUNK_GPU = 4, 8  # in batches


class Transformer:
    """A language model and its tokenizer that follow the settings of a `HubModel`.

    `finish` is what a checkpoint does behind its pooling: vectors in, vectors out. `pooling` and
    `head` are its own, followed where the settings name neither pooling nor layer.
    """

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        *,
        finish: Callable[[Any], Any] | None = None,
        pooling: str = "mean",
        head: Callable[[Any], Any] | None = None,
        name: str = "the model",
    ) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._finish = finish
        self._pooling = pooling
        self._head = head
        self._name = name
        self._has_types: dict[bool, bool] = {}
        self._one_row = OneRow(model)

    def width(self, settings: HubModel) -> int | None:
        """Width of the hidden states."""
        width = getattr(self._model.config, "hidden_size", None)
        return None if width is None else int(width)

    def reader(self, settings: HubModel) -> tuple[Transformer, HubModel]:
        """Return what reads the words of texts, and its settings."""
        return self, settings

    def budget(self, settings: HubModel) -> int:
        """Tokens in one forward pass, padding included."""
        usual = _BATCH_CPU if self._model.device.type == "cpu" else _BATCH_GPU
        return int(settings.batch_size or usual) * _TOKENS_PER_TEXT

    def chunk(self, settings: HubModel) -> int:
        """Tokens after which vectors are put away, and others get their turn."""
        batches = _CHUNK_CPU if self._model.device.type == "cpu" else _CHUNK_GPU
        return batches * self.budget(settings)

    def prepare(self, texts: list[Any], settings: HubModel) -> Prepared:
        """Tokenise texts; one that is too long becomes one window, or all that it takes.

        Of two texts read together, the prompt goes before the first, and the longer one is cut.
        """
        two, prompt = hold_two(texts), settings.prompt or ""
        sides = [list(side) for side in zip(*texts, strict=True)] if two else [texts]
        sides[0] = [f"{prompt}{text}" for text in sides[0]]
        sides = [encodable(side) for side in sides]
        limit = self._limit(settings, two=two)
        windows = settings.long_texts == "mean" and limit is not None
        if windows and two:
            raise ValueError(
                'long_texts="mean" is for one text: two that are read together are cut, the longer '
                'one first; leave it out, or read them two_texts="apart"'
            )
        if windows and not self._tokenizer.is_fast:
            raise ValueError('long_texts="mean" needs a fast tokenizer, which this model lacks')
        encoded, owners, rows = self._tokenised(sides, limit, windows=windows)
        items: list[list[npt.NDArray[np.int32]]] = [[] for _ in texts]
        for owner, row in zip(owners, rows, strict=True):
            items[owner].append(row)
        sizes = [sum(window.shape[1] for window in item) for item in items]
        cut = 0 if windows or limit is None else self._count_cut(encoded, sides, sizes, limit)
        return Prepared(items, sizes, cut, elsewhere=self._model.device.type != "cpu")

    def tokens(
        self, texts: list[str], settings: HubModel
    ) -> list[tuple[int, npt.NDArray[np.int32], npt.NDArray[np.intp]]]:
        """Give windows that hold all of each text: its number, tokens, their places in it."""
        if not self._tokenizer.is_fast:
            raise ValueError(
                f"{self._name}: words need the places of tokens, which its tokenizer does not tell "
                "(only those of the package tokenizers do)"
            )
        prompt = settings.prompt or ""
        sides = [encodable([f"{prompt}{text}" for text in texts])]
        limit = self._limit(settings)
        encoded, owners, rows = self._tokenised(
            sides, limit, windows=limit is not None, return_offsets_mapping=True
        )
        places = [np.array(each, np.intp) - len(prompt) for each in encoded["offset_mapping"]]
        return list(zip(owners, rows, places, strict=True))

    def _tokenised(
        self, sides: list[list[str]], limit: int | None, *, windows: bool, **asked: bool
    ) -> tuple[Any, Sequence[int], list[npt.NDArray[np.int32]]]:
        """Tokens of texts, or of their windows; whose they are; ids and types as one array each."""
        two = len(sides) == 2
        if two not in self._has_types:
            # All zeros for nearly every model and one text: it makes them up itself.
            types = self._tokenizer(*["a"] * len(sides)).get("token_type_ids")
            self._has_types[two] = any(types or [])
        has_types = self._has_types[two]
        encoded = self._tokenizer(
            *sides,
            truncation=limit is not None,  # of two, the longer one first
            max_length=limit,
            return_attention_mask=False,
            return_token_type_ids=has_types,
            **asked,
            **({"return_overflowing_tokens": True} if windows else {}),
        )
        owners = encoded["overflow_to_sample_mapping"] if windows else range(len(sides[0]))
        rows = [[ids] for ids in encoded["input_ids"]]
        if has_types:
            for row, types in zip(rows, encoded["token_type_ids"], strict=True):
                row.append(types)
        return encoded, owners, [np.array(row, dtype=np.int32) for row in rows]

    def encode(
        self, items: Sequence[list[npt.NDArray[np.int32]]], settings: Sequence[HubModel], run: Run
    ) -> list[npt.NDArray[np.float32]]:
        """Vectors for each of some settings that differ in layer and pooling, from one pass."""
        import torch

        def read(states: Any, mask: Any, own: HubModel) -> Any:
            bare = own.pooling is not None or own.layer is not None
            mode = own.pooling or ("mean" if bare else self._pooling)
            pooled = pool(states.float(), mask, mode)
            if self._head is not None and not bare:
                pooled = self._head(pooled)
            if self._finish is not None:
                pooled = self._finish(pooled)
            return pooled.float()

        windows = [window for item in items for window in item]
        with torch.inference_mode():
            done = list(self.passes(windows, settings, run, read))
            order = np.concatenate([rows for rows, _ in done])
            found = []
            for view in range(len(settings)):
                # Read when all is under way: reading waits for a GPU, which then waits for us.
                pooled = torch.cat([vectors[view] for _, vectors in done]).cpu().numpy()
                found.append(np.empty_like(pooled))
                found[view][order] = pooled
        if len(windows) == len(items):
            return found
        sizes = np.array([window.shape[1] for window in windows])
        return [_averaged(vectors, sizes, [len(item) for item in items]) for vectors in found]

    def passes(
        self,
        windows: list[npt.NDArray[np.int32]],
        settings: Sequence[HubModel],
        run: Run,
        read: Callable[[Any, Any, HubModel], Any],
    ) -> Iterator[tuple[npt.NDArray[np.intp], list[Any]]]:
        """Go through windows in batches: which they were, and what `read` makes of their states.

        Once for each of the settings, which differ in layer and pooling alone.
        """
        config = self._model.config
        layers = [None if s.layer is None else layer_index(s.layer, config) for s in settings]
        every_layer = any(layer is not None for layer in layers)
        sizes = np.array([window.shape[1] for window in windows])
        plain = settings[0].dtype == "float32" and all(len(window) == 1 for window in windows)
        in_a_row = plain and self._one_row.takes(len(windows), int(sizes.sum()))

        def compute(rows: npt.NDArray[np.intp]) -> list[Any]:
            inputs, mask = self._inputs([windows[row] for row in rows])
            if in_a_row:
                output = self._one_row.states(inputs, mask, every_layer=every_layer)
            else:
                output = self._model(**inputs, output_hidden_states=every_layer)
            found = []
            for layer, own in zip(layers, settings, strict=True):
                states = output.last_hidden_state if layer is None else output.hidden_states[layer]
                found.append(read(states, inputs["attention_mask"], own))
            run.add_batch(int(mask.sum()), mask.size)
            return found

        def cells(rows: npt.NDArray[np.intp]) -> int:
            return len(rows) * int(sizes[rows].max())

        overhead = _PASS_CPU if self._model.device.type == "cpu" else None
        if in_a_row:
            batches = self._one_row.rows(sizes)
        else:
            batches = packed(sizes, self.budget(settings[0]), overhead)
        return within_memory(batches, cells, compute, run, self._name)

    def _inputs(self, windows: list[npt.NDArray[np.int32]]) -> tuple[dict[str, Any], Any]:
        """Arguments of the model for some windows, and the mask of their own tokens."""
        # Padding goes to the right for every model: positions then begin at the first token,
        # and neither the mask of an encoder nor that of a decoder lets it be seen.
        ids, mask = padded([window[0] for window in windows], self._tokenizer.pad_token_id or 0)
        inputs = {"input_ids": ids, "attention_mask": mask.astype(np.int64)}
        if len(windows[0]) == 2:
            filler = self._tokenizer.pad_token_type_id
            inputs["token_type_ids"] = padded([window[1] for window in windows], filler)[0]
        device = self._model.device
        return {name: to_device(a, device) for name, a in inputs.items()}, mask

    def _count_cut(self, encoded: Any, sides: list[list[str]], sizes: list[int], limit: int) -> int:
        """Count the texts that lost their end."""
        full = [row for row, size in enumerate(sizes) if size >= limit]
        if self._tokenizer.is_fast:
            return sum(bool(encoded.encodings[row].overflowing) for row in full)
        whole = (self._tokenizer(*(side[row] for side in sides)) for row in full)
        return sum(len(tokens["input_ids"]) > limit for tokens in whole)

    def _limit(self, settings: HubModel, *, two: bool = False) -> int | None:
        """Most tokens of a text: those asked for, checked, or all that the model takes."""
        limit = settings.max_length
        if limit is None:
            return self._default_length()
        check_max_length(limit, self._tokenizer, self._model, two=two)
        return limit

    def _default_length(self) -> int | None:
        """Longest text in tokens that tokenizer and model both take."""
        known = [self._tokenizer.model_max_length, position_limit(self._model)]
        limits = [limit for limit in known if limit is not None and limit < _NO_LIMIT]
        return min(limits) if limits else None


def _averaged(
    vectors: npt.NDArray[np.float32], sizes: npt.NDArray[np.int64], counts: list[int]
) -> npt.NDArray[np.float32]:
    """Mean over the windows of each text, by their tokens."""
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    weights = sizes.astype(np.float32)
    sums = np.add.reduceat(vectors * weights[:, None], starts, axis=0)
    return np.asarray(sums / np.add.reduceat(weights, starts)[:, None], dtype=np.float32)


def check_max_length(max_length: int, tokenizer: Any, model: Any, *, two: bool = False) -> None:
    """Raise for a length without room for words, or beyond the positions that a model knows."""
    least = tokenizer.num_special_tokens_to_add(pair=two) + 1 + two
    limit = position_limit(model)
    if max_length < least or (limit is not None and max_length > limit):
        upper = "" if limit is None else f" and at most {limit}"
        raise ValueError(
            f"max_length={max_length}: this model needs at least {least} tokens{upper}"
        )


def position_limit(model: Any) -> int | None:
    """Return the number of tokens for which a model has positions; None without such a limit."""
    limit = getattr(getattr(model, "config", None), "max_position_embeddings", None)
    if limit is None or limit < 1:
        return None
    positions = getattr(getattr(model, "embeddings", None), "position_embeddings", None)
    padding = getattr(positions, "padding_idx", None)
    # RoBERTa and its kin count positions from behind that of the padding token.
    return int(limit) - (0 if padding is None else int(padding) + 1)


def encodable(texts: list[str]) -> list[str]:
    """Texts that tokenizers accept: halves of broken surrogate pairs become U+FFFD."""
    return list(map(well_formed, texts))


def pool(states: Any, mask: Any, mode: str) -> Any:
    """One vector per text out of (texts, tokens, width) hidden states; padding does not count."""
    import torch

    rows = torch.arange(len(states), device=states.device)
    keep = mask.bool()
    if mode == "cls":  # the first real token: not the first column where padding is on the left
        return states[rows, keep.int().argmax(dim=1)]
    if mode == "last":
        return states[rows, mask.shape[1] - 1 - keep.int().flip(1).argmax(dim=1)]
    if mode == "max":
        return states.masked_fill(~keep[:, :, None], -torch.inf).max(dim=1).values
    weights = keep.to(states.dtype)
    if mode == "weighted-mean":  # the later the heavier: the n-th token counts n times
        weights = weights * weights.cumsum(dim=1)
    # As a product of matrices: the weighted states themselves are never written down.
    sums = torch.bmm(weights[:, None, :], states)[:, 0]
    return sums / weights.sum(dim=1, keepdim=True).clamp(min=1)


def layer_index(layer: Any, config: Any) -> int:
    """Index of a layer given by index or by fraction; 0 is the output of the embeddings."""
    count = getattr(config, "num_hidden_layers", None)
    if isinstance(layer, float):
        if count is None:
            raise ValueError(f"layer={layer}: this model does not tell how many layers it has")
        return round(layer * int(count))
    index = int(layer)
    if count is not None and not -count - 1 <= index <= count:
        raise ValueError(
            f"layer={layer}: this model has layers 0 (the embeddings) to {count}, or -1 (the last) "
            f"to {-count - 1}"
        )
    return index
