"""From a meaning to a chat message: what is said around it, and how each language says it."""

from __future__ import annotations

from dataclasses import dataclass

from langalign_sk.datasets import _grammar
from langalign_sk.datasets._draws import Draws
from langalign_sk.datasets._grammar import LANGUAGES, Frame
from langalign_sk.datasets._phrases import ASIDES, CLOSERS, DETOURS, OPENERS, Row
from langalign_sk.datasets._typos import add_typo, drop_spaces

_P_OPENER = 0.2
_P_CLOSER = 0.2
_P_ASIDE = 0.12
_P_DETOUR = 0.22
_P_HELD_OUT = 0.4
_P_TYPO = 0.1
_P_LOST_SPACE = 0.25
_P_NO_CAPITALS = 0.4
# A number that every count of wordings divides, so that all are equally likely.
_WORDINGS = 60
_ENDS = "?？.。!！ㅠ"


@dataclass(frozen=True)
class Utterance:
    """A meaning and all that is said around it, the same in every language."""

    frame: Frame
    number: int
    register: int
    wording: int
    chat: bool
    around: tuple[tuple[Row, ...], tuple[Row, ...]]

    @property
    def meaning(self) -> str:
        """Name of the frame and number of its filling."""
        return f"{self.frame.name}/{self.number}"


def utter(frame: Frame, number: int, draws: Draws, *, chat: bool) -> Utterance:
    """Surround a meaning with a register and, in requests, with greetings, asides and thanks."""
    register = draws.pick((0, 0, 0, 1, 2))
    before: list[Row] = []
    after: list[Row] = []
    if not chat:
        if draws.chance(_P_OPENER):
            before.append(draws.pick(OPENERS))
        if draws.chance(_P_ASIDE):
            before.append(draws.pick(ASIDES))
        elif draws.chance(_P_DETOUR):
            before.append(draws.pick([row for key, row in DETOURS.items() if key != frame.intent]))
        if draws.chance(_P_CLOSER):
            after.append(draws.pick(CLOSERS))
    return Utterance(
        frame, number, register, draws.below(_WORDINGS), chat, (tuple(before), tuple(after))
    )


def say(utterance: Utterance, lang: str, draws: Draws, *, held_out: bool = False) -> str:
    """The utterance in one language, in one of its wordings.

    ``held_out`` lets the wordings appear that training text never uses.
    """
    frame, register = utterance.frame, utterance.register
    wordings = frame.wordings[lang]
    if held_out and frame.held_out[lang] and draws.chance(_P_HELD_OUT):
        wordings = frame.held_out[lang]
    rows = frame.fill(utterance.number)
    wording = wordings[utterance.wording % len(wordings)]
    body = _grammar.expand(wording, lang, register, draws, rows)
    column = LANGUAGES.index(lang)
    before, after = (
        [_grammar.expand(row[column], lang, register, draws, {}) for row in side]
        for side in utterance.around
    )
    body = _grammar.finish(body, lang, register, draws, calm=utterance.chat)
    if after and body[-1] not in _ENDS:
        body += _grammar.full_stop(lang)
    text = _grammar.join([*before, body, *after], lang)
    if lang == "ko" and draws.chance(_P_LOST_SPACE):
        text = drop_spaces(text, draws)
    if lang == "en" and register == _grammar.CASUAL and draws.chance(_P_NO_CAPITALS):
        text = text[0].lower() + text[1:]
    return add_typo(text, lang, draws) if draws.chance(_P_TYPO) else text
