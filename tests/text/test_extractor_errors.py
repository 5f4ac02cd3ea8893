"""What the extractor refuses, and how it says so."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import (
    TfidfVectorizer,
)

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
        ({"max_length": 5}, r"max_length=5: does not apply"),
        ({"revision": "v1"}, r"revision='v1': does not apply"),
        ({"dtype": "float16"}, r"dtype='float16': does not apply"),
        ({"device": "cpu"}, r"device='cpu': does not apply"),
        ({"pooling": "median"}, r"pooling must be one of"),
        ({"dtype": "int4"}, r"dtype must be one of"),
        ({"dtype": "int8"}, r"dtype='int8': does not apply"),
        ({"backend": "jax"}, r"backend must be one of"),
        ({"backend": "onnx"}, r"backend='onnx': does not apply"),
        ({"long_texts": "wrap"}, r"long_texts must be one of"),
        ({"layer": 1.5}, r"layer=1.5: a fraction must be between"),
        ({"device": []}, r"device is an empty list"),
        ({"max_length": 0}, r"max_length must be at least 1"),
        ({"pooling": {"en": "mean"}}, r"pooling by language needs a dict of models"),
        ({"cache": "disk"}, r"cache must be"),
        ({"batch_size": 0}, r"batch_size must be a positive int, got 0"),
        ({"progress": "maybe"}, r"progress must be"),
        ({"missing": "drop"}, r"missing must be"),
        ({"lang_column": "lang"}, r"lang_column='lang' needs languages"),
        ({"default_language": "en"}, r"default_language='en' needs languages"),
        ({"languages": "en"}, r"languages must be a sequence of codes"),
        ({"languages": []}, r"languages is empty"),
        ({"languages": ["en", "en"]}, r"declared twice"),
    ],
)
def test_wrong_parameters(english, params, message):
    with pytest.raises(ValueError, match=message):
        EmbeddingExtractor(english, **params).transform(["a"])


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"languages": ["en", "ko"]}, r"languages goes with one model"),
        ({"truncate_dim": {"ja": 2}}, r"truncate_dim: no model for language 'ja'"),
        ({"model": {}}, r"model is an empty dict"),
        ({"detect": None}, r"detect=None: give lang_column="),
        ({"default_language": "ja"}, r"default_language='ja' is not among"),
    ],
)
def test_wrong_parameters_of_a_dict(blocks, params, message):
    with pytest.raises(ValueError, match=message):
        blocks.set_params(**params).transform(MIXED)


@pytest.mark.parametrize("params", [{"layer": "last"}, {"max_length": 5.0}, {"prompt": 3}])
def test_parameters_of_a_wrong_type(english, params):
    with pytest.raises(TypeError, match=f"{next(iter(params))} must be"):
        EmbeddingExtractor(english, **params).transform(["a"])


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
