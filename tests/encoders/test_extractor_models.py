"""The extractor over language models, tiny and real, against their own libraries."""

import functools
import pickle
import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline

from langalign_sk._process import _models as _registry, caches
from langalign_sk.encoders import HubModel, NgramEncoder
from langalign_sk.text import EmbeddingExtractor
from tests import checkpoints

TEXTS = [
    "a short one",
    "배송이 너무 늦어요",
    "",
    "x",
    "a much longer sentence, with a comma",
    "東京",
]
ALL = np.s_[:]
pytestmark = pytest.mark.filterwarnings("ignore:.* longer than the model takes")


@pytest.fixture
def loads(monkeypatch):
    """Keys of the models loaded during the test, which starts with none."""
    seen = []
    real = _registry.load_once

    def counted(key, load):
        return real(key, lambda: seen.append(key) or load())

    monkeypatch.setattr(_registry, "_models", {})
    caches.widths.clear()
    monkeypatch.setattr("langalign_sk.encoders._hub_encoder.load_once", counted)
    return seen


@functools.cache
def reference(folder):
    """Model and tokenizer as transformers loads them."""
    from transformers import AutoModel, AutoTokenizer

    return AutoModel.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)


def hidden_states(folder, text, **kwargs):
    """Hidden states of one text, by layer, computed by hand and without padding."""
    import torch

    model, tokenizer = reference(folder)
    with torch.no_grad():
        batch = tokenizer(text, return_tensors="pt", truncation=True, **kwargs)
        states = model(**batch, output_hidden_states=True).hidden_states
    return [layer[0].numpy() for layer in states]


def by_hand(folder, pooling="mean", layer=-1, normalize=False, prompt="", **kwargs):
    kwargs = {name.removeprefix("model__"): value for name, value in kwargs.items()}
    pools = {
        "mean": lambda s: s.mean(axis=0),
        "max": lambda s: s.max(axis=0),
        "cls": lambda s: s[0],
        "last": lambda s: s[-1],
        "weighted-mean": lambda s: np.average(s, axis=0, weights=np.arange(1, len(s) + 1)),
    }
    states = [hidden_states(folder, prompt + text, **kwargs)[layer] for text in TEXTS]
    vectors = np.stack([pools[pooling](tokens) for tokens in states])
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True) if normalize else vectors


# Each of these changes the vectors; the reference follows the same setting by hand.
SETTINGS = [
    {},
    {"pooling": "cls"},
    {"pooling": "max"},
    {"pooling": "last"},
    {"pooling": "weighted-mean"},
    {"layer": 0},
    {"layer": -2},
    {"layer": 1, "pooling": "cls"},
    {"prompt": "query: "},
    {"model__max_length": 5},
    {"normalize": True},
]


@pytest.mark.parametrize("params", SETTINGS, ids=str)
@pytest.mark.parametrize("kind", ["tiny_bert", "tiny_sentence_bert"])
def test_settings_equal_a_computation_by_hand(kind, params, request):
    folder = str(request.getfixturevalue(kind))
    extractor = EmbeddingExtractor(HubModel(folder, batch_size=4), normalize=False)
    vectors = clone(extractor).set_params(**params).transform(TEXTS)
    np.testing.assert_allclose(vectors, by_hand(folder, **params), atol=2e-5)
    if params:
        assert not np.allclose(vectors, extractor.transform(TEXTS), atol=1e-3)


def test_minilm_equals_sentence_transformers(minilm_dir):
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(minilm_dir), device="cpu")
    extractor = EmbeddingExtractor(minilm_dir)
    expected = model.encode(TEXTS)
    np.testing.assert_allclose(extractor.transform(TEXTS), expected, atol=1e-6)
    np.testing.assert_allclose(
        extractor.set_params(prompt="query: ").transform(TEXTS),
        model.encode(TEXTS, prompt="query: "),
        atol=1e-6,
    )
    cut = model.encode(TEXTS, truncate_dim=64, normalize_embeddings=True)
    np.testing.assert_allclose(
        extractor.set_params(prompt=None, truncate_dim=64).transform(TEXTS), cut, atol=1e-6
    )


def test_dtype_computes_otherwise_and_returns_float32(tiny_bert, tiny_sentence_bert):
    for folder in (tiny_bert, tiny_sentence_bert):
        full = EmbeddingExtractor(folder).transform(TEXTS)
        half = EmbeddingExtractor(HubModel(folder, dtype="bfloat16")).transform(TEXTS)
        assert half.dtype == np.float32
        assert not np.array_equal(half, full)
        np.testing.assert_allclose(half, full, atol=0.1)


def test_batch_size_and_order_leave_vectors_alone(tiny_bert):
    one = EmbeddingExtractor(HubModel(tiny_bert, batch_size=1), cache=None).transform(TEXTS)
    for order in (ALL, np.s_[::-1], [0, 0, 3, 1]):
        texts = [TEXTS[i] for i in np.arange(len(TEXTS))[order]]
        many = EmbeddingExtractor(HubModel(tiny_bert, batch_size=3), cache=None).transform(texts)
        np.testing.assert_allclose(many, one[order], atol=1e-6)


def test_texts_that_tokenizers_choke_on(tiny_bert, tiny_sentence_bert):
    texts = ["\ud800", "a\ud83d", "\x00", "🙂" * 300, "שלום", "word " * 50_000]
    for folder in (tiny_bert, tiny_sentence_bert):
        vectors = EmbeddingExtractor(folder).transform(texts)
        assert np.isfinite(vectors).all()


def test_a_model_is_loaded_once_for_every_setting_clone_and_fold(tiny_sentence_bert, loads):
    pipe = Pipeline(
        [("embed", EmbeddingExtractor(tiny_sentence_bert)), ("clf", LogisticRegression())]
    )
    texts = [f"{word} {i}" for word in ("yes", "no") for i in range(6)]
    grid = {"embed__pooling": [None, "cls", "max"], "embed__layer": [None, 1]}
    search = GridSearchCV(pipe, grid, cv=2, error_score="raise").fit(texts, [0] * 6 + [1] * 6)
    assert len(loads) == 1
    vectors = [
        clone(search.best_estimator_[0])
        .set_params(**{key.removeprefix("embed__"): value for key, value in params.items()})
        .transform(texts)
        for params in search.cv_results_["params"]
    ]
    for i, one in enumerate(vectors):
        for other in vectors[:i]:
            assert not np.allclose(one, other, atol=1e-3)
    assert len(loads) == 1


def test_a_changed_model_parameter_has_its_effect(tiny_bert, tiny_sentence_bert):
    extractor = EmbeddingExtractor(tiny_bert)
    first = extractor.transform(TEXTS)
    second = extractor.set_params(model=tiny_sentence_bert).transform(TEXTS)
    assert not np.allclose(first, second, atol=1e-3)
    np.testing.assert_array_equal(extractor.set_params(model=tiny_bert).transform(TEXTS), first)


def test_threads_give_the_serial_vectors_with_one_load(tiny_sentence_bert, loads):
    texts = [f"text number {i}" for i in range(40)]
    settings = [{}, {"pooling": "cls"}, {"layer": 1}, {"prompt": "q: "}]
    serial = [
        EmbeddingExtractor(tiny_sentence_bert, cache=None, **params).transform(texts)
        for params in settings
    ]
    _registry.release_models()
    loads.clear()
    start = threading.Barrier(32)

    def use(number):
        extractor = EmbeddingExtractor(
            tiny_sentence_bert, cache=None if number % 8 < 4 else "memory", **settings[number % 4]
        )
        start.wait()
        np.testing.assert_allclose(extractor.transform(texts), serial[number % 4], atol=1e-6)
        return True

    with ThreadPoolExecutor(32) as pool:
        assert all(pool.map(use, range(32)))
    assert len(loads) == 1


def test_nothing_loads_before_it_must(tiny_bert, loads):
    extractor = EmbeddingExtractor({"en": tiny_bert, "ko": tiny_bert})
    extractor.fit(TEXTS[:2])
    extractor.spec()
    pickle.dumps(extractor)
    repr(extractor)
    extractor._repr_html_()
    dir(extractor)
    with pytest.raises(NotFittedError, match="known once it was used"):
        extractor.get_feature_names_out()
    assert loads == []
    assert extractor.get_layout().width == 2 * checkpoints.WIDTH
    assert len(extractor.get_feature_names_out()) == 2 * checkpoints.WIDTH
    assert len(loads) == 1


def test_release_models_lets_a_model_load_again(tiny_bert, loads):
    extractor = EmbeddingExtractor(tiny_bert, cache=None)
    extractor.transform(["a"])
    _registry.release_models()
    extractor.transform(["a"])
    assert len(loads) == 2


def test_settings_by_language(tiny_bert, tiny_sentence_bert):
    ngrams = NgramEncoder(2).fit(["東京タワー", "ありがとう", "電車の駅"])
    cheap = {"dtype": "bfloat16", "device": "cpu"}
    english = HubModel(tiny_bert, pooling="cls", prompt="query: ", truncate_dim=7, **cheap)
    models = {
        "en": english,
        "ko": HubModel(tiny_sentence_bert, max_length=5, **cheap),
        "ja": FrozenEstimator(ngrams),
    }
    extractor = EmbeddingExtractor(models)
    assert extractor.get_layout().width == 7 + checkpoints.WIDTH + 2
    vectors = extractor.transform(["hello", "배송이 늦어요", "東京の駅"])
    alone = EmbeddingExtractor(
        HubModel(tiny_bert, dtype="bfloat16"), pooling="cls", prompt="query: ", truncate_dim=7
    )
    np.testing.assert_allclose(vectors[0, :7], alone.transform(["hello"])[0], atol=1e-6)
    for bad, message in [
        ({"pooling": "cls"}, r"pooling='cls': does not apply to the NgramEncoder"),
        ({"layer": 9}, r"layer=9: does not apply to the NgramEncoder"),
        ({"en__layer": 9}, r"layer=9: this model has layers 0 .* to 3"),
        ({"en__layer": -5}, r"-1 \(the last\) to -4"),
        ({"en__max_length": 65}, r"max_length=65: .*at least 3.*at most 64"),
        ({"en__max_length": 2}, r"max_length=2: .*at least 3"),
        ({"ja__layer": 1}, r"'ja__layer': an encoder is fitted before it gets here"),
    ]:
        with pytest.raises(ValueError, match=message):
            clone(extractor).set_params(**bad).transform(["a"])


def test_a_sentence_transformer_object(tiny_sentence_bert):
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(tiny_sentence_bert), device="cpu")
    for params in SETTINGS:
        by_name = EmbeddingExtractor(HubModel(tiny_sentence_bert)).set_params(**params)
        by_object = clone(by_name).set_params(model__model=model)
        np.testing.assert_allclose(by_object.transform(TEXTS), by_name.transform(TEXTS), atol=1e-6)
    assert model.max_seq_length == checkpoints.MAX_LENGTH  # as the user left it
    extractor = EmbeddingExtractor(model)
    started = time.perf_counter()
    assert clone(extractor).model is model
    assert clone(EmbeddingExtractor(HubModel(model))).model.model is model
    assert time.perf_counter() - started < 0.05
    with pytest.warns(UserWarning, match="fitted, but .*SentenceTransformer object.*folder"):
        extractor.fit(TEXTS)
    for holder in (model, HubModel(model), {"en": HubModel(model)}):
        with pytest.raises(pickle.PicklingError, match="SentenceTransformer object"):
            pickle.dumps(EmbeddingExtractor(holder))
    for params in ({"revision": "x"}, {"dtype": "float16"}, {"device": "cpu"}):
        with pytest.raises(ValueError, match="does not apply to a SentenceTransformer object"):
            EmbeddingExtractor(HubModel(model, **params)).transform(["a"])


def test_a_model_without_weights_for_its_layers_is_refused(tiny_bert, tmp_path):
    from safetensors.numpy import load_file, save_file

    folder = shutil.copytree(tiny_bert, tmp_path / "broken")
    weights = load_file(folder / "model.safetensors")
    save_file(
        {k: v for k, v in weights.items() if "layer.1" not in k and "pooler" not in k},
        folder / "model.safetensors",
        metadata={"format": "pt"},
    )
    with pytest.raises(ValueError, match=r"could not be loaded: its weights lack \d+ tensors"):
        EmbeddingExtractor(folder).transform(["a"])
    save_file(
        {k: v for k, v in weights.items() if "pooler" not in k}
        | {"cls.bias": weights[min(weights)]},
        folder / "model.safetensors",
        metadata={"format": "pt"},
    )
    np.testing.assert_allclose(
        EmbeddingExtractor(folder).transform(TEXTS), EmbeddingExtractor(tiny_bert).transform(TEXTS)
    )


def test_a_damaged_folder_is_one_sentence(tiny_bert, tmp_path):
    folder = shutil.copytree(tiny_bert, tmp_path / "damaged")
    (folder / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(ValueError, match=r"model='.*damaged' could not be loaded: ") as caught:
        EmbeddingExtractor(folder).transform(["a"])
    assert "\n" not in str(caught.value)


def test_a_missing_gpu_is_named(tiny_bert, monkeypatch):
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ValueError, match=r"device='cuda:0': this machine has no CUDA device"):
        EmbeddingExtractor(HubModel(tiny_bert, device="cuda:0")).transform(["a"])
