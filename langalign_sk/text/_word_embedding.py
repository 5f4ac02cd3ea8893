"""Vectors of the words of texts: as a language model reads them there, or each word alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from langalign_sk._numeric import Float32Array
from langalign_sk.encoders import Encoder, HubEncoder, Run, checked_rows, chunked, specification
from langalign_sk.store import VectorCache
from langalign_sk.text._encode import encode_texts
from langalign_sk.text._words import Spans

_AT_A_TIME = 4096  # texts whose tokens are held


class TextWords(NamedTuple):
    """The words of one text: themselves, their places in it, their vectors."""

    words: list[str]
    offsets: Spans
    vectors: Float32Array


@dataclass(frozen=True, eq=False, repr=False)
class WordEmbeddings:
    """Vectors of the words of some texts; of one text by its number.

    Attributes
    ----------
    words : list of str
        The words of all texts, one text after the other.
    vectors : ndarray of shape (n_words, width), float32
        Their vectors; zeros for a word that the encoder does not know.
    offsets : ndarray of shape (n_words, 2)
        Where each begins and ends in its text, so that ``text[start:end]`` is the word.
    starts : ndarray of shape (n_texts + 1,)
        Where the words of each text begin in the others.
    in_context : bool
        Whether words were read in their texts. Encoders that show no tokens (n-grams, "use",
        `WordVectors`, servers) encode each word alone: one spelling then has one vector.

    See Also
    --------
    EmbeddingExtractor.embed_words : Makes it.
    """

    words: list[str]
    vectors: Float32Array
    offsets: Spans
    starts: npt.NDArray[np.intp]
    in_context: bool

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, number: int) -> TextWords:
        row = range(len(self))[number]
        here = slice(int(self.starts[row]), int(self.starts[row + 1]))
        return TextWords(self.words[here], self.offsets[here], self.vectors[here])

    def __iter__(self) -> Iterator[TextWords]:
        return (self[row] for row in range(len(self)))

    def __repr__(self) -> str:
        how = "in context" if self.in_context else "each alone"
        n_words, width = self.vectors.shape
        return f"WordEmbeddings({n_words} words of {len(self)} texts, {width} wide, {how})"


def embed_words(
    embedding: Any, lang: str | None, texts: list[str], spans: list[Spans], cache: Any, run: Run
) -> WordEmbeddings:
    """Vectors of the words of texts in one language, scaled as sentences are."""
    encoder: Encoder = embedding.encoders[lang]
    words = [
        text[start:end]
        for text, own in zip(texts, spans, strict=True)
        for start, end in own.tolist()
    ]
    in_context = isinstance(encoder, HubEncoder) and encoder.reads_words()
    if isinstance(encoder, HubEncoder) and in_context:
        vectors = _in_context(encoder, texts, spans, cache, run)
    else:
        vectors = encode_texts(encoder, words, cache=cache, progress=False, run=run)
    vectors = embedding.finished(lang, vectors)
    starts = np.cumsum([0, *map(len, spans)]).astype(np.intp)
    places = np.concatenate([np.zeros((0, 2), np.intp), *spans])
    return WordEmbeddings(words, vectors, places, starts, in_context)


def _in_context(
    encoder: HubEncoder,
    texts: list[str],
    spans: list[Spans],
    cache: VectorCache | None,
    run: Run,
) -> Float32Array:
    """Vectors of words in their texts; each distinct text goes through the model once."""
    spec = specification("words", encoder.spec)
    run.n_texts += len(texts)
    rows = {text: row for row, text in reversed(list(enumerate(texts)))}  # first of each text
    keys = {text: _keys(text, spans[row]) for text, row in rows.items()}
    found: dict[str, Float32Array] = {}
    missing: list[str] = []
    for text, own in keys.items():
        known = [None] * len(own) if cache is None else cache.get_many(spec, own)
        vectors = [vector for vector in known if vector is not None]
        if len(vectors) < len(own):
            missing.append(text)
        elif own:
            found[text] = np.stack(vectors)
    missing.sort(key=lambda text: -len(text))
    for start in range(0, len(missing), _AT_A_TIME):
        part = missing[start : start + _AT_A_TIME]
        items = encoder.prepare_words(part, [spans[rows[text]] for text in part])
        order = sorted(range(len(part)), key=lambda row: -items[row].size)
        most, count = encoder.chunk()
        for chunk in chunked(order, [item.size for item in items], most, count):
            here = [part[row] for row in chunk]
            named = [word for text in here for word in _words(text, spans[rows[text]])]
            output = encoder.encode_words([items[row] for row in chunk], run)
            computed = checked_rows(encoder.name, named, output)
            if cache is not None:
                cache.put_many(spec, [key for text in here for key in keys[text]], computed)
                if getattr(cache, "dtype", "float32") != "float32":
                    rounded: Any = cache
                    computed = rounded.rounded(computed)  # now as later
            ends = np.cumsum([len(keys[text]) for text in here])[:-1]
            found.update(zip(here, np.split(computed, ends), strict=True))
            run.n_encoded += len(here)
    run.n_cached += len(keys) - len(missing)
    if not found:
        return np.zeros((0, encoder.width() or 0), dtype=np.float32)
    return np.concatenate([found[text] for text in texts if text in found])


def _words(text: str, spans: Spans) -> list[str]:
    return [text[start:end] for start, end in spans.tolist()]


def _keys(text: str, spans: Spans) -> list[bytes]:
    """Digest of each word in its text: of a family of their own, so no sentence is met."""
    whole = hashlib.blake2b(
        text.encode("utf-8", "surrogatepass"), digest_size=16, person=b"word of a text"
    )
    keys = []
    for span in np.asarray(spans, "<i8"):
        own = whole.copy()
        own.update(b"\0" + span.tobytes())
        keys.append(own.digest())
    return keys
