"""Names that a customer understands, beside the technical ones."""

from __future__ import annotations

import re

#: English names of common languages; others go by their code.
_LANGUAGES = """
    ar Arabic, cs Czech, da Danish, de German, el Greek, en English, es Spanish, fi Finnish,
    fr French, he Hebrew, hi Hindi, hu Hungarian, id Indonesian, it Italian, ja Japanese, ko Korean,
    nb Norwegian, nl Dutch, no Norwegian, pl Polish, pt Portuguese, ro Romanian, ru Russian,
    sv Swedish, th Thai, tr Turkish, uk Ukrainian, vi Vietnamese, zh Chinese
"""
#: Name of a way as the comparison gives it → what it does; {s} and {t} are the two languages.
_WAYS = (
    (r"(?P<of>.+, )?no map, the (?P<lang>\S+) encoder for both", "The {lang} model reads both"),
    (r"(?P<of>.+, )?no map", "Nothing is moved"),
    (r"forward, .+", "{s} labels go to the {t} model"),
    (r"reverse, .+", "{t} texts go to the {s} model"),
    (r"round trip, .+", "{t} texts go to an {s} model that learned from texts sent there and back"),
    (
        r"(?P<of>.+, )?transfer classifier, the (?P<lang>\S+) encoder for both",
        "Two models in one, read by the {lang} model",
    ),
    (r"(?P<of>.+, )?transfer classifier", "Two models in one: texts go both ways"),
    (r"(?P<of>.+)-train", "Learns from translated texts"),
    (r"(?P<of>.+)-test", "Translates each text first"),
    (r"native, (?P<n>\d+) per class", "Learns from {n} {t} labels per class, nothing else"),
    (r"native", "Learns from {t} labels, nothing else"),
    (r"(?P<of>.+) \+ (?P<n>\d+) per class", "The advised way, and {n} {t} labels per class"),
)


def language(code: str) -> str:
    """Return the English name of a language."""
    return dict(name.split() for name in _LANGUAGES.split(",")).get(code.split("-")[0], code)


def plain(candidate: str, kind: str, source: str, target: str) -> str:
    """Say what a way does, in words of a customer; of what a user named, the name."""
    s, t = language(source), language(target)
    if kind == "given":
        return candidate
    for pattern, words in _WAYS:
        if (found := re.fullmatch(pattern, candidate, re.DOTALL)) is not None:
            parts = {key: value or "" for key, value in found.groupdict().items()}
            if "lang" in parts:
                parts["lang"] = language(parts["lang"])
            said = words.format(s=s, t=t, **parts)
            return _article(said)
    return candidate


def _article(said: str) -> str:
    """Write "a" before what does not begin with a vowel."""
    return re.sub(r"\ban (?=[^AEIOUaeiou])", "a ", said)
