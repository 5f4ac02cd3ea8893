"""Encoders tuned on labels: what comes out, what is left alone, and how a killed one goes on."""

import logging
import os
import pickle
import random
import subprocess
import sys
import textwrap
import threading
from importlib.util import find_spec

import accelerate.state
import joblib
import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from transformers.utils import logging as transformers_logging

from langalign_sk import EmbeddingExtractor, HubModel, TunedEncoder
from langalign_sk._io import locked
from langalign_sk.encoders import release_models
from langalign_sk.encoders._tuning_folder import TuningFolder

TEXTS = ["a red car", "the blue boat", "one red tree", "a blue sky", "red rain", "blue snow"] * 4
COLOURS = ["red", "blue"] * 12
PAIRS = [(a, b) for a in TEXTS[:6] for b in TEXTS[:6]]
SAME = [int(a.split()[-2:] == b.split()[-2:]) for a, b in PAIRS]


def quick(model, **settings):
    return TunedEncoder(model, **{"batch_size": 8, "learning_rate": 1e-3, **settings})


def weights(folder):
    return load_file(folder / "model.safetensors")


@pytest.fixture(scope="module")
def tuned(tiny_sentence_bert):
    return quick(tiny_sentence_bert, epochs=2).fit(TEXTS, COLOURS)


def test_tuning_separates_the_classes_better(tuned, tiny_sentence_bert):
    def separation(vectors):
        vectors = vectors - vectors.mean(axis=0)
        red, blue = vectors[::2], vectors[1::2]
        between = np.linalg.norm(red.mean(axis=0) - blue.mean(axis=0))
        return between / np.sqrt(red.var(axis=0).sum() + blue.var(axis=0).sum())

    before = EmbeddingExtractor(tiny_sentence_bert, normalize=False).transform(TEXTS)
    assert separation(tuned.encode(TEXTS)) > 1.1 * separation(before)
    assert [round(entry["epoch"]) for entry in tuned.history_] == [1, 2]
    assert list(tuned.classes_) == ["blue", "red"]
    assert tuned.seconds_ > 0


@pytest.mark.parametrize("loss", ["classification", "contrastive"])
def test_a_plain_checkpoint_is_tuned_as_well(tiny_bert, loss):
    encoder = quick(tiny_bert, loss=loss).fit(TEXTS, COLOURS)
    before = EmbeddingExtractor(tiny_bert, normalize=False).transform(TEXTS)
    assert encoder.encode(TEXTS).shape == before.shape
    assert not np.allclose(encoder.encode(TEXTS), before, atol=1e-3)


def test_saved_by_folder_and_by_value_it_is_the_same_encoder(tuned, tmp_path):
    tuned.save(tmp_path / "tuned")
    joblib.dump(tuned, tmp_path / "tuned.joblib")
    loaded = joblib.load(tmp_path / "tuned.joblib")
    expected = tuned.encode(TEXTS)
    from_folder = EmbeddingExtractor(tmp_path / "tuned", normalize=False)
    np.testing.assert_allclose(from_folder.transform(TEXTS), expected, atol=1e-5)
    assert np.array_equal(loaded.encode(TEXTS), expected)
    embed = EmbeddingExtractor(tuned, normalize=False)
    assert from_folder.spec() == embed.spec() == EmbeddingExtractor(loaded, normalize=False).spec()
    with pytest.raises(FileExistsError, match="is not empty"):
        tuned.save(tmp_path / "tuned")


def test_settings_of_a_hub_model_go_with_it(tuned, tiny_sentence_bert):
    cls = EmbeddingExtractor(HubModel(tuned, pooling="cls"))
    assert cls.spec() != EmbeddingExtractor(tuned).spec()
    assert not np.allclose(cls.transform(TEXTS), EmbeddingExtractor(tuned).transform(TEXTS))
    with pytest.raises(ValueError, match="backend='onnx': does not apply to the TunedEncoder"):
        EmbeddingExtractor(HubModel(tuned, backend="onnx")).transform(TEXTS)


def test_its_model_goes_with_it(tuned):
    copy = pickle.loads(pickle.dumps(tuned))
    copy.encode(["a"])
    from langalign_sk._process import _models

    assert copy.checkpoint_ in _models._owned
    release_models()
    assert copy.checkpoint_ not in _models._owned
    assert copy.encode(["a"]).shape == (1, 32)


def test_a_damaged_one_is_noticed(tuned):
    copy = pickle.loads(pickle.dumps(tuned))
    copy.checkpoint_.files["model.safetensors"][-1] ^= 1
    with pytest.raises(ValueError, match="this saved encoder is damaged"):
        copy.encode(["a"])


def test_a_clone_is_not_tuned(tuned):
    copy = clone(tuned)
    assert copy.get_params() == tuned.get_params()
    for call in (copy.fingerprint, lambda: copy.encode(["a"])):
        with pytest.raises(NotFittedError, match="this TunedEncoder is not fitted"):
            call()


def test_the_same_seed_gives_the_same_weights_and_nothing_else_changes(
    tuned, tiny_sentence_bert, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    files = sorted(p.name for p in tiny_sentence_bert.rglob("*"))
    talkers = [logging.getLogger(n) for n in ("transformers", "sentence_transformers", "datasets")]

    def state():
        return (
            random.getstate(),
            [str(part) for part in np.random.get_state()],  # noqa: NPY002
            torch.get_rng_state().tolist(),
            torch.get_default_dtype(),
            dict(os.environ),
            [logger.level for logger in talkers],
            transformers_logging.is_progress_bar_enabled(),
            dict(accelerate.state.PartialState._shared_state),
            dict(accelerate.state.AcceleratorState._shared_state),
        )

    before = state()
    again = quick(tiny_sentence_bert, epochs=2).fit(TEXTS, COLOURS)
    other = quick(tiny_sentence_bert, epochs=2, random_state=1).fit(TEXTS, COLOURS)
    assert state() == before
    assert again.fingerprint() == tuned.fingerprint() != other.fingerprint()
    assert list(tmp_path.iterdir()) == []
    assert sorted(p.name for p in tiny_sentence_bert.rglob("*")) == files


def interrupted(monkeypatch, encoder, at, *, y=COLOURS):
    """Fit until the checkpoint of some step is whole, and no further."""
    saved = TuningFolder.saved

    def killed(self, step, best):
        saved(self, step, best)
        if step == at:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(TuningFolder, "saved", killed)
        with pytest.raises(KeyboardInterrupt):
            encoder.fit(TEXTS, y)
    assert not encoder.is_fitted()


@pytest.mark.parametrize(("every", "at"), [(500, 3), (2, 4)], ids=["at an epoch", "within one"])
def test_a_killed_tuning_goes_on_and_ends_where_it_would_have(
    tiny_sentence_bert, tmp_path, monkeypatch, every, at
):
    monkeypatch.setattr("langalign_sk.encoders._trainer._STEPS", every)
    expected = quick(tiny_sentence_bert, epochs=3).fit(TEXTS, COLOURS)
    encoder = quick(tiny_sentence_bert, epochs=3, folder=tmp_path)
    interrupted(monkeypatch, encoder, at)
    (place,) = tmp_path.iterdir()
    half = place / f"checkpoint-{at + 1}"  # as if killed while writing the next one
    half.mkdir()
    (half / "trainer_state.json").write_text("{")
    seen = []
    monkeypatch.setattr(
        TuningFolder,
        "last",
        lambda self, last=TuningFolder.last: seen.append(last(self)) or seen[0],
    )
    assert encoder.fit(TEXTS, COLOURS).fingerprint() == expected.fingerprint()
    assert [path.name for path in seen] == [f"checkpoint-{at}"]
    assert sorted(path.name for path in place.iterdir()) == [".lock", "history.json", "tuned"]


def test_who_wants_the_same_tuning_waits_for_it(tiny_sentence_bert, tmp_path):
    first = quick(tiny_sentence_bert, folder=tmp_path).fit(TEXTS, COLOURS)
    (place,) = tmp_path.iterdir()
    again = quick(tiny_sentence_bert, folder=tmp_path)
    with locked(place / ".lock"):
        waiting = threading.Thread(target=again.fit, args=(TEXTS, COLOURS))
        waiting.start()
        waiting.join(0.5)
        assert waiting.is_alive()
    waiting.join()
    assert again.fingerprint() == first.fingerprint()


def test_a_tuning_that_ended_is_found_and_others_are_not(tiny_sentence_bert, tmp_path, monkeypatch):
    first = quick(tiny_sentence_bert, folder=tmp_path).fit(TEXTS, COLOURS)
    monkeypatch.setattr(TunedEncoder, "_tune", None)
    again = quick(tiny_sentence_bert, folder=tmp_path, progress=False).fit(TEXTS, COLOURS)
    assert again.fingerprint() == first.fingerprint()
    assert again.history_ == first.history_
    for settings, y in [({"learning_rate": 2e-3}, COLOURS), ({}, COLOURS[::-1])]:
        with pytest.raises(TypeError, match="NoneType"):
            quick(tiny_sentence_bert, folder=tmp_path, **settings).fit(TEXTS, y)
    with pytest.raises(ValueError, match="a tuning is found again by its seed"):
        quick(tiny_sentence_bert, folder=tmp_path, random_state=None).fit(TEXTS, COLOURS)


def changed(encoder, base, tmp_path):
    encoder.save(tmp_path / "tuned")
    before, after = weights(base), weights(tmp_path / "tuned")
    assert before.keys() == after.keys()
    return {name for name in before if not np.array_equal(before[name], after[name])}


def test_frozen_layers_stay_as_they_are(tiny_sentence_bert, tmp_path):
    encoder = quick(tiny_sentence_bert, freeze=2).fit(TEXTS, COLOURS)
    moved = changed(encoder, tiny_sentence_bert, tmp_path)
    assert moved
    assert all("encoder.layer.2." in name for name in moved)


def test_lora_is_merged_into_the_weights(tiny_sentence_bert, tmp_path):
    encoder = quick(tiny_sentence_bert, lora=2, freeze=1).fit(TEXTS, COLOURS)
    moved = changed(encoder, tiny_sentence_bert, tmp_path)
    assert moved
    assert all(name.endswith("weight") for name in moved)
    assert not any("embeddings" in name or "layer.0." in name for name in moved)
    name = "encoder.layer.2.intermediate.dense.weight"
    before, after = weights(tiny_sentence_bert)[name], weights(tmp_path / "tuned")[name]
    assert np.linalg.matrix_rank(after - before, tol=1e-5) == 2


def test_blended_weights_lie_between(tiny_sentence_bert, tuned, tmp_path):
    blended = quick(tiny_sentence_bert, epochs=2, blend=0.25).fit(TEXTS, COLOURS)
    for encoder, name in ((tuned, "whole"), (blended, "blended")):
        encoder.save(tmp_path / name)
    frozen, whole, mean = map(
        weights, (tiny_sentence_bert, tmp_path / "whole", tmp_path / "blended")
    )
    for name in frozen:
        np.testing.assert_allclose(mean[name], 0.75 * frozen[name] + 0.25 * whole[name], atol=1e-6)


def test_the_best_weights_on_held_out_rows_are_kept(tiny_sentence_bert):
    settings = {"validation_fraction": 0.25, "learning_rate": 2e-2, "epochs": 6}
    stopped = quick(tiny_sentence_bert, patience=1, **settings).fit(TEXTS, COLOURS)
    losses = [entry["eval_loss"] for entry in stopped.history_ if "eval_loss" in entry]
    assert len(losses) < 6
    assert losses[-1] >= min(losses)
    best = 1 + int(np.argmin(losses))
    again = quick(tiny_sentence_bert, patience=best + 9, **settings).fit(TEXTS, COLOURS)
    assert len(again.history_) == 12


@pytest.mark.parametrize("settings", [{}, {"product": True}, {"two_texts": "together"}], ids=str)
def test_two_texts(tiny_sentence_bert, settings):
    encoder = quick(tiny_sentence_bert, validation_fraction=0.3, **settings).fit(PAIRS, SAME)
    as_columns = quick(tiny_sentence_bert, validation_fraction=0.3, **settings)
    assert as_columns.fit(np.array(PAIRS, object), SAME).fingerprint() == encoder.fingerprint()
    before = EmbeddingExtractor(tiny_sentence_bert, normalize=False).transform(TEXTS)
    assert not np.allclose(encoder.encode(TEXTS), before, atol=1e-3)
    if encoder.two_texts == "together":
        assert encoder.encode(PAIRS).shape == (36, 32)
    else:
        with pytest.raises(ValueError, match="holds two texts a row, where one is wanted"):
            encoder.encode(PAIRS)


def test_lower_precision_and_a_length_of_its_own(tiny_sentence_bert):
    encoder = quick(tiny_sentence_bert, dtype="bfloat16", max_length=4).fit(TEXTS, COLOURS)
    vectors = encoder.encode(["a red car", "a red boat"])
    assert vectors.dtype == np.float32
    assert np.array_equal(vectors[0], vectors[1])  # four tokens: the rest was cut


@pytest.mark.parametrize(
    ("settings", "X", "y", "message"),
    [
        ({}, [], [], "TunedEncoder.fit got no texts"),
        ({}, TEXTS, None, "TunedEncoder.fit needs labels: y is None"),
        ({}, TEXTS, COLOURS[1:], "got 24 rows and 23 labels"),
        ({}, TEXTS, ["red"] * 24, "y has one class, 'red': at least two are needed"),
        ({}, TEXTS, [np.nan, *range(23)], "y has no label in row 0"),
        ({}, TEXTS, ["red", None, *COLOURS[2:]], "y has no label in row 1"),
        ({}, TEXTS, np.linspace(0, 1, 24), "y holds continuous values"),
        ({"product": True}, TEXTS, COLOURS, "product=True is for rows of two texts"),
        ({"two_texts": "together"}, TEXTS, COLOURS, 'two_texts="together" is for rows of two'),
        ({"loss": "contrastive"}, PAIRS, SAME, "is for rows of one text"),
        ({}, [*PAIRS[:-1], "one"], SAME, "mixes rows of one text and rows of two"),
        ({"patience": 2}, TEXTS, COLOURS, "give a validation_fraction"),
        ({"validation_fraction": 0.05}, TEXTS, list("abcdefgh") * 3, "too few to hold some of"),
        ({"freeze": 3}, TEXTS, COLOURS, "freeze=3: this model has 3 layers"),
        ({"max_length": 100}, TEXTS, COLOURS, "at most 64"),
        ({"epochs": 0}, TEXTS, COLOURS, "The 'epochs' parameter"),
    ],
)
def test_errors(tiny_sentence_bert, settings, X, y, message):
    encoder = quick(tiny_sentence_bert, **settings)
    with pytest.raises(ValueError, match=message):
        encoder.fit(X, y)
    assert not encoder.is_fitted()


def test_only_checkpoints_can_be_tuned(counting_encoder):
    for model in ("use", counting_encoder):
        with pytest.raises(TypeError, match="model must be the name or folder"):
            TunedEncoder(model).fit(TEXTS, COLOURS)
        with pytest.raises(TypeError, match="model must be the name or folder"):
            EmbeddingExtractor(TunedEncoder(model)).fit(TEXTS, COLOURS)


@pytest.mark.parametrize(
    ("missing", "settings", "extra"),
    [("accelerate", {}, "tune"), ("datasets", {}, "tune"), ("peft", {"lora": 2}, "lora")],
)
def test_missing_packages_are_named_with_their_extra(
    monkeypatch, tiny_sentence_bert, missing, settings, extra
):
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name: None if name == missing else find_spec(name)
    )
    with pytest.raises(ImportError, match=rf"needs {missing}.*langalign-sk\[{extra}\]"):
        quick(tiny_sentence_bert, **settings).fit(TEXTS, COLOURS)


def test_what_was_saved_needs_no_trainer(tuned, tmp_path):
    joblib.dump(tuned, tmp_path / "tuned.joblib")
    np.save(tmp_path / "expected.npy", tuned.encode(TEXTS[:2]))
    code = f"""
        import sys
        from importlib.machinery import PathFinder

        absent = ("accelerate", "datasets", "peft")

        class Without(PathFinder):
            @classmethod
            def find_spec(cls, name, path=None, target=None):
                there = name.partition(".")[0] not in absent
                return PathFinder.find_spec(name, path, target) if there else None

            @classmethod
            def find_distributions(cls, *context):
                return (d for d in PathFinder.find_distributions(*context) if d.name not in absent)

        sys.meta_path = [Without if found is PathFinder else found for found in sys.meta_path]
        import joblib, numpy as np
        tuned = joblib.load({str(tmp_path / "tuned.joblib")!r})
        found = tuned.encode({TEXTS[:2]!r})
        assert np.array_equal(found, np.load({str(tmp_path / "expected.npy")!r}))
        try:
            tuned.fit({TEXTS!r}, {COLOURS!r})
        except ImportError as error:
            print(error)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "langalign-sk[tune]" in done.stdout
