"""Which text encoding a file is in: its mark, UTF-8, or what its characters look like."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from langalign_sk._io._read import fail

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_LOOKED_AT = 1 << 18  # bytes
#: Bytes that no text has: a picture, an archive, a program.
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
#: Letters, punctuation and currency among the upper half of the Western code pages.
_ALONE = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")
_BESIDE = re.compile(rb"(?<=[A-Za-z .,;:!?()\d])[\x80-\xff]|[\x80-\xff](?=[A-Za-z .,;:!?()\d])")


class _Legacy(NamedTuple):
    """An encoding from before Unicode, and the characters that half of its texts consist of."""

    name: str
    langs: tuple[str, ...]
    common: str
    usual: float = 0.4  # share of these among what is not ASCII


_KANA = "".join(map(chr, [*range(0x3041, 0x3094), *range(0x30A1, 0x30F7), 0x30FC]))
_MANY_BYTES = (
    _Legacy(
        "cp949",
        ("ko",),
        "이다는을가에고하의를지한로기도사은어자시있아서리나해대으그인게들보만일정수라전과제요안습니까상",
    ),
    _Legacy("cp932", ("ja",), _KANA),
    _Legacy("euc_jp", ("ja",), _KANA),
    _Legacy(
        "gb18030",
        ("zh",),
        "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发"
        "请问怎么吗没天好多看家去想帮什给订开电话查用成买钱最物送单",
    ),
    _Legacy(
        "big5",
        ("zh", "yue"),
        "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發"
        "請問怎麼嗎沒天好多看家去想幫什給訂開電話查用成買錢最物送單",
    ),
    _Legacy("cp1251", ("ru", "uk", "bg", "sr", "be", "mk"), "оеаинтсрвлкд", 0.7),
    _Legacy("cp1253", ("el",), "αοιετσνηυρπς", 0.7),
)
#: Western code pages differ in few letters, so that the language has to say which.
_ONE_BYTE = {
    "cp1254": ("tr", "az"),
    "cp1250": ("pl", "cs", "sk", "hu", "sl", "hr", "ro", "bs", "sq"),
    "cp1257": ("lt", "lv", "et"),
    "cp1258": ("vi",),
}
_USUAL = set(map(chr, [9, 10, 13, *range(32, 127), *range(0xC0, 0x180), *range(0x3000, 0x3003)]))
_ENOUGH = 0.5  # of the usual share


def find_encoding(path: Path, data: bytes, langs: Sequence[str] = ()) -> str:
    """Name the text encoding of a file.

    Parameters
    ----------
    path : path
        Named in errors.
    data : bytes
        Content of the file.
    langs : sequence of str
        Codes of languages that the texts may be in, which break ties.

    Returns
    -------
    str
        A name that Python knows.

    Raises
    ------
    ValueError
        No text, or no telling.

    Examples
    --------
    >>> from pathlib import Path
    >>> from langalign_sk._io._encodings import find_encoding
    >>> find_encoding(Path("a.txt"), "택배가 어디 있나요".encode("cp949"))
    'cp949'
    """
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    if marked is not None:
        return marked
    wide = _without_mark(data)
    if wide is not None:
        return wide
    if data.startswith(b"PK\x03\x04"):
        fail(path, None, "holds a workbook or an archive; give it its ending back, such as .xlsx")
    if _BINARY.search(data[:_LOOKED_AT]):
        line = data[: _BINARY.search(data).start()].count(b"\n") + 1  # type: ignore[union-attr]
        fail(path, line, "holds bytes that no text has; is this a file of texts?")
    try:
        data.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError as error:
        bad = error.start
    line = data[:bad].count(b"\n") + 1
    if _is_nearly_utf8(data):
        fail(path, line, "not utf-8, though the rest of the file is: write this line again")
    found = _by_look(data, langs)
    if found is None:
        fail(
            path,
            line,
            "not utf-8, nor another encoding that can be told; save it as UTF-8 (a spreadsheet "
            'calls it "CSV UTF-8")',
        )
    return found


def encoding_name(name: str) -> str:
    """Return what people call an encoding."""
    known = {"utf-8-sig": "UTF-8", "cp932": "Shift-JIS", "euc_jp": "EUC-JP", "big5": "Big5"}
    return known.get(name, name if name.startswith("cp") else name.upper())


def _without_mark(data: bytes) -> str | None:
    """Tell UTF-16 without its mark: with zero bytes, and common characters one way round."""
    if b"\x00" not in data or len(data) % 2:
        return None
    common = set().union(*(legacy.common for legacy in _MANY_BYTES)) | _USUAL
    shares = {}
    for name in ("utf-16-le", "utf-16-be"):
        text = _decodes(data, name) or ""
        if text and not _BINARY.search(text.encode("latin-1", "replace")):
            shares[name] = sum(map(common.__contains__, text)) / len(text)
    best = max(shares, key=shares.__getitem__, default=None)
    return best if best is not None and shares[best] >= _ENOUGH / 5 else None


def _is_nearly_utf8(data: bytes) -> bool:
    """Tell whether there is far more good UTF-8 than bad beyond ASCII."""
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    return sum(not char.isascii() for char in text) - bad >= 10 * bad


def _by_look(data: bytes, langs: Sequence[str]) -> str | None:
    """Return the encoding whose characters are the common ones of its language."""
    wanted = {lang.strip().lower().replace("_", "-").split("-")[0] for lang in langs}
    high = len(re.findall(rb"[\x80-\xff]", data))
    western = next((n for n, of in _ONE_BYTE.items() if wanted.intersection(of)), "cp1252")
    # In Western texts, letters with accents stand alone among others.
    alone = len(_ALONE.findall(data))
    if alone >= 0.7 * high and len(_BESIDE.findall(data)) >= 0.7 * high:
        for name in (western, "cp1252", "iso8859-15"):
            if _decodes(data, name) is not None:
                return name
    scores: dict[str, float] = {}
    for legacy in _MANY_BYTES:
        text = _decodes(data, legacy.name)
        if text is None:
            continue
        beyond = [char for char in text if char > "\x7f"]
        share = sum(map(set(legacy.common).__contains__, beyond)) / max(1, len(beyond))
        # A few words may have none of them, but the language is known.
        bonus = 2.0 if wanted.intersection(legacy.langs) else 1.0
        if bonus * share >= _ENOUGH * legacy.usual:
            scores[legacy.name] = bonus * share / legacy.usual
    return max(scores, key=scores.__getitem__) if scores else None


def _decodes(data: bytes, name: str) -> str | None:
    """Return the text that the bytes are in an encoding, if they are."""
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        return None
