"""Translation memories (TMX) and XLIFF documents."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from langalign_sk._io._read import Columns, check_length, decode, fail, limit, read_bytes

# Elements whose content is code of the original document, not text.
_CODE = {"bpt", "ept", "ph", "it", "ut"}
_LANGUAGES = {"srcLang", "trgLang", "source-language", "target-language"}
_CHUNK = 2**20
_DEEPEST = 200  # elements within each other; translation files have about ten
#: What expat cannot read: encodings of several bytes a character, other than Unicode's.
_MULTIBYTE = re.compile(
    rb"""(?:\xef\xbb\xbf)?<\?xml\s[^>]{0,100}?\bencoding\s*=\s*["']"""
    rb"""(euc[-_][jk][pr]|cp9\d\d|ks_c_5601-1987|shift[-_]jis|gb\w{1,9}|big5)["']""",
    re.IGNORECASE,
)


class XliffColumns(NamedTuple):
    """Texts of an XLIFF document, with the languages it names."""

    columns: Columns
    source_lang: str | None
    target_lang: str | None


class _Found(NamedTuple):
    """One finished element, the line it begins on, and the languages named around it."""

    line: int
    element: Element
    around: dict[str, str]


def read_tmx(path: str | os.PathLike[str], source: str, target: str) -> Columns:
    """Read the units of a TMX file that have both languages.

    Parameters
    ----------
    path : path
        Plain or gzip-compressed.
    source, target : str
        Language codes as in ``xml:lang``, in any case; "en" also takes "en-US" where no variant
        is called just "en".
    """
    path = Path(path)
    sides: tuple[list[str], list[str]] = ([], [])
    lines: list[int] = []
    seen: set[str] = set()
    for line, unit, _ in _elements(path, {"tu"}):
        variants: dict[str, str] = {}
        for variant in unit.iterfind("tuv"):
            segment = variant.find("seg")
            if segment is not None:
                variants.setdefault(variant.get("lang", "").lower(), _text(segment))
        seen.update(variants)
        texts = [_variant(variants, lang) for lang in (source, target)]
        if all(texts):
            for side, text in zip(sides, texts, strict=True):
                side.append(text)
            lines.append(line)
    if not lines:
        found = ", ".join(sorted(seen)) or "none"
        fail(path, None, f"no unit has both {source!r} and {target!r}; the languages are {found}")
    return Columns(sides, lines)


def read_xliff(path: str | os.PathLike[str]) -> XliffColumns:
    """Read the translated units of an XLIFF 1.2, 2.0 or 2.1 document."""
    path = Path(path)
    sides: tuple[list[str], list[str]] = ([], [])
    lines: list[int] = []
    langs: set[tuple[str | None, str | None]] = set()
    for line, unit, around in _elements(path, {"trans-unit", "segment"}):
        langs.add(
            (
                around.get("srcLang", around.get("source-language")),
                around.get("trgLang", around.get("target-language")),
            )
        )
        if len(langs) > 1:
            fail(path, line, "the files in this document are in different languages; split it")
        # Children only: proposals (alt-trans) have a source and a target of their own.
        texts = ["" if (e := unit.find(tag)) is None else _text(e) for tag in ("source", "target")]
        if all(texts):
            for side, text in zip(sides, texts, strict=True):
                side.append(text)
            lines.append(line)
    if not lines:
        fail(path, None, "no translated units (a source and a target that is not empty)")
    return XliffColumns(Columns(sides, lines), *langs.pop())


def _variant(variants: dict[str, str], lang: str) -> str:
    """Text in a language, or in the first regional variant of it; empty where there is none."""
    lang = lang.lower()
    if lang in variants:
        return variants[lang]
    return next((text for code, text in variants.items() if code.startswith(f"{lang}-")), "")


def _text(element: Element) -> str:
    """Text of a segment without the codes inside it and the blanks around it."""
    return _inner(element).strip()


def _inner(element: Element) -> str:
    """Text of an element without the codes inside it."""
    parts: list[str] = []
    left: list[Element | str | None] = [element]
    while left:
        item = left.pop()
        if not isinstance(item, Element):
            parts.append(item or "")
            continue
        parts.append(item.text or "")
        for child in reversed(item):
            left.append(child.tail)
            if child.tag not in _CODE:
                left.append(child)
    return "".join(parts)


def _elements(path: Path, tags: set[str]) -> Iterator[_Found]:
    """Elements of the given names, one at a time; the rest of the document is not kept.

    Names come without their namespace. Entities beyond those of XML itself are refused: one can
    grow to any size or name a file, and these formats have no use for them.
    """
    _, data = read_bytes(path)
    legacy = _MULTIBYTE.match(data)
    if legacy is not None:
        hint = "its first line says that it is: write there what it is in, or save it as UTF-8"
        data = decode(path, data, legacy[1].decode(), hint).encode()
    parser = expat.ParserCreate("utf-8" if legacy else None, namespace_separator="}")
    parser.buffer_text = True
    deepest = limit("DEPTH", _DEEPEST)
    done: list[_Found] = []
    around: list[dict[str, str]] = []
    builder: TreeBuilder | None = None
    depth = begins = length = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal builder, depth, begins, length
        tag = tag.rpartition("}")[2]
        attributes = {name.rpartition("}")[2]: value for name, value in attributes.items()}
        if len(around) + depth >= deepest:
            problem = f"elements more than {deepest} deep in each other; LANGALIGN_MAX_DEPTH=N "
            fail(path, parser.CurrentLineNumber, problem + "in the environment lets more in")
        if builder is None and tag in tags:
            builder, depth, begins, length = TreeBuilder(), 0, parser.CurrentLineNumber, 0
        if builder is None:
            around.append({name: attributes[name] for name in _LANGUAGES & attributes.keys()})
            return
        depth += 1
        builder.start(tag, attributes)
        if tag == "cp":  # a character that XML cannot hold
            builder.data(_character(path, parser.CurrentLineNumber, attributes.get("hex", "20")))

    def end(tag: str) -> None:
        nonlocal builder, depth
        if builder is None:
            around.pop()
            return
        builder.end(tag.rpartition("}")[2])
        depth -= 1
        if depth == 0:
            check_length(path, begins, length)
            context = {name: value for outer in around for name, value in outer.items()}
            done.append(_Found(begins, builder.close(), context))
            builder = None

    def text(content: str) -> None:
        nonlocal length
        if builder is not None:
            builder.data(content)
            length += len(content)

    def refuse(*_: object) -> NoReturn:
        fail(path, parser.CurrentLineNumber, "XML entities of its own are not accepted")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.EntityDeclHandler = parser.SkippedEntityHandler = refuse
    try:
        for position in range(0, max(1, len(data)), _CHUNK):
            last = position + _CHUNK >= len(data)
            parser.Parse(data[position : position + _CHUNK], last)
            yield from done
            done.clear()
    except expat.ExpatError as error:
        problem = expat.ErrorString(error.code)
        fail(path, error.lineno, f"not well-formed XML ({problem})")


def _character(path: Path, line: int, code: str) -> str:
    """Character by its number in hexadecimal."""
    try:
        return chr(int(code, 16))
    except (ValueError, OverflowError):
        fail(path, line, f"hex={code[:20]!r} is the number of no character")
