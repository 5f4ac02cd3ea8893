"""ONNX folders that others exported: a graph, a tokeniser, and what is said beside them."""

import json
import pickle

import numpy as np
import pytest

from langalign_sk import EmbeddingExtractor
from langalign_sk._commands._encoders import model_of
from langalign_sk.encoders import OnnxEncoder

pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
onnx = pytest.importorskip("onnx", reason="onnx is not installed")

WORDS = ["[PAD]", "[UNK]", "a", "red", "boat", "tree"]
WEIGHTS = np.random.default_rng(0).normal(size=(len(WORDS), 3)).astype(np.float32)


def graph(outputs=("last_hidden_state",), inputs=("input_ids", "attention_mask")):
    """A graph whose vector of a token is a row of the weights."""
    from onnx import TensorProto, helper, numpy_helper

    nodes = [
        helper.make_node("Gather", ["weights", "input_ids"], ["last_hidden_state"]),
        helper.make_node("ReduceMax", ["last_hidden_state"], ["pooled"], axes=[1], keepdims=0),
        helper.make_node("Identity", ["pooled"], ["sentence_embedding"]),
    ]
    ranks = {"last_hidden_state": ["b", "t", 3], "sentence_embedding": ["b", 3], "pooled": ["b", 3]}
    made = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(name, TensorProto.INT64, ["b", "t"]) for name in inputs],
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, ranks[n]) for n in outputs],
        [numpy_helper.from_array(WEIGHTS, "weights")],
    )
    return helper.make_model(
        made, ir_version=8, opset_imports=[helper.make_opsetid("", 13)]
    ).SerializeToString()


def make_folder(folder, *, name="model.onnx", pooling=None, modules=None, **kwargs):
    import tokenizers
    from tokenizers import models, pre_tokenizers

    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(graph(**kwargs))
    vocabulary = {word: number for number, word in enumerate(WORDS)}
    tokenizer = tokenizers.Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"model_max_length": 4, "pad_token": "[PAD]"})
    )
    if pooling is not None:
        (folder / "1_Pooling").mkdir()
        (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
    if modules is not None:
        (folder / "modules.json").write_text(
            json.dumps([{"type": f"sentence_transformers.models.{name}"} for name in modules])
        )
    return folder


def mean(text):
    numbers = [WORDS.index(word) if word in WORDS else 1 for word in text.split()][:4]
    return WEIGHTS[numbers].mean(axis=0)


TEXTS = ["a red boat", "tree", "a strange tree and a boat"]


@pytest.mark.parametrize(
    "pooling",
    [
        {"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False},
        {"pooling_mode": "mean"},
    ],
)
def test_pooling_is_found_out(tmp_path, pooling):
    folder = make_folder(tmp_path, pooling=pooling, modules=["Transformer", "Pooling"])
    encoder = OnnxEncoder(folder)
    np.testing.assert_allclose(encoder.encode(TEXTS), [mean(t) for t in TEXTS], rtol=1e-5)
    assert encoder.encode([]).shape == (0, 3)
    assert encoder.get_embedding_dimension() == 3
    again = pickle.loads(pickle.dumps(encoder))
    assert again.fingerprint() == encoder.fingerprint()
    np.testing.assert_array_equal(again.encode(TEXTS), encoder.encode(TEXTS))
    lengths = np.linalg.norm(EmbeddingExtractor(encoder).transform(TEXTS), axis=1)
    np.testing.assert_allclose(lengths, 1, rtol=1e-5)


def test_pooling_is_told(tmp_path):
    folder = make_folder(tmp_path, name="onnx/model.onnx")
    first = OnnxEncoder(folder, pooling="cls").encode(TEXTS)
    np.testing.assert_allclose(first[0], WEIGHTS[2], rtol=1e-6)
    np.testing.assert_allclose(
        OnnxEncoder(folder, pooling="max").encode(TEXTS[:1])[0], WEIGHTS[2:5].max(axis=0), rtol=1e-6
    )
    both = {OnnxEncoder(folder, pooling=how).fingerprint() for how in ("cls", "mean")}
    assert len(both) == 2
    with pytest.raises(ValueError, match=r"says how they become.*pooling='mean' or pooling='cls'"):
        OnnxEncoder(folder).encode(["a"])
    with pytest.raises(ValueError, match="pooling must be one of"):
        OnnxEncoder(folder, pooling="median")


def test_a_vector_per_text_is_taken_as_it_is(tmp_path):
    folder = make_folder(
        tmp_path / "both",
        outputs=("last_hidden_state", "sentence_embedding"),
        inputs=("input_ids", "attention_mask", "token_type_ids"),
        pooling={"pooling_mode": "mean"},
        modules=["Transformer", "Pooling", "Dense", "Normalize"],
    )
    vectors = OnnxEncoder(folder).encode(["a red boat"])
    wanted = WEIGHTS[2:5].max(axis=0)
    np.testing.assert_allclose(vectors[0], wanted / np.linalg.norm(wanted), rtol=1e-5)
    only = make_folder(tmp_path / "only", outputs=("pooled",))
    np.testing.assert_allclose(OnnxEncoder(only).encode(["a red boat"])[0], wanted, rtol=1e-5)
    with pytest.raises(ValueError, match="none of which is a vector per token"):
        OnnxEncoder(only, pooling="mean").encode(["a"])


def test_says_what_a_folder_lacks(tmp_path):
    with pytest.raises(ValueError, match=r"no graph; wanted are model.onnx and tokenizer.json"):
        OnnxEncoder(tmp_path)
    folder = make_folder(tmp_path / "a", name="first.onnx", pooling={"pooling_mode": "mean"})
    assert OnnxEncoder(folder).encode(["a"]).shape == (1, 3)
    (folder / "second.onnx").write_bytes(b"")
    with pytest.raises(ValueError, match="several graphs"):
        OnnxEncoder(folder)
    (folder / "second.onnx").unlink()
    (folder / "tokenizer.json").unlink()
    with pytest.raises(ValueError, match="has no tokenizer.json"):
        OnnxEncoder(folder)
    dense = make_folder(
        tmp_path / "b", pooling={"pooling_mode": "mean"}, modules=["Pooling", "Dense"]
    )
    with pytest.raises(ValueError, match="Dense, which is not in the graph"):
        OnnxEncoder(dense).encode(["a"])
    strange = make_folder(tmp_path / "c", inputs=("input_ids", "pixels"))
    with pytest.raises(ValueError, match=r"asks for \['pixels'\]"):
        OnnxEncoder(strange, pooling="cls").encode(["a"])
    (strange / "config.json").write_text("{")
    with pytest.raises(ValueError, match="config.json is damaged"):
        OnnxEncoder(strange)
    changed = OnnxEncoder(dense, pooling="cls")
    (dense / "model.onnx").write_bytes(graph() + b"\0")
    with pytest.raises(ValueError, match="or that this encoder was made with"):
        changed.encode(["a"])


def test_a_command_tries_it_first_and_speaks_of_files(tmp_path):
    folder = make_folder(tmp_path / "graph")
    config = folder / "1_Pooling" / "config.json"
    with pytest.raises(ValueError, match="a vector per token") as raised:
        model_of(str(folder), option="--encoder ko=graph")
    said = str(raised.value)
    assert said.startswith("--encoder ko=graph: ")
    assert "pooling=" not in said
    assert said.endswith(
        f'write {{"pooling_mode": "mean"}} into {config}, or "cls" or "max" for mean, as the '
        "model's own page says"
    )
    config.parent.mkdir()
    config.write_text('{"pooling_mode": "cls"}')
    assert model_of(str(folder)).encode(["a red boat"]).shape == (1, 3)
