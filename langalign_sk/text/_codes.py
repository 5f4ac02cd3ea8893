"""Language codes, compared as BCP 47 says: "EN", "en_us" and "en-US" are all English."""

from __future__ import annotations

from collections.abc import Iterable


def normal_code(lang: str) -> str:
    """Write a code as BCP 47 recommends: "en_us" as "en-US", "ZH-hant" as "zh-Hant"."""
    first, *rest = lang.strip().replace("_", "-").split("-")
    styled = [
        part.upper() if len(part) == 2 else part.title() if len(part) == 4 else part.lower()
        for part in rest
    ]
    return "-".join([first.lower(), *styled])


def base_code(lang: str) -> str:
    """Language part of a code with region or script: "zh-TW" and "zh_Hant" are "zh"."""
    return normal_code(lang).split("-")[0]


def same_code(one: str | None, other: str | None) -> bool:
    """Tell whether two codes differ in their spelling at most."""
    if one is None or other is None:
        return one is other
    return normal_code(one) == normal_code(other)


def match_code(lang: str, declared: Iterable[str]) -> str | None:
    """Find the declared code that `lang` means; None where there is none, or no telling which.

    The same code goes first, however it is spelt, then the longest that `lang` begins with ("en"
    for "en-US"), then the only one of the same language that does not name another script.
    """
    known = list(declared)
    if lang in known:
        return lang
    wanted = normal_code(lang)
    alike = [code for code in known if normal_code(code) == wanted]
    if alike:
        return alike[0]
    alike = [code for code in known if _agree(wanted, normal_code(code))]
    shorter = [code for code in alike if f"{wanted}-".startswith(f"{normal_code(code)}-")]
    if shorter:
        return max(shorter, key=len)
    return alike[0] if len(alike) == 1 else None


def _agree(one: str, other: str) -> bool:
    """Tell whether two codes are of one language, and do not name two scripts."""
    scripts = {script for script in (_script(one), _script(other)) if script}
    return one.split("-")[0] == other.split("-")[0] and len(scripts) < 2


def _script(code: str) -> str:
    """Script that a code names, "" where it names none."""
    return next((part for part in code.split("-")[1:] if len(part) == 4 and part.isalpha()), "")
