"""Korean particles, chosen by the sound a word ends in."""

from __future__ import annotations

import re

# After a final consonant, after a vowel. (으)로 treats a final ㄹ as a vowel.
_FORMS = (
    ("은", "는"),
    ("이", "가"),
    ("을", "를"),
    ("과", "와"),
    ("으로", "로"),
    ("이나", "나"),
    ("이랑", "랑"),
    ("이라", "라"),
    ("이에요", "예요"),
    ("이었", "였"),
    ("이어", "여"),
    ("이야", "야"),
)
_PARTICLES = {form: pair for pair in reversed(_FORMS) for form in pair}

_RIEUL = 8  # the number of ㄹ among the final consonants
# Digits read the Sino-Korean way and the letters whose names end in a consonant, by that final.
_DIGIT_FINALS = {"0": 21, "1": 8, "3": 16, "6": 1, "7": 8, "8": 8}
_LETTER_FINALS = {"l": 8, "m": 16, "n": 4, "r": 8}
_MARKED = re.compile("(.*?)~(" + "|".join(sorted(_PARTICLES, key=len, reverse=True)) + ")", re.S)


def final_consonant(word: str) -> int:
    """Index of the final consonant (0: none) of the last letter or digit, past brackets."""
    for char in reversed(word):
        if "가" <= char <= "힣":
            return (ord(char) - ord("가")) % 28
        if char.isdigit():
            return _DIGIT_FINALS.get(char, 0)
        if char.isalpha():
            return _LETTER_FINALS.get(char.lower(), 0)
    return 0


def particle(word: str, form: str) -> str:
    """Form of a particle that follows ``word``.

    Parameters
    ----------
    word : str
        The word before it. Digits are read the Sino-Korean way, Latin letters by their names.
    form : str
        Either form of the particle: ``"은"`` or ``"는"``, ``"으로"`` or ``"로"``, ...

    Returns
    -------
    str
        The form that is right after ``word``.

    Examples
    --------
    >>> [noun + particle(noun, "을") for noun in ("가방", "셔츠")]
    ['가방을', '셔츠를']
    >>> [noun + particle(noun, "으로") for noun in ("부산", "서울", "대구")]
    ['부산으로', '서울로', '대구로']
    """
    if form not in _PARTICLES:
        raise ValueError(f"no particle {form!r}; choose one of {sorted(_PARTICLES)}")
    closed, open_ = _PARTICLES[form]
    final = final_consonant(word)
    if closed == "으로" and final == _RIEUL:
        return open_
    return closed if final else open_


def attach_particles(text: str) -> str:
    """``text`` with every ``~particle`` replaced by the form that fits the word before it.

    Examples
    --------
    >>> attach_particles("가방~을 대구~으로 보내 주세요")
    '가방을 대구로 보내 주세요'
    """
    return _MARKED.sub(lambda m: m[1] + particle(m[1], m[2]), text)
