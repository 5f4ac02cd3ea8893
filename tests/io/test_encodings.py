"""Which text encoding a file is in, from its bytes."""

from pathlib import Path

import pytest

from langalign_sk._io._encodings import encoding_name, find_encoding
from langalign_sk.datasets import load_demo

FILE = Path("a.txt")
TEXTS = {
    "de": "Ich möchte mein Geld zurück.\nWo ist das Päckchen? „Größe“ für 5 €",
    "fr": "Où est mon colis ?\nje veux être remboursé, s’il vous plaît",
    "tr": "Siparişimi iptal etmek istiyorum, çok teşekkürler\nKargom nerede kaldı",
    "ru": "Где моя посылка? Хочу вернуть деньги.\nСпасибо большое",
}
LEGACY = [
    ("ko", "cp949"),
    ("ja", "cp932"),
    ("ja", "euc_jp"),
    ("zh", "gb18030"),
    ("de", "cp1252"),
    ("fr", "cp1252"),
    ("tr", "cp1254"),
    ("ru", "cp1251"),
]


def text_in(lang):
    if lang in TEXTS:
        return TEXTS[lang]
    return "\n".join(load_demo(lang, n_pairs=40, n_train=9, n_test=1, n_unlabeled=1).pairs.target)


@pytest.mark.parametrize(("lang", "name"), LEGACY)
def test_encodings_of_before_unicode(lang, name):
    lines = text_in(lang).split("\n")
    for start in range(0, len(lines) - 1, 5):
        data = "\n".join(lines[start : start + 5]).encode(name, "ignore")
        assert find_encoding(FILE, data, ("en", lang)) == name
        if lang != "tr":  # which differs from other Western languages in six letters
            assert find_encoding(FILE, data) == name


@pytest.mark.parametrize("lang", ["ko", "ja", "zh", "de", "ru"])
@pytest.mark.parametrize(
    "name", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_unicode_with_and_without_a_mark(lang, name):
    data = f"text\tlabel\n{text_in(lang)}".encode(name)
    found = find_encoding(FILE, data)
    assert data.decode(found).removeprefix("\ufeff") == data.decode(name).removeprefix("\ufeff")


def test_ascii_is_utf8():
    assert find_encoding(FILE, b"plain\ttext\n") == "utf-8"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\x89PNG\r\n\x1a\n\0\1\2", "line 2: holds bytes that no text has"),
        (b"PK\x03\x04\x14\0", "holds a workbook or an archive"),
        ("환불\n".encode() * 20 + b"a\xff\n", "line 21: not utf-8, though the rest of the file is"),
        (b"a\n\xff\xfd\xfb\x81\x8d\x8f\x90\x9d\n", "line 2: not utf-8, nor another encoding"),
    ],
)
def test_what_is_no_text(data, message):
    with pytest.raises(ValueError, match=message):
        find_encoding(FILE, data)


def test_names_are_those_that_people_use():
    names = [encoding_name(name) for name in ("cp949", "cp932", "gb18030", "utf-16-le", "big5")]
    assert names == ["cp949", "Shift-JIS", "GB18030", "UTF-16-LE", "Big5"]
