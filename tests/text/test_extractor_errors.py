"""What the extractor refuses, and how it says so."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import (
    TfidfVectorizer,
)

from langalign_sk.encoders import HubModel
from langalign_sk.store import MemoryCache
from langalign_sk.text import EmbeddingExtractor
from tests.encoding import MIXED
from tests.helpers import BareEncoder, CountingEncoder


@pytest.mark.parametrize(
    ("output", "error", "message"),
    [
        (lambda t: np.full((len(t), 2), np.nan), ValueError, r"returned NaN for 2 of 2 texts: 'b"),
        (lambda t: np.full((len(t), 2), 1e300), ValueError, r"returned infinity for 2 of 2 texts"),
        (lambda t: np.ones((1, 2)), ValueError, r"returned 1 rows for 2 texts: "),
        (lambda t: np.ones(len(t)), ValueError, r"shape \(2,\) for 2 texts; a 2-D array"),
        (lambda t: np.ones((len(t), 0)), ValueError, r"width 0"),
        (lambda t: [["x"] for _ in t], TypeError, r"does not read as numbers"),
        (lambda t: [[1.0], [1.0, 2.0]], TypeError, r"does not read as numbers"),
        (lambda t: None, ValueError, r"shape \(\) for 2 texts"),
    ],
)
def test_encoders_that_return_nonsense(output, error, message):
    cache = MemoryCache()
    extractor = EmbeddingExtractor(BareEncoder(output), cache=cache)
    with pytest.raises(error, match=message) as caught:
        extractor.transform(["a", "b" * 200])
    assert "BareEncoder" in str(caught.value)
    assert "b" * 50 not in str(caught.value)
    assert len(cache) == 0


def test_a_changed_width_is_an_error():
    widths = iter([2, 3])
    extractor = EmbeddingExtractor(BareEncoder(lambda texts: np.ones((len(texts), next(widths)))))
    extractor.transform(["a"])
    with pytest.raises(ValueError, match=r"width 3, before that of width 2, for 'b'"):
        extractor.transform(["b"])


def test_an_error_names_the_bad_texts_and_loses_no_good_chunk():
    def nan_for_x(texts):
        return np.array([[np.nan if "x" in text else 1.0] for text in texts])

    cache = MemoryCache()
    texts = [f"long enough {i}" for i in range(256)]
    with pytest.raises(ValueError, match=r"NaN for 5 of 5 texts: 'x0', 'x1', 'x2' and 2 more"):
        EmbeddingExtractor(BareEncoder(nan_for_x), cache=cache).transform(
            [*texts, *(f"x{i}" for i in range(5))]
        )
    assert len(cache) == 256


@pytest.mark.parametrize("model", [None, 5, object(), CountingEncoder, TfidfVectorizer, len])
def test_what_is_no_model(model):
    with pytest.raises(TypeError, match=r"model must be the name or folder"):
        EmbeddingExtractor(model).transform(["a"])


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"pooling": "mean"}, r"pooling='mean': does not apply to the NgramEncoder object"),
        ({"layer": 1}, r"layer=1: does not apply"),
        ({"prompt": "query: "}, r"prompt='query: ': does not apply"),
        (
            {"pooling": "median"},
            r"'pooling' parameter of EmbeddingExtractor must be .* Got 'median'",
        ),
        ({"layer": 1.5}, r"'layer' parameter .* a float in the range \[0.0, 1.0\].* Got 1.5"),
        ({"layer": "last"}, r"'layer' parameter .* Got 'last'"),
        ({"prompt": 3}, r"'prompt' parameter .* must be an instance of 'str' or None. Got 3"),
        ({"normalize": "yes"}, r"'normalize' parameter .* Got 'yes'"),
        ({"cache": "disk"}, r"cache must be"),
        ({"progress": "maybe"}, r"'progress' parameter .* Got 'maybe'"),
        ({"missing": "drop"}, r"'missing' parameter .* Got 'drop'"),
        ({"lang_column": "lang"}, r"lang_column='lang' needs languages"),
        ({"default_language": "en"}, r"default_language='en' needs languages"),
        ({"languages": "en"}, r"languages must be a sequence of codes"),
        ({"languages": []}, r"languages is empty"),
        ({"languages": ["en", "en"]}, r"declared twice"),
    ],
)
@pytest.mark.parametrize("method", ["fit", "transform"])
def test_wrong_parameters(english, method, params, message):
    with pytest.raises(ValueError, match=message):
        getattr(EmbeddingExtractor(english, **params), method)(["a"])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"max_length": 5}, r"max_length=5: does not apply to the NgramEncoder object"),
        ({"revision": "v1"}, r"revision='v1': does not apply"),
        ({"dtype": "float16"}, r"dtype='float16': does not apply"),
        ({"device": "cpu"}, r"device='cpu': does not apply"),
        ({"backend": "onnx"}, r"backend='onnx': does not apply"),
        ({"dtype": "int4"}, r"'dtype' parameter of HubModel must be .* Got 'int4'"),
        ({"backend": "jax"}, r"'backend' parameter .* Got 'jax'"),
        ({"long_texts": "wrap"}, r"'long_texts' parameter .* Got 'wrap'"),
        ({"device": []}, r"device must be a str, a list of one or more .* got \[\]"),
        ({"device": ["cpu", 1]}, r"device must be a str, a list of one or more"),
        ({"max_length": 0}, r"'max_length' parameter .* Got 0"),
        ({"max_length": 5.0}, r"'max_length' parameter .* Got 5.0"),
        ({"batch_size": 0}, r"'batch_size' parameter .* Got 0"),
        ({"batch_size": True}, r"'batch_size' .* must not be a bool. Got True"),
        ({"truncate_dim": 9}, r"truncate_dim=9: .* width 3"),
    ],
)
def test_wrong_settings_of_a_model(english, settings, message):
    with pytest.raises(ValueError, match=message):
        EmbeddingExtractor(HubModel(english, **settings)).transform(["a"])


@pytest.mark.parametrize("model", [HubModel("a"), {"en": "a"}])
def test_a_model_holds_one_model(model):
    with pytest.raises(TypeError, match="HubModel holds one model"):
        EmbeddingExtractor(HubModel(model)).transform(["a"])


def test_a_setting_that_nothing_follows_is_named(english, korean):
    own = HubModel("a", pooling="cls")
    for model in (own, {"en": own, "ko": own}):
        with pytest.raises(ValueError, match=r"pooling='mean' has no effect, because HubModel\("):
            EmbeddingExtractor(model, pooling="mean").spec()
    cut = EmbeddingExtractor({"en": HubModel(english, truncate_dim=1), "ko": korean})
    assert cut.set_params(truncate_dim=2).get_layout().width == 3


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"languages": ["en", "ko"]}, r"languages goes with one model"),
        ({"model": {}}, r"model is an empty dict"),
        ({"detect": None}, r"detect=None: give lang_column="),
        ({"default_language": "ja"}, r"default_language='ja' is not among"),
    ],
)
def test_wrong_parameters_of_a_dict(blocks, params, message):
    with pytest.raises(ValueError, match=message):
        blocks.set_params(**params).transform(MIXED)


def test_input_errors_and_missing(counting_encoder):
    extractor = EmbeddingExtractor(counting_encoder)
    for method in (extractor.fit, extractor.transform, extractor.fit_transform):
        with pytest.raises(ValueError, match="string object received"):
            method("text")
        with pytest.raises(ValueError, match="row 1 is None"):
            method(["a", None])
    extractor.set_params(missing="empty")
    np.testing.assert_array_equal(
        extractor.transform(["a", None, np.nan]), extractor.transform(["a", "", ""])
    )
