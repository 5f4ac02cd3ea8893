"""The life of a model at a shell: made, used, labelled, made anew, as people tried it."""

import csv
import io
import json
import os
import re
import shutil
import sys
import threading
import tomllib

import pytest

from langalign_sk._commands import _make, _refit, _transfer
from langalign_sk._io import read_grid
from langalign_sk.cli import main
from langalign_sk.datasets import load_demo

pytestmark = pytest.mark.filterwarnings("ignore::langalign_sk.maps.FewPairsWarning")

N_PAIRS = 180
CHAT = ["환불해 주세요", "", "👍", "4.7", "   ", "배송이 언제 오나요?", "東京", ""]


def write(path, head, *columns, delimiter=","):
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, delimiter=delimiter)
        rows.writerow(head)
        rows.writerows(zip(*columns, strict=True))
    return path


def said(capsys, *args):
    """Run a command; return its exit code, its output and what it says."""
    capsys.readouterr()
    code = main([str(part) for part in args])
    out, err = capsys.readouterr()
    return code, out, err


@pytest.fixture(scope="module")
def demo():
    return load_demo("ko", n_train=96, n_test=96, n_pairs=280, n_unlabeled=60, random_state=0)


@pytest.fixture(scope="module")
def files(demo, tmp_path_factory):
    folder = tmp_path_factory.mktemp("shell")
    head = ("Customer text", "category")
    write(folder / "tickets.csv", head, demo.train_texts, demo.train_labels)
    write(folder / "ko_test.tsv", head, demo.test_texts[:40], demo.test_labels[:40], delimiter="\t")
    english, korean = demo.pairs.source, demo.pairs.target
    write(folder / "may.csv", ("English", "Korean"), english[:N_PAIRS], korean[:N_PAIRS])
    write(folder / "june.csv", ("English", "Korean"), english[N_PAIRS:], korean[N_PAIRS:])
    chat = [*demo.unlabeled_target.rows, *demo.test_texts[40:], *CHAT]
    (folder / "chat.txt").write_text("\n".join(chat) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def made(files):
    """A model as `transfer` makes it, with a method that needs no comparison to be read."""
    given = ["--train", files / "tickets.csv", "--pairs", files / "may.csv"]
    given += ["--unlabeled", files / "chat.txt", "--encoder", "en=ngram", "--encoder", "ko=ngram"]
    given += ["--method", "transfer classifier", "--out", files / "model"]
    assert main(["transfer", *map(str, given)]) == 0
    return files / "model"


@pytest.fixture
def model(made, tmp_path):
    """A copy of it that may be replaced."""
    return shutil.copytree(made, tmp_path / "model")


def contents(folder):
    """Every file below a folder."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_settings_say_all_that_it_takes_to_run_it_again(made, files):
    settings = tomllib.loads((made / "settings.toml").read_text("utf-8"))
    assert settings == {
        "train": [str(files / "tickets.csv")],
        "pairs": [str(files / "may.csv")],
        "unlabeled": [str(files / "chat.txt")],
        "encoder": ["en=ngram", "ko=ngram"],
        "source": "en",
        "method": "transfer classifier",
        "seed": 0,
        "format": "safe",
    }


def test_a_run_from_settings_is_the_same_run(made, files, tmp_path):
    again = tmp_path / "again"
    assert main(["transfer", "--config", str(made / "settings.toml"), "--out", str(again)]) == 0
    for name in ("predictions.tsv", "settings.toml"):
        mine, other = ((folder / name).read_text("utf-8") for folder in (made, again))
        assert mine.replace(str(made), "OUT") == other.replace(str(again), "OUT")


def test_options_on_the_line_win_and_paths_are_seen_from_the_file(files, tmp_path, capsys):
    config = files / "own.toml"
    config.write_text(
        'train = "tickets.csv:Customer text,category"\npairs = ["nowhere.csv", "may.csv"]\n'
        'encoder = ["en=ngram", "ko=ngram"]\nseed = 3\n',
        encoding="utf-8",
    )
    args = _parsed(["transfer", "--config", str(config), "--seed", "5", "--out", "x"])
    assert args.seed == 5
    assert args.train[0].path == files / "tickets.csv"
    assert args.train[0].columns == ("Customer text", "category")
    assert [one.path.name for one in args.pairs] == ["nowhere.csv", "may.csv"]
    code, _, err = said(capsys, "transfer", "--config", config, "--out", tmp_path / "x")
    assert code == 2
    assert "nowhere.csv" in err


def _parsed(line):
    from langalign_sk import cli

    args = cli._parser().parse_args(line)
    args.settings.settle(args)
    return args


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('tran = "x"', "no setting 'tran'; did you mean 'train'"),
        ('out = "x"', "no setting 'out'"),
        ("seed = true", "seed can't be True"),
        ('seed = "x"', "seed = 'x': not as needed"),
        ("train = {a = 1}", "train can't be"),
        ("seed = ", "not valid TOML"),
        ("", "--train and --pairs and --encoder must be given"),
    ],
)
def test_a_wrong_settings_file_is_one_line(text, message, tmp_path, capsys):
    config = tmp_path / "own.toml"
    config.write_text(text, encoding="utf-8")
    code, _, err = said(capsys, "transfer", "--config", config, "--out", tmp_path / "out")
    assert code == 2
    assert message in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    ("method", "message"),
    [("round trip, rigde", "did you mean 'round trip ridge'"), ("magic", "a map (")],
)
def test_an_unknown_method_is_refused_before_the_work(method, message, made, tmp_path, capsys):
    code, _, err = said(
        capsys, "transfer", "--config", made / "settings.toml", "--method", method,
        "--out", tmp_path / "out",
    )  # fmt: skip
    assert code == 2
    assert message in err


def test_vectors_that_are_not_aligned_are_saved_as_well(made, files, tmp_path, capsys):
    """The comparison is for nothing where its model can't be written."""
    out = tmp_path / "bare"
    code, _, err = said(
        capsys, "transfer", "--config", made / "settings.toml", "--method", "no map", "--out", out
    )
    assert code == 0, err
    assert (out / "model" / "model.json").is_file()
    assert main(["predict", str(out), str(files / "chat.txt"), "--out", os.devnull]) == 0


def test_methods_are_named_as_people_write_them():
    for name in ("auto", "No-Map", "transfer classifier", "Round-trip, ridge", "reduced_rank"):
        _make.check_method(name)
    assert _make._map_of("round trip, reduced-rank") == "reduced_rank"
    assert _make._map_of("auto") is None


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".xlsx", ".jsonl"])
def test_every_line_has_an_answer_in_order(ending, made, files, tmp_path):
    out = tmp_path / f"answers{ending}"
    assert main(["predict", str(made), str(files / "chat.txt"), "--out", str(out)]) == 0
    grid = read_grid(out)
    columns = dict(zip(grid.rows[0], zip(*grid.rows[1:], strict=True), strict=True))
    texts = (files / "chat.txt").read_text("utf-8").split("\n")[:-1]
    assert list(columns["text"]) == texts
    assert all(columns["prediction"])
    assert all(0 < float(share) <= 1 for share in columns["confidence"])
    reasons = columns["reason"][-len(CHAT) :]
    assert [why.partition(":")[0] for why in reasons] == [
        "", "empty", "no words", "no words", "empty", "", "not written in en or ko", "empty",
    ]  # fmt: skip


def test_an_unknown_ending_is_refused_before_the_work(made, files, tmp_path, capsys):
    code, _, err = said(
        capsys, "predict", made, files / "chat.txt", "--out", tmp_path / "answers.doc"
    )
    assert code == 2
    assert "must end in .tsv, .csv, .xlsx or .jsonl" in err


def test_standard_input_to_standard_output(made, capsys, monkeypatch):
    lines = "\n".join(CHAT) + "\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines.encode()), "utf-8"))
    code, out, _ = said(capsys, "predict", made, "-", "--out", "-")
    assert code == 0
    rows = list(csv.DictReader(io.StringIO(out), delimiter="\t"))
    assert [row["text"] for row in rows] == CHAT


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_written_to_and_stays_a_pipe(made, files, tmp_path):
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    read = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    assert main(["predict", str(made), str(files / "ko_test.tsv"), "--out", str(pipe)]) == 0
    reader.join()
    assert pipe.is_fifo()
    assert read[0].startswith(b"prediction\tconfidence\treason\ttext\n")
    assert read[0].count(b"\n") == 41


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_read_line_by_line(made, tmp_path, capsys):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    content = ("\n".join(CHAT) + "\n").encode()
    writer = threading.Thread(target=lambda: pipe.write_bytes(content))
    writer.start()
    code, out, _ = said(capsys, "predict", made, pipe)
    writer.join()
    assert code == 0
    assert [row["text"] for row in csv.DictReader(io.StringIO(out), delimiter="\t")] == CHAT


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".xlsx"])
def test_suggest_writes_what_its_name_says(ending, made, files, tmp_path):
    out = tmp_path / f"label{ending}"
    assert main(["suggest", str(made), str(files / "chat.txt"), "-n", "7", "--out", str(out)]) == 0
    data = out.read_bytes()
    if ending == ".xlsx":
        assert data.startswith(b"PK")
    else:
        head = data.decode("utf-8-sig").splitlines()[0]
        assert head == ("," if ending == ".csv" else "\t").join(
            ("label", "prediction", "score", "text")
        )
    rows = read_grid(out).rows[1:]
    assert len(rows) == 7
    assert all(any(map(str.isalpha, row[3])) for row in rows)


def fill_in(path, demo):
    """Give the suggested rows that the demo knows their true labels."""
    true = dict(zip(demo.test_texts, map(str, demo.test_labels), strict=True))
    grid = read_grid(path)
    rows = [[true.get(row[3], ""), *row[1:]] for row in grid.rows[1:]]
    write(path, grid.rows[0], *zip(*rows, strict=True))
    return [row[3] for row in rows if row[0]]


def test_labels_of_suggested_rows_are_fed_back(model, files, demo, tmp_path, capsys):
    rows = tmp_path / "label.csv"
    assert (
        main(["suggest", str(model), str(files / "chat.txt"), "-n", "60", "--out", str(rows)]) == 0
    )
    texts = fill_in(rows, demo)
    assert 5 < len(texts) < 60  # half-filled, as people leave it
    before = tomllib.loads((model / "settings.toml").read_text("utf-8"))
    code, out, err = said(capsys, "refit", model, "--target-labels", rows)
    assert code == 0
    assert f"{len(texts)} of 60 labelled texts" in err
    assert "labels in the target language: 0 before" in out
    after = tomllib.loads((model / "settings.toml").read_text("utf-8"))
    assert after == before | {"target-labels": [str(rows)]}
    manifest = json.loads((model / "manifest.json").read_text("utf-8"))
    assert manifest["figures"]["labels_in_the_target_language"] == len(texts)
    assert sum(manifest["labels"].values()) == 96 + len(texts)
    assert (model / "refit.html").is_file()

    # As a test, such rows mislead, and it is said.
    code, out, err = said(capsys, "evaluate", model, rows)
    assert code == 0
    assert "`suggest` chose, which are hard ones" in err


def test_next_months_pairs_are_added_and_both_models_compared(model, files, capsys):
    assert main(["monitor", str(model), str(files / "chat.txt"), "--learn"]) == 0
    code, out, err = said(
        capsys, "refit", model, "--pairs", files / "june.csv", "--test", files / "ko_test.tsv"
    )
    assert code == 0, err
    assert "what `monitor --learn` had taken was seen by the old model" in err
    assert f"sentence pairs: {N_PAIRS} before, 280 now" in out
    assert re.search(r"right in \d", out)
    settings = tomllib.loads((model / "settings.toml").read_text("utf-8"))
    assert settings["pairs"] == [str(files / name) for name in ("may.csv", "june.csv")]
    assert main(["predict", str(model), str(files / "chat.txt"), "--out", os.devnull]) == 0


def test_a_worse_model_does_not_replace_the_old_one_where_asked(
    model, files, tmp_path, capsys, monkeypatch
):
    kept = contents(model)
    found = type("Found", (), {"worse": True, "figures": {}, "summary": "worse", "report": None})
    monkeypatch.setattr(_refit, "held_against", lambda *_, **__: found)
    code, out, _ = said(capsys, "refit", model, "--pairs", files / "june.csv", "--keep-old")
    assert code == _refit.KEPT_OLD == 3
    assert "the old one is kept" in out
    assert contents(model) == kept


@pytest.mark.parametrize("where", ["compare", "write"])
def test_the_old_model_is_never_lost_half_way(where, model, files, capsys, monkeypatch):
    kept = contents(model)

    def stop(*args, **kwargs):
        raise KeyboardInterrupt

    place = "compare" if where == "compare" else "columns_of"
    module = _transfer if where == "compare" else sys.modules["langalign_sk._commands._predict"]
    monkeypatch.setattr(module, place, stop)
    code, _, err = said(capsys, "refit", model, "--pairs", files / "june.csv")
    assert code == 130
    assert f"interrupted: {model} is as it was" in err
    assert "--cache DIR would keep them" in err
    assert contents(model) == kept
    assert [path.name for path in model.parent.iterdir()] == ["model"]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda folder: (folder / "settings.toml").unlink(), "has no settings.toml"),
        (lambda folder: shutil.rmtree(folder / "model"), "is no folder that `transfer` wrote"),
        (
            lambda folder: (folder / "settings.toml").write_text('pairs = ["/no/may.csv"]'),
            "may.csv is not there any more",
        ),
    ],
)
def test_refit_says_what_is_missing(spoil, message, model, files, capsys):
    spoil(model)
    code, _, err = said(capsys, "refit", model, "--pairs", files / "june.csv")
    assert code == 2
    assert message in err


def test_evaluate_tells_accuracy_by_class_and_what_is_mixed_up(made, files, capsys):
    code, out, _ = said(capsys, "evaluate", made, files / "ko_test.tsv", "--json")
    assert code == 0
    found = json.loads(out)
    assert found["rows"] == 40
    assert found["low"] < found["accuracy"] < found["high"]
    right = sum(found["confusion"][name].get(name, 0) for name in found["confusion"])
    assert right / 40 == pytest.approx(found["accuracy"])
    assert sum(own["rows"] for own in found["classes"].values()) == 40
    assert sum(own["predicted"] for own in found["classes"].values()) == 40
    assert sum(one["rows"] for one in found["languages"].values()) == 40
    code, out, _ = said(capsys, "evaluate", made, files / "ko_test.tsv")
    assert out.startswith(f"accuracy {found['accuracy']:.3f} ({found['low']:.3f} to ")
    for name in found["classes"]:
        assert name in out


def test_machines_get_one_object_a_stage(made, files, tmp_path, capsys):
    code, _, err = said(
        capsys, "predict", made, files / "chat.txt", "--out", tmp_path / "o.csv", "--log-json"
    )
    assert code == 0
    told = [json.loads(line) for line in err.splitlines()]
    stages = [one["stage"] for one in told if "stage" in one]
    assert stages == ["load", "read", "predict"]
    assert all(one["status"] == "done" and one["seconds"] >= 0 for one in told if "stage" in one)
    assert [one["doubtful"] for one in told if one.get("stage") == "predict"] == [6]
    code, _, err = said(capsys, "predict", tmp_path, files / "chat.txt", "--log-json")
    told = [json.loads(line) for line in err.splitlines()]
    assert code == told[-1]["exit_code"] == 2
    assert "does not exist" in told[-1]["error"]


@pytest.mark.parametrize("name", ["transfer", "predict", "evaluate", "suggest", "refit", "export"])
def test_help_has_two_examples(name, capsys):
    with pytest.raises(SystemExit):
        main([name, "--help"])
    examples = capsys.readouterr().out.partition("examples:\n")[2].partition("\n\n")[0]
    assert examples.count(f"langalign-sk {name} ") >= 2


def test_an_exported_model_says_the_same_without_running_code(made, files, tmp_path, monkeypatch):
    assert main(["export", str(made), str(tmp_path / "safe")]) == 0
    assert not (tmp_path / "safe" / "model.joblib").exists()
    monkeypatch.setattr("joblib.load", lambda *_: pytest.fail("must not be unpickled"))
    told = []
    for folder in (tmp_path / "safe", made):
        if folder == made:
            monkeypatch.undo()
        out = tmp_path / "out.jsonl"
        assert main(["predict", str(folder), str(files / "ko_test.tsv"), "--out", str(out)]) == 0
        told.append(out.read_text("utf-8"))
    assert told[0] == told[1]


def test_a_model_of_another_version_that_fails_says_what_helps(made, files, capsys, monkeypatch):
    def fails(*_):
        raise AttributeError("no attribute 'taught'")

    monkeypatch.setattr("langalign_sk._commands._answers.answers", fails)
    code, _, err = said(capsys, "predict", made, files / "ko_test.tsv")
    assert code == 2
    assert "does not work with langalign-sk" in err
    assert "make it anew, transfer --config" in err
