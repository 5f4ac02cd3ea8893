"""Where and how a model computes: types, devices, backends, prompts by name, whose code."""

import gc
import json
import shutil
import warnings

import numpy as np
import pytest
from sklearn.base import clone

from langalign_sk.encoders import HubModel, release_models
from langalign_sk.encoders._checkpoint import find_checkpoint
from langalign_sk.text import EmbeddingExtractor

TEXTS = [f"text number {i} {'on and ' * (i % 7)}" for i in range(50)]


@pytest.fixture(params=["tiny_bert", "tiny_sentence_bert"])
def folder(request):
    return str(request.getfixturevalue(request.param))


def test_int8_is_near_and_float32(folder):
    exact = EmbeddingExtractor(folder, cache=None).transform(TEXTS)
    extractor = EmbeddingExtractor(HubModel(folder, dtype="int8", device="cpu"), cache=None)
    vectors = extractor.transform(TEXTS)
    assert vectors.dtype == np.float32
    assert not np.array_equal(vectors, exact)
    assert (vectors * exact).sum(axis=1).mean() > 0.8
    again = EmbeddingExtractor(folder, cache=None).transform(TEXTS)
    np.testing.assert_array_equal(again, exact)  # the float32 model is another one


def test_several_devices_share_the_work(folder, monkeypatch):
    from transformers import BertModel

    models = set()
    real = BertModel.forward

    def forward(self, *args, **kwargs):
        models.add(id(self))
        return real(self, *args, **kwargs)

    monkeypatch.setattr(BertModel, "forward", forward)
    extractor = EmbeddingExtractor(HubModel(folder, device=["cpu", "cpu"]), cache=None)
    expected = EmbeddingExtractor(folder, cache=None).transform(TEXTS)
    models.clear()
    np.testing.assert_allclose(extractor.transform(TEXTS), expected, atol=1e-5)
    assert len(models) == 2
    assert 0 <= extractor.last_run().padding < 0.5
    assert clone(extractor).spec() == clone(extractor).set_params(model__device=None).spec()
    np.testing.assert_allclose(
        extractor.transform(["a"]), clone(extractor).set_params(model__device=None).transform(["a"])
    )


def test_a_layer_by_fraction(folder):
    for fraction, index in [(0.0, 0), (0.5, 2), (1.0, 3), (1 / 3, 1)]:  # of three layers
        by_fraction = EmbeddingExtractor(folder, layer=fraction, cache=None).transform(TEXTS[:5])
        by_index = EmbeddingExtractor(folder, layer=index, cache=None).transform(TEXTS[:5])
        np.testing.assert_array_equal(by_fraction, by_index)
    one, last = (EmbeddingExtractor(folder, layer=layer) for layer in (1, 1.0))
    assert one.spec() != last.spec()
    assert not np.allclose(one.transform(TEXTS[:5]), last.transform(TEXTS[:5]), atol=1e-3)


def test_prompts_by_name(tiny_sentence_bert, tmp_path):
    folder = shutil.copytree(tiny_sentence_bert, tmp_path / "prompted")
    config = {"prompts": {"query": "find this: ", "document": ""}, "default_prompt_name": None}
    (folder / "config_sentence_transformers.json").write_text(json.dumps(config))
    plain = EmbeddingExtractor(folder, cache=None)
    named = clone(plain).set_params(prompt="query").transform(TEXTS[:3])
    literal = clone(plain).set_params(prompt="find this: ").transform(TEXTS[:3])
    np.testing.assert_array_equal(named, literal)
    assert not np.allclose(named, plain.transform(TEXTS[:3]), atol=1e-3)
    bare = clone(plain).set_params(prompt="query", pooling="mean")
    np.testing.assert_allclose(bare.transform(TEXTS[:3]), named, atol=1e-6)
    config["default_prompt_name"] = "query"
    (folder / "config_sentence_transformers.json").write_text(json.dumps(config))
    np.testing.assert_array_equal(clone(plain).transform(TEXTS[:3]), named)
    without = clone(plain).set_params(prompt="document").transform(TEXTS[:3])
    np.testing.assert_array_equal(without, plain.set_params(prompt="").transform(TEXTS[:3]))
    assert not np.allclose(without, named, atol=1e-3)


@pytest.mark.parametrize("pooling", ["mean", "max", "cls"])
def test_dense_modules_run_behind_the_pooling(tmp_path, pooling):
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Dense, Normalize

    from tests import checkpoints

    folder = checkpoints.build_sentence_transformer(tmp_path / "base", seed=3, pooling=pooling)
    base = SentenceTransformer(str(folder), device="cpu")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        dense = Dense(32, 12)
    model = SentenceTransformer(modules=[base[0], base[1], dense, Normalize()], device="cpu")
    expected = model.encode(TEXTS)
    extractor = EmbeddingExtractor(model, normalize=False, cache=None)
    np.testing.assert_allclose(extractor.transform(TEXTS), expected, atol=1e-5)
    assert extractor.last_run().padding > 0  # its tokens are ours to batch


@pytest.mark.filterwarnings("ignore:The `pooling_mode_")  # their old spelling works everywhere
def test_other_module_stacks_go_through_their_own_encode(tiny_sentence_bert):
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Pooling

    base = SentenceTransformer(str(tiny_sentence_bert), device="cpu")
    both = Pooling(32, pooling_mode_cls_token=True, pooling_mode_mean_tokens=True)
    model = SentenceTransformer(modules=[base[0], both], device="cpu")
    extractor = EmbeddingExtractor(model, normalize=False, cache=None, prompt="q: ")
    np.testing.assert_allclose(
        extractor.transform(TEXTS), model.encode(TEXTS, prompt="q: "), atol=1e-5
    )
    with pytest.raises(ValueError, match='long_texts="mean": not for the modules'):
        clone(extractor).set_params(model=HubModel(model, long_texts="mean")).transform(["a"])


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # optimum runs the old exporter
@pytest.mark.parametrize("backend", ["onnx", "openvino"])
def test_other_backends_give_the_same_vectors(backend, tiny_sentence_bert):
    pytest.importorskip({"onnx": "optimum.onnxruntime", "openvino": "optimum.intel"}[backend])
    expected = EmbeddingExtractor(tiny_sentence_bert, cache=None).transform(TEXTS)
    vectors = EmbeddingExtractor(
        HubModel(tiny_sentence_bert, backend=backend), cache=None
    ).transform(TEXTS)
    np.testing.assert_allclose(vectors, expected, atol=1e-4)
    release_models()
    with warnings.catch_warnings():  # optimum leaves a temporary folder to the collector
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def test_a_missing_backend_says_what_to_install(tiny_sentence_bert, monkeypatch):
    def missing(*args, **kwargs):
        raise ImportError("No module named 'optimum'")

    monkeypatch.setattr("sentence_transformers.SentenceTransformer.__init__", missing)
    extractor = EmbeddingExtractor(HubModel(tiny_sentence_bert, backend="onnx"))
    release_models()  # another test may have loaded it
    with pytest.raises(ValueError, match=r"pip install 'sentence-transformers\[onnx\]'"):
        extractor.transform(["a"])


def test_code_of_a_checkpoint_is_not_run_unasked(tiny_bert, tmp_path):
    folder = shutil.copytree(tiny_bert, tmp_path / "own-code")
    config = json.loads((folder / "config.json").read_text())
    config["auto_map"] = {"AutoModel": "modeling.Own", "AutoConfig": "modeling.OwnConfig"}
    config["model_type"] = "own"
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "modeling.py").write_text("raise SystemExit('ran')")
    with pytest.raises(
        ValueError, match=r"if you trust it, give HubModel\(.*, trust_remote_code=True\)"
    ):
        EmbeddingExtractor(folder).transform(["a"])


def test_a_token_by_the_name_of_its_variable(monkeypatch, tmp_path):
    from huggingface_hub import HfApi

    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    seen = []

    def model_info(self, repo, **kwargs):
        seen.append(self.token)
        raise OSError("stop here")

    monkeypatch.setattr(HfApi, "model_info", model_info)
    with pytest.raises(ValueError, match="token_env='MY_TOKEN': this environment variable is not"):
        find_checkpoint("acme/private", token_env="MY_TOKEN")
    monkeypatch.setenv("MY_TOKEN", "secret")
    extractor = EmbeddingExtractor(HubModel("acme/private", token_env="MY_TOKEN"))
    with pytest.raises(ConnectionError) as caught:
        extractor.transform(["a"])
    assert seen == ["secret"]
    assert "secret" not in str(caught.value) + repr(extractor)


def test_model_kwargs_reach_transformers_and_are_part_of_the_vectors(
    tiny_bert, tiny_sentence_bert, monkeypatch
):
    for folder in (tiny_bert, tiny_sentence_bert):
        usual = EmbeddingExtractor(HubModel(folder, device="cpu"), cache=None)
        eager = HubModel(folder, device="cpu", model_kwargs={"attn_implementation": "eager"})
        extractor = EmbeddingExtractor(eager, cache=None)
        np.testing.assert_allclose(extractor.transform(TEXTS), usual.transform(TEXTS), atol=1e-5)
        assert extractor.spec() != usual.spec()
        empty = EmbeddingExtractor(HubModel(folder, device="cpu", model_kwargs={}), cache=None)
        assert empty.spec() == usual.spec()
        from langalign_sk.text import Embedding

        loaded = Embedding(extractor).encoders[None].loaded(0)
        inner = getattr(loaded, "_model", loaded)
        inner = inner[0].auto_model if hasattr(inner, "__getitem__") else inner
        assert inner.config._attn_implementation == "eager"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"torch_dtype": "float16"}, "give dtype= of HubModel"),
        ({"trust_remote_code": True}, "give trust_remote_code= of HubModel"),
        ({"state_dict": 1}, "'state_dict' is not taken there"),
        ({"quantization_config": object()}, "must hold plain values"),
    ],
)
def test_model_kwargs_that_are_refused(tiny_bert, given, said):
    with pytest.raises(ValueError, match=said):
        EmbeddingExtractor(HubModel(tiny_bert, model_kwargs=given)).transform(["a"])
