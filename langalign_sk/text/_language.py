"""Which declared language a text is in."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np

from langalign_sk._io import TextRow, hold_two, quoted
from langalign_sk._process import caches
from langalign_sk.text._codes import base_code, match_code, normal_code
from langalign_sk.text._learned import LearnedDetector, is_corpus, learned_from
from langalign_sk.text._letters import HAN, letter_blocks
from langalign_sk.text._scripts import (
    COLUMNS,
    N_COLUMNS,
    SCRIPTS,
    column_table,
    scripts_of,
    share_a_script,
)
from langalign_sk.text._telling import LanguageRule


class LanguageDetector:
    """Tells the language of each text, among the languages declared.

    Parameters
    ----------
    languages : sequence of str
        BCP 47 codes such as "en", "ko", "zh-TW", "pt_BR", "sr-Latn".
    detect : {"script", "lingua"}, ParallelCorpus, list of ParallelCorpus, str, callable or None, \
            default="script"
        - "script": by writing system, see Notes. Languages that share a script are an error.
        - Pairs of texts: by writing system, and languages that share one by their spelling, which
          is learned from up to 3,000 pairs (see `accuracy_`).
        - "lingua": the statistical detector of the package lingua-language-detector, restricted
          to the declared languages. An optional dependency.
        - One of the declared codes: every text is in that language.
        - A callable gets one text and returns one of the declared codes, or None where it cannot
          tell.
        - None: nothing is detected; possible where one language is declared.
    default_language : str, optional
        Code for texts that show no language: emoji, digits, punctuation, links, the empty text, a
        script that no declared language uses. None: the last of `languages`.

    Attributes
    ----------
    accuracy_ : float
        With pairs: share of texts, held out of them, whose language was told right, of the
        languages that share a script; NaN where there was nothing to learn.

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

    With pairs, a language is also taken to be written in every script that a quarter of its texts
    are in. Languages that a text's script leaves open are told apart by a logistic regression on
    hashed n-grams of one to four characters; capitalised words inside a text, which may be names
    and titles in any language, weigh a tenth.

    A text is judged alone: what stands around it in a batch changes nothing.

    Examples
    --------
    >>> from langalign_sk.text import LanguageDetector
    >>> detector = LanguageDetector(["en", "ko", "ja"])
    >>> detector.detect(["Where is my refund?", "refund 해주세요", "ㅋㅋㅋ", "東京", "👍"])
    ['en', 'ko', 'ko', 'ja', 'ja']
    """

    def __init__(
        self, languages: Sequence[str], *, detect: Any = "script", default_language: Any = None
    ) -> None:
        self.languages = checked_languages(languages)
        self.default_language = self.languages[-1]
        if default_language is not None:
            default = match_code(default_language, self.languages)
            if default is None:
                raise ValueError(
                    f"default_language={default_language!r} is not among the declared languages "
                    f"{list(self.languages)}"
                )
            self.default_language = default
        several = len(self.languages) > 1
        if detect is None and several:
            raise ValueError(
                f"languages {list(self.languages)} with detect=None: give lang_column= with the "
                "language of each row, or let detect tell it"
            )
        self._how, self._learned = self._checked(detect), None
        if self._how == "pairs":
            self._learned = learned_from(detect)
        if several and self._how in ("script", "pairs"):
            _check_told_apart(self.languages, self._learned)
        if several and self._how == "lingua":
            _lingua_detector(self.languages)

    def __repr__(self) -> str:
        told = "" if np.isnan(self.accuracy_) else f"; right on {self.accuracy_:.1%} held out"
        return f"LanguageDetector({', '.join(self.languages)}{told})"

    @property
    def accuracy_(self) -> float:
        """Share of held-out texts of the pairs whose language was told right."""
        return float("nan") if self._learned is None else self._learned.accuracy

    def _checked(self, detect: Any) -> Any:
        """Return how to detect: a word, a declared code or a callable."""
        if isinstance(detect, LearnedDetector) or is_corpus(detect):
            return "pairs"
        if detect in ("script", "lingua", None) or callable(detect):
            return detect
        constant = match_code(detect, self.languages) if isinstance(detect, str) else None
        if constant is None:
            kind = ValueError if isinstance(detect, str) else TypeError
            raise kind(
                'detect must be "script", "lingua", pairs of texts (a ParallelCorpus or a list of '
                f"them), one of {list(self.languages)}, a callable or None: {detect!r}"
            )
        return constant

    def detect(self, texts: Sequence[TextRow]) -> list[Any]:
        """Tell the language of each text.

        Parameters
        ----------
        texts : sequence of str, or of tuple of two str
            The texts. In a row of two, a text that shows no language takes that of the other.

        Returns
        -------
        list of str, or of tuple of two str
            One of the declared codes per text.

        Raises
        ------
        ValueError
            A callable returns a code that is not declared.
        """
        return self.tell(texts)[0]

    def tell(self, texts: Sequence[TextRow]) -> tuple[list[Any], int]:
        """Tell the language of each text, and how many rows show none.

        Parameters
        ----------
        texts : sequence of str, or of tuple of two str
            The texts. In a row of two, a text that shows no language takes that of the other.

        Returns
        -------
        languages : list of str, or of tuple of two str
            One of the declared codes per text, the default one for rows that show none.
        n_no_language : int
            Number of these.
        """
        if hold_two(texts):
            both = self._found([text for row in texts for text in row])
            rows = [(a or b, b or a) for a, b in zip(both[::2], both[1::2], strict=True)]
            default = (self.default_language, self.default_language)
            return [default if a is None else (a, b) for a, b in rows], rows.count((None, None))
        found = self._found(texts)
        told = [self.default_language if lang is None else lang for lang in found]
        return told, found.count(None)

    def _found(self, texts: Sequence[Any]) -> list[str | None]:
        """Return the language of each text, None where it shows none."""
        if len(self.languages) == 1:
            return [self.languages[0]] * len(texts)
        if self._how in self.languages:
            return [str(self._how)] * len(texts)
        if self._how in ("script", "pairs"):
            return self._letters().tell(texts)
        if self._how == "lingua":
            return _by_lingua(texts, self.languages)
        return self._by_callable(texts)

    def rule(self) -> tuple[str, LanguageRule | None]:
        """Return how languages are told, for what tells them elsewhere.

        Returns
        -------
        how : str
            One of the languages, where every text is in it; "rule"; or "" for what cannot be told
            without this object: lingua, a function.
        rule : LanguageRule or None
            What tells them, for "rule".
        """
        if len(self.languages) == 1:
            return self.languages[0], None
        if self._how in self.languages:
            return str(self._how), None
        return ("rule", self._letters()) if self._how in ("script", "pairs") else ("", None)

    def _letters(self) -> LanguageRule:
        """Return what tells languages by letters and spelling."""
        return _rule(self.languages, self._learned)

    def _by_callable(self, texts: Sequence[str]) -> list[str | None]:
        """Ask the user's function, one text at a time."""
        assert callable(self._how)
        found = []
        for row, text in enumerate(texts):
            lang = self._how(text)
            if lang is not None and not isinstance(lang, str):
                raise TypeError(
                    f"detect is given one text at a time and returns its language; of row {row} "
                    f"({quoted(text)}) it returned a {type(lang).__name__}"
                )
            known = None if lang is None else match_code(lang, self.languages)
            if lang is not None and known is None:
                raise ValueError(
                    f"detect returned {lang!r} for row {row} ({quoted(text)}), which is not "
                    f"among the declared languages {list(self.languages)}"
                )
            found.append(known)
        return found


def given_languages(lang: Any, n_rows: int, languages: Sequence[str], name: str) -> list[str]:
    """Return the declared language of each row, where the user says it; `name` is said where."""
    given = [lang] * n_rows if isinstance(lang, str) else list(lang)
    if len(given) != n_rows:
        raise ValueError(f"{name} names {len(given)} languages for {n_rows} rows")
    known = {
        code: match_code(code, languages) if isinstance(code, str) else None
        for code in dict.fromkeys(given)
    }
    unknown = [row for row, code in enumerate(given) if known[code] is None]
    if unknown:
        raise ValueError(
            f"{name}: row {unknown[0]} is in language {given[unknown[0]]!r}, which is not among "
            f"those declared, {list(languages)} ({len(unknown)} such rows of {n_rows})"
        )
    return [str(known[code]) for code in given]


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
    if len({normal_code(code) for code in codes}) < len(codes):
        raise ValueError(f"a language is declared twice: {list(codes)}")
    return codes


def _check_told_apart(languages: tuple[str, ...], learned: LearnedDetector | None) -> None:
    """Raise for languages whose scripts are unknown or shared, unless pairs tell them apart."""
    out = (
        "give detect= the pairs, as texts, to learn it from them (TextAligner, TransferClassifier "
        "and the commands do so by themselves), or say the language: lang=, lang_column=, a "
        "callable for detect=, detect='lingua'"
    )
    known = _named(languages, learned)
    written = {lang: _scripts(lang, known, learned) for lang in languages}
    for lang, scripts in written.items():
        if not scripts:
            raise ValueError(
                f"nothing is known of the script of language {lang!r}, by which detect tells "
                f"languages apart: {out}"
            )
    for one, other in combinations(languages, 2):
        both = {known[one], known[other]}
        learnt = learned is not None and len(both) == 2 and both <= set(learned.told_apart)
        if share_a_script(written[one], written[other]) and not learnt:
            shared = sorted(set(written[one]) & set(written[other]))
            names = " and ".join(SCRIPTS[code].name for code in shared)
            raise ValueError(
                f"languages {one!r} and {other!r} share the {names} script, which alone "
                f"cannot tell them apart: {out}"
            )


def shares_scripts(languages: Sequence[str]) -> bool:
    """Tell whether scripts alone leave some of these languages open."""
    written = [scripts_of(lang) for lang in languages]
    return not all(written) or any(share_a_script(*two) for two in combinations(written, 2))


def _named(languages: Sequence[str], learned: LearnedDetector | None) -> dict[str, str | None]:
    """Name of each declared language among those learned."""
    known = () if learned is None else learned.languages
    return {lang: match_code(lang, known) for lang in languages}


def _scripts(
    lang: str, known: dict[str, str | None], learned: LearnedDetector | None
) -> tuple[str, ...]:
    """Scripts of a declared language."""
    name = known[lang]
    return scripts_of(lang) if learned is None or name is None else learned.scripts[name]


def _rule(languages: tuple[str, ...], learned: LearnedDetector | None) -> LanguageRule:
    """Return the rule by letters, and by what was learned of languages that share them."""
    known = _named(languages, learned)
    written = {lang: _scripts(lang, known, learned) for lang in languages}
    usual = {lang: scripts_of(lang) or written[lang] for lang in languages}
    # A tie goes to the first column: Latin script stands last, the rest in an order of its own.
    order = sorted(languages, key=lambda lang: ("Latn" in usual[lang], usual[lang]))
    alike = np.array(
        [[a != b and share_a_script(written[a], written[b]) for b in order] for a in order]
    )
    weights = np.zeros((N_COLUMNS, len(order)), dtype=np.int64)
    rare: list[Any] = []  # scripts that only the pairs show
    rare_of: list[int] = []
    for j, lang in enumerate(order):
        for code in written[lang]:
            columns = HAN if code == "Hani" else [COLUMNS[code]]
            if code in usual[lang]:
                weights[columns, j] = SCRIPTS[code].weight
            else:
                own = np.zeros(N_COLUMNS, dtype=np.int64)
                own[columns] = SCRIPTS[code].weight
                rare.append(own)
                rare_of.append(j)
    arrays: dict[str, Any] = {
        "table": column_table(),
        "n_columns": np.int64(N_COLUMNS),
        "weights": weights,
        "alike": alike,
        "rare": np.array(rare, dtype=np.int64).reshape(-1, N_COLUMNS),
        "rare_of": np.array(rare_of, dtype=np.int64),
        "han": np.array([COLUMNS["Kana"], *HAN, SCRIPTS["Hani"].weight]),
    }
    if learned is not None and learned.told_apart:
        spelt = [
            learned.told_apart.index(str(known[lang])) if alike[j].any() else 0
            for j, lang in enumerate(order)
        ]
        arrays |= {**learned.arrays(), "spelt": np.array(spelt)}
    return LanguageRule(order, arrays)


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


def written_in(texts: Sequence[str], languages: Sequence[str]) -> list[bool]:
    """Tell of each text whether it has a letter of a script that one of the languages uses.

    All have where no language is named, or the script of one is not known.
    """
    scripts = [scripts_of(lang) for lang in languages]
    if not scripts or not all(scripts):
        return [True] * len(texts)
    columns = np.zeros(N_COLUMNS, dtype=bool)
    for code in {code for codes in scripts for code in codes}:
        columns[HAN if code == "Hani" else [COLUMNS[code]]] = True
    found: list[bool] = []
    for counts in letter_blocks(texts):
        found += (counts[:, columns].sum(axis=1) > 0).tolist()
    return found
