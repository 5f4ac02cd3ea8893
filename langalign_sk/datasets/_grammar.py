"""The template notation of the demo corpus, and how an abstract meaning becomes a sentence.

A block of templates reads::

    # intent.name                 one abstract meaning (a frame), to be filled
    en: Where is my {item}?       a wording in English; several lines are several wordings
    ko: {item}~은 어디 <있나요|있습니까|있어>?
    ko*: ...                      a wording that only held-out text uses

``[a|b]`` picks freely; ``<polite|formal|casual>`` by the register of the sentence (of two, the last
is the casual one); ``{slot}`` is a word of the lexicon and ``{slot#}`` its Chinese measure word;
``~은`` is a Korean particle that fits the word before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from langalign_sk.datasets._draws import Draws
from langalign_sk.datasets._korean import attach_particles
from langalign_sk.datasets._lexicon import LEXICON

LANGUAGES = ("en", "ko", "ja", "zh")
UNSPACED = ("ja", "zh")
POLITE, FORMAL, CASUAL = range(3)

_CHOICE = re.compile(r"\[[^\[\]<>]*\]|<[^\[\]<>]*>")
_SLOT = re.compile(r"\{(\w+)(#?)\}")
_ARTICLE = re.compile(r"\b([Aa]) (?=[aeioAEIO]|umb)")
_SENTENCE_START = re.compile(r"(?:^|(?<=[.!?] ))[a-z]")
_STRAY_SPACE = re.compile(r" +(?=[.,;?! ]|$)")


@dataclass(frozen=True)
class Frame:
    """One abstract meaning with open slots, and its wordings in every language."""

    name: str
    slots: tuple[str, ...]
    wordings: dict[str, tuple[str, ...]]
    held_out: dict[str, tuple[str, ...]]

    @property
    def intent(self) -> str:
        """The part of the name before the dot."""
        return self.name.partition(".")[0]

    @property
    def n_meanings(self) -> int:
        """In how many ways the slots can be filled."""
        n = 1
        for slot in self.slots:
            n *= len(LEXICON[slot])
        return n

    def fill(self, number: int) -> dict[str, int]:
        """Rows of the lexicon that meaning ``number`` puts into the slots."""
        rows = {}
        for slot in self.slots:
            number, rows[slot] = divmod(number, len(LEXICON[slot]))
        return rows


def parse_frames(block: str) -> tuple[Frame, ...]:
    """Frames written in a block of templates."""
    frames = []
    for part in re.split(r"^# ", block, flags=re.M)[1:]:
        name, *lines = part.strip().splitlines()
        wordings: dict[str, list[str]] = {lang: [] for lang in LANGUAGES}
        held_out: dict[str, list[str]] = {lang: [] for lang in LANGUAGES}
        for line in filter(None, lines):
            lang, _, wording = line.partition(": ")
            (held_out if lang.endswith("*") else wordings)[lang.rstrip("*")].append(wording)
        slots = tuple(dict.fromkeys(slot for slot, _ in _SLOT.findall(wordings["en"][0])))
        frames.append(
            Frame(
                name,
                slots,
                {lang: tuple(lines) for lang, lines in wordings.items()},
                {lang: tuple(lines) for lang, lines in held_out.items()},
            )
        )
    return tuple(frames)


def _word(slot: str, row: int, lang: str, measure: bool) -> str:
    """What the lexicon writes in a slot."""
    value = LEXICON[slot][row][LANGUAGES.index(lang)]
    if lang != "zh":
        return value
    noun, space, unit = value.rpartition(" ")
    # Only products carry a measure word, and no Chinese value holds a space otherwise.
    return (unit if measure else noun) if space else value


def expand(template: str, lang: str, register: int, draws: Draws, rows: dict[str, int]) -> str:
    """A template with its choices made, its slots filled and its particles and articles right."""

    def choose(match: re.Match[str]) -> str:
        options = match[0][1:-1].split("|")
        if match[0][0] == "[":
            return draws.pick(options)
        if len(options) == 3:
            return options[register]
        return options[-1 if register == CASUAL else 0]

    text = _SLOT.sub(lambda m: _word(m[1], rows[m[1]], lang, bool(m[2])), template)
    while (changed := _CHOICE.sub(choose, text)) != text:
        text = changed
    if lang == "ko":
        return attach_particles(text)
    if lang == "en":
        return _STRAY_SPACE.sub("", _ARTICLE.sub(r"\1n ", text))
    return text


def finish(text: str, lang: str, register: int, draws: Draws, *, calm: bool = False) -> str:
    """A body with its final mark, where it has none yet; ``calm`` for one that is no complaint."""
    if text[-1] in "?？":
        return text
    stop = full_stop(lang)
    marks = [stop, stop, stop, ""]
    if not calm:
        marks.append("！" if lang in UNSPACED else "!")
        if lang == "ko" and register != FORMAL:
            marks += ["", "ㅠㅠ"]
    return text + draws.pick(marks)


def full_stop(lang: str) -> str:
    """The mark that ends a statement."""
    return "。" if lang in UNSPACED else "."


def join(pieces: Iterable[str], lang: str) -> str:
    """Pieces of a message in one line."""
    if lang in UNSPACED:
        return "".join(pieces)
    text = " ".join(pieces)
    return _SENTENCE_START.sub(lambda m: m[0].upper(), text) if lang == "en" else text
