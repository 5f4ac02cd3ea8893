"""What both pages are made with: templates, styles, and text that cannot become markup."""

from __future__ import annotations

import base64
import hashlib
import html
import os
import re
from collections.abc import Mapping
from importlib import resources
from typing import TYPE_CHECKING, Any

from langalign_sk._io import atomic_file
from langalign_sk._version import __version__

if TYPE_CHECKING:
    from jinja2 import Environment

#: What has no place in a document: control characters, and halves of characters, which cannot
#: even be written as UTF-8.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
#: Where the parts of all pages lie.
_ROOM = "langalign_sk.report"
#: How high a page stands in a notebook before it scrolls.
_FRAME = 720


def write_page(path: str | os.PathLike[str], page: str) -> None:
    """Write a page; it appears whole or not at all."""
    with atomic_file(path) as file:
        file.write(page.encode("utf-8"))


def filled(template: str, context: Mapping[str, Any], room: str = _ROOM) -> str:
    """Return a page with everything it needs inside; `room` is where its template lies."""
    style, script = asset("page.css"), asset("page.js")
    own = {
        "version": __version__,
        "style": style,
        "style_hash": _digest(style),
        "script": script,
        "script_hash": _digest(script),
    }
    return environment(room).get_template(template).render({**own, **context})


def framed(page: str, title: str) -> str:
    """Return a page in a frame of its own, for a notebook: no style of one reaches the other."""
    # It runs its script and saves tables, but is of no origin: it reads nothing of the notebook.
    return (
        f'<iframe title="{html.escape(title)}" srcdoc="{html.escape(page)}" '
        f'sandbox="allow-scripts allow-downloads" loading="lazy" '
        f'style="width: 100%; height: {_FRAME}px; border: 1px solid #8886; border-radius: 8px">'
        "</iframe>"
    )


def environment(room: str = _ROOM) -> Environment:
    """Return what templates run in: all that they print is made writable and escaped."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    made = Environment(
        autoescape=True,
        finalize=_writable,
        loader=FunctionLoader(lambda name: asset(name, room)),
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    made.filters |= {
        "count": "{:,.0f}".format,
        "cut": _cut,
        "gain": lambda share: f"{100 * share:+.1f}",
        "one": "{:.1f}".format,
        "percent": "{:.0%}".format,
        "points": lambda share: f"{100 * share:.1f}",
        "size": lambda n: f"{n / 1e6:,.1f}\u00a0MB" if n >= 1e6 else f"{n / 1e3:,.0f} kB",
        "two": "{:.2f}".format,
    }
    return made


def asset(name: str, room: str = _ROOM) -> str:
    """Return a file of the page, out of the package; what a room does not have is this one's."""
    own = resources.files(room).joinpath(name)
    found = own if own.is_file() else resources.files(_ROOM).joinpath(name)
    return found.read_text(encoding="utf-8")


def _writable(value: Any) -> Any:
    """Replace what has no place in a document; what is markup already stays."""
    return value if hasattr(value, "__html__") else _UNWRITABLE.sub("\ufffd", str(value))


def _cut(value: object, longest: int) -> str:
    """Cut a text where it is too long."""
    text = str(value)
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _digest(text: str) -> str:
    """Return what a content security policy knows a style or a script by."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
