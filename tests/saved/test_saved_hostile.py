"""Files that are damaged, and files that mean harm."""

from __future__ import annotations

import pickle

import joblib
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from benchmarks.faults_saved import Watched, damage, hostile
from benchmarks.saved_hostile import HOSTILE, bases, listed, reseal
from langalign_sk import load, save
from langalign_sk.saved._strict import read_json
from langalign_sk.saved._tensors import read_tensors

S = np.random.default_rng(0).standard_normal((20, 3))
FITTED = LogisticRegression().fit(S, S[:, 0] > 0)


@pytest.fixture(scope="module")
def watched():
    return Watched()


@pytest.mark.slow
def test_hostile_folders_are_refused_and_do_nothing(tmp_path, watched):
    assert len(HOSTILE) >= 50
    assert hostile(tmp_path, watched) == []


def test_the_watch_sees_what_is_done(tmp_path, watched):
    with watched:
        (tmp_path / "file").write_text("written")
        pickle.loads(pickle.dumps(FITTED))
    kinds = {what.split(" ")[0] for what in watched.seen}
    watched.seen.clear()
    assert kinds == {"open", "pickle.find_class"}


def test_flipped_bits_and_missing_ends_are_refused(tmp_path):
    assert damage(45, tmp_path) == []


def test_what_is_not_believed_has_no_effect(tmp_path):
    folder = bases(tmp_path)["texts"]
    for name in ("cache= a folder", "trust_remote_code", "token_env"):
        HOSTILE[name].change(folder)
    with pytest.warns(UserWarning, match="not believed") as told:
        model = load(folder)
    assert len(told) == 1
    assert model.cache == "memory"
    assert model.model["en"].trust_remote_code is False
    assert model.model["en"].token_env is None
    asked = load(folder, trust_remote_code=True, token_env="HOME", cache=None, model_map={})
    assert asked.cache is None
    assert asked.model["en"].trust_remote_code is True
    assert asked.model["en"].token_env == "HOME"


@pytest.mark.parametrize("name", ["model.joblib", "model.pickle"])
def test_a_joblib_file_says_what_to_do(tmp_path, name):
    joblib.dump(FITTED, tmp_path / name)
    with pytest.raises(ValueError, match=r"save\(joblib.load\(.*model"):
        load(tmp_path / name)


def test_a_folder_of_the_commands_says_what_to_do(tmp_path):
    joblib.dump(FITTED, tmp_path / "model.joblib")
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(ValueError, match="was saved with joblib"):
        load(tmp_path)


def test_what_is_no_model_says_so(tmp_path):
    with pytest.raises(ValueError, match="does not exist"):
        load(tmp_path / "nix")
    with pytest.raises(ValueError, match="holds no saved model"):
        load(tmp_path)
    (tmp_path / "m.skops").write_bytes(b"PK\x03\x04")
    with pytest.raises(ValueError, match=r"skops.io.load"):
        load(tmp_path / "m.skops")
    folder = save(FITTED, tmp_path / "m")
    with pytest.raises(ValueError, match="load the folder"):
        load(folder / "model.json")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("dear")
    with pytest.raises(ValueError, match="holds other files"):
        save(FITTED, tmp_path / "other")


def test_the_card_may_be_taken_out_but_not_changed(tmp_path):
    folder = save(FITTED, tmp_path / "m")
    (folder / ".gitattributes").write_text("of git")
    (folder / "README.md").unlink()
    assert load(folder).coef_.tolist() == FITTED.coef_.tolist()
    (folder / "README.md").write_text("another model")
    with pytest.raises(ValueError, match=r"README.md"):
        load(folder)


def test_a_newer_format_names_the_version_that_wrote_it(tmp_path):
    folder = save(FITTED, tmp_path / "m")
    listed(lambda m: m.update(format=[1, 7]))(folder)
    with pytest.raises(ValueError, match=r"the format 1.7.*install langalign-sk"):
        load(folder)


def test_other_versions_are_told_once(tmp_path):
    folder = save(FITTED, tmp_path / "m")
    listed(lambda m: m["versions"].update({"scikit-learn": "1.3.0"}))(folder)
    with pytest.warns(UserWarning, match=r"saved with scikit-learn 1.3.0") as told:
        load(folder)
    assert len(told) == 1


def test_a_parameter_that_came_later_has_its_default(tmp_path):
    folder = save(FITTED, tmp_path / "m")
    path = folder / "model.json"
    path.write_text(path.read_text("utf-8").replace('"warm_start": false, ', ""), "utf-8")
    reseal(folder)
    assert load(folder).warm_start is False


@pytest.mark.parametrize("text", ['{"a": 1, "a": 2}', "[NaN]", "[1e999]", "[" * 10**5, '"\xff"'])
def test_json_is_read_strictly(text):
    with pytest.raises(ValueError, match="thing"):
        read_json(text.encode("latin-1"), "thing")


@pytest.mark.parametrize(
    "data", [b"", b"\0" * 8, b"\5\0\0\0\0\0\0\0[1,2]", b"\2\0\0\0\0\0\0\0{}more"]
)
def test_tensors_are_read_strictly(data):
    with pytest.raises(ValueError, match="thing"):
        read_tensors(memoryview(data), "thing")
