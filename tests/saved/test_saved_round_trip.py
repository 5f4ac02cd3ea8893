"""What is saved answers as before, in a fresh process, elsewhere, to the last bit."""

from __future__ import annotations

import numpy as np
import pytest
from safetensors.numpy import load_file
from sklearn.base import BaseEstimator
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

import langalign_sk
from benchmarks.faults_interrupts import public_estimators
from benchmarks.faults_saved import round_trip
from benchmarks.saved_models import HEADS, NOT_SAVED, alone, answers, more, with_heads
from benchmarks.trials import same
from langalign_sk import LangAligner, ParallelCorpus, RidgeMap, load, save, save_pretrained
from langalign_sk.saved._registry import FUNCTIONS, SKLEARN, class_of, function_of, name_of

RNG = np.random.default_rng(0)
S = RNG.standard_normal((60, 4))
T = S[:, ::-1] + 9
Y = (S[:, 0] > 0).astype(int)


def aligned(head):
    return make_pipeline(LangAligner(ParallelCorpus(S, T, target_lang="ko")), head).fit(S, Y)


@pytest.mark.slow
def test_every_estimator_answers_alike_in_a_fresh_process(tmp_path):
    models = alone() | more()
    assert public_estimators().keys() - {*NOT_SAVED} <= {name.partition(",")[0] for name in models}
    assert round_trip(models, tmp_path) == []


@pytest.mark.slow
def test_every_head_answers_alike_in_a_fresh_process(tmp_path):
    models = with_heads(lambda name: name.startswith(("LangAligner", "Transfer", "TextAligner")))
    assert len(models) >= 4 * len(HEADS)
    assert round_trip(models, tmp_path) == []


def test_the_comparison_sees_a_difference(tmp_path, monkeypatch):
    models = with_heads(lambda name: name == "PairFeatures + ridge")
    monkeypatch.setattr("benchmarks.faults_saved.answers", lambda model, rows: {"predict": rows})
    assert len(round_trip(models, tmp_path)) == 1


def test_saved_again_it_is_the_same_file(tmp_path):
    model = aligned(LogisticRegression())
    save(model, tmp_path / "one")
    save_pretrained(load(tmp_path / "one"), tmp_path / "two")
    for name in ("arrays.safetensors", "model.json", "README.md"):
        one, two = (tmp_path / folder / name for folder in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()


def test_arrays_keep_order_type_and_what_they_share(tmp_path):
    rows = np.asfortranarray(RNG.standard_normal((5, 3)).astype(np.float32))
    model = FunctionTransformer(
        kw_args={
            "rows": rows, "again": [rows, rows.T], "words": np.array([["a"], ["bc"]]),
            "mixed": np.array(["a", None, 1], dtype=object), "none": np.zeros((0, 3)),
            "scalar": np.float32(0.1), "flag": np.True_, "word": np.str_("a"), "inf": -np.inf,
            "half": np.arange(3, dtype=np.float16), "big": np.arange(3, dtype=">i4"),
            ("a", 1): {1, 2}, "slice": slice(1, None), "bytes": b"\xff", "type": np.float32,
            "dtype": np.dtype("f8"), "rng": np.random.default_rng(3), "lone": "\ud800",
        }
    )  # fmt: skip
    save(model, tmp_path / "m")
    found, wanted = load(tmp_path / "m").kw_args, model.kw_args
    assert found["rows"] is found["again"][0]
    assert found["rows"].flags.f_contiguous
    assert not found["rows"].flags.c_contiguous
    assert found.pop("rng").integers(1000) == wanted.pop("rng").integers(1000)
    assert found.pop("type") is wanted.pop("type") is np.float32
    assert found.pop("mixed").tolist() == wanted.pop("mixed").tolist()
    assert found.pop("big").tolist() == wanted.pop("big").tolist()
    assert same(found, wanted)


def test_the_library_reads_the_arrays_too(tmp_path):
    save(RidgeMap(alpha=1.0).fit(S, T), tmp_path / "m")
    arrays = load_file(tmp_path / "m" / "arrays.safetensors")
    assert {"coef_", "intercept_"} <= arrays.keys()


def test_what_is_loaded_can_be_fitted_again(tmp_path):
    model = aligned(LogisticRegression())
    save(model, tmp_path / "m")
    loaded = load(tmp_path / "m")
    loaded.set_params(langaligner__pairs=ParallelCorpus(S, T, target_lang="ko")).fit(S, Y)
    assert same(answers(loaded, T), answers(model, T))


def test_texts_and_places_of_this_machine_are_not_saved(tmp_path):
    pairs = ParallelCorpus(["a secret", "b"], ["비밀", "나"], target_lang="ko")
    kept = pairs.save(tmp_path / "corpus")
    model = make_pipeline(LangAligner(kept), LogisticRegression(), memory=str(tmp_path))
    save(model, tmp_path / "m")
    written = b"".join(path.read_bytes() for path in (tmp_path / "m").iterdir())
    assert b"secret" not in written
    assert str(tmp_path).encode() not in written


class Own(BaseEstimator):
    pass


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (RandomForestClassifier(2), r"steps\[1\]\[1\] is a sklearn.*Forest.*docs/saving.md"),
        (Own(), r"steps\[1\]\[1\] is a tests.*Own"),
        (GridSearchCV(LogisticRegression(), {"C": [1.0]}), r"steps\[1\]\[1\] is a .*GridSearch"),
        (FunctionTransformer(lambda x: x), r"steps\[1\]\[1\].func is .*lambda.*leave_out=\['steps"),
        (FunctionTransformer(kw_args={"a": 1j}), r"kw_args\['a'\] is a complex"),
        (LogisticRegression(C=np.datetime64("2020")), r"C is a numpy.datetime64"),
    ],
)
def test_what_needs_code_is_refused_with_its_place(tmp_path, head, said):
    model = make_pipeline(RidgeMap(), head)
    with pytest.raises(ValueError, match=said):
        save(model, tmp_path / "m")
    assert not (tmp_path / "m").exists()


@pytest.mark.parametrize(
    ("given", "shown"),
    [({"model": 1}, "got dict"), (RidgeMap, "got the class RidgeMap"), (5, "int")],
)
def test_what_is_no_model_is_named(given, shown, tmp_path):
    with pytest.raises(TypeError, match=f"a model is saved, one at a time, .*{shown}"):
        save(given, tmp_path / "m")
    assert not (tmp_path / "m").exists()


def test_a_search_says_what_to_save(tmp_path):
    search = GridSearchCV(LogisticRegression(), {"C": [1.0]}, cv=2).fit(S, Y)
    with pytest.raises(ValueError, match="save its best_estimator_"):
        save(search, tmp_path / "m")


def test_numbers_that_are_none_are_refused(tmp_path):
    fitted = LogisticRegression().fit(S, Y)
    fitted.coef_[0, 0] = np.nan
    with pytest.raises(ValueError, match="coef_ holds numbers that are not finite"):
        save(fitted, tmp_path / "m")


def test_a_model_that_holds_itself_is_refused(tmp_path):
    model = FunctionTransformer()
    model.kw_args = {"model": model}
    with pytest.raises(ValueError, match="holds itself"):
        save(model, tmp_path / "m")


def test_what_is_left_out_is_given(tmp_path):
    model = FunctionTransformer(np.tanh, lambda x: x, check_inverse=False)
    save(model, tmp_path / "m", leave_out=["inverse_func"])
    with pytest.raises(ValueError, match=r"given=\{'inverse_func': ...\}"):
        load(tmp_path / "m")
    assert load(tmp_path / "m", given={"inverse_func": np.arctanh}).inverse_func is np.arctanh
    with pytest.raises(ValueError, match="nothing was left out at 'func'"):
        load(tmp_path / "m", given={"inverse_func": abs, "func": abs})
    with pytest.raises(ValueError, match="no 'nix'"):
        save(model, tmp_path / "n", leave_out=["inverse_func", "nix"])


def test_every_listed_class_is_found_by_its_name():
    found = [f"{module}:{name}" for module, names in SKLEARN for name in names.split()]
    assert len(found) == len(set(found)) > 80
    missing = [name for name in found if class_of(name) is None]
    # Those of other versions of scikit-learn than the one that is installed.
    assert {name.partition(":")[2] for name in missing} <= {
        "_RemainderColsList",
        "_TemperatureScaling",
    }
    for name in set(found) - set(missing):
        assert name_of(class_of(name)) == name
    for module, names in FUNCTIONS:
        for name in names.split():
            assert callable(function_of(f"{module}:{name}"))
    ours = {name.rpartition(".")[2] for name in langalign_sk.SKOPS_TRUSTED}
    assert all(name_of(class_of(f"langalign_sk:{name}")) for name in ours)
    assert class_of("os:system") is class_of("sklearn.svm:SVC") is function_of("os:abort") is None
