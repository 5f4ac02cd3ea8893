"""The commands on files whose rows hold two texts."""

import csv

import numpy as np
import pytest

from langalign_sk._commands._files import read_labels, read_texts
from langalign_sk.cli import main
from langalign_sk.datasets import load_demo
from tests.test_cli_transfer import ENCODERS, rows_of, write_tsv

pytestmark = pytest.mark.filterwarnings("ignore::langalign_sk.maps.FewPairsWarning")

COLUMNS = ("premise", "hypothesis")
OPTION = ["--text-column", *COLUMNS]


def in_twos(texts, labels, n):
    """Rows of two texts, half of them of one intent, and whether they are."""
    rng = np.random.default_rng(0)
    labels = np.asarray(labels)
    first = rng.integers(len(texts), size=n)
    alike = [rng.choice(np.flatnonzero(labels == labels[i])) for i in first]
    second = np.where(np.arange(n) % 2, alike, rng.integers(len(texts), size=n))
    said = np.where(labels[first] == labels[second], "same", "other")
    return [texts[i] for i in first], [texts[i] for i in second], said.tolist()


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("two")
    demo = load_demo("ko", n_train=60, n_test=40, n_pairs=120, n_unlabeled=40, random_state=0)
    head = (*COLUMNS, "label")
    write_tsv(folder / "en.tsv", head, *in_twos(demo.train_texts, demo.train_labels, 80))
    write_tsv(folder / "ko.tsv", head, *in_twos(demo.test_texts, demo.test_labels, 40))
    write_tsv(folder / "pairs.tsv", ("en", "ko"), demo.pairs.source, demo.pairs.target)
    texts = list(demo.unlabeled_target.rows)
    write_tsv(folder / "new.tsv", COLUMNS, texts[:20], texts[20:])
    return folder


def command(files, out, *options):
    given = ["--train", files / "en.tsv", "--pairs", files / "pairs.tsv", "--out", out]
    return ["transfer", *map(str, given), *ENCODERS, *OPTION, *map(str, options)]


@pytest.fixture(scope="module")
def served(files, tmp_path_factory):
    out = tmp_path_factory.mktemp("served") / "model"
    given = command(files, out, "--test", files / "ko.tsv", "--unlabeled", files / "new.tsv")
    assert main(given) == 0
    return out


def test_transfer_tests_on_rows_of_two(served, files):
    rows, truth = rows_of(served / "predictions.tsv"), rows_of(files / "ko.tsv")
    assert list(rows[0]) == ["prediction", "confidence", "reason", "label", *COLUMNS]
    assert [[row[name] for name in (*COLUMNS, "label")] for row in rows] == [
        [row[name] for name in (*COLUMNS, "label")] for row in truth
    ]
    assert "120 pairs" in (served / "report.html").read_text(encoding="utf-8")


def test_predict(served, files, tmp_path):
    out = tmp_path / "out.csv"
    given = ["predict", str(served), str(files / "new.tsv"), *OPTION, "--out", str(out)]
    assert main(given) == 0
    with out.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 20
    assert {row["prediction"] for row in rows} <= {"same", "other"}
    assert read_texts(out, text=COLUMNS).texts == read_texts(files / "new.tsv", text=COLUMNS).texts


def test_a_row_with_a_blank_text_gets_a_class_and_the_reason(served, tmp_path, capsys):
    file = write_tsv(tmp_path / "in.tsv", COLUMNS, ["택배", "환불", " "], ["환불", "", "주문"])
    assert main(["predict", str(served), str(file), *OPTION]) == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()[1:]]
    assert [row[2].partition(":")[0] for row in rows] == ["", "empty", "empty"]
    assert {row[0] for row in rows} <= {"same", "other"}


def test_suggest_writes_what_transfer_reads(served, files, tmp_path):
    out = tmp_path / "label.tsv"
    given = ["suggest", str(served), str(files / "new.tsv"), *OPTION, "-n", "5", "--out", str(out)]
    assert main(given) == 0
    rows = rows_of(out)
    assert list(rows[0]) == ["label", "prediction", "score", *COLUMNS]
    assert len(rows) == 5
    out.write_text(out.read_text(encoding="utf-8").replace("\n\t", "\nsame\t"), encoding="utf-8")
    assert read_labels(out, lang="ko", text=COLUMNS).labels == ["same"] * 5


@pytest.mark.parametrize("command", ["predict", "suggest"])
def test_one_column_for_a_model_of_two(served, files, command, capsys):
    given = [command, str(served), str(files / "new.tsv"), "--text-column", "premise"]
    assert main(given) == 2
    assert "takes rows of two texts: name both, --text-column FIRST" in capsys.readouterr().err


def test_errors_name_file_and_column(files, tmp_path, capsys):
    assert main([*command(files, tmp_path / "m"), "extra"]) == 2
    assert "--text-column premise hypothesis extra" in capsys.readouterr().err
    text = tmp_path / "new.txt"
    text.write_text("주문\n", encoding="utf-8")
    assert main(command(files, tmp_path / "m", "--unlabeled", text)) == 2
    assert "holds one text per line; premise and hypothesis need a table" in capsys.readouterr().err
    broken = write_tsv(tmp_path / "b.tsv", (*COLUMNS, "label"), ["a"], [" "], ["same"])
    assert main(command(files, tmp_path / "m", "--test", broken)) == 2
    assert "b.tsv: no row has both a text and a label: 1 without a text" in capsys.readouterr().err
    missing = write_tsv(tmp_path / "c.tsv", ("premise", "label"), ["a"], ["same"])
    assert main(command(files, tmp_path / "m", "--test", missing)) == 2
    assert "no column 'hypothesis'" in capsys.readouterr().err
