"""Vectors of the words of a text: the hidden states of a word's tokens, averaged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from langalign_sk.encoders._hub_model import HubModel
from langalign_sk.encoders._run import Run
from langalign_sk.encoders._transformers import Transformer

#: Where words begin and end in their text, (words, 2).
Spans = npt.NDArray[np.intp]


class WordTokens(NamedTuple):
    """The tokens of a text in windows, and which of them make up which word."""

    windows: list[npt.NDArray[np.int32]]
    tokens: npt.NDArray[np.intp]  # numbered over all windows
    words: npt.NDArray[np.intp]
    n_words: int

    @property
    def size(self) -> int:
        """Number of tokens."""
        return sum(window.shape[1] for window in self.windows)


def tokens_of_words(
    model: Transformer, texts: Sequence[str], spans: Sequence[Spans], settings: HubModel
) -> list[WordTokens]:
    """Tokenise texts, which are never cut, and find the tokens of each word."""
    windows: list[list[npt.NDArray[np.int32]]] = [[] for _ in texts]
    links: list[list[npt.NDArray[np.intp]]] = [[] for _ in texts]
    lengths = [0] * len(texts)
    owners = [_owners(text, own) for text, own in zip(texts, spans, strict=True)]
    for number, window, places in model.tokens(list(texts), settings):
        found = _linked(owners[number], places)
        found[0] += lengths[number]
        lengths[number] += window.shape[1]
        windows[number].append(window)
        links[number].append(found)
    joined = [np.hstack(each) for each in links]
    return [
        WordTokens(own, pairs[0], pairs[1], len(places))
        for own, pairs, places in zip(windows, joined, spans, strict=True)
    ]


def states_of_words(
    model: Transformer, items: Sequence[WordTokens], settings: HubModel, run: Run
) -> npt.NDArray[np.float32]:
    """Mean states of the tokens of each word, text by text; zeros for a word without any."""
    import torch

    windows = [window for item in items for window in item.windows]
    starts = np.concatenate([[0], np.cumsum([window.shape[1] for window in windows])])

    def read(states: Any, mask: Any, own: HubModel) -> Any:
        return states[mask.bool()].float()

    with torch.inference_mode():
        done = list(model.passes(windows, [settings], run, read))
        places = [np.arange(starts[row], starts[row + 1]) for rows, _ in done for row in rows]
        states = torch.cat([found[0] for _, found in done]).cpu().numpy()
    order = np.empty(len(states), np.intp)
    order[np.concatenate(places)] = np.arange(len(states))
    first_token = np.concatenate([[0], np.cumsum([item.size for item in items])[:-1]])
    first_word = np.concatenate([[0], np.cumsum([item.n_words for item in items])])
    tokens = np.concatenate([i.tokens + at for i, at in zip(items, first_token, strict=True)])
    words = np.concatenate([i.words + at for i, at in zip(items, first_word[:-1], strict=True)])
    n_words = int(first_word[-1])
    share = 1 / np.maximum(np.bincount(words, minlength=n_words), 1)
    cells = (share[words].astype(np.float32), (words, order[tokens]))
    means = sparse.csr_array(cells, shape=(n_words, len(states))) @ states
    return np.asarray(means, dtype=np.float32)


def _owners(text: str, spans: Spans) -> npt.NDArray[np.intp]:
    """Return the word that each character is of, -1 for none."""
    owners = np.full(len(text), -1, np.intp)
    for word, (start, end) in enumerate(spans.tolist()):
        owners[start:end] = word
    return owners


def _linked(owners: npt.NDArray[np.intp], places: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Return tokens and their words, as two rows; a token of two words counts for both."""
    starts, ends = np.maximum(places[:, 0], 0), places[:, 1]
    real = np.flatnonzero(ends > starts)
    if not len(real):
        return np.zeros((2, 0), np.intp)
    first, last = owners[starts[real]], owners[ends[real] - 1]
    whole = (first == last) & (first >= 0)
    links = [np.stack([real[whole], first[whole]])]
    for token in real[~whole].tolist():
        found = np.unique(owners[starts[token] : ends[token]])
        found = found[found >= 0]
        links.append(np.stack([np.full(len(found), token), found]))
    return np.hstack(links)
