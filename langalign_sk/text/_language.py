"""Which declared language a text is in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from langalign_sk._io import quoted
from langalign_sk._process import caches
from langalign_sk.text._scripts import (
    COLUMNS,
    HAN_JA,
    HAN_ZH,
    N_COLUMNS,
    SCRIPTS,
    base_code,
    column_table,
    scripts_of,
)

# Latin that says nothing about the language around it. Only ASCII is taken, so that a Korean
# particle right behind an address stays; {1,64} keeps the search linear on long runs of letters.
_ADDRESS = re.compile(
    r"(?:https?://|www\.)[!-~]+|[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+|@\w+", re.ASCII | re.IGNORECASE
)
_BLOCK_TEXTS = 1 << 15
_BLOCK_CHARACTERS = 1 << 20


class LanguageDetector:
    """Tells the language of each text, among the languages declared.

    Parameters
    ----------
    languages : sequence of str
        ISO 639-1 codes such as "en", "ko", "zh-TW", "pt_BR", "sr-Latn".
    detect : {"script", "lingua"}, callable or None, default="script"
        - "script": by writing system, see Notes. Languages that share a script are an error.
        - "lingua": the statistical detector of the package lingua-language-detector, restricted
          to the declared languages, for languages that share a script. An optional dependency.
        - A callable gets one text and returns one of the declared codes, or None where it cannot
          tell.
        - None: nothing is detected; possible where one language is declared.
    default_language : str, optional
        Code for texts that show no language: emoji, digits, punctuation, the empty text, a script
        that no declared language uses. Without it such a text is an error.

    Notes
    -----
    Where a single language is declared, every text is in that language.

    The rule of "script": every letter votes for the declared language written in its script, and
    the language with the most weight wins. A Latin letter weighs 1, a Hangul, kana, Han or Bopomofo
    character 4, a letter of any other script 3, so that "refund 해주세요" is Korean and a long
    English sentence that quotes one Korean word is English; an exact tie goes to the script that is
    not Latin. Digits, punctuation, emoji, links, e-mail addresses, @mentions and letters of scripts
    that no declared language uses do not vote. Nothing tells German from English where only "en" is
    declared of the two: it is "en".

    Han characters vote for Chinese or Japanese, whichever is declared. Where both are, Han votes
    for Japanese in texts that hold more kana and characters only Japan writes (駅, 気, 々) than
    characters Japan does not write (们, 气, 國), else for Chinese. Kanji alone without any
    such character ("東京") is therefore "zh" there.

    Examples
    --------
    >>> from langalign_sk.text import LanguageDetector
    >>> detector = LanguageDetector(["en", "ko", "ja"], default_language="en")
    >>> detector.detect(["Where is my refund?", "refund 해주세요", "ㅋㅋㅋ", "東京", "👍"])
    ['en', 'ko', 'ko', 'ja', 'en']
    """

    def __init__(
        self,
        languages: Sequence[str],
        *,
        detect: str | Callable[[str], str | None] | None = "script",
        default_language: str | None = None,
    ) -> None:
        self.languages = checked_languages(languages)
        if default_language is not None and default_language not in self.languages:
            raise ValueError(
                f"default_language={default_language!r} is not among the declared languages "
                f"{list(self.languages)}"
            )
        self.default_language = default_language
        several = len(self.languages) > 1
        if detect is None and several:
            raise ValueError(
                f"languages {list(self.languages)} with detect=None: give lang_column= with the "
                "language of each row, or let detect tell it"
            )
        if detect not in ("script", "lingua", None) and not callable(detect):
            kind = ValueError if isinstance(detect, str) else TypeError
            raise kind(f'detect must be "script", "lingua", a callable or None: {detect!r}')
        if detect == "script" and several:
            _check_scripts_differ(self.languages)
        if detect == "lingua" and several:
            _lingua_detector(self.languages)
        self._how = detect

    def detect(self, texts: Sequence[str]) -> list[str]:
        """Tell the language of each text.

        Parameters
        ----------
        texts : sequence of str
            The texts.

        Returns
        -------
        list of str
            One of the declared codes per text.

        Raises
        ------
        ValueError
            A text shows no declared language and there is no default language; a callable returns
            a code that is not declared.
        """
        if len(self.languages) == 1:
            return [self.languages[0]] * len(texts)
        if self._how == "script":
            found = _by_script(texts, self.languages)
        elif self._how == "lingua":
            found = _by_lingua(texts, self.languages)
        else:
            found = self._by_callable(texts)
        missing = [row for row, lang in enumerate(found) if lang is None]
        if missing and self.default_language is None:
            raise ValueError(
                f"row {missing[0]} ({quoted(texts[missing[0]])}) shows none of the languages "
                f"{list(self.languages)} ({len(missing)} such rows of {len(found)}): set "
                "default_language= for texts such as emoji, digits or empty ones, or give the "
                "language of each row with lang_column="
            )
        return [self.default_language or "" if lang is None else lang for lang in found]

    def _by_callable(self, texts: Sequence[str]) -> list[str | None]:
        """Ask the user's function, one text at a time."""
        assert callable(self._how)
        found = [self._how(text) for text in texts]
        for row, lang in enumerate(found):
            if lang is not None and lang not in self.languages:
                raise ValueError(
                    f"detect returned {lang!r} for row {row} ({quoted(texts[row])}), which is not "
                    f"among the declared languages {list(self.languages)}"
                )
        return found


def checked_languages(languages: Any) -> tuple[str, ...]:
    """Languages as a tuple of distinct non-empty codes."""
    if isinstance(languages, str):
        raise ValueError(f"languages must be a sequence of codes, got {languages!r}: wrap it")
    codes = tuple(languages)
    if not codes:
        raise ValueError("languages is empty: declare at least one, such as ['en', 'ko']")
    for code in codes:
        if not isinstance(code, str) or not code:
            raise ValueError(f"a language must be a non-empty str, got {code!r}")
    if len(set(codes)) < len(codes):
        raise ValueError(f"a language is declared twice: {list(codes)}")
    return codes


def _check_scripts_differ(languages: tuple[str, ...]) -> None:
    """Raise for languages whose scripts are unknown or shared; Japanese beside Chinese is fine."""
    out = "use lang_column=, a callable for detect=, or detect='lingua'"
    written = {lang: scripts_of(lang) for lang in languages}
    for lang, scripts in written.items():
        if not scripts:
            raise ValueError(
                f"detect='script' does not know the script of language {lang!r}: {out}"
            )
    for one, other in combinations(languages, 2):
        shared = set(written[one]) & set(written[other])
        kana = ("Kana" in written[one]) + ("Kana" in written[other])
        if shared and not (shared == {"Hani"} and kana == 1):
            names = " and ".join(SCRIPTS[code].name for code in sorted(shared))
            raise ValueError(
                f"languages {one!r} and {other!r} share the {names} script, which detect='script' "
                f"cannot tell apart: {out}"
            )


def _by_script(texts: Sequence[str], languages: tuple[str, ...]) -> list[str | None]:
    """Language with the most weight of letters; None for a text without any."""
    # A tie goes to the first column: Latin script stands last, the rest in an order of its own.
    order = sorted(languages, key=lambda lang: ("Latn" in scripts_of(lang), scripts_of(lang)))
    weights = np.zeros((N_COLUMNS, len(order)), dtype=np.int64)
    han = [COLUMNS["Hani"], HAN_JA, HAN_ZH]
    for j, lang in enumerate(order):
        for code in scripts_of(lang):
            weights[han if code == "Hani" else COLUMNS[code], j] = SCRIPTS[code].weight
    readers = [j for j in range(len(order)) if weights[HAN_ZH, j]]
    found: list[str | None] = []
    for counts in _count_blocks(texts):
        scores = counts @ weights
        if len(readers) == 2:
            japanese = counts[:, COLUMNS["Kana"]] + counts[:, HAN_JA] > counts[:, HAN_ZH]
            votes = counts[:, han].sum(axis=1) * SCRIPTS["Hani"].weight
            for j in readers:
                writes_kana = weights[COLUMNS["Kana"], j] > 0
                scores[:, j] -= np.where(japanese == writes_kana, 0, votes)
        best = scores.argmax(axis=1)
        seen = scores.max(axis=1) > 0
        found += [order[j] if ok else None for j, ok in zip(best, seen, strict=True)]
    return found


def _count_blocks(texts: Sequence[str]) -> Iterator[npt.NDArray[np.int64]]:
    """Letters of each text by script, (texts in the block, scripts)."""
    table = column_table()
    block: list[str] = []
    characters = 0
    for row, text in enumerate(texts):
        if "@" in text or "://" in text or "www." in text or "WWW." in text:
            text = _ADDRESS.sub(" ", text)
        block.append(text)
        characters += len(text)
        full = characters >= _BLOCK_CHARACTERS or len(block) >= _BLOCK_TEXTS
        if full or row == len(texts) - 1:
            points = np.frombuffer("".join(block).encode("utf-32-le", "surrogatepass"), "<u4")
            lengths = np.fromiter(map(len, block), dtype=np.int64, count=len(block))
            cells = np.repeat(np.arange(len(block)) * N_COLUMNS, lengths) + table[points]
            counts = np.bincount(cells, minlength=len(block) * N_COLUMNS)
            yield counts.reshape(len(block), N_COLUMNS)
            block, characters = [], 0


def _by_lingua(texts: Sequence[str], languages: tuple[str, ...]) -> list[str | None]:
    """Ask lingua; None where it cannot tell."""
    codes = {base_code(lang): lang for lang in languages}
    detected = _lingua_detector(languages).detect_languages_in_parallel_of(list(texts))
    return [lang and codes[lang.iso_code_639_1.name.lower()] for lang in detected]


def _lingua_detector(languages: tuple[str, ...]) -> Any:
    """Detector of lingua for some languages: heavy, one per process."""
    return caches.detectors.get(languages, lambda: _build_lingua(languages))


def _build_lingua(languages: tuple[str, ...]) -> Any:
    """Load a detector of lingua."""
    try:
        import lingua
    except ImportError as error:
        raise ImportError(
            "detect='lingua' needs the package lingua-language-detector: "
            "pip install langalign-sk[lingua]"
        ) from error
    bases = [base_code(lang) for lang in languages]
    known = {lang.iso_code_639_1.name.lower(): lang for lang in lingua.Language.all()}
    unknown = [lang for lang, base in zip(languages, bases, strict=True) if base not in known]
    if unknown:
        raise ValueError(f"detect='lingua' does not know {unknown}: use lang_column= or a callable")
    if len(set(bases)) < len(bases):
        raise ValueError(
            f"detect='lingua' cannot tell variants of one language apart in {list(languages)}: "
            "use lang_column= or a callable"
        )
    builder = lingua.LanguageDetectorBuilder.from_languages(*(known[base] for base in bases))
    return builder.build()
