"""Translation files hold markup and placeholders; sentences to embed hold neither."""

from __future__ import annotations

import html
import re

# Each pattern takes time in proportion to the text, whatever is in it: what repeats is possessive
# (``*+``), bounded, or can begin at one place only.
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
#: Tags that stand between words; all others may stand inside one.
_BREAKS = re.compile(r"<\s*+(?:/\s*+)?(?:br|p|div|li|ul|ol|tr|td|th|h[1-6])\b[^<>]*+>", re.I)
_TAGS = re.compile(r"</?[A-Za-z][^<>]*+>")
_PLACEHOLDERS = re.compile(
    r"""
    \$?\{\{?[\w\s.:\-]{0,60}\}?\}                     # {name}  {0}  {{name}}  ${name}
    | %\([\w.]++\)[sdifr]                             # %(name)s
    | %\{[\w.]++\}                                    # %{name}
    | %(?:\d++\$)?[\-+0\#]*+\d*+(?:\.\d++)?[sdiufxc@](?![A-Za-z])   # %s  %1$s  %.2f  %@
    """,
    re.VERBOSE,
)
#: Keys of menus: "&File", "파일(&F)".
_ACCELERATORS = re.compile(r"\(\s*+&\w\s*+\)|(?<!\S)&(?=\w)")
_BEFORE_A_STOP = re.compile(r"(?<!\s)\s++(?=[,.!?;:…)\]])")
_SPACES = re.compile(r"\s+")
#: No character has such a number, and Python refuses to read it.
_NUMBER_OF_NOTHING = re.compile(r"&#[0-9]{100,};?")


def plain_text(text: str) -> str:
    """Return the text without tags, entities, placeholders and menu keys, blanks made single.

    A placeholder becomes a blank, so that the words around it stay apart.
    """
    for _ in range(2):  # files hold "&amp;lt;b&amp;gt;" as often as "&lt;b&gt;"
        if "&" in text:
            text = html.unescape(_NUMBER_OF_NOTHING.sub("\ufffd", text))
    if "<" in text:
        text = _TAGS.sub("", _without_comments(_BREAKS.sub(" ", text)))
    if "{" in text or "%" in text:
        text = _BEFORE_A_STOP.sub("", _PLACEHOLDERS.sub(" ", text))
    if "&" in text:
        text = _ACCELERATORS.sub("", text)
    return _SPACES.sub(" ", text).strip()


def _without_comments(text: str) -> str:
    """Take out comments; one that never ends is text, and is not looked for again."""
    end = text.rfind("-->")
    return _COMMENT.sub("", text[: end + 3]) + text[end + 3 :] if end >= 0 else text
