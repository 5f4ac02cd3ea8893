"""Encoders by name: redirected, carried along, and never sought where a file says."""

from __future__ import annotations

import json
import shutil
import warnings

import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from langalign_sk import EmbeddingExtractor, HubModel, NgramEncoder, load, save
from langalign_sk.encoders import HttpEncoder, OnnxEncoder

TEXTS = ["a cat", "a dog", "the red car", "the blue car"]
LABELS = [0, 0, 1, 1]


@pytest.fixture
def encoder(tiny_sentence_bert, tmp_path):
    return shutil.copytree(tiny_sentence_bert, tmp_path / "encoder")


def fitted(model):
    embed = EmbeddingExtractor(model, progress=False)
    return make_pipeline(embed, LogisticRegression()).fit(TEXTS, LABELS)


def answer(model):
    return model.predict_proba(TEXTS).tolist()


def test_a_folder_of_another_machine_is_named_here(encoder, tmp_path):
    model = fitted(HubModel(str(encoder), max_length=16))
    wanted = answer(model)
    save(model, tmp_path / "m")
    with pytest.raises(ValueError, match="model_map=.*include_weights=True"):
        load(tmp_path / "m")
    moved = shutil.move(encoder, tmp_path / "moved")
    loaded = load(tmp_path / "m", model_map={str(encoder): moved})
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # the same weights, and it knows
        assert answer(loaded) == wanted
    assert loaded[0].model.max_length == 16
    with pytest.raises(ValueError, match="has no encoder 'nix'"):
        load(tmp_path / "m", model_map={str(encoder): moved, "nix": moved})


def test_other_weights_under_the_new_name_are_refused(encoder, tiny_bert, tmp_path):
    save(fitted(str(encoder)), tmp_path / "m")
    loaded = load(tmp_path / "m", model_map={str(encoder): tiny_bert})
    with pytest.raises(ValueError, match="other weights"):
        loaded.predict(TEXTS)


def test_weights_travel_with_the_model(encoder, tmp_path):
    (encoder / "README.md").write_text("---\nlicense: mit\n---\n# Encoder\n")
    model = fitted({"en": str(encoder), "ko": HubModel(str(encoder), prompt="a ")})
    wanted = answer(model)
    save(model, tmp_path / "m", include_weights=True)
    carried = sorted(p.name for p in (tmp_path / "m" / "encoders").iterdir())
    assert carried == ["0"]
    assert "| in this folder | mit |" in (tmp_path / "m" / "README.md").read_text("utf-8")
    shutil.rmtree(encoder)
    loaded = load(shutil.move(tmp_path / "m", tmp_path / "elsewhere"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert answer(loaded) == wanted


def test_a_damaged_encoder_is_refused(encoder, tmp_path):
    folder = save(fitted(str(encoder)), tmp_path / "m", include_weights=True)
    weights = folder / "encoders" / "0" / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    with pytest.raises(ValueError, match=r"encoders/0/model.safetensors is not the file"):
        load(folder)


def test_weights_in_pickle_do_not_travel(encoder, tmp_path):
    (encoder / "model.safetensors").unlink()
    (encoder / "pytorch_model.bin").write_bytes(b"pickle")
    model = EmbeddingExtractor(str(encoder))
    with pytest.raises(ValueError, match="no weights in .safetensors"):
        save(model, tmp_path / "m", include_weights=True)
    with pytest.raises(ValueError, match="not on this machine"):
        save(EmbeddingExtractor("org/nix"), tmp_path / "m", include_weights=True)


def test_a_name_of_the_hub_stays_a_name(tmp_path):
    model = EmbeddingExtractor({"en": HubModel("org/one", revision="v1"), "ko": "two"})
    save(model, tmp_path / "m")
    loaded = load(tmp_path / "m")
    assert loaded.model["en"].get_params() == model.model["en"].get_params()
    assert loaded.model["ko"] == "two"
    there = load(tmp_path / "m", model_map={"org/one": "org/mirror", "two": NgramEncoder()})
    assert there.model["en"].model == "org/mirror"
    assert isinstance(there.model["ko"], NgramEncoder)


def test_a_name_that_is_a_folder_by_now_is_not_opened(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    save(EmbeddingExtractor("org/one"), tmp_path / "m")
    (tmp_path / "org" / "one").mkdir(parents=True)
    with pytest.raises(ValueError, match="model_map"):
        load(tmp_path / "m")


def test_a_server_is_asked_only_where_the_caller_says_so(tmp_path):
    server = HttpEncoder("http://127.0.0.1:9/v1", "small", api_key_env="A_KEY")
    save(EmbeddingExtractor({"en": server, "ko": server}), tmp_path / "m")
    assert b"A_KEY" not in (tmp_path / "m" / "model.json").read_bytes()
    with pytest.raises(ValueError, match=r"HttpEncoder\('http://127.0.0.1:9/v1', 'small'\)"):
        load(tmp_path / "m")
    loaded = load(tmp_path / "m", model_map={"http://127.0.0.1:9/v1": server})
    assert loaded.model["en"] is loaded.model["ko"] is server


def test_an_exported_encoder_travels_too(tmp_path):
    folder = tmp_path / "onnx"
    folder.mkdir()
    (folder / "model.onnx").write_bytes(b"graph")
    (folder / "tokenizer.json").write_text("{}")
    about = {"width": 3, "max_length": 8, "pad_id": 0, "digest": "d"}
    (folder / "onnx_encoder.json").write_text(json.dumps(about))
    model = EmbeddingExtractor(OnnxEncoder(folder, n_threads=1))
    save(model, tmp_path / "named")
    with pytest.raises(ValueError, match="model_map"):
        load(tmp_path / "named")
    save(model, tmp_path / "m", include_weights=True)
    loaded = load(tmp_path / "m").model
    assert loaded.folder == tmp_path / "m" / "encoders" / "0"
    assert (loaded.n_threads, loaded.fingerprint()) == (1, "onnx:d")
    with pytest.raises(ValueError, match=r"steps|model_map"):
        load(tmp_path / "named", model_map={"nix": "x"})


def test_shared_encoders_stay_one(tmp_path):
    encoder = NgramEncoder(4).fit(TEXTS)
    save(EmbeddingExtractor({"en": encoder, "ko": encoder}), tmp_path / "m")
    loaded = load(tmp_path / "m").model
    assert loaded["en"] is loaded["ko"]


def test_an_object_of_ones_own_is_left_out_and_given(tmp_path, counting_encoder):
    model = EmbeddingExtractor(counting_encoder)
    with pytest.raises(ValueError, match=r"leave_out=\['model'\]"):
        save(model, tmp_path / "m")
    save(model, tmp_path / "m", leave_out=["model"])
    assert load(tmp_path / "m", given={"model": counting_encoder}).model is counting_encoder
