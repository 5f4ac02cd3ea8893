"""The command ``monitor``: exit codes, the page, JSON, and texts taken as the new reference."""

import json

import joblib
import pytest
from sklearn.pipeline import Pipeline

from langalign_sk import EmbeddingExtractor, TransferClassifier
from langalign_sk.cli import main
from langalign_sk.monitor import REFERENCE_FILE


@pytest.fixture(scope="module")
def out(model, monitor, tmp_path_factory):
    """The folder of a model, as `transfer` writes it."""
    from langalign_sk._commands._saved import MODEL_FILE, model_folder

    out = tmp_path_factory.mktemp("watched") / "out"
    with model_folder(out) as made:
        joblib.dump(model, made / MODEL_FILE)
        monitor.save(made / REFERENCE_FILE)
    return out


@pytest.fixture
def files(texts, tmp_path):
    same, other = tmp_path / "same.txt", tmp_path / "other.txt"
    same.write_text("\n".join(texts[1]), "utf-8")
    other.write_text("\n".join([*texts[1][:60], *["これはペンです", "4711"] * 20]), "utf-8")
    return same, other


def test_what_has_not_changed_ends_with_0_and_what_has_with_3(out, files, capsys, tmp_path):
    assert main(["monitor", str(out), str(files[0])]) == 0
    assert "Nothing has changed that 150 texts would show." in capsys.readouterr().out
    page = tmp_path / "page.html"
    assert main(["monitor", str(out), str(files[1]), "--out", str(page)]) == 3
    said = capsys.readouterr().out
    assert "hold no words (before 0%)" in said or "in a script" in said
    text = page.read_text("utf-8")
    assert str(files[1]) in text
    assert "What next" in text


def test_json_is_all_that_is_printed(out, files, capsys):
    assert main(["monitor", str(out), str(files[1]), "--json", "--lang", "ko"]) == 3
    found = json.loads(capsys.readouterr().out)
    assert found["drifted"] is True
    assert found["rows"] == 100


def test_texts_may_become_the_reference(out, files, capsys, tmp_path):
    new = tmp_path / "new.safetensors"
    given = ["--reference", str(new)]
    assert main(["monitor", str(out), str(files[0]), *given]) == 2
    assert "nothing to compare with" in capsys.readouterr().err
    new.write_bytes((out / REFERENCE_FILE).read_bytes())
    assert main(["monitor", str(out), str(files[1]), *given, "--learn"]) == 0
    assert "new texts are compared with these 100 from now on" in capsys.readouterr().out
    assert main(["monitor", str(out), str(files[1]), *given]) == 0
    assert "further from the sentence pairs" not in capsys.readouterr().out


def test_a_model_whose_reference_was_learned_anew_has_not_changed(out, files, capsys):
    before = (out / REFERENCE_FILE).read_bytes()
    try:
        assert main(["monitor", str(out), str(files[0]), "--learn"]) == 0
        assert (out / REFERENCE_FILE).read_bytes() != before
        assert main(["predict", str(out), str(files[0])]) == 0
        assert "has changed since" not in capsys.readouterr().err
    finally:
        (out / REFERENCE_FILE).write_bytes(before)


def test_what_is_exported_can_be_watched_and_learned_anew(out, files, capsys, tmp_path):
    """The reference goes along, and one of their own leaves the model as it is for others."""
    folder = tmp_path / "for others"
    assert main(["export", str(out), str(folder)]) == 0
    assert f"predict '{folder}' TEXTS.txt" in capsys.readouterr().out
    assert (folder / REFERENCE_FILE).read_bytes() == (out / REFERENCE_FILE).read_bytes()
    assert main(["monitor", str(folder), str(files[0])]) == 0
    assert main(["monitor", str(folder), str(files[1]), "--learn"]) == 0
    assert main(["monitor", str(folder), str(files[1])]) == 0
    assert main(["predict", str(folder), str(files[0])]) == 0
    (folder / REFERENCE_FILE).unlink()  # it has none when the model has none
    assert main(["export", str(folder), str(tmp_path / "bare")]) == 0
    assert not (tmp_path / "bare" / REFERENCE_FILE).exists()
    assert main(["monitor", str(tmp_path / "bare"), str(files[1]), "--learn"]) == 0
    assert main(["predict", str(tmp_path / "bare"), str(files[0])]) == 0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--false-alarms", "5"], "--false-alarms 5.0: a share between 0 and 1"),
        (["--lang", "fr"], "--lang fr: the model knows en, ko"),
    ],
)
def test_mistakes_are_named(out, files, capsys, given, said):
    assert main(["monitor", str(out), str(files[0]), *given]) == 2
    assert said in capsys.readouterr().err


def test_evaluate_says_from_which_confidence_on_to_answer(out, demo, tmp_path, capsys):
    rows = zip(demo.test_texts, demo.test_labels, strict=True)
    lines = ["text\tlabel", *(f"{text}\t{label}" for text, label in rows)]
    (tmp_path / "test.tsv").write_text("\n".join(lines), "utf-8")
    given = ["evaluate", str(out), str(tmp_path / "test.tsv"), "--risk"]
    assert main([*given, "0.5", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["answer"]
    assert found["error"] <= found["at_most"] <= 0.5
    assert main([*given, "0.5"]) == 0
    assert f"Answer from a confidence of {found['threshold']:.3f} on" in capsys.readouterr().out
    assert main([*given, "0.001"]) == 0
    assert "No confidence is known" in capsys.readouterr().out
    assert main([*given, "2"]) == 2
    assert "--risk 2.0: a share between 0 and 1" in capsys.readouterr().err


def test_no_texts_are_named(out, tmp_path, capsys):
    (tmp_path / "none.txt").write_text("")
    assert main(["monitor", str(out), str(tmp_path / "none.txt")]) == 2
    assert "none.txt" in capsys.readouterr().err


def test_texts_that_a_model_has_learned_from_are_no_reference(model, demo, texts):
    from langalign_sk._commands._make import Material
    from langalign_sk._commands._watch import _learned, reference_of

    given = {"train": [], "labels": [], "pairs": demo.pairs, "unlabeled": texts[1]}
    assert reference_of(model, Material(**given, test=texts[0])).n_rows == len(texts[0])
    # The n-gram encoder of a command is fitted on the texts without labels.
    assert reference_of(model, Material(**given)).rows is None
    frozen = Pipeline([("embed", EmbeddingExtractor({"en": "use", "ko": "use"})), *model.steps[1:]])
    assert not _learned(frozen, "ko")
    recipe = Pipeline([frozen.steps[0], ("clf", TransferClassifier())])
    assert _learned(recipe, "ko")
