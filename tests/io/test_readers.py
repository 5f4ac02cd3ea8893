import gzip
import json
import time
import tracemalloc

import pytest

from langalign_sk._io import (
    read_csv,
    read_jsonl,
    read_lines,
    read_po,
    read_tmx,
    read_tsv,
    read_xliff,
)

ROWS = [("Hello", "안녕"), ('He said "hi', '그는 "안녕'), ("line\u2028sep", "줄")]
TMX = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4"><header srclang="en"/><body>
<tu><tuv xml:lang="en-US"><seg>Press <bpt i="1">&lt;b&gt;</bpt>OK <hi>now </hi>please</seg></tuv>
    <tuv xml:lang="KO"><seg> 확인을 누르세요 </seg></tuv>
    <tuv xml:lang="ja"><seg>押す</seg></tuv></tu>
<tu><tuv xml:lang="en"><seg>Only English</seg></tuv></tu>
<tu><tuv lang="en"><seg>Old style</seg></tuv><tuv lang="ko"><seg>옛 방식</seg></tuv></tu>
</body></tmx>"""
XLIFF12 = """<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">
<file source-language="en" target-language="ko" original="a"><body>
<trans-unit id="1"><source>Open <g id="1">the </g>door<x id="2"/></source>
<target>문을 여세요</target>
<alt-trans><source>Open</source><target>열기</target></alt-trans></trans-unit>
<trans-unit id="2"><source>Untranslated</source></trans-unit>
<trans-unit id="3"><source>Empty</source><target/></trans-unit>
</body></file></xliff>"""
XLIFF20 = """<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.0"
 srcLang="en" trgLang="ja"><file id="f"><unit id="1">
<originalData><data id="d1">&lt;br/&gt;</data></originalData>
<segment><source>First<cp hex="0020"/><pc id="1">part</pc></source><target>最初</target></segment>
<ignorable><source> </source></ignorable>
<segment><source>Second</source><target>次</target></segment>
</unit></file></xliff>"""
PO = r"""# translators
#, fuzzy
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"

#: a.c:1
msgid "Line one\n"
"and \"two\""
msgstr "첫 줄\n둘째 줄"

msgctxt "menu"
msgid "File"
msgstr "파일"

#, fuzzy, c-format
msgid "Guess"
msgstr "추측"

msgid "Untranslated"
msgstr ""

msgid "%d file"
msgid_plural "%d files"
msgstr[0] "파일 %d개"

#, fuzzy
#~ msgid "Old"
#~ msgstr "옛것"

msgid "Last"
msgid_plural "Lasts"
msgstr[0] "eins"
msgstr[1] "viele"
"""


def write(tmp_path, name, content, encoding="utf-8"):
    path = tmp_path / name
    data = content if isinstance(content, bytes) else content.encode(encoding)
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


def pairs(columns):
    return list(zip(*columns.texts, strict=True))


@pytest.mark.parametrize("name", ["a.tsv", "a.tsv.gz"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_tsv(tmp_path, name, end):
    text = end.join(["id\ten\tko", *(f"{i}\t{s}\t{t}" for i, (s, t) in enumerate(ROWS))]) + end
    path = write(tmp_path, name, "\ufeff" + text)
    found = read_tsv(path, ["en", "ko"])
    assert pairs(found) == ROWS
    assert found.lines == [2, 3, 4]
    assert pairs(read_tsv(path, ["ko", "en"])) == [(t, s) for s, t in ROWS]
    assert pairs(read_tsv(path, [1, 2])) == [("en", "ko"), *ROWS]
    assert pairs(read_tsv(path, [1, 2], header=True)) == ROWS
    assert read_tsv(path, ["ko"]).texts == ([t for _, t in ROWS],)


def test_blank_lines_are_left_out_and_counted(tmp_path):
    found = read_tsv(write(tmp_path, "a.tsv", "a\tb\n\n \nc\td\n\n"), [0, 1])
    assert pairs(found) == [("a", "b"), ("c", "d")]
    assert found.lines == [1, 4]


def test_quoting_is_asked_for(tmp_path):
    path = write(tmp_path, "a.tsv", '"a ""b"""\t"c\td"\n')
    assert pairs(read_tsv(path, [0, 1], quoting=True)) == [('a "b"', "c\td")]
    assert read_tsv(path, [0, 2]).texts[1] == ['d"']


def test_csv(tmp_path):
    path = write(tmp_path, "a.csv", 'en,ko\n"two\nlines, quoted","둘"\nplain,하나\n')
    found = read_csv(path, ["en", "ko"])
    assert pairs(found) == [("two\nlines, quoted", "둘"), ("plain", "하나")]
    assert found.lines == [2, 4]
    path = write(tmp_path, "b.csv", "en;ko\na;b\n")
    assert pairs(read_csv(path, ["en", "ko"], delimiter=";")) == [("a", "b")]


def test_jsonl(tmp_path):
    rows = [json.dumps({"en": s, "ko": t, "score": 1}) for s, t in ROWS]
    found = read_jsonl(write(tmp_path, "a.jsonl.gz", "\n".join(rows)), ["en", "ko"])
    assert pairs(found) == ROWS
    assert found.lines == [1, 2, 3]


def test_lines(tmp_path):
    assert read_lines(write(tmp_path, "a.txt", "a\tb\n\nc")).texts == (["a\tb", "c"],)


def test_other_encodings(tmp_path):
    path = write(tmp_path, "a.tsv", "안녕\thello\n", "euc-kr")
    assert pairs(read_tsv(path, [0, 1], encoding="euc-kr")) == [("안녕", "hello")]
    path = write(tmp_path, "b.tsv", "안녕\thello\n", "utf-16")
    assert pairs(read_tsv(path, [0, 1], encoding="utf-16")) == [("안녕", "hello")]


@pytest.mark.parametrize("name", ["a.tmx", "a.tmx.gz"])
def test_tmx(tmp_path, name):
    path = write(tmp_path, name, TMX)
    found = read_tmx(path, "en", "ko")
    assert pairs(found) == [("Press OK now please", "확인을 누르세요"), ("Old style", "옛 방식")]
    assert found.lines == [4, 8]
    assert pairs(read_tmx(path, "ja", "EN-us")) == [("押す", "Press OK now please")]


def test_xliff(tmp_path):
    found = read_xliff(write(tmp_path, "a.xlf", XLIFF12))
    assert pairs(found.columns) == [("Open the door", "문을 여세요")]
    assert found.columns.lines == [3]
    assert found[1:] == ("en", "ko")
    found = read_xliff(write(tmp_path, "b.xlf", XLIFF20))
    assert pairs(found.columns) == [("First part", "最初"), ("Second", "次")]
    assert found[1:] == ("en", "ja")


def test_po(tmp_path):
    found = read_po(write(tmp_path, "a.po", PO))
    assert pairs(found) == [
        ('Line one\nand "two"', "첫 줄\n둘째 줄"),
        ("File", "파일"),
        ("%d files", "파일 %d개"),
        ("Last", "eins"),
        ("Lasts", "viele"),
    ]
    assert found.lines[:2] == [8, 13]


def bomb(kind):
    return f'<?xml version="1.0"?>\n<!DOCTYPE tmx [{kind}]>\n<tmx><tu/></tmx>'


def nested(depth):
    inner = "<g>" * depth + "deep" + "</g>" * depth
    unit = f"<trans-unit><source>{inner}</source>\n<target>깊다</target></trans-unit>"
    return f"<xliff>\n<file>\n{unit}</file></xliff>"


BAD = [
    ("empty.tsv", "", read_tsv, [0, 1], r"empty.tsv: the file is empty"),
    ("blank.jsonl", "\n \n", read_jsonl, ["a"], r"blank.jsonl: the file is empty"),
    ("head.tsv", "en\tko\n", read_tsv, ["en", "ko"], r"no rows below the header"),
    ("col.tsv", "en\tko\na\tb", read_tsv, ["en", "ja"], r"line 1: no column 'ja'.*'en', 'ko'"),
    ("col.csv", "a,a\n1,2", read_csv, ["a", 1], r"line 1: more than one column 'a'"),
    ("pos.csv", "a,b\n", read_csv, [0, 2], r"line 1: no column 2; there are 2 fields"),
    (
        "rag.tsv",
        "a\tb\n\nc\n",
        read_tsv,
        [0, 1],
        r"rag.tsv, line 3: 1 field, but 2 fields on line 1",
    ),
    ("rag2.csv", "a,b\nc,d,e\n", read_csv, ["a", "b"], r"line 2: 3 fields"),
    ("quo.csv", 'a,b\n"c,d\n', read_csv, ["a", "b"], r"quo.csv, line 2: not valid CSV"),
    ("enc.tsv", b"a\tb\n\xff\xfe\tc", read_tsv, [0, 1], r"line 2: not utf-8.*encoding="),
    ("bad.jsonl", '{"a": "b"}\n{"a"\n', read_jsonl, ["a"], r"bad.jsonl, line 2: not valid JSON"),
    ("arr.jsonl", "[1]\n", read_jsonl, ["a"], r"line 1: a JSON object is needed, got a list"),
    ("fld.jsonl", '{"a": "x"}\n', read_jsonl, ["b"], r"line 1: no field 'b'; the fields are 'a'"),
    ("num.jsonl", '{"a": 3}\n', read_jsonl, ["a"], r"line 1: field 'a' holds a int, not a text"),
    ("gz.tsv", b"\x1f\x8b\x08broken", read_tsv, [0], r"gz.tsv: damaged gzip file"),
    ("a.po", 'msgid "a"\nmsgstr "b\n', read_po, None, r"a.po, line 2: not a PO statement"),
    ("b.po", 'msgstr "b"\n', read_po, None, r"b.po, line 1: msgstr without a msgid"),
    ("c.po", 'msgid "a"\nmsgstr "b"\nmsgstr "c"', read_po, None, r"line 3: a second msgstr"),
    ("d.po", 'msgid "a"\nmsgstr ""', read_po, None, r"d.po: no translated messages"),
    ("a.xlf", "<xliff><file></xliff>", read_xliff, None, r"a.xlf, line 1: not well-formed"),
    ("b.xlf", "<xliff/>", read_xliff, None, r"b.xlf: no translated units"),
    ("c.xlf", bomb('<!ENTITY a "b">'), read_xliff, None, r"c.xlf, line 2: XML entities"),
    ("d.xlf", bomb('<!ENTITY a SYSTEM "/etc/passwd">'), read_xliff, None, r"line 2: XML entities"),
    (
        "e.xlf",
        '<!DOCTYPE x SYSTEM "x.dtd">\n<x><segment>&own;</segment></x>',
        read_xliff,
        None,
        r"e.xlf, line 2: XML entities",
    ),
    ("g.xlf", nested(100_000), read_xliff, None, r"g.xlf, line 3: .*200 deep.*LANGALIGN_MAX_DEPTH"),
    ("h.xlf", "<a>" * 500, read_xliff, None, r"h.xlf, line 1: .*200 deep"),
    (
        "i.xlf",
        XLIFF20.replace('hex="0020"', 'hex="110000"'),
        read_xliff,
        None,
        r"i.xlf, line 4: hex='110000' is the number of no character",
    ),
    ("j.xlf", XLIFF20.replace('hex="0020"', 'hex="zz"'), read_xliff, None, r"line 4: hex='zz'"),
    ("nest.jsonl", '{"a": "b"}\n' + "[" * 200_000, read_jsonl, ["a"], r"line 2: JSON that is too"),
    (
        "int.jsonl",
        '{"a": ' + "1" * 5000 + "}",
        read_jsonl,
        ["a"],
        r"line 1: JSON that is too large",
    ),
    (
        "field.csv",
        "a,b\nc," + "d" * 140_000,
        read_csv,
        ["a", "b"],
        r"field.csv, line 2: .*131072.*csv.field_size_limit",
    ),
    (
        "f.xlf",
        XLIFF12.replace("</file>", "</file>\n<file source-language='de'><trans-unit/></file>"),
        read_xliff,
        None,
        r"line 9: .*different languages",
    ),
]


@pytest.mark.parametrize(("name", "content", "read", "columns", "message"), BAD)
def test_errors_name_file_and_line(tmp_path, name, content, read, columns, message):
    path = write(tmp_path, name, content)
    with pytest.raises(ValueError, match=message):
        read(path) if columns is None else read(path, columns)


@pytest.mark.parametrize("name", ["a.tsv", "a.jsonl", "a.txt", "a.po", "a.xlf"])
def test_lines_without_end_are_refused(tmp_path, monkeypatch, name):
    long = "x" * 2000
    content, read, line = {
        "a.tsv": (f"a\tb\n{long}\tc\n", lambda path: read_tsv(path, [0]), 2),
        "a.jsonl": (f'{{"a": "{long}"}}', lambda path: read_jsonl(path, ["a"]), 1),
        "a.txt": (f"a\n\n{long}\nb", read_lines, 3),
        "a.po": (f'msgid "a"\nmsgstr "{long}"', read_po, 2),
        "a.xlf": (XLIFF12.replace("Open ", long), read_xliff, 3),
    }[name]
    path = write(tmp_path, name, content)
    read(path)
    monkeypatch.setenv("LANGALIGN_MAX_LINE", "1500")
    with pytest.raises(ValueError, match=rf"{name}, line {line}: more than 1,500 .*MAX_LINE=N"):
        read(path)
    monkeypatch.setenv("LANGALIGN_MAX_LINE", "many")
    with pytest.raises(ValueError, match="LANGALIGN_MAX_LINE must be a whole number, got 'many'"):
        read(path)


def test_a_gzip_bomb_is_let_off_early(tmp_path, monkeypatch):
    path = write(tmp_path, "bomb.tsv.gz", b"a\tb\n" * 10**6)
    assert path.stat().st_size < 10**4
    monkeypatch.setenv("LANGALIGN_MAX_UNPACKED", str(10**5))
    tracemalloc.start()
    with pytest.raises(ValueError, match=r"bomb.tsv.gz: unpacks to more than 100,000 bytes.*=N"):
        read_tsv(path, [0, 1])
    assert tracemalloc.get_traced_memory()[1] < 10**6
    tracemalloc.stop()
    monkeypatch.setenv("LANGALIGN_MAX_UNPACKED", str(4 * 10**6))
    assert len(read_tsv(path, [0]).lines) == 10**6


def test_depth_can_be_allowed(tmp_path, monkeypatch):
    path = write(tmp_path, "deep.xlf", nested(5000))
    monkeypatch.setenv("LANGALIGN_MAX_DEPTH", "6000")
    assert pairs(read_xliff(path).columns) == [("deep", "깊다")]


@pytest.mark.parametrize("encoding", ["euc-kr", "cp949", "gb18030", "utf-16", "iso-8859-1"])
def test_xml_in_the_encoding_that_it_names(tmp_path, encoding):
    korean = "cafe" if encoding == "iso-8859-1" else "안녕"
    text = TMX.replace("UTF-8", encoding).replace(" 확인을 누르세요 ", korean)
    text = text.replace("押す", "x").replace("옛 방식", "x")
    found = read_tmx(write(tmp_path, "a.tmx", text, encoding), "en", "ko")
    assert found.texts[1] == [korean, "x"]


def test_attributes_of_the_root_are_not_copied_for_every_unit(tmp_path):
    many = " ".join(f'a{i}="x"' for i in range(2000))
    units = "<trans-unit><source>a</source><target>b</target></trans-unit>" * 2000
    path = write(
        tmp_path, "a.xlf", f'<xliff {many}><file source-language="en">{units}</file></xliff>'
    )
    start = time.thread_time()
    assert len(read_xliff(path).columns.lines) == 2000
    assert time.thread_time() - start < 0.5


def test_a_message_over_many_lines_is_joined_once(tmp_path):
    path = write(tmp_path, "a.po", 'msgid "a"\nmsgstr ""\n' + '"0123456789"\n' * 100_000)
    start = time.thread_time()
    assert len(read_po(path).texts[1][0]) == 1_000_000
    assert time.thread_time() - start < 5


def test_a_language_that_is_not_there(tmp_path):
    with pytest.raises(ValueError, match=r"no unit has both 'en' and 'zh'; .* en, en-us, ja, ko"):
        read_tmx(write(tmp_path, "a.tmx", TMX), "en", "zh")


def test_wrong_arguments(tmp_path):
    path = write(tmp_path, "a.tsv", "a\tb\n")
    with pytest.raises(ValueError, match="header=False"):
        read_tsv(path, ["a", "b"], header=False)
    with pytest.raises(TypeError, match="a name or a position"):
        read_tsv(path, [True, 1])
    with pytest.raises(ValueError, match="encoding='utf-9'"):
        read_tsv(path, [0, 1], encoding="utf-9")
    with pytest.raises(FileNotFoundError):
        read_tsv(tmp_path / "none.tsv", [0, 1])


def test_errors_quote_little_of_a_text(tmp_path):
    secret = "the patient's name is in this very long line of text"
    path = write(tmp_path, "a.tsv", f"{secret}\tb\n")
    with pytest.raises(ValueError, match="no column") as error:
        read_tsv(path, ["en", "ko"])
    assert secret[:41] not in str(error.value)
