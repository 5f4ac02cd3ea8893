"""Translation files hold markup and placeholders; sentences to embed hold neither."""

from __future__ import annotations

import html
import re

#: Tags that stand between words; all others may stand inside one.
_BREAKS = re.compile(r"<\s*/?\s*(?:br|p|div|li|ul|ol|tr|td|th|h[1-6])\b[^<>]*>", re.IGNORECASE)
_TAGS = re.compile(r"<!--.*?-->|</?[A-Za-z][^<>]*>", re.DOTALL)
_PLACEHOLDERS = re.compile(
    r"""
    \$?\{\{?[\w\s.:\-]{0,60}\}?\}                     # {name}  {0}  {{name}}  ${name}
    | %\([\w.]+\)[sdifr]                              # %(name)s
    | %\{[\w.]+\}                                     # %{name}
    | %(?:\d+\$)?[\-+0\#]*\d*(?:\.\d+)?[sdiufxc@](?![A-Za-z])   # %s  %1$s  %.2f  %@
    """,
    re.VERBOSE,
)
#: Keys of menus: "&File", "파일(&F)".
_ACCELERATORS = re.compile(r"\(\s*&\w\s*\)|(?<!\S)&(?=\w)")
_BEFORE_A_STOP = re.compile(r"\s+(?=[,.!?;:…)\]])")
_SPACES = re.compile(r"\s+")


def plain_text(text: str) -> str:
    """Return the text without tags, entities, placeholders and menu keys, blanks made single.

    A placeholder becomes a blank, so that the words around it stay apart.
    """
    # Entities twice: files hold "&amp;lt;b&amp;gt;" as often as "&lt;b&gt;".
    text = html.unescape(html.unescape(text)) if "&" in text else text
    if "<" in text:
        text = _TAGS.sub("", _BREAKS.sub(" ", text))
    if "{" in text or "%" in text:
        text = _BEFORE_A_STOP.sub("", _PLACEHOLDERS.sub(" ", text))
    if "&" in text:
        text = _ACCELERATORS.sub("", text)
    return _SPACES.sub(" ", text).strip()
