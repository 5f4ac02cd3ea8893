"""Few short texts in a row of tokens, none of which sees another: no padding is computed.

A processor needs about as long for a forward pass as for some twenty tokens, and as long for
padding as for tokens. Requests that arrive together are of all lengths: one after the other they
cost a pass each, side by side they cost padding. In one row they cost neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

#: Models that take a mask of which token sees which, and the position of each token.
KINDS = frozenset({"bert", "camembert", "electra", "roberta", "xlm-roberta"})
#: Tokens of a row: attention looks at every pair of them, of which more are in vain.
ROW_TOKENS = 256
#: Tokens of texts that go in rows; more of them find others of their length, and need no padding.
MOST_TOKENS = 1024
_TOLERANCE = 1e-4


class States(NamedTuple):
    """Hidden states as a model gives them, of texts side by side; zero for padding."""

    last_hidden_state: Any
    hidden_states: Any


class OneRow:
    """Forward passes of one model with all texts in a row.

    What a model makes of two short ones in a row is compared with what it makes of them side by
    side, once: other versions of its library may read the mask in another way.
    """

    def __init__(self, model: Any) -> None:
        self._model = model
        self._right: bool | None = None
        config = model.config
        if (
            getattr(config, "model_type", None) not in KINDS
            or getattr(config, "position_embedding_type", "absolute") != "absolute"
            or getattr(config, "is_decoder", False)
        ):
            self._right = False

    def takes(self, n_texts: int, n_tokens: int) -> bool:
        """Tell whether some texts may and should go in rows."""
        import torch

        if self._right is False or n_texts < 2 or n_tokens > MOST_TOKENS:
            return False
        model = self._model
        if model.device.type != "cpu" or model.dtype != torch.float32:
            return False
        if self._right is None:  # before the first texts: all of them go the same way
            self._right = self._agrees()
        return self._right

    @staticmethod
    def rows(sizes: npt.NDArray[np.int64]) -> Iterator[npt.NDArray[np.intp]]:
        """Split texts into rows, in their order; a long one is a row by itself."""
        start = total = 0
        for place, size in enumerate(sizes.tolist()):
            if total and total + size > ROW_TOKENS:
                yield np.arange(start, place)
                start, total = place, 0
            total += size
        yield np.arange(start, len(sizes))

    def _agrees(self) -> bool:
        """Tell whether two texts in a row come to what they come to side by side."""
        import torch

        filler = getattr(self._model.config, "pad_token_id", None) or 0
        tokens = [token for token in range(self._model.config.vocab_size) if token != filler][:6]
        if len(tokens) < 6:
            return False
        ids = torch.tensor([tokens[:4], [*tokens[4:], filler, filler]])
        mask = np.array([[True] * 4, [True, True, False, False]])
        inputs = {"input_ids": ids, "attention_mask": torch.from_numpy(mask).long()}
        try:
            with torch.inference_mode():
                usual = self._model(**inputs).last_hidden_state
                found = self.states(inputs, mask, every_layer=False).last_hidden_state
        except Exception:  # whatever this version says: it does not take such a mask
            return False
        keep = torch.from_numpy(mask)
        apart = (usual - found)[keep].abs().max()
        return bool(apart <= _TOLERANCE * usual[keep].abs().max().clamp(min=1))

    def states(self, inputs: dict[str, Any], mask: Any, *, every_layer: bool) -> States:
        """Return the hidden states of texts side by side, which went through in one row."""
        import torch

        keep = torch.from_numpy(mask)
        count, longest = keep.shape
        owner = torch.arange(count)[:, None].expand(count, longest)[keep]
        places = torch.arange(longest).expand(count, longest)[keep]
        wall = torch.zeros(len(owner), len(owner))
        wall[owner[:, None] != owner] = torch.finfo(wall.dtype).min
        output = self._model(
            input_ids=inputs["input_ids"][keep][None],
            position_ids=places[None] + self._first_position(),
            attention_mask=wall[None, None],
            output_hidden_states=every_layer,
        )

        def apart(states: Any) -> Any:
            rows = states.new_zeros(count, longest, states.shape[-1])
            rows[keep] = states[0]
            return rows

        layers = tuple(map(apart, output.hidden_states)) if every_layer else None
        return States(apart(output.last_hidden_state), layers)

    def _first_position(self) -> int:
        """Position of the first token: RoBERTa and its kin count from behind padding's."""
        embeddings = getattr(self._model, "embeddings", None)
        padding = getattr(getattr(embeddings, "position_embeddings", None), "padding_idx", None)
        return 0 if padding is None else int(padding) + 1
