"""The command ``migrate``: from texts and vectors to a folder, an exit code and a new index."""

import json
import sys

import numpy as np
import pytest

from langalign_sk import load
from langalign_sk.cli import main


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Texts, old and new vectors of them, an index of old vectors."""
    rng = np.random.default_rng(0)
    meaning, turns = rng.standard_normal((300, 6)), [rng.standard_normal((6, d)) for d in (10, 8)]
    (tmp_path / "texts.txt").write_text("".join(f"text {row}\n" for row in range(300)))
    for name, turn in zip(("old", "new"), turns, strict=True):
        np.save(tmp_path / f"{name}.npy", (meaning @ turn).astype(np.float32))
    np.save(tmp_path / "index.npy", (rng.standard_normal((50, 6)) @ turns[0]).astype(np.float32))
    monkeypatch.chdir(tmp_path)
    return tmp_path


LEARN = ["--texts", "texts.txt", "--old", "old.npy", "--new", "new.npy", "--map", "ridge"]


def test_learn_report_and_convert(files, capsys):
    options = ["--threshold", ".5", "--at-least", ".9", "--convert", "index.npy", "made.npy"]
    assert main(["migrate", "out", *LEARN, *options]) == 0
    said = capsys.readouterr().out
    assert "Migration(ridge, 10 -> 8 columns, 300 texts, ndcg kept 1.000)" in said
    for line in ("old vectors mapped", "n_texts", "threshold", "most is kept with"):
        assert line in said
    fitted = load("out/map")
    made = np.load("made.npy")
    np.testing.assert_allclose(made, fitted.transform(np.load("index.npy")), atol=1e-5)
    facts = json.loads((files / "out" / "migration.json").read_text())
    assert facts["texts"] == 300
    assert facts["kept"] == pytest.approx(1, abs=1e-3)
    assert [row["way"] for row in facts["tables"]["retention"]][1] == "old vectors mapped"
    assert sorted(path.name for path in (files / "out").iterdir()) == [
        "back", "candidates.csv", "curve.csv", "map", "migration.json", "report.html",
        "retention.csv", "thresholds.csv",
    ]  # fmt: skip
    assert main(["migrate", "out", "--convert", "index.npy", "again.npy"]) == 0
    np.testing.assert_array_equal(np.load("again.npy"), made)


def test_too_little_is_kept(files, capsys):
    np.save("new.npy", np.random.default_rng(1).standard_normal((300, 8)))
    assert (
        main(["migrate", "out", *LEARN, "--at-least", ".9", "--convert", "index.npy", "m.npy"]) == 3
    )
    assert "less than --at-least 0.9: nothing is converted" in capsys.readouterr().err
    assert not (files / "m.npy").exists()
    assert (files / "out" / "report.html").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "give --texts, --old and --new to learn a map, or --convert to use one"),
        (["--texts", "texts.txt", "--old", "old.npy"], "--texts, --old and --new go together"),
        (["--convert", "index.npy", "made.npy"], "out holds no map: give --texts"),
        (["--convert", "none.npy", "made.npy"], "none.npy: there is no such file"),
        ([*LEARN, "--at-least", "95"], "--at-least 95.0: a share between 0 and 1"),
        (["--map", "ridge", "--convert", "index.npy", "m.npy"], "--map is of use with --texts"),
        ([*LEARN[:5], "index.npy", *LEARN[6:]], "--new index.npy has the shape (50, 10)"),
        ([*LEARN[:5], "texts.txt.npy", *LEARN[6:]], "texts.txt.npy"),
        ([*LEARN[:5], "ngram", *LEARN[6:]], "--new ngram: it is fitted on texts"),
        (
            ["--texts", "texts.txt", "--old", "use", "--new", "use", "--judged", "judged.xlsx"],
            "judged.xlsx: the name must end in .tsv",
        ),
        ([*LEARN, "--judged", "judged.tsv"], "--old and --new, not old.npy"),
        (["--convert", "index.npy", "./index.npy"], "the old vectors would be gone"),
        ([*LEARN, "--convert", "index.npy", "new.parquet"], "becomes a file of its own kind, .npy"),
    ],
)
def test_what_is_refused(files, options, said, capsys):
    (files / "judged.tsv").write_text("query\tdocument\ntext 1\ttext 2\n")
    assert main(["migrate", "out", *options]) == 2
    assert said in capsys.readouterr().err


def test_a_folder_of_other_files_and_a_bad_table_are_refused_before_the_work(
    files, capsys, monkeypatch
):
    from langalign_sk import migrate as room

    monkeypatch.setattr(room, "migrate", None)
    (files / "out").mkdir()
    (files / "out" / "mine.txt").write_text("mine")
    assert main(["migrate", "out", *LEARN]) == 2
    assert "out holds other files" in capsys.readouterr().err
    names = ["--texts", "texts.txt", "--old", "use", "--new", "use"]
    (files / "judged.csv").write_text("query,document,relevance\na,b,1\nc,d,high\n")
    assert main(["migrate", "else", *names, "--judged", "judged.csv"]) == 2
    assert "judged.csv, row 2: the relevance is 'high'" in capsys.readouterr().err
    assert not (files / "else").exists()


def test_a_package_that_is_missing_is_a_line(files, capsys, monkeypatch):
    assert main(["migrate", "out", *LEARN]) == 0
    (files / "index.parquet").write_bytes(b"")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert main(["migrate", "out", "--convert", "index.parquet", "new.parquet"]) == 2
    assert "pip install langalign-sk[parquet]" in capsys.readouterr().err
    assert not (files / "new.parquet").exists()


def test_what_is_relevant(files, capsys, monkeypatch):
    (files / "mine.py").write_text(
        "import numpy as np\n"
        "class Of:\n"
        "    def __init__(self, name):\n"
        "        self.name, self.rows = name, np.load(name)\n"
        "    def encode(self, texts):\n"
        "        return self.rows[[int(text.split()[1]) for text in texts]]\n"
        "    def fingerprint(self):\n"
        "        return self.name\n"
        "old, new = Of('old.npy'), Of('new.npy')\n"
    )
    monkeypatch.syspath_prepend(str(files))
    rows = [(f"text {row}", f"text {row + 1}", "2") for row in range(0, 40, 2)]
    head = "query\tdocument\trelevance\n"
    (files / "judged.tsv").write_text(head + "".join("\t".join(row) + "\n" for row in rows))
    learn = ["--texts", "texts.txt", "--old", "mine:old", "--new", "mine:new", "--map", "ridge"]
    assert main(["migrate", "out", *learn, "--judged", "judged.tsv", "--at-least", ".5"]) == 0
    assert "ndcg_itself" in capsys.readouterr().out
    assert (files / "out" / "judged.csv").exists()
