"""Files as people have them, given to the commands: read as they are, or one clear sentence."""

import csv
import io
import re
import sys
import zipfile

import numpy as np
import pytest

from langalign_sk.cli import main
from langalign_sk.datasets import load_demo
from tests.text.test_learned import ENGLISH, ITALIAN

pytestmark = pytest.mark.filterwarnings("ignore::langalign_sk.maps.FewPairsWarning")

openpyxl = pytest.importorskip("openpyxl")
pytest.importorskip("python_calamine")

NGRAM = ["--encoder", "en=ngram", "--encoder", "ko=ngram"]
ITALIAN_NGRAM = ["--encoder", "en=ngram", "--encoder", "it=ngram"]
#: What only Python knows, and no message of a command may name.
PYTHON = re.compile(
    r"\b(lang_column|default_language|detect|encoding|column|lang|languages|quoting|header|api_key"
    r"(_env)?|token_env|model|missing|cv|field_size_limit)=|\bcv\b|np\.str_|Traceback|X_target|"
    r"y_target|\bEmbeddingExtractor\b|ParallelCorpus\("
)


def said(capsys, *args):
    """Run a command; return its exit code, its output and what it says."""
    capsys.readouterr()
    try:
        code = main([str(part) for part in args])
    except SystemExit as leave:  # of argparse
        code = leave.code
    out, err = capsys.readouterr()
    return code, out, err


def table(*columns, delimiter=",", head=None, end="\r\n"):
    """A table as a spreadsheet writes it."""
    file = io.StringIO()
    rows = csv.writer(file, delimiter=delimiter, lineterminator=end)
    if head:
        rows.writerow(head)
    rows.writerows(zip(*columns, strict=True))
    return file.getvalue()


def workbook(path, **sheets):
    """A workbook with rows by the names of sheets."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


@pytest.fixture(scope="module")
def demo():
    return load_demo("ko", n_train=120, n_test=60, n_pairs=240, n_unlabeled=60, random_state=0)


@pytest.fixture(scope="module")
def shop(demo, tmp_path_factory):
    """A folder of files that are as they should be."""
    folder = tmp_path_factory.mktemp("shop")
    labels = [str(label) for label in demo.train_labels]
    write = {
        "en.tsv": table(demo.train_texts, labels, delimiter="\t", head=("text", "label")),
        "ko.tsv": table(demo.test_texts, demo.test_labels, delimiter="\t", head=("text", "label")),
        "pairs.csv": table(demo.pairs.source, demo.pairs.target, head=("en", "ko")),
        "ko.txt": "\n".join(demo.unlabeled_target.rows) + "\n",
    }
    for name, content in write.items():
        (folder / name).write_text(content, encoding="utf-8", newline="")
    return folder


@pytest.fixture(scope="module")
def italian(tmp_path_factory):
    folder = tmp_path_factory.mktemp("italian")
    labels = [text.rsplit(" ", 1)[-1] for text in ENGLISH]
    (folder / "en.csv").write_text(table(ENGLISH, labels, head=("text", "label")))
    (folder / "it.csv").write_text(table(ITALIAN, labels, head=("testo", "etichetta")))
    (folder / "pairs.csv").write_text(table(ENGLISH, ITALIAN, head=("Inglese", "Italiano")))
    return folder


def test_the_files_of_a_shop_and_its_agency(demo, tmp_path, capsys):
    labels = [str(label) for label in demo.train_labels]
    tickets = [
        ["Customer text", "category"],
        *map(list, zip(demo.train_texts, labels, strict=True)),
    ]
    tickets.insert(5, ["4.7", None])
    tickets.insert(9, [None, labels[0]])
    tickets.append([demo.train_texts[0], labels[0].upper() + " "])
    workbook(tmp_path / "tickets.xlsx", About=[["made in May"]], Tickets=tickets)
    english, korean = list(demo.pairs.source), list(demo.pairs.target)
    units = "".join(
        f'<tu><tuv xml:lang="en-US"><seg>{s}</seg></tuv>'
        f'<tuv xml:lang="ko-KR"><seg>{t}</seg></tuv></tu>'
        for s, t in zip(english[:100], korean[:100], strict=True)
    )
    (tmp_path / "agency.tmx").write_text(f"<tmx><body>{units}</body></tmx>", encoding="utf-8")
    more = table(english[90:180], korean[90:180], delimiter=";", head=("English", "Korean"))
    (tmp_path / "more.csv").write_bytes(more.encode("cp949", "ignore"))
    old = [["원문", "번역"], *map(list, zip(english[180:], korean[180:], strict=True))]
    workbook(tmp_path / "old.xlsx", Sheet1=old)
    test = table(demo.test_texts, demo.test_labels, head=("문장", "라벨"), delimiter="\t")
    (tmp_path / "test.txt").write_bytes(test.encode("utf-16"))
    chat = [*demo.unlabeled_target.rows, "4.7", "👍", "", "환불 plz"]
    (tmp_path / "chat.txt").write_text("\n".join(chat), encoding="utf-8")
    given = ["--train", tmp_path / "tickets.xlsx", "--pairs", tmp_path / "agency.tmx"]
    given += ["--pairs", tmp_path / "more.csv", "--pairs", tmp_path / "old.xlsx"]
    given += ["--test", tmp_path / "test.txt", "--unlabeled", tmp_path / "chat.txt"]
    code, out, err = said(capsys, "transfer", *given, *NGRAM, "--out", tmp_path / "out")
    assert code == 0
    lines = {
        line.split(":")[0].rpartition("/")[2]: line for line in err.splitlines() if "/" in line
    }
    assert (
        "121 of 123 labelled texts; left out: 1 without a label, 1 without a"
        in (lines["tickets.xlsx"])
    )
    for found in ("sheet 'Tickets' of 2", "texts in 'Customer text'", "counts as"):
        assert found in lines["tickets.xlsx"]
    assert "100 pairs" in lines["agency.tmx"]
    assert re.search(r"8\d of 90 pairs; left out: 10 in an earlier", lines["more.csv"])
    assert "cp949; \";\" between columns; columns 'English' and 'Korean'" in lines["more.csv"]
    assert "60 pairs (columns '원문' and '번역')" in lines["old.xlsx"]
    assert "60 labelled texts (UTF-16; texts in '문장'; labels in '라벨')" in lines["test.txt"]
    assert "63 of 64 texts; left out: 1 blank" in lines["chat.txt"]
    assert PYTHON.search(out + err) is None
    rows = (tmp_path / "out" / "predictions.tsv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 61


def test_two_languages_of_one_script_and_one_encoder(italian, tmp_path, capsys, monkeypatch):
    (tmp_path / "shop_encoder.py").write_text(
        "from tests.users.test_shell_files import Letters\ndef make():\n    return Letters()\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    given = ["--train", italian / "en.csv", "--pairs", italian / "pairs.csv"]
    given += ["--test", italian / "it.csv", "--target", "it"]
    encoder = ["--encoder", "shop_encoder:make"]
    code, out, err = said(capsys, "transfer", *given, *encoder, "--out", tmp_path / "out")
    assert code == 0, err
    assert PYTHON.search(out + err) is None
    with (tmp_path / "out" / "predictions.tsv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    assert np.mean([row["prediction"] == row["label"] for row in rows]) > 0.5


class Letters:
    """An encoder of somebody's own, for both languages: counts of letters and of pairs of them."""

    def encode(self, texts):
        found = np.zeros((len(texts), 128), dtype=np.float32)
        for row, text in zip(found, texts, strict=True):
            for one, two in zip(text.lower(), text.lower()[1:], strict=False):
                row[(7 * ord(one) + ord(two)) % 128] += 1
        return found

    def fingerprint(self):
        return "letters, 1"


def test_a_file_of_both_languages(shop, demo, tmp_path, capsys):
    langs = ["EN"] * 60 + ["Korean"] * 60 + ["fr"]
    texts = [*demo.train_texts[:60], *demo.test_texts, "bonjour"]
    labels = [*demo.train_labels[:60], *demo.test_labels, "refund"]
    (tmp_path / "all.csv").write_text(
        table(texts, labels, langs, head=("text", "label", "where")), encoding="utf-8"
    )
    given = ["--train", tmp_path / "all.csv", "--pairs", shop / "pairs.csv", *NGRAM]
    given += ["--out", tmp_path / "out", "--dry-run"]
    code, _, err = said(capsys, "transfer", *given, "--lang-column", "where")
    assert code == 0
    assert "120 of 121 labelled texts; left out: 1 in another language" in err
    assert "60 labelled texts in ko are learned from as well" in err
    code, _, err = said(capsys, "transfer", *given)
    assert code == 0
    assert re.search(r"warning: --train .*50% of the texts look like ko, not like en", err)


def test_a_dry_run_says_what_would_be_done(shop, tmp_path, capsys):
    given = ["--train", shop / "en.tsv", "--pairs", shop / "pairs.csv", *NGRAM, "--dry-run"]
    code, out, _ = said(capsys, "transfer", *given, "--out", tmp_path / "out")
    assert code == 0
    assert "from en (labels) to ko" in out
    assert "120 labelled texts" in out
    assert "240 pairs" in out
    assert re.search(r"en: ngram, \d+ texts, about \d+ s", out)
    assert "or more to compare the ways" in out
    assert not (tmp_path / "out").exists()


def labelled(texts, labels, head=("text", "label"), **how):
    return table(texts, labels, head=head, **how)


def cases(demo):
    """Files by option, in place of good ones; what is said, or None where it works."""
    texts, labels = demo.train_texts, [str(label) for label in demo.train_labels]
    english, korean = list(demo.pairs.source), list(demo.pairs.target)
    good = labelled(texts, labels)
    pairs = table(english, korean, head=("en", "ko"))
    mixed = np.random.RandomState(0).permutation(len(korean))
    shuffled = [korean[row] for row in mixed]
    ids = [str(number) for number in range(len(texts))]
    korean_texts = list(demo.test_texts)
    blank = [*labels[:3], "", *labels[4:]]
    two = ("Text EN", "Text DE", "label")
    shouted = labelled(korean_texts, [str(label).upper() for label in demo.test_labels])
    picture = b"\x89PNG\r\n\x1a\n\0\0\1\2"
    wrong_xml = b"<?xml version='1.0' encoding='shift_jis'?><tmx>\xff\xff</tmx>"
    return {
        # labels
        "excel's BOM, CRLF and quotes": (None, {"--train": ("a.csv", "\ufeff" + good)}),
        "semicolons": (None, {"--train": ("a.csv", labelled(texts, labels, delimiter=";"))}),
        "bars": (None, {"--train": ("a.txt", labelled(texts, labels, delimiter="|"))}),
        "tabs in a .csv": (None, {"--train": ("a.csv", labelled(texts, labels, delimiter="\t"))}),
        "UTF-16 without a mark": (None, {"--train": ("a.csv", good.encode("utf-16-le"))}),
        "line ends of a Macintosh": (None, {"--train": ("a.csv", good.replace("\r\n", "\r"))}),
        "excel says its delimiter": (
            None,
            {"--train": ("a.csv", "sep=;\r\n" + labelled(texts, labels, delimiter=";"))},
        ),
        "German headers": (
            None,
            {"--train": ("a.csv", labelled(texts, labels, head=("Kundentext", "Kategorie")))},
        ),
        "Turkish headers": (
            None,
            {"--train": ("a.csv", labelled(texts, labels, head=("Müşteri metni", "Etiket")))},
        ),
        "a label is missing": (None, {"--train": ("a.csv", labelled(texts, blank))}),
        "JSON lines": (
            None,
            {
                "--train": (
                    "a.jsonl",
                    "\n".join(
                        f'{{"utterance": {t!r}, "intent": "{k}"}}'.replace("'", '"')
                        for t, k in zip(texts, labels, strict=True)
                        if "'" not in t and '"' not in t
                    ),
                )
            },
        ),
        "empty cells to the right": (
            None,
            {"--train": ("a.csv", good.replace("\r\n", ",,\r\n"))},
        ),
        "a rare class": (None, {"--train": ("a.csv", labelled(texts, ["Odd one", *labels[1:]]))}),
        "nan": (None, {"--train": ("a.csv", labelled(texts, ["nan", *labels[1:]]))}),
        "all labels empty": (
            r"a\.csv: no row has both a text and a label: 120 without a label",
            {"--train": ("a.csv", labelled(texts, [""] * len(texts)))},
        ),
        "only a header": (r"no rows below the header", {"--train": ("a.csv", "text,label\r\n")}),
        "empty": (r"a\.csv: the file is empty", {"--train": ("a.csv", "")}),
        "no file": (r"gone\.csv: there is no such file", {"--train": ("gone.csv", None)}),
        "a Word file": (r"the name must end in \.tsv", {"--train": ("a.docx", "x")}),
        "no workbook": (r"a\.xlsx: no workbook", {"--train": ("a.xlsx", "text,label")}),
        "a workbook called .csv": (
            r"a\.csv: holds a workbook",
            {"--train": ("a.csv", b"PK\x03\x04\x14\x00")},
        ),
        "a picture": (r"bytes that no text has", {"--train": ("a.csv", picture)}),
        "half broken UTF-8": (
            r"a\.tsv, line 2: not utf-8, though the rest",
            {
                "--train": (
                    "a.tsv",
                    b"text\tlabel\nab" + b"\xff" + b"\tc\n" + ("환불해 주세요\tx\n" * 30).encode(),
                )
            },
        ),
        "fields too many": (
            r"2 lines have not the 2 fields of line 1: line 122 \(3\), line 123 \(4\)",
            {"--train": ("a.csv", good + "a,b,c\r\na,b,c,d\r\n")},
        ),
        "twelve bad lines": (
            r"12 lines have not .*line 131 \(3\) and 2 more",
            {"--train": ("a.csv", good + "a,b,c\r\n" * 12)},
        ),
        "an open quotation mark": (
            r"a\.csv, line 122: a quotation mark is opened and never closed",
            {"--train": ("a.csv", good + '"a,b\r\n')},
        ),
        "quotation marks inside": (
            r"a\.csv, line 122: text follows a closing quotation mark",
            {"--train": ("a.csv", good + '"a" b,c\r\n')},
        ),
        "no known header": (
            r"no column is called text .*such as --text-column xx",
            {"--train": ("a.csv", labelled(texts, labels, head=("xx", "label")))},
        ),
        "no known label": (
            r"no column is called label, category .*--label-column yy",
            {"--train": ("a.csv", labelled(texts, labels, head=("text", "yy")))},
        ),
        "two columns of texts": (
            r"columns 'Text EN' and 'Text DE' may both hold the texts",
            {"--train": ("a.csv", table(texts, texts, labels, head=two))},
        ),
        "one class": (
            r"all labels are 'refund'; two classes are needed",
            {"--train": ("a.csv", labelled(texts, ["refund"] * len(texts)))},
        ),
        "ids for labels": (
            r"120 different labels in 120 rows; they look like numbers",
            {"--train": ("a.csv", labelled(texts, ids))},
        ),
        "texts for labels": (
            r"they look like texts, not like classes",
            {"--train": ("a.csv", labelled(labels, [f"{t} {n}" for n, t in enumerate(texts)]))},
        ),
        "Korean texts as English": (
            r"--train .*100% of the texts are written like ko, not like en",
            {"--train": ("a.csv", labelled(korean_texts * 2, labels))},
        ),
        "Russian texts as English": (
            r"not written as en is .*Cyrl",
            {"--train": ("a.csv", labelled(["где моя посылка", "верните деньги"] * 60, labels))},
        ),
        # pairs
        "pairs in cp949": (None, {"--pairs": ("p.csv", pairs.encode("cp949", "ignore"))}),
        "a header of names": (
            None,
            {"--pairs": ("p.csv", table(english, korean, head=("English", "Korean")))},
        ),
        "no header, the other way round": (None, {"--pairs": ("p.csv", table(korean, english))}),
        "the header is of another language": (
            r"column 'Japanese' is ja, not ko",
            {"--pairs": ("p.csv", table(english, korean, head=("English", "Japanese")))},
        ),
        "named the wrong way round": (
            r"no pair is left of 240: .*the en side looks like ko",
            {"--pairs": ("p.csv", table(korean, english, head=("en", "ko")))},
        ),
        "three columns": (
            r"columns 'en' and 'ko' are needed, found 'a', 'b', 'c'.*--pair-columns",
            {"--pairs": ("p.csv", table(english, korean, english, head=("a", "b", "c")))},
        ),
        "one column": (
            r"columns 'en' and 'ko' are needed",
            {"--pairs": ("p.csv", table(english))},
        ),
        "eight pairs": (
            r"8 pairs .*are too few: 10 that share no text are the least, about 400",
            {"--pairs": ("p.csv", table(english[:8], korean[:8]))},
        ),
        "shuffled": (
            r"these look like no translations of each other",
            {"--pairs": ("p.csv", table(english, shuffled, head=("en", "ko")))},
        ),
        "moved by a row": (
            r"moved by one row .*of the row below",
            {"--pairs": ("p.csv", table(english, korean[-1:] + korean[:-1], head=("en", "ko")))},
        ),
        "half of them wrong": (
            None,
            {"--pairs": ("p.csv", table(english, korean[:150] + korean[:149:-1]))},
        ),
        "never translated": (
            r"no pair is left of 240: 240 identical",
            {"--pairs": ("p.csv", table(english, english, head=("en", "ko")))},
        ),
        "TMX of other languages": (
            r"no unit has both 'en' and 'ko'; the languages are de",
            {"--pairs": ("p.tmx", '<tmx><tu><tuv xml:lang="de"><seg>a</seg></tuv></tu></tmx>')},
        ),
        "TMX in another encoding than it says": (
            r"not shift_jis .*its first line says that it is",
            {"--pairs": ("p.tmx", wrong_xml)},
        ),
        # the others
        "English texts to test on": (
            r"--test .*100% of the texts are written like en, not like ko",
            {"--test": ("t.csv", good)},
        ),
        "labels that training lacks": (
            r"2 labels are not in .*en\.tsv, which has 'account'.*line 2 \('x'\), line 3 \('y'\)",
            {"--test": ("t.csv", labelled(["가나 다라", "마바 사"], ["x", "y"]))},
        ),
        "labels in another case": (
            None,
            {"--test": ("t.csv", shouted)},
        ),
        "blank texts": (r"u\.txt: the file is empty", {"--unlabeled": ("u.txt", "\n \n\t\n")}),
        "numbers and emoji among texts": (
            None,
            {"--unlabeled": ("u.txt", "\n".join([*korean_texts, "4.7", "👍", "12"]))},
        ),
        "chat in English": (
            r"--unlabeled .*written like en",
            {"--unlabeled": ("u.txt", "\n".join(texts))},
        ),
    }


NAMES = tuple(
    cases(load_demo("ko", n_train=120, n_test=60, n_pairs=240, n_unlabeled=1, random_state=0))
)


@pytest.fixture(scope="module")
def every_case(demo):
    return cases(demo)


def test_there_are_forty_wrong_inputs_and_more():
    assert len(NAMES) > 40


@pytest.mark.parametrize("name", NAMES)
def test_a_file_works_or_is_one_clear_sentence(name, every_case, shop, tmp_path, capsys):
    message, files = every_case[name]
    given = {"--train": shop / "en.tsv", "--pairs": shop / "pairs.csv"}
    for option, (file, content) in files.items():
        given[option] = tmp_path / file
        if content is not None:
            data = content if isinstance(content, bytes) else content.encode()
            given[option].write_bytes(data)
    options = [part for option, path in given.items() for part in (option, path)]
    out = tmp_path / "out"
    code, shown, err = said(capsys, "transfer", *options, *NGRAM, "--out", out, "--dry-run")
    assert PYTHON.search(shown + err) is None
    assert not out.exists()
    if message is None:
        assert code == 0, err
        return
    assert code == 2
    lines = err.strip().splitlines()
    assert lines[0].startswith("langalign-sk: error: ")
    assert len(lines) == 1 or all(re.match(r"  \d\. ", line) for line in lines[1:])
    assert re.search(message, err), err


LINES = {
    "no encoder of one language": (["--encoder", "en=ngram"], "two encoders are needed"),
    "a typing slip in a name": (["--encoder", "en=ngran", "--encoder", "ko=ngram"], "mean ngram"),
    "no such folder": (["--encoder", "/no/such/folder", "--target", "ko"], "no such folder"),
    "a server without a model": (
        ["--encoder", "http://localhost:9/v1", "--target", "ko"],
        "http://localhost:9/v1#MODEL",
    ),
    "a server that is not there": (
        ["--encoder", "http://127.0.0.1:9/v1#m", "--target", "ko"],
        "is the address right",
    ),
    "no such module": (["--encoder", "no_such_mod:x", "--target", "ko"], "can't be imported"),
    "no encoder at all": (["--encoder", "json:dumps", "--target", "ko"], "json:dumps"),
    "the key is not set": (
        ["--encoder", "http://a.b/v1#m", "--target", "ko", "--api-key-env", "NO_SUCH_KEY"],
        "--api-key-env NO_SUCH_KEY: this environment variable is not set",
    ),
    "the same language twice": (["--encoder", "use", "--target", "EN"], "two languages are needed"),
    "a column that is not there": ([*NGRAM, "--label-column", "labl"], "no column 'labl'"),
    "a language column that is not there": ([*NGRAM, "--lang-column", "lg"], "--lang-column"),
    "pair columns that are not there": ([*NGRAM, "--pair-columns", "a", "b"], "no column 'a'"),
    "three columns of texts": ([*NGRAM, "--text-column", "a", "b", "c"], "--text-column a b c"),
    "an option that is none": ([*NGRAM, "--trian", "x"], "unrecognized arguments"),
}


@pytest.mark.parametrize(("options", "message"), LINES.values(), ids=LINES.keys())
def test_an_option_is_one_clear_sentence(options, message, shop, tmp_path, capsys):
    given = ["--train", shop / "en.tsv", "--pairs", shop / "pairs.csv", "--out", tmp_path / "out"]
    code, out, err = said(capsys, "transfer", *given, *options)
    assert code == 2
    assert message in err.splitlines()[-1]
    assert PYTHON.search(out + err) is None
    assert not (tmp_path / "out").exists()


def test_all_doubts_are_in_one_list_and_may_be_passed_over(shop, demo, tmp_path, capsys):
    korean = np.random.RandomState(0).permutation(list(demo.pairs.target))
    (tmp_path / "p.csv").write_text(table(demo.pairs.source, korean), encoding="utf-8")
    given = ["--train", shop / "en.tsv", "--test", shop / "en.tsv", "--pairs", tmp_path / "p.csv"]
    given += [*NGRAM, "--out", tmp_path / "out", "--dry-run"]
    code, _, err = said(capsys, "transfer", *given)
    assert code == 2
    assert "2 doubts, nothing was started:" in err
    assert [line[:4] for line in err.splitlines()[1:]] == ["  1.", "  2."]
    code, _, err = said(capsys, "transfer", *given, "--anyway")
    assert code == 0
    assert err.count("warning: ") == 2
    for option in ("--train", "--test"):
        given[given.index(option) + 1] = tmp_path / f"gone{option}.tsv"
    code, _, err = said(capsys, "transfer", *given)
    assert code == 2
    assert err.count("there is no such file") == 2


def test_swapped_columns_of_one_script(italian, tmp_path, capsys):
    (tmp_path / "p.csv").write_text(table(ITALIAN, ENGLISH))
    given = ["--train", italian / "en.csv", "--test", italian / "it.csv", *ITALIAN_NGRAM]
    given += ["--out", tmp_path / "out", "--dry-run", "--pairs"]
    code, _, err = said(capsys, "transfer", *given, tmp_path / "p.csv")
    assert code == 2
    assert "the columns look swapped" in err
    code, _, err = said(capsys, "transfer", *given, f"{tmp_path / 'p.csv'}:2,1")
    assert code == 0, err
    assert "80 pairs (no header)" in err
    (tmp_path / "p.csv").write_text(table(ITALIAN, ENGLISH, head=("A", "B")))
    code, _, err = said(capsys, "transfer", *given, f"{tmp_path / 'p.csv'}:B,A")
    assert code == 0, err
    assert "columns 'B' and 'A'" in err


def test_columns_and_sheets_behind_a_name(shop, demo, tmp_path, capsys):
    rows = [["a:b", "c"], *map(list, zip(demo.pairs.source, demo.pairs.target, strict=True))]
    workbook(tmp_path / "b.xlsx", One=[["x"]], **{"Two of 2": rows})
    given = ["--train", f"{shop / 'en.tsv'}:text,label", *NGRAM, "--out", tmp_path / "out"]
    name = f"{tmp_path / 'b.xlsx'}#Two of 2"
    code, _, err = said(capsys, "transfer", *given, "--dry-run", "--pairs", f"{name}:a:b,c")
    assert code == 0, err
    assert "240 pairs (columns 'a:b' and 'c')" in err
    code, _, err = said(capsys, "transfer", *given, "--pairs", f"{tmp_path / 'b.xlsx'}#Three")
    assert code == 2
    assert "no sheet 'Three'; the sheets are 'One', 'Two of 2'" in err
    code, _, err = said(capsys, "transfer", *given, "--pairs", f"{name}:c")
    assert code == 2
    assert "two columns are needed after the colon" in err


ODS = """<office:document-content
    xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
    xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
    xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
    office:version="1.2"><office:body><office:spreadsheet><table:table table:name="Blatt1">{}
    </table:table></office:spreadsheet></office:body></office:document-content>"""
ODS_ROW = (
    "<table:table-row><table:table-cell office:value-type={}</table:table-cell></table:table-row>"
)


def test_ods_and_numbers_in_cells(shop, tmp_path, capsys):
    cells = [
        f'"string"><text:p>{value}</text:p>'
        for value in ("review", "배송이 빨라요", "환불해 주세요")
    ]
    rows = map(ODS_ROW.format, [*cells, '"float" office:value="5"><text:p>5</text:p>'])
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    with zipfile.ZipFile(tmp_path / "u.ods", "w") as file:
        file.writestr("mimetype", kind)
        file.writestr("content.xml", ODS.format("".join(rows)))
        file.writestr(
            "META-INF/manifest.xml",
            "<manifest:manifest "
            'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
            '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
            "</manifest:manifest>",
        )
    given = ["--train", shop / "en.tsv", "--pairs", shop / "pairs.csv", *NGRAM, "--dry-run"]
    given += ["--unlabeled", tmp_path / "u.ods", "--out", tmp_path / "out"]
    code, _, err = said(capsys, "transfer", *given)
    assert code == 0, err
    assert "u.ods: 3 texts (texts in 'review')" in err


def test_without_the_package_for_workbooks_the_extra_is_named(shop, tmp_path, capsys, monkeypatch):
    workbook(tmp_path / "a.xlsx", One=[["text", "label"], ["a", "b"]])
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    given = ["--train", tmp_path / "a.xlsx", "--pairs", shop / "pairs.csv", *NGRAM]
    code, _, err = said(capsys, "transfer", *given, "--out", tmp_path / "out")
    assert code == 2
    assert "pip install 'langalign-sk[sheets]'" in err


def test_a_workbook_is_not_unpacked_without_bound(shop, tmp_path, capsys, monkeypatch):
    workbook(tmp_path / "a.xlsx", One=[["text", "label"], *[["a", "b"]] * 60])
    monkeypatch.setenv("LANGALIGN_MAX_CELLS", "100")
    given = ["--train", tmp_path / "a.xlsx", "--pairs", shop / "pairs.csv", *NGRAM]
    code, _, err = said(capsys, "transfer", *given, "--out", tmp_path / "out")
    assert code == 2
    assert "LANGALIGN_MAX_CELLS=N" in err
    assert zipfile.is_zipfile(tmp_path / "a.xlsx")


@pytest.fixture(scope="module")
def model(italian, tmp_path_factory):
    out = tmp_path_factory.mktemp("model") / "out"
    given = ["--train", italian / "en.csv", "--pairs", italian / "pairs.csv", *ITALIAN_NGRAM]
    assert main(["transfer", *map(str, given), "--out", str(out)]) == 0
    return out


def test_the_language_of_each_row_may_be_in_a_column(model, tmp_path, capsys):
    texts = ["the house", "la casa", "the house", "la casa", "4.7"]
    langs = ["English", "it-IT", "it", "EN", ""]
    (tmp_path / "t.csv").write_text(table(texts, langs, head=("text", "where")), encoding="utf-8")
    found = {}
    for options in ([], ["--lang-column", "where"], ["--lang", "it"]):
        code, out, _ = said(capsys, "predict", model, tmp_path / "t.csv", *options)
        assert code == 0
        found[" ".join(options)] = [row.split("\t")[1] for row in out.splitlines()[1:]]
    told, by_column, italian = found.values()
    assert told[:2] == by_column[:2]
    assert told[2:4] != by_column[2:4]
    assert [by_column[1], by_column[2]] == [italian[1], italian[2]]
    # A column that is called after what it holds, and holds nothing else, needs no option.
    (tmp_path / "t.csv").write_text(table(texts, langs, head=("text", "lang")), encoding="utf-8")
    code, out, err = said(capsys, "predict", model, tmp_path / "t.csv")
    assert [row.split("\t")[1] for row in out.splitlines()[1:]] == by_column
    assert "languages in 'lang'" in err


USES = {
    "no model": (["predict", "{tmp}/none", "{it}"], "does not exist; MODEL is the folder"),
    "no file": (["predict", "{model}", "{tmp}/none.csv"], "there is no such file"),
    "a folder": (["predict", "{model}", "{tmp}"], "is a folder"),
    "the two the wrong way round": (["predict", "{it}", "{model}"], "MODEL is the folder"),
    "no known column": (["predict", "{model}", "{pairs}"], "such as --text-column It"),
    "a column that is not there": (
        ["predict", "{model}", "{it}", "--text-column", "zz"],
        "no column 'zz'; the columns are 'testo', 'etichetta'",
    ),
    "two columns for a model of one": (
        ["predict", "{model}", "{it}", "--text-column", "testo", "etichetta"],
        "takes one text a row",
    ),
    "a language that the model lacks": (["predict", "{model}", "{it}", "--lang", "fr"], "en, it"),
    "a language column that is not there": (
        ["predict", "{model}", "{it}", "--lang-column", "x"],
        "name the right one with --lang-column",
    ),
    "a table of another kind": (["predict", "{model}", "{it}", "--out", "x.doc"], "must end in"),
    "labels that are none": (
        ["evaluate", "{model}", "{it}", "--label-column", "testo"],
        "80 labels are not in",
    ),
    "nothing to label": (["suggest", "{model}", "{it}", "-n", "0"], "-n 0"),
    "a refit of nothing": (["refit", "{tmp}", "--pairs", "{pairs}"], "is no folder that"),
    "a refit with a lost file": (["refit", "{model}", "--pairs", "{tmp}/x.csv"], "no such file"),
}


@pytest.mark.parametrize(("given", "message"), USES.values(), ids=USES.keys())
def test_a_model_is_used_or_says_in_one_sentence_why_not(
    given, message, model, italian, tmp_path, capsys
):
    names = {"model": model, "tmp": tmp_path, "it": italian / "it.csv"}
    names["pairs"] = italian / "pairs.csv"
    code, out, err = said(capsys, *(part.format(**names) for part in given))
    assert code == 2
    assert out == ""
    (line,) = err.splitlines()
    assert message in line
    assert PYTHON.search(line) is None
