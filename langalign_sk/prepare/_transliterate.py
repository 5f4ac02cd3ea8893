"""Other letters for the same words: to Latin, between kana, or by a table of your own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, ClassVar

from sklearn.utils._param_validation import StrOptions

from langalign_sk.corpus import ParallelCorpus
from langalign_sk.prepare._base import TextStep, texts_of
from langalign_sk.text import COLUMNS, HAN_JA, HAN_ZH, column_table

_KANA_SHIFT = ord("ァ") - ord("ぁ")
_HIRAGANA = {point: point + _KANA_SHIFT for point in range(ord("ぁ"), ord("ゖ") + 1)}
_KANA = {
    "Kana": _HIRAGANA,
    "Hira": {above: below for below, above in _HIRAGANA.items()},
}


class Transliterator(TextStep):
    """Write words in another script; texts in Latin letters stay as they are.

    Encoders know names and loanwords in the script of their own language: an English model
    makes nothing of コンピューター and a little of "konpiyuta". What that is worth
    depends on the encoder.

    Parameters
    ----------
    to : {"Latn", "Hira", "Kana"} or dict of str to str, default="Latn"
        Latin letters (package anyascii, ``pip install 'langalign-sk[translit]'``), hiragana for
        katakana, katakana for hiragana, or a table: the longest entry that fits is replaced.
    only : callable, collection of str, "katakana" or None, default=None
        Which tokens change: those that ``only(token)`` is true for, those listed, the ones in
        katakana (loanwords), or all. A token is a run of letters of one script.
    column : str, or tuple of two str, optional
        Column with the texts, where X is a frame with several.

    See Also
    --------
    transliterated_pairs : Texts and their transliterations as pairs to align.

    Notes
    -----
    Latin letters come out in lower case, and a blank parts what was written without one in two
    scripts. Chinese characters get their Mandarin sound, also in Japanese. Nothing is learned in
    ``fit``. A pipeline with a function as `only` can be pickled, not saved by `save`.

    References
    ----------
    Liu et al. (2024), TransliCo, arXiv:2401.06620. Micallef et al. (2024), Cross-Lingual Transfer
    from Related Languages: Treating Low-Resource Maltese as Multilingual Code-Switching,
    arXiv:2401.16895.

    Examples
    --------
    >>> from langalign_sk.prepare import Transliterator
    >>> Transliterator("Hira").transform(["コーヒーを飲む"]).tolist()
    ['こーひーを飲む']
    >>> serbian = Transliterator({"љ": "lj", "у": "u", "б": "b", "а": "a", "в": "v"})
    >>> serbian.transform(["љубав"]).tolist()
    ['ljubav']
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "to": [StrOptions({"Latn", "Hira", "Kana"}), Mapping],
        "only": [callable, "array-like", set, frozenset, StrOptions({"katakana"}), None],
    }

    def __init__(
        self,
        to: str | Mapping[str, str] = "Latn",
        *,
        only: Callable[[str], bool] | Collection[str] | str | None = None,
        column: Any = None,
    ) -> None:
        self.to = to
        self.only = only
        self.column = column

    def _changed(self, texts: Sequence[str]) -> list[str]:
        write, wanted = _writer(self.to), _chosen(self.only)
        return [_with_tokens(text, write, wanted, blanks=self.to == "Latn") for text in texts]


def transliterated_pairs(
    texts: Any,
    step: Transliterator | None = None,
    *,
    source_lang: str | None = "en",
    target_lang: str | None = None,
) -> ParallelCorpus:
    """Pair texts with their transliterations: pairs to align that cost nothing.

    Parameters
    ----------
    texts : sequence of str, TextPool or ParallelCorpus
        Texts of the target language; of a corpus its target side.
    step : Transliterator, optional
        What writes them; None: to Latin.
    source_lang, target_lang : str, optional
        Of the corpus: it can then be added to pairs of these languages. The transliterations, which
        are in the script of the source, are its source side.

    Returns
    -------
    ParallelCorpus
        Source: the texts transliterated; target: the texts. Those that stay as they are give none.

    Examples
    --------
    >>> from langalign_sk.prepare import Transliterator, transliterated_pairs
    >>> pairs = transliterated_pairs(
    ...     ["コーヒー", "OK"], Transliterator({"コ": "ko", "ヒ": "hi", "ー": ""}), target_lang="ja"
    ... )
    >>> pairs.source, pairs.target
    (('kohi',), ('コーヒー',))
    """
    rows = texts_of(texts)
    written = list((step or Transliterator()).transform(rows))
    pairs = [(new, old) for new, old in zip(written, rows, strict=True) if new != old]
    if not pairs:
        raise ValueError(
            f"none of the {len(rows)} texts changes when it is transliterated, so there is nothing "
            "to pair"
        )
    source, target = zip(*pairs, strict=True)
    return ParallelCorpus(source, target, source_lang=source_lang, target_lang=target_lang)


def _with_tokens(
    text: str, write: Callable[[str], str], wanted: Callable[[str], bool], *, blanks: bool
) -> str:
    """Return a text with the wanted tokens written anew."""
    if text.isascii():
        return text
    parts: list[str] = []
    glued = False  # whether the last part was a token written anew, with nothing behind it
    for token, is_token in _tokens(text):
        new = write(token) if is_token and wanted(token) else token
        changed = new != token
        letters = parts and parts[-1][-1:].isalnum() and new[:1].isalnum()
        if blanks and letters and (changed or glued):
            parts.append(" ")
        parts.append(new)
        glued = changed
    return "".join(parts)


def _tokens(text: str) -> Iterator[tuple[str, bool]]:
    """Cut a text into runs of one script; True for those that are no Latin letters."""
    kinds: list[str | int] = []
    for char in text:
        kind = _kind(char)
        marks = kind == "" and not char.isascii() and unicodedata.category(char)[0] == "M"
        kinds.append(kinds[-1] if marks and kinds else kind)
    for kind, run in groupby(zip(kinds, text, strict=True), key=lambda pair: pair[0]):
        yield "".join(char for _, char in run), kind not in ("", COLUMNS["Latn"])


def _kind(char: str) -> str | int:
    """Return the script of a letter; "" where there is nothing to write in another one."""
    if char.isascii():
        return COLUMNS["Latn"] if char.isalpha() else ""
    column = int(column_table()[ord(char)])
    if column == COLUMNS["Kana"]:
        return "katakana" if _is_katakana(char) else "hiragana"
    if column in (HAN_JA, HAN_ZH):
        return COLUMNS["Hani"]
    return column or ("letter" if char.isalpha() and char > "\u02ff" else "")  # not µ, ª


def _is_katakana(char: str) -> bool:
    return not "\u3040" <= char <= "\u309f"


def _chosen(only: Any) -> Callable[[str], bool]:
    """Return what says whether a token changes."""
    if only is None:
        return lambda token: True
    if callable(only):
        return only  # type: ignore[no-any-return]
    if isinstance(only, str):
        return lambda token: _kind(token[0]) == "katakana"
    return frozenset(only).__contains__


def _writer(to: Any) -> Callable[[str], str]:
    """Return what writes a token."""
    if isinstance(to, str) and to in _KANA:
        return lambda token: token.translate(_KANA[to])
    if not isinstance(to, str):
        longest = sorted(filter(None, to), key=len, reverse=True)
        if not longest:
            raise ValueError("to is an empty table; give at least one entry")
        pattern = re.compile("|".join(map(re.escape, longest)))
        return lambda token: pattern.sub(lambda found: to[found[0]], token)
    try:
        from anyascii import anyascii
    except ImportError:
        raise ImportError(
            "writing in Latin letters needs the package anyascii: "
            "pip install 'langalign-sk[translit]'"
        ) from None
    return lambda token: anyascii(token).lower()
