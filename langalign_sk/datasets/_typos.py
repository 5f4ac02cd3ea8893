"""Slips of the finger: one per text, of the kind each script invites."""

from __future__ import annotations

from collections.abc import Callable

from langalign_sk.datasets._draws import Draws

# Neighbours and sound-alikes among the 21 Korean vowels, by their index in a syllable block.
_VOWEL_SLIPS = {0: 4, 1: 5, 4: 8, 5: 1, 8: 4, 10: 11, 11: 10, 13: 18, 18: 20, 20: 18}
_KANA_SLIPS = dict(
    zip("はをずづいえおじぢうカガサザタダ", "わおづずえいをぢじおガカザサダタ", strict=True)
)
_HANZI_SLIPS = dict(
    zip(
        "的得在再已做帐账那哪订退货快买卖到请码号",
        "得的再在己作账帐哪那定腿或块卖买道清马好",
        strict=True,
    )
)


def add_typo(text: str, lang: str, draws: Draws) -> str:
    """``text`` with one slip; unchanged where the slip finds no place."""
    return _SLIPS[lang](text, draws)


def drop_spaces(text: str, draws: Draws) -> str:
    """``text`` without one of its spaces, as Korean is often typed."""
    return _drop_one(text, [i for i, char in enumerate(text) if char == " "], draws)


def _drop_one(text: str, places: list[int], draws: Draws) -> str:
    """``text`` without the character at one of the places."""
    if not places:
        return text
    i = draws.pick(places)
    return text[:i] + text[i + 1 :]


def _replace_one(text: str, places: list[int], new: Callable[[str], str], draws: Draws) -> str:
    """``text`` with the character at one of the places replaced."""
    if not places:
        return text
    i = draws.pick(places)
    return text[:i] + new(text[i]) + text[i + 1 :]


def _english(text: str, draws: Draws) -> str:
    """A letter inside a word is lost or changes places with the next."""
    places = [i for i in range(1, len(text) - 1) if all(c.isalpha() for c in text[i - 1 : i + 2])]
    if not places or draws.chance(0.5):
        return _drop_one(text, places, draws)
    i = draws.pick(places)
    return text[:i] + text[i + 1] + text[i] + text[i + 2 :]


def _korean(text: str, draws: Draws) -> str:
    """A vowel is mistyped or a final consonant lost."""
    places = [i for i, char in enumerate(text) if "가" <= char <= "힣"]
    return _replace_one(text, places, lambda char: _mistype(char, draws.chance(0.5)), draws)


def _mistype(syllable: str, vowel: bool) -> str:
    """A Korean syllable with another vowel, or without its final consonant."""
    head, final = divmod(ord(syllable) - ord("가"), 28)
    if final and not vowel:
        final = 0
    else:
        lead, middle = divmod(head, 21)
        head = lead * 21 + _VOWEL_SLIPS.get(middle, middle)
    return chr(ord("가") + head * 28 + final)


def _japanese(text: str, draws: Draws) -> str:
    """A kana becomes its sound-alike or is lost."""
    places = [i for i, char in enumerate(text) if char in _KANA_SLIPS]
    if draws.chance(0.6):
        return _replace_one(text, places, _KANA_SLIPS.__getitem__, draws)
    return _drop_one(text, [i for i, char in enumerate(text) if char in "をはがのっー"], draws)


def _chinese(text: str, draws: Draws) -> str:
    """A character becomes a sound-alike, or a particle is lost."""
    places = [i for i, char in enumerate(text) if char in _HANZI_SLIPS]
    if draws.chance(0.6):
        return _replace_one(text, places, _HANZI_SLIPS.__getitem__, draws)
    return _drop_one(text, [i for i, char in enumerate(text) if char in "的了我在"], draws)


_SLIPS = {"en": _english, "ko": _korean, "ja": _japanese, "zh": _chinese}
