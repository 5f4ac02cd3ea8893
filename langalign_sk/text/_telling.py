"""What tells the language of a text, as a rule made of arrays.

NumPy is all that it needs: `export_onnx` copies it into what it writes, so that an exported model
decides as this package does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

SPELLING_WIDTH = 1 << 15  # columns that n-grams are hashed into
_LONGEST = 4  # characters of an n-gram
#: Weight of a capitalised word inside a text: a name or a title, in whatever language.
_NAME = 0.1

# Latin that says nothing about the language around it. Only ASCII is taken, so that a Korean
# particle right behind an address stays; {1,64} keeps the search linear on long runs of letters.
_ADDRESS = re.compile(
    r"(?:https?://|www\.)[!-~]+|[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+|@\w+", re.ASCII | re.IGNORECASE
)
# Letters, and the marks that Python does not count among them though words are spelt with them.
_WORD = re.compile(r"(?:[^\W\d_]|[\u0300-\u036f\u0591-\u17d3])+")
_MIX = tuple(map(np.uint64, (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 29, 32)))
_BLOCK_TEXTS = 1 << 15
_BLOCK_CHARACTERS = 1 << 20


class LanguageRule:
    """Tell languages by the letters of a text and, where these leave some open, by its spelling.

    Parameters
    ----------
    languages : sequence of str
        The languages; of several with the same weight of letters, the first one wins.
    arrays : mapping of str to ndarray
        - table : the column of a count for each code point; n_columns, how many there are
        - weights (columns, languages) : of a letter
        - alike (languages, languages) : which ones letters alone leave open
        - rare (n, columns), rare_of (n,) : weights of letters that only the pairs show, and the
          language that each row of them speaks for
        - han : the columns of kana, of Han in general, of Japan's and of China's, and the weight
        - coef, intercept, spelt : the spelling of languages, and where in it each one is; may
          be missing
    """

    def __init__(self, languages: Sequence[str], arrays: Mapping[str, Any]) -> None:
        self.languages, self.arrays = list(languages), dict(arrays)

    def tell(self, texts: Sequence[str]) -> list[str | None]:
        """Return the language of each text; None for one that shows none."""
        arrays, found = self.arrays, list[str | None]()
        for counts in count_blocks(texts, arrays["table"], int(arrays["n_columns"])):
            scores = self._scores(counts)
            best, most = scores.argmax(axis=1), scores.max(axis=1)
            open_to = arrays["alike"][best] & (scores == most[:, None]) & (most > 0)[:, None]
            rows = np.flatnonzero(open_to.any(axis=1))
            if "coef" in arrays and len(rows):
                start = len(found)
                open_to[rows, best[rows]] = True
                asked = [texts[start + row] for row in rows.tolist()]
                likeness = spelling_scores(asked, arrays["coef"], arrays["intercept"])
                choice = np.where(open_to[rows], likeness[:, arrays["spelt"]], -np.inf)
                best[rows] = choice.argmax(axis=1)
            found += [
                self.languages[j] if ok else None for j, ok in zip(best, most > 0, strict=True)
            ]
        return found

    def _scores(self, counts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return the weight of letters for each language."""
        weights, (kana, han, japan, china, weight) = self.arrays["weights"], self.arrays["han"]
        scores: npt.NDArray[np.int64] = counts @ weights
        readers, japanese = weights[china] > 0, weights[kana] > 0
        if len(set(japanese[readers])) == 2:
            looks = counts[:, kana] + counts[:, japan] > counts[:, china]
            votes = counts[:, [han, japan, china]].sum(axis=1) * weight
            for j in np.flatnonzero(readers):
                scores[:, j] -= np.where(looks == japanese[j], 0, votes)
        for own, j in zip(self.arrays["rare"], self.arrays["rare_of"], strict=True):
            scores[:, j] = np.maximum(scores[:, j], counts @ own)
        return scores


def without_addresses(text: str) -> str:
    """Return a text without its links, e-mail addresses and mentions."""
    if "@" in text or "://" in text or "www." in text or "WWW." in text:
        return _ADDRESS.sub(" ", text)
    return text


def count_blocks(
    texts: Sequence[str], table: npt.NDArray[np.uint8], n_columns: int
) -> Iterator[npt.NDArray[np.int64]]:
    """Letters of each text by script, (texts in the block, columns)."""
    block: list[str] = []
    characters = 0
    for row, text in enumerate(texts):
        text = without_addresses(text)
        block.append(text)
        characters += len(text)
        full = characters >= _BLOCK_CHARACTERS or len(block) >= _BLOCK_TEXTS
        if full or row == len(texts) - 1:
            points = np.frombuffer("".join(block).encode("utf-32-le", "surrogatepass"), "<u4")
            lengths = np.fromiter(map(len, block), dtype=np.int64, count=len(block))
            cells = np.repeat(np.arange(len(block)) * n_columns, lengths) + table[points]
            counts = np.bincount(cells, minlength=len(block) * n_columns)
            yield counts.reshape(len(block), n_columns)
            block, characters = [], 0


def spelling_scores(texts: Sequence[str], coef: Any, intercept: Any) -> npt.NDArray[np.float64]:
    """Return how much each text looks like each of the languages told apart by their spelling."""
    row, column, value = spelling_cells(texts)
    known = coef.astype(np.float64)
    found: npt.NDArray[np.float64] = np.column_stack(
        [np.bincount(row, value * own[column], minlength=len(texts)) for own in known.T]
    )
    found += intercept
    return np.hstack([-found, found]) if found.shape[1] == 1 else found


def spelling_cells(texts: Sequence[str]) -> tuple[Any, Any, Any]:
    """Return counts of n-grams, logarithmic, of unit length: text, column and value of each."""
    row, column, value = _grams(texts)
    cells, cell = np.unique(row * np.int64(SPELLING_WIDTH) + column, return_inverse=True)
    counts = np.bincount(cell, weights=value, minlength=len(cells))
    counts = np.where(counts > 1, 1 + np.log(np.maximum(counts, 1)), counts)
    row = cells // SPELLING_WIDTH
    norms = np.sqrt(np.bincount(row, weights=counts**2, minlength=len(texts)))
    return row, cells % SPELLING_WIDTH, counts / norms[row]


def _grams(texts: Sequence[str]) -> tuple[Any, Any, Any]:
    """Return the n-grams of one to four characters: text, column and weight of each."""
    joined, weights, lengths = [], [], []
    for text in texts:
        words = _WORD.findall(without_addresses(text))
        # Where most words have capitals, they tell nothing.
        names = 3 * sum(word[0].islower() for word in words) >= len(words)
        line, own = " ", [1.0]
        for number, word in enumerate(words):
            lower = word.lower()
            named = names and number > 0 and word[0].isupper()
            line += lower + " "
            own += [_NAME if named else 1.0] * (len(lower) + 1)
        joined.append(line)
        weights += own
        lengths.append(len(line))
    points = np.frombuffer("".join(joined).encode("utf-32-le", "surrogatepass"), "<u4")
    weight = np.array(weights, dtype=np.float32)
    owner = np.repeat(np.arange(len(texts)), lengths)
    end = np.repeat(np.cumsum(lengths, dtype=np.int64), lengths)
    rows, columns, values = [], [], []
    grams = np.zeros(len(points), np.uint64)
    for n in range(1, min(_LONGEST, len(points)) + 1):
        count = len(points) - n + 1
        grams = grams[:count] * _MIX[0] + points[n - 1 :] + np.uint64(1)
        inside = np.arange(n, count + n) <= end[:count]
        if n == 1:
            inside &= points != ord(" ")
        mixed = (grams[inside] ^ (grams[inside] >> _MIX[2])) * _MIX[1]
        columns.append(((mixed ^ mixed >> _MIX[3]) % np.uint64(SPELLING_WIDTH)).astype(np.int32))
        rows.append(owner[:count][inside])
        values.append(np.minimum(weight[:count], weight[n - 1 :])[inside])
    empty = np.zeros(0, dtype=np.int32)
    parts = ([empty, *each] for each in (rows, columns, values))
    row, column, value = map(np.concatenate, parts)
    return row, column, value
